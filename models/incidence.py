"""Aalen-Johansen: how many have ended, and how, by a time after they were reached, those still open counted as open.

One row per journey everywhere. Time is in whole microseconds since the journey reached the place; cause 0 means that
it was last seen still open then, causes 1, 2, ... are the competing ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.intervals import Z_95, Floats, Integers, design_effects, wilson


@dataclass(frozen=True)
class Curves:
    """Cumulative incidence of each cause at each distinct time; rows are causes 1, 2, ..., columns are times.

    Attributes:
        times_us: the distinct times, rising.
        at_risk_n: journeys still open just before each.
        hazards: share of those at risk that end there, per cause.
        before: share still open just before each.
        incidence: share ended by each, per cause.
        order: the rows of the input in rising time.
        step: for each row in that order, its place among the times.
        cause: for each row in that order, its cause within the horizon; 0 for open.
        horizon_us: the horizon.
    """

    times_us: Integers
    at_risk_n: Floats
    hazards: Floats
    before: Floats
    incidence: Floats
    order: npt.NDArray[np.intp]
    step: npt.NDArray[np.intp]
    cause: npt.NDArray[np.int64]
    horizon_us: int

    @property
    def settled_n(self) -> float:
        """Journeys whose state at the horizon is known: ended before, or followed beyond it."""
        beyond = self.at_risk_n[-1] if self.times_us[-1] > self.horizon_us else 0.0
        return float(np.count_nonzero(self.cause) + beyond)

    def settled_by(self, last: int) -> float:
        """Journeys whose state by one of the times is known: ended by then, or seen later."""
        beyond = self.at_risk_n[last + 1] if last + 1 < self.times_us.size else 0.0
        return float(np.count_nonzero((self.cause > 0) & (self.step <= last)) + beyond)

    @property
    def shares(self) -> Floats:
        """Share ended by the horizon per cause, then the share still open; they add up to 1."""
        return self.shares_at(self.times_us.size - 1)

    def shares_at(self, last: int) -> Floats:
        """The same by one of the times; -1: before the first, when nobody has ended."""
        ended = self.incidence[:, last] if last >= 0 else np.zeros(len(self.incidence))
        still_open = 1.0 - float(ended.sum())
        return np.append(ended, still_open if still_open > 1e-12 else 0.0)  # nobody is open by rounding alone

    def quantile_us(self, cause: int, part: float) -> int | None:
        """Time by which this part of those who end so by the horizon have ended; None where nobody does."""
        ended = self.incidence[cause - 1]
        if ended[-1] <= 0:
            return None
        # The tolerance keeps rounding in the sum from pushing a quantile to the next time.
        return int(self.times_us[np.searchsorted(ended, part * ended[-1] * (1 - 1e-12))])


@dataclass(frozen=True)
class Shares:
    """Shares by the horizon per cause, then still open, each with its 95 % interval, and the design effect.

    Attributes:
        share: from 0 to 1; together 1.
        low: lower ends.
        high: upper ends.
        design_effect: how much clustering by person widens the intervals, per share.
    """

    share: Floats
    low: Floats
    high: Floats
    design_effect: Floats


@dataclass(frozen=True)
class Fates:
    """What became of the journeys that reached a touchpoint and can be followed.

    Attributes:
        code: the touchpoint.
        segment: name=value; None: all.
        reached_n: journeys that reached it, followed or not.
        curves: how those followed ended, by the time since they reached it.
        person: whole number of the person of each.
    """

    code: int
    segment: str | None
    reached_n: int
    curves: Curves
    person: Integers


def curves(time_us: Integers, cause: npt.NDArray[np.integer], causes_n: int, horizon_us: int) -> Curves:
    """Aalen-Johansen estimate up to and including the horizon. Needs at least one row.

    Journeys that leave view at the very time of an end count as at risk of it.
    """
    seen_us = np.minimum(time_us, horizon_us + 1)
    order = np.argsort(seen_us)  # among equal times any order will do: they are one step
    seen_us = seen_us[order]
    kind = np.where(seen_us <= horizon_us, cause[order], 0).astype(np.int64)
    is_new = np.append(True, seen_us[1:] != seen_us[:-1])
    step = np.cumsum(is_new) - 1
    first = np.flatnonzero(is_new)
    at_risk = (seen_us.size - first).astype(np.float64)
    cells = np.bincount(step * (causes_n + 1) + kind, minlength=first.size * (causes_n + 1))
    ends = cells.reshape(first.size, causes_n + 1)[:, 1:].T.astype(float)
    hazards = ends / at_risk
    survival = np.cumprod(1.0 - ends.sum(axis=0) / at_risk)
    before = np.append(1.0, survival[:-1])
    incidence = np.cumsum(before * hazards, axis=1)
    return Curves(seen_us[first], at_risk, hazards, before, incidence, order, step, kind, horizon_us)


def influences(found: Curves, last: int | None = None) -> Floats:
    """What each journey adds to each share's error (infinitesimal jackknife); rows as in `Curves.shares`.

    Columns follow `Curves.order`. The squares add up to the variance of the share where journeys are independent;
    summed per person first, to the variance under clustering.

    Args:
        found: the curves.
        last: place among the times up to which ends count; None: all of them.
    """
    of_causes = [_influence(found, cause, last) for cause in range(1, len(found.hazards) + 1)]
    return np.vstack([*of_causes, -np.sum(of_causes, axis=0)])


def influences_by_time(found: Curves) -> Callable[[int], Floats]:
    """`influences` up to one of the times (-1: before the first), for many of them: prepared once, then told quickly.

    What a journey adds is u + v F, F the incidence by the time in question, if it was last seen by then; u and v do not
    depend on that time. All that were seen later add the same.
    """
    step, risk, before = found.step, found.at_risk_n, found.before
    total = found.hazards.sum(axis=0)
    per_pull = np.divide(1.0, (1.0 - total) * risk, out=np.zeros_like(risk), where=total < 1.0)
    q = np.cumsum(total * per_pull)
    parts = []
    for cause, ended in enumerate(found.incidence, start=1):
        drift = np.cumsum(before * found.hazards[cause - 1] / risk + ended * total * per_pull)
        u = np.where(found.cause == cause, (before / risk)[step], 0.0) - drift[step]
        u += np.where(found.cause > 0, (ended * per_pull)[step], 0.0)
        parts.append((ended, drift, u))
    v = q[step] - np.where(found.cause > 0, per_pull[step], 0.0)

    def at(last: int) -> Floats:
        until = int(np.searchsorted(step, last, side="right"))  # journeys stand in rising time
        effects = np.zeros((len(parts) + 1, step.size))
        for row, (ended, drift, u) in zip(effects, parts, strict=False):
            if last >= 0:
                row[:until] = u[:until] + ended[last] * v[:until]
                row[until:] = ended[last] * q[last] - drift[last]
        effects[-1] = -effects[:-1].sum(axis=0)
        return effects

    return at


def _influence(found: Curves, cause: int, last: int | None) -> Floats:
    """What each journey adds to the error of one cause's share."""
    until = found.times_us.size if last is None else last + 1
    if until == 0:
        return np.zeros(found.order.size)
    at_risk_n, before, incidence = found.at_risk_n[:until], found.before[:until], found.incidence[cause - 1, :until]
    total = found.hazards[:, :until].sum(axis=0)
    left = 1.0 - total
    to_come = incidence[-1] - incidence
    pull = np.divide(to_come, left, out=np.zeros_like(to_come), where=left > 0)
    drift = np.cumsum((before * found.hazards[cause - 1, :until] - pull * total) / at_risk_n)
    ended = np.flatnonzero((found.cause > 0) & (found.step < until))
    at = found.step[ended]
    effect: Floats = -drift[np.minimum(found.step, until - 1)]
    effect[ended] += (np.where(found.cause[ended] == cause, before[at], 0.0) - pull[at]) / at_risk_n[at]
    return effect


