"""Which rows `terreng whatif` fixes, and how it answers to names that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from models.friction.chain import Fixed
from pipelines.friction.whatif import Fix, as_published, chosen_rows, parse
from schemas.errors import UsageError
from schemas.journey_map import load_map

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.journey_map import JourneyMap

MAP = """
journey: buy
title: Buy
flow:
  - phase: Order
    steps: [visit, signup, {one_of: [card, invoice]}]
touchpoints:
  signup: {title: Sign up}
"""


def row(touchpoint: str | None, signal: str, journey: str = "buy", **more: Any) -> dict[str, Any]:
    return {"journey": journey, "touchpoint": touchpoint, "signal": signal, "verdict": "friction", **more}


ROWS = [
    row("signup", "missing"),
    row("card | invoice", "missing"),
    row("chat: opened", "ad_hoc"),
    row("card", "failed"),
    row("card", "failed", journey="stay"),
    row("visit", "late", verdict="refused", reason="Too few journeys with the signal."),
    row(None, "all_fixed"),
]


@pytest.fixture
def plans(tmp_path: Path) -> list[JourneyMap]:
    path = tmp_path / "buy.yaml"
    path.write_text(MAP, encoding="utf-8")
    return [load_map(path)]


def fixed(plans: list[JourneyMap], *asked: str, journey: str = "") -> list[tuple[str, str, str]]:
    rows = chosen_rows(ROWS, [parse(text) for text in asked], plans, journey)
    return [(each["journey"], each["touchpoint"], each["signal"]) for each in rows]


def test_a_fix_is_a_touchpoint_and_a_signal() -> None:
    assert parse("pay:failed") == Fix("pay", "failed")
    assert parse(" chat: opened : Ad hoc ") == Fix("chat: opened", "ad_hoc")


@pytest.mark.parametrize("text", ["pay", ":failed", "pay:", ""])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="TOUCHPOINT:SIGNAL"):
        parse(text)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("signup:missing", ("buy", "signup", "missing")),
        ("Sign up:missing", ("buy", "signup", "missing")),
        ("card | invoice:missing", ("buy", "card | invoice", "missing")),
        ("Card or Invoice:missing", ("buy", "card | invoice", "missing")),
        ("chat: opened:ad_hoc", ("buy", "chat: opened", "ad_hoc")),
    ],
)
def test_names_and_titles_are_both_known(plans: list[JourneyMap], asked: str, found: tuple[str, str, str]) -> None:
    assert fixed(plans, asked) == [found]


def test_several_are_fixed_together_each_once(plans: list[JourneyMap]) -> None:
    assert fixed(plans, "signup:missing", "Sign up:missing", "chat: opened:ad_hoc") == [
        ("buy", "signup", "missing"),
        ("buy", "chat: opened", "ad_hoc"),
    ]


def test_a_journey_tells_which_of_two_is_meant(plans: list[JourneyMap]) -> None:
    assert fixed(plans, "card:failed", journey="stay") == [("stay", "card", "failed")]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("sinup:missing",), "did you mean signup:missing?"),
        (("signup:mising",), "did you mean signup:missing?"),
        (("signup:late",), "wanted one of: missing"),
        (("nowhere:loop",), "see `terreng frictions`"),
        (("nowhere:loop",), "wanted one of: signup:missing, card | invoice:missing"),
        (("visit:late",), "why it was: Too few journeys with the signal"),
        (("card:failed",), "which several journeys have"),
    ],
)
def test_what_is_not_there_is_told_with_what_there_is(
    plans: list[JourneyMap], asked: tuple[str, ...], told: str
) -> None:
    with pytest.raises(UsageError) as error:
        fixed(plans, *asked)
    assert told in str(error.value)


def test_fixes_of_several_journeys_are_not_mixed(plans: list[JourneyMap]) -> None:
    others = [row("signup", "missing"), row("stayed", "loop", journey="stay")]
    with pytest.raises(UsageError, match="fixes in several journeys: buy, stay"):
        chosen_rows(others, [Fix("signup", "missing"), Fix("stayed", "loop")], plans)


def test_what_fixes_give_back_is_what_their_rows_say() -> None:
    """Judged anew, they may lose other numbers: the run held still what was not asked for."""
    told = [
        row("signup", "missing", lost_per_month=10.0, lost_low=6.0, lost_high=15.0),
        row("card", "failed", lost_per_month=30.0, lost_low=20.0, lost_high=40.0),
    ]
    anew = Fixed(48.0, 40.0, 56.0, 0.0, 0.0, 0.9, np.zeros(0))

    assert as_published(anew, told[:1]) == (10.0, 6.0, 15.0)
    assert as_published(anew, told) == pytest.approx((36.0, 28.0, 44.0))


def test_a_long_list_of_rows_is_cut_with_how_many_there_are(plans: list[JourneyMap]) -> None:
    many = [row(f"step{n}", "late") for n in range(15)]
    with pytest.raises(UsageError, match="step11:late and 3 more"):
        chosen_rows(many, [Fix("nowhere", "loop")], plans)
