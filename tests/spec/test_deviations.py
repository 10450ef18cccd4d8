"""From journeys to deviations, waits and rates, in the tables that others rely on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipelines.settings import Source

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
  visit: {channels: [web], initiator: customer, owner: Web}
  order: {owner: Sales, promise: {next: deliver, within: 3d}}
  card: {owner: Billing}
  invoice: {owner: Billing}
  deliver: {owner: Logistics}
off_map: {chat: {owner: Support}}
"""
DEVIATIONS = (
    "SELECT kind || ' ' || coalesce(touchpoint, '[' || block || ']') || ' @' || coalesce(position::VARCHAR, '-')"
    " || ' ' || coalesce(owner, '-') FROM deviations ORDER BY journey_id, position NULLS LAST, kind"
)


def said(query: Query) -> list[object]:
    return [row[0] for row in query(DEVIATIONS)]


@pytest.mark.parametrize(
    ("events", "result"),
    [
        ("a 0 visit\na 1 order\na 1 card\na 2 deliver", []),
        ("a 0 visit\na 1 order\na 2 deliver", ["missing [card | invoice] @2 Billing"]),
        ("a 0 visit\na 1 order\na 1 card\na 9 deliver", ["late order @3 Sales"]),
        ("a 90 visit\na 91 order", ["overdue order @- Sales"]),
        ("a 98 visit\na 99 order", []),
        ("a 0 visit status=failed channel=web\na 1 order\na 1 card\na 2 deliver", ["failed visit @0 Web"]),
        ("a 0 visit channel=phone\na 1 order\na 1 card\na 2 deliver", ["wrong_channel visit @0 Web"]),
        ("a 0 visit initiator=company\na 1 order\na 1 card\na 2 deliver", ["wrong_initiator visit @0 Web"]),
        ("a 0 visit initiator=customer channel=web\na 1 order\na 1 card\na 2 deliver", []),
        ("a 99 visit\na 99 chat\na 99 faq\na 99 stranger", ["ad_hoc chat @1 Support", "ad_hoc stranger @3 -"]),
        ("a 98 order", ["missing visit @0 Web", "wrong_entry order @0 Sales"]),
        ("a 98 visit\na 99 order\na 99 order", ["repeated order @2 Sales"]),
    ],
)
def test_departures_are_named_and_charged(world: World, events: str, result: list[str]) -> None:
    assert said(world(MAP, events)) == result


def test_every_event_of_a_journey_has_its_move(world: World) -> None:
    query = world(MAP, "a 97 visit\na 97 chat\na 98 order\na 99 order\na 99 stranger\na 99 faq")

    assert query("SELECT touchpoint, activity, move FROM journey_events ORDER BY position") == [
        ("visit", "visit", "sync"),
        ("chat", "chat", "log"),
        ("order", "order", "sync"),
        ("order", "order", "log"),
        (None, "stranger", "log"),
        ("faq", "faq", "sync"),
    ]


def test_an_exit_is_an_event_of_the_journey_but_no_step_and_costs_nothing(world: World) -> None:
    with_exit = MAP + "exits: {no: {when: {activity: no}}}\n"
    query = world(with_exit, "a 97 visit\na 98 no\na 99 order\na 99 order")

    assert query("SELECT touchpoint, move FROM journey_events ORDER BY position")[1] == ("no", None)
    assert query("SELECT trace, cost FROM variants") == [(["visit", "no", "order", "order"], 1.1)]
    assert query("SELECT kind, touchpoint, position FROM deviations") == [("repeated", "order", 3)]


def test_what_a_blind_touchpoint_or_a_source_that_was_down_could_not_show_is_a_gap_and_no_deviation(
    world: World,
) -> None:
    blind = MAP.replace("visit: {", "visit: {observability: [{is: blind, until: 2026-01-10}], ")
    query = world(blind, "a 1 order\na 1 card\na 2 deliver\nb 20 order\nb 20 card\nb 21 deliver")
    assert query("SELECT kind, count(*) FROM deviations WHERE touchpoint = 'visit' GROUP BY kind ORDER BY kind") == [
        ("missing", 1),
        ("unobservable", 1),
    ]


