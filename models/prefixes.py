"""What was known of a journey at each of its events: the alignment of the prefix that ends there, and what it added.

A later alignment knows how the journey went on: a touchpoint that came too late is `missing` to all who left before it
came, and `out_of_order` to all who stayed, although nothing tells them apart at the moment itself. So every distinct
prefix of all variants is aligned once, as a prefix, and a departure becomes known at the first event at which one more
of its kind and target is there than at the event before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.alignment import Alignments, Traces, align, sorted_order
from models.alignment_kernel import LOG
from models.alignment_layers import Ints, Longs
from models.automaton import Automaton
from models.compiling import inner, lean
from models.deviations import KINDS, departures
from models.places import Layout

Flags = NDArray[np.bool_]
ROOM = 4_000_000
"""Events of prefixes that are aligned at a time: a few hundred megabytes."""


@dataclass(frozen=True)
class Known:
    """What became known at the events of traces; events are numbered as in the traces' letters.

    Attributes:
        is_log: Per event, whether it was a log move when it came; never for events that cannot be synchronous.
        event: One per departure that became known: at which event.
        shown: The event at which it shows: the same, or an earlier one that now reads differently.
        kind: Place in `deviations.KINDS`.
        letter: Letter that it is charged to; -1 where a block is charged.
        block: Block that it is charged to; -1 where a letter is.
    """

    is_log: Flags
    event: Longs
    shown: Longs
    kind: Ints
    letter: Ints
    block: Ints


@dataclass(frozen=True)
class _Prefixes:
    """Distinct prefixes, in the order of their letters, so that each comes after those that it begins with.

    Attributes:
        node: Per event, the prefix that ends with it.
        parent: Per prefix, the one without the last event; -1: the empty one.
        start: Where the letters of a trace that begins with it begin.
        length: Its events.
    """

    node: Longs
    parent: Longs
    start: Longs
    length: Longs


@dataclass(frozen=True)
class _Rows:
    """Departures of prefixes: what `Known` has, with the place of the event in the prefix."""

    prefix: Longs
    place: Longs
    kind: Ints
    letter: Ints
    block: Ints

    def where(self, chosen: Flags) -> _Rows:
        return _Rows(*(column[chosen] for column in vars(self).values()))


@dataclass(frozen=True)
class _Aligner:
    """What every chunk of prefixes is aligned with."""

    letters: Ints
    plan: Layout
    align: Callable[[Traces], Alignments]


def known_departures(automaton: Automaton, plan: Layout, traces: Traces, *, threads: int = 1) -> Known:
    """When each departure from the control flow became known.

    Args:
        automaton: The map's language.
        plan: Places and blocks of the map, over the same letters.
        traces: Distinct traces in the automaton's letters; below 0: events that can never be synchronous.
        threads: Workers; the result does not depend on them.
    """
    known = np.flatnonzero(traces.letters >= 0).astype(np.int64)
    kept = Traces(traces.letters[known], np.searchsorted(known, traces.offsets).astype(np.int64))

    def as_prefixes(each: Traces) -> Alignments:
        return align(automaton, each, np.zeros(each.n, dtype=np.bool_), plan.place, threads=threads)

    at = _Aligner(kept.letters, plan, as_prefixes)
    tree = _prefixes(kept)
    is_log = np.zeros(len(tree.length), dtype=np.bool_)
    parts = [_judged(at, tree, chunk, before_n, is_log) for chunk, before_n in _chunks(tree)]
    rows = _Rows(*(np.concatenate(columns) for columns in zip(*(vars(part).values() for part in parts), strict=True)))
    logs = np.zeros(len(traces.letters), dtype=np.bool_)
    logs[known] = is_log[tree.node]
    return _spread(rows, kept, tree, known, logs)


def _prefixes(traces: Traces) -> _Prefixes:
    n, longest = len(traces.letters), int(np.diff(traces.offsets).max(initial=0))
    node, parent, start, length = (np.empty(n, dtype=np.int64) for _ in range(4))
    order = sorted_order(traces)
    used = _grow(traces.letters, traces.offsets, order, np.empty(longest, np.int64), node, parent, start, length)
    return _Prefixes(node, parent[:used], start[:used], length[:used])


@inner
def _shared_n(left: Ints, right: Ints) -> int:
    """How many letters two traces begin with alike."""
    n = 0
    while n < min(len(left), len(right)) and left[n] == right[n]:
        n += 1
    return n


@lean
def _grow(  # noqa: PLR0917 -- numba takes arguments by position
    letters: Ints, offsets: Longs, order: Longs, path: Longs, node: Longs, parent: Longs, start: Longs, length: Longs
) -> int:
    """Number the prefixes of the sorted traces as they first come; returns how many there are."""
    n = 0
    previous = letters[:0]
    for row in range(len(order)):
        first = offsets[order[row]]
        here = letters[first : offsets[order[row] + 1]]
        shared = _shared_n(previous, here)
        for depth in range(len(here)):
            if depth >= shared:
                parent[n] = path[depth - 1] if depth > 0 else -1
                start[n], length[n], path[depth] = first, depth + 1, n
                n += 1
            node[first + depth] = path[depth]
        previous = here
    return n


def _chunks(tree: _Prefixes) -> Iterator[tuple[Longs, int]]:
    """Prefixes to be aligned together, after those that the first of them begins with; and how many those are."""
    room = np.cumsum(tree.length) // ROOM
    bounds = np.concatenate(([0], np.flatnonzero(np.diff(room)) + 1, [len(room)])).tolist()
    for first, last in pairwise(bounds):
        before: list[int] = []
        while first < last and (above := int(tree.parent[before[-1] if before else first])) >= 0:
            before.append(above)
        yield np.array([*before[::-1], *range(first, last)], dtype=np.int64), len(before)


def _judged(at: _Aligner, tree: _Prefixes, chunk: Longs, before_n: int, is_log: Flags) -> _Rows:
    """What became known at the end of each prefix of a chunk; notes in `is_log` which end with a log move."""
    length = tree.length[chunk]
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(length)))
    place = np.repeat(tree.start[chunk] - offsets[:-1], length) + np.arange(offsets[-1])
    found = at.align(Traces(at.letters[place], offsets))
    is_log[chunk] = _ends_with_log(found)
    rows = departures(found, at.plan, length)
    every = _Rows(rows.trace, rows.position.astype(np.int64), rows.kind, rows.letter, rows.block)
    parent = np.where(tree.parent[chunk] >= 0, np.searchsorted(chunk, tree.parent[chunk]), -1)
    added = every.where(_is_added(every, parent, len(at.plan.place), len(at.plan.inside)))
    added = added.where(added.prefix >= before_n)
    return replace(added, prefix=chunk[added.prefix])


def _ends_with_log(found: Alignments) -> Flags:
    """A prefix ends with its last event; one of cost 0 has no moves, and fits."""
    last = np.append(found.kind, -1)[np.maximum(found.offsets[1:], 1) - 1]
    is_log: Flags = (np.diff(found.offsets) > 0) & (last == LOG)
    return is_log


def _is_added(rows: _Rows, parent: Longs, letters_n: int, blocks_n: int) -> Flags:
    """Of each kind and target the last ones, as many as the prefix has more of than its parent."""
    targets_n = letters_n + blocks_n
    kinds_n = len(KINDS) * targets_n
    target = rows.kind.astype(np.int64) * targets_n + np.where(rows.letter >= 0, rows.letter, letters_n + rows.block)
    name = rows.prefix * kinds_n + target
    order = np.lexsort((-rows.place, name))
    names, first, size = np.unique(name[order], return_index=True, return_counts=True)
    above = parent[names // kinds_n] * kinds_n + names % kinds_n
    at = np.minimum(np.searchsorted(names, above), max(len(names) - 1, 0))
    had = np.where(names[at] == above, size[at], 0)
    added = np.zeros(len(name), dtype=np.bool_)
    added[order] = np.arange(len(name)) - np.repeat(first, size) < np.repeat(size - had, size)
    return added


def _spread(rows: _Rows, traces: Traces, tree: _Prefixes, known: Longs, is_log: Flags) -> Known:
    """The departures of each prefix at every event that ends it."""
    order = np.argsort(rows.prefix, kind="stable")
    first = np.searchsorted(rows.prefix[order], np.arange(len(tree.length) + 1))
    size = np.diff(first)[tree.node]
    event = np.repeat(np.arange(len(tree.node)), size)
    ends = np.cumsum(size)
    row = order[np.repeat(first[tree.node] - (ends - size), size) + np.arange(size.sum())]
    begins = np.repeat(traces.offsets[:-1], np.diff(traces.offsets))
    shown = known[begins[event] + rows.place[row]]
    return Known(is_log, known[event], shown, rows.kind[row], rows.letter[row], rows.block[row])
