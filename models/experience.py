"""What customers say, by the standard formulas, with intervals that know that one person's answers are alike.

Every measure is a mean of points per answer: NPS of 100, 0, -100; CSAT and CES of 1 (good) and 0; sentiment of itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.intervals import Z_95, Floats, Integers, design_effect, wilson
from schemas.words import ExperienceMeasure

LEAST_N = 30
"""Answers (or what answers of the same people are worth) below which a score moves by tens of points by chance."""
SETTLED = 0.99
"""Share of the answers that come within the time after which somebody who was asked counts as silent."""


@dataclass(frozen=True)
class Score:
    """A mean of points with its 95 % interval.

    Attributes:
        score: The mean.
        low: Lower end.
        high: Upper end.
        effective_n: Answers over the design effect of people with several.
    """

    score: float
    low: float
    high: float
    effective_n: float


def score_of(measure: ExperienceMeasure, points: Floats, person: Integers) -> Score | None:
    """The score of some answers; None where they are worth fewer than `LEAST_N`.

    Shares (csat, ces) have Wilson's interval. NPS has Wald's after three answers are added, one half of them passive
    and a quarter each at either end, for Wald's alone is too short where nearly all say the same (Rocks 2016);
    sentiment has Wald's.

    Args:
        measure: What was asked.
        points: One per answer.
        person: Whole number of the person, one per answer.
    """
    if points.size == 0:
        return None
    worth = points.size / design_effect(person, points)
    if worth < LEAST_N:
        return None
    mean = float(points.mean())
    if measure in (ExperienceMeasure.CSAT, ExperienceMeasure.CES):
        low, high = wilson(mean * worth, worth)
        return Score(mean, float(low), float(high), worth)
    added = 3.0 if measure is ExperienceMeasure.NPS else 0.0
    n = worth + added
    middle = mean * worth / n
    square = (float(np.square(points).mean()) * worth + added / 2 * 100.0**2) / n
    half = Z_95 * float(np.sqrt(max(square - middle**2, 0.0) / n))
    bound = 100.0 if measure is ExperienceMeasure.NPS else 1.0
    return Score(mean, max(min(middle - half, mean), -bound), min(max(middle + half, mean), bound), worth)


def settled_us(delays_us: Integers) -> int:
    """How long after the asking nearly all answers are there; 0 where nobody answered."""
    return int(np.quantile(delays_us, SETTLED, method="higher")) if delays_us.size else 0


def response_share(asked_us: Integers, answered_us: Integers, as_of_us: int) -> float | None:
    """Share of those asked who answered, of those asked long enough ago; None where nobody was.

    Whoever was asked yesterday has not refused to answer: counted as silent, a campaign that has just begun would
    look like one that nobody cares for.

    Args:
        asked_us: When each journey was asked.
        answered_us: When it first answered after that, else -1.
        as_of_us: The snapshot.
    """
    has_answered = answered_us >= 0
    wait_us = settled_us((answered_us - asked_us)[has_answered])
    is_settled = asked_us <= as_of_us - wait_us
    if not is_settled.any():
        return None
    in_time = has_answered & (answered_us - asked_us <= wait_us)
    return float(np.count_nonzero(in_time & is_settled) / np.count_nonzero(is_settled))


def rounded(number: float) -> float:
    """Rounded to where the order of summation no longer shows, so that equal input gives equal bytes."""
    return round(number, 12)
