"""The compiled heart of the alignments: a walk through the layers of costs for each trace, and the way back."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.alignment_layers import (
    FULL,
    NEVER,
    Graph,
    Ints,
    Layers,
    Longs,
    first_layer,
    layer_after,
    layer_of,
    rise_of,
)
from models.compiling import inlined, inner, lean

__all__ = ["LOG", "MAX_TIES", "MODEL", "SYNC", "Batch", "Found", "Graph", "Ints", "Longs", "Moves", "Walk"]

MAX_TIES: Final = 10**15
"""Counts of optimal alignments stop here."""
SYNC: Final = 0
LOG: Final = 1
MODEL: Final = 2
UNSURE: Final = -1
"""The cost of a trace whose alignment may cost more than the cap."""


class Moves(NamedTuple):
    """Room for moves."""

    kind: Ints
    letter: Ints
    position: Ints


class Batch(NamedTuple):
    """Ragged traces (below 0: events that can never be synchronous), and whether each must end where the map ends."""

    letters: Ints
    offsets: Longs
    is_full: NDArray[np.bool_]
    unknown: int


class Found(NamedTuple):
    """Per trace: cost, number of optimal alignments, where its moves begin and how many there are."""

    cost: Ints
    ties: Longs
    start: Longs
    size: Longs


class Walk(NamedTuple):
    """Room for one trace: its letters without unknown events, where they lie in it, and the layers that they lead to.

    Attributes:
        letter: The letters.
        place: Their places in the trace.
        layer: Layer before each letter, and after the last.
        level: Cost of the cheapest state there.
        moves: Its moves, from the end.
        ways: Ways from a state to the end, over an event next; nothing but zeros between traces.
        skip_ways: The same, over an event or a model move next.
        some: States with ways.
        skip_some: States with the other ways.
    """

    letter: Ints
    place: Ints
    layer: Longs
    level: Longs
    moves: Moves
    ways: Longs
    skip_ways: Longs
    some: Longs
    skip_some: Longs


def new_moves(room: int) -> Moves:
    """Room for so many moves."""
    return Moves(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32))


def new_walk(longest: int, states_n: int, moves_n: int) -> Walk:
    """Room for the longest trace with the most moves."""
    room = longest + 1
    return Walk(
        np.full(room, NEVER, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int64),
        np.zeros(room, np.int64),
        new_moves(moves_n),
        np.zeros(states_n, np.int64),
        np.zeros(states_n, np.int64),
        np.empty(states_n, np.int64),
        np.empty(states_n, np.int64),
    )


@inlined
def _nothing() -> int:
    """0, as a number that numba does not take for a type of its own: it would compile what it is given to again."""
    return int(np.int64(0))


@inlined
def _read(batch: Batch, trace: int, walk: Walk, before_n: int) -> tuple[int, int]:
    """Take a trace's known letters; returns how many there are, and how many of them the trace before began with."""
    n, shared, is_shared = 0, 0, True
    first = batch.offsets[trace]
    for at in range(first, batch.offsets[trace + 1]):
        letter = batch.letters[at]
        if letter < 0:
            continue
        is_shared = is_shared and n < before_n and walk.letter[n] == letter
        shared += is_shared
        walk.letter[n], walk.place[n] = letter, at - first
        n += 1
    return n, shared


@inlined
def _follow(graph: Graph, layers: Layers, walk: Walk, span: tuple[int, int], cap: int) -> None:
    """Walk through the layers from one letter to the last; from the start again where room had to be made."""
    depth, n = span
    while depth < n:
        transition = layer_after(graph, layers, walk.layer[depth], walk.letter[depth], cap)
        if transition == FULL:
            walk.layer[0] = first_layer(graph, layers, cap)
            depth = 0
            continue
        walk.layer[depth + 1] = layer_of(transition)
        walk.level[depth + 1] = walk.level[depth] + rise_of(transition)
        depth += 1


