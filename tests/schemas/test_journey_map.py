from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import MapError
from schemas.journey_map import JourneyMap, load_map, load_maps
from schemas.map_flow import unfit
from schemas.map_parts import ObservabilitySpan, Owner, Promise, Segment
from schemas.words import Calendar, DeviationKind, Initiator

FULL = Path(__file__).parent / "full_map.yaml"
SMALL = """\
journey: buy
title: Buy
flow:
  - phase: Look
    steps: [visit, {optional: compare}]
    anytime: [faq]
  - phase: Decide
    steps: [{one_of: [card, invoice]}, thanks]
"""


def loaded(folder: Path, text: str) -> JourneyMap:
    path = folder / "map.yaml"
    path.write_text(text)
    return load_map(path, "maps/map.yaml")


def problems(folder: Path, text: str) -> list[str]:
    """ "line: what was got" of every problem, in order."""
    with pytest.raises(MapError) as caught:
        loaded(folder, text)
    assert all(problem.file == "maps/map.yaml" for problem in caught.value.problems)
    return [f"{problem.line}: {problem.got}" for problem in caught.value.problems]


@pytest.fixture(scope="module")
def full() -> JourneyMap:
    return load_map(FULL)


def test_every_part_of_a_map_is_read(full: JourneyMap) -> None:
    is_, pay = full.journey_is, full.touchpoints["pay"]
    assert (full.version, full.valid_from, full.review_every_s) == (3, date(2026, 1, 1), 14 * 86_400)
    assert full.owner == Owner(business="Sales", operations="Digital onboarding")
    assert (is_.per, is_.opens_with, is_.goal, is_.reopens_after) == ("person", ("visit",), ("first_value",), "goal")
    assert (is_.patience_default, is_.patience, is_.horizon_s) == ("learned", {"activate": 21 * 86_400}, 60 * 86_400)
    assert (pay.channels, pay.initiator, pay.emotion, pay.moment_of_truth) == (("web",), Initiator.CUSTOMER, 0, True)
    assert pay.promise == Promise(next="confirm", within=7_200, calendar=Calendar.BUSINESS)
    assert pay.when[1] == {"source": ("crm",), "activity": ("Opportunity.stage",), "StageName": ("Closed Won",)}
    assert full.off_map["support_chat"].when == (
        {"source": ("zendesk",), "activity": ("ticket.created",), "via": ("chat",)},
    )
    assert full.segments["device"] == Segment(attribute="device", how="first")
    assert full.examples.deviating[0].because == ({DeviationKind.MISSING: "verify_email | verify_sms"},)
    assert full.phase_goals == {"Awareness": "Find out whether I can get fibre"}


def test_constraints_are_of_four_kinds(full: JourneyMap) -> None:
    told = [(rule.kind, rule.first, rule.second, rule.charged_to) for rule in full.constraints]
    assert told == [
        ("response", "support_chat", "support_article", "support_article"),
        ("not_after", "first_value", "pay", "pay"),
        ("at_most", "support_chat", None, "support_chat"),
        ("same_channel", "signup", "plan", "plan"),
    ]
    answers, *_, channel = full.constraints
    assert (answers.within_s, answers.clock, answers.is_same_channel) == (2 * 86_400, Calendar.BUSINESS, True)
    assert (answers.owner, answers.why, channel.within_s, channel.clock) == (
        *("Support", "Nobody waits for ever"),
        *(None, Calendar.CLOCK),
    )


def test_a_constraint_has_a_name_and_is_said_in_words(full: JourneyMap) -> None:
    assert {rule.constraint_id: rule.said for rule in full.constraints} == {
        "answers": "every support_chat is followed by support_article within 2d of business hours, in its channel",
        "not_after first_value pay": "no pay after first_value",
        "at_most support_chat": "at most 2 support_chat",
        "same_channel signup plan": "plan in the channel of the signup before it",
    }


