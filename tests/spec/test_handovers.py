"""Hand-overs between owners: what happened, how long it took, and what is lost or waits in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

MAP = """
journey: shop
title: Shop
version: 1
journey_is: {patience: {default: 20d}}
flow:
  - phase: Find
    steps: [{repeat: visit}]
  - phase: Buy
    steps:
      - order
      - {optional: gift}
      - one_of: [card, invoice]
      - deliver
anytime: [faq]
touchpoints:
  visit: {owner: Web}
  faq: {owner: Care}
  order: {owner: Sales}
  gift: {owner: Sales}
  card: {owner: Billing}
  invoice: {owner: Credit}
  deliver: {owner: Logistics}
exits: {no: {}}
"""
ROWS = (
    "SELECT from_owner, to_owner, n, journeys_n, is_designed, p50_s / 3600, p90_s / 3600, lost_n, waiting_n"
    " FROM handovers ORDER BY ALL"
)


def found(query: Query) -> dict[tuple[object, object], tuple[object, ...]]:
    return {(row[0], row[1]): row[2:] for row in query(ROWS)}


def test_a_hand_over_is_from_the_last_touchpoint_of_one_owner_to_the_next_of_another(world: World) -> None:
    query = world(MAP, "a 0 visit\na 1 visit\na 1.5 faq\na 2 order\na 3 gift\na 3 card\na 9 deliver")

    assert found(query) == {
        ("Web", "Sales"): (1, 1, True, 24.0, 24.0, 0, 0),
        ("Sales", "Billing"): (1, 1, True, 0.0, 0.0, 0, 0),
        ("Billing", "Logistics"): (1, 1, True, 144.0, 144.0, 0, 0),
        ("Credit", "Logistics"): (0, 0, True, None, None, 0, 0),
        ("Sales", "Credit"): (0, 0, True, None, None, 0, 0),
    }


def test_what_nobody_designed_happens_too_and_may_happen_twice_in_a_journey(world: World) -> None:
    query = world(MAP, "a 0 visit\na 1 order\na 2 visit\na 4 order\na 5 card\na 6 deliver")

    assert found(query)["Sales", "Web"] == (1, 1, False, 24.0, 24.0, 0, 0)
    assert found(query)["Web", "Sales"] == (2, 1, True, 24.0, 48.0, 0, 0)


def test_who_ends_or_stands_where_another_owner_is_next_is_lost_or_waits_there(world: World) -> None:
    query = world(
        MAP,
        "lost 0 visit\nstands 99 visit\nno 0 visit\nno 1 no\npaid 98 visit\npaid 98 order\npaid 99 card\n"
        "torn 98 visit\ntorn 99 order\ntorn 99 gift",
    )

    assert found(query)["Web", "Sales"][-2:] == (2, 1)
    assert found(query)["Billing", "Logistics"][-2:] == (0, 1)
    assert found(query)["Sales", None] == (0, 0, False, None, None, 0, 1), "Billing or Credit, whichever is chosen"


def test_a_journey_in_its_own_hands_is_no_ones_hand_over(world: World) -> None:
    own = MAP.replace("card: {owner: Billing}", "card: {owner: Sales}")
    query = world(own, "a 0 visit\na 1 order\nb 0 visit\nb 1 order\nb 2 card\nb 3 deliver")

    assert {
        row[0]: row[1] for row in query("SELECT from_owner, sum(lost_n + waiting_n)::INT FROM handovers GROUP BY 1")
    } == {
        "Web": 0,
        "Sales": 0,
        "Credit": 0,
    }


def test_where_the_journey_stands_is_told_by_its_alignment(world: World) -> None:
    query = world(MAP, "a 98 visit\na 98 card\nb 98 visit\nb 98 order\nb 98 card\nb 99 order")

    assert found(query)["Billing", "Logistics"][-1] == 1, "a skipped the order; its next step is the delivery"
    assert found(query)["Sales", "Logistics"][-1] == 1, "b is back at Sales, and all that is left is the delivery"


def test_a_journey_that_was_never_at_its_place_by_design_is_handed_on_from_there_all_the_same(world: World) -> None:
    """Of a only the payment is seen: it is an extra step before the first, but nobody waits for Web."""
    query = world(MAP, "a 98 card")

    assert [row for row in found(query).items() if row[1][-1]] == [
        (("Billing", "Logistics"), (0, 0, True, None, None, 0, 1))
    ]


def test_a_map_without_owners_hands_nothing_over(world: World) -> None:
    bare = MAP.partition("touchpoints:")[0] + "exits: {no: {}}\n"

    assert found(world(bare, "a 0 visit\na 1 order")) == {}


def test_hand_overs_are_the_ways_between_touchpoints_of_two_owners(world: World) -> None:
    """The same events, counted by touchpoint in `flows` and by owner here, in any disorder."""
    rng = np.random.default_rng(11)
    steps = ["visit", "order", "gift", "card", "invoice", "deliver", "faq", "stranger"]
    lines = [
        f"p{person:02d} {place} {steps[rng.integers(len(steps))]}"
        for person in range(40)
        for place in range(rng.integers(1, 12))
    ]
    query = world(MAP, "\n".join(lines))
    owners = {row[0]: row[1] for row in query("SELECT touchpoint, owner FROM touchpoints WHERE role = 'flow'")}
    wanted: Counter[tuple[object, object]] = Counter()
    for start, end, n in query("SELECT from_touchpoint, to_touchpoint, n FROM flows WHERE to_touchpoint IS NOT NULL"):
        if start is not None and owners[start] != owners[end]:
            wanted[owners[start], owners[end]] += int(str(n))

    assert {pair: row[0] for pair, row in found(query).items() if row[0]} == dict(wanted)
    assert len(wanted) > 15
    ends = query("SELECT sum(n)::INT FROM flows WHERE end_status <> 'converted'")[0][0]
    assert 0 < sum(int(str(row[-2])) + int(str(row[-1])) for row in found(query).values()) <= int(str(ends))
