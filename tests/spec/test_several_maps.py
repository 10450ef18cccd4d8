"""Two maps over the same people: whose an event is, and whose a journey."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

BUY = """
journey: buy
title: Buy
owner: Sales
journey_is: {patience: {default: 20d}}
flow:
  - phase: Buy
    steps: [visit, order, pay]
anytime: [faq]
off_map: {chat: {}}
"""
HELP = """
journey: help
title: Help
owner: Support
journey_is: {patience: {default: 20d}}
flow:
  - phase: Help
    steps: [report, chat, solved]
"""
DEVIATIONS = "SELECT journey, kind, touchpoint FROM deviations ORDER BY ALL"


def test_what_another_map_designs_is_no_departure_from_this_one(world: World) -> None:
    query = world([BUY, HELP], "a 0 visit\na 1 report\na 2 order\na 3 chat\na 4 pay\na 5 solved")
    assert query(DEVIATIONS) == [("buy", "ad_hoc", "chat")], "which its own map names as off it"
    assert query("SELECT journey, list(activity ORDER BY position) FROM journey_events JOIN journeys USING (journey_id)"
                 " WHERE rule = 'default' GROUP BY journey ORDER BY journey") == [
        ("buy", ["visit", "order", "chat", "pay"]),
        ("help", ["report", "chat", "solved"]),
    ]  # fmt: skip
    assert query("SELECT DISTINCT rule, events_n FROM journeys WHERE journey = 'buy' ORDER BY rule") == [
        ("default", 4),
        ("loose", 4),
        ("strict", 4),
    ]
    assert query("SELECT list(position ORDER BY position) FROM journey_events GROUP BY journey_id ORDER BY 1") == [
        ([0, 1, 2],),
        ([0, 1, 2, 3],),
    ]


def test_what_no_map_knows_stays_a_departure_of_both(world: World) -> None:
    query = world([BUY, HELP], "a 0 visit\na 1 report\na 2 stranger\na 4 order\na 5 pay\na 6 chat\na 7 solved")
    assert ("buy", "ad_hoc", "stranger") in query(DEVIATIONS)
    assert ("help", "ad_hoc", "stranger") in query(DEVIATIONS)


@pytest.mark.parametrize("per", ["person", "ticket"])
def test_an_event_beside_every_journey_of_the_other_map_is_nobodys_errand(world: World, per: str) -> None:
    """A solved that no report opened is a journey of its own; a faq opens none, and belongs to whom it interrupts."""
    help_map = HELP.replace("journey_is: {", f"journey_is: {{per: {per}, ").replace(
        "solved]", "solved]\nanytime: [rate]"
    )
    query = world([BUY, help_map], "a 0 visit\na 1 rate\na 2 order\na 4 pay")
    assert query(DEVIATIONS) == [("buy", "ad_hoc", "rate")]
