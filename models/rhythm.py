"""The rhythm of events: how many an hour usually brings, by weekday and hour, and how far days stray from that.

Hours are counted from the first hour that is looked at. What could not be seen, and days off, are no exposure: nothing
is expected there, and nothing is learned from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY_H = 24
WEEK_H = 7 * DAY_H
LEVEL_DAYS = (7, 28)
"""The level before and after a stretch is the lowest of a week's and a month's: what fades out is no sudden silence."""
FADING = 0.6
"""A series whose last week had less than this of the month's level was fading out anyway."""
LEAST_SPREAD = 0.02
"""Variance of a day's level, in squared levels, that even the steadiest series is given (14 % either way)."""
LEAST_HISTORY_D = 14
_MONTH_H = LEVEL_DAYS[-1] * DAY_H
_WEEKENDS = np.array([0, 0, 0, 0, 0, 1, 2])
_OFTEN = 0.7
_AROUND_D = 14
_WEEKS_NEAR = 4


@dataclass(frozen=True)
class Clock:
    """The hours that are looked at.

    Attributes:
        slots: Hour of the week, local: 0 is Monday's first.
        is_off: Days without business.
    """

    slots: Longs
    is_off: Flags

    @property
    def hours_n(self) -> int:
        """How many hours there are."""
        return len(self.slots)