def test_a_skip_while_its_source_was_down_is_a_gap(world: World) -> None:
    outage = {"from": datetime(2026, 1, 5, tzinfo=UTC), "until": datetime(2026, 1, 8, tzinfo=UTC)}
    source = Source.model_validate(
        {"name": "pay", "kind": "table", "path": "x.csv", "columns": {"identities": {"a": "b"}}, "outages": (outage,)}
        | {"columns": {"occurred_at": "t", "activity": "a", "identities": {"a": "b"}}}
    )
    fed = MAP.replace("card: {", "card: {when: {source: pay, activity: card}, ")

    query = world(fed, "a 0 visit\na 1 order\na 2 deliver\nb 20 visit\nb 20 order\nb 21 deliver", sources=(source,))

    assert query("SELECT kind, block FROM deviations ORDER BY occurred_at") == [
        ("unobservable", "card | invoice"),
        ("missing", "card | invoice"),
    ]


def test_a_rate_is_journeys_that_departed_over_journeys_that_came_there(world: World) -> None:
    query = world(
        MAP,
        "a 0 visit\na 1 order\na 1 order\na 2 card\nb 0 visit\nb 1 order\nc 0 visit\nc 0 chat\nc 0 chat",
    )

    assert query(
        "SELECT kind, touchpoint, occurrences_n, journeys_n, opportunities_n, round(rate, 2) FROM deviation_rates"
        " WHERE kind <> 'overdue' ORDER BY kind"
    ) == [("ad_hoc", "chat", 2, 1, 3, 0.33), ("repeated", "order", 1, 1, 2, 0.5)]


def test_business_promises_count_business_hours(world: World) -> None:
    # Friday noon to Monday noon: one local business day of eight hours, not three days.
    business = MAP.replace("within: 3d}", "within: 9h, calendar: business}")

    query = world(business, "a 4 visit\na 4 order\na 4 card\na 7 deliver\nb 4 visit\nb 4 order\nb 4 card\nb 8 deliver")

    assert query("SELECT kind, wait_s / 3600, promised_s / 3600 FROM deviations") == [("late", 16.0, 9.0)]
    assert query("SELECT n, kept_share, calendar FROM waits WHERE promised_s IS NOT NULL") == [(2, 0.5, "business")]


def test_variants_are_told_apart_by_whether_they_are_finished_and_carry_their_cost(world: World) -> None:
    query = world(MAP, "a 0 visit\na 1 order\nb 0 visit\nb 1 order\nc 0 visit\nc 1 order\nc 2 deliver")

    assert query("SELECT trace, journeys_n, cost, alignment FROM variants ORDER BY journeys_n DESC") == [
        (["visit", "order"], 2, 0.0, "prefix"),
        (["visit", "order", "deliver"], 1, 1.0, "full"),
    ]


def test_flows_of_a_touchpoint_in_and_out_balance(world: World) -> None:
    query = world(MAP, "a 0 visit\na 1 order\na 2 card\nb 0 visit\nb 1 order\nb 1 order\nc 98 order\nc 98.5 invoice")

    assert (
        query(
            "SELECT coalesce(i.name, o.name) FROM"
            " (SELECT to_touchpoint AS name, sum(n) AS n FROM flows GROUP BY 1) i FULL JOIN"
            " (SELECT from_touchpoint AS name, sum(n) AS n FROM flows GROUP BY 1) o ON o.name = i.name"
            " WHERE coalesce(i.name, o.name) IS NOT NULL AND i.n IS DISTINCT FROM o.n"
        )
        == []
    )


