"""What must not matter does not: who people are called, when it all happened, and what the map says of other things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.spec.planted import planted

Query = Callable[[str], list[tuple[Any, ...]]]
World = Callable[..., Query]
AS_OF_D = 400.0
COUNTED = (
    "deviation_rates",
    "touchpoint_outcomes",
    "touchpoint_states",
    "ledger",
    "waits",
    "flows",
    "handovers",
    "coverage",
    "unmapped_activities",
    "phase_flows",
    "incidence_curves",
)
"""Tables without a name of anybody and without a time."""
COSTS = "SELECT trace, journeys_n, cost, alignment FROM variants ORDER BY ALL"
VARIANTS = "SELECT * EXCLUDE (variant_id) FROM variants ORDER BY ALL"


def tables(query: Query) -> dict[str, list[tuple[Any, ...]]]:
    told = {name: query(f"SELECT * FROM {name} ORDER BY ALL") for name in COUNTED}
    return {**told, "variants": query(VARIANTS)}


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """What the world as it was made gives: every test of this file compares with it, so it is made once."""
    return {}


@pytest.fixture
def unchanged(world: World, made: tuple[str, list[list[str]]], known: dict[str, Any]) -> dict[str, Any]:
    """Tables of the world as it was made, and the costs of its variants."""
    if not known:
        text, lines = made
        query = world(text, _joined(lines), as_of=str(AS_OF_D))
        known |= {"tables": tables(query), "costs": query(COSTS)}
    return known


@pytest.fixture
def made() -> tuple[str, list[list[str]]]:
    each = planted(np.random.default_rng(3), 250)
    return each.map_text, [line.split() for line in each.events.splitlines()]


def _joined(lines: list[list[str]]) -> str:
    return "\n".join(" ".join(line) for line in lines)


def test_other_names_for_people_change_nothing(
    world: World, made: tuple[str, list[list[str]]], unchanged: dict[str, Any]
) -> None:
    text, lines = made
    renamed = [[f"x{997 * int(line[0][1:]) % 1009}", *line[1:]] for line in lines]
    assert tables(world(text, _joined(renamed), as_of=str(AS_OF_D))) == unchanged["tables"]


def test_the_same_weeks_later_is_the_same(
    world: World, made: tuple[str, list[list[str]]], unchanged: dict[str, Any]
) -> None:
    text, lines = made
    later = [[line[0], f"{float(line[1]) + 35:.3f}", *line[2:]] for line in lines]
    assert tables(world(text, _joined(later), as_of=str(AS_OF_D + 35))) == unchanged["tables"]


def test_events_in_another_order_of_arrival_are_the_same(
    world: World, made: tuple[str, list[list[str]]], unchanged: dict[str, Any]
) -> None:
    """But for ties: events of one instant follow the order in which the file has them, so those stay together."""
    text, lines = made
    people: dict[str, list[list[str]]] = {}
    for line in lines:
        people.setdefault(line[0], []).append(line)
    shuffled = [line for person in sorted(people, key=lambda name: name[::-1]) for line in people[person]]
    assert tables(world(text, _joined(shuffled), as_of=str(AS_OF_D))) == unchanged["tables"]


@pytest.mark.parametrize(
    "added",
    [
        ("off_map: {beside: {}}", "off_map: {beside: {}, never: {}}"),
        ("exits: {no: ", "exits: {not_now: {when: {activity: never}}, no: "),
        ("flow:\n", "anytime: [never]\nflow:\n"),
        ("steps: [begin, ", "steps: [begin, {optional: never}, "),
    ],
    ids=["off the map", "as an exit", "welcome anytime", "optional on the flow"],
)
def test_a_touchpoint_that_nobody_meets_changes_no_deviation_and_no_end(
    world: World, made: tuple[str, list[list[str]]], unchanged: dict[str, Any], added: tuple[str, str]
) -> None:
    text, lines = made
    assert added[0] in text
    query = world(text.replace(*added), _joined(lines), as_of=str(AS_OF_D))
    # Alignments of one cost may be more where the map allows more; costs may not.
    told = [
        (found["deviation_rates"], _met(found), found["ledger"], found["flows"], costs)
        for found, costs in ((unchanged["tables"], unchanged["costs"]), (tables(query), query(COSTS)))
    ]
    assert told[0] == told[1]


def _met(found: dict[str, list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    return [row for row in found["touchpoint_outcomes"] if row[1] != "never"]


def test_the_negative_control_a_mandatory_step_that_nobody_takes_is_missing(
    world: World, made: tuple[str, list[list[str]]]
) -> None:
    text, lines = made
    query = world(text.replace("steps: [begin, ", "steps: [begin, never, "), _joined(lines), as_of=str(AS_OF_D))
    ((missing_n,),) = query("SELECT journeys_n FROM deviation_rates WHERE kind = 'missing' AND touchpoint = 'never'")
    assert missing_n > 200
