"""`terreng tracking`, for people and for machines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng


@pytest.fixture
def ran(terreng: Terreng, workspace: Path) -> Path:
    """Forty days of twenty customers each; the sign-ups of two days were not seen, and nobody follows the tutorial."""
    rows = ["time,event,customer,region"]
    for day in range(40):
        for customer in range(20):
            at = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(days=day, minutes=20 * customer)
            for minutes, event in enumerate(("page_view", "signup", "order")):
                if event != "signup" or day not in {20, 21}:
                    rows.append(f"{at + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ},{event},c{day}_{customer},north")
            rows.append(f"{at + timedelta(seconds=30):%Y-%m-%dT%H:%M:%SZ},mystery,c{day}_{customer},north")
    (workspace / "exports" / "shop" / "events.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    answer = terreng("run", "--workspace", workspace)
    assert answer.code == 0, answer.err
    return workspace


def test_what_could_not_be_seen_is_listed_with_what_to_do(terreng: Terreng, ran: Path) -> None:
    text = terreng("tracking", "-w", ran).out

    assert "fell silent" in text
    assert "signup: mend the tracking; then in the map: observability: [{is: full, until: 2026-03-21T" in text
    assert "known to another map" in text


def test_machines_get_backlog_ghosts_and_coverage(terreng: Terreng, ran: Path) -> None:
    found = json.loads(terreng("tracking", "--json", "-w", ran).out)

    ((gap,), (covered,)) = found["backlog"], found["coverage"]
    assert (gap["touchpoint"], gap["reason"], gap["journeys_n"], gap["hidden"]) == ("signup", "sudden_zero", 40, [])
    assert covered["events_n"] == covered["on_flow_n"] + covered["dark_n"]
    assert covered["dark_n"] == 800
    assert [(row["touchpoint"], row["last_event_at"]) for row in found["ghosts"]] == [("tutorial", None)]


def test_small_numbers_are_covered(terreng: Terreng, ran: Path) -> None:
    path = ran / "terreng.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[privacy]\nminimum_cell = 50\n", encoding="utf-8")

    assert "< 50" in terreng("tracking", "-w", ran).out
    ((gap,),) = (json.loads(terreng("tracking", "--json", "-w", ran).out)["backlog"],)
    assert (gap["journeys_n"], gap["evidence"], gap["hidden"]) == (None, None, ["journeys_n", "evidence"])
