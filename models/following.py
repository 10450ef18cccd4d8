"""What follows what in journeys, after how long, and which journeys go alike: one pass over their steps in order.

Steps come as columns of whole numbers. Those of one journey lie together and in order, as a window leaves them, but for
few; these are put right first. Windows and lists in SQL would sort all of them once more for every question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.alignment_layers import Ints, Longs
from models.compiling import lean

NEVER: Final = -1
_SEED, _FACTOR = 1469598103934665603, 1099511628211
_Whole = TypeVar("_Whole", np.int32, np.int64)


class Steps(NamedTuple):
    """Steps of journeys, those of one journey together and in order.

    Attributes:
        letter: What happened, from 0.
        at_us: When; empty where nobody asks.
        offsets: Where each journey begins, and where the last one ends.
    """

    letter: Ints
    at_us: Longs
    offsets: Longs


@dataclass(frozen=True)
class Alike:
    """Journeys that go alike.

    Attributes:
        variant: Variant of each journey, numbered as they first come.
        example: One journey of each variant.
    """

    variant: Longs
    example: Longs


@dataclass(frozen=True)
class Follows:
    """Pairs of letters that follow each other, in the order of the letters.

    Attributes:
        source: The letter before.
        target: The letter after.
        n: How often.
        journeys_n: In how many journeys.
        offsets: Where the times of each pair begin, and where those of the last one end.
        between_us: The times between, pair by pair; empty where the steps have none.
    """

    source: Ints
    target: Ints
    n: Longs
    journeys_n: Longs
    offsets: Longs
    between_us: Longs

    def medians(self) -> Longs:
        """Median time of each pair: of two in the middle the smaller one."""
        found = np.empty(len(self.n), np.int64)
        for pair in range(len(self.n)):
            times = self.between_us[self.offsets[pair] : self.offsets[pair + 1]]
            middle = (len(times) - 1) // 2
            found[pair] = np.partition(times, middle)[middle]
        return found


def in_order(journey: Ints, position: Ints, letter: Ints, at_us: Longs) -> tuple[Ints, Steps]:
    """Steps journey by journey, and the key of each journey, rising.

    Args:
        journey: Key of each step's journey.
        position: Its place in the journey; no two are alike.
        letter: What happened.
        at_us: When; may be empty.
    """
    bounds = _runs_of(journey, position)
    for is_last in (False, True):
        keys = journey[bounds[:-1]]
        if (keys[1:] > keys[:-1]).all():
            break
        if is_last:
            order = np.lexsort((position, journey))
            bounds = np.arange(len(journey) + 1)
        else:  # whole stretches first: where threads write them they are in order but for a few
            order = np.argsort(
                keys.astype(np.int64) << 32 | position[bounds[:-1]], kind="stable"
            )  # fast where in order
        before = _Rows(_read_only(journey), _read_only(position), _read_only(letter), _read_only(at_us))
        room = (np.empty_like(journey), np.empty_like(position), np.empty_like(letter), np.empty_like(at_us))
        after = _Rows(*room)
        _take(bounds, order, before, after)
        journey, position, letter, at_us = after
        bounds = _runs_of(journey, position)
    return journey[bounds[:-1]], Steps(letter, at_us, bounds)


class _Rows(NamedTuple):
    """Columns of steps."""

    journey: Ints
    position: Ints
    letter: Ints
    at_us: Longs


def _runs_of(journey: Ints, position: Ints) -> Longs:
    """Where each stretch of steps of one journey with rising positions begins, and where the last one ends."""
    bounds = np.empty(len(journey) + 1, np.int64)
    return bounds[: _find_runs(_read_only(journey), _read_only(position), bounds) + 1].copy()


def _read_only(column: NDArray[_Whole]) -> NDArray[_Whole]:
    """A column as a frame gives it, whosoever it is: a kernel is compiled anew for one that may be written to."""
    view = column.view()
    view.flags.writeable = False
    return view


def alike(steps: Steps, kind: Longs) -> Alike:
    """Which journeys take the same steps in the same order.

    Args:
        steps: The steps.
        kind: Of each journey; journeys of two kinds are never alike.
    """
    journeys_n = len(kind)
    variant, example = np.empty(journeys_n, np.int64), np.empty(journeys_n, np.int64)
    slots = np.full(1 << max(4, (2 * journeys_n).bit_length()), NEVER, np.int64)
    n = _find_alike(steps, kind, slots, (variant, example, np.empty(journeys_n, np.int64)))
    return Alike(variant, example[:n].copy())


def texts(steps: Steps, journeys: Longs) -> tuple[Longs, NDArray[np.uint8]]:
    """Some journeys' letters as texts like `12>0>7`: where each begins (and where the last one ends), and their bytes.

    Args:
        steps: The steps.
        journeys: Which journeys.
    """
    sizes = np.diff(steps.offsets)[journeys]
    bounds = np.zeros(len(journeys) + 1, np.int64)
    room = np.empty(int(sizes.sum()) * (len(str(int(steps.letter.max(initial=0)))) + 1), np.uint8)
    n = _write(steps.letter, steps.offsets, journeys, bounds, room)
    return bounds, room[:n]


def follows(steps: Steps, below: int) -> Follows:
    """What follows what directly, among letters below a limit; others are passed over.

    Args:
        steps: The steps.
        below: The limit.
    """
    n, journeys_n = np.zeros(below * below, np.int64), np.zeros(below * below, np.int64)
    last = np.full(below * below, NEVER, np.int64)
    pairs_n = _count_pairs(steps, below, n, (journeys_n, last))
    ends = np.cumsum(n)
    between = np.empty(pairs_n if len(steps.at_us) else 0, np.int64)
    if len(steps.at_us):
        _take_times(steps, below, ends - n, between)
    found = np.flatnonzero(n)
    offsets = np.concatenate((np.zeros(1, np.int64), ends[found]))
    source, target = (found // max(below, 1)).astype(np.int32), (found % max(below, 1)).astype(np.int32)
    return Follows(source, target, n[found], journeys_n[found], offsets, between)


@lean
def _find_runs(journey: Ints, position: Ints, bounds: Longs) -> int:
    """Note where stretches begin, and where the last one ends; returns how many there are."""
    n = 0
    for step in range(len(journey)):
        if step == 0 or journey[step] != journey[step - 1] or position[step] <= position[step - 1]:
            bounds[n] = step
            n += 1
    bounds[n] = len(journey)
    return n


@lean
def _take(bounds: Longs, order: Longs, before: _Rows, after: _Rows) -> None:
    """Copy stretches of rows in another order."""
    row, has_times = 0, len(before.at_us) > 0
    for stretch in range(len(order)):
        for step in range(bounds[order[stretch]], bounds[order[stretch] + 1]):
            after.journey[row], after.position[row] = before.journey[step], before.position[step]
            after.letter[row] = before.letter[step]
            if has_times:
                after.at_us[row] = before.at_us[step]
            row += 1


@lean
def _find_alike(steps: Steps, kind: Longs, slots: Longs, out: tuple[Longs, Longs, Longs]) -> int:
    """Number the variants; returns how many there are. A name that two variants share is told apart by their steps."""
    variant, example, names = out
    letter, offsets, n = steps.letter, steps.offsets, 0
    for journey in range(len(kind)):
        first, size = offsets[journey], offsets[journey + 1] - offsets[journey]
        name = (_SEED ^ kind[journey]) * _FACTOR
        for step in range(first, first + size):
            name = (name ^ letter[step]) * _FACTOR
            name ^= name >> 29
        slot = name & (len(slots) - 1)
        while slots[slot] != NEVER:
            known = slots[slot]
            other = example[known]
            if names[known] == name and kind[other] == kind[journey] and offsets[other + 1] - offsets[other] == size:
                same, start = 0, offsets[other]
                while same < size and letter[start + same] == letter[first + same]:
                    same += 1
                if same == size:
                    break
            slot = (slot + 1) & (len(slots) - 1)
        if slots[slot] == NEVER:
            slots[slot], example[n], names[n] = n, journey, name
            n += 1
        variant[journey] = slots[slot]
    return n


@lean
def _count_pairs(steps: Steps, below: int, n: Longs, of_journeys: tuple[Longs, Longs]) -> int:
    """Count how often each pair comes, and in how many journeys; returns the sum."""
    journeys_n, last = of_journeys
    letter, pairs_n = steps.letter, 0
    for journey in range(len(steps.offsets) - 1):
        before = NEVER
        for step in range(steps.offsets[journey], steps.offsets[journey + 1]):
            if letter[step] >= below:
                continue
            if before != NEVER:
                pair = before * below + letter[step]
                n[pair] += 1
                pairs_n += 1
                if last[pair] != journey:
                    last[pair] = journey
                    journeys_n[pair] += 1
            before = int(letter[step])
    return pairs_n


@lean
def _take_times(steps: Steps, below: int, places: Longs, between: Longs) -> None:
    """Put the time between the two of each pair where those of the pair belong."""
    letter, at_us = steps.letter, steps.at_us
    for journey in range(len(steps.offsets) - 1):
        before = NEVER
        for step in range(steps.offsets[journey], steps.offsets[journey + 1]):
            if letter[step] >= below:
                continue
            if before != NEVER:
                pair = int(letter[before]) * below + letter[step]
                between[places[pair]] = at_us[step] - at_us[before]
                places[pair] += 1
            before = step


@lean
def _write(letter: Ints, offsets: Longs, journeys: Longs, bounds: Longs, room: NDArray[np.uint8]) -> int:
    """Write letters in digits, with a `>` between them; returns how many bytes."""
    n = 0
    for row in range(len(journeys)):
        first, last = offsets[journeys[row]], offsets[journeys[row] + 1]
        for step in range(first, last):
            if step > first:
                room[n] = 62
                n += 1
            left, power = int(letter[step]), 1
            while left // power >= 10:
                power *= 10
            while power > 0:
                room[n] = 48 + left // power % 10
                power //= 10
                n += 1
        bounds[row + 1] = n
    return n
