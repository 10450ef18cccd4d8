"""Optimal alignments of variants to a map's automaton: a dynamic programme over its states.

The cost of a trace prefix in every state is one layer, and layers that many prefixes lead to are worked out once
(`models.alignment_layers`). Optimal alignments after Adriansyah, "Aligning observed and modeled behavior", 2014;
prefix alignments end in any state. Costs are whole tenths, so that equal costs are equal.

Ties are broken the same way always: read from the end, a log move is preferred to a synchronous one and that to a model
move; model moves go by designed place, then by state. So of two equal payments the second is the repetition, and a
touchpoint that came too late is the one that moved.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.alignment_kernel import UNSURE, Batch, Found, Moves, align_each, new_moves, new_walk, put_in_order
from models.alignment_layers import Graph, Ints, Longs, new_layers
from models.automaton import Automaton

MODEL_COST: Final = 10
"""Skipping a mandatory touchpoint, in tenths."""
UNKNOWN_COST: Final = 10
"""An event that can never be synchronous: its activity is not on the flow. In tenths."""
KNOWN_COST: Final = 11
"""An event of a touchpoint of the flow, out of its place: dearer, so that "skipped X" is preferred to "extra Y"."""
FIRST_CAP: Final = 6 * MODEL_COST
"""What alignments may cost that are tried first: most departures of most people are few."""
LAYERS: Final = 2**16
"""Layers that are kept at most; beyond them all are forgotten."""
STATES: Final = 2**25
"""States of all of them together: 256 megabytes, of which none is touched before it is needed."""


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
    price = costs or Costs()
    order_of_letters = np.arange(len(automaton.letters), dtype=np.int32)
    graph = _graph(automaton, order_of_letters if places is None else places, price)
    batch = Batch(traces.letters, traces.offsets, is_full, price.unknown)
    found = Found(np.full(traces.n, UNSURE, np.int32), *(np.zeros(traces.n, np.int64) for _ in range(3)))
    spans = _spans(traces.n, threads)
    with ThreadPoolExecutor(max_workers=len(spans)) as pool:
        parts = list(pool.map(lambda span: _align_span(graph, batch, found, span), spans))
    return _in_order(found, parts)


def _spans(n: int, threads: int) -> list[tuple[int, int]]:
    bounds = np.linspace(0, n, max(1, min(threads, n)) + 1).astype(int).tolist()
    return list(pairwise(bounds))


def sorted_order(traces: Traces) -> Longs:
    """Lexicographic order, so that neighbours share the longest prefixes."""
    text = (traces.letters + 2).astype(">u2").tobytes()
    bounds = (traces.offsets * 2).tolist()
    words = [text[start:end] for start, end in pairwise(bounds)]
    return np.array(sorted(range(traces.n), key=words.__getitem__), dtype=np.int64)


def _graph(automaton: Automaton, places: Ints, costs: Costs) -> Graph:
    source, letter, target = (
        column.astype(np.int64) for column in (automaton.source, automaton.letter, automaton.target)
    )
    by_letter = np.lexsort((target, letter))
    moving = np.flatnonzero(source != target)  # a model move that stays where it is never pays
    depth, is_acyclic = _depths(automaton.states_n, source[moving], target[moving])
    forward = moving[np.argsort(depth[source[moving]], kind="stable")]
    back = moving[np.lexsort((source[moving], places[letter[moving]], target[moving]))]
    states, letters_n = automaton.states_n, len(automaton.letters)
    place_of = letter[by_letter] * states + target[by_letter]
    return Graph(
        np.searchsorted(place_of, np.arange(letters_n * states + 1)).astype(np.int64),
        source[by_letter],
        target[by_letter],
        source[forward],
        target[forward],
        np.searchsorted(target[back], np.arange(states + 1)).astype(np.int64),
        source[back],
        letter[back],
        automaton.accepting,
        is_acyclic,
        letters_n,
        costs.model,
        costs.known,
    )


def _depths(states_n: int, source: Longs, target: Longs) -> tuple[Ints, bool]:
    """Longest way from the start per state, and whether there is no cycle (self-loops left out)."""
    depth = np.zeros(states_n, dtype=np.int32)
    for _ in range(states_n + 1):
        deeper = depth.copy()
        np.maximum.at(deeper, target, depth[source] + 1)
        if (deeper == depth).all():
            return depth, True
        depth = deeper
    return np.arange(states_n, dtype=np.int32), False


def _align_span(graph: Graph, batch: Batch, found: Found, span: tuple[int, int]) -> list[Moves]:
    """Fill what was found of a span of traces; returns their moves, and makes their starts count from the first one.

    What costs more than a cap is done again under one much higher: each time all layers are worked out anew.
    """
    lengths = np.diff(batch.offsets[span[0] : span[1] + 1])
    longest, states_n, letters_n = int(lengths.max(initial=0)), len(graph.accepting), graph.letters_n
    layers_n = max(longest + 2, min(LAYERS, STATES // states_n, int(lengths.sum()) + 2))
    layers = new_layers(layers_n, states_n, letters_n)
    cost, start = found.cost[span[0] : span[1]], found.start[span[0] : span[1]]
    cap, before_n = FIRST_CAP, 0
    parts: list[Moves] = []
    while (is_open := cost == UNSURE).any():
        # An alignment has as many moves as its trace has events, and model moves that all of its cost can pay.
        skips_n = cap // max(1, graph.model)
        walk = new_walk(longest, states_n, longest + skips_n)
        kept = new_moves(int((lengths[is_open] + skips_n).sum()))
        used = align_each(graph, batch, layers, walk, kept, found, span, cap)
        start[is_open] += before_n
        parts.append(Moves(*(column[:used] for column in kept)))
        cap, before_n = cap * 4, before_n + used
    return parts


def _in_order(found: Found, parts: list[list[Moves]]) -> Alignments:
    """One after the other in the order of the traces, whichever cap they were found under."""
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(found.size)))
    ordered = new_moves(int(offsets[-1]))
    for span, part in zip(_spans(len(found.start), len(parts)), parts, strict=True):
        before_n = 0
        for moves in part:
            put_in_order(found, moves, ordered, offsets, span, before_n)
            before_n += len(moves.kind)
    return Alignments(found.cost, found.ties, offsets, *ordered)
