"""When something was not heard of although it happened: silences that a series' own rhythm makes incredible.

A silence is taken for an outage only if it is incredible among all silences that were looked at, lasts for a good part
of a usual day, and stands out from the series' other silences. Holidays are told from outages by who else worked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import log, log1p

import numpy as np

from models.rhythm import DAY_H, LEAST_HISTORY_D, Clock, Flags, Longs, Rhythm

INCREDIBLE = 1e-6
"""Chance, over all silences that were looked at, under which one is no chance."""
LEAST_DAY = 1 / 2
"""A silence of less than this of a usual day's events is a pause: shops open late, jobs run late."""
LEAST_H = 12
"""Nor is anything shorter than half a day: nights are not all alike."""
STANDS_OUT = 2.5
"""So many times as long (in expected events) as any silence that stays credible."""
MOST_SILENCES = 6
"""A series with more of them has a rhythm that we do not know, such as a job of every month."""
LONGEST_HOLIDAY_D = 5.5
"""Working days in a row that a company may be closed: a week at most."""
LONGEST_D = 14
"""Usual days after which a silence is sudden or never: what trickles out ends in a long silence, too."""
MOSTLY_OPEN_D = 4
"""A series that comes on so many days of the week and not on all is an office's: it shows which days were holidays."""
CLOSED, HALF_OPEN = 0.1, 0.3
"""Share of a mean day: a day of the week below the one is closed for sure, one below the other perhaps."""
BUSY_N = 5
"""Events of a usual day from which on a day without them tells something."""
_LOOKED_AT = 25


@dataclass(frozen=True)
class Series:
    """Events of one source, or of one touchpoint from one source, hour by hour.

    Attributes:
        source: The source.
        hours: Hours with events, ascending, counted from the first hour that is looked at.
        counts: Events in each of them.
        blind: Stretches that are known already, in hours, the end excluded.
    """

    source: str
    hours: Longs
    counts: Longs
    blind: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Silence:
    """A stretch without a single event where many were due.

    Attributes:
        last_h: Hour of the last event before it.
        next_h: Hour of the first event after it; None: it goes on.
        expected_n: Events that were due, at the lowest level around it.
    """

    last_h: int
    next_h: int | None
    expected_n: float


@dataclass(frozen=True)
class _Gap:
    from_h: int
    until_h: int
    is_open: bool
    expected: float
    log_p: float = 0.0


@dataclass(frozen=True)
class _Listened:
    """A series with its rhythm and its largest gaps."""

    series: Series
    rhythm: Rhythm
    gaps_n: int
    gaps: list[_Gap] = field(default_factory=list)


def silences(clock: Clock, series: Sequence[Series], totals: Sequence[Series] = ()) -> list[list[Silence]]:
    """The outages of each series.

    Args:
        clock: The hours that are looked at; the last one is the latest in which anything at all happened.
        series: What is listened to.
        totals: All events of the sources, where `series` are parts of them: what the rest of a source did in the same
            hours is what could be expected of the part. Without them, a series that stopped for good is held against
            all others in the same way: where all have stopped, the log has ended.
    """
    listened = [_listen(clock, each) for each in series]
    controls = {each.source: each for each in totals}
    tried_n = max(1, sum(each.gaps_n for each in listened))
    working = _Working(clock, listened)
    found = []
    for place, each in enumerate(listened):
        rest = _rest_of(clock, each.series, controls) if totals and each.gaps else None
        others = [other.series for other in listened if other is not each]
        ended = _together(clock, others) if not totals and any(gap.is_open for gap in each.gaps) else None
        judged = [_judge(each, gap, rest or (ended if gap.is_open else None)) for gap in each.gaps]
        chosen = _standing_out(each.rhythm, judged, log(INCREDIBLE / tried_n))
        kept = [gap for gap in chosen if not working.may_be_holiday(place, gap)]
        found.append([Silence(gap.from_h - 1, None if gap.is_open else gap.until_h, gap.expected) for gap in kept])
    return found


def _listen(clock: Clock, series: Series) -> _Listened:
    counts = _dense(clock, series)
    is_seen = np.ones(clock.hours_n, dtype=bool)
    for from_h, until_h in series.blind:
        is_seen[max(from_h, 0) : max(until_h, 0)] = False
    rhythm = Rhythm(clock, counts, is_seen)
    edges = np.append(series.hours, clock.hours_n)
    gap_at = np.flatnonzero(np.diff(edges) > 1)
    usual = np.array([rhythm.expected(int(edges[i]) + 1, int(edges[i + 1])) for i in gap_at])
    is_long = (usual >= max(LEAST_DAY * rhythm.day_n, -log(INCREDIBLE))) & (np.diff(edges)[gap_at] > LEAST_H)
    largest = sorted(gap_at[is_long], key=lambda i: -usual[np.searchsorted(gap_at, i)])[:_LOOKED_AT]
    gaps = [
        _Gap(int(edges[i]) + 1, int(edges[i + 1]), bool(i == len(edges) - 2), 0.0) for i in sorted(map(int, largest))
    ]
    return _Listened(series, rhythm, len(gap_at), gaps)


