"""Alignments as they are published, move by move, and the journeys that show a deviation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schemas.errors import MapError

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: shop
title: Shop
version: 1
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
off_map: {chat: {owner: Support}}
exits: {declined: {when: {activity: no}}}
"""
MOVES = (
    "SELECT string_agg(CASE move WHEN 'sync' THEN '=' WHEN 'log' THEN '+' WHEN 'model' THEN '-' ELSE '!' END"
    " || touchpoint || coalesce(position::VARCHAR, ''), ' ' ORDER BY move_no) FROM variant_moves"
    " GROUP BY variant_id ORDER BY variant_id"
)


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ("a 0 visit\na 1 order\na 1 card\na 2 deliver", "=visit0 =order1 =card2 =deliver3"),
        ("a 0 visit\na 1 order\na 2 deliver", "=visit0 =order1 -card =deliver2"),
        ("a 0 visit\na 1 deliver", "=visit0 -order -card =deliver1"),
        ("a 98 visit\na 99 order", "=visit0 =order1"),
        ("a 98 order", "-visit =order0"),
        ("a 98 card", "+card0"),
        ("a 97 visit\na 98 chat\na 98 card\na 99 what", "=visit0 +chat1 -order =card2 +what3"),
        ("a 97 visit\na 98 faq\na 98 visit\na 99 order", "=visit0 =faq1 +visit2 =order3"),
        ("a 0 visit\na 1 chat\na 1 no", "=visit0 +chat1 !declined2"),
        ("a 0 visit\na 1 no\na 2 order\na 2 deliver", "=visit0 !declined1 =order2 -card =deliver3"),
    ],
)
def test_an_alignment_has_every_event_and_every_step_passed_by(world: World, events: str, line: str) -> None:
    assert world(MAP, events)(MOVES) == [(line,)]


def test_moves_of_many_variants_stay_with_their_own(world: World) -> None:
    query = world(
        MAP,
        "a 0 visit\na 1 order\na 2 deliver\nb 0 chat\nb 0 card\nb 1 invoice\nb 2 deliver\n"
        "c 98 visit\nd 98 chat\nd 99 visit\nd 99 what\ne 97 order\ne 97 visit\ne 98 no",
    )

    events = query(
        "SELECT variant_id, position, move, coalesce(e.touchpoint, activity) FROM journey_events e"
        " JOIN journeys j ON j.journey_id = e.journey_id AND j.rule = 'default' ORDER BY ALL"
    )
    moves = query(
        "SELECT variant_id, position, move, touchpoint FROM variant_moves WHERE position IS NOT NULL ORDER BY ALL"
    )
    numbers = query("SELECT count(*), max(move_no) + 1, count(DISTINCT move_no) FROM variant_moves GROUP BY variant_id")
    costs = query(
        "SELECT any_value(cost), sum(CASE m.move WHEN 'sync' THEN 0 WHEN 'log' THEN 1.1 WHEN 'model' THEN 1 ELSE 0 END)"
        " - 0.1 * count(*) FILTER (m.touchpoint IN ('chat', 'what')) FROM variants JOIN variant_moves m"
        " USING (variant_id) GROUP BY variant_id"
    )

    assert len(events) == 12
    assert moves == events
    assert all(n == last == distinct for n, last, distinct in numbers)
    assert all(float(str(cost)) == pytest.approx(float(str(of_moves))) for cost, of_moves in costs)


def test_examples_are_the_shortest_journeys_one_of_each_variant_first(world: World) -> None:
    query = world(
        MAP,
        "a 0 visit\na 1 order\na 2 deliver\n"
        "b 0 visit\nb 1 order\nb 2 deliver\n"
        "c 0 visit\nc 1 chat\nc 1 order\nc 2 deliver\n"
        "d 0 visit\nd 1 chat\nd 1 chat\nd 1 chat\nd 1 order\nd 2 deliver\n"
        "e 0 visit\ne 1 chat\ne 1 chat\ne 1 order\ne 2 deliver\n",
    )

    missing = query("SELECT place, events_n, block FROM example_journeys WHERE kind = 'missing' ORDER BY place")
    chats = query(
        "SELECT e.place, e.events_n, substr(j.person_id, 3) FROM example_journeys e JOIN journeys j"
        " ON j.journey_id = e.journey_id AND rule = 'default' WHERE kind = 'ad_hoc' ORDER BY place"
    )

    assert missing == [(1, 3, "card | invoice"), (2, 4, "card | invoice"), (3, 5, "card | invoice")]
    assert chats == [(1, 4, "c"), (2, 5, "e"), (3, 6, "d")]


def test_a_deviation_of_one_variant_is_shown_by_several_of_its_journeys(world: World) -> None:
    query = world(MAP, "".join(f"{who} 0 visit\n{who} 1 order\n{who} 2 deliver\n" for who in "abcde"))

    shown = query("SELECT place, journey_id FROM example_journeys ORDER BY place")
    earliest = query("SELECT journey_id FROM journeys WHERE rule = 'default' ORDER BY journey_id LIMIT 3")

    assert [place for place, _ in shown] == [1, 2, 3]
    assert [name for _, name in shown] == [name for (name,) in earliest]


def test_every_rate_has_its_examples(world: World) -> None:
    query = world(
        MAP.replace("off_map:", "touchpoints: {order: {promise: {next: deliver, within: 1d}}}\noff_map:"),
        "a 0 visit\na 1 order\na 9 deliver\nb 90 visit\nb 91 order\nc 98 order\nc 98 what\nd 98 visit\nd 99 visit",
    )

    key = "kind, touchpoint, block"
    rates = query(f"SELECT {key}, least(journeys_n, 3) FROM deviation_rates ORDER BY ALL")

    assert query(f"SELECT {key}, count(*) FROM example_journeys GROUP BY ALL ORDER BY ALL") == rates
    assert {row[0] for row in rates} == {"missing", "late", "overdue", "wrong_entry", "ad_hoc", "repeated"}


def test_a_map_too_wide_to_be_compared_says_where_and_how_to_mend_it(world: World) -> None:
    steps = ", ".join(f"s{i}" for i in range(15))
    phase = f"  - phase: All\n    steps: [visit, {{all_of: [{steps}]}}, end]\n"
    wide = f"journey: wide\ntitle: Wide\nversion: 1\nflow:\n{phase}"

    with pytest.raises(MapError, match=r"map0\.yaml:4: .*the all_of of s0, .* makes 32,768.* two all_of of 8 and 7"):
        world(wide, "a 0 visit")
