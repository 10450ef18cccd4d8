"""What becomes of people after they first converted: whether they come back, fall silent, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.incidence import curves, shares
from models.intervals import Z_95, Integers

LEAST_N = 30
"""People followed for the whole window below which a share of them moves by tens of points by chance."""
NEVER = -1


@dataclass(frozen=True)
class Range:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


def returned_by(followed_us: Integers, event_us: Integers, window_us: int) -> Range:
    """Share of people with an event by the end of the window, those not followed so long counted as such.

    Aalen-Johansen with one end (so one minus Kaplan-Meier): who is followed for a month is at risk for a month.

    Args:
        followed_us: How long each person can be followed; at least one person.
        event_us: How long after the start her first event was, else `NEVER`.
        window_us: The window.
    """
    has_event = (event_us >= 0) & (event_us <= followed_us)
    found = curves(np.where(has_event, event_us, followed_us), has_event.astype(np.int64), 1, window_us)
    by_end = shares(found, np.arange(followed_us.size))
    return Range(float(by_end.share[0]), float(by_end.low[0]), float(by_end.high[0]))


def followed_n(followed_us: Integers, window_us: int) -> int:
    """People who can be followed for the whole window."""
    return int(np.count_nonzero(followed_us >= window_us))


def mean_count(followed_us: Integers, person: Integers, event_us: Integers, window_us: int) -> Range:
    """Events per person by the end of the window, with those not followed so long counted as far as they are.

    The mean cumulative function (Nelson 1995): at each event the number at that time over the people still followed
    then. Its variance is summed per person (Lawless and Nadeau 1995), for who came back twice comes a third time.

    Args:
        followed_us: How long each person can be followed.
        person: Whose each event is: an index into `followed_us`.
        event_us: How long after her start each event was; events after her end or the window's are left out.
        window_us: The window.
    """
    is_seen = (event_us <= window_us) & (event_us <= followed_us[person])
    whose, at_us = person[is_seen], event_us[is_seen]
    ends = np.sort(followed_us)
    times, events = np.unique(at_us, return_counts=True)
    at_risk = (followed_us.size - np.searchsorted(ends, times, side="left")).astype(float)
    steps = events / at_risk
    total = float(steps.sum())
    # A person's share of the error: her own events, each over those at risk, less what was expected while followed.
    own = np.bincount(whose, 1.0 / at_risk[np.searchsorted(times, at_us)], minlength=followed_us.size)
    expected = np.append(0.0, np.cumsum(steps / at_risk))
    error = own - expected[np.searchsorted(times, np.minimum(followed_us, window_us), side="right")]
    half = Z_95 * float(np.sqrt(np.square(error).sum()))
    return Range(total, max(total - half, 0.0), total + half)


def worth(counts: Range, per_conversion: float, margin: float) -> Range:
    """Margin per customer: her first conversion, which made her one, and those that follow."""
    each = per_conversion * margin
    return Range(*((1.0 + number) * each for number in (counts.value, counts.low, counts.high)))
