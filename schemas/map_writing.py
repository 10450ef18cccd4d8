"""A journey map back as its file: the keys that it says, in the order in which its rules are tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from itertools import permutations

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch, leaves
from schemas.durations import duration
from schemas.journey_map import JourneyMap
from schemas.map_parts import JourneyIs, Owner, Part, Segment
from schemas.yaml_text import yaml_text

__all__ = ["flow_tree", "map_tree", "yaml_text"]

_UNSAID: tuple[object, ...] = (None, "", (), {})
_ONE_OR_MORE = frozenset(
    {"opens_with", "goal", "observability", "mandate", "when", "asked", "after"}
)  # one alone stands without brackets
_DURATIONS = frozenset({"reopens_after", "patience", "patience_default"})  # beside all that end in _s
_SECTIONS = ("flow", "anytime", "touchpoints", "off_map", "exits")  # whose order in the file is that of the rules


def map_tree(journey_map: JourneyMap) -> dict[str, object]:
    """A map as its file has it: keys to plain values (texts, numbers, truth values, lists, mappings).

    Only what is said is in it. Written with `yaml_text` and read again it is the same map, with the same content hash.
    """
    tree = _part(journey_map)
    sections = {
        "flow": _phases(journey_map),
        "anytime": list(journey_map.flow.anytime),
        **{name: tree[name] for name in _SECTIONS if name in tree and name != "flow"},
    }
    ordered = [name for name in _rule_sections(journey_map) if sections.get(name)]
    result: dict[str, object] = {}
    for key, value in tree.items():
        if key == "flow":  # the sections stand together where the flow is
            result |= {name: sections[name] for name in ordered}
        elif key not in _SECTIONS:
            result[key] = value
    return result


def flow_tree(flow: Flow) -> list[dict[str, object]]:
    """The phases of a flow as its file has them; what is welcome in the whole journey is not among them."""
    return [_phase(phase) for phase in flow.phases]


def _phases(journey_map: JourneyMap) -> list[dict[str, object]]:
    goals = journey_map.phase_goals
    place = {name: at for at, name in enumerate(journey_map.rule_order)}
    phases: list[dict[str, object]] = []
    for phase, tree in zip(journey_map.flow.phases, flow_tree(journey_map.flow), strict=True):
        goal = {"customer_goal": goals[phase.name]} if phase.name in goals else {}
        keys = list(tree)
        if _stands_first(phase, journey_map, place):
            keys = ["phase", "anytime", "steps"]
        phases.append({"phase": phase.name, **goal, **{key: tree[key] for key in keys}})
    return phases


def _stands_first(phase: Phase, journey_map: JourneyMap, place: Mapping[str, int]) -> bool:
    """Whether the file has a phase's anytime touchpoints above its steps, as far as rules tell."""
    steps, anytime = (
        [place[name] for name in names if journey_map.entry(name) is None] for names in (leaves(phase), phase.anytime)
    )
    return bool(steps and anytime) and max(anytime) < min(steps)


def _phase(phase: Phase) -> dict[str, object]:
    anytime = {"anytime": list(phase.anytime)} if phase.anytime else {}
    return {"phase": phase.name, "steps": [_block(child) for child in phase.children], **anytime}


def _block(block: Block) -> object:
    match block:
        case Touch(name):
            return name
        case Optional(child):
            return {"optional": _body(child)}
        case Repeat(child, at_most):
            return {"repeat": _body(child), **({} if at_most is None else {"at_most": at_most})}
        case Sequence((child,)) | OneOf((child,)) | AllOf((child,)):
            return _block(child)
        case Sequence(children):
            return {"sequence": [_block(child) for child in children]}
        case OneOf() | AllOf():
            word = "one_of" if isinstance(block, OneOf) else "all_of"
            return {word: [_body(child) for child in block.children]}


def _body(block: Block) -> object:
    """A block inside a word, where a plain list is a sequence."""
    match block:
        case Sequence(children) if len(children) > 1:
            return [_block(child) for child in children]
        case _:
            return _block(block)


