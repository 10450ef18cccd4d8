"""What differs between two maps, in the order in which a team that owns the journey wants to read it."""

from __future__ import annotations

from models.map_diff.change import Change
from models.map_diff.flow import flow_changes
from models.map_diff.names import pair_of, phase_changes, touchpoint_changes
from models.map_diff.parts import part_changes
from schemas.journey_map import JourneyMap

__all__ = ["PARTS", "Change", "diff"]

PARTS = {
    "map": "The map",
    "phases": "Phases",
    "touchpoints": "Touchpoints and exits",
    "flow": "What a journey may do",
    "promises": "Promises",
    "exits": "Exits",
    "constraints": "Constraints",
    "channels": "Channels",
    "goals": "Goals, targets, budgets, segments",
    "experience": "What customers are asked",
    "rules": "Rules: which events it is",
    "examples": "Examples",
}
"""Part to its heading, in the order of the result."""


def diff(older: JourneyMap, newer: JourneyMap) -> tuple[Change, ...]:
    """Everything that two maps say differently, a touchpoint that was only renamed taken as the same one.

    Args:
        older: The map before.
        newer: The map after.

    Returns:
        Changes by part; nothing where both say the same, whatever their layout and comments.
    """
    pair = pair_of(older, newer)
    found = [*phase_changes(pair), *touchpoint_changes(pair), *flow_changes(pair), *part_changes(pair)]
    order = list(PARTS)
    return tuple(sorted(found, key=lambda change: order.index(change.part)))
