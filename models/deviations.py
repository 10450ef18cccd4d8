"""From the moves of an alignment to deviations as defined, each charged to one touchpoint or block.

Works per variant, in one compiled pass. Events that can never be synchronous (off the map) are no business of this
module: each of them is one `ad_hoc`, found where the events are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

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
    n = len(found.kind)
    moves = _Moves(found.kind, found.letter, found.position, np.empty(n, dtype=np.int64))
    out = _Out(np.empty(n, dtype=np.int64), *(np.empty(n, dtype=np.int32) for _ in range(5)))
    n = _classify_all(moves, found.offsets, lengths, plan, out)
    return Departures(out.trace[:n].copy(), *(column[:n].copy() for column in out[1:]))


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


class _Moves(NamedTuple):
    """The moves of all traces, and with which each is paired."""

    kind: Ints
    letter: Ints
    position: Ints
    partner: Longs


class _Out(NamedTuple):
    """Room for deviations, as `Departures` has them."""

    trace: Longs
    kind: Ints
    letter: Ints
    block: Ints
    position: Ints
    event_letter: Ints


@inner
def _pair_moves(moves: _Moves, plan: Layout, first: int, last: int) -> None:
    """Join each log move to a model move of the same touchpoint, else of another branch of the same skipped one_of."""
    kind, letter, partner = moves.kind, moves.letter, moves.partner
    for row in range(first, last):
        partner[row] = _FREE
    for row in range(first, last):
        if kind[row] != LOG:
            continue
        for other in range(first, last):
            if kind[other] == MODEL and partner[other] == _FREE and letter[other] == letter[row]:
                partner[row], partner[other] = other, row
                break
    for row in range(first, last):
        if kind[row] != LOG or partner[row] != _FREE or _synced_at(kind, letter, letter[row], first, last) < last:
            continue
        for other in range(first, last):
            block = plan.nearest[letter[other]]
            is_skip = kind[other] == MODEL and partner[other] == _FREE and block >= 0
            if is_skip and plan.branch[block, letter[other]] >= 0 and plan.branch[block, letter[row]] >= 0:
                partner[row], partner[other] = other, row
                break


@inner
def _synced_at(kind: Ints, letter: Ints, wanted: int, first: int, last: int) -> int:
    """The first of some moves that is a synchronous one of a letter; else the one after them."""
    for row in range(first, last):
        if kind[row] == SYNC and letter[row] == wanted:
            return row
    return last


@inner
def _earliest_passed(kind: Ints, letter: Ints, plan: Layout, row: int, other: int) -> int:
    """The earlier designed of two that changed places: what came too late, or what something too early passed by."""
    best = letter[row]
    for between in range(row, other):  # empty where the moved touchpoint came too late
        passed = letter[between]
        if kind[between] == SYNC and plan.precedes[passed, letter[row]] and plan.place[passed] < plan.place[best]:
            best = passed
    return int(best)


@inner
def _has_other_branch(moves: _Moves, plan: Layout, first: int, last: int, row: int) -> bool:
    """Whether another branch of a one_of around the log move's touchpoint was walked."""
    for block in range(plan.branch.shape[0]):
        mine = plan.branch[block, moves.letter[row]]
        if mine < 0:
            continue
        for other in range(first, last):
            theirs = plan.branch[block, moves.letter[other]]
            if moves.kind[other] == SYNC and theirs >= 0 and theirs != mine:
                return True
    return False


@inner
def _is_seen(kind: Ints, letter: Ints, first: int, row: int) -> bool:
    for earlier in range(first, row):  # noqa: SIM110 -- numba compiles no generators
        if kind[earlier] != MODEL and letter[earlier] == letter[row]:
            return True
    return False


@inner
def _classify_log(moves: _Moves, plan: Layout, first: int, last: int, row: int) -> tuple[int, int]:
    """(kind, letter charged) of a log move."""
    kind, letter, other = moves.kind, moves.letter, int(moves.partner[row])
    if other == _FREE:
        if _is_seen(kind, letter, first, row):
            return _REPEATED, int(letter[row])
        if _has_other_branch(moves, plan, first, last, row):
            return _BRANCH_CONFLICT, int(letter[row])
        if plan.place[letter[row]] >= plan.designed_n:  # welcome elsewhere, but in nobody's order
            return _OUT_OF_ORDER, int(letter[row])
        other = _synced_at(kind, letter, letter[row], row + 1, last)
    return _OUT_OF_ORDER, _earliest_passed(kind, letter, plan, row, other)


@inner
def _skipped_block(moves: _Moves, plan: Layout, first: int, last: int, row: int) -> int:
    """The innermost one_of or all_of around a model move, if nothing in it happened; else -1."""
    block = plan.nearest[moves.letter[row]]
    if block < 0:
        return -1
    for other in range(first, last):
        if moves.kind[other] != MODEL and plan.inside[block, moves.letter[other]]:
            return -1
    return int(block)


@inner
def _is_charged(moves: _Moves, plan: Layout, first: int, row: int, block: int) -> bool:
    """Whether an earlier model move has already been charged to the same skipped block."""
    for earlier in range(first, row):
        is_skip = moves.kind[earlier] == MODEL and moves.partner[earlier] == _FREE
        if is_skip and plan.nearest[moves.letter[earlier]] == block:
            return True
    return False


@lean
def _classify_all(moves: _Moves, offsets: Longs, lengths: Longs, plan: Layout, out: _Out) -> int:
    """Write the deviations of all traces; returns how many there are."""
    n = 0
    for trace in range(len(lengths)):
        first, last, end = offsets[trace], offsets[trace + 1], max(lengths[trace] - 1, 0)
        _pair_moves(moves, plan, first, last)
        for row in range(first, last):
            if moves.kind[row] == LOG:
                out.kind[n], out.letter[n] = _classify_log(moves, plan, first, last, row)
                out.block[n] = -1
            elif moves.kind[row] == MODEL and moves.partner[row] == _FREE:
                block = _skipped_block(moves, plan, first, last, row)
                if block >= 0 and _is_charged(moves, plan, first, row, block):
                    continue
                out.kind[n], out.block[n] = _MISSING, block
                out.letter[n] = moves.letter[row] if block < 0 else -1
            else:
                continue
            out.trace[n], out.event_letter[n] = trace, moves.letter[row]
            out.position[n] = min(moves.position[row], end)
            n += 1
    return n