@inlined
def _trace_back(graph: Graph, layers: Layers, walk: Walk, end: tuple[int, int, int], is_full: bool) -> int:
    """Write the moves from the end to the start; returns how many there are."""
    depth, state, last = end
    closed, base, moves, states_n = layers.closed, layers.base, walk.moves, len(graph.accepting)
    may_skip, n, first = is_full, 0, walk.layer[depth] * states_n
    while depth > 0 or (may_skip and closed[first + state] != base[first + state]):
        if may_skip and closed[first + state] != base[first + state]:
            moves.kind[n], moves.position[n] = MODEL, last
            for edge in range(graph.into[state], graph.into[state + 1]):
                if closed[first + graph.into_source[edge]] + graph.model == closed[first + state]:
                    moves.letter[n], state = graph.into_letter[edge], graph.into_source[edge]
                    break
            n += 1
            continue
        depth -= 1
        here, last = walk.letter[depth], walk.place[depth]
        price = base[first + state] + walk.level[depth + 1] - walk.level[depth]
        first = walk.layer[depth] * states_n
        moves.kind[n], moves.letter[n], moves.position[n] = LOG, here, last
        if closed[first + state] + graph.known != price:
            moves.kind[n] = SYNC
            for edge in range(graph.sync[here * states_n + state], graph.sync[here * states_n + state + 1]):
                if closed[first + graph.sync_source[edge]] == price:
                    state = graph.sync_source[edge]
                    break
        n += 1
        may_skip = True
    return n


@inlined
def _add_ways(ways: Longs, some: Longs, state: int, more: int, n: int) -> int:
    """Add ways from a state to the end; returns how many states have some."""
    if ways[state] == 0:
        some[n] = state
        n += 1
    ways[state] += more
    ways[state] = min(ways[state], MAX_TIES)
    return n


@inner
def _before_skips(graph: Graph, layers: Layers, walk: Walk, depth: int, n: int) -> int:
    """Take ways back over model moves, from dear states to cheap ones; returns how many states remain."""
    first, level, remaining = walk.layer[depth] * len(graph.accepting), NEVER, _nothing()
    ways, some = walk.skip_ways, walk.skip_some
    for place in range(n):
        level = max(level, layers.closed[first + some[place]])
    while level != NEVER:
        following, place = NEVER, 0
        while place < n:
            state = some[place]
            cost = layers.closed[first + state]
            if cost == level:
                if layers.base[first + state] == cost:
                    remaining = _add_ways(walk.ways, walk.some, state, ways[state], remaining)
                for edge in range(graph.into[state], graph.into[state + 1]):
                    if layers.closed[first + graph.into_source[edge]] + graph.model == cost:
                        n = _add_ways(ways, some, graph.into_source[edge], ways[state], n)
            elif following < cost < level:
                following = cost
            place += 1
        level = following
    for place in range(n):
        ways[some[place]] = 0
    return remaining


@inner
def _before_event(graph: Graph, layers: Layers, walk: Walk, depth: int, n: int) -> int:
    """Take ways back over the event after a depth; returns how many states have some before it."""
    states_n, remaining, here = len(graph.accepting), _nothing(), walk.letter[depth]
    after, before = walk.layer[depth + 1] * states_n, walk.layer[depth] * states_n
    rise = walk.level[depth + 1] - walk.level[depth]
    for place in range(n):
        state = walk.some[place]
        ways, price = walk.ways[state], layers.base[after + state] + rise
        walk.ways[state] = 0
        if layers.closed[before + state] + graph.known == price:
            remaining = _add_ways(walk.skip_ways, walk.skip_some, state, ways, remaining)
        for edge in range(graph.sync[here * states_n + state], graph.sync[here * states_n + state + 1]):
            if layers.closed[before + graph.sync_source[edge]] == price:
                remaining = _add_ways(walk.skip_ways, walk.skip_some, graph.sync_source[edge], ways, remaining)
    return remaining


@inlined
def _only_way(graph: Graph, layers: Layers, walk: Walk, depth: int, state: int) -> int:
    """Where the one way from a state leads back to, over the event after a depth and model moves; NEVER: not one."""
    states_n, here, found, n = len(graph.accepting), walk.letter[depth], NEVER, 0
    first = walk.layer[depth] * states_n
    price = layers.base[walk.layer[depth + 1] * states_n + state] + walk.level[depth + 1] - walk.level[depth]
    if layers.closed[first + state] + graph.known == price:
        found, n = state, 1
    for edge in range(graph.sync[here * states_n + state], graph.sync[here * states_n + state + 1]):
        if layers.closed[first + graph.sync_source[edge]] == price:
            found, n = graph.sync_source[edge], n + 1
    while n == 1:
        cost, following = layers.closed[first + found], NEVER
        n = 1 if layers.base[first + found] == cost else 0
        for edge in range(graph.into[found], graph.into[found + 1]):
            if layers.closed[first + graph.into_source[edge]] + graph.model == cost:
                following, n = graph.into_source[edge], n + 1
        if n == 1 and following == NEVER:
            return found
        found = following
    return NEVER