def test_an_exit_is_meant_to_be_after_touchpoints_and_all_of_a_phase(full: JourneyMap, tmp_path: Path) -> None:
    decision = ("signup", "verify_email", "verify_sms", "credit_check", "plan", "pay")
    assert full.places_before("declined") == frozenset(decision)
    small = loaded(tmp_path, SMALL + "off_map: {chat: {}}\nexits: {no: {after: [Look, chat]}, never: {}}\n")
    assert small.places_before("no") == frozenset({"visit", "compare", "faq", "chat"})
    assert small.places_before("never") is None


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ("review_every: 2w\nreviewed_on: 2026-11-01\nvalid_from: 2026-01-01", datetime(2026, 11, 15, tzinfo=UTC)),
        ("review_every: 36h\nvalid_from: 2026-01-01", datetime(2026, 1, 2, 12, tzinfo=UTC)),
        ("reviewed_on: 2026-11-01", None),
        ("review_every: 2w", None),
    ],
)
def test_a_review_is_due_a_rhythm_after_the_last_one(tmp_path: Path, more: str, due: datetime | None) -> None:
    assert loaded(tmp_path, f"{SMALL}{more}\n").review_due_at == due


def test_observability_is_a_word_or_spans(full: JourneyMap) -> None:
    february, span = datetime(2026, 2, 1, tzinfo=UTC), ObservabilitySpan.model_validate
    assert full.touchpoints["pay"].observability == (span({"is": "full"}),)
    assert full.touchpoints["activate"].observability == (
        span({"is": "full", "until": february}),
        span({"is": "blind", "from": february, "why": "tracking removed"}),
    )


def test_codes_are_places_in_the_flow_then_anytime_then_off_the_map_then_exits(full: JourneyMap) -> None:
    assert full.names == (
        *("visit", "newsletter", "signup", "verify_email", "verify_sms", "credit_check", "plan", "pay", "confirm"),
        *("activate", "first_value", "faq", "support_article", "support_chat", "declined"),
    )
    assert [full.role(name) for name in ("pay", "faq", "support_article", "support_chat", "declined")] == [
        *("flow", "anytime", "anytime", "off_map", "exit")
    ]


def test_names_know_their_phase_owner_and_title(full: JourneyMap) -> None:
    assert [full.phase_of(name) for name in ("faq", "pay", "support_article")] == ["Awareness", "Decision", None]
    assert [full.owner_of(name) for name in ("pay", "visit", "declined")] == [
        *("Billing", "Digital onboarding", "Digital onboarding")
    ]
    assert [full.title_of(name) for name in ("pay", "credit_check")] == ["Pay the first invoice", "Credit check"]


def test_what_a_journey_may_do_without_is_optional(full: JourneyMap) -> None:
    assert [name for name in full.names if not full.is_optional(name)] == [
        *("visit", "signup", "credit_check", "plan", "pay", "confirm", "activate", "first_value")
    ]


def test_a_map_opens_with_its_first_steps_and_ends_with_its_last(tmp_path: Path) -> None:
    small = loaded(tmp_path, SMALL)
    assert (small.openings, small.goals) == (("visit",), ("thanks",))


def test_an_owner_may_be_one_name_and_a_goal_a_list(tmp_path: Path) -> None:
    text = SMALL + "owner: Sales\njourney_is: {goal: [card, invoice], reopens_after: 30d, patience: {default: 2w}}\n"
    journey_map = loaded(tmp_path, text)
    assert (journey_map.owner.business, journey_map.goals) == ("Sales", ("card", "invoice"))
    assert (journey_map.journey_is.reopens_after, journey_map.journey_is.patience_default) == (30 * 86_400, 14 * 86_400)


def test_rules_are_tried_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "exits:\n  no: {}\noff_map:\n  chat: {}\n" + SMALL + "touchpoints:\n  thanks: {}\n  visit: {}\n"
    assert loaded(tmp_path, text).rule_order == ("no", "chat", "compare", "faq", "card", "invoice", "thanks", "visit")


