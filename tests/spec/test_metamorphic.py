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
)
"""Tables without a name of anybody and without a time."""
VARIANTS = "SELECT * EXCLUDE (variant_id) FROM variants ORDER BY ALL"


def tables(query: Query) -> dict[str, list[tuple[Any, ...]]]:
    told = {name: query(f"SELECT * FROM {name} ORDER BY ALL") for name in COUNTED}
    return {**told, "variants": query(VARIANTS)}


@pytest.fixture
def made() -> tuple[str, list[list[str]]]:
    each = planted(np.random.default_rng(3), 250)
    return each.map_text, [line.split() for line in each.events.splitlines()]


def _joined(lines: list[list[str]]) -> str:
    return "\n".join(" ".join(line) for line in lines)


def test_other_names_for_people_change_nothing(world: World, made: tuple[str, list[list[str]]]) -> None:
    text, lines = made
    before = tables(world(text, _joined(lines), as_of=str(AS_OF_D)))
    renamed = [[f"x{997 * int(line[0][1:]) % 1009}", *line[1:]] for line in lines]
    assert tables(world(text, _joined(renamed), as_of=str(AS_OF_D))) == before


def test_the_same_weeks_later_is_the_same(world: World, made: tuple[str, list[list[str]]]) -> None:
    text, lines = made
    before = tables(world(text, _joined(lines), as_of=str(AS_OF_D)))
    later = [[line[0], f"{float(line[1]) + 35:.3f}", *line[2:]] for line in lines]
    assert tables(world(text, _joined(later), as_of=str(AS_OF_D + 35))) == before


def test_events_in_another_order_of_arrival_are_the_same(world: World, made: tuple[str, list[list[str]]]) -> None:
    """But for ties: events of one instant follow the order in which the file has them, so those stay together."""
    text, lines = made
    before = tables(world(text, _joined(lines), as_of=str(AS_OF_D)))
    people: dict[str, list[list[str]]] = {}
    for line in lines:
        people.setdefault(line[0], []).append(line)
    shuffled = [line for person in sorted(people, key=lambda name: name[::-1]) for line in people[person]]
    assert tables(world(text, _joined(shuffled), as_of=str(AS_OF_D))) == before


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
    world: World, made: tuple[str, list[list[str]]], added: tuple[str, str]
) -> None:
    text, lines = made
    assert added[0] in text
    told = []
    for given in (text, text.replace(*added)):
        query = world(given, _joined(lines), as_of=str(AS_OF_D))
        found = tables(query)
        outcomes = [row for row in found["touchpoint_outcomes"] if row[1] != "never"]
        # Alignments of one cost may be more where the map allows more; costs may not.
        costs = query("SELECT trace, journeys_n, cost, alignment FROM variants ORDER BY ALL")
        told.append((found["deviation_rates"], outcomes, found["ledger"], found["flows"], costs))
    assert told[0] == told[1]


def test_the_negative_control_a_mandatory_step_that_nobody_takes_is_missing(
    world: World, made: tuple[str, list[list[str]]]
) -> None:
    text, lines = made
    query = world(text.replace("steps: [begin, ", "steps: [begin, never, "), _joined(lines), as_of=str(AS_OF_D))
    ((missing_n,),) = query("SELECT journeys_n FROM deviation_rates WHERE kind = 'missing' AND touchpoint = 'never'")
    assert missing_n > 200
