"""What a map says that another format has no place for, in sentences."""

from __future__ import annotations

from collections.abc import Collection

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Repeat, Sequence, Touch
from schemas.journey_map import JourneyMap

NAME = "the journey's name and title (import takes the file's name)"
# Key of a map to what it is, for those who read what was lost.
_OF_MAP = {
    "version": "the version and the day from which it is in force",
    "owner": "who answers for the whole journey (owner)",
    "persona": "the persona",
    "customer_goal": "what the customer wants (customer_goal)",
    "review_every": "the rhythm of reviews",
    "reviewed_on": "the day of the last review",
    "journey_is": "what counts as one journey (journey_is)",
    "channels": "the titles of channels",
    "phase_goals": "what the customer wants in each phase",
    "off_map": "what is off the map",
    "exits": "the exits",
    "constraints": "the constraints",
    "segments": "the segments",
    "experience": "what customers are asked (experience)",
    "value": "what a conversion is worth",
    "targets": "the targets",
    "budget": "the budget",
    "examples": "the examples",
}
_OF_TOUCHPOINT = {
    "title": "titles",
    "channels": "channels",
    "initiator": "who begins (initiator)",
    "owner": "owners",
    "need": "needs",
    "emotion": "emotions",
    "moment_of_truth": "which ones are moments of truth",
    "promise": "promises",
    "observability": "what sources see (observability)",
    "mandate": "who may change them (mandate)",
    "effort": "the work that a change is expected to be (effort)",
    "when": "the rules that say which events they are (when)",
}


def lost(journey_map: JourneyMap, held: Collection[str]) -> tuple[str, ...]:
    """What the map says beyond what a format holds.

    Args:
        journey_map: The map.
        held: What the format holds: keys of the map, and keys of touchpoints as "touchpoint.owner"; "anytime" for
            what is welcome anytime.
    """
    said = [words for key, words in _OF_MAP.items() if key not in held and _says(journey_map, key)]
    for key, words in _OF_TOUCHPOINT.items():
        entries = journey_map.touchpoints.items()
        names = [name for name, entry in entries if getattr(entry, key) or (key == "emotion" and entry.emotion == 0)]
        if names and f"touchpoint.{key}" not in held:
            said.append(f"{words} of {_few(names)}")
    if "anytime" not in held and _says(journey_map, "anytime"):
        said.append("what is welcome anytime")
    return tuple(said)


def _says(journey_map: JourneyMap, key: str) -> bool:
    flow, owner = journey_map.flow, journey_map.owner
    special = {
        "version": journey_map.version > 1 or journey_map.valid_from is not None,
        "owner": bool(owner.business or owner.operations),
        "anytime": bool(flow.anytime or any(phase.anytime for phase in flow.phases)),
        "journey_is": bool(journey_map.journey_is.model_fields_set),
        "examples": bool(journey_map.examples.conforming or journey_map.examples.deviating),
        "review_every": journey_map.review_every_s is not None,
    }
    return special[key] if key in special else bool(getattr(journey_map, key))


def _few(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} others"


def words_used(flow: Flow) -> frozenset[str]:
    """The flow's words that a map uses, "at_most" among them."""
    found: set[str] = set()
    waiting: list[Block] = [child for phase in flow.phases for child in phase.children]
    while waiting:
        match waiting.pop():
            case Touch():
                pass
            case Optional(child):
                found.add("optional")
                waiting.append(child)
            case Repeat(child, at_most):
                found |= {"repeat"} if at_most is None else {"repeat", "at_most"}
                waiting.append(child)
            case Sequence(children):
                waiting.extend(children)
            case OneOf(children):
                found.add("one_of")
                waiting.extend(children)
            case AllOf(children):
                found.add("all_of")
                waiting.extend(children)
    return frozenset(found)
