"""When things happen: arrivals, gaps, office hours. Whole arrays at a time; times are microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from pipelines.demo.story import DAY, DAYS, HOLIDAYS, HOUR, LOCAL_US, SECOND, START_US

Times = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float64]

_OPENS, _CLOSES = 8 * HOUR, 16 * HOUR
_HOUR_WEIGHTS = np.array([1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 7, 7, 7, 8, 9, 10, 12, 13, 11, 7, 3], dtype=float)
_WEEKDAY_WEIGHTS = np.array([1.15, 1.1, 1.1, 1.0, 0.8, 0.8, 1.05])


def arrivals(rng: np.random.Generator, n: int) -> Times:
    """N moments within the window, in the rhythm of a week and a day."""
    weekdays = (np.arange(DAYS) + 4) % 7  # 1 May 2026 is a Friday
    weights = _WEEKDAY_WEIGHTS[weekdays]
    days = rng.choice(DAYS, size=n, p=weights / weights.sum())
    hours = rng.choice(24, size=n, p=_HOUR_WEIGHTS / _HOUR_WEIGHTS.sum())
    within = rng.integers(0, HOUR, size=n)
    return START_US + days * DAY + hours * HOUR + within


def gaps(rng: np.random.Generator, n: int, median_us: float | Shares, spread: float) -> Times:
    """N log-normal gaps of at least five seconds."""
    drawn: Shares = median_us * np.exp(spread * rng.standard_normal(n))
    return np.maximum(drawn, 5 * SECOND).astype(np.int64)


def by_day(times: Times) -> Times:
    """Times when people are up: what falls between 23 and 7 happens eight hours later."""
    hour = ((times + LOCAL_US) % DAY) // HOUR
    return np.where((hour >= 23) | (hour < 7), times + 8 * HOUR, times)


def in_office(rng: np.random.Generator, times: Times) -> Times:
    """Times at work: what falls outside office hours happens some time into the next working day."""
    into_the_day = rng.integers(0, 5 * HOUR, size=len(times))
    return office_later(times, np.where(_is_open(times), 0, into_the_day))


def office_later(times: Times, wait: Times) -> Times:
    """Times at which a wait is over that runs in office hours only."""
    total = office_clock(times) + wait
    day = np.searchsorted(_OFFICE_BEFORE, total, side="right") - 1
    over: Times = (_FIRST_DAY + day) * DAY + _OPENS + total - _OFFICE_BEFORE[day] - LOCAL_US
    return over


def office_clock(times: Times) -> Times:
    """Microseconds of office time since long before the window: differences are waits in business hours."""
    local = times + LOCAL_US
    day = local // DAY - _FIRST_DAY
    return _OFFICE_BEFORE[day] + np.where(_IS_WORKING[day], np.clip(local % DAY - _OPENS, 0, _CLOSES - _OPENS), 0)


def _is_open(times: Times) -> Mask:
    local = times + LOCAL_US
    hour = local % DAY
    return _IS_WORKING[local // DAY - _FIRST_DAY] & (hour >= _OPENS) & (hour < _CLOSES)


_EPOCH = date(1970, 1, 1)
_FIRST_DAY = START_US // DAY - 30
_CALENDAR = np.arange(_FIRST_DAY, _FIRST_DAY + 800)  # days since 1970, far beyond the slowest journey
_IS_WORKING = ((_CALENDAR + 3) % 7 < 5) & ~np.isin(_CALENDAR, [(day - _EPOCH).days for day in HOLIDAYS])
_OFFICE_BEFORE = np.concatenate([[0], np.cumsum(_IS_WORKING * (_CLOSES - _OPENS))[:-1]])
