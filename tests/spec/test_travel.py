"""From journeys to how they travel: phases, ways, and ends that add up to all tables beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Query = Callable[[str], list[tuple[Any, ...]]]
World = Callable[..., Query]

SHOP = """
journey: shop
title: Shop
version: 1
owner: Sales
channels: {web: Website, phone: Phone}
journey_is: {opens_with: visit, goal: use, horizon: 20d, patience: {default: 10d}}
flow:
  - phase: Look
    steps: [visit, {optional: compare}]
  - phase: Buy
    steps: [basket, pay]
  - phase: Use
    steps: [use]
touchpoints:
  visit: {channels: [web], initiator: customer, when: {activity: visit}}
  compare: {channels: [web], initiator: customer, when: {activity: compare}}
  basket: {channels: [web], initiator: customer, when: {activity: basket}}
  pay: {channels: [web], initiator: customer, when: {activity: pay}}
  use: {channels: [web], initiator: customer, when: {activity: use}}
off_map:
  call: {channels: [phone], initiator: customer, when: {activity: call}}
exits:
  no: {when: {activity: no}}
segments: {region: region}
"""
JOURNEYS = {
    "straight": "visit, basket, pay, use",
    "stays": "visit",
    "called": "visit, call channel=phone, basket, pay, use",
    "skipped": "visit, pay, use",
    "no": "visit, basket, no",
    "jumps": "visit, use",
    "late": "basket, pay, use",
    "back": "visit, basket, visit",
    "beside": "visit, basket, other, pay, use",
}
WAYS = {
    "straight": "Look as_designed, Buy as_designed, Use as_designed: converted",
    "stays": "Look as_designed: abandoned",
    "called": "Look asked_for_help, Buy as_designed, Use as_designed: converted",
    "skipped": "Look as_designed, Buy detour, Use as_designed: converted",
    "no": "Look as_designed, Buy as_designed: exited",
    "jumps": "Look as_designed, Use detour: converted",  # Buy was missed, and it is at Use that this shows
    "late": "Buy detour, Use as_designed: converted",
    "back": "Look detour, Buy as_designed: abandoned",  # it stands at the visit, and has been as far as the basket
    "beside": "Look as_designed, Buy detour, Use as_designed: converted",
}


def events(n: int = 1, day: int = 1) -> str:
    """So many people who each go every way, one step an hour."""
    lines = []
    for name, steps in JOURNEYS.items():
        for number in range(n):
            who, region = f"{name}x{day}x{number}", "north" if number % 2 else "south"
            for hour, step in enumerate(steps.split(", ")):
                activity, *more = step.split()
                lines.append(" ".join([who, f"{day + hour / 24:.4f}", activity, f"region={region}", *more]))
    return "\n".join(lines)


def test_each_phase_is_travelled_as_designed_by_a_detour_or_with_a_call_for_help(world: World) -> None:
    query = world(SHOP, events())
    told = query(
        "SELECT split_part(persons.id, 'x', 1), string_agg(journey_phases.phase || ' ' || way, ', ' ORDER BY place)"
        " || ': ' || any_value(status) FROM journey_phases JOIN journeys USING (journey_id)"
        " JOIN persons ON persons.person_id = journeys.person_id AND persons.rule = 'default'"
        " WHERE journeys.rule = 'default' GROUP BY 1"
    )
    assert dict(told) == WAYS


def test_the_flows_are_those_ways_counted_and_add_up_at_every_phase_and_to_all_journeys(world: World) -> None:
    query = world(SHOP, events(5) + "\n" + events(3, day=95))
    assert query("SELECT from_way, to_way, journeys_n FROM phase_flows WHERE from_phase = 'Buy' AND to_phase = 'Use'"
                 " ORDER BY ALL") == [("as_designed", "as_designed", 16), ("detour", "as_designed", 24)]  # fmt: skip
    nodes = (
        "SELECT to_phase, to_way, sum(journeys_n) FROM phase_flows WHERE to_phase IS NOT NULL GROUP BY ALL"
        " EXCEPT SELECT from_phase, from_way, sum(journeys_n) FROM phase_flows GROUP BY ALL"
    )
    assert query(nodes) == []
    by_status = "SELECT status, count(*) FROM journeys WHERE rule = 'default' GROUP BY ALL ORDER BY ALL"
    ends = "SELECT end_status, sum(journeys_n) FROM phase_flows WHERE end_status IS NOT NULL GROUP BY ALL ORDER BY ALL"
    assert query(ends) == query(by_status)
    assert query("SELECT sum(journeys_n) FROM phase_flows WHERE from_phase IS NULL") == [(72,)]
    wholly = "SELECT count(*) FROM (SELECT journey_id FROM journey_phases GROUP BY 1 HAVING bool_and(way <> 'detour'))"
    asked = "SELECT count(*) FROM journey_phases WHERE way = 'asked_for_help'"
    designed = query("SELECT conforming_n FROM map_versions")[0][0]
    assert query(wholly)[0][0] - query(asked)[0][0] == designed


def test_what_could_not_be_seen_is_no_detour(world: World) -> None:
    blind = SHOP.replace("pay: {channels", "pay: {observability: blind, channels")
    query = world(blind, "a 1 visit\na 1.1 basket\na 1.2 use")
    assert query("SELECT DISTINCT way FROM journey_phases") == [("as_designed",)]


def test_the_curves_of_entries_end_at_the_outcomes_for_all_and_for_each_value(world: World) -> None:
    query = world(SHOP, events(12) + "\n" + events(8, day=40))
    both = query(
        "SELECT c.segment, c.converted_share = o.converted_share AND c.abandoned_high = o.abandoned_high"
        " AND c.active_low = o.active_low FROM incidence_curves c JOIN touchpoint_outcomes o"
        " ON o.touchpoint = c.touchpoint AND o.segment IS NOT DISTINCT FROM c.segment AND c.after_d = o.horizon_d"
        " ORDER BY 1 NULLS FIRST"
    )
    assert both == [(None, True), ("region=north", True), ("region=south", True)]
    assert query("SELECT DISTINCT touchpoint FROM incidence_curves") == [("visit",)]
    worst = "SELECT max(abs(converted_share + exited_share + abandoned_share + active_share - 1)) FROM incidence_curves"
    assert query(worst)[0][0] < 1e-9


@pytest.mark.parametrize("many", [1, 3])
def test_of_few_journeys_no_curve_is_told(world: World, many: int) -> None:
    assert world(SHOP, events(many))("SELECT count(*) FROM incidence_curves") == [(0,)]
