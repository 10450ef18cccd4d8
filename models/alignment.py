"""Optimal alignments of variants to a map's automaton: a dynamic programme over its states, shared by common prefixes.

The cost of a trace prefix in every state is one layer; a variant re-uses the layers of the prefix that it shares with
the one before it in sorted order. Optimal alignments after Adriansyah, "Aligning observed and modeled behavior", 2014;
prefix alignments end in any state. Costs are whole tenths, so that equal costs are equal.

Ties are broken the same way always: read from the end, a log move is preferred to a synchronous one and that to a model
move; model moves go by designed place, then by state. So of two equal payments the second is the repetition, and a
touchpoint that came too late is the one that moved.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.alignment_kernel import (
    Batch,
    Found,
    Graph,
    Ints,
    Longs,
    Moves,
    align_sorted,
    new_layers,
    new_moves,
)
from models.automaton import Automaton

MODEL_COST: Final = 10
"""Skipping a mandatory touchpoint, in tenths."""
UNKNOWN_COST: Final = 10
"""An event that can never be synchronous: its activity is not on the flow. In tenths."""
KNOWN_COST: Final = 11
"""An event of a touchpoint of the flow, out of its place: dearer, so that "skipped X" is preferred to "extra Y"."""


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
    order = sorted_order(traces)
    price = costs or Costs()
    order_of_letters = np.arange(len(automaton.letters), dtype=np.int32)
    graph = _graph(automaton, order_of_letters if places is None else places, price)
    chunks = [chunk for chunk in np.array_split(order, max(1, threads)) if len(chunk)]
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        parts = list(pool.map(lambda chunk: _align_chunk(graph, traces, is_full, chunk, price.unknown), chunks))
    return _in_trace_order(traces.n, chunks, parts)


def sorted_order(traces: Traces) -> Longs:
    """Lexicographic order, so that neighbours share the longest prefixes."""
    text = (traces.letters + 2).astype(">u2").tobytes()
    bounds = (traces.offsets * 2).tolist()
    words = [text[start:end] for start, end in pairwise(bounds)]
    return np.array(sorted(range(traces.n), key=words.__getitem__), dtype=np.int64)


def _graph(automaton: Automaton, places: Ints, costs: Costs) -> Graph:
    source, letter, target = automaton.source, automaton.letter, automaton.target
    by_letter = np.argsort(letter, kind="stable")
    moving = np.flatnonzero(source != target)  # a model move that stays where it is never pays
    depth, is_acyclic = _depths(automaton.states_n, source[moving], target[moving])
    forward = moving[np.argsort(depth[source[moving]], kind="stable")]
    back = moving[np.lexsort((source[moving], places[letter[moving]], target[moving]))]
    states, letters_n = automaton.states_n, len(automaton.letters)
    return Graph(
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


def _align_chunk(graph: Graph, traces: Traces, is_full: NDArray[np.bool_], order: Longs, unknown: int) -> Alignments:
    kept = traces.letters >= 0
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(kept, dtype=np.int64)))
    offsets = before[traces.offsets]
    lengths = np.diff(traces.offsets)
    cost, ties, bounds, moves = _run_kernel(graph, Batch(traces.letters[kept], offsets, is_full, order))
    cost += ((lengths - np.diff(offsets)) * unknown)[order].astype(np.int32)
    places = (np.flatnonzero(kept) - np.repeat(traces.offsets[:-1], np.diff(offsets))).astype(np.int32)
    row = order[np.repeat(np.arange(len(order)), np.diff(bounds))]
    at_end = moves.step == np.diff(offsets)[row]
    event = np.minimum(offsets[row] + moves.step, max(len(places) - 1, 0))
    position = np.where(at_end, lengths[row], places[event] if len(places) else 0).astype(np.int32)
    return Alignments(cost, ties, bounds, moves.kind, moves.letter, position)


def _run_kernel(graph: Graph, batch: Batch) -> tuple[Ints, Longs, Longs, Moves]:
    """Make the room that the kernel needs, and run it. Memory that no move fills is never touched."""
    lengths = np.diff(batch.offsets)[batch.order]
    states_n, longest = len(graph.accepting), int(lengths.max(initial=0))
    # An optimal alignment skips no more than the shortest designed journey, and what its own events pay for.
    most = 2 * lengths + lengths * graph.known // graph.model + states_n
    kept = new_moves(int(most.sum()))
    found = Found(
        np.zeros(len(lengths), np.int32), np.zeros(len(lengths), np.int64), np.zeros(len(lengths) + 1, np.int64)
    )
    align_sorted(graph, batch, new_layers(longest, states_n), new_moves(int(most.max(initial=0))), kept, found)
    used = int(found.bounds[-1])
    return found.cost, found.ties, found.bounds, Moves(*(column[:used].copy() for column in kept))


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
