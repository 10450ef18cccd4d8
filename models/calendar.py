"""Business hours as a table: how many business seconds lie before each UTC day, and when it is open.

Elapsed business time at an instant is then one join and two clipped differences, the same in SQL and in numpy:
`before_s + (clip(t - open1) + clip(t - open2)) / 1e6`, and a wait is the difference of two of those.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from models.intervals import Floats, Integers

DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def business_days(
    timezone: str,
    hours: tuple[time, time],
    days: Collection[int],
    holidays: Collection[date],
    *,
    from_on: date,
    to_on: date,
) -> pl.DataFrame:
    """One row per UTC day from `from_on` to `to_on`, both included.

    Args:
        timezone: the workspace's zone; opening hours follow its clock through changes to and from summer time.
        hours: opening and closing by that clock; closing at 00:00 means the end of the day.
        days: weekdays that are open, Monday 0 to Sunday 6.
        holidays: dates that are closed.
        from_on: first UTC day.
        to_on: last UTC day.

    Returns:
        `utc_day` (days since 1970-01-01), `before_s` (business seconds from the table's start to that day's start),
        `open1_us`, `close1_us`, `open2_us`, `close2_us` (open parts of that UTC day, microseconds since 1970; a part
        that is not there has no length).

    Raises:
        ValueError: when the opening is not before the closing.
    """
    opening, closing = hours
    if closing != time(0) and opening >= closing:
        raise ValueError(f"business hours must open before they close, got {opening} to {closing}")
    first, last = from_on.toordinal() - _EPOCH.toordinal(), to_on.toordinal() - _EPOCH.toordinal()
    utc_days = np.arange(first, last + 1, dtype=np.int64)
    # A zone is at most 26 hours away from UTC, so one local day more on either side is enough.
    local_days = (from_on + timedelta(days=shift) for shift in range(-2, (to_on - from_on).days + 3))
    spans = [
        _span(day, opening, closing, ZoneInfo(timezone))
        for day in local_days
        if day.weekday() in days and day not in holidays
    ]
    return _table(utc_days, _parts(spans, utc_days))


def elapsed_s(table: pl.DataFrame, instants_us: npt.ArrayLike) -> Floats:
    """Business seconds from the table's start to each instant.

    Args:
        table: from `business_days`.
        instants_us: microseconds since 1970.

    Raises:
        ValueError: when an instant lies outside the table.
    """
    at = np.asarray(instants_us, dtype=np.int64)
    column = {name: table[name].to_numpy() for name in table.columns}
    row = at // DAY_US - column["utc_day"][0]
    if at.size and (row.min() < 0 or row.max() >= table.height):
        raise ValueError(
            f"the calendar covers {table.height} days from day {column['utc_day'][0]}, an instant lies outside"
        )
    open_us = sum(
        np.clip(at - column[f"open{part}_us"][row], 0, (column[f"close{part}_us"] - column[f"open{part}_us"])[row])
        for part in (1, 2)
    )
    return np.asarray(column["before_s"][row] + open_us / 1e6, dtype=np.float64)


def due_us(table: pl.DataFrame, from_us: npt.ArrayLike, within_us: npt.ArrayLike) -> Integers:
    """The last moments at which no more business time than promised has passed, microseconds since 1970.

    What is due when the office closes is due until it opens again: nobody waits longer meanwhile.

    Args:
        table: from `business_days`.
        from_us: when the waits begin, microseconds since 1970.
        within_us: the business time promised for each.

    Returns:
        For what is due later than the table reaches, the table's end.

    Raises:
        ValueError: when a wait begins outside the table.
    """
    column = {name: table[name].to_numpy() for name in table.columns}
    first_us, second_us = (column[f"close{part}_us"] - column[f"open{part}_us"] for part in (1, 2))
    after_us = np.cumsum(first_us + second_us)
    target_us = np.rint(elapsed_s(table, from_us) * 1e6).astype(np.int64) + np.asarray(within_us, dtype=np.int64)
    row = np.searchsorted(after_us, target_us, side="right")
    day = np.minimum(row, table.height - 1)
    left_us = target_us - after_us[day] + first_us[day] + second_us[day]
    inside = np.where(
        left_us < first_us[day], column["open1_us"][day] + left_us, column["open2_us"][day] + left_us - first_us[day]
    )
    end_us = (column["utc_day"][-1] + 1) * DAY_US
    return np.asarray(np.where(row < table.height, inside, end_us), dtype=np.int64)


def _span(day: date, opening: time, closing: time, zone: ZoneInfo) -> tuple[int, int]:
    """Opening and closing of one local day, microseconds since 1970.

    A time that the clock shows twice is its first at opening and its second at closing; a day ends at the first
    midnight.
    """
    closes = (day + timedelta(days=1), 0) if closing == time(0) else (day, 1)
    return (
        _instant_us(datetime.combine(day, opening), zone, 0),
        _instant_us(datetime.combine(closes[0], closing), zone, closes[1]),
    )


def _instant_us(local: datetime, zone: ZoneInfo, fold: int) -> int:
    """When the clock shows this; if it skips it, when it skips."""
    at = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        early, late = sorted(local.replace(tzinfo=zone, fold=side).astimezone(UTC) for side in (0, 1))
        offset = late.astimezone(zone).utcoffset()
        while late - early > timedelta(seconds=1):
            middle = early + (late - early) // 2
            early, late = (early, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, late)
        at = late.replace(microsecond=0)
    return (at - _EPOCH) // timedelta(microseconds=1)


def _parts(spans: list[tuple[int, int]], utc_days: Integers) -> list[list[tuple[int, int]]]:
    """The open parts of each UTC day, at most two; parts that touch are one."""
    parts: list[list[tuple[int, int]]] = [[] for _ in utc_days]
    for opens, closes in spans:
        for day in range(opens // DAY_US, -(-closes // DAY_US)):
            place = day - int(utc_days[0])
            if not 0 <= place < len(parts):
                continue
            start, end = max(opens, day * DAY_US), min(closes, (day + 1) * DAY_US)
            if start >= end:
                continue  # the clock skipped these hours
            if parts[place] and parts[place][-1][1] >= start:
                start = parts[place].pop()[0]
            parts[place].append((start, end))
    return parts


def _table(utc_days: Integers, parts: list[list[tuple[int, int]]]) -> pl.DataFrame:
    midnight = utc_days * DAY_US
    edges = np.repeat(midnight, 4).reshape(-1, 4)
    for place, opened in enumerate(parts):
        for part, (start, end) in enumerate(opened):
            edges[place, 2 * part : 2 * part + 2] = start, end
    open_us = (edges[:, 1] - edges[:, 0]) + (edges[:, 3] - edges[:, 2])
    before_s = (np.cumsum(open_us) - open_us) / 1e6
    names = ("open1_us", "close1_us", "open2_us", "close2_us")
    return pl.DataFrame({"utc_day": utc_days, "before_s": before_s, **dict(zip(names, edges.T, strict=True))})
