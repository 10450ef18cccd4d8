"""Old traffic by a new map: what changes, beside what, and that nothing of it stays."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng


@pytest.fixture
def ran(terreng: Terreng, workspace: Path) -> Path:
    """The small workspace after one run, nothing hidden: 40 visit, 30 of them order, 10 of these without signing up."""
    settings = workspace / "terreng.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[privacy]\nminimum_cell = 1\n", encoding="utf-8")
    assert terreng("run", "--workspace", workspace).code == 0
    return workspace


@pytest.fixture
def optional_signup(ran: Path, tmp_path: Path) -> Path:
    """The workspace's map, as it would be if nobody had to sign up."""
    text = (ran / "maps" / "first.yaml").read_text(encoding="utf-8")
    path = tmp_path / "next.yaml"
    changed = text.replace("signup]", "{optional: signup}]")
    assert changed != text
    path.write_text(changed.replace("version: 1", "version: 2\nvalid_from: 2030-01-01"), encoding="utf-8")
    return path


def states(folder: Path) -> dict[str, str]:
    """Every file of a workspace with a hash of its bytes; the lock's signature says who holds it."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("lock"))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_both_maps_judge_all_traffic_side_by_side(terreng: Terreng, ran: Path, optional_signup: Path) -> None:
    answer = terreng("map", "backtest", optional_signup, "-w", ran, "--json")
    told = json.loads(answer.out)

    assert (answer.code, answer.err) == (0, "")
    assert (
        told["in_force"] | {"version": 1, "journeys_n": 40, "converted_n": 30, "conforming_n": 30} == told["in_force"]
    )
    assert (
        told["this_map"] | {"version": 2, "journeys_n": 40, "converted_n": 30, "conforming_n": 40} == told["this_map"]
    )
    assert told["gained"] == []
    assert told["lost"] == [{"kind": "missing", "target": "signup", "before_n": 10, "after_n": 0}]


def test_it_is_told_in_words(terreng: Terreng, ran: Path, optional_signup: Path) -> None:
    out = terreng("map", "backtest", optional_signup, "-w", ran).out

    assert "version 2, beside version 1, which is in force; as of 2026-03-20 12:00 UTC. Nothing is published." in out
    assert "go as the flow has it 30 (75.0%)" in " ".join(out.split())
    assert "This map finds less of:" in out
    assert "Skipped    Sign up  10" in out


def test_the_workspace_stays_as_it_was(terreng: Terreng, ran: Path, optional_signup: Path) -> None:
    """Nothing is asked of a cluster either: what is tried stays on this machine."""
    engine = '[engine]\nkind = "spark"\nremote = "sc://127.0.0.1:1"\nstorage = "cluster"\n'
    settings = ran / "terreng.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n{engine}", encoding="utf-8")
    before = states(ran)

    assert terreng("map", "backtest", optional_signup, "-w", ran).code == 0

    assert states(ran) == before


def test_what_is_in_force_is_judged_as_the_run_did(terreng: Terreng, ran: Path) -> None:
    run = json.loads(terreng("run", "-w", ran, "--json").out)
    told = json.loads(terreng("map", "backtest", ran / "maps" / "first.yaml", "-w", ran, "--json").out)

    assert told["this_map"] == told["in_force"]
    assert told["as_of"] == run["as_of"]
    assert told["in_force"]["journeys_n"] == run["journeys"]["become_customer"]
    assert (told["gained"], told["lost"], told["small_n"]) == ([], [], 0)


def test_an_earlier_snapshot_can_be_asked_for(terreng: Terreng, ran: Path, optional_signup: Path) -> None:
    told = json.loads(terreng("map", "backtest", optional_signup, "-w", ran, "--as-of", "2026-03-06", "--json").out)

    assert told["this_map"]["journeys_n"] == told["in_force"]["journeys_n"] == 10


def test_small_changes_are_not_told_one_by_one(terreng: Terreng, ran: Path, optional_signup: Path) -> None:
    settings = ran / "terreng.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("minimum_cell = 1\n", "minimum_cell = 11\n"), encoding="utf-8")
    told = json.loads(terreng("map", "backtest", optional_signup, "-w", ran, "--json").out)

    assert (told["lost"], told["small_n"], told["in_force"]["conforming_n"]) == ([], 1, None)


def test_a_map_of_a_journey_that_the_workspace_has_not_stands_alone(
    terreng: Terreng, ran: Path, optional_signup: Path
) -> None:
    text = optional_signup.read_text(encoding="utf-8").replace("journey: become_customer", "journey: another")
    optional_signup.write_text(text, encoding="utf-8")
    told = json.loads(terreng("map", "backtest", optional_signup, "-w", ran, "--json").out)

    assert told["in_force"] is None
    # The map that is there wants the same people: all who went on along a flow that both share.
    assert told["this_map"]["elsewhere_n"] == 40 - told["this_map"]["journeys_n"] > 0
    answer = terreng("map", "backtest", optional_signup, "-w", ran)
    assert answer.code == 0
    assert "in force;" in answer.out  # there is none, and nothing is compared with it
    assert "journeys in force" not in answer.out
    assert "more of" not in answer.out


def test_a_map_that_matches_nothing_says_so(terreng: Terreng, ran: Path, tmp_path: Path) -> None:
    path = tmp_path / "void.yaml"
    path.write_text(
        "journey: become_customer\ntitle: T\nflow: [{phase: P, steps: [nothing, never]}]\n", encoding="utf-8"
    )
    answer = terreng("map", "backtest", path, "-w", ran)

    assert answer.code == 0
    assert "No journey begins under this map" in answer.out


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (None, 2, "no file"),
        ("journey: x\ntitle: T\nflow: [{phase: P, steps: [a, {one_off: [b, c]}]}]\n", 3, "one_of"),
    ],
)
def test_a_wrong_map_is_refused(
    terreng: Terreng, ran: Path, tmp_path: Path, text: str | None, code: int, told: str
) -> None:
    path = tmp_path / "wrong.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    answer = terreng("map", "backtest", path, "-w", ran)

    assert (answer.code, told in answer.err) == (code, True)


def test_without_a_run_there_is_nothing_to_judge(terreng: Terreng, workspace: Path) -> None:
    first = workspace / "maps" / "first.yaml"
    unborn = terreng("map", "backtest", first, "-w", workspace)
    assert terreng("ingest", "-w", workspace).code == 0
    unfinished = terreng("map", "backtest", first, "-w", workspace)

    assert (unborn.code, "nothing has been run yet" in unborn.err) == (4, True)
    assert (unfinished.code, "no run that succeeded" in unfinished.err) == (4, True)