def _dense(clock: Clock, series: Series) -> Longs:
    counts = np.zeros(clock.hours_n, dtype=np.int64)
    counts[series.hours] = series.counts
    return counts


def _rest_of(clock: Clock, series: Series, totals: dict[str, Series]) -> Rhythm | None:
    """Rhythm of everything else that the series' source delivers."""
    total = totals.get(series.source)
    if total is None:
        return None
    return _rhythm_of(clock, _dense(clock, total) - _dense(clock, series))


def _together(clock: Clock, series: Sequence[Series]) -> Rhythm | None:
    counts = np.zeros(clock.hours_n, dtype=np.int64)
    for each in series:
        counts[each.hours] += each.counts
    return _rhythm_of(clock, counts)


def _rhythm_of(clock: Clock, counts: Longs) -> Rhythm | None:
    return Rhythm(clock, counts, np.ones(clock.hours_n, dtype=bool)) if counts.any() else None


def _judge(each: _Listened, gap: _Gap, rest: Rhythm | None) -> _Gap:
    """A gap with what was due in it and the logarithm of its chance.

    Days vary together as far as their likeness goes, so several days are worth fewer independent ones. The chance is
    that of a negative binomial count of none.
    """
    rhythm = each.rhythm
    history = rhythm.expected(rhythm.starts_h, rhythm.clock.hours_n) - rhythm.expected(gap.from_h, gap.until_h)
    before = rhythm.expected(rhythm.starts_h, gap.from_h)
    if history < LEAST_HISTORY_D * rhythm.day_n or before < LEAST_HISTORY_D / 2 * rhythm.day_n:
        return gap
    if not rhythm.comes_on_most_days(gap.from_h, gap.until_h):
        return gap
    usual = rhythm.expected(gap.from_h, gap.until_h)
    usual = min(usual, LONGEST_D * rhythm.day_n)
    expected = min(usual * rhythm.level(gap.from_h, gap.until_h), rhythm.other_weeks(gap.from_h, gap.until_h))
    expected *= _supply(rest, gap)
    spread, likeness = rhythm.spread(gap.from_h, gap.until_h)
    likeness = max(likeness, 0.0)
    days = max(1.0, usual / max(rhythm.day_n, 1e-12) * (1 - likeness) / (1 + likeness))
    log_p = -days * log1p(spread * expected / days) / spread
    return _Gap(gap.from_h, gap.until_h, gap.is_open, expected, log_p)


def _supply(rest: Rhythm | None, gap: _Gap) -> float:
    """How far the rest of the source went on, 1 being as usual; 1 as well where it is too little to tell."""
    if rest is None:
        return 1.0
    expected = rest.expected(gap.from_h, gap.until_h)
    return min(1.0, rest.happened(gap.from_h, gap.until_h) / expected) if expected >= 20 else 1.0


def _standing_out(rhythm: Rhythm, gaps: list[_Gap], limit: float) -> list[_Gap]:
    credible = max((gap.expected for gap in gaps if gap.log_p > limit), default=0.0)
    chosen = [gap for gap in gaps if gap.log_p <= limit and gap.expected >= STANDS_OUT * credible]
    silent = sum(rhythm.expected(gap.from_h, gap.until_h) for gap in chosen)
    whole = rhythm.expected(rhythm.starts_h, rhythm.clock.hours_n)
    return chosen if len(chosen) <= MOST_SILENCES and silent <= whole / 2 else []


