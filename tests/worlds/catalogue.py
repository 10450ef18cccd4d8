"""The worlds that the issue names, each a function of a seed and a number of people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tests.worlds.plan import Plan, plain_plan, random_plan
from tests.worlds.planting import with_plants
from tests.worlds.world import DAY_S, HOUR_S, Plant, Segment, World

Maker = Callable[[int, int], World]
SCALES_S = (HOUR_S / 2, 4 * HOUR_S, DAY_S, 3 * DAY_S)
"""Median pauses: from half an hour to days."""


def bare(name: str, seed: int, people_n: int, plan: Plan, scale_s: float | None = None) -> World:
    """A world on a map with nothing planted: leaving and pauses are drawn, the window is long enough to follow most."""
    rng = np.random.default_rng([seed, 1])
    scale_s = scale_s or float(rng.choice(SCALES_S))
    pause_s = {name: scale_s * float(rng.uniform(0.5, 2.0)) for name in plan.names}
    # What reaches the goal takes about the sum of all pauses; the tail of a slow one about three times that.
    whole_d = len(plan.slots) * 1.25 * scale_s * 1.2 / DAY_S
    horizon_d = max(3.0 * whole_d, 1.0)
    window_d = 5 * horizon_d
    few = min(1.0, 8 / len(plan.slots))
    leave = {name: few * float(rng.uniform(0.02, 0.10)) for name in plan.names}
    return World(
        name, seed, people_n, plan, leave, pause_s,
        window_d=float(np.ceil(window_d)), as_of_d=float(np.ceil(window_d)), horizon_d=float(np.ceil(horizon_d)),
        facts={"horizon": f"{int(np.ceil(horizon_d))}d", "reopens_after": f"{int(np.ceil(horizon_d))}d"},
    )  # fmt: skip


def region(rng: np.random.Generator, harder: float) -> Segment:
    """A known trait with four values, from the easy to the hard."""
    step = harder / 3
    shares = rng.dirichlet([6.0] * 4)
    return Segment("region", ("north", "east", "south", "west"), tuple(shares), (0.0, step, 2 * step, harder))


def clean(seed: int, people_n: int) -> World:
    """Nothing planted, nobody cut off; repeat customers or not, exits or not."""
    rng = np.random.default_rng([seed, 2])
    world = bare("clean", seed, people_n, random_plan(rng, int(rng.integers(5, 9))))
    return replace(world, exits=float(rng.choice([0.0, 0.3])), as_of_d=world.as_of_d + 2 * world.horizon_d)


def in_flight(seed: int, people_n: int) -> World:
    """Many still under way at the snapshot: the window is short for the pauses."""
    rng = np.random.default_rng([seed, 3])
    world = bare("in_flight", seed, people_n, plain_plan(int(rng.integers(5, 8))))
    window_d = np.ceil(3.2 * world.horizon_d)
    pauses = {name: pause * 2.0 for name, pause in world.pause_s.items()}
    return replace(world, window_d=window_d, as_of_d=window_d, pause_s=pauses, exits=float(rng.choice([0.0, 0.3])))


def repeat_customers(seed: int, people_n: int) -> World:
    """People with several journeys each, alike within a person, and frictions that meet the same people again."""
    world = planted(seed, people_n)
    return replace(
        world, name="repeat_customers", people_n=people_n // 2, repeats=2.0,
        person_sd=0.4 / len(world.plan.slots), person_lean=0.5,
    )  # fmt: skip


def no_friction(seed: int, people_n: int) -> World:
    """Departures of every kind that cost nothing."""
    world = planted(seed, people_n)
    harmless = tuple(replace(plant, effect=0.0, role="benign", waiters=0.0) for plant in world.plants)
    return replace(world, name="no_friction", plants=harmless)


def planted(seed: int, people_n: int) -> World:
    """Frictions of several kinds, helpful and harmless departures, decoys that only the hard customers meet."""
    rng = np.random.default_rng([seed, 4])
    roles = ["friction"] * 4 + ["helpful"] + ["benign"] * 2 + ["decoy"] * 2
    world = bare("planted", seed, people_n, random_plan(rng, 2 * len(roles) + int(rng.integers(2, 8)), len(roles)))
    world = replace(world, segments=(region(rng, 0.04),), exits=float(rng.choice([0.0, 0.3])))
    return with_plants(world, rng, roles)


def decoys(seed: int, people_n: int) -> World:
    """Hard customers leave more often and meet more departures; the departures do nothing."""
    rng = np.random.default_rng([seed, 5])
    roles = ["friction", *["decoy"] * 5]
    world = bare("decoys", seed, people_n, random_plan(rng, 2 * len(roles) + int(rng.integers(2, 6)), len(roles)))
    return with_plants(replace(world, segments=(region(rng, 0.12),)), rng, roles)


def slow_not_lost(seed: int, people_n: int) -> World:
    """A chat makes people wait eight times as long, and nobody leaves for it; a friction stands elsewhere.

    The window is short: many of the slow ones are still under way at the snapshot.
    """
    rng = np.random.default_rng([seed, 6])
    plan = plain_plan(int(rng.integers(6, 10)))
    world = bare("slow_not_lost", seed, people_n, plan)
    slow, failing = plan.names[2], plan.names[4]
    pauses = {**world.pause_s, slow: world.pause_s[slow] * 1.5}
    chat = Plant("ad_hoc", "chat", 2, 0.25, 0.0, "benign", slows=8.0)
    failed = Plant("failed", failing, 4, 0.15, 0.12, "friction")
    window_d = np.ceil(3.2 * world.horizon_d)
    return replace(
        world, pause_s=pauses, pause_sigma=0.4, window_d=window_d, as_of_d=window_d, segments=(region(rng, 0.05),),
        plants=(failed, chat), plan=replace(plan, off_map=("chat",), segments=("region",)),
    )  # fmt: skip


def drift(seed: int, people_n: int) -> World:
    """Leaving grows over the window, and so does a departure that does nothing; frictions stand beside it."""
    rng = np.random.default_rng([seed, 7])
    roles = ["friction"] * 2 + ["benign"] * 3
    world = bare("drift", seed, people_n, random_plan(rng, 2 * len(roles) + int(rng.integers(2, 6)), len(roles)))
    world = with_plants(replace(world, segments=(region(rng, 0.04),), drift=0.08), rng, roles)
    return replace(world, plants=tuple(replace(plant, drift=0.8) for plant in world.plants))


def hidden_confounder(seed: int, people_n: int) -> World:
    """An unseen trait makes people leave, and meet departures that do nothing."""
    rng = np.random.default_rng([seed, 8])
    roles = ["friction", "benign", "benign"]
    world = bare("hidden_confounder", seed, people_n, random_plan(rng, 2 * len(roles) + 4, len(roles)))
    world = with_plants(replace(world, segments=(region(rng, 0.04),), hidden=0.12), rng, roles)
    return replace(world, plants=tuple(replace(plant, hidden=3.0, share=plant.share / 2) for plant in world.plants))


def random_map(seed: int, people_n: int) -> World:
    """Any map of 5 to 25 touchpoints, with what fits on it."""
    rng = np.random.default_rng([seed, 9])
    touchpoints_n = int(rng.integers(5, 26))
    roles = ["friction", "benign", "friction", "helpful", "friction"][: max(1, (touchpoints_n - 2) // 3)]
    world = bare("random_map", seed, people_n, random_plan(rng, touchpoints_n, len(roles)))
    world = replace(world, segments=(region(rng, 0.04),), repeats=float(rng.choice([1.0, 1.3])))
    return with_plants(world, rng, roles)


def faint(seed: int, people_n: int) -> World:
    """Few people and many departures that cost little or nothing: the top of a raw list overstates."""
    rng = np.random.default_rng([seed, 10])
    roles = ["friction"] * 4 + ["benign"] * 6
    world = bare("faint", seed, people_n // 8, random_plan(rng, 2 * len(roles) + 2, len(roles)))
    world = with_plants(replace(world, segments=(region(rng, 0.04),)), rng, roles)
    return replace(world, plants=tuple(replace(plant, effect=plant.effect / 4) for plant in world.plants))


WORLDS: dict[str, Maker] = {
    maker.__name__: maker
    for maker in (
        clean, in_flight, no_friction, planted, decoys, slow_not_lost, drift, repeat_customers, hidden_confounder,
        random_map, faint,
    )
}  # fmt: skip
