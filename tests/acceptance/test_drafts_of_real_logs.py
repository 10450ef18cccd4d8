"""A first map is drafted from four public logs: it lints without errors, and fits most of their cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schemas.blocks import Repeat, Touch, leaves
from schemas.journey_map import JourneyMap, load_map

if TYPE_CHECKING:
    from tests.conftest import Terreng

TABLE = """
kind = "table"
path = "{data}/%s"
[sources.columns]
occurred_at = "%s"
activity = "%s"
identities = {{case = "%s"}}
"""
SOURCES = {
    "helpdesk": 'kind = "xes"\npath = "{data}/helpdesk/helpdesk.xes.gz"\n',
    "traffic_fines": TABLE % ("traffic_fines/traffic_fines.csv.gz", "timestamp", "activity", "case_id")
    + 'order = ".order"\n',
    "loan_application": TABLE % ("loan_application/log.csv.gz", "start_time", "activity", "case_id"),
    "receipt_two_systems": TABLE
    % ("receipt_two_systems/receipt.csv", "time:timestamp", "concept:name", "case:concept:name"),
}


def drafted(terreng: Terreng, root: Path, data: Path, name: str) -> tuple[JourneyMap, dict[str, int]]:
    settings = f'[workspace]\nname = "{name}"\n[[sources]]\nname = "log"\n{SOURCES[name].format(data=data)}'
    (root / "terreng.toml").write_text(settings, encoding="utf-8")
    assert terreng("ingest", "-w", root).code == 0
    answer = terreng("map", "draft", "-w", root, "--to", root / "drafted.yaml", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert terreng("map", "lint", root / "drafted.yaml", "-w", root).code == 0
    return load_map(root / "drafted.yaml"), json.loads(answer.out)


@pytest.mark.parametrize(
    ("name", "cases_n", "at_least"),
    [
        ("helpdesk", 4_580, 0.80),
        ("traffic_fines", 10_000, 0.85),
        ("loan_application", 1_000, 1.0),
        ("receipt_two_systems", 1_434, 0.90),
    ],
)
def test_a_draft_fits_most_cases_and_lints(
    terreng: Terreng, tmp_path: Path, shared_data: Path, name: str, cases_n: int, at_least: float
) -> None:
    plan, told = drafted(terreng, tmp_path, shared_data, name)

    assert told["journeys_n"] == cases_n
    assert told["fitting_n"] >= at_least * cases_n
    assert plan.journey_is.per == "case"
    assert plan.examples.conforming


def test_the_draft_of_the_helpdesk_is_the_designed_order(terreng: Terreng, tmp_path: Path, shared_data: Path) -> None:
    plan, _ = drafted(terreng, tmp_path, shared_data, "helpdesk")
    names = list(dict.fromkeys(leaves(plan.flow)))

    assert names == ["assign_seriousness", "take_in_charge_ticket", "wait", "resolve_ticket", "closed"]
    assert plan.flow.phases[0].children[0] == Repeat(Touch("assign_seriousness"))
