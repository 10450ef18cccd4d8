"""What of a map's file changes with its flow."""

from __future__ import annotations

import re

from schemas.blocks import Flow
from schemas.journey_map import JourneyMap
from schemas.map_writing import flow_tree, map_tree


def changed_phases(plan: JourneyMap, flow: Flow) -> list[dict[str, object]]:
    """The phases that another flow has differently, as the map's file would have them."""
    goals = plan.phase_goals
    phases: list[dict[str, object]] = []
    for old, new in zip(flow_tree(plan.flow), flow_tree(flow), strict=True):
        if old != new:
            goal = {"customer_goal": goals[str(new["phase"])]} if new["phase"] in goals else {}
            phases.append({"phase": new["phase"], **goal, **{key: new[key] for key in new if key != "phase"}})
    return phases


def named(plan: JourneyMap, target: str) -> tuple[str, dict[str, object]]:
    """The name of an activity off the flow, and what the map has to say of it."""
    if target in plan.off_map:
        return target, described(plan, "off_map", target)
    name = re.sub(r"\W+", "_", target).strip("_").lower() or "step"
    while name in plan.names:
        name += "_"
    return name, {} if name == target else {"when": {"activity": target}}


def described(plan: JourneyMap, section: str, name: str) -> dict[str, object]:
    """What a section of the map's file says of a name."""
    match map_tree(plan).get(section):
        case {**entries} if isinstance(entry := entries.get(name), dict):
            return {str(key): value for key, value in entry.items()}
        case _:
            return {}
