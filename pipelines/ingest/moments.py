"""Times as sources write them, to UTC, as SQL for a whole column.

The process' zone plays no part, and nothing is guessed in the hours that a clock change repeats or skips.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pipelines.ingest.readers.landing import quoted
from pipelines.settings import TimeColumn

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # before that no export system ran: a zero, or a wrong unit
FUTURE_SLACK = timedelta(days=1)  # clocks of other systems may run ahead, and zones may be left out
_TABLE_UNTIL = 2050  # last year for which clock changes are computed
_AMBIGUOUS, _NONEXISTENT = 1_000_000, 2_000_000  # no offset from UTC is as long, in seconds
_UNIT_US = {"s": 1_000_000, "ms": 1_000, "us": 1}


@dataclass(frozen=True)
class Moment:
    """SQL expressions over a column `when_text`, each using the ones before it.

    Attributes:
        wall: The clock as written, a TIMESTAMP without zone; null for epoch numbers.
        instant: Microseconds since 1970 in UTC where the text itself tells the instant; else null.
        offset: Seconds east of UTC of `wall` in the source's zone, or a code for a clock change.
    """

    wall: str
    instant: str
    offset: str


def moment_sql(column: TimeColumn, workspace_zone: str) -> Moment:
    """How to read a time column. The expressions refer to each other as `wall` and `when_text`."""
    if column.unit:
        return Moment("CAST(NULL AS TIMESTAMP)", _epoch_sql(f"{_UNIT_US[column.unit]}"), "0")
    offset = offset_sql("wall", column.timezone or workspace_zone)
    if column.format:
        return _formatted(column.format, offset)
    # The commonest form first: a CASE looks at the others only where it must.
    has_zone = (
        "CASE WHEN ends_with(when_text, 'Z') THEN TRUE WHEN strlen(when_text) <= 10 THEN FALSE"
        " ELSE when_text[-1] >= 'A' OR when_text[-6] IN ('+', '-') OR when_text[-3] IN ('+', '-')"
        " OR when_text[-5] IN ('+', '-') END"
    )
    # Seconds have up to 11 digits until the year 5138; each unit below is a thousand times as many.
    number = "abs(TRY_CAST(when_text AS DOUBLE))"
    scale = f"CASE WHEN {number} < 1e11 THEN 1000000 WHEN {number} < 1e14 THEN 1000 ELSE 1 END"
    # A clock in UTC is the instant itself; NZ is a zone's name.
    instant = (
        "CASE WHEN ends_with(when_text, 'Z') AND NOT ends_with(when_text, 'NZ') THEN epoch_us(wall)"
        f" WHEN wall IS NULL THEN {_epoch_sql(scale)}"
        f" WHEN {has_zone} THEN epoch_us(TRY_CAST(when_text AS TIMESTAMPTZ)) END"
    )
    return Moment("TRY_CAST(when_text AS TIMESTAMP)", instant, offset)


def _formatted(formats: tuple[str, ...], offset: str) -> Moment:
    """Formats with %z or %Z tell the instant; the others the clock of the source's zone."""
    zoned = [text for text in formats if "%z" in text.lower()]
    local = [text for text in formats if text not in zoned]
    walls = ", ".join(f"try_strptime(when_text, {quoted(text)})" for text in local)
    instants = ", ".join(f"epoch_us(try_strptime(when_text, {quoted(text)}))" for text in zoned)
    wall = f"coalesce({walls}, NULL)" if local else "CAST(NULL AS TIMESTAMP)"
    instant = f"CASE WHEN wall IS NULL THEN coalesce({instants}, NULL) END" if zoned else "CAST(NULL AS BIGINT)"
    return Moment(wall, instant, offset)


def _epoch_sql(scale: str) -> str:
    """Whole numbers stay exact; a fraction of a second is good to the microsecond until the year 2255."""
    whole = "TRY_CAST(when_text AS BIGINT)"
    return (
        f"CASE WHEN {whole} IS NOT NULL AND NOT contains(when_text, '.') THEN TRY({whole} * ({scale}))"
        f" ELSE TRY(CAST(round(TRY_CAST(when_text AS DOUBLE) * ({scale})) AS BIGINT)) END"
    )


@cache
def offset_sql(wall: str, zone: str) -> str:
    """Seconds east of UTC of a local clock time, by a search tree over the zone's clock changes."""
    spans = tuple(_spans(ZoneInfo(zone)))
    return _tree(wall, spans)


def is_ambiguous(offset: str) -> str:
    """SQL: the clock shows this time twice."""
    return f"{offset} = {_AMBIGUOUS}"


def is_nonexistent(offset: str) -> str:
    """SQL: the clock never shows this time."""
    return f"{offset} = {_NONEXISTENT}"


Span = tuple[datetime | None, int]  # from this local time on, this offset or code


def _tree(wall: str, spans: tuple[Span, ...]) -> str:
    if len(spans) == 1:
        return str(spans[0][1])
    middle = len(spans) // 2
    border = spans[middle][0]
    left, right = _tree(wall, spans[:middle]), _tree(wall, spans[middle:])
    return f"CASE WHEN {wall} < TIMESTAMP '{border:%Y-%m-%d %H:%M:%S}' THEN {left} ELSE {right} END"


def _spans(zone: ZoneInfo) -> Iterator[Span]:
    """Local time cut at every clock change: the hour between old and new clock is skipped or shown twice."""
    yield None, _offset(zone, EARLIEST - timedelta(days=2))
    for instant, before, after in _changes(zone):
        local = instant.replace(tzinfo=None)
        first = local + timedelta(seconds=min(before, after))
        yield first, _NONEXISTENT if after > before else _AMBIGUOUS
        yield local + timedelta(seconds=max(before, after)), after


def _changes(zone: ZoneInfo) -> Iterator[tuple[datetime, int, int]]:
    """Instants at which the zone's offset changes, with the offsets before and after."""
    day = EARLIEST - timedelta(days=2)
    before = _offset(zone, day)
    while day.year <= _TABLE_UNTIL:
        following = day + timedelta(days=1)
        after = _offset(zone, following)
        if after != before:
            yield _moment_of_change(zone, day, following), before, after
        day, before = following, after


def _moment_of_change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """First second with the new offset, by halving the day."""
    old = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(zone, middle) == old else (low, middle)
    return high


def _offset(zone: ZoneInfo, instant: datetime) -> int:
    shift = instant.astimezone(zone).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0
