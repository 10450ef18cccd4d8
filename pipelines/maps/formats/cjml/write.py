"""A map as CJML 2.0, SINTEF's Customer Journey Modelling Language: one planned journey, a line of touchpoints.

CJML's journeys do not branch, so touchpoints stand in designed order, whichever branch they are of. The flow as the
map has it stands beside them in a processing instruction: other tools pass it over, `terreng map import` reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml import etree

from pipelines.maps.formats.losses import lost, words_used
from pipelines.maps.formats.sketch import Written
from schemas.blocks import leaves
from schemas.journey_map import JourneyMap
from schemas.map_writing import map_tree
from schemas.words import Initiator

INSTRUCTION = "terreng-flow"
CUSTOMER = "customer"  # the end user's id
COMPANY = "Company"  # who acts for the company where the map names nobody
NEED = "Need: "  # before a touchpoint's need in its comment
_HELD = frozenset({"persona", "channels", "customer_goal", "phase_goals", "touchpoint.title", "touchpoint.channels",
                   "touchpoint.initiator", "touchpoint.owner", "touchpoint.need"})  # fmt: skip
_WORDS = {"one_of": "which steps exclude each other", "all_of": "which steps come in any order",
          "optional": "which steps are optional", "repeat": "which steps repeat", "at_most": "how often"}  # fmt: skip
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(journey_map: JourneyMap) -> Written:
    """The map as a CJML file with one planned journey."""
    root = etree.Element("CJML", version="2.0")
    journey = _add(root, "plannedJourney")
    journey.append(etree.ProcessingInstruction(INSTRUCTION, _instruction(journey_map)))
    _add(journey, "journeyID", journey_map.journey)
    _add(journey, "journeyTitle", journey_map.title)
    _phases(journey, journey_map)
    if journey_map.customer_goal:
        _add(journey, "journeyShortSummary", journey_map.customer_goal)
    _actors(journey, journey_map)
    points = _add(journey, "touchpoints")
    for touchpoint_id, name, phase in _steps(journey_map):
        _touchpoint(points, journey_map, touchpoint_id, name, phase)
    etree.indent(root)
    text = etree.tostring(root, encoding="unicode")
    return Written(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', _lost(journey_map))


def _lost(journey_map: JourneyMap) -> tuple[str, ...]:
    used = words_used(journey_map.flow)
    told = [words for word, words in _WORDS.items() if word in used]
    flow = (f"{', '.join(told)} (kept in an instruction that other tools may drop)",) if told else ()
    entries = journey_map.touchpoints
    unsaid = [name for name in leaves(journey_map.flow) if name not in entries or entries[name].initiator is None]
    actions = ("steps that nobody is said to begin: they became actions of the customer",) if unsaid else ()
    several = [name for name, entry in entries.items() if len(entry.channels) > 1]
    more = (f"all but the first channel of {', '.join(several[:3])}",) if several else ()
    return (*flow, *actions, *more, *lost(journey_map, _HELD))


def _instruction(journey_map: JourneyMap) -> str:
    tree = map_tree(journey_map)
    again = {touchpoint_id: name for touchpoint_id, name, _ in _steps(journey_map) if touchpoint_id != name}
    held = {"flow": tree["flow"], "anytime": tree.get("anytime"), "again": again, "channels": tree.get("channels")}
    return json.dumps({key: value for key, value in held.items() if value}).replace(">", "\\u003e")


def _steps(journey_map: JourneyMap) -> Iterator[tuple[str, str, int]]:
    """Id of the touchpoint in the file, its name, and the number of its phase, in designed order."""
    times: dict[str, int] = {}
    for number, phase in enumerate(journey_map.flow.phases, 1):
        for name in leaves(phase):
            times[name] = times.get(name, 0) + 1
            yield (name if times[name] == 1 else f"{name}.{times[name]}"), name, number


def _phases(journey: etree._Element, journey_map: JourneyMap) -> None:
    phases = _add(journey, "journeyPhases")
    for number, phase in enumerate(journey_map.flow.phases, 1):
        element = _add(phases, "journeyPhase", phaseID=f"P{number}")
        _add(element, "phaseName", phase.name)
        if phase.name in journey_map.phase_goals:
            _add(element, "phaseDescription", journey_map.phase_goals[phase.name])


def _actors(journey: etree._Element, journey_map: JourneyMap) -> None:
    actors = _add(journey, "actors")
    _add(_add(actors, "endUser", actorID=CUSTOMER), "actorName", journey_map.persona or "Customer")
    providers = dict.fromkeys(_owner(journey_map, name) for name in leaves(journey_map.flow))
    for provider in providers:
        _add(_add(actors, "serviceProvider", actorID=_clean(provider)), "companyName", provider)


def _owner(journey_map: JourneyMap, name: str) -> str:
    owner = journey_map.owner_of(name) or COMPANY
    return owner if owner != CUSTOMER else f"{owner} (company)"


def _touchpoint(points: etree._Element, journey_map: JourneyMap, touchpoint_id: str, name: str, phase: int) -> None:
    """A communication point where the map says who begins, else an action."""
    entry = journey_map.touchpoints.get(name)
    began = entry.initiator if entry else None
    element = _add(points, "plannedCommunicationPoint" if began else "plannedAction")
    _add(element, "touchpointID", touchpoint_id)
    _add(element, "belongsTo", phaseIDref=f"P{phase}")
    ends = [CUSTOMER, _owner(journey_map, name)]
    first, second = ends[::-1] if began is Initiator.COMPANY else ends
    _side(element, "initiator", first, journey_map.title_of(name))
    if began:
        _side(element, "receiver", second, journey_map.title_of(name))
        channel = entry.channels[0] if entry and entry.channels else ""
        _add(_add(element, "channel"), "channelName", journey_map.channels.get(channel, channel) or "Other")
    if entry and entry.need:
        _add(element, "comment", NEED + entry.need)


def _side(element: etree._Element, side: str, actor: str, label: str) -> None:
    part = _add(element, side)
    _add(part, "refersTo", actorIDref=_clean(actor))
    _add(part, f"{side}Label", label)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, name, attributes)
    element.text = _clean(text) or None
    return element


def _clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
