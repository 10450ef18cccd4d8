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
    "SELECT ids.journey_id, answers.measure, answers.position, answers.score, is_low, names.name, points, emotion"
    " FROM work_shop_v1.experience_answers answers"
    " JOIN work_shop_v1.journey_ids ids ON ids.journey_key = answers.journey_key"
    " LEFT JOIN work_shop_v1.map_names names ON names.code = answers.about_code"
    " ORDER BY answers.at_us, answers.measure, names.name, ids.journey_id"
)


@pytest.mark.parametrize(
    ("question", "answer", "is_low", "points", "emotion"),
    [
        ("measure: nps", "nps=0", True, -100, -2),
        ("measure: nps", "nps=6", True, -100, 0.4),
        ("measure: nps", "nps=7", False, 0, 0.8),
        ("measure: nps", "nps=9", False, 100, 1.6),
        ("measure: nps, low: 4", "nps=6", False, -100, 0.4),
        ("measure: csat", "csat=2", True, 0, -1),
        ("measure: csat", "csat=4", False, 1, 1),
        ("measure: csat, scale: [5, 1]", "csat=2", False, 1, 1),
        ("measure: csat, scale: [5, 1]", "csat=4", True, 0, -1),
        ("measure: ces", "ces=3", True, 0, -2 / 3),
        ("measure: ces", "ces=5", False, 1, 2 / 3),
        ("measure: sentiment", "sentiment=-0.05", True, -0.05, -0.1),
        ("measure: sentiment", "sentiment=0.5", False, 0.5, 1),
        ('measure: csat, score: "How_(well),_1-6?", scale: [1, 6]', "How_(well),_1-6?=6", False, 1, 2),
    ],
)
def test_an_answer_is_low_and_counts_by_its_measure(
    world: World, question: str, answer: str, is_low: bool, points: float, emotion: float
) -> None:
    query = world(asks(question), f"p 0 visit\np 1 answer {answer}")

    ((_, measure, position, score, low, about, counts, felt),) = query(ANSWERS)
    assert (f"measure: {measure}", position, low, about) == (question.partition(",")[0], 1, is_low, None)
    assert (score, counts, felt) == pytest.approx((float(answer.rpartition("=")[2]), points, emotion))


def places(query: Query) -> list[tuple[object, ...]]:
    """Entry of the journey in days, position, score, what the answer is about."""
    days = "(epoch(entered_at) - 1767614400) / 86400"
    entered = {row[0]: row[1] for row in query(f"SELECT journey_id, {days} FROM journeys WHERE rule = 'default'")}
    return [(entered[row[0]], row[2], row[3], row[5]) for row in query(ANSWERS)]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ("p 0 visit\np 1 answer nps=5\np 2 order", [(0, 1, 5, None)]),
        ("p 1 answer nps=5\np 2 visit", []),
        ("p 0 visit\np 1 order\np 2 deliver\np 9 answer nps=5", [(0, None, 5, None)]),
        ("p 0 visit\np 1 order\np 2 deliver\np 32 answer nps=5", [(0, None, 5, None)]),
        ("p 0 visit\np 1 order\np 2 deliver\np 32.1 answer nps=5", []),
        ("p 0 visit\np 1 order\np 2 deliver\np 5 visit\np 6 answer nps=5", [(5, 1, 5, None)]),
        ("p 0 visit\np 20 elsewhere nps=5", [(0, None, 5, None)]),
        ("p 0 visit\np 31 elsewhere nps=5", []),
        ("p 0 visit\np 1 no\np 2 answer nps=5", [(0, 2, 5, None)]),
        ("p 0 visit\np 1 no\np 21 elsewhere nps=5", [(0, None, 5, None)]),
        ("p 0 visit\nq 1 answer nps=5", []),
        ("p 0 visit\np 1 answer nps=5\np 2 answer nps=7", [(0, 1, 5, None), (0, 2, 7, None)]),
        ("p 0 visit\np 1 order nps=5", [(0, 1, 5, None)]),
        ("p 0 visit\np 1 elsewhere nps=5", [(0, 1, 5, None)]),
        ("p 0 visit\np 1 answer nps=11\np 2 answer nps=good\np 3 answer nps=nan\np 4 answer", []),
    ],
)
def test_an_answer_is_of_the_latest_journey_that_had_begun(
    world: World, events: str, found: list[tuple[object, ...]]
) -> None:
    assert places(world(asks("measure: nps, within: 30d"), events)) == found


@pytest.mark.parametrize(
    ("questions", "events", "found"),
    [
        (["measure: nps, touchpoint: order"], "p 0 visit\np 1 answer nps=5", [(0, 1, 5, "order")]),
        (["measure: nps, touchpoint: latest"], "p 0 visit\np 1 answer nps=5", [(0, 1, 5, "visit")]),
        (["measure: nps, touchpoint: latest"], "p 0 visit\np 1 order nps=5", [(0, 1, 5, "visit")]),
        (["measure: nps, touchpoint: latest"], "p 0 visit nps=5", []),
        (
            ["measure: nps, touchpoint: latest"],
            "p 0 visit\np 1 order\np 2 deliver\np 9 answer nps=5",
            [(0, None, 5, "deliver")],
        ),
        (
            ["measure: nps, touchpoint: latest, asked: {activity: sent}"],
            "p 0 visit\np 1 sent\np 2 order\np 3 answer nps=5\np 4 sent\np 5 deliver\np 6 answer nps=9",
            [(0, 3, 5, "visit"), (0, None, 9, "order")],
        ),
        (
            ["measure: nps, touchpoint: order, when: {about: o*}", "measure: nps"],
            "p 0 visit\np 1 answer nps=5 about=order\np 2 answer nps=7 about=all\np 3 answer nps=9",
            [(0, 1, 5, "order"), (0, 2, 7, None), (0, 3, 9, None)],
        ),
        (
            ["measure: csat, touchpoint: order, scale: [1, 3]", "measure: csat, when: {activity: answer}"],
            "p 0 visit\np 1 answer csat=5\np 2 answer csat=3\np 3 order csat=5",
            [(0, 1, 5, None), (0, 2, 3, "order")],
        ),
        (
            ["measure: csat, touchpoint: order", "measure: nps, score: csat"],
            "p 0 visit\np 1 answer csat=5",
            [(0, 1, 5, "order"), (0, 1, 5, None)],
        ),
    ],
)
def test_an_answer_is_about_what_was_asked(
    world: World, questions: list[str], events: str, found: list[tuple[object, ...]]
) -> None:
    assert places(world(asks(*questions), events)) == found


def test_who_was_asked_is_known_by_journey_and_touchpoint(world: World) -> None:
    query = world(
        asks("measure: nps, touchpoint: latest, asked: {activity: sent}", "measure: csat, asked: {activity: mail*}"),
        "p 0 visit\np 1 sent\np 2 sent\np 3 order\np 4 sent\nq 0 visit\nq 1 mailed\nr 1 sent",
    )

    assert query(
        "SELECT asked.measure, names.name, count(*) FROM work_shop_v1.experience_asked asked"
        " LEFT JOIN work_shop_v1.map_names names ON names.code = asked.about_code GROUP BY ALL ORDER BY ALL"
    ) == [("csat", None, 1), ("nps", "order", 1), ("nps", "visit", 1)]


def test_a_map_that_asks_nothing_has_no_answers(world: World) -> None:
    query = world(MAP.replace("experience:\n", ""), "p 0 visit\np 1 answer nps=5")
    assert query("SELECT count(*) FROM work_shop_v1.experience_answers") == [(0,)]
