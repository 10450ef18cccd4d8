from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import warehouse
from pipelines.exports import write_tables
from pipelines.settings import Settings
from schemas.tables import TABLES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AN_EVENT = (
    "INSERT INTO events SELECT 'e' || n, 'web', $now, 'visit', NULL, NULL, NULL, NULL, MAP {'cookie': 'c1'},"
    " MAP {'page': '/'}, $now, 'f', n, n, 0, n, NULL, NULL FROM range($many) AS numbers(n)"
)


def published(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with warehouse.reader(settings) as connection:
        return connection.sql(query).fetchall()


def test_the_snapshot_has_the_contracts_tables_and_no_others(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute("INSERT INTO identifiers VALUES (0, 'email', 'somebody@example.org', 'abc')")
        warehouse.publish(connection, settings, "run")
    names = published(settings, "SELECT table_name FROM duckdb_tables() WHERE database_name = 'published'")
    assert {name for (name,) in names} == set(TABLES)
    assert b"somebody@example.org" not in settings.published_db.read_bytes()


def test_rows_arrive_as_they_stand_in_the_warehouse(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute(AN_EVENT, {"now": NOW, "many": 3})
        path = warehouse.publish(connection, settings, "run")
    assert path == settings.published_db
    assert published(settings, "SELECT event_id, occurred_at, ids, attributes FROM events ORDER BY event_id") == [
        ("e0", NOW, {"cookie": "c1"}, {"page": "/"}),
        ("e1", NOW, {"cookie": "c1"}, {"page": "/"}),
        ("e2", NOW, {"cookie": "c1"}, {"page": "/"}),
    ]


def test_equal_rows_are_equal_bytes_however_they_came(settings: Settings, tmp_path: Path) -> None:
    written = []
    for place, order in enumerate(("", "ORDER BY hash(n)")):
        with warehouse.writer(settings) as connection:
            connection.execute("DELETE FROM events")
            connection.execute(f"{AN_EVENT} {order}", {"now": NOW, "many": 5_000})
            warehouse.publish(connection, settings, "run")
        with warehouse.reader(settings) as connection:
            write_tables(connection, "csv", tmp_path / str(place))
        written.append((tmp_path / str(place) / "events.csv").read_bytes())
    assert written[0] == written[1]


def test_publishing_again_replaces_the_snapshot_and_leaves_no_other_file(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        for many in (2, 3):
            connection.execute(AN_EVENT, {"now": NOW, "many": many})
            warehouse.publish(connection, settings, f"run{many}")
    assert published(settings, "SELECT count(*) FROM events") == [(5,)]
    assert [path.name for path in settings.published_dir.iterdir()] == ["terreng.duckdb"]


def test_older_clients_can_read_the_snapshots_format(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        warehouse.publish(connection, settings, "run")
    with duckdb.connect(str(settings.published_db), read_only=True) as connection:
        tags = connection.sql("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert "v1.4.0" in str(tags)


def test_a_row_that_breaks_the_contract_stops_publishing_and_the_former_snapshot_stays(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute(AN_EVENT, {"now": NOW, "many": 1})
        warehouse.publish(connection, settings, "good")
        connection.execute("ALTER TABLE variants ALTER COLUMN variant_id DROP NOT NULL")
        connection.execute("INSERT INTO variants VALUES ('buy', NULL, ['a'], 1, 0, 1, 'full', 1)")
        with pytest.raises(duckdb.ConstraintException):
            warehouse.publish(connection, settings, "bad")
    assert published(settings, "SELECT count(*) FROM events") == [(1,)]
    assert [path.name for path in settings.published_dir.iterdir()] == ["terreng.duckdb"]


def test_after_a_failed_publication_the_same_writer_can_publish(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute("ALTER TABLE variants ALTER COLUMN variant_id DROP NOT NULL")
        connection.execute("INSERT INTO variants VALUES ('buy', NULL, ['a'], 1, 0, 1, 'full', 1)")
        with pytest.raises(duckdb.ConstraintException):
            warehouse.publish(connection, settings, "bad")
        connection.execute("DELETE FROM variants")
        warehouse.publish(connection, settings, "good")
    assert published(settings, "SELECT count(*) FROM variants") == [(0,)]
