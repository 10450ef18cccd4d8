"""What customers said: which journey and touchpoint an answer is about, and whether it is low."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: shop
title: Shop
version: 1
journey_is: {patience: {default: 10d}}
flow:
  - phase: Buy
    steps: [visit, order, deliver]
anytime: [answer]
touchpoints:
  order: {emotion: 1}
exits: {no: {}}
experience:
"""


def asks(*questions: str) -> str:
    return MAP + "".join(f"  - {{{question}}}\n" for question in questions)


ANSWERS = (
    "SELECT states.entity_id[3:], answers.measure, (states.entered_us / 1e6 - 1767614400) / 86400, answers.position,"
    " answers.score, is_low, names.name, points, emotion"
    " FROM work_shop_v1.experience_answers answers"
    " JOIN work_shop_v1.journey_states states ON states.journey_key = answers.journey_key"
    " LEFT JOIN work_shop_v1.map_names names ON names.code = answers.about_code"
    " ORDER BY states.entity_id, answers.at_us, answers.measure, names.name"
)
Said = list[tuple[object, ...]]
Cases = dict[str, tuple[str, Said]]
"""Person to her events and her answers: when their journey began, their position there, score, what they are about."""


LEVELS = [
    # question, answer -> low, points, emotion
    ("measure: nps, score: a", "a=0", True, -100, -2),
    ("measure: nps, score: b", "b=6", True, -100, 0.4),
    ("measure: nps, score: c", "c=7", False, 0, 0.8),
    ("measure: nps, score: d", "d=9", False, 100, 1.6),
    ("measure: nps, score: e, low: 4", "e=6", False, -100, 0.4),
    ("measure: csat, score: f", "f=2", True, 0, -1),
    ("measure: csat, score: g", "g=4", False, 1, 1),
    ("measure: csat, score: h, scale: [5, 1]", "h=2", False, 1, 1),
    ("measure: csat, score: i, scale: [5, 1]", "i=4", True, 0, -1),
    ("measure: ces, score: j", "j=3", True, 0, -2 / 3),
    ("measure: ces, score: k", "k=5", False, 1, 2 / 3),
    ("measure: sentiment, score: l", "l=-0.05", True, -0.05, -0.1),
    ("measure: sentiment, score: m", "m=0.5", False, 0.5, 1),
    ('measure: csat, score: "How_(well),_1-6?", scale: [1, 6]', "How_(well),_1-6?=6", False, 1, 2),
]


def test_an_answer_is_low_and_counts_by_its_measure(world: World) -> None:
    events = (f"p{number:02d} 0 visit\np{number:02d} 1 answer {level[1]}" for number, level in enumerate(LEVELS))
    found = world(asks(*(level[0] for level in LEVELS)), "\n".join(events))(ANSWERS)

    for level, row in zip(LEVELS, found, strict=True):
        question, answer, *wanted = level
        _, measure, _, position, score, is_low, about, *counts = row
        assert (f"measure: {measure}", position, about) == (question.partition(",")[0], 1, None)
        assert [score, is_low, *counts] == pytest.approx([float(answer.rpartition("=")[2]), *wanted]), question


def places(query: Query) -> dict[object, Said]:
    found: dict[object, Said] = {}
    for person, _, entered, position, score, _, about, *_ in query(ANSWERS):
        found.setdefault(person, []).append((entered, position, score, about))
    return found