def test_the_hash_is_of_what_the_map_says(tmp_path: Path) -> None:
    small = loaded(tmp_path, SMALL)
    assert small.content_hash == loaded(tmp_path, f"# a comment\n{SMALL}").content_hash
    assert small.content_hash != loaded(tmp_path, SMALL.replace("one_of", "all_of")).content_hash
    one, other = ("touchpoints: {visit: {}, card: {}}\n", "touchpoints: {card: {}, visit: {}}\n")
    assert loaded(tmp_path, SMALL + one).content_hash != loaded(tmp_path, SMALL + other).content_hash


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ("tite: x", '9: the key "tite"'),
        ("phase_goals: {a: b}", '9: the key "phase_goals"'),
        ("version: three", '9: version: "three"'),
        ("version: 0", '9: version: "0"'),
        ("valid_from: 2026-13-01", '9: valid_from: "2026-13-01"'),
        ("review_every: often", '9: review_every: "often"'),
        ("persona:", "9: persona: nothing"),
        ("owner: [a]", "9: owner: a list of 1"),
        ("journey_is:\n  goal: thanx", '10: "thanx"'),
        ("journey_is:\n  goal: faq", '10: "faq"'),
        ("journey_is:\n  opens_with: vizit", '10: "vizit"'),
        (
            "journey_is:\n  opens_with: thanks\n  goal: visit",
            '11: the goal "visit", which no journey reaches that opens with thanks',
        ),
        (
            "journey_is:\n  opens_with: card\n  goal: invoice",
            '11: the goal "invoice", which no journey reaches that opens with card',
        ),
        ("journey_is:\n  reopens_after: never ever", '10: reopens_after: "never ever"'),
        ("journey_is:\n  patience: {default: learnt}", '10: patience.default: "learnt"'),
        ("journey_is:\n  patience:\n    vizit: 2d", '11: "vizit"'),
        ("journey_is:\n  patience_default: 2d", '10: the key "patience_default" in journey_is'),
        ("anytime: [visit]", '9: "visit", which is a step of the flow'),
        ("off_map:\n  visit: {}", '10: "visit" under off_map and in the flow'),
        ("off_map: {chat: {}}\nexits:\n  chat: {}", '11: "chat" under exits and in off_map'),
        ("off_map: {a: {}, a: {}}", '9: the key "a" again'),
        ("exits:\n  a|b: {}", '10: the name "a|b"'),
        ("touchpoints:\n  visit: {titel: x}", '10: the key "titel" in touchpoints.visit'),
        ("touchpoints:\n  visit: {emotion: 3}", '10: emotion: "3"'),
        ("touchpoints:\n  visit: {initiator: custmer}", '10: initiator: "custmer"'),
        ("touchpoints:\n  visit: {moment_of_truth: maybe}", '10: moment_of_truth: "maybe"'),
        ("channels: {web: Web}\ntouchpoints:\n  visit: {channels: [wbe]}", '11: "wbe"'),
        ("touchpoints:\n  visit:\n    promise: {next: crad, within: 2h}", '11: "crad"'),
        ("touchpoints:\n  visit:\n    promise: {next: card, within: 2}", '11: within: "2"'),
        ("touchpoints:\n  visit:\n    promise: {next: card}", "11: no within in touchpoints.visit.promise"),
        ("touchpoints:\n  visit:\n    promise: {next: card, within_s: 9, within: 9s}", "11: the key"),
        ("touchpoints:\n  visit: {observability: ful}", '10: is: "ful"'),
        (
            "touchpoints:\n  visit:\n    observability:\n"
            "    - {is: full, until: 2026-02-02}\n    - {is: blind, from: 2026-02-01}",
            "13: a span that overlaps the one before",
        ),
        ("touchpoints:\n  visit: {observability: [{is: blind, from: 2026-02-01T10:00}]}", "10: from:"),
        ("touchpoints:\n  visit: {when: {}}", "10: when"),
        ("touchpoints:\n  visit: {when: {source: }}", "10: source: nothing"),
        ("touchpoints:\n  visit: {when: [{source: web}, {source: {a: b}}]}", "10: source 1: a mapping with a"),
        ("reviewed_on: soon", '9: reviewed_on: "soon"'),
        ("exits: {no: {after: [Lok]}}", '9: "Lok"'),
        ("exits:\n  no:\n    after:\n    - {}", "12: after 1: a mapping with no keys"),
        ("off_map: {Look: {}}\nexits: {no: {after: Look}}", '10: "Look", which is a touchpoint and a phase'),
        ("constraints: {response: [visit, card]}", "9: constraints: a mapping with response"),
        ("constraints: [visit]", '9: constraints 1: "visit"'),
        ("constraints: [{why: x}]", "9: constraints 1: a mapping with why"),
        ("constraints:\n- response:\n  - visit\n  - crad", '12: "crad"'),
        ("constraints:\n- same_channel:\n  - vizit\n  - card", '11: "vizit"'),
        ("constraints: [{response: visit}]", '9: response: "visit"'),
        ("constraints: [{response: [visit]}]", "9: response: a list of 1"),
        ("constraints: [{not_after: [visit, [card]]}]", "9: not_after 2: a list of 1"),
        ("constraints: [{response: [visit, visit]}]", "9: constraints 1: a mapping with response"),
        ("constraints: [{response: [visit, card], not_after: [card, visit]}]", "9: constraints 1: a mapping with"),
        ("constraints: [{response: [visit, card], within: soon}]", '9: within: "soon"'),
        ("constraints: [{response: [visit, card], within: 2d, calendar: busines}]", '9: calendar: "busines"'),
        ("constraints: [{response: [visit, card], calendar: clock}]", "9: constraints 1: a mapping with"),
        ("constraints: [{not_after: [card, visit], within: 2d}]", "9: constraints 1: a mapping with"),
        ("constraints: [{same_channel: maybe}]", '9: same_channel: "maybe"'),
        ("constraints: [{same_channel: true}]", "9: constraints 1: a mapping with same_channel"),
        ("constraints: [{same_channel: [visit, {card: x}]}]", "9: same_channel: a list of 2"),
        ("constraints: [{same_channel: false}]", "9: constraints 1: a mapping with same_channel"),
        ("constraints: [{not_after: [card, visit], same_channel: true}]", "9: constraints 1: a mapping with"),
        ("constraints: [{at_most: 0, of: visit}]", '9: at_most: "0"'),
        ("constraints: [{at_most: 2}]", "9: constraints 1: a mapping with at_most"),
        ("constraints: [{of: visit}]", "9: constraints 1: a mapping with of"),
        ("constraints:\n- at_most: 2\n  of: vizit", '11: "vizit"'),
        (
            "constraints:\n- {at_most: 2, of: visit}\n- {at_most: 3, of: visit}",
            '11: the constraint "at_most visit" again',
        ),
        ("touchpoints:\n  visit: {effort: tiny}", '10: effort: "tiny"'),
        ("touchpoints:\n  visit: {mandate: [{a: b}]}", "10: mandate 1: a mapping with a"),
        ("experience: {measure: nps}", "9: experience: a mapping with measure"),
        ("experience: [{measure: npss}]", '9: measure: "npss"'),
        ("experience: [{score: nps}]", "9: no measure in experience.1"),
        ("experience:\n- measure: csat\n  skale: [1, 5]", '11: the key "skale" in experience.1'),
        ("experience:\n- measure: csat\n  touchpoint: crad", '11: "crad"'),
        ("experience: [{measure: csat, scale: 5}]", '9: scale: "5"'),
        ("experience: [{measure: csat, scale: [1, good]}]", "9: scale: a list of 2"),
        ("experience: [{measure: csat, scale: [5, 5]}]", "9: scale: a list of 2"),
        ("experience:\n- measure: nps\n  scale: [0, 5]", "10: experience 1: a mapping with measure"),
        ("experience: [{measure: nps, high: 9}]", "9: experience 1: a mapping with measure"),
        ("experience:\n- {measure: nps}\n- measure: csat\n  low: 7", "12: low: 7"),
        ("experience:\n- measure: ces\n  high: 0.5", "11: high: 0.5"),
        ("experience: [{measure: csat, low: 4, high: 3}]", "9: low: 4 and high: 3 on a scale from 1 to 5"),
        ("experience: [{measure: csat, scale: [5, 1], low: 2, high: 4}]", "9: low: 2 and high: 4 on a scale from 5"),
        (
            "experience:\n- {measure: nps}\n- {measure: nps, score: nps}",
            "11: the answers of the nps question in line 10",
        ),
        ("experience: [{measure: nps, within: soon}]", '9: within: "soon"'),
        ("experience:\n- measure: nps\n  asked: {}", "11: asked"),
        ("segments: {x: first(}", '9: x: "first("'),
        ("value: {per_conversion: many}", '9: per_conversion: "many"'),
        ("value: {per_conversion: nan}", '9: per_conversion: "nan"'),
        ("targets: [{measure: conversions, at_least: 1}]", '9: measure: "conversions"'),
        ("targets: [{measure: nps}]", "9: targets 1: a mapping with measure"),
        ("targets: [{measure: nps, at_least: 1, touchpoint: vizit}]", '9: "vizit"'),
        ("targets: [{measure: conversion, at_least: 35}]", "9: at_least: 35"),
        ("targets: [{measure: csat, at_least: 4}]", "9: at_least: 4"),
        ("targets: [{measure: conversion, at_least: 0.4, at_most: 0.3}]", "9: at_least 0.4 and at_most 0.3"),
        ("targets: [{measure: drop_off, at_most: 0.1}]", "9: drop_off of nothing"),
        ("targets: [{measure: promise_kept, touchpoint: visit, at_least: 0.8}]", '9: "visit", which promises nothing'),
        ("budget: [{touchpoint: vizit, drop_off_at_most: 0.1}]", '9: "vizit"'),
        ("budget: [{phase: Dezide, drop_off_at_most: 0.1}]", '9: "Dezide"'),
        ("budget: [{drop_off_at_most: 0.1}]", "9: budget 1: a mapping with drop_off_at_most"),
        ("budget: [{touchpoint: visit}]", "9: budget 1: a mapping with touchpoint"),
        ("budget: [{touchpoint: visit, drop_off_at_most: 2}]", '9: drop_off_at_most: "2"'),
        ("budget: [{touchpoint: visit, promise_kept_at_least: 0.8}]", '9: "visit", which promises nothing'),
        ("examples: {conforming: [[visit, crad]]}", '9: "crad"'),
        ("examples: {deviating: [{trace: [visit]}]}", "9: no because in examples.deviating.1"),
        ("examples: {deviating: [{trace: [visit], because: []}]}", "9: because: a list of 0"),
        ("examples: {deviating: [{trace: [visit], because: [{mising: card}]}]}", '9: mising: "mising"'),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, more: str, wrong: str) -> None:
    found = problems(tmp_path, f"{SMALL}{more}\n")
    assert len(found) == 1
    assert found[0].startswith(wrong)


