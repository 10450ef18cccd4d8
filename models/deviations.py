"""From the moves of an alignment to deviations as defined, each charged to one touchpoint or block.

Works per variant, in one compiled pass. Events that can never be synchronous (off the map) are no business of this
module: each of them is one `ad_hoc`, found where the events are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.alignment import Alignments, Traces, align
from models.alignment_kernel import LOG, MODEL, SYNC
from models.alignment_layers import Ints, Longs
from models.automaton import Automaton, compile_flow
from models.compiling import inner, lean
from models.places import BlockNames, Layout, layout
from schemas import blocks
from schemas.words import DeviationKind

KINDS: Final = (
    DeviationKind.MISSING,
    DeviationKind.REPEATED,
    DeviationKind.OUT_OF_ORDER,
    DeviationKind.BRANCH_CONFLICT,
)
_MISSING, _REPEATED, _OUT_OF_ORDER, _BRANCH_CONFLICT = range(4)


@dataclass(frozen=True)
class Departures:
    """One row per deviation of a variant from the control flow.

    Attributes:
        trace: Which trace, by number.
        kind: Place in `KINDS`.
        letter: Letter that it is charged to; -1 where a block is charged.
        block: Block that it is charged to; -1 where a letter is.
        position: The event of the trace at which it shows.
        event_letter: Letter of the move that shows it: the moved, repeated or skipped touchpoint itself.
    """

    trace: Longs
    kind: Ints
    letter: Ints
    block: Ints
    position: Ints
    event_letter: Ints


@dataclass(frozen=True)
class Departure:
    """One deviation of one trace, in names.

    Attributes:
        kind: What it is.
        touchpoint: What it is charged to; None where a block is.
        block: The skipped block; None where a touchpoint is charged.
        position: The event of the trace at which it shows, from 0.
    """

    kind: DeviationKind
    touchpoint: str | None
    block: str | None
    position: int


def departures(found: Alignments, plan: Layout, lengths: Longs) -> Departures:
    """Deviations of every aligned trace.

    Args:
        found: Alignments; a trace without moves has no deviation.
        plan: Places and blocks of the map, over the same letters.
        lengths: Events per trace.
    """
    out = np.empty((len(found.kind), 6), dtype=np.int64)
    moves = _Found(found.offsets, found.kind, found.letter, found.position)
    rows = out[: _classify_all(moves, lengths, plan, np.empty(len(found.kind), dtype=np.int32), out)]
    columns = (np.ascontiguousarray(column) for column in rows.T)
    trace, *rest = columns
    return Departures(trace.astype(np.int64), *(column.astype(np.int32) for column in rest))


def explain(flow: blocks.Flow, trace: Sequence[str], finished: bool = True) -> tuple[Departure, ...]:
    """Control-flow deviations of one trace of names, with `ad_hoc` for names that the flow does not know.

    Args:
        flow: The map's flow.
        trace: Touchpoint names in order.
        finished: Whether the journey reached its goal (full alignment) or is judged as a prefix.
    """
    automaton = compile_flow(flow)
    plan, names = layout(flow, automaton.letters)
    traces = traces_of(automaton, [trace])
    found = align(automaton, traces, np.array([finished]), plan.place)
    rows = _named(departures(found, plan, np.diff(traces.offsets)), automaton, names)
    unknown = [
        Departure(DeviationKind.AD_HOC, name, None, i) for i, name in enumerate(trace) if name not in automaton.letters
    ]
    return tuple(sorted([*rows, *unknown], key=lambda d: (d.position, d.kind, d.touchpoint or "", d.block or "")))


def traces_of(automaton: Automaton, traces: Sequence[Sequence[str]]) -> Traces:
    """Traces of names in the automaton's letters; names that it does not know become -1."""
    number = {name: i for i, name in enumerate(automaton.letters)}
    letters = [number.get(name, -1) for trace in traces for name in trace]
    offsets = np.cumsum([0, *map(len, traces)])
    return Traces(np.array(letters, dtype=np.int32), offsets.astype(np.int64))


def _named(rows: Departures, automaton: Automaton, names: BlockNames) -> list[Departure]:
    return [
        Departure(
            KINDS[kind],
            automaton.letters[letter] if letter >= 0 else None,
            names.labels[block] if block >= 0 else None,
            position,
        )
        for kind, letter, block, position in zip(
            rows.kind.tolist(), rows.letter.tolist(), rows.block.tolist(), rows.position.tolist(), strict=True
        )
    ]


# --- the kernel ----------------------------------------------------------------------------------------------------

_FREE: Final = -1


class _Found(NamedTuple):
    """The moves of all traces."""

    offsets: Longs
    kind: Ints
    letter: Ints
    position: Ints


class _Row(NamedTuple):
    """The moves of one trace, and whom each is paired with."""

    kind: Ints
    letter: Ints
    position: Ints
    partner: Ints
    last: int
    trace: int


@inner
def _pair_moves(kind: Ints, letter: Ints, plan: Layout, partner: Ints) -> None:
    """Join each log move to a model move of the same touchpoint, else of another branch of the same skipped one_of."""
    for row in range(len(kind)):
        partner[row] = _FREE
    for row in range(len(kind)):
        if kind[row] != LOG:
            continue
        for other in range(len(kind)):
            if kind[other] == MODEL and partner[other] == _FREE and letter[other] == letter[row]:
                partner[row], partner[other] = other, row
                break
    for row in range(len(kind)):
        if kind[row] != LOG or partner[row] != _FREE or _is_synced(kind, letter, letter[row], len(kind)):
            continue
        for other in range(len(kind)):
            block = plan.nearest[letter[other]]
            is_skip = kind[other] == MODEL and partner[other] == _FREE and block >= 0
            if is_skip and plan.branch[block, letter[other]] >= 0 and plan.branch[block, letter[row]] >= 0:
                partner[row], partner[other] = other, row
                break