class Rhythm:
    """What one series of events usually does.

    Args:
        clock: The hours.
        counts: Events in each hour.
        is_seen: Hours in which it could be seen.
    """

    def __init__(self, clock: Clock, counts: Longs, is_seen: Flags) -> None:
        self.clock, self.counts = clock, counts
        busy = np.flatnonzero(counts)
        self.starts_h = int(busy[0]) if len(busy) else clock.hours_n
        is_on = is_seen & ~clock.is_off
        is_on[: self.starts_h] = False
        self.usual = np.where(is_on, self._profile(is_on)[clock.slots], 0.0)
        self._sum_usual = np.concatenate(([0.0], np.cumsum(self.usual)))
        self._sum_counts = np.concatenate(([0], np.cumsum(np.where(is_on, counts, 0))))

    def _profile(self, is_on: Flags) -> Floats:
        """Events of each hour of the week: weekdays share the shape of their day, and have heights of their own."""
        slots, counts = self.clock.slots[is_on], self.counts[is_on]
        hours = np.bincount(slots, minlength=WEEK_H).reshape(7, DAY_H).astype(float)
        events = np.bincount(slots, weights=counts, minlength=WEEK_H).reshape(7, DAY_H)
        heights = events.sum(1) * DAY_H / np.maximum(hours.sum(1), 1)
        profile = np.zeros((7, DAY_H))
        for kind in range(3):
            of_kind = kind == _WEEKENDS
            shape = events[of_kind].sum(0) / np.maximum(hours[of_kind].sum(0), 1)
            profile[of_kind] = heights[of_kind, None] * shape / max(shape.sum(), 1e-12)
        return profile.ravel()

    def expected(self, from_h: int, until_h: int) -> float:
        """Events that these hours usually bring."""
        return float(self._sum_usual[until_h] - self._sum_usual[from_h])

    def happened(self, from_h: int, until_h: int) -> int:
        """Events that came in these hours."""
        return int(self._sum_counts[until_h] - self._sum_counts[from_h])

    @cached_property
    def day_n(self) -> float:
        """Events of a usual day on which anything is expected."""
        days = self.days_usual[self.days_usual > 0]
        return float(days[days >= 0.1 * days.mean()].mean()) if len(days) else 0.0

    @cached_property
    def days_usual(self) -> Floats:
        """Expected events of each day (of 24 hours from the first)."""
        return _by_day(self.usual)

    @cached_property
    def days_counts(self) -> Floats:
        """Events of each day."""
        return _by_day(np.where(self.usual > 0, self.counts, 0))

    def open_days_n(self, share: float) -> int:
        """Days of the week that bring more than this share of a mean one; with fewer than seven, it knows holidays."""
        sums = np.bincount(self.clock.slots // DAY_H, weights=self.usual, minlength=7)
        return int((sums >= share * sums.mean()).sum())

    def closes_around(self, from_h: int, until_h: int, share: float) -> bool:
        """Whether some day of the week brought less than this share of a mean one, in the month before and after.

        Only the hours of the day count that the stretch has.
        """
        near = np.r_[
            max(from_h - _MONTH_H, self.starts_h) : from_h, until_h : min(until_h + _MONTH_H, self.clock.hours_n)
        ]
        hours = np.unique(np.arange(from_h, until_h) % DAY_H)
        near = near[(self.usual[near] > 0) & np.isin(near % DAY_H, hours)]
        weekday = self.clock.slots[near] // DAY_H
        seen, events = np.bincount(weekday, minlength=7), np.bincount(weekday, self.counts[near], minlength=7)
        levels = events / np.maximum(seen, 1)
        return bool(levels.min() < share * levels.mean())

    def comes_on_most_days(self, from_h: int, until_h: int) -> bool:
        """Whether it came on nearly as many days as chance would have it, before and after a stretch.

        What comes once a month, all at once, does not: its silences are its rhythm. Nor does what has hardly begun.
        """
        sides = [
            (max(from_h - _MONTH_H, self.starts_h), from_h),
            (until_h, min(until_h + _MONTH_H, self.clock.hours_n)),
        ]
        return all(self.comes_often(*side) for side in sides)

    def comes_often(self, from_h: int, until_h: int) -> bool:
        """Whether it came on nearly as many days between two hours as chance would have it."""
        usual = _by_day(self.usual[from_h:until_h])
        came = (_by_day(self.counts[from_h:until_h]) > 0) & (usual > 0)
        return bool(came.sum() >= _OFTEN * (1 - np.exp(-usual)).sum())

    def level(self, from_h: int, until_h: int) -> float:
        """The lowest level around a stretch, 1 being usual; 0 where too little tells, or it was fading out."""
        found = []
        for days in LEVEL_DAYS:
            found.append(self._ratio(max(from_h - days * DAY_H, self.starts_h), from_h))
            if until_h < self.clock.hours_n:
                found.append(self._ratio(until_h, min(until_h + days * DAY_H, self.clock.hours_n)))
        return min(found) if found[0] >= FADING * self._ratio(max(from_h - _MONTH_H, self.starts_h), from_h) else 0.0

    def _ratio(self, from_h: int, until_h: int) -> float:
        expected = self.expected(from_h, until_h)
        return self.happened(from_h, until_h) / expected if expected >= 3 * min(self.day_n, 1.0) else 0.0

    def other_weeks(self, from_h: int, until_h: int) -> float:
        """Events of the same hours in weeks near by: the lowest of the middle ones and the nearest, before and after.

        What it brings now may have another rhythm than what it brought when most of it came.
        """
        step = -(-(until_h - from_h) // WEEK_H) * WEEK_H
        is_due = self.usual[from_h:until_h] > 0
        sides: list[list[int]] = [[], []]
        for number in range(1, _WEEKS_NEAR + 1):
            for side, start in zip(sides, (from_h - number * step, from_h + number * step), strict=True):
                end = start + until_h - from_h
                if start >= self.starts_h and end <= self.clock.hours_n:
                    side.append(int(self.counts[start:end][is_due].sum()))
        return min((min(float(np.median(side)), float(side[0])) for side in sides if side), default=0.0)

    def spread(self, from_h: int, until_h: int) -> tuple[float, float]:
        """Variance of a day's level beyond chance, and how far a day takes after the one before, -1 to 1.

        What counts are days below what is usual around them: campaigns make no silence likelier. The stretch itself,
        which is in question, says nothing of it.
        """
        aside = np.zeros(self.clock.hours_n, dtype=bool)
        aside[from_h:until_h] = True
        usual = _by_day(np.where(aside, 0.0, self.usual))
        counts = _by_day(np.where(aside | (self.usual == 0), 0, self.counts))
        expected = usual * _middle_around(np.divide(counts, usual, out=np.full(len(usual), np.nan), where=usual > 0))
        counted = usual > 0
        expected, counts = expected[counted], counts[counted]
        if len(expected) < LEAST_HISTORY_D // 2:
            return 1.0, 0.0
        below = np.minimum(counts - expected, 0.0)
        excess = (2 * (below**2).sum() - expected.sum()) / max((expected**2).sum(), 1e-12)
        strays = (counts - expected)[expected > 0] / expected[expected > 0]
        return max(LEAST_SPREAD, float(excess)), _likeness(strays)


def _by_day(hours: npt.NDArray[np.float64] | Longs) -> Floats:
    padded = np.zeros(-(-len(hours) // DAY_H) * DAY_H)
    padded[: len(hours)] = hours
    days: Floats = padded.reshape(-1, DAY_H).sum(1)
    return days


def _middle_around(levels: Floats) -> Floats:
    """The middle of the levels of the days around each day, the day itself left out; 0 where there are none."""
    padded = np.pad(levels, _AROUND_D, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND_D + 1).copy()
    windows[:, _AROUND_D] = np.nan
    is_told = ~np.isnan(windows).all(1)
    middle = np.zeros(len(levels))
    middle[is_told] = np.nanmedian(windows[is_told], axis=1)
    return middle


def _likeness(strays: Floats) -> float:
    if len(strays) < 3 or strays.std() == 0:
        return 0.0
    middle = strays - strays.mean()
    return float(np.clip((middle[1:] * middle[:-1]).sum() / (middle**2).sum(), -1.0, 1.0))
