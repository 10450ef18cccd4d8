from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines import warehouse
from pipelines.settings import Settings
from pipelines.warehouse import Run

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_before_the_first_run_there_is_no_last_run(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        assert warehouse.last_run(connection) is None


def test_a_run_is_written_down_from_its_begin_to_its_end(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        run_id = warehouse.begin_run(connection, settings, NOW, versions={"terreng": "1"}, map_hashes={"buy 1": "abc"})
        running = warehouse.last_run(connection)
        warehouse.end_run(connection, settings, run_id, LATER, as_of=NOW, counts={"rows_n": 7})
        ended = warehouse.last_run(connection)
    begun = Run("20260301T120000Z", NOW, None, None, "running", {"terreng": "1"}, {"buy 1": "abc"}, {})
    assert running == begun
    assert ended == Run(run_id, NOW, LATER, NOW, "succeeded", {"terreng": "1"}, {"buy 1": "abc"}, {"rows_n": 7})


def test_a_run_that_was_killed_is_failed_without_an_end_once_the_next_begins(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        killed = warehouse.begin_run(connection, settings, NOW)
        warehouse.begin_run(connection, settings, LATER)
        rows = connection.sql("SELECT run_id, status, ended_at FROM runs ORDER BY started_at").fetchall()
    assert rows == [(killed, "failed", None), ("20260301T120500Z", "running", None)]


def test_two_runs_of_one_second_have_two_ids(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        ids = [warehouse.begin_run(connection, settings, NOW) for _ in range(3)]
    assert ids == ["20260301T120000Z", "20260301T120000Z-2", "20260301T120000Z-3"]


def test_the_last_good_run_is_found_behind_a_failed_one(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        good = warehouse.begin_run(connection, settings, NOW)
        warehouse.end_run(connection, settings, good, NOW)
        bad = warehouse.begin_run(connection, settings, LATER)
        warehouse.end_run(connection, settings, bad, LATER, status="failed")
        last, last_good = warehouse.last_run(connection), warehouse.last_run(connection, "succeeded")
    assert (last and last.run_id, last_good and last_good.run_id) == (bad, good)
