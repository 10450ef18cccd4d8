"""Did not do, or could not see: what was declared, what events give away, and what stays a deviation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from pipelines.settings import Source

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: order
title: Order
version: 1
flow: [{phase: All, steps: [visit, pay, deliver]}]
touchpoints:
  visit: {when: {activity: visit}}
  pay: {owner: Billing, when: {activity: pay}}
  deliver: {when: {activity: deliver}}
"""
GAPS = "SELECT touchpoint, source, reason, journeys_n, owner FROM tracking_backlog"
KINDS = "SELECT kind, touchpoint, count(*) FROM deviations GROUP BY ALL ORDER BY ALL"


def traffic(days: range, a_day: int, without: Callable[[int, int], bool], gone: str = "pay") -> str:
    """So many people a day visit, pay and are delivered to, an hour apart; some of them are not seen at one step."""
    lines = []
    for day in days:
        for number in range(a_day):
            start = day + number / (3 * a_day)
            for step, name in enumerate(("visit", "pay", "deliver")):
                if name != gone or not without(day, number):
                    lines.append(f"p{day}_{number} {start + step / 24:.4f} {name}")
    return "\n".join(lines)


def test_a_touchpoint_that_falls_silent_while_others_go_on_could_not_be_seen(world: World) -> None:
    query = world(MAP, traffic(range(60), 40, lambda day, _: day in {30, 31}), as_of="61")

    assert query(KINDS) == [("unobservable", "pay", 80)]
    assert query(GAPS) == [("pay", "log", "sudden_zero", 80, "Billing")]
    ((starts, ends, evidence, hint),) = query("SELECT from_at, until_at, evidence, hint FROM tracking_backlog")
    assert isinstance(starts, datetime)
    assert isinstance(ends, datetime)
    assert (starts.day, ends.day) == (3, 6)  # day 30 is 4 February
    assert "no pay from source 'log', where about" in str(evidence)
    assert f"{{is: blind, from: {starts:%Y-%m-%dT%H:%M:%SZ}, until: {ends:%Y-%m-%dT%H:%M:%SZ}" in str(hint)


def test_the_line_of_the_hint_put_into_the_map_declares_the_gap(world: World) -> None:
    events = traffic(range(60), 40, lambda day, _: day in {30, 31})
    ((hint,),) = world(MAP, events, as_of="61")("SELECT hint FROM tracking_backlog")
    declared = MAP.replace("pay: {", f"pay: {{{str(hint).partition('in the map: ')[2]}, ")
    query = world(declared, events, as_of="61")

    assert query(GAPS) == [("pay", None, "declared", 80, "Billing")]
    assert query(KINDS) == [("unobservable", "pay", 80)]


def test_a_touchpoint_that_is_silent_to_this_day_is_told_as_such(world: World) -> None:
    query = world(MAP, traffic(range(60), 40, lambda day, _: day >= 57), as_of="61")

    assert query("SELECT reason, until_at, journeys_n FROM tracking_backlog") == [("sudden_zero", None, 120)]


def test_people_who_skip_a_step_now_and_then_are_no_gap_of_tracking(world: World) -> None:
    query = world(MAP, traffic(range(60), 40, lambda _, number: number % 4 == 0), as_of="61")

    assert query(GAPS) == []
    assert query(KINDS) == [("missing", "pay", 600)]


def test_what_nearly_everybody_lacks_for_a_while_could_not_be_seen_though_a_few_events_came(world: World) -> None:
    """Two of forty still come: no silence, but those who come past say that it was not seen."""
    query = world(MAP, traffic(range(60), 40, lambda day, number: day in {30, 31} and number % 20 != 10), as_of="61")

    ((touchpoint, source, reason, n, _),) = query(GAPS)
    assert (touchpoint, source, reason) == ("pay", None, "only_later_seen")
    assert n == 76


def test_a_few_events_a_day_prove_nothing(world: World) -> None:
    query = world(MAP, traffic(range(60), 1, lambda day, _: day in {30, 31, 32}), as_of="61")

    assert query(GAPS) == []
    assert query(KINDS) == [("missing", "pay", 3)]


def test_a_touchpoint_that_the_map_calls_blind_is_in_the_backlog_with_what_to_do(world: World) -> None:
    blind = MAP.replace("pay: {", "pay: {observability: [{is: blind, until: 2026-01-20, why: no tag}], ")
    query = world(blind, traffic(range(20), 3, lambda day, _: day < 14), as_of="30")

    assert query(GAPS) == [("pay", None, "declared", 42, "Billing")]
    assert query("SELECT from_at, until_at, evidence FROM tracking_backlog") == [
        (None, datetime(2026, 1, 20, tzinfo=UTC), "blind: no tag")
    ]
    assert query(KINDS) == [("unobservable", "pay", 42)]


def test_a_declared_outage_holds_for_rules_that_name_no_source(world: World) -> None:
    outage = {"from": datetime(2026, 1, 7, tzinfo=UTC), "until": datetime(2026, 1, 9, tzinfo=UTC)}
    source = Source.model_validate(
        {"name": "log", "kind": "table", "path": "x.csv", "outages": (outage,)}
        | {"columns": {"occurred_at": "t", "activity": "a", "identities": {"a": "b"}}}
    )
    query = world(MAP, traffic(range(10), 2, lambda day, _: day in {2, 6}), as_of="30", sources=(source,))

    assert query(KINDS) == [("missing", "pay", 2), ("unobservable", "pay", 2)]
    assert query(GAPS) == [("pay", "log", "outage", 2, "Billing")]


def test_every_skip_that_is_set_aside_is_counted_once(world: World) -> None:
    """A blind time within a silence: each skip goes to the first of the reasons."""
    blind = MAP.replace(
        "pay: {", "pay: {observability: [{is: full, until: 2026-02-05}, {is: blind, from: 2026-02-05}], "
    )

    query = world(blind, traffic(range(60), 40, lambda day, _: day >= 29), as_of="61")

    total = query("SELECT count(*) FROM deviations WHERE kind = 'unobservable'")
    assert query("SELECT cast(sum(journeys_n) AS BIGINT) FROM tracking_backlog") == total


def test_the_same_events_give_the_same_gaps_in_any_order(world: World) -> None:
    lines = traffic(range(60), 40, lambda day, _: day in {30, 31})
    once = world(MAP, lines, as_of="61")("SELECT * FROM tracking_backlog")
    again = world(MAP, "\n".join(reversed(lines.splitlines())), as_of="61")("SELECT * FROM tracking_backlog")

    assert once == again
