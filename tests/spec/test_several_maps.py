"""Two maps over the same people: whose an event is, and whose a journey."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
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


MOVE = """
journey: move
title: Move house
owner: Moving
journey_is: {patience: {default: 20d}}
flow:
  - phase: Move
    steps: [visit, order, new_address, moved]
anytime: [faq]
"""
WHOSE = "SELECT journey, verdict, rival_journey FROM map_assignments ORDER BY ALL"


@pytest.mark.parametrize(
    ("events", "result"),
    [
        ("a 0 visit\na 1 order\na 2 pay", [("buy", "this", "move"), ("move", "other", "buy")]),
        ("a 0 visit\na 1 order\na 2 new_address", [("buy", "other", "move"), ("move", "this", "buy")]),
        ("a 0 visit", [("buy", "undecided", "move"), ("move", "undecided", "buy")]),
        ("a 0 visit\na 1 faq", [("buy", "undecided", "move"), ("move", "undecided", "buy")]),
        ("a 0 visit\na 1 order\na 2 pay\na 3 new_address", [("buy", "this", "move"), ("move", "this", "buy")]),
        ("a 0 pay\na 1 new_address", []),
        ("a 0 visit\na 0 report", [("buy", "undecided", "move"), ("move", "undecided", "buy")]),
    ],
    ids=["went on as buyer", "went on as mover", "only a visit", "a visit and a question", "on both", "share nothing",
         "another errand beside"],
)  # fmt: skip
def test_a_journey_that_two_maps_claim_is_whose_way_it_went(
    world: World, events: str, result: list[tuple[str, str, str]]
) -> None:
    assert world([BUY, HELP, MOVE], events)(WHOSE) == result


def test_the_better_fit_has_it_where_both_maps_know_every_event(world: World) -> None:
    other_way = MOVE.replace("[visit, order, new_address, moved]", "[pay, visit, order, moved]")
    query = world([BUY, other_way], "a 97 visit\na 98 order")
    assert query(WHOSE) == [("buy", "this", "move"), ("move", "other", "buy")]
    ((fit, rival_fit),) = query("SELECT fit, rival_fit FROM map_assignments WHERE journey = 'buy'")
    assert fit == 1.0
    assert rival_fit == pytest.approx(1 - 1.0 / 2.2), "one step passed by, where nothing fits two events of the flow"


PLANTED = "\n".join(
    [f"b{i} 0 visit\nb{i} 1 order\nb{i} 2 pay" for i in range(6)]
    + [f"l{i} 0 visit\nl{i} 1 order\nl{i} 1 stranger\nl{i} 1 pay status=failed" for i in range(2)]
    + [f"m{i} 0 visit\nm{i} 1 order\nm{i} 2 new_address\nm{i} 3 moved" for i in range(4)]
    + [f"v{i} 0 visit" for i in range(3)]
)
"""Six buy, two with trouble, four move house, and three only look."""


def test_nobody_on_another_errand_counts_as_departing_or_leaving(world: World) -> None:
    """Alone, the map for buyers calls all who move people who left after their order; beside the other it does not."""
    counted = "SELECT count(*) FROM journeys WHERE rule = 'default' AND journey = 'buy' AND assignment = 'this'"
    strangers = (
        "SELECT touchpoint, journeys_n, opportunities_n FROM deviation_rates"
        " WHERE journey = 'buy' AND kind = 'ad_hoc' ORDER BY 1"
    )
    reached = (
        "SELECT touchpoint, reached_n FROM touchpoint_outcomes WHERE journey = 'buy' AND segment IS NULL"
        " AND touchpoint IN ('visit', 'pay') ORDER BY 1"
    )
    asked = (counted, strangers, reached)
    alone = [query(each) for query in [world([BUY], PLANTED)] for each in asked]
    together = world([BUY, MOVE], PLANTED)
    assert alone == [
        [(15,)],
        [("moved", 4, 15), ("new_address", 4, 15), ("stranger", 2, 15)],
        [("pay", 8), ("visit", 15)],
    ]
    assert [together(each) for each in asked] == [[(8,)], [("stranger", 2, 8)], [("pay", 8), ("visit", 8)]]
    whose = "SELECT journey, verdict, count(*) FROM map_assignments GROUP BY ALL ORDER BY ALL"
    assert together(whose) == [
        ("buy", "other", 4),
        ("buy", "this", 8),
        ("buy", "undecided", 3),
        ("move", "other", 8),
        ("move", "this", 4),
        ("move", "undecided", 3),
    ]
    everything = (
        "SELECT count(DISTINCT journey_id) FROM journey_events JOIN journeys USING (journey_id) WHERE journey = 'buy'"
    )
    assert together(everything) == [(15,)], "every journey keeps its events"
    assert together("SELECT CAST(sum(journeys_n) AS BIGINT) FROM variants WHERE journey = 'buy'") == [(15,)]


def test_a_comparison_that_is_repeated_says_the_same(world: World) -> None:
    first, second = (world([BUY, MOVE], PLANTED)("FROM map_assignments ORDER BY ALL") for _ in range(2))
    assert first == second


def test_other_rules_of_identity_are_followed_where_journeys_are_contested(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under loose identity u0 is t0, who looked before; what is about the map is told once for all rules."""
    resolve: Callable[..., None] = world.__globals__["resolve_persons"]

    def joined_by_loose(connection: duckdb.DuckDBPyConnection, plan: object) -> None:
        resolve(connection, plan)
        connection.execute(
            "UPDATE person_keys SET person_key = first.person_key, person_id = first.person_id"
            " FROM identifiers mine, identifiers other JOIN person_keys first ON first.id_key = other.id_key"
            " WHERE mine.value = 'u0' AND other.value = 't0' AND first.rule = 'loose' AND person_keys.rule = 'loose'"
            " AND person_keys.id_key = mine.id_key"
        )

    monkeypatch.setitem(world.__globals__, "resolve_persons", joined_by_loose)
    query = world([BUY, MOVE], f"{PLANTED}\nt0 0 visit\nt0 1 order\nu0 2 pay")
    ranges = "SELECT strict, standard, loose FROM identity_ranges WHERE journey = 'buy' AND measure = 'journeys'"
    assert query(ranges) == [(9.0, 9.0, 8.0)]
