"""At which wait people start to leave: how readily they do by time waited, and what becomes of those served then.

Two answers, because leaving shows in two ways. Who says no, or is heard of once more before the silence, leaves while
waiting, at a known time: that is a hazard. Who leaves in silence without another sign cannot be dated and belongs to no
span. And who is served late may be lost right after it: that is a share by length of the wait. Both are associations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from models.intervals import Z_95, Floats, design_effect, wilson
from models.patience import LEAST_N
from models.waits import WaitEnd, Waits

DAY_S = 86_400.0
LEVEL = 0.05  # chance to call it a start where there is none
LEAST_LEFT = 5  # people who must have left beyond a wait before it may be called a start
_PARTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)  # of the waits; the late ones are few and matter
_UNITS_S = (86_400.0, 3_600.0, 60.0, 1.0)
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """One row of `patience_curves`, named as its columns; seconds of the wait's calendar."""

    from_s: float
    until_s: float
    waiting_n: int
    left_n: int
    served_n: int
    hazard: float | None = None
    hazard_low: float | None = None
    hazard_high: float | None = None
    lost_after_share: float | None = None
    lost_after_low: float | None = None
    lost_after_high: float | None = None


@dataclass(frozen=True)
class PatienceCurve:
    """The spans in order, and from which wait on people leave more: while waiting, and once served.

    Attributes:
        spans: without gaps, from 0 to the longest wait.
        leaves_from_s: start of the span from which the hazard is higher than before it; None: it does not rise.
        lost_from_s: start of the span from which the served are lost more often than before it; None as well.
    """

    spans: tuple[Span, ...] = ()
    leaves_from_s: float | None = None
    lost_from_s: float | None = None


def patience_curve(
    seen: Waits, *, promised_s: float | None = None, is_known_after: Bools | None = None, is_lost: Bools | None = None
) -> PatienceCurve:
    """The curve of waits as they stood at the freeze (see `Snapshot.seen_at`).

    Args:
        seen: the waits.
        promised_s: the promise; a span ends there, so that before and after it can be compared.
        is_known_after: served, and long enough ago that a silence right after it would be confirmed.
        is_lost: abandoned or exited right after being served. Both None: what she waits for is the goal.
    """
    waited = _dated(seen)
    edges = _edges(waited, promised_s)
    if waited.n < LEAST_N or len(edges) < 3:  # one span tells nothing of the time waited
        return PatienceCurve()
    leaving = _Leaving.by_span(waited, edges)
    losing = None
    if is_known_after is not None and is_lost is not None:
        losing = _Losing.by_span(seen.where(is_known_after), is_lost[is_known_after], edges)
    spans = tuple(
        Span(float(start), float(end), int(leaving.waiting_n[at]), int(leaving.left_n[at]), 0)
        for at, (start, end) in enumerate(pairwise(edges))
    )
    spans = tuple(_told(span, at, leaving, losing) for at, span in enumerate(spans))
    leaves_at = starts_at(leaving.left_n, leaving.exposed_s, leaving.widening)
    lost_at = None if losing is None else starts_at(losing.lost_n, losing.served_n, losing.widening, is_share=True)
    return PatienceCurve(spans, _edge(edges, leaves_at), _edge(edges, lost_at))


def starts_at(events: Floats, exposure: Floats, widening: float, *, is_share: bool = False) -> int | None:
    """The span from which on events are more frequent than in the spans before it; None: from none.

    Every stretch [b, c) before and [c, end) after is compared by its likelihood ratio; the best one counts if it
    exceeds what the best of so many shows by chance in one of twenty cases. The stretch before need not begin at the
    first span: many leave at once, and that is not the start meant here.

    Args:
        events: per span.
        exposure: time at risk per span, or how many were at risk (`is_share`).
        widening: design effect of people with several waits.
        is_share: events are a share of the exposure, not a rate in time.
    """
    pairs_n = events.size * (events.size - 1) // 2
    if pairs_n == 0:
        return None
    threshold = widening * NormalDist().inv_cdf(1 - LEVEL / pairs_n) ** 2
    hits, seen = np.append(0.0, np.cumsum(events)), np.append(0.0, np.cumsum(exposure))
    rises = _Rises(hits, seen, is_share)
    best = max(rises.all_to_the_end(), default=(0.0, 0, 0))
    if best[0] <= threshold:
        return None
    _, begin, start = best
    # The steepest rise may be later than the first one: spans before it that are above their past belong to it.
    while start - 1 > begin and rises.by(begin, start - 1, start) > threshold:
        start -= 1
    return start


@dataclass(frozen=True)
class _Rises:
    """Cumulative events and exposure, from 0; and whether events are a share."""

    hits: Floats
    seen: Floats
    is_share: bool

    def all_to_the_end(self) -> Iterator[tuple[float, int, int]]:
        """For every stretch before and the rest after it: how much likelier a rise is, where before begins and ends."""
        last = self.hits.size - 1
        for start in range(1, last):
            for begin in range(start):
                yield self.by(begin, start, last), begin, start

    def by(self, begin: int, start: int, end: int) -> float:
        """Twice the log likelihood ratio of a rise from [begin, start) to [start, end); 0 where it is none."""
        before, before_n = self.hits[start] - self.hits[begin], self.seen[start] - self.seen[begin]
        after, after_n = self.hits[end] - self.hits[start], self.seen[end] - self.seen[start]
        if after < LEAST_LEFT or before_n <= 0 or after_n <= 0 or after / after_n <= before / before_n:
            return 0.0
        parts = ((before, before_n, 1), (after, after_n, 1), (before + after, before_n + after_n, -1))
        return 2 * sum(sign * _log_likelihood(hits, n, self.is_share) for hits, n, sign in parts)


