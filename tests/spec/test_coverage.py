"""What of the customers' events and time the maps know, and which designed touchpoints nobody reaches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: order
title: Order
version: 1
flow: [{phase: All, steps: [visit, order, {optional: review}, deliver], anytime: [faq]}]
touchpoints:
  faq: {when: {activity: faq}}
  visit: {when: {activity: visit}}
  order: {when: {activity: order}}
  review: {when: {activity: review}}
  deliver: {when: {activity: deliver}}
off_map: {chat: {when: {activity: chat}}}
exits: {no: {when: {activity: "no"}}}
"""
OTHER = """
journey: help
title: Help
version: 1
flow: [{phase: All, steps: [ask, answer]}]
touchpoints: {ask: {when: {activity: ask}}, answer: {when: {activity: answer}}}
off_map: {call: {when: {activity: call}}}
"""
COUNTS = "events_n, on_flow_n, anytime_n, off_map_n, exits_n, other_map_n, dark_n"
GHOSTS = "SELECT touchpoint FROM touchpoints WHERE is_ghost ORDER BY place"


def test_every_event_of_a_journey_is_on_the_map_on_another_or_dark(world: World) -> None:
    events = (
        "a 1 visit\na 2 faq\na 3 mystery\na 5 chat\na 6 call\na 7 no\nb 1 visit\nb 2 mystery\nb 4 mystery\nb 5 order"
    )
    query = world([MAP, OTHER], events)

    assert query(f"SELECT {COUNTS} FROM coverage WHERE journey = 'order'") == [(10, 3, 1, 1, 1, 1, 3)]
    assert query("SELECT dark_share, dark_journeys_n, persons_n, journeys_n FROM coverage WHERE journey = 'order'") == [
        (0.3, 1, 2, 2)
    ]


def test_dark_time_is_the_time_up_to_an_event_outside_every_touchpoint(world: World) -> None:
    query = world(MAP, "a 1 visit\na 2 mystery\na 5 mystery\na 6 order\nb 1 visit\nb 7 order")

    days = "elapsed_us / 86400000000, dark_us / 86400000000, dark_time_share"
    assert query(f"SELECT {days} FROM coverage") == [(11.0, 4.0, 4 / 11)]


def test_a_map_without_journeys_covers_nothing_and_has_no_share(world: World) -> None:
    query = world([MAP, OTHER], "a 1 visit")

    assert query("SELECT journeys_n, events_n, dark_share, dark_time_share FROM coverage WHERE journey = 'help'") == [
        (0, 0, None, None)
    ]


def test_a_designed_touchpoint_without_an_event_in_ninety_days_is_a_ghost(world: World) -> None:
    query = world(MAP, "a 1 visit\na 2 faq\na 2 order\na 3 review\nb 99 visit\nb 99 order", as_of="93")

    assert query(GHOSTS) == [("visit",), ("order",), ("deliver",), ("faq",)]
    assert query("SELECT touchpoint, last_event_at IS NULL FROM touchpoints WHERE is_ghost AND place > 2") == [
        ("deliver", True),
        ("faq", False),
    ]
    assert query("SELECT ghosts_n FROM coverage") == [(4,)]


def test_an_event_outside_of_every_journey_keeps_a_touchpoint_from_being_a_ghost(world: World) -> None:
    query = world(MAP, "a 1 visit\nb 90 faq")

    assert ("faq",) not in query(GHOSTS)
    assert query("SELECT journeys_n FROM touchpoints WHERE touchpoint = 'faq'") == [(0,)]


@pytest.mark.parametrize(
    ("seen", "is_ghost"),
    [("blind", False), ("partial", True), ("[{is: blind, until: 2026-01-10}]", True)],
)
def test_what_cannot_be_seen_is_no_ghost(world: World, seen: str, is_ghost: bool) -> None:
    query = world(MAP.replace("deliver: {", f"deliver: {{observability: {seen}, "), "a 1 visit")

    assert (("deliver",) in query(GHOSTS)) == is_ghost


def test_what_nobody_designed_in_is_no_ghost(world: World) -> None:
    query = world(MAP, "a 1 visit")

    assert query("SELECT is_ghost FROM touchpoints WHERE role IN ('off_map', 'exit')") == [(False,), (False,)]
