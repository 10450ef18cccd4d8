"""`start`, `findings`, `whatif` and `proposals` on published rows: what a meeting reads, and what machines do."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest
from typer.main import get_command

from pipelines import failures
from pipelines.command_line import app
from pipelines.commands.init import init

if TYPE_CHECKING:
    from tests.conftest import Terreng

FRICTION: dict[str, Any] = {
    "journey": "become_customer",
    "touchpoint": "signup",
    "signal": "missing",
    "owner": "Onboarding",
    "reached_n": 400,
    "exposed_n": 120,
    "lost_per_month": 45.0,
    "lost_shrunk": 41.2,
    "lost_low": 29.0,
    "lost_high": 54.0,
    "value": 82_400.0,
    "value_low": 57_700.0,
    "value_high": 107_000.0,
    "top3_probability": 0.98,
    "family_n": 4,
    "verdict": "friction",
    "evidence_grade": "B",
    "is_sign_flip": False,
    "effort": "small",
    "has_mandate": True,
    "place": 1,
}
TOGETHER = FRICTION | {"touchpoint": None, "signal": "all_fixed", "place": None, "verdict": "variation"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop after one run: half of 600 customers ask for help; of these half are lost, of the others a tenth."""
    folder = tmp_path_factory.mktemp("costs") / "shop"
    init(folder)
    rows = ["time,event,customer,region"]
    for customer in range(600):
        has_help, luck = customer % 2 == 0, (customer // 2) % 10
        is_lost = luck < (5 if has_help else 1)
        steps = ["visit", "signup", *(["help"] if has_help else []), *([] if is_lost else ["order"])]
        day = f"2026-0{1 + customer % 3}-{1 + customer % 28:02d}"
        rows += [f"{day}T{10 + hour}:00:00Z,{step},C{customer:03d},north" for hour, step in enumerate(steps)]
    (folder / "exports" / "shop" / "events.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = folder / "maps" / "first.yaml"
    more = "off_map: {help: {when: {source: shop, activity: help}}}\nvalue: {per_conversion: 2000, currency: NOK}\n"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    command = partial(get_command(app), ["run", "--workspace", str(folder), "--as-of", "2026-06-01"], "terreng")
    assert failures.guarded(command) == 0
    return folder


def published(workspace: Path, table: str, *rows: dict[str, object]) -> None:
    """Puts rows into a published table instead of those that are there."""
    with duckdb.connect(workspace / "published" / "terreng.duckdb") as connection:
        connection.execute(f"DELETE FROM {table}")
        for row in rows:
            connection.register("incoming", pl.DataFrame([row]).to_arrow())
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")


def test_where_to_start_is_told_for_a_meeting(terreng: Terreng, ran: Path) -> None:
    published(ran, "frictions", TOGETHER, FRICTION)
    text = terreng("start", "-w", ran).out
    row = next(line for line in text.splitlines() if line.startswith("1 "))
    assert "120 journeys skip Sign up" in row
    assert "41 (29 to 54)" in row
    assert "NOK 82,400 (57,700 to 107,000)" in row
    assert row.split()[-4:] == ["B", "98%", "small", "yes"]
    assert "all frictions fixed together, at most 41 (29 to 54) customers a month, NOK 82,400" in text
    assert "an upper bound" in text
    assert "do not add up" in text
    assert "because" not in text


def test_where_to_start_is_told_for_machines(terreng: Terreng, ran: Path) -> None:
    published(ran, "frictions", TOGETHER, FRICTION)
    told = json.loads(terreng("start", "--json", "-w", ran).out)
    assert [(row["place"], row["touchpoint"], row["lost_shrunk"]) for row in told["start"]] == [(1, "signup", 41.2)]
    assert [row["lost_per_month"] for row in told["all_fixed"]] == [45.0]


def test_where_nothing_costs_customers_there_is_nowhere_to_start(terreng: Terreng, ran: Path) -> None:
    published(ran, "frictions")
    assert terreng("start", "-w", ran).out.startswith("Nowhere: no signal is told apart from chance")


REFUSED: dict[str, Any] = {
    "journey": "become_customer",
    "touchpoint": "order",
    "signal": "late",
    "reached_n": 300,
    "exposed_n": 4,
    "family_n": 4,
    "verdict": "refused",
    "reason": "Too few journeys with the signal that can be compared (worth fewer than 30).",
    "evidence_grade": "A",
    "is_sign_flip": False,
}


def test_frictions_are_listed_with_what_could_not_be_judged_and_why(terreng: Terreng, ran: Path) -> None:
    numbers = {"effect": 0.21, "effect_low": 0.14, "effect_high": 0.28, "q_value": 0.0004}
    published(ran, "frictions", REFUSED, TOGETHER, FRICTION | numbers | {"at_touchpoint": "order"})
    text = terreng("frictions", "-w", ran).out
    assert "become_customer: signals judged as one family of 4" in text
    row = next(line for line in text.splitlines() if line.startswith("signup:missing"))
    assert "+21.0 (+14.0 to +28.0)" in row
    assert row.split()[-2:] == ["B", "friction"]
    assert "All together: 45 (29 to 54) customers a month, shrunk 41, NOK 82,400 (57,700 to 107,000)" in text
    assert "  order:late: Too few journeys with the signal that can be compared (worth fewer than 30)." in text
    machine = json.loads(terreng("frictions", "--json", "-w", ran).out)
    (few,) = (row for row in machine if row["signal"] == "late")
    assert few["exposed_n"] is None  # four people could be pointed at
    assert "exposed_n" in few["hidden"]


def test_headline_numbers_are_told_under_each_rule_of_identity(terreng: Terreng, ran: Path) -> None:
    rows: list[dict[str, object]] = [
        {"measure": "journeys", "touchpoint": None, "strict": 640.0, "standard": 600.0, "loose": 590.0, "n": 600},
        {"measure": "drop_off", "touchpoint": "signup", "strict": 0.31, "standard": 0.3, "loose": 0.3, "n": 500},
        {"measure": "drop_off", "touchpoint": "order", "strict": 0.005, "standard": 0.004, "loose": 0.004, "n": 500},
    ]
    published(ran, "identity_ranges", *({"journey": "become_customer", "is_flip": False} | row for row in rows))
    lines = terreng("frictions", "--identity", "-w", ran).out.splitlines()
    cells = {" ".join(line.split()[1:-3]): line.split()[-3:] for line in lines[1:]}
    assert cells["journeys"] == ["640", "600", "590"]
    assert cells["lost at signup"] == ["31.0%", "30.0%", "30.0%"]
    assert "0.4%" not in "".join(lines)  # two people


def test_frictions_of_a_map_that_is_not_there_are_answered_with_those_that_are(terreng: Terreng, ran: Path) -> None:
    answer = terreng("frictions", "--journey", "become_custoner", "-w", ran)
    assert (answer.code, "become_customer" in answer.err) == (2, True)


def test_findings_tell_customers_and_money_a_month(terreng: Terreng, ran: Path) -> None:
    numbers = ("lost_shrunk", "lost_low", "lost_high", "value", "value_low", "value_high", "evidence_grade")
    finding = {
        "finding_id": "f1",
        "journey": "become_customer",
        "touchpoint": "signup",
        "signal": "missing",
        "headline": "120 journeys skip Sign up",
        "state": "new",
        "first_seen_run": "r",
        "journeys_n": 120,
        "rank": 1,
        **{name: FRICTION[name] for name in numbers},
    }
    published(ran, "findings", finding)
    text = terreng("findings", "-w", ran).out
    assert "  41 (29 to 54)  " in text
    assert "  NOK 82,400 (57,700 to 107,000)  " in text
    (told,) = json.loads(terreng("findings", "--json", "-w", ran).out)
    assert {name: told[name] for name in numbers} == {name: FRICTION[name] for name in numbers}


def test_a_map_that_changed_since_the_run_is_refused(terreng: Terreng, ran: Path, tmp_path: Path) -> None:
    published(ran, "frictions", FRICTION)
    folder = shutil.copytree(ran, tmp_path / "shop")
    path = folder / "maps" / "first.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("currency: NOK", "currency: SEK"), encoding="utf-8")
    answer = terreng("whatif", "--fix", "signup:missing", "-w", folder)
    assert (answer.code, "has changed since the last run" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((), "no --fix"),
        (("--fix", "sinup:missing"), "did you mean signup:missing?"),
        (("--fix", "signup:missing", "--journey", "become_costumer"), "did you mean 'become_customer'?"),
        (("--fix", "first_value:missing"), "nobody can tell what it costs"),
    ],
)
def test_what_cannot_be_fixed_is_told(terreng: Terreng, ran: Path, asked: tuple[str, ...], told: str) -> None:
    refused = FRICTION | {"touchpoint": "first_value", "verdict": "refused", "reason": "Too few.", "place": None}
    published(ran, "frictions", FRICTION, refused, TOGETHER)
    answer = terreng("whatif", *asked, "-w", ran)
    assert (answer.code, told in answer.err, answer.out) == (2, True, ""), answer.err


def test_what_a_fix_would_give_back_is_told_with_what_is_assumed(terreng: Terreng, ran: Path) -> None:
    published(ran, "frictions", FRICTION | {"touchpoint": "help", "signal": "ad_hoc", "adjusted_for": "calendar time"})
    text = terreng("whatif", "--fix", "Help:ad_hoc", "-w", ran).out
    document = json.loads(terreng("whatif", "--fix", "help:ad_hoc", "--json", "-w", ran).out)
    point, low, high = (document[f"conversions_per_month{end}"] for end in ("", "_low", "_high"))
    assert (point, low, high) == (45.0, 29.0, 54.0), "one fix gives back what its row says"
    assert document["value_per_month"] == pytest.approx(2000 * point)
    assert document["fixes"][0]["touchpoint"] == "help"
    assert f"conversions gained: {point:.0f} ({low:.0f} to {high:.0f}), worth NOK" in text
    assert "with the effects shrunk as in `terreng start`: 41" in text
    assert "What is assumed:" in text
    assert "an upper bound, not a forecast" in text
    assert "associated with" in text
    assert "because" not in text


def test_proposals_are_told_with_their_lines(terreng: Terreng, ran: Path) -> None:
    published(ran, "proposals")
    assert terreng("proposals", "-w", ran).out.startswith("No proposals")
    proposal = {
        "journey": "become_customer",
        "touchpoint": "signup",
        "signal": "missing",
        "said": "Let journeys pass by Sign up",
        "change": "flow:\n  - phase: Use\n",
        "journeys_n": 40,
        "fitting_share": 0.5,
        "fitting_share_after": 0.75,
        "reason": None,
    }
    published(ran, "proposals", proposal)
    kept = {"lost_shrunk": -41.2, "lost_low": -54.0, "lost_high": -29.0, "verdict": "helpful", "place": None}
    published(ran, "frictions", FRICTION | kept)
    text = terreng("proposals", "-w", ran).out
    assert "become_customer: Let journeys pass by Sign up\n  missing, signup: is associated with 41 (29 to 54)" in text
    assert "now 50.0%, with the change 75.0%" in text
    assert "    flow:\n      - phase: Use" in text
    assert json.loads(terreng("proposals", "--json", "-w", ran).out)[0]["fitting_share_after"] == 0.75