class _Working:
    """On which days which series show that people worked."""

    def __init__(self, clock: Clock, listened: list[_Listened]) -> None:
        self._clock, self._listened = clock, listened
        self._offices = [place for place, each in enumerate(listened) if _is_office(each.rhythm)]
        self._worked = {place: _worked(listened[place].rhythm) for place in self._offices}

    def may_be_holiday(self, place: int, gap: _Gap) -> bool:
        """Whether nobody else shows that the days of an office's short silence were working days."""
        rhythm = self._listened[place].rhythm
        if self._clock.is_off.any() or not rhythm.closes_around(gap.from_h, gap.until_h, HALF_OPEN):
            return False
        if rhythm.expected(gap.from_h, gap.until_h) > LONGEST_HOLIDAY_D * rhythm.day_n:
            return False
        others = [self._worked[other] for other in self._offices if other != place]
        shown = np.any(others, axis=0) if others else np.zeros(len(rhythm.days_usual), dtype=bool)
        due = np.zeros(len(shown))
        for hour in range(gap.from_h, gap.until_h):
            due[hour // DAY_H] += rhythm.usual[hour]
        return bool(due[shown].sum() < due.sum() / 2)


def _is_office(rhythm: Rhythm) -> bool:
    is_closed_at_times = MOSTLY_OPEN_D <= rhythm.open_days_n(CLOSED) < 7
    return is_closed_at_times and rhythm.day_n >= BUSY_N and rhythm.comes_often(rhythm.starts_h, rhythm.clock.hours_n)


def _worked(rhythm: Rhythm) -> Flags:
    usual = rhythm.days_usual
    return (usual >= 1) & (rhythm.days_counts >= usual / 2)


@dataclass(frozen=True)
class Stretch:
    """A time in which those who went past a touchpoint are hardly ever seen at it, unlike before or after.

    Attributes:
        from_us: When the last one before was seen there; None: nobody was before.
        until_us: When the next one was seen there; None: nobody has been since.
        passed_n: Journeys that went past it in between.
        missed_n: Those of them that were not seen at it.
        usual_share: Share that is not seen at it at other times.
    """

    from_us: int | None
    until_us: int | None
    passed_n: int
    missed_n: int
    usual_share: float


NEARLY_ALL = 0.95
MOST = 0.5
LEAST_MISSED = 5
LEAST_RUN = 12
"""Fewer that lack a step one after the other may be those who pass while it rests, as over a weekend."""
_MISSED_IN_OUTAGE = 0.98
_BESIDE_N = 20


def only_later_seen(at_us: Longs, is_missed: Flags, tried_n: int) -> list[Stretch]:
    """Stretches in which (nearly) everybody lacks a touchpoint that most had before or after.

    The run with the highest likelihood ratio of "98 % lack it" against the usual share is taken, if a run so unlike
    chance would come up with a chance of less than one in a million among all that was looked at; then the next one.

    Args:
        at_us: When each journey touched it, or would have; ascending.
        is_missed: Whether it was not seen there.
        tried_n: Journeys over all touchpoints that were looked at.
    """
    found: list[Stretch] = []
    left = np.ones(len(at_us), dtype=bool)
    while (run := _best_run(is_missed, left, tried_n)) is not None and len(found) < MOST_SILENCES:
        first, last, share = run
        left[first : last + 1] = False
        before, after = _seen(at_us, is_missed, slice(0, first)), _seen(at_us, is_missed, slice(last + 1, None))
        if _is_unlike(is_missed, first, last):
            inside = is_missed[first : last + 1]
            start, end = (int(before[-1]) if len(before) else None), (int(after[0]) if len(after) else None)
            found.append(Stretch(start, end, len(inside), int(inside.sum()), share))
    return sorted(found, key=lambda each: each.from_us if each.from_us is not None else -1)


def _seen(at_us: Longs, is_missed: Flags, part: slice) -> Longs:
    return at_us[part][~is_missed[part]]


def _best_run(is_missed: Flags, left: Flags, tried_n: int) -> tuple[int, int, float] | None:
    """First and last of the run that is least like the rest, and the share of the rest that lacks it."""
    share = _share(is_missed[left])
    for _ in range(3):  # the run itself is no part of what is usual
        run = _highest(is_missed, left, share)
        if run is None:
            return None
        first, last, score = run
        rest = left.copy()
        rest[first : last + 1] = False
        share = _share(is_missed[rest])
    inside = is_missed[first : last + 1]
    is_found = score >= log(tried_n / INCREDIBLE) and inside.sum() >= LEAST_RUN and inside.mean() >= NEARLY_ALL
    return (first, last, share) if is_found and share <= MOST else None


def _share(is_missed: Flags) -> float:
    """The share that lacks it, never so small that a handful of journeys would prove anything."""
    return max(0.03, (float(is_missed.sum()) + 1) / (len(is_missed) + 2))


def _highest(is_missed: Flags, left: Flags, share: float) -> tuple[int, int, float] | None:
    """The run of highest score (Kadane): what is not left belongs to another run, and ends this one."""
    if share >= _MISSED_IN_OUTAGE:
        return None
    up, down = log(_MISSED_IN_OUTAGE / share), log((1 - _MISSED_IN_OUTAGE) / (1 - share))
    scores = np.where(left, np.where(is_missed, up, down), -1e12)
    sums = np.concatenate(([0.0], np.cumsum(scores)))
    lows = np.minimum.accumulate(sums)
    last = int(np.argmax(sums[1:] - lows[:-1]))
    score = float(sums[last + 1] - lows[last])
    if score <= 0:
        return None
    first = int(np.flatnonzero(sums[: last + 1] == lows[last])[-1])
    return first, last, score


def _is_unlike(is_missed: Flags, first: int, last: int) -> bool:
    """Whether most had it right before and right after, as far as there is a before or an after."""
    sides = [is_missed[max(first - _BESIDE_N, 0) : first], is_missed[last + 1 : last + 1 + _BESIDE_N]]
    told = [side for side in sides if len(side) >= LEAST_MISSED]
    return bool(told) and all(side.mean() <= MOST for side in told)


def in_hours(spans: Sequence[tuple[int, int]], since_us: int) -> Iterator[tuple[int, int]]:
    """Spans of microseconds as whole hours from `since_us`: every hour that they touch."""
    hour = 3_600_000_000
    for from_us, until_us in spans:
        yield max((from_us - since_us) // hour, 0), max(-(-(until_us - since_us) // hour), 0)
