"""What lies at home, as the cluster gets to see it: once per content, nothing in the clear, only what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.engine.spark import mirror
from pipelines.engine.spark.datasets import Storage, files_of, reading
from pipelines.engine.spark.mirror import Mirrors


@pytest.fixture
def home() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute("CREATE TABLE events (event_key BIGINT, activity VARCHAR)")
        connection.execute("INSERT INTO events VALUES (1, 'visit'), (2, 'order'), (11, 'visit')")
        yield connection


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setattr(mirror, "BUCKETS", {"main.events": "event_key // 10"})
    (tmp_path / "terreng-x").mkdir()
    return Storage(tmp_path / "terreng-x")


def test_a_day_of_new_events_writes_its_own_bucket_and_keeps_the_others(
    home: duckdb.DuckDBPyConnection, storage: Storage
) -> None:
    before, _ = Mirrors(home, storage).of("main.events")
    home.execute("INSERT INTO events VALUES (12, 'order')")

    after, gone = Mirrors(home, storage).of("main.events")

    assert after.folders[0] == before.folders[0]
    assert {folder for each in gone for folder in each.folders} >= {before.folders[1]}
    assert home.sql(f"SELECT event_key FROM {reading(after)} ORDER BY 1").fetchall() == [(1,), (2,), (11,), (12,)]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM events WHERE event_key = 2",
        "UPDATE events SET activity = 'leave' WHERE event_key = 2",
        "ALTER TABLE events ADD COLUMN channel VARCHAR",
    ],
)
def test_whatever_changes_in_a_table_is_seen(home: duckdb.DuckDBPyConnection, storage: Storage, change: str) -> None:
    Mirrors(home, storage).of("main.events")
    home.execute(change)

    dataset, _ = Mirrors(home, storage).of("main.events")

    known = home.sql("SELECT * FROM events ORDER BY event_key").fetchall()
    assert home.sql(f"SELECT * FROM {reading(dataset)} ORDER BY event_key").fetchall() == known


def test_what_did_not_change_is_not_written_again(home: duckdb.DuckDBPyConnection, storage: Storage) -> None:
    first, _ = Mirrors(home, storage).of("main.events")

    assert Mirrors(home, storage).of("main.events") == (first, ())


def test_an_empty_table_reaches_the_cluster_with_its_columns(home: duckdb.DuckDBPyConnection, storage: Storage) -> None:
    home.execute("DELETE FROM events")

    dataset, _ = Mirrors(home, storage).of("main.events")

    assert dataset.columns == (("event_key", "bigint"), ("activity", "string"))
    assert home.sql(f"SELECT * FROM {reading(dataset)}").fetchall() == []


def test_ids_in_the_clear_stay_at_home(home: duckdb.DuckDBPyConnection, storage: Storage) -> None:
    home.execute("CREATE TABLE identifiers (id_key BIGINT, id_type VARCHAR, value VARCHAR, id VARCHAR)")
    home.execute("INSERT INTO identifiers VALUES (1, 'email', 'ann@example.org', 'e1')")

    dataset, _ = Mirrors(home, storage).of("main.identifiers")

    assert [name for name, _ in dataset.columns] == ["id_key", "id_type", "id"]
    assert not any(b"ann@example.org" in Path(file).read_bytes() for file in files_of(dataset))


def test_a_manifest_that_cannot_be_read_means_that_all_is_written_anew(
    home: duckdb.DuckDBPyConnection, storage: Storage
) -> None:
    first, _ = Mirrors(home, storage).of("main.events")
    (storage.folder / "mirrors.json").write_text("{", encoding="utf-8")

    again, _ = Mirrors(home, storage).of("main.events")

    assert set(again.folders).isdisjoint(first.folders)