def _part(part: Part) -> dict[str, object]:
    """What a part says, by the keys of the file."""
    tree: dict[str, object] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        is_said = name in part.model_fields_set or value != field.get_default(call_default_factory=True)
        if is_said and value not in _UNSAID:
            tree[field.alias or name] = _value(name, value)
    tree.pop("phase goals", None)
    return tree


def _value(name: str, value: object) -> object:
    match value:
        case Part():
            return _one_part(value)
        case Flow():
            return None  # its phases are written apart
        case tuple():
            items = [_value("", each) for each in value]
            return _alone(items[0]) if len(items) == 1 and name in _ONE_OR_MORE else items
        case dict():
            inside = name if name in _DURATIONS else "rule" if name in ("when", "") else ""
            return {_value("", key): _pattern(inside, each) for key, each in value.items()}
        case _:
            return _scalar(name, value)


def _one_part(part: Part) -> object:
    """A part, as shortly as its key allows."""
    match part:
        case Owner(business=str(business), operations=None):
            return business
        case Segment():
            return _segment(part)
        case JourneyIs():
            return _journey_is(part)
        case _:
            return _part(part)


def _alone(item: object) -> object:
    """The only item of a list; an observability for ever is one word."""
    match item:
        case {"is": word, **rest} if not rest:
            return word
        case _:
            return item


def _pattern(name: str, value: object) -> object:
    """A value of a mapping; of a rule's patterns one stands alone."""
    if name == "rule" and isinstance(value, tuple) and len(value) == 1:
        return value[0]
    return _value(name, value)


def _scalar(name: str, value: object) -> object:
    match value:
        case Enum():
            return value.value
        case bool():
            return value
        case int() if name in _DURATIONS or name.endswith("_s"):
            return duration(value)
        case datetime():
            instant = value.astimezone(UTC)
            is_day = instant.time() == time()
            return instant.date().isoformat() if is_day else instant.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return value


def _segment(segment: Segment) -> object:
    name = segment.attribute
    if name.strip() != name or "(" in name or ")" in name:
        return {"attribute": name, "how": segment.how}
    return name if segment.how == "first" else f"last({name})"


def _journey_is(journey_is: JourneyIs) -> dict[str, object]:
    """The default patience stands among that of the touchpoints."""
    tree = _part(journey_is)
    default, each = tree.pop("patience.default", None), tree.pop("patience", {})
    patience = {**({} if default is None else {"default": default}), **(each if isinstance(each, dict) else {})}
    horizon = tree.pop("horizon", None)
    tree |= {"patience": patience} if patience else {}
    return tree | ({} if horizon is None else {"horizon": horizon})


def _rule_sections(journey_map: JourneyMap) -> tuple[str, ...]:
    """The order of sections in which the file has the rules tried in the map's order."""
    wanted = journey_map.rule_order
    orders = (order for order in permutations(_SECTIONS) if _tried(journey_map, order) == wanted)
    return next(orders, _SECTIONS)


def _tried(journey_map: JourneyMap, sections: tuple[str, ...]) -> tuple[str, ...]:
    """The order of rules of a file with its sections in this order."""
    flow = journey_map.flow
    place = {name: at for at, name in enumerate(journey_map.rule_order)}
    phases: list[str] = []
    for phase in flow.phases:
        parts = [list(leaves(phase)), list(phase.anytime)]
        phases += [name for part in parts[:: -1 if _stands_first(phase, journey_map, place) else 1] for name in part]
    described = {*journey_map.touchpoints, *journey_map.off_map, *journey_map.exits}
    names = {
        "flow": [name for name in phases if name not in described],
        "anytime": [name for name in flow.anytime if name not in {*described, *phases}],
        "touchpoints": list(journey_map.touchpoints),
        "off_map": list(journey_map.off_map),
        "exits": list(journey_map.exits),
    }
    known = journey_map.roles  # an entry that no step has plays no part
    return tuple(dict.fromkeys(name for section in sections for name in names[section] if name in known))
