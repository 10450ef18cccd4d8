"""Deviations of single traces, as the definitions word them."""

from __future__ import annotations

import pytest

from models.deviations import explain
from schemas.blocks import AllOf, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch

T = Touch
SHOP = Flow(
    (
        Phase("Awareness", (T("visit"), Optional(T("news"))), ("faq",)),
        Phase(
            "Decision",
            (
                T("signup"),
                OneOf((T("mail"), T("sms"))),
                AllOf((T("credit"), T("plan"))),
                Repeat(T("pay"), 2),
            ),
        ),
        Phase("Use", (T("confirm"), T("activate"), T("value"))),
    ),
    ("help",),
)


def said(trace: str, finished: bool, flow: Flow = SHOP) -> list[str]:
    return [
        f"{found.kind} {found.touchpoint or f'[{found.block}]'} @{found.position}"
        for found in explain(flow, trace.split(), finished)
    ]


DONE = "visit signup sms plan credit pay confirm activate value"


@pytest.mark.parametrize(
    ("trace", "result"),
    [
        (DONE, []),
        ("visit faq news help signup mail credit plan pay pay confirm help activate value", []),
        ("visit signup plan credit pay confirm activate value", ["missing [mail | sms] @2"]),
        ("visit signup mail plan pay confirm activate value", ["missing credit @3"]),
        ("visit signup mail pay confirm activate value", ["missing [credit | plan] @3"]),
        ("visit signup mail sms credit plan pay confirm activate value", ["branch_conflict sms @3"]),
        ("visit signup mail credit plan pay pay pay confirm activate value", ["repeated pay @7"]),
        ("visit signup mail credit plan pay activate confirm value", ["out_of_order confirm @7"]),
        ("visit signup credit plan pay mail confirm activate value", ["out_of_order mail @5"]),
        ("visit signup sms plan credit pay confirm activate faq value", ["out_of_order faq @8"]),
        (f"chat {DONE}", ["ad_hoc chat @0"]),
        ("signup sms plan credit pay confirm activate value", ["missing visit @0"]),
    ],
)
def test_a_finished_journey_is_judged_from_its_entry_to_its_goal(trace: str, result: list[str]) -> None:
    assert said(trace, finished=True) == result


@pytest.mark.parametrize(
    ("trace", "result"),
    [
        ("visit", []),
        ("visit signup", []),
        ("visit signup plan", ["missing [mail | sms] @2"]),
        ("visit mail signup", ["out_of_order signup @1"]),
        ("visit signup mail mail", ["repeated mail @3"]),
    ],
)
def test_a_journey_in_flight_misses_nothing_beyond_its_prefix(trace: str, result: list[str]) -> None:
    assert said(trace, finished=False) == result


def test_a_swap_is_charged_to_the_earlier_designed_of_the_two_finished_or_not() -> None:
    line = Flow((Phase("only", (T("a"), T("b"), T("c"), T("d"))),))

    assert said("a c b", False, line) == ["out_of_order b @1"]
    assert said("a c b d", True, line) == ["out_of_order b @2"]
    assert said("a d b c", True, line) == ["out_of_order b @1"]


def test_steps_in_any_order_have_no_order_to_break() -> None:
    ahead = "visit signup sms plan pay credit confirm activate value"

    assert said(ahead, True) == ["out_of_order credit @5"]
    assert said(" ".join(ahead.split()[:6]), False) == ["out_of_order credit @4"]


def test_a_skipped_branch_of_several_steps_is_one_deviation_of_the_innermost_block() -> None:
    nested = Flow((Phase("only", (T("a"), OneOf((Sequence((T("b"), OneOf((T("c"), T("d"))))), T("e"))), T("f"))),))

    assert said("a f", True, nested) == ["missing [b, c, d | e] @1"]
    assert said("a b f", True, nested) == ["missing [c | d] @2"]


def test_a_block_with_one_branch_out_of_order_is_not_missing() -> None:
    late = Flow((Phase("only", (T("a"), OneOf((T("x"), T("b"))), T("c"), T("d"))),))

    assert said("a c b d", True, late) == ["out_of_order b @2"]
    assert said("a c x d", True, late) == ["out_of_order x @2"]
