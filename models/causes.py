"""Where a friction comes from: the values of attributes with which it shows more often, and since when.

A value is a suspect where its exposure is beyond what the others have, all tested values of all frictions taken
together, and not only because it grew while everything got worse. Of the suspects the strongest is taken first; the
rest must still stand out among the journeys without it, so that what merely goes along with it is not told as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from models.contrasts import Estimate, held_still, p_of_shares, share_of, two_sided
from models.friction.family import FALSE_DISCOVERY, adjusted
from models.intervals import Z_95, Integers, Numbers
from models.patience import LEAST_N

Flags = npt.NDArray[np.bool_]

MOST_VALUES = 50  # an attribute with more is an id or free text
LEAST_EXPOSED = 10  # fewer journeys with the signal are an anecdote
LEAST_LIFT = 1.25  # less than a quarter more often is not where anybody would look first
MOST_CAUSES = 5  # of one friction
SAME_SHARE = 0.99  # an attribute that settles so many journeys' exposure is the signal in other words
TOLD_PART = 0.5  # an attribute must be told at least so often without the signal as with it
SPANS_N = 8  # of calendar, within which exposure is compared: what grows while all gets worse is no cause
_SCREEN = 0.1  # naive p above which no clustered test can find anything
_PENALTY = 3.0  # times the logarithm of the days: what a change must be worth (1.7 % false alarms)
_WORSE = 1.5  # and so many times more often after it
_WEEK_D = 7
_FEW = 50.0  # journeys that a week's own rate of the others weighs as much as their overall one
_GAP_D = 14  # days without a value, though some were to be expected, after which it counts as new


@dataclass(frozen=True)
class Attribute:
    """An attribute of each journey in a risk set.

    Attributes:
        values: Its values.
        code: Which of them, one per journey; -1: not told.
    """

    values: tuple[str, ...]
    code: Numbers


@dataclass(frozen=True)
class Exposure:
    """The risk set of one friction; arrays have one entry per journey.

    Attributes:
        is_exposed: With the signal.
        person: Whole number of the person, from 0.
        day: Day on which it came there, a whole number that grows.
        attributes: By name.
    """

    is_exposed: Flags
    person: Numbers
    day: Numbers
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True)
class Cause:
    """A value with which a friction shows more often.

    Attributes:
        attribute: Its name.
        value: Its value.
        reached_n: Journeys in the risk set with it (from `since_day` on, if that is known).
        exposed_n: Of these, with the signal.
        share_of_exposed: Of all with the signal (from then on), those with the value.
        exposure: Share of those with the value who have the signal.
        others_exposure: The same of the others.
        lift: The one over the other; None: nobody else has it.
        lift_low: Lower end of its 95 % interval.
        lift_high: Upper end; None: nobody else has it.
        p_value: Two-sided, of no difference, over the whole window.
        q_value: Adjusted over all values tested.
        family_n: How many those are.
        since_day: Since when it is so; None: as far as the data go.
    """

    attribute: str
    value: str
    reached_n: int
    exposed_n: int
    share_of_exposed: float
    exposure: float
    others_exposure: float
    lift: float | None
    lift_low: float
    lift_high: float | None
    p_value: float
    q_value: float = 1.0
    family_n: int = 0
    since_day: int | None = None


@dataclass(frozen=True)
class _Tested:
    attribute: str
    value: int
    p_value: float


def find_causes(exposures: Sequence[Exposure]) -> list[list[Cause]]:
    """The causes of each friction, the strongest first.

    Args:
        exposures: One per friction; all values of all of them are one family.
    """
    tested = [list(_tested(each)) for each in exposures]
    p_values = np.array([test.p_value for tests in tested for test in tests])
    q_values = adjusted(p_values)
    found = p_values[q_values <= FALSE_DISCOVERY]
    bar = float(found.max()) if found.size else -1.0
    q_of = dict(zip(p_values.tolist(), q_values.tolist(), strict=True))
    return [
        [
            replace(cause, q_value=q_of[cause.p_value], family_n=p_values.size)
            for cause in _chosen(each, [test for test in tests if test.p_value <= bar], bar)
        ]
        for each, tests in zip(exposures, tested, strict=True)
    ]


def _tested(exposure: Exposure) -> Iterator[_Tested]:
    """Every value that enough journeys have, and enough have not, with its p-value."""
    for name, attribute in sorted(exposure.attributes.items()):
        if not _is_fit(exposure, attribute):
            continue
        for value in np.flatnonzero(np.bincount(attribute.code[attribute.code >= 0]) >= LEAST_N):
            with_it = attribute.code == value
            if np.count_nonzero(~with_it) >= LEAST_N:
                yield _Tested(name, int(value), _p_value(exposure, with_it))


def _is_fit(exposure: Exposure, attribute: Attribute) -> bool:
    """Whether an attribute may be a cause: few values, told without the signal too, and not the signal itself."""
    if not 1 < len(attribute.values) <= MOST_VALUES:
        return False
    is_told = attribute.code >= 0
    exposed = exposure.is_exposed
    if not exposed.any() or exposed.all() or not is_told.any():
        return False
    if is_told[~exposed].mean() < TOLD_PART * is_told[exposed].mean():
        return False
    n = np.bincount(attribute.code[is_told])
    hits = np.bincount(attribute.code[is_told], exposed[is_told])
    settled = np.maximum(hits, n - hits).sum() / n.sum()
    base = exposed[is_told].mean()
    return bool(settled < SAME_SHARE or max(base, 1 - base) >= SAME_SHARE)


def _p_value(exposure: Exposure, with_it: Flags) -> float:
    """Of no difference in exposure: the weakest evidence of crude, within spans of the calendar, without one day."""
    naive = _naive(exposure.is_exposed, with_it)
    if naive > _SCREEN:
        return naive
    day = exposure.day - int(exposure.day.min())
    is_other_day = day != int(np.argmax(np.bincount(day, exposure.is_exposed)))  # an outage is nobody's attribute
    rest = _p_of(_part(exposure, is_other_day), with_it[is_other_day])
    return max(_p_of(exposure, with_it), rest)


def _p_of(exposure: Exposure, with_it: Flags) -> float:
    exposed = exposure.is_exposed
    if with_it.all() or not with_it.any():
        return 1.0
    sides = [share_of(exposed[side], exposure.person[side]) for side in (with_it, ~with_it)]
    if min(side.worth for side in sides) < LEAST_N:
        return 1.0
    still = held_still(exposed, with_it, _spans(exposure.day), exposure.person)
    return max(p_of_shares(*sides), 1.0 if still is None else still.p_value)


def _naive(exposed: Flags, with_it: Flags) -> float:
    n, hits = np.count_nonzero(with_it), np.count_nonzero(exposed & with_it)
    pooled = exposed.mean()
    variance = pooled * (1 - pooled) * (1 / n + 1 / (exposed.size - n))
    rest = (exposed.sum() - hits) / (exposed.size - n)
    return two_sided(float((hits / n - rest) / sqrt(variance))) if variance > 0 else 1.0


def _spans(day: Numbers) -> Integers:
    first, last = int(day.min()), int(day.max())
    return ((day - first) * SPANS_N // (last - first + 1)).astype(np.int64)


def _chosen(exposure: Exposure, suspects: list[_Tested], bar: float) -> Iterator[Cause]:
    """Suspects that raise the exposure, the strongest first, each among the journeys without those before it."""
    is_left = np.ones(exposure.is_exposed.size, bool)
    for _ in range(MOST_CAUSES):
        ranked = [(_strength(exposure, each, is_left), each) for each in suspects]
        best = max(ranked, key=lambda pair: pair[0], default=(0.0, None))
        if best[1] is None or best[0] <= 0:
            return
        suspects.remove(best[1])
        with_it = _with_it(exposure, best[1])
        part = _part(exposure, is_left)
        if not is_left.all() and _p_value(part, with_it[is_left]) > bar:
            return
        cause = _told(exposure, best[1], with_it)
        if cause.exposed_n >= LEAST_EXPOSED and cause.lift_low > 1:
            yield cause
        is_left &= ~with_it


def _with_it(exposure: Exposure, suspect: _Tested) -> Flags:
    is_so: Flags = exposure.attributes[suspect.attribute].code == suspect.value
    return is_so


def _part(exposure: Exposure, chosen: Flags) -> Exposure:
    return Exposure(exposure.is_exposed[chosen], exposure.person[chosen], exposure.day[chosen], {})


def _strength(exposure: Exposure, suspect: _Tested, is_left: Flags) -> float:
    """How much better exposure is told with the value than without (deviance); 0 where it is not raised enough."""
    exposed, with_it = exposure.is_exposed[is_left], _with_it(exposure, suspect)[is_left]
    n = np.array([np.count_nonzero(with_it), np.count_nonzero(~with_it)], float)
    hits = np.array([np.count_nonzero(exposed & with_it), np.count_nonzero(exposed & ~with_it)], float)
    if n.min() < LEAST_N or hits[0] * n[1] < LEAST_LIFT * hits[1] * n[0] or hits[0] == 0:
        return 0.0
    return 2 * (_likelihood(hits, n) - _likelihood(hits.sum(keepdims=True), n.sum(keepdims=True)))


def _likelihood(hits: npt.NDArray[np.float64], n: npt.NDArray[np.float64]) -> float:
    parts = [(k, m) for count, of in zip(hits, n, strict=True) for k, m in ((count, of), (of - count, of)) if k > 0]
    return float(sum(k * log(k / m) for k, m in parts))


def _told(exposure: Exposure, suspect: _Tested, with_it: Flags) -> Cause:
    """A suspect in numbers, from the day on which it began."""
    since = since_when(exposure, with_it)
    is_late = np.ones(with_it.size, bool) if since is None else exposure.day >= since
    late = _part(exposure, is_late)
    sides = [share_of(late.is_exposed[side], late.person[side]) for side in (with_it[is_late], ~with_it[is_late])]
    exposed_n = int(np.count_nonzero(late.is_exposed & with_it[is_late]))
    lift, low, high = _lift(*sides)
    return Cause(
        suspect.attribute,
        exposure.attributes[suspect.attribute].values[suspect.value],
        reached_n=int(np.count_nonzero(with_it & is_late)),
        exposed_n=exposed_n,
        share_of_exposed=exposed_n / int(np.count_nonzero(late.is_exposed)),
        exposure=sides[0].value,
        others_exposure=sides[1].value,
        lift=lift,
        lift_low=low,
        lift_high=high,
        p_value=suspect.p_value,
        since_day=since,
    )


def _lift(one: Estimate, other: Estimate) -> tuple[float | None, float, float | None]:
    """Ratio of two shares with its interval on the logarithm's scale, half a hit added to each."""
    hits = [each.value * each.worth + 0.5 for each in (one, other)]
    n = [each.worth + 0.5 for each in (one, other)]
    middle = log(hits[0] / n[0]) - log(hits[1] / n[1])
    half = Z_95 * sqrt(max(0.0, sum(1 / k - 1 / m for k, m in zip(hits, n, strict=True))))
    if other.value == 0:
        return None, exp(middle - half), None
    return one.value / other.value, exp(middle - half), exp(middle + half)