JOURNEYS: Cases = {
    "within": ("0 visit / 1 answer nps=5 / 2 order", [(0, 1, 5, None)]),
    "before": ("1 answer nps=5 / 2 visit", []),
    "after": ("0 visit / 1 order / 2 deliver / 9 answer nps=5", [(0, None, 5, None)]),
    "late": ("0 visit / 1 order / 2 deliver / 32 answer nps=5", [(0, None, 5, None)]),
    "too_late": ("0 visit / 1 order / 2 deliver / 32.1 answer nps=5", []),
    "next": ("0 visit / 1 order / 2 deliver / 5 visit / 6 answer nps=5", [(5, 1, 5, None)]),
    "silent": ("0 visit / 20 elsewhere nps=5", [(0, None, 5, None)]),
    "long_silent": ("0 visit / 31 elsewhere nps=5", []),
    "said_no": ("0 visit / 1 no / 2 answer nps=5", [(0, 2, 5, None)]),
    "gone": ("0 visit / 1 no / 21 elsewhere nps=5", [(0, None, 5, None)]),
    "nobody": ("1 answer nps=5", []),
    "twice": ("0 visit / 1 answer nps=5 / 2 answer nps=7", [(0, 1, 5, None), (0, 2, 7, None)]),
    "on_the_way": ("0 visit / 1 order nps=5", [(0, 1, 5, None)]),
    "off_the_map": ("0 visit / 1 elsewhere nps=5", [(0, 1, 5, None)]),
    "no_number": ("0 visit / 1 answer nps=11 / 2 answer nps=good / 3 answer nps=nan / 4 answer", []),
}


def lives(cases: Cases) -> str:
    return "\n".join(f"{name} {event.strip()}" for name, (events, _) in cases.items() for event in events.split("/"))


def test_an_answer_is_of_the_latest_journey_that_had_begun(world: World) -> None:
    found = places(world(asks("measure: nps, within: 30d"), lives(JOURNEYS)))
    assert found == {name: wanted for name, (_, wanted) in JOURNEYS.items() if wanted}


QUESTIONS = (
    "measure: nps, score: named, touchpoint: order",
    "measure: nps, score: latest, touchpoint: latest",
    "measure: nps, score: asked, touchpoint: latest, asked: {activity: sent}",
    "measure: nps, score: ruled, touchpoint: order, when: {about: o*}",
    "measure: nps, score: ruled, touchpoint: deliver",
    "measure: csat, score: narrow, touchpoint: order, scale: [1, 3]",
    "measure: csat, score: narrow, touchpoint: deliver, when: {activity: answer}",
    "measure: csat, score: both, touchpoint: order",
    "measure: nps, score: both",
    "measure: nps, score: twice",
    "measure: nps, score: twice, touchpoint: latest",
)
ABOUT: Cases = {
    "named": ("0 visit / 1 answer named=5", [(0, 1, 5, "order")]),
    "latest": ("0 visit / 1 answer latest=5", [(0, 1, 5, "visit")]),
    "itself": ("0 visit / 1 order latest=5", [(0, 1, 5, "visit")]),
    "first": ("0 visit latest=5", []),
    "after": ("0 visit / 1 order / 2 deliver / 9 answer latest=5", [(0, None, 5, "deliver")]),
    "asked": (
        "0 visit / 1 sent / 2 order / 3 answer asked=5 / 4 sent / 5 deliver / 6 answer asked=9",
        [(0, 3, 5, "visit"), (0, None, 9, "order")],
    ),
    "ruled": (
        "0 visit / 1 answer ruled=5 about=order / 2 answer ruled=7 about=all / 3 answer ruled=9",
        [(0, 1, 5, "order"), (0, 2, 7, "deliver"), (0, 3, 9, "deliver")],
    ),
    "narrow": (
        "0 visit / 1 answer narrow=5 / 2 answer narrow=3 / 3 order narrow=5",
        [(0, 1, 5, "deliver"), (0, 2, 3, "order")],
    ),
    "twice": ("0 visit / 1 answer twice=5", [(0, 1, 5, "visit"), (0, 1, 5, None)]),
    "both": ("0 visit / 1 answer both=5", [(0, 1, 5, "order"), (0, 1, 5, None)]),
}


def test_an_answer_is_about_what_was_asked(world: World) -> None:
    found = places(world(asks(*QUESTIONS), lives(ABOUT)))
    assert found == {name: wanted for name, (_, wanted) in ABOUT.items() if wanted}


