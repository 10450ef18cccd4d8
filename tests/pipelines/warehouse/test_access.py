from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

from pipelines import warehouse
from pipelines.settings import Settings
from schemas.errors import WarehouseError
from schemas.tables import TABLES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def publish_one_run(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        run_id = warehouse.begin_run(connection, settings, NOW)
        warehouse.end_run(connection, settings, run_id, NOW)
        warehouse.publish(connection, settings, run_id)


def test_a_new_warehouse_has_every_table_and_is_private(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        names = {name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert {*TABLES, "identifiers", "link_evidence", "linked_rows", "file_mappings", "sources", "person_keys"} <= names
    assert settings.warehouse.stat().st_mode & 0o077 == 0
    assert settings.state_dir.stat().st_mode & 0o077 == 0


def test_a_writer_counts_time_in_utc_within_the_settings_limits(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        told = connection.sql("SELECT current_setting('TimeZone'), current_setting('threads')").fetchall()
    assert told == [("UTC", 2)]


def test_no_connection_prints_its_progress_into_what_we_print(settings: Settings) -> None:
    query = "SELECT current_setting('enable_progress_bar')"
    publish_one_run(settings)
    with warehouse.writer(settings) as outer, warehouse.writer(settings) as inner, warehouse.reader(settings) as reader:
        told = [connection.sql(query).fetchall()[0][0] for connection in (outer, inner, reader)]
    assert told == [False, False, False]


def test_what_one_writer_commits_the_next_one_finds(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute("INSERT INTO sources VALUES ('web', 0)")
    with warehouse.writer(settings) as connection:
        assert connection.sql("SELECT source, rank FROM sources").fetchall() == [("web", 0)]


def test_a_writer_inside_a_writer_sees_the_same_warehouse_and_keeps_its_spill_files(settings: Settings) -> None:
    with warehouse.writer(settings) as outer:
        spilled = settings.state_dir / "spill" / "in_use"
        spilled.touch()
        with warehouse.writer(settings) as inner:
            inner.execute("INSERT INTO sources VALUES ('web', 0)")
        assert outer.sql("SELECT count(*) FROM sources").fetchall() == [(1,)]
        assert spilled.exists()


def test_spill_files_of_a_killed_run_are_gone_once_the_next_one_begins(settings: Settings) -> None:
    left_behind = settings.state_dir / "spill" / "duckdb_temp_storage-0.tmp"
    left_behind.parent.mkdir(parents=True)
    left_behind.write_text("somebody@example.org", encoding="utf-8")
    with warehouse.lock(settings), warehouse.writer(settings):
        assert list(left_behind.parent.iterdir()) == []


def test_an_open_transaction_that_fails_leaves_nothing(settings: Settings) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        warehouse.writer(settings) as connection,
        warehouse.transaction(connection, settings.warehouse),
    ):
        connection.execute("INSERT INTO sources VALUES ('web', 0)")
        raise ZeroDivisionError
    with warehouse.writer(settings) as connection:
        assert connection.sql("SELECT count(*) FROM sources").fetchall() == [(0,)]


def test_reading_before_anything_is_published_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(WarehouseError, match=r"nothing is published yet.*terreng run"), warehouse.reader(settings):
        pass


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM runs",
        "CREATE TABLE published.mine (x INTEGER)",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
    ],
)
def test_a_reader_can_neither_write_nor_reach_files_nor_unlock_itself(settings: Settings, query: str) -> None:
    publish_one_run(settings)
    with warehouse.reader(settings) as connection, pytest.raises(duckdb.Error):
        connection.execute(query)


def test_readers_go_on_reading_while_a_run_writes_and_publishes(settings: Settings) -> None:
    publish_one_run(settings)
    with warehouse.reader(settings) as early:
        publish_one_run(settings)
        with warehouse.reader(settings) as late:
            assert early.sql("SELECT count(*) FROM runs").fetchall() == [(1,)]
            assert late.sql("SELECT count(*) FROM runs").fetchall() == [(2,)]


def test_a_table_of_another_version_is_refused_with_the_way_out(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute("ALTER TABLE files DROP COLUMN dropped")
    with pytest.raises(WarehouseError, match=r"a table files that another version of terreng made"):
        publish_one_run(settings)


def test_a_computed_table_of_another_version_is_made_anew(settings: Settings) -> None:
    """The next run fills it: nothing that only the warehouse knows is lost."""
    with warehouse.writer(settings) as connection:
        connection.execute("ALTER TABLE journeys DROP COLUMN assignment")
    with warehouse.writer(settings) as connection:
        assert "assignment" in connection.sql("FROM journeys LIMIT 0").columns