@inner
def _is_synced(kind: Ints, letter: Ints, wanted: int, until: int) -> bool:
    for row in range(until):  # noqa: SIM110 -- numba compiles no generators
        if kind[row] == SYNC and letter[row] == wanted:
            return True
    return False


@inner
def _earliest_passed(kind: Ints, letter: Ints, plan: Layout, row: int, other: int) -> int:
    """The earlier designed of two that changed places: what came too late, or what something too early passed by."""
    best = int(letter[row])
    for between in range(row, other):  # empty where the moved touchpoint came too late
        passed = letter[between]
        if kind[between] == SYNC and plan.precedes[passed, letter[row]] and plan.place[passed] < plan.place[best]:
            best = int(passed)
    return best


@inner
def _until_synced(kind: Ints, letter: Ints, row: int) -> int:
    for later in range(row + 1, len(kind)):
        if kind[later] == SYNC and letter[later] == letter[row]:
            return later
    return len(kind)


@inner
def _has_other_branch(kind: Ints, letter: Ints, plan: Layout, row: int) -> bool:
    """Whether another branch of a one_of around the log move's touchpoint was walked."""
    for block in range(plan.branch.shape[0]):
        mine = plan.branch[block, letter[row]]
        if mine < 0:
            continue
        for other in range(len(kind)):
            theirs = plan.branch[block, letter[other]]
            if kind[other] == SYNC and theirs >= 0 and theirs != mine:
                return True
    return False


@inner
def _is_seen(kind: Ints, letter: Ints, row: int) -> bool:
    for earlier in range(row):  # noqa: SIM110 -- numba compiles no generators
        if kind[earlier] != MODEL and letter[earlier] == letter[row]:
            return True
    return False


@inner
def _classify_log(kind: Ints, letter: Ints, plan: Layout, partner: Ints, row: int) -> tuple[int, int]:
    """(kind, letter charged) of a log move."""
    if partner[row] != _FREE:
        return _OUT_OF_ORDER, _earliest_passed(kind, letter, plan, row, int(partner[row]))
    if _is_seen(kind, letter, row):
        return _REPEATED, int(letter[row])
    if _has_other_branch(kind, letter, plan, row):
        return _BRANCH_CONFLICT, int(letter[row])
    if plan.place[letter[row]] >= plan.designed_n:  # welcome elsewhere, but in nobody's order
        return _OUT_OF_ORDER, int(letter[row])
    return _OUT_OF_ORDER, _earliest_passed(kind, letter, plan, row, _until_synced(kind, letter, row))


@inner
def _skipped_block(kind: Ints, letter: Ints, plan: Layout, row: int) -> int:
    """The innermost one_of or all_of around a model move, if nothing in it happened; else -1."""
    block = plan.nearest[letter[row]]
    if block < 0:
        return -1
    for other in range(len(kind)):
        if kind[other] != MODEL and plan.inside[block, letter[other]]:
            return -1
    return int(block)


@inner
def _is_charged(kind: Ints, letter: Ints, plan: Layout, partner: Ints, row: int) -> bool:
    """Whether an earlier model move has already been charged to the same skipped block."""
    for earlier in range(row):
        is_skip = kind[earlier] == MODEL and partner[earlier] == _FREE
        if is_skip and plan.nearest[letter[earlier]] == plan.nearest[letter[row]]:
            return True
    return False


@inner
def _classify(moves: _Row, plan: Layout, out: NDArray[np.int64]) -> int:
    """Write the deviations of one trace; returns how many there are."""
    kind, letter, partner = moves.kind, moves.letter, moves.partner
    _pair_moves(kind, letter, plan, partner)
    n = 0
    for row in range(len(kind)):
        if kind[row] == LOG:
            out[n, 1], out[n, 2] = _classify_log(kind, letter, plan, partner, row)
            out[n, 3] = -1
        elif kind[row] == MODEL and partner[row] == _FREE:
            block = _skipped_block(kind, letter, plan, row)
            if block >= 0 and _is_charged(kind, letter, plan, partner, row):
                continue
            out[n, 1], out[n, 3] = _MISSING, block
            out[n, 2] = letter[row] if block < 0 else -1
        else:
            continue
        out[n, 0] = moves.trace
        out[n, 4], out[n, 5] = min(moves.position[row], moves.last), letter[row]
        n += 1
    return n


@lean
def _classify_all(found: _Found, lengths: Longs, plan: Layout, partner: Ints, out: NDArray[np.int64]) -> int:
    """Write the deviations of all traces; returns how many there are."""
    n = 0
    for trace in range(len(lengths)):
        first, last = found.offsets[trace], found.offsets[trace + 1]
        if first < last:
            kind, letter, position = found.kind[first:last], found.letter[first:last], found.position[first:last]
            end = max(lengths[trace] - 1, 0)
            n += _classify(_Row(kind, letter, position, partner[first:last], end, trace), plan, out[n:])
    return n
