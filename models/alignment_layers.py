"""Layers of an alignment's dynamic programme, each kept once: a lazily built automaton over vectors of costs.

A layer holds what every state of the map costs after some events. Taken relative to its cheapest state, and without the
states that are dearer than that by more than a cap, few layers differ, however many traces there are: what an event
makes of a layer is worked out once, and looked up ever after. What an alignment can cost without touching a state that
was left out is at most the cap; so alignments up to the cap are exact, with all that cost the same, and the others are
done again under a higher one (as regular expressions are run over automata that are built as they are needed; the
vectors are those of Ukkonen's "Finding approximate patterns in strings", 1985).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiling import inlined, inner

FAR: Final = 2**30
"""What a state costs that is not reached, or is left out."""
FULL: Final = -2
"""There is no room for another layer."""
NEVER: Final = -1
_SHIFT: Final = (
    20  # bits: a transition is the layer that follows, and by how much the cheapest state rises, in one number
)
_SEED, _FACTOR = 1469598103934665603, 1099511628211

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Graph(NamedTuple):
    """An automaton laid out for the kernel: its edges by letter and target, in order of depth, and by target.

    Attributes:
        sync: Where the edges begin that lead to state s by letter l, at `l * states + s`; they end where the next do.
    """

    sync: Longs
    sync_source: Longs
    sync_target: Longs
    model_source: Longs
    model_target: Longs
    into: Longs
    into_source: Longs
    into_letter: Longs
    accepting: NDArray[np.bool_]
    is_acyclic: bool
    letters_n: int
    model: int
    known: int


class Layers(NamedTuple):
    """Layers that are known, one after the other: of layer i the cost of state s lies at `i * states + s`.

    Attributes:
        closed: What each state costs beyond the layer's cheapest one, model moves included; FAR where it is left out.
        base: The same without a model move after the last event.
        following: Per layer and letter the transition and one; 0: not worked out yet.
        ends: Per layer the best end of a journey that must end where the map ends, and of a prefix: state, cost each.
        slots: A layer and one, to be found by what it holds; 0: none.
        used: How many layers there are.
    """

    closed: Ints
    base: Ints
    following: Longs
    ends: Ints
    slots: Ints
    used: Longs


def new_layers(layers_n: int, states_n: int, letters_n: int) -> Layers:
    """Room for so many layers, and one that is worked on; memory that none fills is never touched."""
    slots_n = 1 << max(4, (2 * layers_n).bit_length())
    return Layers(
        np.empty((layers_n + 1) * states_n, np.int32),
        np.empty((layers_n + 1) * states_n, np.int32),
        np.zeros(layers_n * letters_n, np.int64),
        np.empty(4 * layers_n, np.int32),
        np.zeros(slots_n, np.int32),
        np.zeros(1, np.int64),
    )


@inner
def forget_layers(layers: Layers, letters_n: int) -> None:
    """Make room: what was worked out is forgotten."""
    for at in range(layers.used[0] * letters_n):
        layers.following[at] = 0
    for slot in range(len(layers.slots)):
        layers.slots[slot] = 0
    layers.used[0] = 0


@inner
def first_layer(graph: Graph, layers: Layers, cap: int) -> int:
    """The layer before any event; all others are forgotten."""
    forget_layers(layers, graph.letters_n)
    for state in range(len(graph.accepting)):
        layers.base[state] = FAR
    layers.base[0] = 0
    return layer_of(_entered(graph, layers, cap))


@inlined
def layer_after(graph: Graph, layers: Layers, layer: int, letter: int, cap: int) -> int:
    """The transition of a layer by a letter; FULL where there is no room to work it out."""
    at = layer * graph.letters_n + letter
    if layers.following[at] == 0:
        _advance(graph, layers, layer, letter)
        found = _entered(graph, layers, cap)
        if found == FULL:
            return FULL
        layers.following[at] = found + 1
    return int(layers.following[at]) - 1


@inlined
def layer_of(transition: int) -> int:
    """Which layer follows."""
    return transition >> _SHIFT


@inlined
def rise_of(transition: int) -> int:
    """By how much the cheapest state gets dearer."""
    return transition & ((1 << _SHIFT) - 1)


@inner
def _advance(graph: Graph, layers: Layers, layer: int, letter: int) -> None:
    """One event: stay in the state by a log move, or move along an edge of its letter."""
    states_n = len(graph.accepting)
    before, after = layer * states_n, layers.used[0] * states_n
    for state in range(states_n):
        closed = layers.closed[before + state]
        layers.base[after + state] = closed + graph.known if closed < FAR else FAR
    for edge in range(graph.sync[letter * states_n], graph.sync[(letter + 1) * states_n]):
        closed, there = layers.closed[before + graph.sync_source[edge]], after + graph.sync_target[edge]
        layers.base[there] = min(layers.base[there], closed)


@inner
def _entered(graph: Graph, layers: Layers, cap: int) -> int:
    """The transition to the layer that lies behind the known ones: it is one of them already, or a new one."""
    states_n, layer = len(graph.accepting), layers.used[0]
    first, least = layer * states_n, FAR
    for at in range(first, first + states_n):
        least = min(least, layers.base[at])
    name = _SEED
    for at in range(first, first + states_n):
        cost = layers.base[at] - least
        layers.base[at] = cost if cost <= cap else FAR
        name = (name ^ layers.base[at]) * _FACTOR
        name ^= name >> 29
    slot = name & (len(layers.slots) - 1)
    while layers.slots[slot] > 0:
        known = int(layers.slots[slot]) - 1
        if _is_same(layers, known * states_n, first, states_n):
            return int((known << _SHIFT) + least)
        slot = (slot + 1) & (len(layers.slots) - 1)
    if 4 * layer == len(layers.ends):
        return FULL
    _close(graph, layers, first, cap)
    _find_ends(graph, layers, layer)
    layers.slots[slot] = layer + 1
    layers.used[0] = layer + 1
    return int((layer << _SHIFT) + least)


@inner
def _is_same(layers: Layers, known: int, first: int, states_n: int) -> bool:
    """Whether two layers are one: what they hold without model moves says all."""
    for state in range(states_n):  # noqa: SIM110 -- numba compiles no generators
        if layers.base[known + state] != layers.base[first + state]:
            return False
    return True


@inner
def _close(graph: Graph, layers: Layers, first: int, cap: int) -> None:
    """Any number of model moves. On an acyclic automaton the edges come in order of depth: one pass is enough."""
    cost = layers.closed
    for at in range(first, first + len(graph.accepting)):
        cost[at] = layers.base[at]
    changed = True
    while changed:
        changed = False
        for edge in range(len(graph.model_source)):
            reached, there = cost[first + graph.model_source[edge]] + graph.model, first + graph.model_target[edge]
            if reached < cost[there] and reached <= cap:
                cost[there] = reached
                changed = not graph.is_acyclic


@inner
def _find_ends(graph: Graph, layers: Layers, layer: int) -> None:
    """Note the best ends in a layer: of equal ends the furthest."""
    ends, first = 4 * layer, layer * len(graph.accepting)
    for side in range(2):
        layers.ends[ends + 2 * side], layers.ends[ends + 2 * side + 1] = NEVER, FAR
    for state in range(len(graph.accepting)):
        closed, base = layers.closed[first + state], layers.base[first + state]
        if graph.accepting[state] and closed <= layers.ends[ends + 1] and closed < FAR:
            layers.ends[ends], layers.ends[ends + 1] = state, closed
        if base <= layers.ends[ends + 3] and base < FAR:
            layers.ends[ends + 2], layers.ends[ends + 3] = state, base