def test_a_journeys_name_is_fit_for_files_and_tables(tmp_path: Path) -> None:
    assert loaded(tmp_path, SMALL.replace("journey: buy", "journey: kjøp-2.b")).journey == "kjøp-2.b"
    for name in ("../buy", "buy it", "'; --", "x" * 81):
        found = problems(tmp_path, SMALL.replace("journey: buy", f'journey: "{name}"'))
        assert [problem[:11] for problem in found] == ["1: journey:"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_map_with_damage_is_a_map_or_a_map_error(tmp_path: Path, data: st.DataObject) -> None:
    lines = FULL.read_text().splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        column = data.draw(st.integers(0, len(lines[at])))
        piece = data.draw(st.sampled_from(["", " ", "  - ", "x: ", "[", "]", "{}", "null", ":", ",", "'", "-1"]))
        cut = data.draw(st.integers(0, 12))
        lines[at] = lines[at][:column] + piece + lines[at][column + cut :]
    path = tmp_path / "map.yaml"
    path.write_text("\n".join(lines))
    try:
        assert load_map(path).names
    except MapError as error:
        assert all(problem.file and problem.got and problem.wanted for problem in error.problems)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path, "version: 1") == ["1: no flow", "1: no journey", "1: no title"]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    wrong = SMALL.replace("title", "titel").replace("one_of", "oneof")
    text = f"{wrong}version: x\njourney_is: {{goal: thank}}\nexits: 3\n"
    assert problems(tmp_path, text) == [
        "1: no title",
        '2: the key "titel"',
        '8: the word "oneof" in the flow',
        '9: version: "x"',
        '10: "thank"',
        '11: exits: "3"',
    ]


