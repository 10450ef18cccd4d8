"""`terreng difference` on a shop of 900 journeys: Agder waits longer, is less content, and hides hard cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng

SETTINGS = """
[workspace]
name = "Shop"
timezone = "Europe/Oslo"

[warehouse]
path = "warehouse.duckdb"

[[sources]]
name = "shop"
kind = "table"
path = "exports/*.csv"
[sources.columns]
occurred_at = "time"
activity = "event"
status = "status"
identities = {customer_id = "customer"}
attributes = ["region", "kind", "score"]
"""
MAP = """
journey: buy
title: Buy something
version: 1
owner: {operations: Shop}
journey_is: {per: person, opens_with: visit, goal: done, horizon: 20d, patience: {default: 5d}}
flow:
  - phase: Buy
    steps: [visit, pay, done]
anytime: [survey]
segments: {region: region, kind: kind}
experience:
  - {measure: nps, touchpoint: pay, score: score, when: {activity: survey}}
touchpoints:
  visit: {title: Visit, when: {activity: visit}}
  pay: {title: Pay, owner: Billing, when: {activity: pay}, promise: {next: done, within: 2d}}
  survey: {title: Survey, when: {activity: survey}}
  done: {title: Done, when: {activity: done}}
"""


def rows() -> list[str]:
    """Each customer visits; 80 % of easy and 40 % of hard cases pay; Oslo does better in either, and has the hard."""
    draw = np.random.default_rng(5)
    lines = []
    for customer in range(900):
        at = np.datetime64("2026-01-05T00:00") + np.timedelta64(int(draw.uniform(0, 90 * 1440)), "m")
        region = str(draw.choice(["Oslo", "Agder"]))
        kind = str(draw.choice(["hard", "easy"], p=[0.9, 0.1] if region == "Oslo" else [0.1, 0.9]))

        def add(minutes: float, event: str, score: str = "", *, of: tuple[int, str, str, np.datetime64]) -> None:
            who, where, what, begun = of
            moment = begun + np.timedelta64(int(minutes), "m")
            lines.append(f"{moment},{event},c{who},{where},{what},ok,{score}")

        of = (customer, region, kind, at)
        add(0, "visit", of=of)
        if draw.random() < (0.4 if kind == "hard" else 0.8) + (0.15 if region == "Oslo" else 0):
            add(60, "pay", of=of)
            add(90, "survey", str(int(draw.integers(5, 11) if region == "Oslo" else draw.integers(2, 9))), of=of)
            if draw.random() < 0.15:
                continue
            add(90 + 1440 * min(4.5, draw.exponential(0.8 if region == "Oslo" else 1.8)), "done", of=of)
    return lines


@pytest.fixture(scope="module")
def kept() -> dict[str, Path]:
    """The workspace after its run: made once, for nothing here writes into it."""
    return {}


@pytest.fixture
def shop(terreng: Terreng, tmp_path_factory: pytest.TempPathFactory, kept: dict[str, Path]) -> Path:
    if "shop" not in kept:
        folder = tmp_path_factory.mktemp("shop")
        for name, text in (("terreng.toml", SETTINGS), ("maps/buy.yaml", MAP), ("exports/a.csv", "\n".join(
            ["time,event,customer,region,kind,status,score", *rows()])),
        ):  # fmt: skip
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text + "\n", encoding="utf-8")
        ran = terreng("run", "-w", folder)
        assert ran.code == 0, ran.err
        kept["shop"] = folder
    return kept["shop"]


def told(terreng: Terreng, shop: Path, between: str, other: str) -> dict[str, Any]:
    answer = terreng("difference", "buy", "--between", between, "--and", other, "-w", shop, "--json")
    assert answer.code == 0, answer.err
    document: dict[str, Any] = json.loads(answer.out)
    return document


def row(
    document: dict[str, Any], measure: str, touchpoint: str | None = None, signal: str | None = None
) -> dict[str, Any]:
    (found,) = [
        each
        for each in document["differences"]
        if (each["measure"], each["touchpoint"]) == (measure, touchpoint) and signal in {None, each["signal"]}
    ]
    return dict(found)


def test_two_segments_differ_in_every_table(terreng: Terreng, shop: Path) -> None:
    document = told(terreng, shop, "region=Oslo", "region=Agder")

    waits, kept_, late = (
        row(document, "wait_p50", "pay"),
        row(document, "promise_kept", "pay"),
        row(document, "deviation", "pay", "late"),
    )
    assert waits["difference_high"] < 0 < kept_["difference_low"]
    assert late["difference_high"] < 0
    said = row(document, "experience", "pay")
    assert (said["signal"], said["share"] > said["others_share"]) == ("nps", True)
    assert said["difference_low"] > 0
    assert all(each["n"] > 30 and each["others_n"] > 30 for each in document["differences"])
    assert all(
        each["difference_low"] <= each["difference"] <= each["difference_high"] for each in document["differences"]
    )
    assert document["family_n"] == len(document["differences"]) + document["hidden_n"]
    assert document["held_still"] == "kind and calendar time"


def test_a_sign_that_turns_is_flagged(terreng: Terreng, shop: Path) -> None:
    whole = row(told(terreng, shop, "region=Oslo", "region=Agder"), "conversion")
    assert whole["difference_high"] < 0 < whole["adjusted_low"]
    assert whole["is_simpson"]
    text = terreng("difference", "--between", "region=Oslo", "--and", "region=Agder", "-w", shop).out
    (line,) = [each for each in text.splitlines() if each.startswith("converted within the horizon: journey")]
    assert line.endswith("TURNS (Simpson)")


def test_segments_agree_with_the_published_tables(terreng: Terreng, shop: Path) -> None:
    import duckdb

    document = told(terreng, shop, "region=Oslo", "region=Agder")
    with duckdb.connect(str(shop / "published" / "terreng.duckdb"), read_only=True) as connection:
        known = connection.sql(
            "SELECT touchpoint, converted_share, hazard FROM touchpoint_outcomes WHERE segment = 'region=Oslo'"
            " AND horizon_d = (SELECT max(horizon_d) FROM touchpoint_outcomes) AND touchpoint <> 'done'"
        ).fetchall()
        ((kept_share,),) = connection.sql(
            "SELECT kept_share FROM waits WHERE segment = 'region=Oslo' AND from_touchpoint = 'pay'"
        ).fetchall()
    for touchpoint, converted, hazard in known:
        assert row(document, "conversion", touchpoint)["share"] == pytest.approx(converted, abs=1e-6)
        assert row(document, "drop_off", touchpoint)["share"] == pytest.approx(hazard, abs=1e-6)
    assert row(document, "promise_kept", "pay")["share"] == pytest.approx(kept_share, abs=1e-6)


def test_two_periods_of_one_world_do_not_differ(terreng: Terreng, shop: Path) -> None:
    document = told(terreng, shop, "2026-01..2026-02-15", "2026-02-15..2026-04")
    assert document["differences"]
    assert all(each["q_value"] > 0.05 for each in document["differences"])
    assert document["held_still"] == "region and kind"
    text = terreng("difference", "--between", "2026-01", "--and", "2026-02", "-w", shop).out
    assert "Nothing differs by more than chance." in text


def test_what_cannot_be_compared_says_why(terreng: Terreng, shop: Path) -> None:
    document = told(terreng, shop, "2026-05..", "2026-01")
    assert not document["differences"]
    reasons = {each["reason"] for each in document["refused"]}
    assert "2026-05..: too few journeys (worth fewer than 30)" in reasons
    text = terreng("difference", "--between", "2026-05..", "--and", "2026-01", "-w", shop).out
    assert text.startswith("Buy something: 2026-05.. (0 journeys) against 2026-01 (")
    assert "Nothing could be compared" in text
    assert "Nothing differs" not in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("bui", "--between", "region=Oslo", "--and", "region=Agder"), "did you mean 'buy'?"),
        (("--between", "regio=Oslo", "--and", "region=Agder"), "did you mean 'region'?"),
        (("--between", "region=oslo", "--and", "region=Agder"), "did you mean 'Oslo'?"),
        (("--between", "region=Oslo", "--and", "2026-05"), "two values of segments, or two periods"),
        (("--between", "region=Oslo"), "no --and; wanted a value of a segment"),
        (("--between", "region=Oslo", "--and", "region=Oslo"), "wanted two different values"),
        (("--between", "2026-13", "--and", "2026-02"), "--between '2026-13'; wanted"),
        (("--between", "2026-01..2026-03", "--and", "2026-02"), "which overlap; wanted two periods that share no day"),
        (("--between", "2026-03..2026-01", "--and", "2026-02"), "ends before it begins; wanted the earlier day first"),
    ],
)
def test_a_mistake_is_answered_with_what_was_wanted(
    terreng: Terreng, shop: Path, asked: tuple[str, ...], said: str
) -> None:
    answer = terreng("difference", *asked, "-w", shop)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
