"""Weekly entry cohorts whose young weeks do not look worse only because they are young.

Each week is looked at after as many days as all of its journeys were followed, and compared with what mature weeks had
come to after as many. Goals and exits are known at once; silence only when patience has run out, so abandoned shares
are given where that is so for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from models.intervals import Floats, Integers, design_effect, wilson
from models.patience import DAY_US, LEAST_N, patience_ahead

Bools = npt.NDArray[np.bool_]
NEVER_US = np.iinfo(np.int64).max // 4
LEAST_KNOWN = 0.5  # so much of what mature weeks convert must have come in by the same age, before a week is projected
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entries:
    """One element per journey; times in microseconds since 1970, `NEVER_US` where it did not happen.

    Attributes:
        entered_us: when it began.
        goal_us: when it converted.
        exit_us: when it exited.
        lost_us: when it was abandoned: the last sign of life before a silence that is confirmed.
        patience_us: patience where it stands, if it is abandoned or in flight; else 0.
        person: whole number of the person.
    """

    entered_us: Integers
    goal_us: Integers
    exit_us: Integers
    lost_us: Integers
    patience_us: Integers
    person: Integers

    @property
    def n(self) -> int:
        """How many journeys."""
        return self.entered_us.size

    def where(self, chosen: Bools | npt.NDArray[np.intp]) -> Entries:
        """Those chosen."""
        return Entries(*(column[chosen] for column in vars(self).values()))


@dataclass(frozen=True)
class Weeks:
    """The weeks of a window, and how long journeys of each were followed.

    Attributes:
        starts_us: first instants, rising; the last one ends the last week.
        as_of_us: the snapshot.
        horizon_us: the horizon.
        settled_us: weeks that end by then have had time for every silence within the horizon to be confirmed.
    """

    starts_us: Integers
    as_of_us: int
    horizon_us: int
    settled_us: int

    @property
    def followed_us(self) -> Integers:
        """How long all journeys of each week were followed, at most the horizon."""
        return np.clip(self.as_of_us - self.starts_us[1:], 0, self.horizon_us)

    def week_of(self, entered_us: Integers) -> Integers:
        """The week in which each journey began."""
        return np.searchsorted(self.starts_us, entered_us, side="right") - 1


def weeks_of(entries: Entries, timezone: str, *, as_of_us: int, horizon_us: int) -> Weeks:
    """The weeks from the first entry to the snapshot; they begin on Mondays at midnight by the zone's clock."""
    zone = ZoneInfo(timezone)
    first = (_EPOCH + timedelta(microseconds=int(entries.entered_us.min()))).astimezone(zone).date()
    monday = first - timedelta(days=first.weekday())
    starts: list[int] = []
    while not starts or starts[-1] <= as_of_us:
        local = datetime.combine(monday + timedelta(weeks=len(starts)), time(), zone)
        starts.append((local.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1))
    is_standing = (entries.goal_us == NEVER_US) & (entries.exit_us == NEVER_US)
    ahead_us = patience_ahead(entries.patience_us[is_standing], entries.n)
    return Weeks(np.array(starts, dtype=np.int64), as_of_us, horizon_us, as_of_us - horizon_us - ahead_us - 1)


def cohort_rows(entries: Entries, weeks: Weeks) -> Iterator[dict[str, object]]:
    """The rows of `cohorts` for these journeys, one per week in which any began; named as its columns.

    Args:
        entries: of all, or of one segment: expectations are those of its own mature weeks.
        weeks: of all journeys.
    """
    week = weeks.week_of(entries.entered_us)
    expected = _Expected.of(entries.where(weeks.followed_us[week] >= weeks.horizon_us), weeks.horizon_us)
    order = np.argsort(week, kind="stable")
    found, first = np.unique(week[order], return_index=True)
    for number, rows in zip(found, np.split(order, first[1:]), strict=True):
        yield _row(int(number), entries.where(rows), weeks, expected)


