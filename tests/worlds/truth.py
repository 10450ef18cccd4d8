"""What is true of a world: the same people walk again with something fixed, and with the same numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from tests.worlds.draws import Bools, Floats, Ints
from tests.worlds.seen import FOREVER_US, Seen, look
from tests.worlds.walk import Again, Walked
from tests.worlds.world import DAY_S, World

MONTH_D = 30.44
PEOPLE = 200_000
"""People of a truth: a gain of two points is then known to 0.03 points."""


def _nothing() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True)
class Truth:
    """What is true.

    Attributes:
        journeys_n: Journeys behind it.
        converted_share: Of all journeys, within the horizon.
        gain: Per plant: conversions more, as a share of journeys, if it were fixed. 0 for what does nothing.
        joint_gain: The same, were all frictions fixed.
        reached_n: Per touchpoint: who reached it.
        drop_off: Per touchpoint: left while standing there, of those who reached it.
        convert: Per touchpoint: of those who reached it, converted within the horizon of reaching it.
        pause_s: Per touchpoint: median time to the next, of those who go on.
    """

    journeys_n: int
    converted_share: float
    gain: Floats
    joint_gain: float
    reached_n: Floats = field(default_factory=_nothing)
    drop_off: Floats = field(default_factory=_nothing)
    convert: Floats = field(default_factory=_nothing)
    pause_s: Floats = field(default_factory=_nothing)


def truth_of(world: World, people_n: int = PEOPLE, *, with_outcomes: bool = True) -> Truth:
    """Truth by re-simulation, with other people than the world's own, watched to the end.

    Args:
        world: The world.
        people_n: How many people walk.
        with_outcomes: Whether to tell what becomes of those who reach each touchpoint, too.
    """
    again = Again(world.grown(people_n, world.seed + 7_919), is_told=with_outcomes)
    frictions = [number for number, plant in enumerate(world.plants) if plant.role == "friction"]
    found = Truth(
        journeys_n=again.base.left_slot.size,
        converted_share=float(converts_in_time(world, again.base).mean()),
        gain=np.array([_gain(again, [number]) for number in range(len(world.plants))]),
        joint_gain=_gain(again, frictions) if frictions else 0.0,
    )
    if not with_outcomes:
        return found
    seen = look(again.world, again.base)
    return replace(
        found,
        reached_n=_by_code(world, seen.stages["code"].to_numpy(), np.ones(seen.stages.height)),
        drop_off=_drop_off(world, seen),
        convert=_convert(world, seen),
        pause_s=_pauses(world, seen),
    )


def converts_in_time(world: World, walked: Walked) -> Bools:
    """Which reach the goal within the horizon of their beginning."""
    took_us = walked.ended_us - walked.people.entered_us
    return walked.is_converted & (took_us <= world.horizon_d * DAY_S * 1e6)


def _gain(again: Again, fixed: Collection[int]) -> float:
    world = again.world
    if all(world.plants[number].effect == 0 and not world.plants[number].waiters for number in fixed):
        return 0.0
    rows, better = again.fixed(fixed)
    before = converts_in_time(world, again.base)[rows]
    return (float(converts_in_time(world, better).sum()) - float(before.sum())) / again.base.left_slot.size


def _by_code(world: World, code: Ints, weight: Floats | Bools) -> Floats:
    return np.bincount(code, weights=weight, minlength=len(world.plan.names)).astype(np.float64)


def _drop_off(world: World, seen: Seen) -> Floats:
    lost = seen.journeys["status"].is_in(["abandoned", "exited"]).to_numpy()
    reached = _by_code(world, seen.stages["code"].to_numpy(), np.ones(seen.stages.height))
    return _by_code(world, seen.journeys["code"].to_numpy(), lost) / np.maximum(reached, 1)


def _convert(world: World, seen: Seen) -> Floats:
    rows = seen.stages.join(seen.journeys.select("journey_key", "status", "ended_us"), on="journey_key", how="left")
    took_us = rows["ended_us"].fill_null(FOREVER_US).to_numpy() - rows["reached_us"].to_numpy()
    is_in_time = (rows["status"] == "converted").to_numpy() & (took_us <= world.horizon_d * DAY_S * 1e6)
    code = rows["code"].to_numpy()
    return _by_code(world, code, is_in_time) / np.maximum(_by_code(world, code, np.ones(code.size)), 1)


def _pauses(world: World, seen: Seen) -> Floats:
    rows = seen.stages.drop_nulls("next_us")
    took_s = (rows["next_us"] - rows["reached_us"]).to_numpy() / 1e6
    code = rows["code"].to_numpy()
    return np.array(
        [np.median(took_s[code == each]) if (code == each).any() else np.nan for each in range(len(world.plan.names))]
    )
