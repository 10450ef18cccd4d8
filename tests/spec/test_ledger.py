"""One ledger from planned to actual, to the last journey and microsecond."""

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
anytime: [faq]
touchpoints:
  visit: {channels: [web], owner: Web}
  order: {owner: Sales, promise: {next: deliver, within: 3d}}
  card: {owner: Billing}
  invoice: {owner: Billing}
  deliver: {owner: Logistics}
off_map: {chat: {owner: Support}}
exits: {no: {when: {activity: no}}}
segments: {region: region}
"""
LINES = (
    "SELECT line || coalesce(' ' || at_touchpoint, '')"
    " || coalesce(': ' || kind || ' ' || coalesce(touchpoint, block), '')"
    " || coalesce(' (' || owner || ')', ''), amount FROM ledger WHERE segment IS NULL AND measure = '{}' ORDER BY place"
)
COMPLETION = LINES.format("completion")
TIME = LINES.format("time").replace("amount", "amount / 86400e6")


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ("a 0 visit\na 1 order\na 1 card\na 2 deliver", None),
        ("a 99 visit", "in_flight visit (Web)"),
        ("a 0 visit", "abandoned visit (Web)"),
        ("a 0 visit\na 1 order\na 2 no", "exited order (Sales)"),
        # charged to the last deviation from the last touchpoint on, not to what was made good before it
        ("a 0 visit\na 1 chat\na 2 order", "abandoned order (Sales)"),
        ("a 0 visit\na 1 order\na 2 chat\na 3 stranger", "abandoned order: ad_hoc stranger (Sales)"),
        ("a 0 visit\na 1 order\na 2 stranger\na 3 chat", "abandoned order: ad_hoc chat (Support)"),
        ("a 0 order", "abandoned order: wrong_entry order (Sales)"),
        ("a 0 visit\na 1 card", "abandoned card: missing order (Sales)"),
        ("a 0 visit status=failed channel=phone", "abandoned visit: failed visit (Web)"),
        ("a 90 visit\na 91 order\na 92 chat", "in_flight order: overdue order (Sales)"),
    ],
)
def test_each_journey_that_did_not_convert_is_charged_once(world: World, events: str, line: str | None) -> None:
    told = [("planned", 1), *([(line, -1)] if line else []), ("actual", 0 if line else 1)]

    assert world(MAP, events)(COMPLETION) == told


def test_what_could_not_be_seen_is_charged_with_nothing(world: World) -> None:
    blind = MAP.replace("visit: {", "visit: {observability: blind, ").replace("flow:", "flow:", 1)

    assert ("abandoned order: wrong_entry order (Sales)", -1) in world(blind, "a 0 order")(COMPLETION)
    assert ("abandoned order (Sales)", -1) not in world(blind, "a 0 order")(COMPLETION)


@pytest.mark.parametrize(
    ("events", "lines"),
    [
        ("a 0 visit\na 1 order\na 1 card\na 2 deliver", [("planned", 2.0), ("actual", 2.0)]),
        # nobody designed the chat: the way there is its, the way back is designed
        (
            "a 0 visit\na 1 chat\na 3 order\na 3 card\na 4 deliver",
            [("planned", 3.0), ("deviation: ad_hoc chat (Support)", 1.0), ("actual", 4.0)],
        ),
        # the promise fell due on day 4; the second order falls into that time
        (
            "a 0 visit\na 1 order\na 1 card\na 5 order\na 7 deliver\na 9 visit",
            [
                ("planned", 1.0),
                ("deviation: repeated order (Sales)", 4.0),
                ("deviation: late order (Sales)", 2.0),
                ("actual", 7.0),
            ],
        ),
        (
            "a 0 visit\na 1 order\na 2 card\na 7 deliver\nb 0 visit",
            [("planned", 4.0), ("deviation: late order (Sales)", 3.0), ("actual", 7.0)],
        ),
        ("a 0 visit\nb 99 visit", []),
        ("a 0 deliver", [("planned", 0.0), ("actual", 0.0)]),
    ],
)
def test_time_is_planned_or_charged_to_what_took_it(world: World, events: str, lines: list[tuple[str, float]]) -> None:
    assert world(MAP, events)(TIME) == lines


def test_of_two_broken_promises_the_one_that_fell_due_first_is_charged(world: World) -> None:
    two = MAP.replace("card: {", "card: {promise: {next: deliver, within: 12h}, ")

    assert world(two, "a 0 visit\na 1 order\na 2 card\na 7 deliver")(TIME) == [
        ("planned", 2.5),
        ("deviation: late card (Billing)", 4.5),
        ("actual", 7.0),
    ]


def test_a_promise_in_business_hours_takes_the_time_after_it_fell_due(world: World) -> None:
    business = MAP.replace("within: 3d}", "within: 8h, calendar: business}")

    query = world(business, "a 4 visit\na 4 order\na 4 card\na 8 deliver")  # Friday noon to Tuesday noon

    assert query(TIME) == [("planned", 3.0), ("deviation: late order (Sales)", 1.0), ("actual", 4.0)]


def test_lines_stand_in_order_of_size_and_a_segment_has_its_own(world: World) -> None:
    query = world(MAP, "a 0 visit\nb 0 visit region=north\nc 0 visit region=north\nc 1 order\nd 99 visit")
    segment = COMPLETION.replace("segment IS NULL", "segment = 'region=north'")

    assert query(COMPLETION) == [
        ("planned", 4),
        ("abandoned visit (Web)", -2),
        ("abandoned order (Sales)", -1),
        ("in_flight visit (Web)", -1),
        ("actual", 0),
    ]
    assert query(segment) == [
        ("planned", 2),
        ("abandoned order (Sales)", -1),
        ("abandoned visit (Web)", -1),
        ("actual", 0),
    ]
