from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from models.map_lint import lint
from schemas.errors import Problem
from schemas.journey_map import load_map

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
SMALL = """\
journey: buy
title: Buy
owner: Sales
flow:
  - phase: Buy
    steps: [visit, {one_of: [card, invoice]}, thanks]
    anytime: [faq]
"""
OVERLAP = '10 warning: a rule of "card" that matches events which "visit" in line 9 takes'
NEVER = '10 warning: a rule of "card" that never matches: "visit" in line 9 takes all of it'


def linted(
    folder: Path, more: str, activities: list[tuple[str, str]] | None = None, attributes: frozenset[str] | None = None
) -> list[Problem]:
    path = folder / "map.yaml"
    path.write_text(f"{SMALL}{more}")
    seen = None if activities is None else pl.DataFrame(activities, schema=["source", "activity"], orient="row")
    return list(lint(load_map(path, "maps/map.yaml"), seen, AS_OF, attributes))


def said(problems: list[Problem]) -> list[str]:
    return [f"{problem.line} {problem.level}: {problem.got}" for problem in problems]


def test_a_good_map_has_nothing_doubtful(tmp_path: Path) -> None:
    seen = [("web", name) for name in ("visit", "card", "invoice", "thanks", "faq")]
    assert linted(tmp_path, "", seen) == []


@pytest.mark.parametrize(
    ("visit", "card", "expected"),
    [
        ("{activity: a}", "{activity: b}", []),
        ("{source: web, activity: a}", "{source: crm, activity: a}", []),
        ("{activity: 'a*'}", "{activity: '*b'}", [OVERLAP]),
        ("{stage: won, activity: [a, b]}", "{activity: b}", [OVERLAP]),
        ("[{activity: x}, {activity: [a, b]}]", "{activity: [b, c]}", [OVERLAP]),
        ("{activity: 'a*'}", "{activity: ab}", [NEVER]),
        ("{activity: a}", "{activity: a, stage: won}", [NEVER]),
        ("{activity: a}", "{activity: a}", [NEVER]),
        ("{activity: a, stage: won}", "{activity: a}", []),
        ("{activity: ab}", "{activity: 'a*'}", []),
    ],
)
def test_rules_overlap_unless_the_narrow_one_comes_first(
    tmp_path: Path, visit: str, card: str, expected: list[str]
) -> None:
    more = f"touchpoints:\n  visit: {{when: {visit}}}\n  card: {{when: {card}}}\n"
    assert said(linted(tmp_path, more)) == expected


def test_a_rule_that_no_event_has_matched_gets_the_nearest_activity(tmp_path: Path) -> None:
    seen = [("web", name) for name in ("visit", "card", "invoce", "thanks", "faq")]
    assert [(problem.line, problem.got, problem.hint) for problem in linted(tmp_path, "", seen)] == [
        (6, 'a rule of "invoice" that no event has matched (activity: invoice)', 'did you mean "invoce"?')
    ]


def test_a_source_that_does_not_exist_gets_the_nearest_source(tmp_path: Path) -> None:
    seen = [("shop", name) for name in ("visit", "card", "invoice", "thanks", "faq")]
    more = (
        "touchpoints:\n  visit:\n    when:\n    - {source: shop, activity: v*}\n    - {source: shpo, activity: visit}\n"
    )
    assert [(problem.line, problem.hint) for problem in linted(tmp_path, more, seen)] == [(12, 'did you mean "shop"?')]


def test_without_any_event_no_rule_is_doubted(tmp_path: Path) -> None:
    assert linted(tmp_path, "", []) == []


def test_an_entry_that_no_journey_can_touch_is_named(tmp_path: Path) -> None:
    (problem,) = linted(tmp_path, "touchpoints:\n  chat: {title: x}\n")
    assert (problem.line, problem.level) == (9, "warning")
    assert problem.got == '"chat", which stands neither in the flow nor under anytime'


