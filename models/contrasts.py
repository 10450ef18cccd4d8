"""How two numbers differ: intervals and tests that know that one person's journeys are alike.

Each number comes with its own 95 % interval; the interval of the difference is made of the two (MOVER, which for shares
is Newcombe's method 10), so that it is sound near 0 and 1 too. Tests of shares count what the journeys are worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

from models.incidence import Curves, curves
from models.intervals import Z_95, Floats, Integers, Numbers, wilson

Flags = npt.NDArray[np.bool_]

FEW_EXPECTED = 10.0  # below so many expected hits or misses on either side a share is tested exactly, not by z
FEW_LOST = 5.0  # fewer expected to be lost, or to stay, on the smaller side, and an effect has no normal interval
_TOLERANCE = 1 - 1e-12  # keeps rounding in a sum from pushing a quantile to the next time


@dataclass(frozen=True)
class Estimate:
    """A number of one group.

    Attributes:
        value: The number.
        low: Lower end of its 95 % interval.
        high: Upper end.
        worth: Independent journeys that it rests on: their number over the design effect.
        spread: Its standard error, clustered by person.
    """

    value: float
    low: float
    high: float
    worth: float
    spread: float


@dataclass(frozen=True)
class Contrast:
    """One number minus another.

    Attributes:
        difference: The one minus the other.
        low: Lower end of its 95 % interval.
        high: Upper end.
        p_value: Two-sided, of no difference.
    """

    difference: float
    low: float
    high: float
    p_value: float


def contrast(one: Estimate, other: Estimate, p_value: float | None = None) -> Contrast:
    """The difference of two estimates, with its interval from theirs; people in both groups are taken for strangers.

    Args:
        one: The one.
        other: The other, which is taken off.
        p_value: of a better test than that of the two standard errors.
    """
    low = _reach(one.value - one.low, other.high - other.value)
    high = _reach(one.high - one.value, other.value - other.low)
    difference = one.value - other.value
    if p_value is None:
        variance = one.spread**2 + other.spread**2
        p_value = two_sided(difference / sqrt(variance)) if variance > 0 else float(difference == 0)
    return Contrast(difference, difference - low, difference + high, p_value)


def _reach(one: float, other: float) -> float:
    return sqrt(one**2 + other**2)


def two_sided(z: float) -> float:
    """Two-sided p-value of a normal deviate."""
    return erfc(abs(z) / sqrt(2))


def clustered_spread(influence: Floats, person: Numbers) -> float:
    """Standard error of an estimate from what each journey adds to its error, summed per person first.

    Args:
        influence: One per journey.
        person: Whole number of the person, from 0.
    """
    of_person = np.bincount(person, influence)
    people_n = int(np.count_nonzero(np.bincount(person)))
    few = people_n / max(1, people_n - 1) * (1 - 1 / influence.size)  # 1 where nobody comes again
    return sqrt(float(np.square(of_person).sum()) * few)


def share_of(is_hit: npt.NDArray[np.bool_], person: Numbers) -> Estimate:
    """The share of journeys that do something, Wilson's interval on what they are worth. Needs at least one.

    Args:
        is_hit: One per journey.
        person: Whole number of the person, from 0.
    """
    share = float(is_hit.mean())
    plain = share * (1 - share) / is_hit.size
    spread = clustered_spread((is_hit - share) / is_hit.size, person)
    # Where all or none do it nothing can be learned about likeness, and the worst is assumed.
    worth = is_hit.size / max(1.0, spread**2 / plain) if plain > 0 else _all_alike(person)
    low, high = wilson(share * worth, worth)
    return Estimate(share, float(low), float(high), worth, sqrt(share * (1 - share) / worth))


def _all_alike(person: Numbers) -> float:
    """What journeys are worth if all of one person's are alike."""
    return person.size**2 / float(np.square(np.bincount(person).astype(float)).sum())


