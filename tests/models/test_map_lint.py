from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.map_lint import Seen, lint
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
    folder: Path,
    more: str,
    activities: list[tuple[str, str]] | None = None,
    attributes: frozenset[str] | None = None,
    last_touch: dict[str, datetime] | None = None,
    id_types: frozenset[str] | None = None,
) -> list[Problem]:
    path = folder / "map.yaml"
    path.write_text(f"{SMALL}{more}")
    seen = Seen(frozenset(activities or ()), attributes, last_touch, AS_OF, id_types)
    return list(lint(load_map(path, "maps/map.yaml"), seen, AS_OF))


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


def test_a_question_that_nobody_answers_is_doubted(tmp_path: Path) -> None:
    more = """\
experience:
  - measure: nps
    when: {activity: answerd}
  - {measure: csat, score: stras, when: {activity: answered, kind: x}}
  - {measure: ces, asked: {activity: [sent, answered]}}
  - measure: sentiment
    asked: {activity: sent}
"""
    seen = [("web", name) for name in ("visit", "card", "invoice", "thanks", "faq", "answered")]
    known = frozenset({"nps", "stars", "ces", "sentiment"})
    found = linted(tmp_path, more, seen, known)
    assert said(found) == [
        "10 warning: a rule under when that no event has matched",
        '11 warning: a rule under when by the attribute "kind", which no event has',
        '11 warning: answers in the attribute "stras", which no event has',
        "14 warning: a rule under asked that no event has matched",
    ]
    assert [problem.hint for problem in found if "stras" in problem.got] == ['did you mean "stars"?']
    assert linted(tmp_path, more) == []


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


@pytest.mark.parametrize("per", ["person", "ticket"])
def test_a_journey_of_an_id_that_nobody_has_is_doubted_where_ids_are_known(tmp_path: Path, per: str) -> None:
    types = frozenset({"ticket", "email"})
    assert linted(tmp_path, f"journey_is: {{per: {per}}}\n", id_types=types) == []
    (found,) = linted(tmp_path, "journey_is: {per: tickt}\n", id_types=types)
    assert said([found]) == ['8 warning: per: "tickt", a type of id that nobody has']
    assert found.hint == 'did you mean "ticket"?'
    assert linted(tmp_path, "journey_is: {per: tickt}\n") == []


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
    ("more", "expected"),
    [
        ("review_every: 2w\nvalid_from: 2026-05-18", []),
        ("review_every: 2w\nvalid_from: 2026-05-17", ["8 warning: a review that was due on 2026-05-31 (every 2w)"]),
        ("review_every: 2w\nvalid_from: 2026-01-01\nreviewed_on: 2026-05-18", []),
        ("reviewed_on: 2026-05-01\nreview_every: 4w", ["8 warning: a review that was due on 2026-05-29 (every 4w)"]),
        ("review_every: 2w", ["8 warning: a review every 2w, and no day from which to count"]),
        ("reviewed_on: 2020-01-01", []),
        ("reviewed_on: 2026-06-02", ["8 warning: reviewed_on 2026-06-02, after 2026-06-01"]),
    ],
)
def test_an_overdue_review_is_told(tmp_path: Path, more: str, expected: list[str]) -> None:
    assert said(linted(tmp_path, f"{more}\n")) == expected


LAST = {name: AS_OF - timedelta(days=90) for name in ("visit", "card", "invoice", "thanks", "faq")}


def test_a_designed_touchpoint_without_an_event_in_ninety_days_is_a_ghost(tmp_path: Path) -> None:
    last = LAST | {"card": AS_OF - timedelta(days=91), "chat": AS_OF - timedelta(days=900)}
    del last["faq"]
    found = linted(tmp_path, "off_map: {chat: {}, mail: {}}\nexits: {no: {}}\n", last_touch=last)
    assert said(found) == [
        '6 warning: "card", which no event has been since 2026-03-02',
        '7 warning: "faq", which no event is',
    ]
    assert linted(tmp_path, "", last_touch=LAST) == []
    assert linted(tmp_path, "") == []


def test_a_touchpoint_whose_rules_never_match_is_told_of_once(tmp_path: Path) -> None:
    names = [("web", name) for name in ("visit", "card", "invoice", "thanks")]
    last = {name: AS_OF for _, name in names}
    assert said(linted(tmp_path, "", names, last_touch=last)) == [
        '7 warning: a rule of "faq" that no event has matched (activity: faq)'
    ]
    assert said(linted(tmp_path, "", [*names, ("web", "faq")], last_touch=last)) == [
        '7 warning: "faq", which no event is'
    ]


