"""Optimal alignments of variants to a map's automaton: a dynamic programme over its states, shared by common prefixes.

The cost of a trace prefix in every state is one layer; a variant re-uses the layers of the prefix that it shares with
the one before it in sorted order. Optimal alignments after Adriansyah, "Aligning observed and modeled behavior", 2014;
prefix alignments end in any state. Costs are whole tenths, so that equal costs are equal.

Ties are broken the same way always: read from the end, a log move is preferred to a synchronous one and that to a model
move; model moves go by designed place, then by state. So of two equal payments the second is the repetition, and a
touchpoint that came too late is the one that moved.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from models.automaton import Automaton

MODEL_COST: Final = 10
"""Skipping a mandatory touchpoint, in tenths."""
UNKNOWN_COST: Final = 10
"""An event that can never be synchronous: its activity is not on the flow. In tenths."""
KNOWN_COST: Final = 11
"""An event of a touchpoint of the flow, out of its place: dearer, so that "skipped X" is preferred to "extra Y"."""
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


@dataclass(frozen=True)
class Costs:
    """Costs of the moves, in tenths."""

    model: int = MODEL_COST
    known: int = KNOWN_COST
    unknown: int = UNKNOWN_COST


@dataclass(frozen=True)
class Traces:
    """Ragged traces: trace i is `letters[offsets[i]:offsets[i + 1]]`; -1 is an event that can never be synchronous."""

    letters: Ints
    offsets: Longs

    @property
    def n(self) -> int:
        """How many traces there are."""
        return len(self.offsets) - 1


@dataclass(frozen=True)
class Alignments:
    """One alignment per trace, in the order of the traces.

    Attributes:
        cost: Cost in tenths.
        ties: How many alignments share it; the events that can never be synchronous count once.
        offsets: Trace i has the moves offsets[i] to offsets[i + 1]; traces of cost 0, and moves of events that can
            never be synchronous, are left out: they are known without looking.
        kind: SYNC, LOG or MODEL per move.
        letter: Letter per move.
        position: The move's event in the trace; for a model move that of the next event (at the end: the length).
    """

    cost: Ints
    ties: Longs
    offsets: Longs
    kind: Ints
    letter: Ints
    position: Ints


class _Graph(NamedTuple):
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


class _Layers(NamedTuple):
    """Cost and number of ways per (events consumed, state), before and after model moves."""

    base: NDArray[np.int32]
    base_n: NDArray[np.int64]
    closed: NDArray[np.int32]
    closed_n: NDArray[np.int64]


class _Moves(NamedTuple):
    """Room for moves."""

    kind: Ints
    letter: Ints
    step: Ints


def align(
    automaton: Automaton,
    traces: Traces,
    is_full: NDArray[np.bool_],
    places: Ints | None = None,
    *,
    costs: Costs | None = None,
    threads: int = 1,
) -> Alignments:
    """Align every trace optimally.

    Args:
        automaton: The map's language.
        traces: Distinct traces in the automaton's letters.
        is_full: Per trace, whether it must end where the map ends; else it is aligned as a prefix.
        places: Designed place per letter, for ties; default: the letter's number.
        costs: Costs of the moves; default: those of the definitions.
        threads: Workers; the result does not depend on them.

    Returns:
        Alignments in the order of the traces.
    """
    order = _sorted_order(traces)
    price = costs or Costs()
    order_of_letters = np.arange(len(automaton.letters), dtype=np.int32)
    graph = _graph(automaton, order_of_letters if places is None else places, price)
    chunks = [chunk for chunk in np.array_split(order, max(1, threads)) if len(chunk)]
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        parts = list(pool.map(lambda chunk: _align_chunk(graph, traces, is_full, chunk, price.unknown), chunks))
    return _in_trace_order(traces.n, chunks, parts)


def _sorted_order(traces: Traces) -> Longs:
    """Lexicographic order, so that neighbours share the longest prefixes."""
    text = (traces.letters + 2).astype(">u2").tobytes()
    bounds = (traces.offsets * 2).tolist()
    return np.array(sorted(range(traces.n), key=lambda i: (text[bounds[i] : bounds[i + 1]], i)), dtype=np.int64)


def _graph(automaton: Automaton, places: Ints, costs: Costs) -> _Graph:
    source, letter, target = automaton.source, automaton.letter, automaton.target
    by_letter = np.argsort(letter, kind="stable")
    moving = np.flatnonzero(source != target)  # a model move that stays where it is never pays
    depth, is_acyclic = _depths(automaton.states_n, source[moving], target[moving])
    forward = moving[np.argsort(depth[source[moving]], kind="stable")]
    back = moving[np.lexsort((source[moving], places[letter[moving]], target[moving]))]
    states, letters_n = automaton.states_n, len(automaton.letters)
    return _Graph(
        np.searchsorted(letter[by_letter], np.arange(letters_n + 1)).astype(np.int64),
        source[by_letter],
        target[by_letter],
        source[forward],
        target[forward],
        np.searchsorted(target[back], np.arange(states + 1)).astype(np.int64),
        source[back],
        letter[back],
        automaton.accepting,
        is_acyclic,
        costs.model,
        costs.known,
    )


def _depths(states_n: int, source: Ints, target: Ints) -> tuple[Ints, bool]:
    """Longest way from the start per state, and whether there is no cycle (self-loops left out)."""
    depth = np.zeros(states_n, dtype=np.int32)
    for _ in range(states_n + 1):
        deeper = depth.copy()
        np.maximum.at(deeper, target, depth[source] + 1)
        if (deeper == depth).all():
            return depth, True
        depth = deeper
    return np.arange(states_n, dtype=np.int32), False


def _align_chunk(graph: _Graph, traces: Traces, is_full: NDArray[np.bool_], order: Longs, unknown: int) -> Alignments:
    kept = traces.letters >= 0
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(kept, dtype=np.int64)))
    offsets = before[traces.offsets]
    lengths = np.diff(traces.offsets)
    extra = (lengths - np.diff(offsets)) * unknown
    cost, ties, bounds, moves = _align_sorted(graph, traces.letters[kept], offsets, is_full, order)
    places = (np.flatnonzero(kept) - np.repeat(traces.offsets[:-1], np.diff(offsets))).astype(np.int32)
    row = order[np.repeat(np.arange(len(order)), np.diff(bounds))]
    at_end = moves.step == np.diff(offsets)[row]
    event = np.minimum(offsets[row] + moves.step, max(len(places) - 1, 0))
    position = np.where(at_end, lengths[row], places[event] if len(places) else 0).astype(np.int32)
    return Alignments((cost + extra[order]).astype(np.int32), ties, bounds, moves.kind, moves.letter, position)


def _in_trace_order(n: int, chunks: list[Longs], parts: list[Alignments]) -> Alignments:
    order = np.concatenate([np.zeros(0, dtype=np.int64), *chunks])
    back = np.empty(n, dtype=np.int64)
    back[order] = np.arange(n)
    sizes = np.concatenate([np.zeros(0, dtype=np.int64), *(np.diff(part.offsets) for part in parts)])
    starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))[:-1]
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes[back])))
    take = np.repeat(starts[back] - offsets[:-1], sizes[back]) + np.arange(offsets[-1])

    def gather(name: str, kind: type[np.generic], index: Longs) -> Any:
        return np.concatenate([np.zeros(0, dtype=kind), *(getattr(part, name) for part in parts)])[index]

    return Alignments(
        gather("cost", np.int32, back),
        gather("ties", np.int64, back),
        offsets,
        gather("kind", np.int32, take),
        gather("letter", np.int32, take),
        gather("position", np.int32, take),
    )


# --- the kernel ----------------------------------------------------------------------------------------------------


@compiled
def _advance(graph: _Graph, layers: _Layers, depth: int, letter: int) -> None:
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
def _close(graph: _Graph, layers: _Layers, depth: int) -> None:
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
def _close_cyclic(graph: _Graph, layers: _Layers, depth: int) -> None:
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
def _best_end(graph: _Graph, layers: _Layers, depth: int, is_full: bool) -> tuple[int, int, int]:
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
    graph: _Graph, layers: _Layers, letters: Ints, end: int, is_full: bool, moves: _Moves
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
def _new_layers(graph: _Graph, longest: int) -> _Layers:
    shape = (longest + 1, len(graph.accepting))
    layers = _Layers(
        np.full(shape, _FAR, dtype=np.int32),
        np.zeros(shape, dtype=np.int64),
        np.full(shape, _FAR, dtype=np.int32),
        np.zeros(shape, dtype=np.int64),
    )
    layers.base[0, 0], layers.base_n[0, 0] = 0, 1
    _close(graph, layers, 0)
    return layers


@compiled
def _appended(kept: _Moves, used: int, moves: _Moves, n: int) -> _Moves:
    """The kept moves with n more, turned round to run from the start to the end."""
    while used + n > len(kept.kind):
        kept = _Moves(
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
def _align_sorted(
    graph: _Graph, letters: Ints, offsets: Longs, is_full: NDArray[np.bool_], order: Longs
) -> tuple[Ints, Longs, Longs, _Moves]:
    longest = 0
    for trace in order:
        longest = max(longest, offsets[trace + 1] - offsets[trace])
    layers = _new_layers(graph, longest)
    cost = np.zeros(len(order), dtype=np.int32)
    ties = np.zeros(len(order), dtype=np.int64)
    bounds = np.zeros(len(order) + 1, dtype=np.int64)
    room = 2 * (longest + len(graph.accepting)) + 2
    moves = _Moves(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32))
    kept = _Moves(np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32))
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
    return cost, ties, bounds, _Moves(kept.kind[:used], kept.letter[:used], kept.step[:used])