def _log_likelihood(hits: float, n: float, is_share: bool) -> float:
    """Of a rate (but for what does not depend on it), or of a share, at its maximum."""
    rest = n - hits if is_share else 0.0
    return sum(float(part * np.log(part / n)) for part in (hits, rest) if part > 0)


def _dated(seen: Waits) -> Waits:
    """Waits whose leaving can be dated; whoever went on without what she waited for did not leave while waiting."""
    known = seen.where(~seen.is_without_sign)
    return replace(known, end=np.where(known.is_past, int(WaitEnd.WAITING), known.end))


def _edges(waited: Waits, promised_s: float | None) -> Floats:
    """Where spans begin and end: parts of the waits, rounded so that no single wait can be read off; the promise."""
    longest_s = float(waited.wait_s.max(initial=0.0))
    cuts = (
        {_rounded(float(cut)) for cut in np.quantile(waited.wait_s, _PARTS, method="inverted_cdf")}
        if waited.n
        else set()
    )
    cuts |= set() if promised_s is None else {promised_s}
    inside = sorted(cut for cut in cuts if 0 < cut < longest_s)
    return np.array([0.0, *inside, _rounded(longest_s, up=True)])


def _rounded(seconds: float, up: bool = False) -> float:
    """Two digits in the unit that a person would take."""
    unit = next((unit for unit in _UNITS_S if seconds >= unit), 1.0)
    if seconds <= 0:
        return 0.0
    step = 10.0 ** (np.floor(np.log10(seconds / unit)) - 1) * unit
    return float((np.ceil(seconds / step) if up else np.rint(seconds / step)) * step)


def _edge(edges: Floats, at: int | None) -> float | None:
    return None if at is None else float(edges[at])


@dataclass(frozen=True)
class _Leaving:
    """Per span: still waiting as it begins, seconds waited in it, left in it; per span and over all the widening."""

    waiting_n: Floats
    exposed_s: Floats
    left_n: Floats
    widenings: Floats
    widening: float

    @staticmethod
    def by_span(waited: Waits, edges: Floats) -> _Leaving:
        """Counts, and how much people with several waits are alike."""
        has_left = waited.end == WaitEnd.LEFT
        rest = np.zeros(waited.n)
        counts, widenings = [], []
        for start, end in pairwise(edges):
            at_risk = (waited.wait_s > start) | ((start == 0) & (waited.wait_s <= 0))
            exposed_s = np.clip(waited.wait_s, start, end) - start
            left = has_left & at_risk & (waited.wait_s <= end)
            total_s, n = float(exposed_s.sum()), float(np.count_nonzero(left))
            residual = left - (n / total_s if total_s > 0 else 0.0) * exposed_s
            rest += residual
            counts.append((float(np.count_nonzero(at_risk)), total_s, n))
            widenings.append(design_effect(waited.person[at_risk], residual[at_risk]) if n > 0 else 1.0)
        columns = np.array(counts).T
        return _Leaving(columns[0], columns[1], columns[2], np.array(widenings), design_effect(waited.person, rest))


@dataclass(frozen=True)
class _Losing:
    """Per span: served in it, of these lost right after; per span and over all the widening."""

    served_n: Floats
    lost_n: Floats
    widenings: Floats
    widening: float

    @staticmethod
    def by_span(served: Waits, is_lost: Bools, edges: Floats) -> _Losing:
        """Counts, and how much people with several waits are alike."""
        place = np.clip(np.searchsorted(edges, served.wait_s, side="left") - 1, 0, edges.size - 2)
        served_n = np.bincount(place, minlength=edges.size - 1).astype(float)
        lost_n = np.bincount(place, is_lost, minlength=edges.size - 1).astype(float)
        share = np.divide(lost_n, served_n, out=np.zeros_like(lost_n), where=served_n > 0)
        widenings = [
            design_effect(served.person[place == at], is_lost[place == at]) if 0 < share[at] < 1 else 1.0
            for at in range(edges.size - 1)
        ]
        widening = design_effect(served.person, is_lost - share[place]) if served.n else 1.0
        return _Losing(served_n, lost_n, np.array(widenings), widening)


def _told(span: Span, at: int, leaving: _Leaving, losing: _Losing | None) -> Span:
    """The span with its rate and its share, where there are enough independent waits."""
    told: dict[str, float | int | None] = {}
    worth = leaving.widenings[at]
    if span.waiting_n / worth >= LEAST_N and leaving.exposed_s[at] > 0:
        low, high = rate_interval(span.left_n / worth)
        days = leaving.exposed_s[at] / DAY_S
        rates = (span.left_n / days, low * worth / days, high * worth / days)
        told |= dict(zip(("hazard", "hazard_low", "hazard_high"), map(_shown, rates), strict=True))
    if losing is not None:
        n = losing.served_n[at] / losing.widenings[at]
        told["served_n"] = int(losing.served_n[at])
        if n >= LEAST_N:
            share = losing.lost_n[at] / losing.served_n[at]
            low_high = wilson(share * n, n)
            names = ("lost_after_share", "lost_after_low", "lost_after_high")
            told |= dict(zip(names, map(_shown, (share, *map(float, low_high))), strict=True))
    return Span(**{**vars(span), **told})


def rate_interval(events: float) -> tuple[float, float]:
    """95 % interval of a number of rare events (Byar's approximation to Poisson's)."""
    more = events + 1
    low = events * (1 - 1 / (9 * events) - Z_95 / (3 * events**0.5)) ** 3 if events > 0 else 0.0
    return max(0.0, low), more * (1 - 1 / (9 * more) + Z_95 / (3 * more**0.5)) ** 3


def _shown(number: float) -> float:
    """Rounded to where the order of summation no longer shows."""
    return round(float(number), 12)