@pytest.mark.parametrize(
    ("observability", "is_ghost"),
    [
        ("blind", False),
        ("partial", True),
        ("[{is: blind, from: 2026-05-01}]", False),
        ("[{is: blind, until: 2026-05-01}]", True),
    ],
)
def test_what_cannot_be_seen_is_no_ghost(tmp_path: Path, observability: str, is_ghost: bool) -> None:
    last = {name: moment for name, moment in LAST.items() if name != "faq"}
    found = linted(tmp_path, f"touchpoints:\n  faq: {{observability: {observability}}}\n", last_touch=last)
    assert said(found) == ['9 warning: "faq", which no event is'] * is_ghost


def test_a_promise_whose_end_nobody_reached_has_no_data(tmp_path: Path) -> None:
    more = "touchpoints:\n  visit:\n    promise: {next: thanks, within: 2h}\n  thanks: {observability: blind}\n"
    last = {name: moment for name, moment in LAST.items() if name != "thanks"}
    assert linted(tmp_path, more, last_touch=LAST) == []
    assert said(linted(tmp_path, more, last_touch=last)) == [
        '10 warning: a promise of "visit" without data: no event is thanks'
    ]


def test_a_constraint_that_nothing_puts_to_a_journey_is_told(tmp_path: Path) -> None:
    more = "off_map: {chat: {}, mail: {}}\nconstraints:\n- {at_most: 2, of: chat}\n- {not_after: [visit, mail]}\n"
    assert said(linted(tmp_path, more, last_touch=LAST)) == [
        '10 warning: a constraint that is never put to a journey: no event is "chat"'
    ]
    assert linted(tmp_path, more, last_touch=LAST | {"chat": AS_OF}) == []


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("{response: [visit, thanks]}", "{response: [visit, thanks], within: 2d, name: x}", "is about the same as"),
        ("{at_most: 2, of: faq}", "{at_most: 3, of: faq, name: x}", "is about the same as"),
        ("{response: [faq, chat]}", "{not_after: [faq, chat]}", "contradicts"),
        ("{not_after: [faq, chat]}", "{response: [faq, chat]}", "contradicts"),
        ("{response: [faq, chat]}", "{response: [chat, faq]}", "contradicts"),
        ("{response: [faq, chat]}", "{not_after: [chat, faq]}", ""),
        ("{at_most: 2, of: faq}", "{at_most: 3, of: chat}", ""),
        ("{same_channel: [faq, chat]}", "{response: [faq, chat], same_channel: true}", ""),
    ],
)
def test_constraints_that_repeat_or_contradict_each_other_are_told(
    tmp_path: Path, one: str, other: str, told: str
) -> None:
    more = f"off_map: {{chat: {{}}}}\nconstraints:\n- {one}\n- {other}\n"
    found = linted(tmp_path, more)
    assert [(problem.line, problem.level, told in problem.got) for problem in found] == [(11, "warning", True)] * bool(
        told
    )


@pytest.mark.parametrize(
    ("rule", "is_broken"),
    [
        ("{not_after: [visit, thanks]}", True),
        ("{not_after: [visit, card]}", False),
        ("{not_after: [thanks, visit]}", False),
        ("{not_after: [faq, thanks]}", False),
        ("{response: [visit, chat]}", True),
        ("{response: [thanks, faq]}", False),
        ("{response: [thanks, visit]}", True),
        ("{response: [chat, visit]}", False),
        ("{response: [card, invoice]}", False),
        ("{at_most: 1, of: visit}", False),
        ("{same_channel: [visit, chat]}", False),
    ],
)
def test_a_constraint_that_every_run_breaks_is_told(tmp_path: Path, rule: str, is_broken: bool) -> None:
    found = linted(tmp_path, f"off_map: {{chat: {{}}}}\nconstraints:\n- {rule}\n")
    assert ["every run of the flow breaks" in problem.got for problem in found] == [True] * is_broken


def test_a_limit_below_what_the_flow_needs_is_broken_by_every_run(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(SMALL.replace("[visit,", "[visit, visit,") + "constraints:\n- {at_most: 1, of: visit}\n")
    assert said(list(lint(load_map(path), None, AS_OF))) == [
        "9 warning: a constraint that every run of the flow breaks: at most 1 visit"
    ]


@pytest.mark.parametrize("rule", ["same_channel: [card, chat]", "response: [card, chat], same_channel: true"])
@pytest.mark.parametrize(("channels", "is_told"), [("[mail]", True), ("[mail, web]", False), ("[]", False)])
def test_touchpoints_without_a_common_channel_cannot_be_in_one(
    tmp_path: Path, rule: str, channels: str, is_told: bool
) -> None:
    more = f"touchpoints: {{card: {{channels: web}}}}\noff_map: {{chat: {{channels: {channels}}}}}\n"
    found = linted(tmp_path, f"{more}constraints:\n- {{{rule}}}\n")
    told = ['11 warning: "card" and "chat", which have no channel in common'] * is_told
    assert [text for text in said(found) if "channel" in text] == told


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
