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
    cost[:] = layers.base[depth]
    ways[:] = layers.base_n[depth]
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
    for edge in np.argsort(cost[graph.model_source], kind="mergesort"):
        here, there = graph.model_source[edge], graph.model_target[edge]
        if cost[here] + graph.model == cost[there] and cost[there] < _FAR:
            ways[there] = min(ways[there] + ways[here], MAX_TIES)


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
def _new_layers(graph: Graph, longest: int) -> Layers:
    shape = (longest + 1, len(graph.accepting))
    layers = Layers(
        np.full(shape, _FAR, dtype=np.int32),
        np.zeros(shape, dtype=np.int64),
        np.full(shape, _FAR, dtype=np.int32),
        np.zeros(shape, dtype=np.int64),
    )
    layers.base[0, 0], layers.base_n[0, 0] = 0, 1
    _close(graph, layers, 0)
    return layers


@compiled
def _appended(kept: Moves, used: int, moves: Moves, n: int) -> Moves:
    """The kept moves with n more, turned round to run from the start to the end."""
    while used + n > len(kept.kind):
        kept = Moves(
            np.concatenate((kept.kind, np.empty_like(kept.kind))),
            np.concatenate((kept.letter, np.empty_like(kept.letter))),
            np.concatenate((kept.step, np.empty_like(kept.step))),
        )
    kept.kind[used : used + n] = moves.kind[:n][::-1]
    kept.letter[used : used + n] = moves.letter[:n][::-1]
    kept.step[used : used + n] = moves.step[:n][::-1]
    return kept


@compiled
def _shared_n(left: Ints, right: Ints) -> int:
    n = 0
    while n < min(len(left), len(right)) and left[n] == right[n]:
        n += 1
    return n


@compiled
def align_sorted(
    graph: Graph, letters: Ints, offsets: Longs, is_full: NDArray[np.bool_], order: Longs
) -> tuple[Ints, Longs, Longs, Moves]:
    """Align traces in an order in which neighbours share prefixes.

    Args:
        graph: The automaton and the prices.
        letters: Letters of all traces, each of which can be synchronous.
        offsets: Trace i is letters[offsets[i]:offsets[i + 1]].
        is_full: Per trace, whether it must end where the map ends.
        order: Traces in the order in which to align them.

    Returns:
        In that order: cost, number of optimal alignments, bounds of the moves of each trace, and the moves.
    """
    longest = 0
    for trace in order:
        longest = max(longest, offsets[trace + 1] - offsets[trace])
    layers = _new_layers(graph, longest)
    cost = np.zeros(len(order), dtype=np.int32)
    ties = np.zeros(len(order), dtype=np.int64)
    bounds = np.zeros(len(order) + 1, dtype=np.int64)
    room = 2 * (longest + len(graph.accepting)) + 2
    moves = Moves(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32))
    kept = Moves(np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32))
    previous = letters[:0]
    for row in range(len(order)):
        trace = order[row]
        here = letters[offsets[trace] : offsets[trace + 1]]
        for depth in range(_shared_n(previous, here), len(here)):
            _advance(graph, layers, depth, here[depth])
            _close(graph, layers, depth + 1)
        previous = here
        end, cost[row], ties[row] = _best_end(graph, layers, len(here), is_full[trace])
        n = 0
        if cost[row] > 0:
            n = _trace_back(graph, layers, here, end, is_full[trace], moves)
            kept = _appended(kept, bounds[row], moves, n)
        bounds[row + 1] = bounds[row] + n
    used = bounds[-1]
    return cost, ties, bounds, Moves(kept.kind[:used], kept.letter[:used], kept.step[:used])