def test_items_after_a_wrong_one_keep_their_lines_and_places(tmp_path: Path) -> None:
    text = """\
constraints:
- {response: visit}
- {not_after: [card, vizit]}
- 3
- {at_most: 2}
targets:
- {measure: speed, at_least: 1}
- {measure: conversion, at_least: often}
- {measure: drop_off, phase: Lok, at_most: 1}
"""
    with pytest.raises(MapError) as caught:
        loaded(tmp_path, SMALL + text)
    assert [f"{problem.line}: {problem.got}" for problem in caught.value.problems] == [
        '10: response: "visit"',
        '11: "vizit"',
        '12: constraints 3: "3"',
        "13: constraints 4: a mapping with at_most",
        '15: measure: "speed"',
        '16: at_least: "often"',
        '17: "Lok"',
    ]


@pytest.mark.parametrize(
    ("more", "hint"),
    [
        ("targets: [{measure: conversion, at_least: 35}]", "35 % is 0.35"),
        ("tite: x", 'did you mean "title"?'),
        ("anytme: [faq]", 'did you mean "anytime"?'),
        ("journey_is: {goal: thanx}", 'did you mean "thanks"?'),
        ("touchpoints: {visit: {initiator: custmer}}", 'did you mean "customer"?'),
        ("touchpoints: {visit: {promise: {next: crad, within: 2h}}}", 'did you mean "card"?'),
        ("targets: [{measure: conversions, at_least: 1}]", 'did you mean "conversion"?'),
    ],
)
def test_a_mistyped_word_gets_a_hint(tmp_path: Path, more: str, hint: str) -> None:
    with pytest.raises(MapError, match=re.escape(hint)):
        loaded(tmp_path, f"{SMALL}{more}\n")


