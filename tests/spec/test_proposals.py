"""Helpful deviations become changes to the map, tried on the journeys that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pipelines import warehouse
from pipelines.compare.proposals import proposals
from pipelines.engine import DuckDBEngine
from pipelines.settings import Settings
from pipelines.study import studies
from schemas.journey_map import load_maps
from tests.spec.conftest import day

if TYPE_CHECKING:
    from pathlib import Path

    from tests.spec.conftest import World

MAP = """
journey: buy
title: Buy
flow:
  - phase: Order
    steps: [visit, order, {one_of: [card, invoice]}, deliver]
touchpoints:
  order: {channels: [web]}
off_map:
  chat: {title: Chat with us}
"""
Proposed = Callable[[str, str, str], tuple[object, ...]]


@pytest.fixture
def proposed(world: World, tmp_path: Path) -> Proposed:
    """The one proposal for a helpful deviation of these events: said, change, shares before and after, reason."""

    def propose(signal: str, touchpoint: str, events: str) -> tuple[object, ...]:
        world(MAP, events)
        root = tmp_path / "workspace"
        with warehouse.writer(Settings(root=root, name="spec", warehouse=root / "warehouse.duckdb")) as connection:
            (study,) = studies(load_maps(root / "maps"), day("100"))
            connection.execute("DELETE FROM main.frictions")
            connection.execute(
                "INSERT INTO main.frictions BY NAME SELECT 'buy' AS journey, $target AS touchpoint, $signal AS signal,"
                " 99 AS reached_n, 40 AS exposed_n, 1 AS family_n, 'helpful' AS verdict, 'B' AS evidence_grade,"
                " false AS is_sign_flip, -4.0 AS lost_shrunk",
                {"target": touchpoint, "signal": signal},
            )
            engine = DuckDBEngine(connection)
            engine.use(study.schema)
            ((*_, said, change, _, before, after, reason),) = proposals(engine, study).rows()
            return said, change, before, after, reason

    return propose


def test_a_step_that_is_better_passed_by_becomes_optional(proposed: Proposed) -> None:
    events = (
        "a 1 visit\na 2 card\na 3 deliver\nb 1 visit\nb 2 order\nb 3 card\nb 4 deliver\nc 1 visit\nd 1 visit\nd 2 chat"
    )

    said, change, before, after, reason = proposed("missing", "order", events)

    assert (said, before, after, reason) == ("Let journeys pass by “Order”", 0.5, 0.75, None)
    assert change == (
        "flow:\n  - phase: Order\n    steps: [visit, {optional: order}, {one_of: [card, invoice]}, deliver]\n"
    )


def test_a_detour_is_offered_where_most_journeys_take_it(proposed: Proposed) -> None:
    walk = "{0} 1 visit\n{0} 2 order\n{0} 3 card\n{0} 3.5 chat\n{0} 4 deliver\n"
    events = "".join(walk.format(name) for name in "abc") + "d 1 visit\nd 1.5 chat\nd 2 order\nd 3 card\nd 4 deliver"

    said, change, before, after, _ = proposed("ad_hoc", "chat", events)

    # After the payment three of four would fit, anywhere in the phase all of them.
    assert said == "Welcome “Chat with us” anytime in the phase Order (it moves from off_map to touchpoints)"
    assert (before, after) == (0.0, 1.0)
    assert "    anytime: [chat]" in str(change).splitlines()


def test_what_the_map_does_not_know_gets_a_rule(proposed: Proposed) -> None:
    events = "".join(f"{name} 1 visit\n{name} 2 Call_back!\n{name} 3 order\n" for name in "abc")

    said, change, before, after, _ = proposed("ad_hoc", "Call_back!", events)

    assert (said, before, after) == ("Offer “Call_back!” after “Visit”", 0.0, 1.0)
    assert '{when: {activity: "Call_back!"}}' in str(change)


def test_a_channel_is_offered_and_other_faults_stay_faults(proposed: Proposed) -> None:
    events = (
        "a 1 visit\na 2 order channel=phone\nb 1 visit\nb 2 order channel=phone\nc 1 visit\nc 2 order channel=mail\n"
        "d 1 visit\nd 2 order channel=phone\nd 2 order\ne 1 visit\ne 2 order channel=web"
    )

    said, change, before, after, _ = proposed("wrong_channel", "order", events)

    assert (said, before, after) == ("Offer “Order” by phone, too", 0.2, 0.6)
    assert "channels: [web, phone]" in str(change)


def test_what_could_not_be_seen_keeps_no_journey_from_fitting(
    proposed: Proposed, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = MAP.replace("order: {channels: [web]}", "order: {channels: [web], observability: blind}")
    monkeypatch.setattr("tests.spec.test_proposals.MAP", blind)
    events = "a 1 visit\na 3 card\na 4 card\na 5 deliver\nb 1 visit\nb 3 card\nb 5 deliver"

    _, _, before, after, _ = proposed("repeated", "card", events)

    assert (before, after) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("signal", "target", "told"),
    [("failed", "order", "does not design failures"), ("out_of_order", "deliver", "no single change of the flow")],
)
def test_where_no_change_helps_the_reason_is_told(proposed: Proposed, signal: str, target: str, told: str) -> None:
    events = "a 1 visit\na 2 order\na 3 card\na 3.5 chat\na 4 deliver"

    said, change, _, after, reason = proposed(signal, target, events)

    assert (said, change, after) == ("No change is proposed", None, None)
    assert told in str(reason)
