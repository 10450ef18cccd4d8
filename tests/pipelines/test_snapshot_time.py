"""The snapshot time is the latest event that a right clock can have written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from pipelines.snapshot_time import snapshot_time

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
LAST = NOW - timedelta(hours=7)  # the last of the history below


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute("CREATE TABLE events (occurred_at TIMESTAMPTZ)")
        yield connection


def history(con: duckdb.DuckDBPyConnection, count: int, apart: timedelta) -> None:
    con.execute("INSERT INTO events SELECT ? - n * ? FROM range(?) numbers(n)", [LAST, apart, count])


def add(con: duckdb.DuckDBPyConnection, *moments: datetime) -> None:
    con.executemany("INSERT INTO events VALUES (?)", [[moment] for moment in moments])


def test_without_an_event_there_is_none(con: duckdb.DuckDBPyConnection) -> None:
    assert snapshot_time(con, NOW).at is None


@pytest.mark.parametrize("count", [1, 2, 10, 5_000])
def test_it_is_the_latest_event(con: duckdb.DuckDBPyConnection, count: int) -> None:
    history(con, count, timedelta(minutes=7))
    found = snapshot_time(con, NOW)
    assert (found.at, found.note) == (LAST, "")


@pytest.mark.parametrize("count", [2, 5_000])
def test_it_is_never_after_the_run(con: duckdb.DuckDBPyConnection, count: int) -> None:
    history(con, count, timedelta(minutes=7))
    add(con, NOW + timedelta(hours=5), NOW + timedelta(hours=23))
    found = snapshot_time(con, NOW)
    assert (found.at, found.note[:33]) == (LAST, "2 events lie after the run itself")


def test_one_row_with_a_wrong_month_does_not_end_every_journey(con: duckdb.DuckDBPyConnection) -> None:
    history(con, 5_000, timedelta(minutes=7))
    con.execute("UPDATE events SET occurred_at = occurred_at - INTERVAL 60 DAY")
    add(con, NOW - timedelta(days=2), NOW - timedelta(days=1))
    found = snapshot_time(con, NOW)
    assert found.at == LAST - timedelta(days=60)
    assert found.note == "2 events lie far beyond all others; the snapshot is at 2026-04-01 23:00 UTC, before that"


@pytest.mark.parametrize(
    ("count", "apart", "later"),
    [
        (500, timedelta(minutes=7), 1),  # one of few is no stray
        (5_000, timedelta(minutes=7), 6),  # more than one in a thousand have happened
        (5_000, timedelta(days=9), 2),  # sparse logs have long silences
    ],
)
def test_what_may_have_happened_counts(
    con: duckdb.DuckDBPyConnection, count: int, apart: timedelta, later: int
) -> None:
    history(con, count, apart)
    con.execute("UPDATE events SET occurred_at = occurred_at - INTERVAL 60 DAY")
    moments = [NOW - timedelta(hours=place) for place in range(1, later + 1)]
    add(con, *moments)
    assert snapshot_time(con, NOW).at == moments[0]
