"""Signs of trouble: what was known of a journey at each moment, and in which stage of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: shop
title: Shop
version: 1
owner: {operations: Operations}
journey_is: {patience: {default: 20d}}
flow:
  - phase: Find
    steps: [visit]
  - phase: Buy
    steps:
      - order
      - one_of: [card, invoice]
      - deliver
      - thanks
anytime: [faq]
touchpoints:
  visit: {channels: [web], initiator: customer}
  order: {promise: {next: deliver, within: 3d}}
off_map: {chat: {}}
exits: {no: {}}
"""
STAGES = (
    "SELECT stage || ' ' || touchpoint || ' ' || strftime(reached_at, '%d') || ' > '"
    " || coalesce(next_touchpoint, ending) || ' ' || strftime(last_at, '%d')"
    " FROM journey_stages ORDER BY journey_id, stage"
)
SIGNALS = (
    "SELECT signal || ' ' || touchpoint || ' ' || strftime(known_at, '%d') || ' in ' || stage || ' ' || at_touchpoint"
    " || CASE WHEN is_entry THEN ' entry' ELSE '' END || coalesce(' ' || event_id, '')"
    " FROM journey_signals ORDER BY journey_id, known_at, stage, signal"
)


def said(query: Query, sql: str) -> list[object]:
    return [row[0] for row in query(sql)]


@pytest.mark.parametrize(
    ("events", "result"),
    [
        (  # the 5th of January is day 0
            "a 0 visit\na 1 order\na 2 faq\na 3 order\na 4 card",
            ["0 visit 05 > order 05", "1 order 06 > card 08", "2 card 09 > abandoned 09"],
        ),
        ("a 0 order\na 1 chat\na 2 no", ["0 order 05 > exited 07"]),
        ("a 98 visit\na 99 faq", ["0 visit 13 > in_flight 14"]),
    ],
)  # fmt: skip
def test_a_stage_lasts_from_a_touchpoint_to_the_next_new_one(world: World, events: str, result: list[str]) -> None:
    assert said(world(MAP, events), STAGES) == result


def test_what_comes_after_the_goal_is_no_stage(world: World) -> None:
    whole_log = MAP.replace("journey_is: {", "journey_is: {reopens_after: never, ")
    query = world(whole_log, "a 0 faq\na 0 stranger\na 1 visit\na 2 card\na 3 thanks\na 4 invoice")

    assert said(query, STAGES) == ["0 visit 06 > card 06", "1 card 07 > thanks 07", "2 thanks 08 > converted 08"]
    assert said(query, SIGNALS) == [
        "ad_hoc stranger 05 in 0 visit entry e1",  # before the first stage: known when it begins
        "missing order 07 in 1 card entry e3",
        "missing deliver 08 in 2 thanks entry e4",
        "branch_conflict invoice 09 in 2 thanks e5",
    ]


@pytest.mark.parametrize(
    ("events", "result"),
    [
        ("a 0 visit\na 1 order\na 2 card\na 3 deliver\na 4 thanks", []),
        ("a 0 visit\na 1 order\na 2 deliver", ["missing card | invoice 07 in 2 deliver entry e2"]),
        ("a 0 visit\na 1 order\na 2 order", ["repeated order 07 in 1 order e2"]),
        ("a 0 visit\na 1 chat\na 2 stranger", ["ad_hoc chat 06 in 0 visit e1", "ad_hoc stranger 07 in 0 visit e2"]),
        ("a 0 visit status=failed channel=phone", ["failed visit 05 in 0 visit entry e0",
                                                   "wrong_channel visit 05 in 0 visit entry e0"]),
        ("a 0 order", ["missing visit 05 in 0 order entry e0", "wrong_entry order 05 in 0 order entry e0"]),
        (  # late for a day, which shows when the promise falls due, and is known when it is kept
            "a 0 visit\na 1 order\na 2 card\na 5 deliver",
            ["overdue order 09 in 2 card", "late order 10 in 3 deliver entry e3"],
        ),
        ("a 0 visit\na 1 order\na 2 card", []),  # who has left no longer waits
        ("a 94 visit\na 95 order\na 96 card", ["overdue order 13 in 2 card"]),
        (  # two skipped at once read as one that came too early, until what follows tells
            "a 0 visit\na 1 deliver\na 2 thanks",
            ["out_of_order deliver 06 in 1 deliver entry e1", "missing card | invoice 07 in 2 thanks entry e2",
             "missing order 07 in 2 thanks entry e2"],
        ),
    ],
)  # fmt: skip
def test_a_signal_is_there_from_when_it_became_known(world: World, events: str, result: list[str]) -> None:
    assert said(world(MAP, events), SIGNALS) == result


def test_what_came_too_late_was_missing_until_it_came(world: World) -> None:
    query = world(MAP, "a 0 visit\na 1 card\na 2 order\na 3 deliver\na 4 thanks")

    assert said(query, SIGNALS) == [
        "missing order 06 in 1 card entry e1",
        "out_of_order order 07 in 2 order entry e2",
    ]
    assert query("SELECT kind, touchpoint FROM deviations") == [("out_of_order", "order")]


def test_what_the_sources_could_not_see_is_no_signal(world: World) -> None:
    blind = MAP.replace("visit: {", "visit: {observability: {is: blind, why: no tracking}, ")

    assert said(world(blind, "a 0 order"), SIGNALS) == ["wrong_entry order 05 in 0 order entry e0"]


def test_a_fault_is_judged_where_its_event_stood_when_it_came(world: World) -> None:
    """The second card looks like the repetition when it comes, whatever the whole journey makes of it."""
    query = world(MAP, "a 0 visit\na 1 order\na 2 card\na 3 card status=failed\na 4 deliver\na 5 thanks")

    assert said(query, SIGNALS) == ["repeated card 08 in 2 card e3"]


WALKS = {  # four ways to and beyond the card; of each, as many are lost at the card as go on
    "order card": 12,
    "order card deliver thanks": 12,
    "card": 6,
    "card order deliver thanks": 6,
}
AT_CARD = """
WITH exposed AS (SELECT DISTINCT journey_id FROM {signals}),
units AS (SELECT journey_id IN (FROM exposed) AS is_exposed, ending IS NOT NULL AS is_lost FROM journey_stages
    WHERE touchpoint = 'card')
SELECT avg(is_lost::INT) FILTER (is_exposed) - avg(is_lost::INT) FILTER (NOT is_exposed) FROM units
"""


def walked() -> str:
    walks = [walk for walk, n in WALKS.items() for _ in range(n)]
    return "\n".join(
        f"p{person} {day} {step}"
        for person, walk in enumerate(walks)
        for day, step in enumerate(f"visit {walk}".split())
    )


def test_exposure_as_it_was_known_finds_nothing_where_there_is_nothing(world: World) -> None:
    query = world(MAP, walked())
    known = "journey_signals WHERE at_touchpoint = 'card' AND is_entry AND signal = 'missing' AND touchpoint = 'order'"

    assert query(AT_CARD.format(signals=known)) == [(0.0,)]


@pytest.mark.parametrize(("kind", "effect"), [("missing", 0.6), ("out_of_order", -0.6)])
def test_exposure_from_the_final_alignment_finds_frictions_that_are_not_there(
    world: World, kind: str, effect: float
) -> None:
    """The mutant: what a whole journey turned out to be says how it ended."""
    query = world(MAP, walked())

    ((found,),) = query(AT_CARD.format(signals=f"deviations WHERE kind = '{kind}' AND touchpoint = 'order'"))

    assert found == pytest.approx(effect)