@dataclass(frozen=True)
class _Expected:
    """What journeys of mature weeks had come to by an age.

    Attributes:
        n: how many.
        goal_after_us: time to the goal of those who converted within the horizon, rising.
        exit_after_us: the same to the exit.
        widening: design effect of people with several of them.
    """

    n: int
    goal_after_us: Integers
    exit_after_us: Integers
    widening: float

    @staticmethod
    def of(mature: Entries, horizon_us: int) -> _Expected:
        goal, exits = mature.goal_us - mature.entered_us, mature.exit_us - mature.entered_us
        is_won = goal <= horizon_us
        widening = design_effect(mature.person, is_won) if mature.n else 1.0
        return _Expected(mature.n, np.sort(goal[is_won]), np.sort(exits[exits <= horizon_us]), widening)

    @property
    def is_known(self) -> bool:
        return self.n / self.widening >= LEAST_N

    def converted(self, age_us: int) -> float:
        return float(np.searchsorted(self.goal_after_us, age_us, side="right")) / self.n

    def still_to_come(self, age_us: int) -> tuple[float, float]:
        """Of those neither converted nor exited by an age the share that still converts, and its variance."""
        won = int(np.searchsorted(self.goal_after_us, age_us, side="right"))
        gone = int(np.searchsorted(self.exit_after_us, age_us, side="right"))
        open_n = self.n - won - gone
        if open_n <= 0:
            return 0.0, 0.0
        share = (self.goal_after_us.size - won) / open_n
        return share, share * (1 - share) * self.widening / open_n


def _row(number: int, entries: Entries, weeks: Weeks, expected: _Expected) -> dict[str, object]:
    age_us = int(weeks.followed_us[number])
    is_won = entries.goal_us - entries.entered_us <= age_us
    is_gone = ~is_won & (entries.exit_us - entries.entered_us <= age_us)
    worth = entries.n / design_effect(entries.person, is_won)
    row: dict[str, object] = {
        "week_us": int(weeks.starts_us[number]),
        "journeys_n": entries.n,
        "followed_d": age_us / DAY_US,
        "is_mature": age_us >= weeks.horizon_us,
        "refused": _refusal(age_us, worth),
    }
    if row["refused"] is None:
        low, high = wilson(is_won.mean() * worth, worth)
        row |= _named("converted", float(is_won.mean()), float(low), float(high))
        row["exited_share"] = float(is_gone.mean())
        row["expected_share"] = expected.converted(age_us) if expected.is_known else None
        row |= _ends(entries, weeks, number, is_won | is_gone) | _projected(entries, is_won, is_gone, age_us, expected)
    return row


def _refusal(age_us: int, worth: float) -> str | None:
    if age_us <= 0:
        return "the week is not over, or was not followed yet"
    return f"too few journeys (worth fewer than {LEAST_N})" if worth < LEAST_N else None


def _ends(entries: Entries, weeks: Weeks, number: int, is_over: Bools) -> dict[str, object]:
    """Abandoned within the horizon, and still active, once every silence within it can be confirmed."""
    if weeks.starts_us[number + 1] > weeks.settled_us:
        return {}
    is_lost = ~is_over & (entries.lost_us - entries.entered_us <= weeks.horizon_us)
    return {"abandoned_share": float(is_lost.mean()), "active_share": float((~is_over & ~is_lost).mean())}


def _projected(entries: Entries, is_won: Bools, is_gone: Bools, age_us: int, expected: _Expected) -> dict[str, object]:
    """Converted by the horizon, if those still open go on as mature weeks' did; none where most is still to come."""
    if not expected.is_known or expected.converted(age_us) < LEAST_KNOWN * expected.goal_after_us.size / expected.n:
        return {}
    to_come, error = expected.still_to_come(age_us)
    each: Floats = np.select([is_won, is_gone], [1.0, 0.0], default=to_come)
    share = float(each.mean())
    open_share = float((~is_won & ~is_gone).mean())
    variance = float(each.var()) / entries.n * design_effect(entries.person, each) + open_share**2 * error
    worth = share * (1 - share) / variance if variance > 0 else entries.n / design_effect(entries.person, is_won)
    low, high = wilson(share * worth, worth)
    return _named("projected", share, float(low), float(high))


def _named(word: str, share: float, low: float, high: float) -> dict[str, object]:
    """Rounded to where the order of summation no longer shows."""
    names = (f"{word}_share", f"{word}_low", f"{word}_high")
    return dict(zip(names, (round(number, 12) for number in (share, low, high)), strict=True))
