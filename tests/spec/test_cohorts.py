"""From journeys to weekly cohorts, waits per segment and patience curves, in the tables that others rely on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

Query = Callable[[str], list[tuple[Any, ...]]]
World = Callable[..., Query]

SHOP = """
journey: shop
title: Shop
version: 1
owner: Sales
channels: {web: Website}
journey_is: {opens_with: visit, goal: pay, horizon: 20d, patience: {default: 10d}}
flow:
  - phase: Buy
    steps: [visit, ask, pay]
touchpoints:
  visit: {when: {activity: visit}}
  ask: {when: {activity: ask}, promise: {next: pay, within: 3d}}
  pay: {when: {activity: pay}}
exits:
  no: {when: {activity: no}}
segments: {region: region}
"""


def visits(day: float, n: int, then: str = "", region: str = "north") -> str:
    """So many people of their own who begin on a day; `then` is what they do, such as "ask 1, pay 2"."""
    lines = []
    for number in range(n):
        who = f"p{day}x{region}x{then.replace(' ', '').replace(',', '')}x{number}"
        lines.append(f"{who} {day} visit region={region}")
        lines += [f"{who} {day + float(step.split()[1])} {step.split()[0]}" for step in then.split(",") if step]
    return "\n".join(lines) + "\n"


def test_a_young_week_is_told_as_far_as_it_was_followed_beside_what_mature_ones_had_come_to(world: World) -> None:
    mature = visits(1, 20, "ask 1,pay 2") + visits(1, 20, "ask 1,pay 12") + visits(1, 10, "no 1") + visits(1, 10)
    young = visits(64, 30, "ask 1,pay 2") + visits(64, 30)  # Tuesday of the last whole week but one
    query = world(SHOP, mature + young + visits(74, 40), as_of="76.5")  # midnight before a Tuesday
    told = query(
        "SELECT journeys_n, round(followed_d, 1), is_mature, round(converted_share, 3), round(expected_share, 3),"
        " round(exited_share, 3), round(abandoned_share, 3), round(projected_share, 3), refused"
        " FROM cohorts WHERE segment IS NULL ORDER BY week_at"
    )
    assert told == [
        (60, 20.0, True, 0.667, 0.667, 0.167, 0.167, 0.667, None),
        # Seven days after entry half have converted, of the mature a third; 20 of 30 who were open then came later.
        (60, 7.0, False, 0.5, 0.333, 0.0, None, 0.833, None),
        (40, 0.0, False, None, None, None, None, None, "the week is not over, or was not followed yet"),
    ]


def test_cohorts_of_a_segment_are_compared_with_its_own_mature_weeks_and_few_are_refused(world: World) -> None:
    events = visits(1, 40, "ask 1,pay 2") + visits(1, 40, region="south") + visits(2, 10, region="west")
    query = world(SHOP, events)
    assert query(
        "SELECT segment, round(converted_share, 3), round(expected_share, 3), refused FROM cohorts"
        " ORDER BY 1 NULLS FIRST"
    ) == [
        (None, 0.444, 0.444, None),
        ("region=north", 1.0, 1.0, None),
        ("region=south", 0.0, 0.0, None),
        ("region=west", None, None, "too few journeys (worth fewer than 30)"),
    ]


def test_weeks_begin_on_mondays_by_the_workspaces_clock(world: World) -> None:
    events = visits(6.5, 1) + visits(6.47, 1)  # Monday 00:00 UTC, and just before: in Oslo both are Monday
    assert world(SHOP, events, timezone="Europe/Oslo")("SELECT journeys_n FROM cohorts WHERE segment IS NULL") == [(2,)]
    assert world(SHOP, events, timezone="UTC")("SELECT journeys_n FROM cohorts WHERE segment IS NULL") == [(1,), (1,)]


def test_waits_are_told_per_segment_with_who_left_and_who_went_on_without(world: World) -> None:
    events = (
        visits(1, 30, "ask 1,pay 2")
        + visits(1, 10, "ask 1", region="south")  # left without a sign
        + visits(1, 10, "ask 1,no 4", region="south")
        + visits(1, 10, "pay 5", region="south")  # never asked: no wait for the answer
        + visits(95, 5, "ask 1", region="south")  # still waiting
    )
    query = world(SHOP, events)
    assert query(
        "SELECT segment, n, followed_n, left_n, silent_n, passed_n, waiting_n, p50_s / 86400, kept_share FROM waits"
        " WHERE from_touchpoint = 'ask' ORDER BY 1 NULLS FIRST"
    ) == [
        (None, 55, 50, 20, 10, 0, 5, 1.0, 1.0),
        ("region=north", 30, 30, 0, 0, 0, 0, 1.0, 1.0),
        ("region=south", 25, 20, 20, 10, 0, 5, None, None),
    ]
    assert query("SELECT passed_n FROM waits WHERE from_touchpoint = 'visit' AND segment IS NULL") == [(10,)]


def test_the_wait_from_which_people_leave_stands_beside_the_promise(world: World) -> None:
    quick = "".join(visits(day, 15, f"ask 1,pay {1.5 + day / 8}") for day in range(20))  # waits of 0.5 to 2.9 days
    slow = "".join(visits(day, 5, f"ask 1,no {5 + day / 10}") for day in range(20))  # who waits longer says no
    query = world(SHOP, quick + slow)
    (told,) = query("SELECT promised_s, leaves_from_s FROM waits WHERE from_touchpoint = 'ask' AND segment IS NULL")
    assert told[0] <= told[1] <= 1.4 * told[0]
    spans = query(
        "SELECT from_s, until_s, waiting_n, left_n FROM patience_curves WHERE from_touchpoint = 'ask' ORDER BY from_s"
    )
    assert (spans[0][0], spans[0][2], sum(row[3] for row in spans)) == (0.0, 400, 100)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    before_the_promise = [left_n for _, until_s, _, left_n in spans if until_s <= 3 * 86_400]
    assert (3 * 86_400.0 in [row[0] for row in spans], sum(before_the_promise)) == (True, 0)


def test_a_promise_may_be_about_what_is_welcome_anytime(world: World) -> None:
    beside = SHOP.replace("flow:", "anytime: [call]\nflow:").replace(
        "  pay: {", "  call: {when: {activity: call}}\n  pay: {"
    )
    query = world(
        beside.replace("{next: pay, within: 3d}", "{next: call, within: 3d}"), visits(1, 30, "ask 1,call 2,pay 3")
    )
    assert query(
        "SELECT p50_s / 86400, lost_from_s, patience_s / 86400 FROM waits WHERE to_touchpoint = 'call' ORDER BY 3"
    ) == [
        (1.0, None, 10.0),
        (1.0, None, None),  # of the segment
    ]
