from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines import warehouse
from pipelines.exports import write_tables
from pipelines.settings import Settings
from pipelines.warehouse import changes, publishing
from schemas.tables import TABLES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AN_EVENT = (
    "INSERT INTO events SELECT 'e' || n, 'web', $now - INTERVAL 1 minute * (n % 7), 'visit', NULL, NULL, NULL, NULL,"
    " MAP {'cookie': 'c' || n % 5}, MAP {'page': '/' || n}, $now, 'f', n, n, 0, n, NULL, NULL"
    " FROM range($first, $until) AS numbers(n)"
)
STEPS = (
    "INSERT INTO journey_events SELECT 'j' || n // 50, n % 50, 'e' || n, $now, 'visit', 'visit', NULL, 'sync', 'web'"
    " FROM range($first, $until) AS numbers(n)"
)


@pytest.fixture
def rewritten(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The tables that are written whole; also those of few rows are renewed by what changed."""
    monkeypatch.setattr(changes, "SMALL_N", 0)
    seen: list[str] = []
    plain = changes.write_anew

    def noted(connection: duckdb.DuckDBPyConnection, pair: changes.Pair) -> None:
        seen.append(pair.table.name)
        plain(connection, pair)

    monkeypatch.setattr(changes, "write_anew", noted)
    monkeypatch.setattr(publishing, "write_anew", noted)
    yield seen


def fill(connection: duckdb.DuckDBPyConnection, first: int, until: int) -> None:
    for rows in (AN_EVENT, STEPS):
        connection.execute(rows, {"now": NOW, "first": first, "until": until})


def differing(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    """Tables whose published rows are not those of the warehouse."""
    connection.execute(f"ATTACH '{settings.published_db}' AS told (READ_ONLY)")
    found = []
    for name in TABLES:
        ours, told = f"(FROM main.{name})", f"(FROM told.main.{name})"
        either = f"({ours} EXCEPT ALL {told}) UNION ALL ({told} EXCEPT ALL {ours})"
        if connection.sql(f"SELECT count(*) FROM ({either})").fetchall() != [(0,)]:
            found.append(name)
    connection.execute("DETACH told")
    return found


def test_what_was_added_removed_and_changed_is_published_and_nothing_else_is_written(
    settings: Settings, rewritten: list[str]
) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, 0, 5_000)
        warehouse.publish(connection, settings, "first")
        rewritten.clear()
        fill(connection, 5_000, 5_200)
        connection.execute("DELETE FROM events WHERE event_key BETWEEN 70 AND 90")
        connection.execute("UPDATE events SET attributes = MAP {'page': '/new'} WHERE event_key = 3000")
        connection.execute("DELETE FROM journey_events WHERE journey_id = 'j7' AND position > 30")
        connection.execute("INSERT INTO journey_events SELECT * FROM journey_events WHERE journey_id = 'j8'")

        warehouse.publish(connection, settings, "second")

        assert differing(connection, settings) == []
    assert not {"events", "journey_events"} & set(rewritten)


def test_exports_are_the_same_bytes_whether_published_anew_or_by_what_changed(
    settings: Settings, tmp_path: Path, rewritten: list[str]
) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, 100, 5_000)
        warehouse.publish(connection, settings, "first")
        rewritten.clear()
        fill(connection, 0, 100)
        warehouse.publish(connection, settings, "second")
        assert "events" not in rewritten
        with warehouse.reader(settings) as published:
            write_tables(published, "csv", tmp_path / "changed")
        warehouse.publish(connection, settings, "third", is_anew=True)
        with warehouse.reader(settings) as published:
            write_tables(published, "csv", tmp_path / "anew")
    for name in TABLES:
        assert (tmp_path / "changed" / f"{name}.csv").read_bytes() == (tmp_path / "anew" / f"{name}.csv").read_bytes()


def test_an_erasure_leaves_no_byte_of_what_was_published_before(settings: Settings, rewritten: list[str]) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, 0, 1_000)
        connection.execute("UPDATE events SET event_id = 'telling-name' WHERE event_key = 5")
        warehouse.publish(connection, settings, "first")
        assert b"telling-name" in settings.published_db.read_bytes()
        connection.execute("DELETE FROM events WHERE event_key = 5")
        connection.execute(
            "INSERT INTO erasures VALUES ('e1', $now, NULL, NULL, 'strict', 'asked', MAP {})", {"now": NOW}
        )

        warehouse.publish(connection, settings, "second")

        assert differing(connection, settings) == []
    assert b"telling-name" not in settings.published_db.read_bytes()


@pytest.mark.parametrize("spoil", ["DROP TABLE journeys", "ALTER TABLE journeys DROP COLUMN events_n"])
def test_what_another_version_published_is_written_anew(settings: Settings, spoil: str) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, 0, 100)
        warehouse.publish(connection, settings, "first")
        with duckdb.connect(str(settings.published_db)) as other:
            other.execute(spoil)
        warehouse.publish(connection, settings, "second")
        assert differing(connection, settings) == []


def test_a_published_file_that_is_broken_is_written_anew(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, 0, 100)
        warehouse.publish(connection, settings, "first")
        settings.published_db.write_bytes(b"no database at all")
        warehouse.publish(connection, settings, "second")
        assert differing(connection, settings) == []


def test_a_table_with_more_gaps_than_half_its_rows_is_written_anew(settings: Settings, rewritten: list[str]) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, 0, 1_000)
        warehouse.publish(connection, settings, "first")
        for turn in range(5):
            connection.execute("UPDATE events SET version = $v WHERE event_key < 250", {"v": str(turn)})
            warehouse.publish(connection, settings, f"turn{turn}")
        assert differing(connection, settings) == []
        with duckdb.connect(str(settings.published_db), read_only=True) as published:
            ((end, rows_n),) = published.sql("SELECT max(rowid) + 1, count(*) FROM events").fetchall()
    assert rows_n == 1_000
    assert end <= 1_750


@pytest.mark.parametrize("seed", range(2))
def test_any_changes_to_either_side_come_out_as_the_warehouse_has_it(
    settings: Settings, rewritten: list[str], seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 -- rows for a test, no secret
    with warehouse.writer(settings) as connection:
        fill(connection, 0, 3_000)
        warehouse.publish(connection, settings, "first")
        for turn in range(3):
            _change(connection, rng, 3_000 + 100 * turn)
            if rng.random() < 0.5:
                with duckdb.connect(str(settings.published_db)) as other:
                    _change(other, rng, 9_000 + 100 * turn)
            warehouse.publish(connection, settings, f"turn{turn}")
            assert differing(connection, settings) == []
    assert "events" in rewritten[: len(TABLES)]
    assert rewritten.count("events") < 4


def _change(connection: duckdb.DuckDBPyConnection, rng: random.Random, first: int) -> None:
    fill(connection, first, first + rng.randrange(100))
    low = rng.randrange(3_000)
    connection.execute(f"DELETE FROM events WHERE event_key BETWEEN {low} AND {low + rng.randrange(20)}")
    connection.execute(f"DELETE FROM journey_events WHERE journey_id = 'j{low // 50}' AND position > {low % 50}")
    moved = (NOW + timedelta(seconds=rng.randrange(99))).isoformat()
    connection.execute(f"UPDATE events SET occurred_at = '{moved}' WHERE event_key = {rng.randrange(3_000)}")
