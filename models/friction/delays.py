"""The time that signals take from those who go on nevertheless, with intervals by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.friction.effects import ratio
from models.friction.judging import delay_per_month
from models.friction.parts import Floats, RiskSet
from models.friction.resamples import Hashes, Weights, person_weights

RESAMPLES_N = 500


@dataclass(frozen=True)
class Delay:
    """Customer seconds a month with the ends of their 95 % interval; NaN where nobody can tell."""

    per_month_s: float
    low_s: float
    high_s: float


def delay_together(
    sets: Sequence[RiskSet],
    person_hash: Hashes,
    resamples_n: int = RESAMPLES_N,
    beyond_s: Sequence[Floats | None] | None = None,
) -> Delay:
    """Seconds a month that the exposed of several signals took beyond the others of their strata.

    Of several signals at one touchpoint the one that takes longest counts: the same journeys may show them all.

    Args:
        sets: The risk sets.
        person_hash: As in `estimate`.
        resamples_n: Bootstrap resamples, by person.
        beyond_s: Per risk set, what each unit waited beyond its promise: where the signal is a broken promise, that is
            its delay, for it is known only when the wait is over. None: it is none.
    """
    longest: dict[int, tuple[float, int]] = {}
    waited = list(beyond_s or [None] * len(sets))
    for number, units in enumerate(sets):
        found = _found(units, waited[number])
        place = int(units.code.min()) if units.code.size else -1
        if np.isfinite(found) and (place not in longest or found > longest[place][0]):
            longest[place] = found, number
    if not longest:
        return Delay(np.nan, np.nan, np.nan)
    weights = person_weights(person_hash, resamples_n)
    draws = sum(_draws(sets[number], waited[number], weights) for _, number in longest.values())
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Delay(sum(found for found, _ in longest.values()), float(low), float(high))


def _found(units: RiskSet, waited_s: Floats | None) -> float:
    if waited_s is None:
        return delay_per_month(units)
    return float(np.rint(waited_s[units.is_exposed]).sum() / units.months)


def _draws(units: RiskSet, waited_s: Floats | None, weights: Weights) -> Floats:
    """The delay a month in every resample."""
    if waited_s is not None:
        exposed = units.is_exposed
        spent = np.bincount(units.person[exposed], np.rint(waited_s[exposed]), len(weights)).astype(float)
        return np.array([(spent * weights[:, place]).sum() / units.months for place in range(weights.shape[1])])
    went_on = np.flatnonzero(~np.isnan(units.went_on_s))
    cells_n = 2 * (int(units.stratum.max()) + 1)
    cell = units.stratum[went_on] * 2 + units.is_exposed[went_on]
    spent_s, person = np.rint(units.went_on_s[went_on]), units.person[went_on]
    draws = np.full(weights.shape[1], np.nan)
    for place in range(draws.size):
        times = weights[person, place].astype(float)
        n = np.bincount(cell, times, cells_n).reshape(-1, 2).astype(float)
        total = np.bincount(cell, times * spent_s, cells_n).reshape(-1, 2).astype(float)
        beyond = ratio(total[:, 1], n[:, 1]) - ratio(total[:, 0], n[:, 0])
        weight = ratio(n[:, 0] * n[:, 1], n.sum(axis=1))
        if weight.any():
            overall = (weight * beyond).sum() / weight.sum()
            draws[place] = (n[:, 1] * np.where(weight > 0, beyond, overall)).sum() / units.months
    return draws
