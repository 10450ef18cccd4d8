"""Business time against counting minutes one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest

from models.calendar import business_days, due_us, elapsed_s

WEEKDAYS = range(5)
EASTER = frozenset({date(2026, 4, 3), date(2026, 4, 6)})


def us(text: str) -> int:
    """Microseconds since 1970 of an instant in ISO 8601 with its offset."""
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def counted(
    zone: str, hours: tuple[time, time], holidays: frozenset[date], from_on: date, minutes_n: int
) -> npt.NDArray[np.int64]:
    """Business minutes before each minute, by looking at the clock on the wall every minute."""
    start = datetime(from_on.year, from_on.month, from_on.day, tzinfo=UTC)
    is_open = []
    for minute in range(minutes_n):
        wall = (start + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        is_day = wall.weekday() in WEEKDAYS and wall.date() not in holidays
        is_open.append(is_day and hours[0] <= wall.time() and (hours[1] == time(0) or wall.time() < hours[1]))
    return np.cumsum([0, *is_open])[:-1]


OFFICE = (time(8), time(16))
ROUND_THE_CLOCK = (time(0), time(0))


@pytest.mark.parametrize(
    ("zone", "hours", "from_on"),
    [
        ("Europe/Oslo", OFFICE, date(2026, 3, 24)),  # summer time begins on the 29th
        ("Europe/Oslo", OFFICE, date(2026, 10, 20)),  # and ends on the 25th
        ("Europe/Oslo", ROUND_THE_CLOCK, date(2026, 10, 20)),
        ("Pacific/Auckland", (time(8), time(16, 30)), date(2026, 3, 30)),  # two local days in each UTC day
        ("America/Los_Angeles", (time(9), time(0)), date(2026, 3, 4)),
        ("Australia/Lord_Howe", ROUND_THE_CLOCK, date(2026, 3, 31)),  # half an hour of summer time
        ("Asia/Kathmandu", OFFICE, date(2026, 3, 31)),
        ("America/Havana", ROUND_THE_CLOCK, date(2026, 10, 27)),  # midnight comes twice
        ("Pacific/Apia", ROUND_THE_CLOCK, date(2011, 12, 26)),  # a Friday that never was
        ("Europe/Oslo", (time(2, 30), time(5)), date(2026, 3, 24)),
        ("UTC", (time(23, 59), time(0)), date(2026, 3, 24)),
    ],
)
def test_business_time_is_what_counting_minutes_gives(zone: str, hours: tuple[time, time], from_on: date) -> None:
    days_n = 15
    table = business_days(zone, hours, WEEKDAYS, EASTER, from_on=from_on, to_on=from_on + timedelta(days=days_n - 1))
    start = int(datetime(from_on.year, from_on.month, from_on.day, tzinfo=UTC).timestamp())
    instants_us = (start + 60 * np.arange(days_n * 1440)) * 1_000_000
    expected = 60 * counted(zone, hours, EASTER, from_on, days_n * 1440)
    assert np.array_equal(elapsed_s(table, instants_us), expected)


@pytest.mark.parametrize(
    ("ready", "served", "hours"),
    [
        ("2026-04-01T09:00:00+02:00", "2026-04-01T11:30:00+02:00", 2.5),
        ("2026-04-01T15:00:00+02:00", "2026-04-02T09:00:00+02:00", 2),  # over night
        ("2026-04-02T15:00:00+02:00", "2026-04-07T09:00:00+02:00", 2),  # over Easter
        ("2026-04-04T12:00:00+02:00", "2026-04-05T12:00:00+02:00", 0),
        ("2026-03-27T15:00:00+01:00", "2026-03-30T09:00:00+02:00", 2),  # into summer time
        ("2026-04-01T11:00:00+02:00", "2026-04-01T11:00:00+02:00", 0),
    ],
)
def test_a_wait_counts_only_open_hours(ready: str, served: str, hours: float) -> None:
    table = business_days("Europe/Oslo", OFFICE, WEEKDAYS, EASTER, from_on=date(2026, 3, 1), to_on=date(2026, 4, 30))
    before, after = elapsed_s(table, [us(ready), us(served)])
    assert (after - before) / 3600 == hours


def test_the_table_is_what_sql_joins() -> None:
    table = business_days("Europe/Oslo", OFFICE, WEEKDAYS, (), from_on=date(1970, 1, 1), to_on=date(1970, 1, 3))
    hour_us, day_us = 3_600_000_000, 86_400_000_000
    assert table.rows() == [
        (0, 0.0, 7 * hour_us, 15 * hour_us, 0, 0),  # Thursday
        (1, 28_800.0, day_us + 7 * hour_us, day_us + 15 * hour_us, day_us, day_us),
        (2, 57_600.0, 2 * day_us, 2 * day_us, 2 * day_us, 2 * day_us),  # Saturday
    ]
    assert table.columns == ["utc_day", "before_s", "open1_us", "close1_us", "open2_us", "close2_us"]


@pytest.mark.parametrize("hours", [(time(16), time(8)), (time(8), time(8))])
def test_hours_that_close_before_they_open_are_refused(hours: tuple[time, time]) -> None:
    with pytest.raises(ValueError, match="must open before they close"):
        business_days("UTC", hours, WEEKDAYS, (), from_on=date(2026, 1, 1), to_on=date(2026, 1, 2))


@pytest.mark.parametrize("instant", ["2025-12-31T23:59:59+00:00", "2026-01-03T00:00:00+00:00"])
def test_an_instant_outside_the_table_is_refused(instant: str) -> None:
    table = business_days("UTC", OFFICE, WEEKDAYS, (), from_on=date(2026, 1, 1), to_on=date(2026, 1, 2))
    with pytest.raises(ValueError, match="lies outside"):
        elapsed_s(table, [us(instant)])


@pytest.mark.parametrize("zone", ["Europe/Oslo", "Pacific/Auckland", "Asia/Kathmandu"])
def test_what_is_due_is_due_at_the_last_moment_before_more_time_has_passed(zone: str) -> None:
    table = business_days(zone, OFFICE, WEEKDAYS, EASTER, from_on=date(2026, 3, 24), to_on=date(2026, 4, 14))
    rng = np.random.default_rng(4)
    begin, end = us("2026-03-24T00:00:00+00:00"), us("2026-04-05T00:00:00+00:00")
    ready = rng.integers(begin, end, size=500)
    within = rng.integers(0, 20 * 3600, size=500) * 1_000_000
    within[:100] = within[:100] // (8 * 3600 * 1_000_000) * (8 * 3600 * 1_000_000)  # whole days

    due = due_us(table, ready, within)

    passed = np.rint((elapsed_s(table, due) - elapsed_s(table, ready)) * 1e6).astype(np.int64)
    a_bit_later = np.rint((elapsed_s(table, due + 1_000_000) - elapsed_s(table, ready)) * 1e6).astype(np.int64)
    assert (due >= ready).all()
    assert (passed == within).all()
    assert (a_bit_later > within).all()


@pytest.mark.parametrize(
    ("ready", "hours", "due"),
    [
        ("2026-03-27T12:00:00+01:00", 2, "2026-03-27T14:00:00+01:00"),
        (
            "2026-03-27T12:00:00+01:00",
            4,
            "2026-03-30T08:00:00+02:00",
        ),  # the office closes, and opens after the week-end
        ("2026-03-27T12:00:00+01:00", 5, "2026-03-30T09:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", 0, "2026-03-30T08:00:00+02:00"),
        ("2026-03-27T12:00:00+01:00", 999, "2026-04-01T00:00:00+00:00"),  # beyond the table
    ],
)
def test_a_promise_in_business_hours_falls_due_when_the_office_is_open(ready: str, hours: int, due: str) -> None:
    table = business_days("Europe/Oslo", OFFICE, WEEKDAYS, EASTER, from_on=date(2026, 3, 24), to_on=date(2026, 3, 31))

    assert due_us(table, [us(ready)], [hours * 3_600_000_000]).tolist() == [us(due)]
