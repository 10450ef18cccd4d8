"""`terreng map list`: versions with what they judge, and journeys that two maps claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng

RIVAL = """
journey: look_around
title: Look around
owner: Marketing
flow:
  - phase: Look
    steps: [visit, compare_prices]
"""


@pytest.fixture
def ran(terreng: Terreng, workspace: Path) -> Path:
    """The small workspace with a second map that begins with the same visit and that nobody follows further."""
    (workspace / "maps" / "rival.yaml").write_text(RIVAL, encoding="utf-8")
    assert terreng("run", "--workspace", workspace).code == 0
    return workspace


def _show_from(ran: Path, minimum: int) -> None:
    settings = ran / "terreng.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}\n[privacy]\nminimum_cell = {minimum}\n", encoding="utf-8")


def test_versions_and_contested_journeys_are_listed(terreng: Terreng, ran: Path) -> None:
    _show_from(ran, 1)
    told = json.loads(terreng("map", "list", "--json", "-w", ran).out)
    versions = {row["journey"]: row for row in told["map_versions"]}
    counted = ("converted_n", "exited_n", "abandoned_n", "in_flight_n")
    assert all(sum(row[name] for name in counted) == row["journeys_n"] for row in versions.values())
    contested = {(row["journey"], row["verdict"]): row["journeys_n"] for row in told["map_assignments"]}
    assert contested[("become_customer", "this")] == contested[("look_around", "other")]
    text = terreng("map", "list", "-w", ran).out
    assert "went on under a later one" in text
    assert "claimed by, too" in text


def test_who_counts_journeys_says_that_some_count_elsewhere(terreng: Terreng, ran: Path) -> None:
    assert "see `terreng map list`" in terreng("run", "-w", ran).out
    told = terreng("ledger", "look_around", "-w", ran)
    assert told.err.startswith("terreng: look_around: of version 1 and this map alone; `terreng map list` has")


def test_few_contested_journeys_are_not_told(terreng: Terreng, ran: Path) -> None:
    _show_from(ran, 35)
    rows = json.loads(terreng("map", "list", "--json", "-w", ran).out)["map_assignments"]
    assert {row["journeys_n"] for row in rows} <= {None, *range(35, 100)}
    assert any(row["hidden"] == ["journeys_n"] for row in rows)


def test_before_the_first_run_it_says_what_to_do(terreng: Terreng, workspace: Path) -> None:
    told = terreng("map", "list", "-w", workspace)
    assert told.code != 0
    assert "terreng run" in told.err
