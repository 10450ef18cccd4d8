"""Which part of a map's journeys is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.rules import quoted
from pipelines.language import told_date, tr

if TYPE_CHECKING:
    from schemas.journey_map import JourneyMap


@dataclass(frozen=True)
class Focus:
    """A part of the journeys of one map; what is empty leaves nobody out.

    Attributes:
        journey: Name of the map.
        segments: Names of segments, each with the value that is wanted.
        from_on: First month of those that began then, by its first day.
        until_on: Last month, by its first day; it counts as a whole.
        through: Touchpoint that they came to.
    """

    journey: str
    segments: tuple[tuple[str, str], ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    through: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether everybody is in it."""
        return not (any(value for _, value in self.segments) or self.from_on or self.until_on or self.through)

    def where(self, zone: ZoneInfo) -> str:
        """SQL over the columns of `journeys`: who is in it.

        Args:
            zone: In which months begin.
        """
        parts = [f"segments[{quoted(name)}] = {quoted(value)}" for name, value in self.segments if value]
        if self.from_on:
            parts.append(f"entered_at >= {_moment(self.from_on, zone)}")
        if self.until_on:
            parts.append(f"entered_at < {_moment(_next_month(self.until_on), zone)}")
        if self.through:
            came = f"SELECT journey_id FROM journey_events WHERE touchpoint = {quoted(self.through)}"
            parts.append(f"journey_id IN ({came})")
        return " AND ".join(parts) or "true"

    def words(self, plan: JourneyMap) -> str:
        """Who is in it, for people."""
        parts = [tr("{name} is {value}", name=name, value=value) for name, value in self.segments if value]
        parts += _period(self.from_on, self.until_on)
        parts += [tr("came to “{touchpoint}”", touchpoint=plan.title_of(self.through))] if self.through else []
        return ", ".join(parts) or tr("all journeys")


def months(first_at: datetime | None, last_at: datetime | None, zone: ZoneInfo) -> tuple[date, ...]:
    """First days of the months in which journeys began.

    Args:
        first_at: When the first one did.
        last_at: When something last happened.
        zone: In which months begin.
    """
    if first_at is None or last_at is None:
        return ()
    at, last = first_at.astimezone(zone).date().replace(day=1), last_at.astimezone(zone).date()
    found = []
    while at <= last:
        found.append(at)
        at = _next_month(at)
    return tuple(found)


def month_name(first_on: date) -> str:
    """A month in words."""
    return told_date(first_on, "MMMM y")


def _period(from_on: date | None, until_on: date | None) -> list[str]:
    match from_on, until_on:
        case None, None:
            return []
        case date() as start, date() as end if start == end:
            return [tr("began in {month}", month=month_name(start))]
        case date() as start, None:
            return [tr("began in {month} or later", month=month_name(start))]
        case None, date() as end:
            return [tr("began in {month} or before", month=month_name(end))]
        case date() as start, date() as end:
            return [tr("began from {first} to {last}", first=month_name(start), last=month_name(end))]
    return []


def _next_month(first_on: date) -> date:
    after = first_on.year * 12 + first_on.month
    return date(after // 12, after % 12 + 1, 1)


def _moment(day: date, zone: ZoneInfo) -> str:
    return f"TIMESTAMPTZ {quoted(datetime(day.year, day.month, day.day, tzinfo=zone).isoformat())}"