def test_a_step_that_nobody_describes_is_the_activity_of_its_name_and_doubted_where_none_has_it(tmp_path: Path) -> None:
    more = "touchpoints: {visit: {}, card: {}, invoice: {}, faq: {}}\n"
    seen = [("web", name) for name in ("visit", "card", "invoice", "faq")]
    doubt = '6 warning: a rule of "thanks" that no event has matched (activity: thanks)'
    assert said(linted(tmp_path, more)) == []
    assert said(linted(tmp_path, more, [*seen, ("web", "thanks")])) == []
    assert said(linted(tmp_path, more, seen)) == [doubt]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("segments: {region: region}", []),
        (
            "segments: {new: first(is_nwe)}",
            ['8 warning: the segment "new" by the attribute "is_nwe", which no event has', 'did you mean "is_new"?'],
        ),
        ("touchpoints: {visit: {when: {activity: visit, status: ok, region: North}}}", []),
        (
            "touchpoints: {visit: {when: {activity: visit, regoin: North}}}",
            ['8 warning: a rule of "visit" by the attribute "regoin", which no event has', 'did you mean "region"?'],
        ),
        (
            "touchpoints: {visit: {when: {activity: visit, surce: web}}}",
            ['8 warning: a rule of "visit" by the attribute "surce", which no event has', 'did you mean "source"?'],
        ),
    ],
)
def test_an_attribute_that_no_event_has_is_doubted_where_attributes_are_known(
    tmp_path: Path, more: str, expected: list[str]
) -> None:
    found = linted(tmp_path, f"{more}\n", attributes=frozenset({"region", "is_new"}))
    assert [text for problem in found for text in (*said([problem]), problem.hint)] == expected
    assert linted(tmp_path, f"{more}\n") == []


@pytest.mark.parametrize(
    ("journey_is", "expected"),
    [
        ("goal: thanks", []),
        ("goal: visit", ["visit"]),
        ("goal: [thanks, visit]", ["visit"]),
        ("goal: card, opens_with: card", ["card"]),
        ("goal: thanks, opens_with: thanks", []),
        ("goal: visit, reopens_after: 30d", ["visit"]),
        ("goal: visit, reopens_after: never", []),
    ],
)
def test_a_goal_that_opens_the_journey_is_doubted_where_steps_must_follow(
    tmp_path: Path, journey_is: str, expected: list[str]
) -> None:
    found = linted(tmp_path, f"journey_is: {{{journey_is}}}\n")
    assert [(problem.line, problem.level, problem.got.split('"')[1]) for problem in found] == [
        (8, "warning", goal) for goal in expected
    ]


@pytest.mark.parametrize(
    ("name", "to", "expected"),
    [
        ("visit", "thanks", []),
        ("thanks", "visit", ['9 error: "visit", which the flow never has after "thanks"']),
        ("card", "invoice", ['9 error: "invoice", which the flow never has after "card"']),
        ("faq", "visit", []),
        ("visit", "faq", []),
    ],
)
def test_a_promise_is_of_a_later_step(tmp_path: Path, name: str, to: str, expected: list[str]) -> None:
    more = f"touchpoints:\n  {name}: {{promise: {{next: {to}, within: 2h}}}}\n"
    assert said(linted(tmp_path, more)) == expected


def test_touchpoints_without_an_owner_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(SMALL.replace("owner: Sales\n", "") + "touchpoints: {visit: {owner: Web}}\n")
    (problem,) = lint(load_map(path), None, AS_OF)
    assert (problem.level, problem.got) == ("warning", "4 touchpoints without an owner (card, invoice, thanks, faq)")


def test_a_map_of_the_future_is_not_in_force(tmp_path: Path) -> None:
    assert said(linted(tmp_path, "valid_from: 2026-06-02\n")) == ["8 warning: valid_from 2026-06-02, after 2026-06-01"]
    assert linted(tmp_path, "valid_from: 2026-06-01\n") == []


@pytest.mark.parametrize(
    ("examples", "expected"),
    [
        ("conforming: [[visit, card, thanks], [faq, visit, invoice, faq, thanks]]", []),
        ("conforming: [[visit, thanks]]", ["8 error: a conforming example that deviates: missing: card | invoice"]),
        ('deviating: [{trace: [visit, thanks], because: [{missing: "invoice | card"}]}]', []),
        (
            "deviating: [{trace: [visit, card, thanks], because: [{missing: thanks}]}]",
            ["8 error: a deviating example with no deviation"],
        ),
        (
            "deviating: [{trace: [visit, card, zap, thanks], because: [{missing: zap}]}]",
            ["8 error: a deviating example with ad_hoc: zap"],
        ),
        ("deviating: [{trace: [visit, card, zap, thanks], because: [{ad_hoc: zap}]}]", []),
        ("deviating: [{trace: [visit, card, thanks, thanks], because: [{repeated: thanks}]}]", []),
        ("deviating: [{trace: [visit, zap], because: [{ad_hoc: zap}], finished: false}]", []),
    ],
)
def test_examples_are_the_maps_own_tests(tmp_path: Path, examples: str, expected: list[str]) -> None:
    assert said(linted(tmp_path, f"examples: {{{examples}}}\n")) == expected


def test_a_flow_that_is_too_large_to_follow_is_an_error_in_its_line(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(SMALL.replace("one_of: [card, invoice]", f"all_of: [{', '.join(f't{i}' for i in range(16))}]"))
    found = lint(load_map(path), None, AS_OF)
    assert [(problem.line, problem.level) for problem in found] == [(4, "error")]
