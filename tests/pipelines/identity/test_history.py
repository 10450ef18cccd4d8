"""What became of persons between two runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pipelines import warehouse
from pipelines.identity import resolve_persons
from pipelines.settings import Settings
from tests.pipelines.identity.worlds import Id, fill

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANN, BO, PHONE, PC = ("customer", "ann"), ("customer", "bo"), ("cookie", "phone"), ("cookie", "pc")
CHANGES = """
SELECT kind, from_person_id, to_person_id, ids_n FROM person_changes WHERE rule = 'strict' ORDER BY ALL
"""


def changes(
    settings: Settings, before: Sequence[tuple[Id, Id]], after: Sequence[tuple[Id, Id]]
) -> list[tuple[str, str, str, int]]:
    ids = [ANN, BO, PHONE, PC]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, before)
        resolve_persons(connection, settings)
        fill(connection, ids, after)
        resolve_persons(connection, settings, NOW)
        assert set(connection.sql("SELECT changed_at, run_id FROM person_changes").fetchall()) <= {(NOW, None)}
        return connection.sql(CHANGES).fetchall()


def test_a_first_run_changes_nobody(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, [ANN, PC], [(ANN, PC)])
        resolve_persons(connection, settings)
        assert connection.sql(CHANGES).fetchall() == []


def test_persons_that_became_one_are_merged(settings: Settings) -> None:
    assert changes(settings, [(ANN, PHONE)], [(ANN, PHONE), (ANN, PC)]) == [
        ("merge", "p_ann", "p_ann", 2),
        ("merge", "p_pc", "p_ann", 1),
    ]


def test_a_person_whose_ids_part_is_split(settings: Settings) -> None:
    """A second customer turned up on her phone."""
    assert changes(settings, [(ANN, PHONE)], [(ANN, PHONE), (BO, PHONE)]) == [
        ("split", "p_ann", "p_ann", 1),
        ("split", "p_ann", "p_phone", 1),
    ]


def test_a_visitor_who_logs_in_is_merged_with_her_number(settings: Settings) -> None:
    assert changes(settings, [], [(ANN, PC)]) == [("merge", "p_ann", "p_ann", 1), ("merge", "p_pc", "p_ann", 1)]


def test_a_person_with_a_new_name_is_renamed(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, [PC], [])
        resolve_persons(connection, settings)
        fill(connection, [PC, ANN], [(ANN, PC)])
        resolve_persons(connection, settings)
        assert connection.sql(CHANGES).fetchall() == [("renamed", "p_pc", "p_ann", 1)]


def test_changes_are_kept_from_run_to_run_under_its_name(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        for links in ([], [(ANN, PC)], []):
            run_id = warehouse.begin_run(connection, settings, NOW)
            fill(connection, [ANN, PC], links)
            resolve_persons(connection, settings, NOW)
            warehouse.end_run(connection, settings, run_id, NOW)
        runs = [run for (run,) in connection.sql("SELECT run_id FROM runs ORDER BY started_at, run_id").fetchall()]
        kinds = connection.sql(
            "SELECT DISTINCT run_id, kind FROM person_changes WHERE rule = 'strict' ORDER BY run_id"
        ).fetchall()
    assert kinds == [(runs[1], "merge"), (runs[2], "split")]