def test_unmapped_activities_are_listed_with_their_counts(world: World) -> None:
    query = world(MAP, "a 97 stranger\na 98 visit\na 99 stranger\nb 1 other")

    assert query("SELECT activity, events_n, in_journeys_n FROM unmapped_activities") == [
        ("stranger", 2, 1),
        ("other", 1, 0),
    ]


@pytest.mark.parametrize(
    ("reviewed_on", "as_of", "told"),
    [
        ("2026-01-05", "13", []),
        ("2026-01-05", "14", [("new", "Operations", 0, None, None)]),
        ("2026-01-12", "14", []),
    ],
)
def test_a_map_whose_review_is_overdue_at_the_snapshot_is_a_finding_of_its_owner(
    world: World, reviewed_on: str, as_of: str, told: list[tuple[object, ...]]
) -> None:
    query = world(f"{MAP}review_every: 2w\nreviewed_on: {reviewed_on}\n", "a 0 visit", as_of=as_of)
    columns = "state, owner, journeys_n, touchpoint, rate"
    assert query(f"SELECT {columns} FROM findings WHERE signal = 'review_overdue'") == told


def test_a_later_version_takes_over_the_review(world: World) -> None:
    reviewed = f"{MAP}review_every: 2w\nreviewed_on: 2026-01-05\n"
    newer = MAP.replace("version: 1", "version: 2\nvalid_from: 2026-02-01")
    overdue = "SELECT state FROM findings WHERE signal = 'review_overdue'"
    assert world([reviewed, newer], "a 0 visit", as_of="20")(overdue) == [("new",)]
    assert world([reviewed, newer], "a 0 visit", as_of="40")(overdue) == [("fixed",)]


def test_a_finding_lives_across_snapshots_and_a_repeated_run_changes_nothing(world: World) -> None:
    events = "".join(f"p{i} 0 visit\np{i} 1 order\np{i} 1 order\n" for i in range(6))
    state = "SELECT state FROM findings WHERE signal = 'repeated'"

    assert world(MAP, events, as_of="10")(state) == [("new",)]
    assert world(MAP, events, as_of="10")(state) == [("new",)]
    assert world(MAP, events, as_of="11")(state) == [("persists",)]
    assert world(MAP, "a 0 visit", as_of="12")(state) == [("fixed",)]
    assert world(MAP, events, as_of="13")(state) == [("returned",)]


def test_what_the_map_does_not_know_and_comes_after_confirmed_silence_belongs_to_no_journey(world: World) -> None:
    query = world(MAP, "a 0 visit\na 10 stranger\na 40 stranger\nb 0 visit\nb 40 stranger\nb 50 order\nb 50 card")

    assert query("SELECT events_n FROM journeys WHERE rule = 'default' ORDER BY person_id") == [(2,), (4,)]
    assert query("SELECT activity, position FROM journey_events WHERE move = 'log'") == [("stranger", 1)] * 2


def test_people_wait_for_steps_that_everybody_takes(world: World) -> None:
    query = world(MAP, "a 0 visit\na 1 order\na 3 invoice\na 6 deliver")

    assert query("SELECT from_touchpoint, to_touchpoint, p50_s / 86400 FROM waits ORDER BY 1, 2") == [
        ("invoice", "deliver", 3.0),
        ("order", "deliver", 5.0),
        ("visit", "order", 1.0),
    ]


def test_another_branch_may_be_taken_by_all_who_came_to_the_choice(world: World) -> None:
    query = world(
        MAP,
        "a 0 visit\na 1 order\na 1.1 card\na 1.2 invoice\na 2 deliver\nb 0 visit\nb 1 order\nb 1.1 card\nb 2 deliver\n"
        "c 0 visit\nc 1 order\nc 1.1 invoice\nc 2 deliver\nd 0 visit\nd 1 order",
    )
    assert query(
        "SELECT touchpoint, journeys_n, opportunities_n FROM deviation_rates WHERE kind = 'branch_conflict'"
    ) == [("invoice", 1, 3)]