def mean_of(value: Floats, person: Integers) -> Estimate:
    """The mean of a number, with a normal interval. Needs at least one."""
    mean = float(value.mean())
    spread = clustered_spread((value - mean) / value.size, person)
    plain = float(np.square(value - mean).sum()) / value.size**2
    worth = value.size / max(1.0, spread**2 / plain) if plain > 0 else float(np.unique(person).size)
    return Estimate(mean, mean - Z_95 * spread, mean + Z_95 * spread, worth, spread)


def incidence_of(
    until_us: Integers, cause: npt.NDArray[np.integer], wanted: int, horizon_us: int, person: Integers
) -> tuple[Estimate, Floats]:
    """The share ended by a cause within the horizon, those still open counted as such; and its influences per row.

    Args:
        until_us: See `models.incidence`.
        cause: 0 for open, then the competing ends.
        wanted: The cause asked for.
        horizon_us: The horizon.
        person: Whole number of the person, from 0.
    """
    found = curves(until_us, cause, max(int(cause.max(initial=1)), wanted), horizon_us)
    share = float(found.incidence[wanted - 1, -1])
    influence = np.empty(until_us.size)
    influence[found.order] = _influence(found, found.times_us.size - 1, wanted)
    spread = clustered_spread(influence, person)
    known = found.settled_n / until_us.size
    worth = share * (1 - share) / spread**2 if spread**2 > 1e-15 else known * _all_alike(person)
    worth = min(max(worth, 1.0), float(until_us.size))
    low, high = wilson(share * worth, worth)
    return Estimate(share, float(low), float(high), worth, spread), influence


def served_by(time_us: int, until_us: Integers, cause: npt.NDArray[np.integer], person: Integers) -> Estimate:
    """Of those who will be served (cause 1), the share served by a time; those still waiting counted as such."""
    return _served_by(time_us, _all_of(until_us, cause), person)


def quantile_of(part: float, until_us: Integers, cause: npt.NDArray[np.integer], person: Integers) -> Estimate | None:
    """When a part of those who will be served has been: seconds, with Woodruff's interval; None where nobody is.

    Args:
        part: 0.5 for the median.
        until_us: How long each waited so far, or in all.
        cause: 0 still waits, 1 served, 2 left.
        person: Whole number of the person, from 0.
    """
    if not np.any(cause == 1):
        return None
    found = _all_of(until_us, cause)
    served = found.incidence[0] / found.incidence[0, -1]
    at = _passes(found.times_us, served, part)
    sure = _served_by(at, found, person)
    worth = part * (1 - part) / sure.spread**2 if sure.spread > 0 else float(np.unique(person).size)
    worth = min(max(worth, 1.0), float(until_us.size))
    ends = wilson(part * worth, worth)
    low, high = (_passes(found.times_us, served, float(end)) / 1e6 for end in ends)
    return Estimate(at / 1e6, low, high, worth, (high - low) / (2 * Z_95))


def median_us(until_us: Integers, cause: npt.NDArray[np.integer]) -> int | None:
    """The median alone, in microseconds; None where nobody is served."""
    if not np.any(cause == 1):
        return None
    found = _all_of(until_us, cause)
    return _passes(found.times_us, found.incidence[0] / found.incidence[0, -1], 0.5)


def _all_of(until_us: Integers, cause: npt.NDArray[np.integer]) -> Curves:
    return curves(until_us, cause, 2, int(until_us.max()))


def _served_by(time_us: int, found: Curves, person: Integers) -> Estimate:
    served = found.incidence[0]
    last = int(np.searchsorted(found.times_us, time_us, side="right")) - 1
    limit, by_then = float(served[-1]), float(served[last]) if last >= 0 else 0.0
    if limit <= 0:
        return Estimate(0.0, 0.0, 1.0, 1.0, 0.0)
    share = by_then / limit
    influence = (_influence(found, last, 1) - share * _influence(found, served.size - 1, 1)) / limit
    spread = clustered_spread(influence, person[found.order])
    known = float(((found.step > last) | (found.cause > 0)).mean())  # those of whom it is known, by then
    worth = share * (1 - share) / spread**2 if spread**2 > 1e-15 else known * _all_alike(person)
    worth = min(max(worth, 1.0), float(person.size))
    low, high = wilson(share * worth, worth)
    return Estimate(share, float(low), float(high), worth, spread)