def quantile_intervals_us(
    found: Curves, cause: int, parts: tuple[float, ...], person: Integers, least_n: float
) -> list[tuple[int | None, int | None]]:
    """95 % intervals of `Curves.quantile_us` (Woodruff's: the interval of the share by then, read off as times).

    Args:
        found: the curves.
        cause: the end whose times are meant; somebody must have ended so.
        parts: the quantiles.
        person: whole number of the person, one per row of the input.
        least_n: independent journeys below which no interval is given.

    Returns:
        Lower and upper end of each; None where the curve does not reach it, or too few journeys are there.
    """
    ended = found.incidence[cause - 1]
    at = np.searchsorted(ended, np.array(parts) * ended[-1] * (1 - 1e-12))
    whole = _influence(found, cause, None)
    by_then = (_influence(found, cause, int(place)) for place in at)
    errors = np.array([one - part * whole for part, one in zip(parts, by_then, strict=True)])
    widening = design_effects(person[found.order], errors)
    halves = Z_95 * np.sqrt(widening * np.square(errors).sum(axis=1)) / ended[-1]
    is_enough = found.order.size / widening >= least_n
    return [
        (
            found.quantile_us(cause, max(0.0, part - half)),
            found.quantile_us(cause, part + half) if part + half < 1 else None,
        )
        if enough
        else (None, None)
        for part, half, enough in zip(parts, halves, is_enough, strict=True)
    ]


def shares(found: Curves, person: Integers, last: int | None = None, effects: Floats | None = None) -> Shares:
    """Shares by the horizon with 95 % intervals that know that one person's journeys are alike.

    The interval is Wilson's on the number of journeys whose plain share would have the same variance, so that it
    stays within 0 and 1 and has a length where nothing happened yet.

    Args:
        found: the curves.
        person: whole number of the person, one per row of the input.
        last: place among the times by which shares are meant; -1: before the first; None: the horizon.
        effects: `influences` up to there, where they are known.
    """
    share = found.shares if last is None else found.shares_at(last)
    settled_n = found.settled_n if last is None else found.settled_by(last)
    effects = influences(found, last) if effects is None else effects
    who = person[found.order]
    widening = design_effects(who, effects)
    variance = widening * (effects**2).sum(axis=1)
    n = float(who.size)
    worth = np.divide(share * (1 - share), variance, out=settled_n / widening, where=variance > 1e-15)
    worth = np.minimum(np.maximum(worth, 1.0), n)
    low, high = wilson(share * worth, worth)
    return Shares(share, low, high, widening)
