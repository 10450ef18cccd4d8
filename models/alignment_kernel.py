"""The compiled heart of the alignments: one layer of costs per event, and the way back through the layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

MAX_TIES: Final = 10**15
"""Counts of optimal alignments stop here."""
SYNC: Final = 0
LOG: Final = 1
MODEL: Final = 2
_FAR: Final = 2**30

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Numba's `njit`, kept on disk, with the type of the plain function."""
    return cast("_F", numba.njit(cache=True, nogil=True)(function))


class Graph(NamedTuple):
    """An automaton laid out for the kernel: its edges by letter, in order of depth, and by target."""

    by_letter: Longs
    sync_source: Ints
    sync_target: Ints
    model_source: Ints
    model_target: Ints
    into: Longs
    into_source: Ints
    into_letter: Ints
    accepting: NDArray[np.bool_]
    is_acyclic: bool
    model: int
    known: int


class Layers(NamedTuple):
    """Cost and number of ways per (events consumed, state), before and after model moves."""

    base: NDArray[np.int32]
    base_n: NDArray[np.int64]
    closed: NDArray[np.int32]
    closed_n: NDArray[np.int64]


class Moves(NamedTuple):
    """Room for moves."""

    kind: Ints
    letter: Ints
    step: Ints


class Batch(NamedTuple):
    """Ragged traces, whether each must end where the map ends, and the order in which to align them."""

    letters: Ints
    offsets: Longs
    is_full: NDArray[np.bool_]
    order: Longs


class Found(NamedTuple):
    """Per trace, in the order aligned: cost, number of optimal alignments, and where its moves end."""

    cost: Ints
    ties: Longs
    bounds: Longs


def new_layers(longest: int, states_n: int) -> Layers:
    """Room for the longest trace; no state is reached yet."""
    shape = (longest + 1, states_n)
    costs = (np.full(shape, _FAR, dtype=np.int32) for _ in range(2))
    return Layers(next(costs), np.zeros(shape, np.int64), next(costs), np.zeros(shape, np.int64))


def new_moves(room: int) -> Moves:
    """Room for so many moves."""
    return Moves(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32))


@compiled
def _advance(graph: Graph, layers: Layers, depth: int, letter: int) -> None:
    """One event: stay in the state by a log move, or move along an edge of its letter."""
    cost, ways = layers.closed[depth], layers.closed_n[depth]
    next_cost, next_ways = layers.base[depth + 1], layers.base_n[depth + 1]
    for state in range(len(cost)):
        next_cost[state] = cost[state] + graph.known
        next_ways[state] = ways[state]
    for edge in range(graph.by_letter[letter], graph.by_letter[letter + 1]):
        here, there = graph.sync_source[edge], graph.sync_target[edge]
        if cost[here] < next_cost[there]:
            next_cost[there] = cost[here]
            next_ways[there] = ways[here]
        elif cost[here] == next_cost[there] and cost[here] < _FAR:
            next_ways[there] = min(next_ways[there] + ways[here], MAX_TIES)


@compiled
def _close(graph: Graph, layers: Layers, depth: int) -> None:
    """Any number of model moves. On an acyclic automaton the edges come in order of depth: one pass is enough."""
    cost, ways = layers.closed[depth], layers.closed_n[depth]
    for state in range(len(cost)):
        cost[state], ways[state] = layers.base[depth, state], layers.base_n[depth, state]
    if not graph.is_acyclic:
        _close_cyclic(graph, layers, depth)
        return
    for edge in range(len(graph.model_source)):
        here, there = graph.model_source[edge], graph.model_target[edge]
        reached = cost[here] + graph.model
        if reached < cost[there]:
            cost[there] = reached
            ways[there] = ways[here]
        elif reached == cost[there] and reached < _FAR:
            ways[there] = min(ways[there] + ways[here], MAX_TIES)


@compiled
def _close_cyclic(graph: Graph, layers: Layers, depth: int) -> None:
    """Model moves where repeats have no limit: costs until nothing changes, then ways from cheaper to dearer states."""
    base, cost, ways = layers.base[depth], layers.closed[depth], layers.closed_n[depth]
    changed = True
    while changed:
        changed = False
        for edge in range(len(graph.model_source)):
            reached = cost[graph.model_source[edge]] + graph.model
            if reached < cost[graph.model_target[edge]]:
                cost[graph.model_target[edge]] = reached
                changed = True
    for state in range(len(cost)):
        if base[state] != cost[state]:
            ways[state] = 0
    level = 0
    while level < _FAR:  # every model move costs the same, so ways flow from one level of cost to a higher one
        for edge in range(len(graph.model_source)):
            here, there = graph.model_source[edge], graph.model_target[edge]
            if cost[here] == level and cost[there] == level + graph.model:
                ways[there] = min(ways[there] + ways[here], MAX_TIES)
        following = _FAR
        for state in range(len(cost)):
            if level < cost[state] < following:
                following = cost[state]
        level = following