def _influence(found: Curves, last: int, cause: int) -> Floats:
    """What each row adds to the error of the share ended by one cause by the time at a place.

    As `models.incidence.influences`, for one cause alone, and for any time.
    """
    n = last + 1
    ended, hazards, total = (
        found.incidence[cause - 1, :n],
        found.hazards[cause - 1, :n],
        found.hazards[:, :n].sum(axis=0),
    )
    to_come, left = (ended[-1] if n else 0.0) - ended, 1.0 - total
    pull = np.divide(to_come, left, out=np.zeros_like(to_come), where=left > 0)
    at_risk, before = found.at_risk_n[:n], found.before[:n]
    drift = np.append(0.0, np.cumsum((before * hazards - pull * total) / at_risk))
    effect = -drift[np.minimum(found.step + 1, n)]
    rows = np.flatnonzero((found.cause > 0) & (found.step < n))
    at = found.step[rows]
    effect[rows] -= (pull / at_risk)[at]
    is_so = found.cause[rows] == cause
    effect[rows[is_so]] += (before / at_risk)[at[is_so]]
    return effect


def _passes(times_us: Integers, served: Floats, part: float) -> int:
    place = int(np.searchsorted(served, part * _TOLERANCE))
    return int(times_us[min(place, times_us.size - 1)])


def p_of_shares(one: Estimate, other: Estimate) -> float:
    """Two-sided p-value that two shares are one: by z, or exactly (Fisher's mid-p) where few are expected."""
    hits, misses = one.value * one.worth, other.value * other.worth
    n = one.worth + other.worth
    pooled = (hits + misses) / n
    if min(one.worth, other.worth) * min(pooled, 1 - pooled) < FEW_EXPECTED:
        return _exact(round(hits), round(one.worth), round(misses), round(other.worth))
    variance = pooled * (1 - pooled) * (1 / one.worth + 1 / other.worth)
    return two_sided((one.value - other.value) / sqrt(variance))


