"""Real logs through the whole run, from their files to the published tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import warehouse
from pipelines.run import run
from pipelines.settings import load_settings

MAPS = Path(__file__).parent / "maps"
Query = Callable[[str], list[tuple[object, ...]]]

SETTINGS = {
    "traffic_fines": """
[[sources]]
name = "fines"
kind = "table"
path = "{data}/traffic_fines/traffic_fines.csv.gz"
[sources.columns]
occurred_at = "timestamp"
activity = "activity"
order = ".order"
identities = {{case = "case_id"}}
""",
    "helpdesk": """
[[sources]]
name = "helpdesk"
kind = "xes"
path = "{data}/helpdesk/helpdesk.xes.gz"
""",
    "loan_application": """
[[sources]]
name = "loans"
kind = "table"
path = "{data}/loan_application/log.csv.gz"
[sources.columns]
occurred_at = "start_time"
activity = "activity"
identities = {{case = "case_id"}}
""",
    "receipt_two_systems": """
[[sources]]
name = "even"
kind = "table"
path = "{data}/receipt_two_systems/receipt_even.csv"
[sources.columns]
occurred_at = "time:timestamp"
activity = "concept:name"
identities = {{left_case = "case:concept:name"}}
[[sources]]
name = "odd"
kind = "table"
path = "{data}/receipt_two_systems/receipt_odd.csv"
[sources.columns]
occurred_at = "time:timestamp"
activity = "concept:name"
identities = {{right_case = "case:concept:name"}}
[[sources]]
name = "relations"
kind = "table"
path = "{data}/receipt_two_systems/case_relations.csv"
[sources.columns]
identities = {{left_case = "case:concept:name_LEFT", right_case = "case:concept:name_RIGHT"}}
""",
}


@pytest.fixture
def published(tmp_path: Path, shared_data: Path) -> Callable[[str], Query]:
    """Runs a workspace of one log and answers questions to its published tables."""

    def made(name: str) -> Query:
        (tmp_path / "maps").mkdir()
        shutil.copy(MAPS / f"{name}.yaml", tmp_path / "maps")
        text = f'[workspace]\nname = "{name}"\ntimezone = "UTC"\n' + SETTINGS[name].format(data=shared_data)
        (tmp_path / "terreng.toml").write_text(text, encoding="utf-8")
        settings = load_settings(tmp_path)
        run(settings)

        def query(sql: str) -> list[tuple[object, ...]]:
            with warehouse.reader(settings) as connection:
                return connection.sql(sql).fetchall()

        return query

    return made


CHECKED = (
    "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM journeys WHERE rule = 'default'),"
    " (SELECT count(*) FROM journey_events),"
    " (SELECT count(DISTINCT trace) FROM"
    "  (SELECT list(activity ORDER BY position) AS trace FROM journey_events GROUP BY journey_id)),"
    " (SELECT sum(journeys_n)::INT FROM variants WHERE cost = 0)"
)


@pytest.mark.parametrize(
    ("name", "events_n", "journeys_n", "variants_n", "fitting_n"),
    [
        ("traffic_fines", 34_724, 10_000, 44, 9_464),
        ("helpdesk", 21_348, 4_580, 226, None),
        ("loan_application", 7_495, 1_000, 42, 1_000),
        ("receipt_two_systems", 8_577, 1_434, 116, None),
    ],
)
def test_a_real_log_comes_through_whole(
    published: Callable[[str], Query], name: str, events_n: int, journeys_n: int, variants_n: int, fitting_n: int | None
) -> None:
    query = published(name)

    found = query(CHECKED)[0]

    assert found[:4] == (events_n, journeys_n, events_n, variants_n)
    if fitting_n is not None:
        assert found[4] == fitting_n
    assert query("SELECT sum(rows_n - accepted_n - duplicate_n - dropped_n - rejected_n)::INT FROM files") == [(0,)]
    assert query("SELECT count(*) FROM rejected_rows") == [(0,)]


def test_loans_that_were_made_by_their_map_deviate_in_nothing(published: Callable[[str], Query]) -> None:
    query = published("loan_application")

    assert query("SELECT kind, count(*) FROM deviations WHERE kind NOT IN ('late', 'overdue') GROUP BY kind") == []