MISTYPED = """\
journey: buy
title: Buy
flow:
  - phase: Buy
    steps:
      - visit
      - sginup
      - {optional: tour}
      - pay
journey_is: {goal: pay, patience: {signup: 2d}}
touchpoints:
  visit: {promise: {next: signup, within: 2d}}
  signup: {promise: {next: pay, within: 2d}}
  pay: {}
budget: [{touchpoint: signup, promise_kept_at_least: 0.5}]
examples: {conforming: [[visit, signup, pay]]}
"""


DOUBTED = '7 "sginup": did you mean "signup"? Line 13 describes it, and no step has it'


@pytest.mark.parametrize(
    ("edits", "wrong"),
    [
        ({"sginup": "signup"}, []),
        ({}, [DOUBTED]),
        ({"goal: pay": "goal: signup"}, [DOUBTED]),
        ({"goal: pay": "opens_with: signup, goal: pay"}, [DOUBTED]),
        ({"  pay: {}": "  pay: {}\n  tuor: {}"}, [DOUBTED, '8 "tour": did you mean "tuor"? Line 15 describes it']),
        # The description is mistyped, and the rest agrees with the flow.
        ({"sginup": "signup", "  signup:": "  signpu:"}, ['7 "signup": did you mean "signpu"? Line 13 describes it']),
    ],
)
def test_a_step_spelt_like_a_description_that_no_step_has_is_one_mistake_at_the_step(
    tmp_path: Path, edits: dict[str, str], wrong: list[str]
) -> None:
    text = MISTYPED
    for was, now in edits.items():
        text = text.replace(was, now)
    try:
        found = [f"{name}" for name in loaded(tmp_path, text).names if name not in ("visit", "signup", "tour", "pay")]
    except MapError as error:
        found = [f"{problem.line} {problem.got}: {problem.hint}" for problem in error.problems]
    assert len(found) == len(wrong)
    assert all(told.startswith(start) for told, start in zip(found, wrong, strict=True))


@pytest.mark.parametrize(
    "entries",
    [
        "{visit: {}, pay: {}}",  # nothing is described that no step has
        "{visit: {}, pay: {}, newsletter: {}}",  # nothing alike
        "{sginup: {}, signup: {}}",  # both are described
        "{}",
    ],
)
def test_a_step_without_a_description_is_allowed_where_none_is_spelt_like_it(tmp_path: Path, entries: str) -> None:
    text = MISTYPED.split("journey_is", maxsplit=1)[0] + f"touchpoints: {entries}\n"
    assert "sginup" in loaded(tmp_path, text).names


