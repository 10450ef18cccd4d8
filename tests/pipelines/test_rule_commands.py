"""`terreng constraints` and `terreng handovers`, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng


@pytest.fixture
def ran(terreng: Terreng, workspace: Path) -> Path:
    """The small workspace with two constraints, after one run: 20 of 40 customers sign up and order, 10 only order."""
    path = workspace / "maps" / "first.yaml"
    path.write_text(
        path.read_text(encoding="utf-8") + "constraints:\n"
        "  - {response: [visit, signup], within: 90m, why: Nobody comes back later}\n"
        "  - {at_most: 1, of: first_value, name: one order}\n",
        encoding="utf-8",
    )
    assert terreng("run", "--workspace", workspace).code == 0
    return workspace


def test_constraints_are_listed_in_words(terreng: Terreng, ran: Path) -> None:
    lines = terreng("constraints", "-w", ran).out.splitlines()

    assert lines[0].split("  ")[0] == "journey"
    assert "every visit is followed by signup within 90m  Onboarding  40        20" in lines[1]
    assert lines[1].endswith("20      0       " + lines[1].rsplit("  ", 1)[1])
    assert len(lines) == 3


def test_constraints_are_listed_for_machines(terreng: Terreng, ran: Path) -> None:
    first, second = json.loads(terreng("constraints", "--json", "-w", ran).out)

    assert (first["constraint_id"], first["violated_final_n"], first["hidden"]) == ("response visit signup", 20, [])
    assert (second["constraint_id"], second["journeys_n"], second["satisfied_final_n"]) == ("one order", 30, 30)


def test_hand_overs_are_listed(terreng: Terreng, ran: Path) -> None:
    text = terreng("handovers", "-w", ran).out
    rows = {
        (row["from_owner"], row["to_owner"]): row for row in json.loads(terreng("handovers", "--json", "-w", ran).out)
    }

    assert {pair: row["n"] for pair, row in rows.items()} == {
        ("Sales", "Onboarding"): 20,
        ("Onboarding", "Sales"): 20,
    }
    assert rows["Sales", "Onboarding"]["is_designed"]
    assert "1.0 h" in text
    assert "lost there" in text


def test_small_numbers_are_covered(terreng: Terreng, ran: Path) -> None:
    settings = ran / "terreng.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[privacy]\nminimum_cell = 25\n", encoding="utf-8")
    rows = json.loads(terreng("handovers", "--json", "-w", ran).out)
    rules = json.loads(terreng("constraints", "--json", "-w", ran).out)

    assert {row["n"] for row in rows} == {None}
    assert all("n" in row["hidden"] for row in rows)
    assert rules[0]["violated_final_n"] is None
    assert "< 25" in terreng("handovers", "-w", ran).out


def test_without_any_it_says_so(terreng: Terreng, workspace: Path) -> None:
    assert terreng("run", "--workspace", workspace).code == 0
    assert terreng("constraints", "-w", workspace).out == "No constraints: the maps have none.\n"
    assert terreng("constraints", "--json", "-w", workspace).out == "[]\n"


def test_before_the_first_run_it_says_what_to_do(terreng: Terreng, workspace: Path) -> None:
    answer = terreng("constraints", "-w", workspace)
    assert answer.code != 0
    assert "run `terreng run` first" in answer.err
