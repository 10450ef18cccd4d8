"""A first map from events: it loads, lints, fits what happened, and tells of nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.process_trees import Leaf, Node, Operator
from pipelines.maps.observed import is_nameable
from pipelines.mining import mine_tree
from schemas.blocks import Optional, Touch, leaves
from schemas.journey_map import load_map

if TYPE_CHECKING:
    from tests.conftest import Terreng


@pytest.fixture
def ingested(terreng: Terreng, workspace: Path) -> Path:
    """The small workspace with its events, before any run, and without a map."""
    assert terreng("ingest", "-w", workspace).code == 0
    (workspace / "maps" / "first.yaml").unlink()
    return workspace


def deliver(terreng: Terreng, workspace: Path, lines: list[str]) -> None:
    export = workspace / "exports" / "shop" / "more.csv"
    export.write_text("time,event,customer,region\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert terreng("ingest", "-w", workspace).code == 0


def test_a_draft_loads_lints_and_fits_most_journeys(terreng: Terreng, ingested: Path) -> None:
    to = ingested / "maps" / "buy.yaml"
    answer = terreng("map", "draft", "-w", ingested, "--to", to)
    drafted = load_map(to)

    assert (answer.code, answer.err) == (0, "")
    assert "It fits 100.0% of 40 journeys" in answer.out
    assert drafted.journey == "buy"
    assert drafted.flow.phases[0].children == (Touch("visit"), Optional(Touch("signup")), Touch("order"))
    assert drafted.goals == ("order",)
    assert drafted.examples.conforming[:1] == (("visit", "signup", "order"),)
    assert terreng("map", "lint", to, "-w", ingested).code == 0


def test_a_draft_is_marked_as_one(terreng: Terreng, ingested: Path) -> None:
    text = terreng("map", "draft", "-w", ingested).out

    assert text.startswith("# A DRAFT by `terreng map draft`")
    assert 'title: "Draft: Visit to Order"' in text
    assert "the goal is guessed" in text


def test_a_draft_says_as_many_fit_as_a_run_finds(terreng: Terreng, ingested: Path) -> None:
    to = ingested / "maps" / "buy.yaml"
    drafted = json.loads(terreng("map", "draft", "-w", ingested, "--to", to, "--json").out)
    assert terreng("run", "-w", ingested).code == 0
    found = json.loads(terreng("map", "backtest", to, "-w", ingested, "--json").out)["this_map"]

    assert (found["journeys_n"], found["conforming_n"]) == (drafted["journeys_n"], drafted["fitting_n"]) == (40, 40)


def test_the_same_events_give_the_same_draft(terreng: Terreng, ingested: Path) -> None:
    assert terreng("map", "draft", "-w", ingested).out == terreng("map", "draft", "-w", ingested).out


def test_where_a_journey_opens_and_ends_can_be_said(terreng: Terreng, ingested: Path) -> None:
    asked = ("map", "draft", "-w", ingested, "--from", "signup", "--goal", "order", "--json")
    told = json.loads(terreng(*asked).out)

    assert told["map"]["journey_is"] == {
        "per": "person", "opens_with": "signup", "goal": "order", "reopens_after": "goal",
    }  # fmt: skip
    assert told["map"]["flow"] == [{"phase": "All of it", "steps": ["signup", "order"]}]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--goal", "ordr"), 'did you mean "order"?'),
        (("--from", "vist"), 'did you mean "visit"?'),
        (("--per", "nobody"), "known: person, customer"),
        (("--to", "nowhere/x.yaml"), "a folder that is there"),
        (("--to", "terreng.toml"), "--force overwrites it"),
    ],
)
def test_what_makes_no_sense_is_refused(
    terreng: Terreng, ingested: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(ingested)
    answer = terreng("map", "draft", *asked)

    assert (answer.code, told in answer.err) == (2, True), answer.err


def test_without_events_there_is_nothing_to_draft(terreng: Terreng, workspace: Path) -> None:
    answer = terreng("map", "draft", "-w", workspace)

    assert (answer.code, "run `terreng ingest` first" in answer.err) == (4, True)


def test_nothing_is_told_that_few_people_share_or_that_names_them(terreng: Terreng, ingested: Path) -> None:
    few = [f"2026-03-02T1{n}:30:00Z,secret step,C00{n},north" for n in range(4)]
    naming = [f"2026-03-02T10:{n}0:00Z,wrote kari@example.org,C00{n},north" for n in range(6)]
    rare = [f"2026-03-02T11:{n}0:00Z,rare step,C00{n},north" for n in range(6)]
    deliver(terreng, ingested, few + naming + rare)
    text = terreng("map", "draft", "-w", ingested).out

    assert "secret" not in text
    assert "kari" not in text
    assert "C00" not in text
    assert "activity: rare step" in text


def test_fewer_people_than_may_be_told_of_give_no_draft(terreng: Terreng, ingested: Path) -> None:
    deliver(terreng, ingested, [f"2026-03-02T1{n}:30:00Z,odd,C00{n},north" for n in range(4)])
    answer = terreng("map", "draft", "-w", ingested, "--from", "odd")

    assert (answer.code, "fewer journeys than may be told of" in answer.err) == (2, True)


def test_sixty_activities_are_no_trouble(terreng: Terreng, ingested: Path) -> None:
    lines = [
        f"2026-03-{1 + day:02d}T{hour:02d}:{minute:02d}:00Z,step {(3 * hour + minute // 20 + day) % 60},P{day},south"
        for day in range(28)
        for hour in range(20)
        for minute in (0, 20, 40)
    ]
    deliver(terreng, ingested, lines)
    to = ingested / "maps" / "wide.yaml"

    assert terreng("map", "draft", "-w", ingested, "--to", to).code == 0
    assert 0 < len(set(leaves(load_map(to).flow))) <= 26


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Order placed", True),
        ("Opportunity.stage", True),
        ("T07-1 Draft", True),
        ("kari@example.org", False),
        ("ticket 1234567", False),
        ("  ", False),
        ("a" * 121, False),
        ("two\nlines", False),
    ],
)
def test_names_with_addresses_or_long_numbers_stay_out(text: str, result: bool) -> None:
    assert is_nameable(text) is result


def test_the_miner_finds_the_tree_of_a_plain_log() -> None:
    steps = (Leaf("look"), Node(Operator.CHOICE, (Leaf("buy"), Leaf("leave"))))
    found = mine_tree({("look", "buy"): 3, ("look", "leave"): 2}, 0.0)

    assert isinstance(found, Node)
    assert found.children[0] == steps[0]
    assert set(getattr(found.children[1], "children", ())) == {Leaf("buy"), Leaf("leave")}


MINED = """
from pipelines.mining import mine_tree
print(mine_tree({tuple(word): n for n, word in enumerate("abcdef abdcef acbdf fabc bcadef eadcb".split(), 1)}, 0.2))
"""


def test_the_mined_tree_does_not_follow_the_hash_seed() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", MINED], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
