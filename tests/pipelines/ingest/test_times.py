"""Times in every form, to UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pipelines.ingest.conftest import Shop

COLUMNS = '[sources.columns]\nevent_id = "id"\noccurred_at = {time}\nactivity = "what"\nidentities = {{c = "who"}}\n'


def moment(shop: Shop, text: str, time: str = '"at"', zone: str = "Europe/Oslo") -> str:
    """The instant, or the reason why there is none."""
    shop.deliver("a.csv", f'id,at,what,who\ne1,"{text}",visit,C1\n')
    report = shop.take(columns=COLUMNS.format(time=time), zone=zone)
    if report.reasons:
        return next(iter(report.reasons))
    return str(shop.rows("SELECT strftime(occurred_at, '%Y-%m-%d %H:%M:%S.%f') FROM events")[0][0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01 10:00:00.000000"),
        ("2026-03-01 10:00:00.123456", "2026-03-01 09:00:00.123456"),
        ("2026-03-01T10:00", "2026-03-01 09:00:00.000000"),
        (" 2026-03-01T10:00:00.5 ", "2026-03-01 09:00:00.500000"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01 08:00:00.000000"),
        ("2026-03-01T10:00:00-0530", "2026-03-01 15:30:00.000000"),
        ("2026-03-01 10:00:00+02", "2026-03-01 08:00:00.000000"),
        ("2026-03-01 10:00:00 UTC", "2026-03-01 10:00:00.000000"),
        ("2026-03-01 10:00:00 NZ", "2026-02-28 21:00:00.000000"),
        ("2026-03-01", "2026-02-28 23:00:00.000000"),
        ("1772359200", "2026-03-01 10:00:00.000000"),
        ("1772359200.25", "2026-03-01 10:00:00.250000"),
        ("1772359200123", "2026-03-01 10:00:00.123000"),
        ("1772359200123456", "2026-03-01 10:00:00.123456"),
        ("2026-03-29T01:59:59", "2026-03-29 00:59:59.000000"),
        ("2026-03-29T02:30:00", "nonexistent_local_time"),
        ("2026-03-29T03:00:00", "2026-03-29 01:00:00.000000"),
        ("2025-10-26T01:59:59", "2025-10-25 23:59:59.000000"),
        ("2025-10-26T02:00:00", "ambiguous_local_time"),
        ("2025-10-26T02:59:59", "ambiguous_local_time"),
        ("2025-10-26T02:30:00+01:00", "2025-10-26 01:30:00.000000"),
        ("2025-10-26T03:00:00", "2025-10-26 02:00:00.000000"),
        ("12/05/2026", "unreadable_timestamp"),
        ("10:00", "unreadable_timestamp"),
        ("99999999999999999999", "unreadable_timestamp"),
    ],
)
def test_times_are_recognised_and_take_the_workspace_zone_where_they_name_none(
    shop: Shop, text: str, expected: str
) -> None:
    assert moment(shop, text) == expected


@pytest.mark.parametrize(
    ("text", "time", "expected"),
    [
        ("01.03.2026 10:00", '{column = "at", format = "%d.%m.%Y %H:%M"}', "2026-03-01 09:00:00.000000"),
        (
            "03/01/2026 10:00 AM",
            '{column = "at", format = "%m/%d/%Y %I:%M %p", timezone = "America/New_York"}',
            "2026-03-01 15:00:00.000000",
        ),
        ("01.03.2026 10:00 +0200", '{column = "at", format = "%d.%m.%Y %H:%M %z"}', "2026-03-01 08:00:00.000000"),
        ("01.03.2026", '{column = "at", format = ["%d.%m.%Y %H:%M", "%d.%m.%Y"]}', "2026-02-28 23:00:00.000000"),
        ("2026-03-01T10:00:00Z", '{column = "at", format = "%d.%m.%Y"}', "unreadable_timestamp"),
        ("29.03.2026 02:30", '{column = "at", format = "%d.%m.%Y %H:%M"}', "nonexistent_local_time"),
        ("1772359200", '{column = "at", unit = "s"}', "2026-03-01 10:00:00.000000"),
        ("1772359200", '{column = "at", unit = "ms"}', "out_of_range"),
        ("2026-03-01T10:00:00", '{column = "at", timezone = "UTC"}', "2026-03-01 10:00:00.000000"),
    ],
)
def test_formats_units_and_zones_of_a_column_are_obeyed(shop: Shop, text: str, time: str, expected: str) -> None:
    assert moment(shop, text, time) == expected


def test_the_process_zone_plays_no_part(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")

    assert moment(shop, "2026-03-01T10:00:00", zone="UTC") == "2026-03-01 10:00:00.000000"


def test_a_clock_change_of_half_an_hour_is_known(shop: Shop) -> None:
    assert moment(shop, "2026-04-05T01:45:00", zone="Australia/Lord_Howe") == "ambiguous_local_time"
    shop.deliver("b.csv", "id,at,what,who\ne2,2026-04-05T01:15:00,visit,C1\n")
    shop.take("b.csv", columns=COLUMNS.format(time='"at"'), zone="Australia/Lord_Howe")
    assert shop.rows("SELECT strftime(occurred_at, '%d %H:%M') FROM events") == [("04 14:15",)]