def test_of_two_steps_only_the_one_nearest_to_a_description_is_doubted(tmp_path: Path) -> None:
    text = SMALL.replace("[card, invoice]", "[verify_mail, verify_sms]") + "touchpoints: {verify_email: {}}\n"
    assert problems(tmp_path, text) == ['8: "verify_mail"']


def test_a_folder_gives_all_versions_in_order(tmp_path: Path) -> None:
    for name, version in (("b.yaml", 2), ("a.yml", 10), ("c.YAML", 1)):
        (tmp_path / name).write_text(f"{SMALL}version: {version}\nvalid_from: 2026-01-{version:02}\n")
    (tmp_path / "notes.txt").write_text("not a map")
    assert [journey_map.version for journey_map in load_maps(tmp_path)] == [1, 2, 10]


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ("version: 1", "version: 1", "buy version 1 again"),
        ("version: 1", "version: 2", "no valid_from in buy version 2"),
        (
            "version: 1\nvalid_from: 2026-01-01",
            "version: 2\nvalid_from: 2026-01-01",
            "buy version 2, in force from 2026-01-01",
        ),
    ],
)
def test_versions_follow_each_other(tmp_path: Path, first: str, second: str, wrong: str) -> None:
    (tmp_path / "a.yaml").write_text(f"{SMALL}{first}\n")
    (tmp_path / "b.yaml").write_text(f"{SMALL}{second}\n")
    with pytest.raises(MapError) as caught:
        load_maps(tmp_path)
    assert [(problem.got, Path(problem.file).name) for problem in caught.value.problems] == [(wrong, "b.yaml")]


def test_mistakes_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "b.yaml").write_text(f"{SMALL}version: x\n")
    with pytest.raises(MapError) as caught:
        load_maps(tmp_path)
    assert [Path(problem.file).name for problem in caught.value.problems] == ["a.yaml", "b.yaml"]


def test_a_folder_without_maps_is_told_from_no_folder(tmp_path: Path) -> None:
    for folder, got in ((tmp_path, "no map (*.yaml)"), (tmp_path / "none", "no such folder")):
        with pytest.raises(MapError) as caught:
            load_maps(folder)
        assert caught.value.got == got


@pytest.mark.parametrize(
    ("question", "ends", "low", "high"),
    [
        ("measure: nps", (0, 10), 6, None),
        ("measure: nps, low: 4", (0, 10), 4, None),
        ("measure: csat", (1, 5), 2, 4),
        ("measure: csat, scale: [0, 100]", (0, 100), 25, 75),
        ("measure: ces", (1, 7), 3, 5),
        ("measure: ces, scale: [7, 1]", (7, 1), 5, 3),
        ("measure: sentiment", (-1, 1), -0.05, None),
        ("measure: csat, low: 1, high: 5", (1, 5), 1, 5),
    ],
)
def test_a_question_has_the_usual_scale_and_thresholds(
    tmp_path: Path, question: str, ends: tuple[int, int], low: float, high: float | None
) -> None:
    (asked,) = loaded(tmp_path, f"{SMALL}experience: [{{{question}}}]\n").experience
    assert (asked.ends, asked.low_at, asked.high_at) == (ends, low, high)
    assert (asked.attribute, asked.touchpoint, asked.within_s) == (asked.measure, None, 30 * 86_400)


def test_an_owner_has_the_mandate_where_she_is_among_those_who_may_change_it(tmp_path: Path) -> None:
    entries = "{card: {owner: Shop, mandate: [Shop, IT]}, invoice: {owner: Shop, mandate: IT}, visit: {owner: Shop}}"
    plan = loaded(tmp_path, f"{SMALL}touchpoints: {entries}\n")
    found = {name: plan.has_mandate(name) for name in ("card", "invoice", "visit", "thanks")}
    assert found == {"card": True, "invoice": False, "visit": None, "thanks": None}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("pay", ""),
        ("Kjøp 中文", ""),
        ("pay*", "without |"),
        (" pay", "spaces around"),
        ("a\u200db", "not seen"),
        ("a\nb", "one line"),
    ],
)
def test_what_is_wrong_with_a_touchpoints_name_is_said(name: str, wanted: str) -> None:
    assert wanted in unfit(name)
    assert bool(unfit(name)) == bool(wanted)