def _exact(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """Fisher's mid-p value, twice the smaller tail."""
    total = hits + other_hits
    counts = np.arange(max(0, total - other_n), min(total, n) + 1)
    if counts.size == 1:
        return 1.0
    k = counts[:-1].astype(float)
    steps = np.log((total - k) * (n - k)) - np.log((k + 1) * (other_n - total + k + 1))
    weights = np.append(0.0, np.cumsum(steps))
    chance = np.exp(weights - weights.max())
    chance /= chance.sum()
    at = int(np.searchsorted(counts, hits))
    tails = (chance[:at].sum() + chance[at] / 2, chance[at + 1 :].sum() + chance[at] / 2)
    return min(1.0, 2 * float(min(tails)))


def held_still(value: Floats | Flags, is_one: Flags, stratum: Integers, person: Numbers) -> Contrast | None:
    """The difference of two means within strata, with overlap weights (n1 n0 / n); None where no stratum has both.

    Args:
        value: A number, or whether, per journey.
        is_one: Whether the journey is of the one group, else of the other.
        stratum: Whole number from 0.
        person: Whole number of the person, from 0.
    """
    strata_n = int(stratum.max(initial=-1)) + 1
    n1 = np.bincount(stratum, is_one, strata_n).astype(float)
    n0 = np.bincount(stratum, ~is_one, strata_n).astype(float)
    weight = np.divide(n1 * n0, n1 + n0, out=np.zeros(strata_n), where=(n1 > 0) & (n0 > 0))
    if weight.sum() <= 0:
        return None
    weight /= weight.sum()
    mean1 = np.divide(np.bincount(stratum, value * is_one, strata_n), n1, out=np.zeros(strata_n), where=n1 > 0)
    mean0 = np.divide(np.bincount(stratum, value * ~is_one, strata_n), n0, out=np.zeros(strata_n), where=n0 > 0)
    difference = float((weight * (mean1 - mean0)).sum())

    def influence(value: Floats, is_one: Flags, stratum: Integers) -> Floats:
        n = np.where(is_one, n1[stratum], n0[stratum])
        rest = np.where(is_one, value - mean1[stratum], mean0[stratum] - value)
        # The strata's own differences vary around their mean: that the weights are estimated adds so much.
        of_weights = weight[stratum] * ((mean1 - mean0)[stratum] - difference) / (n1 + n0)[stratum]
        return np.asarray(weight[stratum] * rest / n + of_weights)

    if value.dtype == np.bool_:  # of few kinds of journeys, each of which adds the same
        kind = (stratum * 2 + is_one) * 2 + value
        kinds, of_kind = np.flatnonzero(np.bincount(kind)), np.zeros(strata_n * 4)
        of_kind[kinds] = influence((kinds % 2).astype(float), kinds // 2 % 2 == 1, kinds // 4)
        spread = clustered_spread(of_kind[kind], person)
    else:
        spread = clustered_spread(influence(value.astype(float), is_one, stratum), person)
    p_value = two_sided(difference / spread) if spread > 0 else float(difference == 0)
    return Contrast(difference, difference - Z_95 * spread, difference + Z_95 * spread, p_value)


def stratified_effect(
    is_lost: npt.NDArray[np.bool_], is_exposed: npt.NDArray[np.bool_], stratum: Integers, person: Integers
) -> Estimate | None:
    """Lost with a signal minus lost without it, within strata; None where no stratum has both, or few are (or stay).

    The variance is Sato's, which holds with many strata of few, times the design effect of people who come again. Its
    worth is that of the smaller side: the exposed, or the others.
    """
    found = held_still(is_lost, is_exposed, stratum, person)
    sides = [share_of(is_lost[side], person[side]) for side in (is_exposed, ~is_exposed) if side.any()]
    if found is None or len(sides) < 2:
        return None
    worth, lost = min(side.worth for side in sides), float(is_lost.mean())
    if worth * min(lost, 1 - lost) < FEW_LOST:
        return None
    widening = max(1.0, *(np.count_nonzero(side) / each.worth for side, each in _with_sides(is_exposed, sides)))
    spread = sqrt(widening * _sato(is_lost, is_exposed, stratum, found.difference))
    ends = found.difference - Z_95 * spread, found.difference + Z_95 * spread
    return Estimate(found.difference, *ends, worth, spread)


def _with_sides(
    is_exposed: npt.NDArray[np.bool_], sides: list[Estimate]
) -> list[tuple[npt.NDArray[np.bool_], Estimate]]:
    return [(is_exposed, sides[0]), (~is_exposed, sides[1])]


def _sato(is_lost: npt.NDArray[np.bool_], is_exposed: npt.NDArray[np.bool_], stratum: Integers, effect: float) -> float:
    """Variance of a risk difference over strata (Sato, Greenland and Robins 1989)."""
    n1, n0 = (np.bincount(stratum, side).astype(float) for side in (is_exposed, ~is_exposed))
    lost1, lost0 = (np.bincount(stratum, is_lost & side).astype(float) for side in (is_exposed, ~is_exposed))
    has_both = (n1 > 0) & (n0 > 0)
    n1, n0, lost1, lost0 = (each[has_both] for each in (n1, n0, lost1, lost0))
    n = n1 + n0
    weights = (n1**2 * lost0 - n0**2 * lost1 + n1 * n0 * (n0 - n1) / 2) / n**2
    spreads = (lost1 * (n0 - lost0) + lost0 * (n1 - lost1)) / (2 * n)
    return max(0.0, float(effect * weights.sum() + spreads.sum())) / float((n1 * n0 / n).sum()) ** 2