def test_who_was_asked_is_known_by_journey_and_touchpoint(world: World) -> None:
    query = world(
        asks("measure: nps, touchpoint: latest, asked: {activity: sent}", "measure: csat, asked: {activity: mail*}"),
        "p 0 visit\np 1 sent\np 2 sent\np 3 order\np 4 sent\nq 0 visit\nq 1 mailed\nr 1 sent",
    )

    assert query(
        "SELECT asked.measure, names.name, count(*) FROM work_shop_v1.experience_asked asked"
        " LEFT JOIN work_shop_v1.map_names names ON names.code = asked.about_code GROUP BY ALL ORDER BY ALL"
    ) == [("csat", None, 1), ("nps", "order", 1), ("nps", "visit", 1)]


def crowd(n: int, *events: str, name: str = "p", first: int = 0, step: float = 0.5) -> str:
    """People who do the same, one after the other; `{at}` is the day on which each begins, `+ 2` two days later."""
    lines = []
    for number in range(n):
        at = first + number * step
        for event in events:
            after, _, what = event.partition(" ")
            lines.append(f"{name}{number:03d} {at + float(after)} {what}")
    return "\n".join(lines)


def scores(query: Query, columns: str = "touchpoint, measure, segment, answers_n, round(score, 6)") -> object:
    return query(f"SELECT {columns} FROM experience ORDER BY touchpoint NULLS FIRST, measure, segment NULLS FIRST")


def test_scores_are_those_that_were_planted(world: World) -> None:
    """Of 40 in the north 30 are promoters and 10 detractors, of 40 in the south 10 and 20, the others passive."""
    plan = asks("measure: nps, touchpoint: order") + "segments: {region: region}\n"
    groups = (("n", 30, 10), ("n", 10, 2), ("s", 10, 9), ("s", 20, 6), ("s", 10, 8))
    events = [
        crowd(many, f"0 visit region={region}", "1 order", f"2 answer nps={score}", name=f"{region}{score}x")
        for region, many, score in groups
    ]
    query = world(plan, "\n".join(events))

    assert scores(query) == [
        ("order", "nps", None, 80, 12.5),
        ("order", "nps", "region=n", 40, 50),
        ("order", "nps", "region=s", 40, -25),
    ]
    emotion = (30 * 2 + 10 * -1.2 + 10 * 1.6 + 20 * 0.4 + 10 * 1.2) / 80
    ((designed, measured, low, high),) = query(
        "SELECT designed_emotion, measured_emotion, score_low, score_high FROM experience WHERE segment IS NULL"
    )
    assert (designed, measured) == pytest.approx((1, emotion))
    assert -10 < low < 12.5 < high < 35  # type: ignore[operator]  # cells of a table are of any type


def test_a_response_rate_is_of_those_who_were_asked_and_too_few_answers_are_not_scored(world: World) -> None:
    """40 are asked and 10 answer, 30 say something unasked; where nobody records who is asked there is no rate."""
    events = (
        crowd(10, "0 visit", "1 sent", "2 answer csat=5 ces=7", name="a"),
        crowd(30, "0 visit", "1 sent", name="b"),
        crowd(20, "0 visit", "1 answer csat=1 nps=9", name="c"),
        crowd(10, "0 visit", "1 answer csat=1 nps=9 ces=1", name="d"),
        crowd(9, "0 visit", "1 answer ces=1", name="e"),
    )
    rated = asks("measure: csat, asked: {activity: sent}", "measure: nps", "measure: ces")
    query = world(rated, "\n".join(events))

    assert scores(query, "measure, answers_n, asked_n, response_share, score, score_low, measured_emotion IS NULL") == [
        ("ces", 29, None, None, None, None, True),
        ("csat", 40, 40, 0.25, 0.25, pytest.approx(0.142, abs=1e-3), False),
        ("nps", 30, None, None, 100, pytest.approx(78.7, abs=0.1), False),
    ]


