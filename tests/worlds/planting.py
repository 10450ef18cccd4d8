"""Put departures of all kinds into a world, each with its role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tests.worlds.plan import block_slots, pair_slots
from tests.worlds.world import BETWEEN, Plant, World

KINDS = ("failed", "wrong_channel", "wrong_initiator", "ad_hoc", "repeated", "missing", "late", "out_of_order",
         "on_the_way")  # fmt: skip
"""Kinds that fit on a pair of plain touchpoints."""
ON_CHOICES = ("missing", "branch_conflict")
TIMINGS = ("soon", "anywhere", "hazard", "chase")
LEAN = (0.3, 0.7, 1.5, 2.2)
"""How much more often the harder values of a segment meet a decoy."""
SPARED = 0.14
"""Share that leaves where a departure helps: it can only keep those who would have left."""


def with_plants(
    world: World,
    rng: np.random.Generator,
    roles: Sequence[str],
    kinds: Sequence[str] = KINDS,
    timings: Sequence[str] = TIMINGS,
) -> World:
    """Plant one departure for each role on a pair of touchpoints of its own, the kind by chance.

    In half of the worlds with a choice, one more friction is planted there.
    """
    places = [int(place) for place in rng.permutation(pair_slots(world.plan))]
    for role, slot in zip(roles, places, strict=False):
        world = plant_at(world, rng, slot, role, str(rng.choice(kinds)), str(rng.choice(timings)))
    choices = block_slots(world.plan, "one_of")
    if choices and kinds is KINDS and rng.random() < 0.5:
        world = _plant_on_choice(world, rng, choices[0], str(rng.choice(ON_CHOICES)))
    return replace(world, plan=replace(world.plan, segments=tuple(segment.name for segment in world.segments)))


def plant_at(world: World, rng: np.random.Generator, slot: int, role: str, kind: str, timing: str = "soon") -> World:
    """The world with one departure more at a plain touchpoint."""
    effect = {"friction": float(rng.uniform(0.10, 0.20)), "helpful": -0.06}.get(role, 0.0)
    name = world.plan.slots[slot].piece.names[0]
    contact = f"contact{len(world.plan.off_map)}"
    is_contact = kind in ("ad_hoc", "on_the_way")
    plan, leave = world.plan, dict(world.leave)
    if is_contact:
        plan = replace(plan, off_map=(*plan.off_map, contact))
    if kind == "late":
        served = plan.slots[slot + 1].piece.names[0]
        plan = replace(plan, promises=(*plan.promises, (name, served, world.pause_s[name] * 2.5)))
    if role == "helpful":
        leave[plan.slots[slot + (kind in BETWEEN)].piece.names[0]] = SPARED
        if kind == "out_of_order":  # the harm is done where this one comes late
            leave[name] = SPARED
    share = float(rng.uniform(0.08, 0.2))
    plant = Plant(
        kind, contact if is_contact else name, slot, share, effect, role,
        LEAN if role == "decoy" else (), timing=timing if kind in ("ad_hoc", "repeated") else "soon",
    )  # fmt: skip
    return replace(world, plan=plan, leave=leave, plants=(*world.plants, plant))


def _plant_on_choice(world: World, rng: np.random.Generator, slot: int, kind: str) -> World:
    piece = world.plan.slots[slot].piece
    target = piece.label if kind == "missing" else piece.names[-1]
    share, effect = float(rng.uniform(0.08, 0.2)), float(rng.uniform(0.10, 0.20))
    return replace(world, plants=(*world.plants, Plant(kind, target, slot, share, effect, "friction")))
