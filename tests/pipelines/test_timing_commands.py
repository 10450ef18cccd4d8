"""`terreng waits` and `terreng cohorts`, for people and for machines, with small numbers covered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng


@pytest.fixture
def ran(terreng: Terreng, workspace: Path) -> Path:
    """The small workspace after one run: 20 of 40 customers sign up and order, 10 only order."""
    assert terreng("run", "--workspace", workspace).code == 0
    return workspace


def test_waits_and_cohorts_are_listed(terreng: Terreng, ran: Path) -> None:
    text = terreng("waits", "-w", ran)
    assert text.out.splitlines()[1].split("  ")[0] == "from"
    assert "still waiting counted as such" in text.err
    waits: list[dict[str, Any]] = json.loads(terreng("waits", "--json", "-w", ran).out)
    assert all(row["segment"] is None and row["n"] >= row["followed_n"] for row in waits)

    weeks: list[dict[str, Any]] = json.loads(terreng("cohorts", "--json", "-w", ran).out)
    assert 5 <= sum(row["journeys_n"] for row in weeks) < 40, "weeks of few, and one beside them, are left out"
    assert all(row["journeys_n"] >= 5 for row in weeks)
    lines = terreng("cohorts", "-w", ran).out.splitlines()
    assert lines[1].startswith("week of")
    assert len(lines) == len(weeks) + 3

    settings = ran / "terreng.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[privacy]\nminimum_cell = 1\n", encoding="utf-8")
    assert sum(row["journeys_n"] for row in json.loads(terreng("cohorts", "--json", "-w", ran).out)) == 40

    wrong = terreng("cohorts", "become_custmer", "-w", ran)
    assert (wrong.code, "did you mean 'become_customer'?" in wrong.err) == (2, True)
    assert terreng("waits", "--segment", "no=such", "-w", ran).code == 2


def test_a_segment_whose_weeks_are_all_of_few_is_there_but_not_told(terreng: Terreng, ran: Path) -> None:
    with duckdb.connect(ran / "published" / "terreng.duckdb") as connection:
        week = "SELECT * REPLACE (3 AS journeys_n, 'region=south' AS segment) FROM cohorts LIMIT 1"
        connection.execute(f"INSERT INTO cohorts {week}")
    answer = terreng("cohorts", "--segment", "region=south", "-w", ran)
    assert (answer.code, answer.out.startswith("No cohorts that may be shown")) == (0, True), answer.err
    wrong = terreng("cohorts", "--segment", "region=suoth", "-w", ran)
    assert (wrong.code, "did you mean 'region=south'?" in wrong.err) == (2, True)
