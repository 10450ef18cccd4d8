"""What waits, patience curves and weekly cohorts keep to themselves, and what would give it away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from pipelines.privacy.cohort_cover import few_left_out
from pipelines.privacy.cover import Cover, read_cover
from schemas.tables import TABLES


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        con.execute(table.ddl())
    return con


def put(con: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    given = {"journey": "buy", "from_touchpoint": "a", "to_touchpoint": "b"} | values
    con.execute(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})", [*given.values()])


def told(con: duckdb.DuckDBPyConnection, cover: Cover, table: str) -> list[set[str]]:
    found = con.sql(f"SELECT * FROM {table}")
    return [set(cover.columns(table, dict(zip(found.columns, row, strict=True)))) for row in found.fetchall()]


def test_a_span_that_few_left_in_is_not_given_away_by_all_who_left(tables: duckdb.DuckDBPyConnection) -> None:
    put(tables, "waits", n=200, calendar="clock", waiting_n=0, overdue_n=0, followed_n=200, left_n=43, passed_n=0,
        silent_n=0)  # fmt: skip
    for from_s, waiting_n, left_n in ((0.0, 200, 20), (60.0, 150, 20), (120.0, 90, 3)):
        put(tables, "patience_curves", from_s=from_s, until_s=from_s + 60, waiting_n=waiting_n, left_n=left_n,
            hazard=1.0, served_n=0)  # fmt: skip
    cover = read_cover(tables, 5)
    spans = told(tables, cover, "patience_curves")
    assert {"left_n", "hazard", "hazard_low", "hazard_high"} <= spans[2]
    assert "left_n" in spans[0] | spans[1] | told(tables, cover, "waits")[0], "something goes with it"


def test_few_who_wait_in_a_segment_take_the_times_with_them(tables: duckdb.DuckDBPyConnection) -> None:
    for segment, n in ((None, 100), ("region=north", 97), ("region=south", 3)):
        put(tables, "waits", segment=segment, n=n, calendar="clock", waiting_n=0, overdue_n=0, followed_n=n, left_n=0,
            passed_n=0, silent_n=0, p50_s=60.0)  # fmt: skip
    whole, north, south = told(tables, read_cover(tables, 5), "waits")
    assert {"n", "p50_s", "p50_low_s", "p90_high_s"} <= south
    assert "n" in whole | north


def test_few_returns_are_covered(tables: duckdb.DuckDBPyConnection) -> None:
    tables.execute(
        "INSERT INTO touchpoint_outcomes (journey, touchpoint, horizon_d, reached_n, followed_n, in_flight_n,"
        " reactivations_n) VALUES ('buy', 'a', 30, 200, 200, 0, 2)"
    )
    assert told(tables, read_cover(tables, 5), "touchpoint_outcomes") == [{"reactivations_n"}]


def week(number: int, n: int, segment: str | None = None, **shares: float) -> dict[str, Any]:
    given = {"converted": 0.5, "exited": 0.2, "abandoned": 0.3, "active": 0.0} | shares
    names = ("converted_low", "converted_high", "expected_share", "projected_share", "projected_low", "projected_high")
    return {
        "journey": "buy",
        "week_at": datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=number),
        "segment": segment,
        "journeys_n": n,
        **{f"{word}_share": share for word, share in given.items()},
        **dict.fromkeys(names, 0.5),
    }


def kept(rows: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    return [(row["journeys_n"], row["segment"]) for row in few_left_out(rows, 5)]


def test_a_week_of_few_goes_with_a_second_one_because_the_weeks_add_up_to_all_journeys() -> None:
    assert kept([week(0, 100), week(1, 90), week(2, 3)]) == [(100, None)]
    assert kept([week(0, 100), week(1, 4), week(2, 3)]) == [(100, None)]
    assert kept([week(0, 100), week(1, 90)]) == [(100, None), (90, None)]


def test_of_a_segments_values_a_week_is_told_for_all_or_for_none() -> None:
    north = [week(number, n, "region=north") for number, n in enumerate((96, 50, 60))]
    south = [week(number, n, "region=south") for number, n in enumerate((4, 50, 60))]
    whole = [week(number, n) for number, n in enumerate((100, 100, 120))]
    assert kept([*whole, *north, *south]) == [
        (100, None),
        (100, None),
        (120, None),
        (60, "region=north"),
        (60, "region=south"),
    ]


@pytest.mark.parametrize(
    ("row", "hidden"),
    [
        (week(0, 100), set()),
        (week(0, 100, active=0.02, abandoned=0.28), {"active_share", "abandoned_share"}),  # the four make the whole
        (week(0, 100, exited=0.03, abandoned=0.47), {"exited_share", "abandoned_share"}),
        (week(0, 100, converted=0.98, exited=0.02, abandoned=0.0), {"exited_share", "abandoned_share"}),
    ],
)
def test_shares_that_stand_for_few_go_with_another_one(row: dict[str, Any], hidden: set[str]) -> None:
    (told_row,) = few_left_out([row], 5)
    gone = {name for name in row if name.endswith("_share") and told_row[name] is None}
    assert gone - {"projected_share"} == hidden


def test_of_a_young_week_those_still_open_are_a_number_too() -> None:
    young = week(0, 100, converted=0.5, exited=0.48) | {"abandoned_share": None, "active_share": None}
    (told_row,) = few_left_out([young], 5)
    assert told_row["exited_share"] is None


def test_without_a_minimum_all_is_told() -> None:
    rows = [week(0, 2)]
    assert few_left_out(rows, 1) == rows
