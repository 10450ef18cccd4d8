"""Lines of few journeys are told together, and what is told still adds up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.privacy.folding import folded, without_segments
from tests.conftest import Terreng

Row = dict[str, Any]


def line(line: str, n: int, *, kind: str | None = None, at: str | None = "pay", **more: Any) -> Row:
    is_end = line in {"planned", "actual"}
    row = {"journey": "buy", "segment": None, "measure": "completion", "place": 7, "line": line, "kind": kind}
    row |= {"touchpoint": kind and "pay", "block": None, "at_touchpoint": None if is_end else at, "phase": "Buy"}
    return row | {"owner": "Billing", "amount": n if is_end else -n, "journeys_n": n} | more


def told(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(row["segment"], row["line"], row["kind"], row["at_touchpoint"], row["amount"]) for row in rows]


def test_small_lines_of_one_end_and_touchpoint_become_one() -> None:
    rows = [line("planned", 100), line("abandoned", 30), line("actual", 46)]
    rows += [line("abandoned", n, kind=kind) for n, kind in ((3, "late"), (4, "failed"), (17, "repeated"))]

    assert told(folded(rows, 5)) == [
        (None, "planned", None, None, 100),
        (None, "abandoned", None, "pay", -30),
        (None, "abandoned", "repeated", "pay", -17),
        (None, "abandoned", "other", "pay", -7),
        (None, "actual", None, None, 46),
    ]
    assert folded(rows, 1) == rows


def test_one_small_line_takes_the_next_larger_one_with_it() -> None:
    rows = [line("exited", 30), line("exited", 9, kind="failed"), line("exited", 2, kind="late")]

    assert told(folded(rows, 5)) == [(None, "exited", None, "pay", -30), (None, "exited", "other", "pay", -11)]


def test_of_the_values_of_a_segment_a_line_is_told_for_all_or_for_none() -> None:
    rows = [
        line("exited", n, kind=kind, segment=f"region={value}")
        for value, kind, n in (
            ("north", None, 20), ("north", "late", 3), ("north", "failed", 8),
            ("south", None, 30), ("south", "late", 9), ("south", "failed", 7),
        )
    ]  # fmt: skip

    assert told(folded(rows, 5)) == [
        ("region=north", "exited", None, "pay", -20),
        ("region=north", "exited", "other", None, -11),
        ("region=south", "exited", None, "pay", -30),
        ("region=south", "exited", "other", None, -16),
    ]


def test_time_that_several_reasons_took_is_added_and_their_journeys_are_not() -> None:
    rows = [
        line("deviation", n, kind=kind, at=None, measure="time", amount=amount)
        for kind, n, amount in (("late", 3, 100), ("ad_hoc", 6, 50), ("repeated", 40, 500))
    ]

    assert [(row["kind"], row["amount"], row["journeys_n"]) for row in folded(rows, 5)] == [
        ("repeated", 500, 40),
        ("other", 150, 6),
    ]


def test_states_leave_without_segments() -> None:
    rows: list[Row] = [{"segment": None}, {"segment": "region=north"}]

    assert without_segments(rows, 5) == [{"segment": None}]
    assert without_segments(rows, 1) == rows


@pytest.fixture
def ran(workspace: Path, terreng: Terreng) -> Path:
    path = workspace / "maps" / "first.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nsegments: {region: region}\n", encoding="utf-8")
    answer = terreng("run", "-w", workspace)
    assert answer.code == 0, answer.err
    return workspace


def test_the_ledger_is_shown_and_leads_from_planned_to_actual(ran: Path, terreng: Terreng) -> None:
    few = [row for row in json.loads(terreng("ledger", "--json", "-w", ran).out) if row["hidden"]]
    assert few
    assert all(row["amount"] is None and row["journeys_n"] is None for row in few)
    settings = ran / "terreng.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[privacy]\nminimum_cell = 1\n", encoding="utf-8")

    rows = json.loads(terreng("ledger", "--json", "-w", ran).out)

    completion = [row for row in rows if row["measure"] == "completion"]
    assert (completion[0]["line"], completion[0]["amount"]) == ("planned", 40)
    assert (completion[-1]["line"], completion[-1]["amount"]) == ("actual", 30)
    assert sum(row["amount"] for row in completion[:-1]) == 30
    shown = terreng("ledger", "become_customer", "--segment", "region=north", "-w", ran)
    assert shown.code == 0
    assert "planned: journeys begun" in shown.out
    assert "actual: converted" in shown.out
    assert "75.0%" in shown.out


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["become_custmer"], "did you mean 'become_customer'?"),
        (["--segment", "region=nort"], "did you mean 'region=north'?"),
        (["--segment", "zzz"], "no segment 'zzz'"),
    ],
)
def test_an_unknown_map_or_segment_is_refused_with_those_there_are(
    ran: Path, terreng: Terreng, arguments: list[str], wanted: str
) -> None:
    answer = terreng("ledger", *arguments, "-w", ran)

    assert answer.code == 2
    assert wanted in answer.err