@compiled
def _best_end(graph: Graph, layers: Layers, depth: int, is_full: bool) -> tuple[int, int, int]:
    """(state, cost, number of ways) of the cheapest end; a prefix may end anywhere, of equal ends the furthest."""
    cost = layers.closed[depth] if is_full else layers.base[depth]
    ways = layers.closed_n[depth] if is_full else layers.base_n[depth]
    state, best, ties = -1, _FAR, 0
    for candidate in range(len(cost)):
        if is_full and not graph.accepting[candidate]:
            continue
        if cost[candidate] < best:
            state, best, ties = candidate, cost[candidate], ways[candidate]
        elif cost[candidate] == best and best < _FAR:
            state, ties = candidate, min(ties + ways[candidate], MAX_TIES)
    return state, best, ties


@compiled
def _trace_back(  # noqa: PLR0917 -- numba takes arguments by position
    graph: Graph, layers: Layers, letters: Ints, end: int, is_full: bool, moves: Moves
) -> int:
    """Write the moves from the end to the start; returns how many there are."""
    base, closed = layers.base, layers.closed
    state, depth, may_skip, n = end, len(letters), is_full, 0
    while depth > 0 or (may_skip and closed[0, state] != base[0, state]):
        if may_skip and closed[depth, state] != base[depth, state]:
            for edge in range(graph.into[state], graph.into[state + 1]):
                if closed[depth, graph.into_source[edge]] + graph.model == closed[depth, state]:
                    moves.kind[n], moves.letter[n], moves.step[n] = MODEL, graph.into_letter[edge], depth
                    state = graph.into_source[edge]
                    break
            n += 1
            continue
        here = letters[depth - 1]
        moves.kind[n], moves.letter[n], moves.step[n] = LOG, here, depth - 1
        if closed[depth - 1, state] + graph.known != base[depth, state]:
            moves.kind[n] = SYNC
            for edge in range(graph.by_letter[here], graph.by_letter[here + 1]):
                source = graph.sync_source[edge]
                if graph.sync_target[edge] == state and closed[depth - 1, source] == base[depth, state]:
                    state = source
                    break
        n += 1
        depth -= 1
        may_skip = True
    return n


@compiled
def shared_n(left: Ints, right: Ints) -> int:
    """How many letters two traces begin with alike."""
    n = 0
    while n < min(len(left), len(right)) and left[n] == right[n]:
        n += 1
    return n


@compiled
def _keep(moves: Moves, n: int, kept: Moves, used: int) -> None:
    """Add n moves, turned round to run from the start to the end."""
    for i in range(n):
        kept.kind[used + i] = moves.kind[n - 1 - i]
        kept.letter[used + i] = moves.letter[n - 1 - i]
        kept.step[used + i] = moves.step[n - 1 - i]


@compiled
def align_sorted(  # noqa: PLR0917 -- numba takes arguments by position
    graph: Graph, traces: Batch, layers: Layers, moves: Moves, kept: Moves, found: Found
) -> None:
    """Align traces in an order in which neighbours share prefixes.

    All room is made by the caller: an array that numba makes itself costs seconds of compiling.

    Args:
        graph: The automaton and the prices.
        traces: What to align, in which order.
        layers: Room for the longest trace.
        moves: Room for the moves of one trace.
        kept: Room for the moves of all, filled up to the last of `found.bounds`.
        found: Filled with cost, number of optimal alignments and bounds of the moves, in the order given.
    """
    layers.base[0, 0], layers.base_n[0, 0] = 0, 1
    _close(graph, layers, int(np.int64(0)))  # of the type that depths have below, or numba compiles it twice
    previous = traces.letters[:0]
    for row in range(len(traces.order)):
        trace = traces.order[row]
        here = traces.letters[traces.offsets[trace] : traces.offsets[trace + 1]]
        for depth in range(shared_n(previous, here), len(here)):
            _advance(graph, layers, depth, here[depth])
            _close(graph, layers, depth + 1)
        previous = here
        end, found.cost[row], found.ties[row] = _best_end(graph, layers, len(here), traces.is_full[trace])
        n = 0
        if found.cost[row] > 0:
            n = _trace_back(graph, layers, here, end, traces.is_full[trace], moves)
            _keep(moves, n, kept, found.bounds[row])
        found.bounds[row + 1] = found.bounds[row] + n