def test_those_who_left_before_the_survey_are_seen(world: World) -> None:
    """Everybody who answers is happy; of those who leave after a failed order nobody is asked any more.

    Whoever came within the last four days, the patience, is left out: of them only the quick would be known.
    """
    plan = asks("measure: csat, touchpoint: order").replace("patience: {default: 10d}", "patience: {default: 4d}")
    events = "\n".join(
        (
            crowd(50, "0 visit", "1 order", "2 answer csat=5", "3 deliver", name="a"),
            crowd(30, "0 visit", "1 order", "3 deliver", name="b"),
            crowd(40, "0 visit", "1 order status=failed", name="c"),
            crowd(10, "0 visit", "1 order status=failed", "2 answer csat=5", "3 deliver", name="d"),
            crowd(5, "0 visit", "1 order", "2 answer csat=1", "3 deliver", name="e"),
            crowd(2, "0 visit", "1 order", name="late", first=97),
            crowd(7, "0 visit", "1 order", "1.5 deliver", name="soon", first=97, step=0.01),
        )
    )
    query = world(plan, events)

    found = query("SELECT * EXCLUDE journey FROM experience_quadrants WHERE touchpoint = 'order' ORDER BY ALL")
    assert query("SELECT verdict FROM frictions WHERE signal = 'failed' AND touchpoint = 'order'") == [("friction",)]
    assert found == [
        ("order", "bad", "good", 10, 0),
        ("order", "bad", "silent", 40, 40),
        ("order", "good", "bad", 5, 0),
        ("order", "good", "good", 50, 0),
        ("order", "good", "silent", 30, 0),
    ]
    whole = query(
        "SELECT behaviour, survey, journeys_n FROM experience_quadrants WHERE touchpoint IS NULL ORDER BY ALL"
    )
    assert whole == [(row[1], row[2], row[3]) for row in found]


def test_what_becomes_of_customers_is_told_as_far_as_they_are_followed(world: World) -> None:
    """Of 60 who can be followed for 20 days 15 buy again and 15 more come to look; 20 bought yesterday."""
    plan = MAP.replace("experience:\n", "value: {per_conversion: 100, margin: 0.5, currency: NOK, window: 20d}\n")
    bought = ("0 visit", "1 order", "2 deliver")
    events = "\n".join(
        (
            crowd(15, *bought, "12 visit", "13 order", "14 deliver", name="again"),
            crowd(15, *bought, "12 visit", name="looks"),
            crowd(30, *bought, "12 reminder initiator=company", name="gone"),
            crowd(20, *bought, name="fresh", first=97, step=0.01),
        )
    )
    query = world(plan, events)

    (row,) = query(
        "SELECT customers_n, repurchase_share, churn_share, lifetime_value, window_d, currency, reason"
        " FROM customer_value"
    )
    assert row[:1] + row[4:] == (80, 20, "NOK", None)
    assert row[1:4] == pytest.approx((0.25, 0.5, 62.5))
    plain = 15 / 80
    assert row[1] != pytest.approx(plain), "as if those who bought yesterday had refused to buy again"
    assert query("SELECT count(*) FROM work_shop_v1.experience_answers") == [(0,)], "a map that asks nothing"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (("window: 20d", "window: 200d"), "fewer than 30 customers can be followed for the whole window of 200 d"),
        (("journey_is: {", "journey_is: {reopens_after: never, "), "a journey is a person's whole log"),
    ],
)
def test_what_cannot_be_told_of_customers_has_its_reason(world: World, edit: tuple[str, str], reason: str) -> None:
    plan = MAP.replace("experience:\n", "value: {per_conversion: 100, window: 20d}\n").replace(*edit)
    query = world(plan, crowd(40, "0 visit", "1 order", "2 deliver"))

    ((repurchase, worth, told),) = query("SELECT repurchase_share, lifetime_value, reason FROM customer_value")
    assert (repurchase, worth) == (None, None)
    assert str(told).startswith(reason)
