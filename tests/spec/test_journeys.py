"""From events to journeys: opening, goal, exits, silence, reopening."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

SHOP = """
journey: shop
title: Shop
version: 1
journey_is: {{per: person, reopens_after: {reopens}, patience: {{default: 10d, pay: 30d}}, goal: use}}
flow:
  - phase: Find
    steps: [visit, order]
  - phase: Buy
    steps: [pay, use]
anytime: [faq]
off_map: {{chat: {{when: {{activity: chat}}}}}}
exits: {{declined: {{when: {{activity: declined}}}}}}
"""
COLUMNS = "person_id, status, touchpoint, phase, exit_kind, datediff('day', TIMESTAMP '2026-01-05', entered_at),"
JOURNEYS = (
    f"SELECT {COLUMNS} datediff('day', TIMESTAMP '2026-01-05', ended_at), events_n FROM journeys"
    " WHERE rule = 'default' ORDER BY person_id, entered_at"
)


def short(query: Query) -> list[str]:
    """One text per journey: person status touchpoint entered..ended xN events."""
    return [
        f"{str(person)[2:]} {status} {touchpoint} {entered}..{'' if ended is None else ended} x{n}"
        for person, status, touchpoint, _, _, entered, ended, n in query(JOURNEYS)
    ]


@pytest.mark.parametrize(
    ("reopens", "events", "result"),
    [
        # to the goal
        ("goal", "a 0 visit\na 1 order\na 2 pay\na 3 use", ["a converted use 0..3 x4"]),
        # silence beyond the patience of the place where it stands, dated at the last touch
        ("goal", "a 0 visit\na 1 order", ["a abandoned order 0..1 x2"]),
        ("goal", "a 95 visit", ["a in_flight visit 95.. x1"]),
        ("goal", "a 75 visit\na 75 order\na 75 pay", ["a in_flight pay 75.. x3"]),
        # an anytime event is a touch: the silence counts from it, the place stays
        ("goal", "a 80 visit\na 95 faq", ["a in_flight visit 80.. x2"]),
        # an unmapped event is none, and after the silence it belongs to no journey
        ("goal", "a 80 visit\na 85 pageview\na 95 pageview", ["a abandoned visit 80..80 x2"]),
        # a return after confirmed silence re-opens the same journey
        ("goal", "a 0 visit\na 40 order\na 95 pay", ["a in_flight pay 0.. x3"]),
        # explicit exit, standing at the last touchpoint before it
        ("goal", "a 0 visit\na 1 order\na 2 declined", ["a exited order 0..2 x3"]),
        # status is judged by the last event: back after the exit
        ("goal", "a 90 visit\na 91 declined\na 95 order", ["a in_flight order 90.. x3"]),
        ("exit", "a 90 visit\na 91 declined\na 95 order", ["a exited visit 90..91 x2", "a in_flight order 95.. x1"]),
        # the next journey after the goal
        (
            "goal",
            "a 0 visit\na 1 order\na 2 pay\na 3 use\na 4 visit\na 5 order",
            ["a converted use 0..3 x4", "a abandoned order 4..5 x2"],
        ),
        (
            "30d",
            "a 0 order\na 3 use\na 4 visit\na 40 visit",
            ["a converted use 0..3 x2", "a abandoned visit 40..40 x1"],
        ),
        ("30d", "a 0 visit\na 20 order\na 60 visit", ["a abandoned order 0..20 x2", "a abandoned visit 60..60 x1"]),
        ("never", "a 0 visit\na 3 use\na 4 visit\na 5 order", ["a converted order 0..3 x4"]),
        # off-map, anytime and unmapped events alone open none; before the opening they belong to none
        ("goal", "a 0 faq\na 1 chat\na 2 pageview\na 2 declined\nb 99 visit", ["b in_flight visit 99.. x1"]),
        ("goal", "a 98 chat\na 99 order\na 99.5 chat", ["a in_flight order 99.. x2"]),
        # later than the snapshot
        ("goal", "a 99 visit\na 101 order", ["a in_flight visit 99.. x1"]),
    ],
)
def test_events_become_journeys(world: World, reopens: str, events: str, result: list[str]) -> None:
    assert short(world(SHOP.format(reopens=reopens), events)) == result


def test_a_return_after_confirmed_silence_is_counted(world: World) -> None:
    query = world(SHOP.format(reopens="goal"), "a 0 visit\na 5 order\na 40 pay\na 95 pay\nb 94 visit\nb 95 order")

    assert query("SELECT person_id, reactivations_n FROM journeys WHERE rule = 'default' ORDER BY 1") == [
        ("p_a", 2),
        ("p_b", 0),
    ]
    assert query("SELECT touchpoint, reactivations_n FROM touchpoint_outcomes ORDER BY 1") == [
        ("order", 1),
        ("pay", 1),
        ("visit", 0),
    ]


def test_every_rule_has_its_journeys_and_every_journey_its_own_id(world: World) -> None:
    query = world(SHOP.format(reopens="goal"), "a 0 visit\nb 1 visit")

    assert query("SELECT rule, count(*), count(DISTINCT journey_id) FROM journeys GROUP BY rule ORDER BY rule") == [
        ("default", 2, 2),
        ("loose", 2, 2),
        ("strict", 2, 2),
    ]
    assert query("SELECT count(DISTINCT journey_id) FROM journeys") == [(6,)]


def test_patience_is_learned_per_touchpoint_from_gaps_that_could_be_followed(world: World) -> None:
    learned = SHOP.format(reopens="goal").replace("patience: {default: 10d, pay: 30d}, ", "")
    quick = "".join(f"q{i} {i / 10} visit\nq{i} {i / 10 + 1} order\n" for i in range(200))
    slow = "".join(f"s{i} {i / 10} order\ns{i} {i / 10 + 20} pay\n" for i in range(200))
    late = "".join(f"l{i} 99 visit\n" for i in range(50))  # cannot be followed: they teach nothing

    query = world(learned, quick + slow + late, as_of="100")

    assert query(
        "SELECT touchpoint, round(patience_s / 86400) FROM touchpoint_outcomes WHERE segment IS NULL ORDER BY 1"
    ) == [("order", 20.0), ("pay", 33.0), ("visit", 1.0)]


def test_each_journey_is_judged_by_the_version_in_force_when_it_began(world: World) -> None:
    first = SHOP.format(reopens="goal")
    second = first.replace("version: 1", "version: 2\nvalid_from: 2026-01-25").replace("[visit, order]", "[order]")

    query = world([first, second], "a 0 visit\na 1 order\nb 30 order\nc 18 visit\nc 25 order", as_of="31")

    assert query(
        "SELECT person_id, map_version, straddles_versions FROM journeys WHERE rule = 'default' ORDER BY 1"
    ) == [("p_a", 1, False), ("p_b", 2, False), ("p_c", 1, True)]


def test_segments_take_the_first_value_that_the_journey_gives_or_the_last(world: World) -> None:
    text = SHOP.format(reopens="goal") + "segments: {region: region, device: last(device)}\n"

    query = world(text, "a 90 visit device=ios\na 91 order region=north device=web\na 92 faq region=south\nb 99 visit")

    assert query("SELECT segments FROM journeys WHERE rule = 'default' ORDER BY person_id") == [
        ({"device": "web", "region": "north"},),
        ({},),
    ]


def test_ties_of_one_instant_follow_the_tie_breaker(world: World) -> None:
    query = world(SHOP.format(reopens="goal"), "a 99 visit\na 99 order\na 99 pay")

    assert query("SELECT list(touchpoint ORDER BY position) FROM journey_events") == [(["visit", "order", "pay"],)]
