"""Where a signal is known, and who else could have shown it there: the place of its risk set.

A signal may be known at the moment when a touchpoint is reached. Then everybody who reaches it is compared: exposure
is what was known at that moment. Or it becomes known while a journey stands at a touchpoint. Then three things can be:

- it belongs to the stay: whoever shows it shows it before leaving or going on. Those who fell silent left at a moment
  that nobody saw; they are taken to have stayed as long as those who went on, so that stays are compared as wholes;
- it comes with the time waited: whoever stands there longer shows it more often, and those who will be lost stand
  there longest. Comparing stays as wholes would then blame it for their waiting. So moments are compared: at each mark
  those who still stand there (sequential trials). That this is so shows in the marked stays themselves: the odds of
  being lost rise, the fewer of those who go on still stand there when the mark comes;
- it comes on the way to the next touchpoint: nobody who shows it is lost before. Then everybody who reaches that one
  is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.friction.journeys import FOREVER_US, Stays
from models.friction.numbers import dense, distinct, firsts, mask
from models.friction.parts import Flags, Floats, Integers, Numbers

LEAST_LOST = 5.0
"""So many of the marked would have been lost like the others (exp(-5) < 1 %), before nobody lost means anything."""
FEW_LOST = 0.1
"""Of many more than that, this part may be lost before a signal is known on the way to the next: torn journeys."""
NEARLY_THERE = 2 / 3
"""Where nobody marked is lost, few though they are, marks that come after this part of the stay are on the way, too."""
LEAST_EVIDENCE = 2.0
"""Log of how much likelier the marked stays must be under sequential trials: stays as wholes are the rule."""


class Placing(StrEnum):
    """When a signal is known to those who are compared."""

    ENTRY = "entry"
    STAY = "stay"
    MOMENTS = "moments"
    ON_THE_WAY = "on_the_way"


@dataclass(frozen=True)
class Place:
    """Touchpoints at which a signal is judged.

    Attributes:
        codes: the touchpoint, or those of one block.
        placing: when it is known.
    """

    codes: tuple[int, ...]
    placing: Placing


@dataclass(frozen=True)
class Shown:
    """The stages in which a signal is known at the place where it is judged.

    Attributes:
        place: where.
        marked: the stages, ascending; for `ON_THE_WAY` those that follow.
        delay_us: of the first mark since the stage began, beside `marked`.
        elsewhere_n: stages with it at other places, which are not counted.
    """

    place: Place
    marked: Numbers
    delay_us: Integers
    elsewhere_n: int


@dataclass(frozen=True)
class Marks:
    """The marks of one signal and target: stage, delay since it began, whether the event that opened it shows it."""

    row: Numbers
    delay_us: Integers
    is_entry: Flags

    def where(self, chosen: Flags) -> Marks:
        """Those chosen."""
        return Marks(self.row[chosen], self.delay_us[chosen], self.is_entry[chosen])


def find_place(marks: Marks, stays: Stays, block: Integers, wanted: tuple[tuple[int, ...], str] | None = None) -> Shown:
    """The place where most is at stake for those who show the signal, and how it is known there.

    Args:
        marks: of one signal and target, sorted by stage and delay; at least one.
        stays: all stages.
        block: innermost block per code.
        wanted: codes and placing that are to be taken, so that two rules of identity are compared at one place.
    """
    if wanted is None:
        group = _groups(stays.code[marks.row], marks.is_entry, block)
        chosen = marks.where(group == _most_telling(group, marks, stays))
    else:
        is_entry = wanted[1] == Placing.ENTRY
        is_there = np.isin(stays.code[marks.row], wanted[0]) & (marks.is_entry == is_entry)
        chosen = marks.where(is_there) if wanted[1] != Placing.ON_THE_WAY else marks.where(~marks.is_entry)
    first = firsts(chosen.row)
    row, delay = chosen.row[first], chosen.delay_us[first]
    elsewhere_n = firsts(marks.row).size - row.size
    codes = tuple(int(code) for code in distinct(stays.code[row])) if wanted is None else wanted[0]
    placing = _placing(chosen, row, delay, codes, stays) if wanted is None else Placing(wanted[1])
    if placing != Placing.ON_THE_WAY:
        return Shown(Place(codes, placing), row, delay, elsewhere_n)
    return _after(row, stays, block, elsewhere_n, None if wanted is None else wanted[0])


def _groups(code: Numbers, is_entry: Flags, block: Integers) -> Integers:
    """Marks that are judged together: at one touchpoint or block, known when it is reached or later."""
    spot = np.where(block[code] >= 0, block[code], block.size + code)
    return spot * 2 + ~is_entry


def _most_telling(group: Integers, marks: Marks, stays: Stays) -> int:
    """The group of marks with most at stake: most are lost, or would be lost there; else the largest."""
    numbers, (_, inverse) = distinct(group), dense(group)
    hazard = stays.hazard
    at_stake = np.bincount(inverse, stays.is_lost[marks.row] + hazard[stays.code[marks.row]])
    ranked = np.lexsort((-numbers, np.bincount(inverse), np.rint(at_stake)))
    return int(numbers[ranked[-1]])


def _placing(chosen: Marks, row: Numbers, delay: Integers, codes: tuple[int, ...], stays: Stays) -> Placing:
    if chosen.is_entry[0]:
        return Placing.ENTRY
    there = stays.rows_of(codes)
    others = there[~mask(row, stays.code.size)[there]]
    is_known, is_lost = ~stays.is_open[row], stays.is_lost[row]
    known_others = others[~stays.is_open[others]]
    expected_n = is_known.sum() * (stays.is_lost[known_others].mean() if known_others.size else 0.0)
    is_many = expected_n >= LEAST_LOST and is_lost.sum() <= FEW_LOST * (expected_n - LEAST_LOST)
    passed_part = _passed_part(row, delay, stays)
    if passed_part > 0 and (is_many or (not is_lost.any() and passed_part >= NEARLY_THERE)):
        return Placing.ON_THE_WAY
    went_on_us = (stays.next_us - stays.reached_us)[others][stays.next_us[others] < FOREVER_US]
    is_timed = evidence_of_time(delay[is_known], is_lost[is_known], went_on_us) > LEAST_EVIDENCE
    return Placing.MOMENTS if is_timed else Placing.STAY


def _passed_part(row: Numbers, delay: Integers, stays: Stays) -> float:
    """The part of the stay that is over when the mark comes, in the middle of those who go on; below 0: nobody does."""
    goes_on = stays.next_us[row] < FOREVER_US
    if not goes_on.any():
        return -1.0
    spent_us = np.maximum(stays.next_us[row] - stays.reached_us[row], 1)[goes_on]
    return float(np.median(np.maximum(delay[goes_on], 1) / spent_us))


def _after(row: Numbers, stays: Stays, block: Integers, elsewhere_n: int, wanted: tuple[int, ...] | None) -> Shown:
    """The stages that follow marked ones, at the touchpoint or block that most of them go on to."""
    following = row[stays.next_us[row] < FOREVER_US] + 1
    code = stays.code[following]
    if wanted is None:
        group = _groups(code, np.ones(code.size, dtype=bool), block)
        numbers, counts = np.unique(group, return_counts=True)
        is_there = group == numbers[np.argmax(counts)]
    else:
        is_there = np.isin(code, wanted)
    codes = tuple(int(each) for each in np.unique(code[is_there])) if wanted is None else wanted
    rest = int(np.count_nonzero(~is_there))
    marked = following[is_there]
    nothing = np.zeros(marked.size, dtype=np.int64)
    return Shown(Place(codes, Placing.ON_THE_WAY), marked, nothing, elsewhere_n + rest)


def evidence_of_time(delay_us: Integers, is_lost: Flags, went_on_us: Integers) -> float:
    """How much better the time waited explains who of the marked was lost; positive: it does (log of likelihoods).

    Where marks come with the time waited, at delay t all who will be lost stand there, but of those who will go on
    only the share S(t): the odds of being lost are proportional to 1 / S(t). Where marks belong to stays, they do not
    depend on t.

    Args:
        delay_us: when each mark came, since its stage began.
        is_lost: whether its journey was lost in that stage.
        went_on_us: how long those without a mark stood there who went on.
    """
    if went_on_us.size == 0 or not is_lost.any() or is_lost.all():
        return 0.0
    still = 1.0 - np.searchsorted(np.sort(went_on_us), delay_us, side="right") / went_on_us.size
    tilt = -np.log(np.maximum(still, 0.5 / went_on_us.size))
    return _likelihood(is_lost, tilt) - _likelihood(is_lost, np.zeros(tilt.size))


def _likelihood(is_lost: Flags, tilt: Floats) -> float:
    """Log likelihood of who was lost, log odds a + tilt, at the best a (Newton's method; it is concave in a)."""
    level = float(np.log(is_lost.mean() / (1 - is_lost.mean())) - tilt.mean())
    for _ in range(60):
        share = 1 / (1 + np.exp(-np.clip(level + tilt, -40.0, 40.0)))
        step = float((is_lost - share).sum() / max((share * (1 - share)).sum(), 1e-9))
        level += float(np.clip(step, -2.0, 2.0))
        if abs(step) < 1e-10:
            break
    odds = level + tilt
    return float((np.where(is_lost, odds, 0.0) - np.logaddexp(0.0, odds)).sum())