@inlined
def _ways(graph: Graph, layers: Layers, walk: Walk, end: tuple[int, int], is_full: bool) -> int:
    """How many alignments have the cost of the best one."""
    depth, cost = end
    n, first, one = _nothing(), walk.layer[depth] * len(graph.accepting), _nothing() + 1
    for state in range(len(graph.accepting)):
        if is_full and graph.accepting[state] and layers.closed[first + state] == cost:
            n = _add_ways(walk.skip_ways, walk.skip_some, state, one, n)
        if not is_full and layers.base[first + state] == cost:
            n = _add_ways(walk.ways, walk.some, state, one, n)
    is_open = is_full
    while depth > 0 or is_open:
        if is_open:
            n, is_open = _before_skips(graph, layers, walk, depth, n), False
            continue
        depth -= 1
        only = _only_way(graph, layers, walk, depth, walk.some[0]) if n == 1 else NEVER
        if only == NEVER:
            n, is_open = _before_event(graph, layers, walk, depth, n), True
        elif only != walk.some[0]:  # as nearly always: no need to add up
            walk.ways[only], walk.ways[walk.some[0]], walk.some[0] = walk.ways[walk.some[0]], 0, only
    ways = walk.ways[0]
    walk.ways[0] = 0
    return int(ways)


@inlined
def _keep(moves: Moves, n: int, kept: Moves, used: int) -> None:
    """Add n moves, turned round to run from the start to the end."""
    for i in range(n):
        kept.kind[used + i] = moves.kind[n - 1 - i]
        kept.letter[used + i] = moves.letter[n - 1 - i]
        kept.position[used + i] = moves.position[n - 1 - i]


@lean
def align_each(  # noqa: PLR0917 -- numba takes arguments by position
    graph: Graph, batch: Batch, layers: Layers, walk: Walk, kept: Moves, found: Found, span: tuple[int, int], cap: int
) -> int:
    """Align those traces of a span that are unsure yet; whose alignment may cost more than the cap remain so.

    All room is made by the caller: an array that numba makes itself costs seconds of compiling.

    Args:
        graph: The automaton and the prices.
        batch: The traces.
        layers: Room for layers.
        walk: Room for the longest trace.
        kept: Room for the moves of all; filled up to what is returned.
        found: Filled with cost, number of optimal alignments, and where the moves are.
        span: First trace, and the one after the last.
        cap: What an alignment may cost beyond the events that can never be synchronous.
    """
    used, n = _nothing(), _nothing()
    walk.layer[0] = first_layer(graph, layers, cap)
    for trace in range(span[0], span[1]):
        if found.cost[trace] != UNSURE:
            continue
        n, shared = _read(batch, trace, walk, n)
        _follow(graph, layers, walk, (shared, n), cap)
        is_full, ends = batch.is_full[trace], 4 * walk.layer[n]
        state, cost = layers.ends[ends + 2 - 2 * is_full], layers.ends[ends + 3 - 2 * is_full]
        if walk.level[n] + cost > cap:
            continue
        events_n = batch.offsets[trace + 1] - batch.offsets[trace]
        found.ties[trace], found.start[trace], found.size[trace] = 1, used, 0
        if walk.level[n] + cost > 0:  # a deterministic automaton accepts what fits in one way
            found.ties[trace] = _ways(graph, layers, walk, (n, cost), is_full)
            moves_n = _trace_back(graph, layers, walk, (n, state, events_n), is_full)
            _keep(walk.moves, moves_n, kept, used)
            found.size[trace] = moves_n
            used += moves_n
        found.cost[trace] = walk.level[n] + cost + (events_n - n) * batch.unknown
    return used


@lean
def put_in_order(  # noqa: PLR0917 -- numba takes arguments by position
    found: Found, moves: Moves, ordered: Moves, offsets: Longs, span: tuple[int, int], before_n: int
) -> None:
    """Copy moves to where those of their trace belong; the first of them is the one after so many of the span."""
    for trace in range(span[0], span[1]):
        start, to = found.start[trace] - before_n, offsets[trace]
        if 0 <= start < len(moves.kind):
            for i in range(found.size[trace]):
                ordered.kind[to + i] = moves.kind[start + i]
                ordered.letter[to + i] = moves.letter[start + i]
                ordered.position[to + i] = moves.position[start + i]