def since_when(exposure: Exposure, with_it: Flags) -> int | None:
    """The first day of a value's raised exposure, where it was not so before; None: as far as the data go.

    What the others' exposure does in the same weeks is taken off, so that a day on which all got worse is none.
    """
    first = int(exposure.day.min())
    day, days_n = exposure.day - first, int(exposure.day.max()) - first + 1
    n = np.bincount(day[with_it], minlength=days_n).astype(float)
    hits = np.bincount(day[with_it], exposure.is_exposed[with_it], days_n).astype(float)
    expected = n * _others_rate(exposure, with_it, day, days_n)
    change = _change(n, hits, expected, share_of(exposure.is_exposed[with_it], exposure.person[with_it]))
    if change is None:
        change = _arrival(n)
    return None if change is None else first + change


def _others_rate(exposure: Exposure, with_it: Flags, day: Integers, days_n: int) -> npt.NDArray[np.float64]:
    """Exposure of the others in the week of each day, drawn to their overall one where they are few."""
    weeks_n = days_n // _WEEK_D + 1
    n = np.bincount(day[~with_it] // _WEEK_D, minlength=weeks_n)
    hits = np.bincount(day[~with_it] // _WEEK_D, exposure.is_exposed[~with_it], weeks_n)
    overall = max(float(hits.sum()), 0.5) / float(n.sum())
    rate: npt.NDArray[np.float64] = (hits + _FEW * overall) / (n + _FEW)
    return rate[np.arange(days_n) // _WEEK_D]


def _change(
    n: npt.NDArray[np.float64], hits: npt.NDArray[np.float64], expected: npt.NDArray[np.float64], whole: Estimate
) -> int | None:
    """The day from which on hits run higher against what is expected, if that is no chance (Poisson, one change)."""
    widening = max(1.0, n.sum() / whole.worth)
    before_n, before, before_due = (np.append(0.0, np.cumsum(each)[:-1]) for each in (n, hits, expected))
    after_n, after, due = n.sum() - before_n, hits.sum() - before, expected.sum() - before_due
    is_enough = (before_n >= LEAST_N) & (after_n >= LEAST_N) & (after >= LEAST_EXPOSED)
    lift_before = np.divide(before, before_due, out=np.ones_like(before), where=before_due > 0)
    lift_after = np.divide(after, due, out=np.ones_like(after), where=due > 0)
    is_new = (lift_after >= _WORSE * lift_before) & (lift_before - 1 <= (lift_after - 1) / 3)
    is_new &= _lately(before_n, hits, expected) >= (lift_before + lift_after) / 2  # and it is so still
    overall = hits.sum() / expected.sum()
    gain = 2 * (_term(before, lift_before, overall) + _term(after, lift_after, overall)) / widening
    gain = np.where(is_enough & is_new, gain, 0.0)
    at = int(np.argmax(gain))
    return at if gain[at] > _PENALTY * log(n.size) else None


def _lately(
    before_n: npt.NDArray[np.float64], hits: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """For each day: hits over what is expected in the later half of what comes from then on."""
    whole = float(before_n[-1])
    middle = np.searchsorted(before_n, (before_n + whole) / 2)
    to_come, due = (each.sum() - np.append(0.0, np.cumsum(each))[:-1] for each in (hits, expected))
    middle = np.minimum(middle, hits.size - 1)
    lift: npt.NDArray[np.float64] = np.zeros_like(to_come)
    np.divide(to_come[middle], due[middle], out=lift, where=due[middle] > 0)
    return lift


def _term(hits: npt.NDArray[np.float64], lift: npt.NDArray[np.float64], overall: float) -> npt.NDArray[np.float64]:
    return hits * np.log(np.divide(lift, overall, out=np.ones_like(lift), where=lift > 0))


def _arrival(n: npt.NDArray[np.float64]) -> int | None:
    """The day on which a value is first seen, if it was to be expected long before."""
    seen = int(np.flatnonzero(n)[0])
    pace = n[seen:].mean()
    return seen if seen >= _GAP_D and pace * seen >= LEAST_N else None
