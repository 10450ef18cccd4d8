"""CJML, SINTEF's Customer Journey Modelling Language: the XML of version 2.0 and of its editors.

SINTEF publishes an example; its schema could not be had here, so the reader is built on that example and on what the
editors write, and is lenient:
`plannedJourney` (else `actualJourney`) with `journeyPhases`, `actors` (`endUser`, `serviceProvider`) and `touchpoints`,
each a communication point (`initiator`, `receiver`, `channel`) or an action (`initiator`). The editors' shorter form
(`actor`, `touchpoint`, `action`, `communicationPoint` with attributes) is read, too. Unknown elements are told of.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from pipelines.maps.formats.cjml.write import COMPANY, INSTRUCTION, NEED
from pipelines.maps.formats.rows.cells import initiator, slug
from pipelines.maps.formats.sketch import Sketch
from pipelines.maps.formats.xml_files import children, line_of, local, read_xml, said
from schemas.errors import MapError, Problem
from schemas.map_file import Path_
from schemas.map_flow import unfit

MOST_TOUCHPOINTS = 2_000
_POINTS = ("CommunicationPoint", "communicationPoint", "Action", "action", "touchpoint")
_NUMBERED = re.compile(r"[A-Za-z]{0,3}[-_ ]?\d+(?:\.\d+)?")  # T1, TP12, 3: ids that say nothing
_KNOWN = frozenset({"touchpointID", "belongsTo", "initiator", "receiver", "channel", "comment", "compliance",
                    "initiatorDescription", "receiverDescription", "sender"})  # fmt: skip
_ROUTINE = frozenset({"", "sending", "receiving", "other"})


@dataclass
class _Touchpoint:
    """One touchpoint of the file: its id, name in the map, phase, and entry."""

    id: str
    name: str
    phase: str
    entry: dict[str, object]
    is_extra: bool = False  # actual journeys have touchpoints that nobody planned
    remarks: list[str] = field(default_factory=list)


def read(path: Path) -> Sketch:
    """The first planned journey of a CJML file, else its first actual one.

    Raises:
        MapError: It is no CJML, or has no touchpoint.
    """
    root = read_xml(path, "a CJML file")
    if local(root).casefold() != "cjml":
        raise _refused(path, root, f"the element <{local(root)}>", "<CJML> as the first element")
    journeys = [*children(root, "plannedJourney"), *children(root, "actualJourney")] or [root]
    reader = _Reader(path, journeys[0])
    if len(journeys) > 1:
        reader.notes.append(f"the first of {len(journeys)} journeys in the file was taken")
    if local(journeys[0]) == "actualJourney":
        reader.notes.append("an actual journey was taken as the designed one, for the file plans none")
    return reader.sketch(_instruction(path) if len(journeys) == 1 else {})


def _refused(path: Path, element: etree._Element, got: str, wanted: str) -> MapError:
    problem = Problem(path.name, line_of(element), got, wanted)
    return MapError(got, wanted, "", path.name, problem.line, (problem,))


def _instruction(path: Path) -> dict[str, object]:
    """What a map of ours noted for itself, {} where there is nothing."""
    text = path.read_bytes().decode("utf-8", "replace")
    found = re.search(rf"<\?{INSTRUCTION} (\{{.*?\}})\?>", text, re.DOTALL)
    try:
        read_ = json.loads(found[1]) if found else {}
    except ValueError:
        return {}
    return read_ if isinstance(read_, dict) else {}


class _Reader:
    def __init__(self, path: Path, journey: etree._Element) -> None:
        self.path, self.journey = path, journey
        self.notes: list[str] = []
        self.customers, self.providers = self._actors()
        self.phases = {
            element.get("phaseID", "").strip(): _text(element, "phaseName") or element.get("phaseID", "").strip()
            for element in self._inside("journeyPhases", "journeyPhase")
        }
        self.channels: dict[str, str] = {}
        self.codes: dict[str, str] = {}

    def sketch(self, own: dict[str, object]) -> Sketch:
        if isinstance(own.get("channels"), dict):
            self.codes = {str(title): str(code) for code, title in _mapping(own["channels"]).items()}
        points = self._touchpoints()
        if not points:
            raise _refused(self.path, self.journey, "a journey without touchpoints", "at least one touchpoint")
        tree = self._head()
        tree |= {"channels": self.channels} if self.channels else {}
        tree |= self._flow(points, own)
        planned = {point.name: point.entry for point in reversed(points) if not point.is_extra and point.entry}
        extra = {point.name: point.entry for point in points if point.is_extra and point.name not in planned}
        tree |= {"touchpoints": dict(reversed(planned.items()))} if planned else {}
        tree |= {"off_map": extra} if extra else {}
        return Sketch(tree, tuple(dict.fromkeys(self.notes)), self._remarks(points, {*planned}))

    def _remarks(self, points: list[_Touchpoint], described: set[str]) -> dict[Path_, str]:
        return {
            ("touchpoints", point.name): "\n".join(point.remarks)
            for point in points
            if point.remarks and point.name in described and not point.is_extra
        }

    def _inside(self, holder: str, *names: str) -> list[etree._Element]:
        holders = children(self.journey, holder) or [self.journey]
        return [element for each in holders for element in children(each, *names)]

    def _head(self) -> dict[str, object]:
        """Journey, title, persona and goal."""
        journey, title = _text(self.journey, "journeyID"), _text(self.journey, "journeyTitle")
        summary = _text(self.journey, "journeyShortSummary") or _text(self.journey, "journeyLongSummary")
        persona = next((name for name in self.customers.values() if name.casefold() not in ("customer", "")), "")
        head = {
            "journey": journey if re.fullmatch(r"\w[\w.-]{0,79}", journey) else slug(journey) if journey else "",
            "title": title or journey,
            "persona": persona
            if local(self.journey) != "actualJourney"
            else "",  # there it may be a real person's name
            "customer_goal": summary,
        }
        return {key: value for key, value in head.items() if value}

    def _actors(self) -> tuple[dict[str, str], dict[str, str]]:
        """Ids of end users and of providers, each to its name."""
        customers: dict[str, str] = {}
        providers: dict[str, str] = {}
        for actor in self._inside("actors", "endUser", "serviceProvider", "actor"):
            actor_id = actor.get("actorID") or actor.get("actorIDref") or actor.get("id") or ""
            name = _text(actor, "actorName") or _text(actor, "companyName") or actor.get("name", "") or actor_id
            role = _text(actor, "actorRole") or actor.get("role", "") or name
            is_customer = local(actor) == "endUser" or (local(actor) == "actor" and initiator(role) == "customer")
            (customers if is_customer else providers)[actor_id.strip()] = said(name)
        return customers, providers

    def _touchpoints(self) -> list[_Touchpoint]:
        found = [
            each
            for each in self._all_elements()
            if local(each).removeprefix("planned").removeprefix("actual") in _POINTS
        ]
        if len(found) > MOST_TOUCHPOINTS:
            got = f"{len(found):,} touchpoints"
            raise _refused(self.path, self.journey, got, f"at most {MOST_TOUCHPOINTS:,}, is this a map?")
        points = [self._touchpoint(element, number) for number, element in enumerate(found, 1)]
        self._name_apart(points)
        return points

    def _all_elements(self) -> list[etree._Element]:
        return [element for holder in children(self.journey, "touchpoints") or [self.journey] for element in holder]

    def _name_apart(self, points: list[_Touchpoint]) -> None:
        """The same name with other details is another touchpoint."""
        first: dict[str, dict[str, object]] = {}
        for point in points:
            name, number = point.name, 2
            while first.setdefault(point.name, point.entry) != point.entry:
                point.name, number = f"{name}_{number}", number + 1

    def _touchpoint(self, element: etree._Element, number: int) -> _Touchpoint:
        ids = _text(element, "touchpointID") or element.get("id", "").strip()
        began, received = self._actor(element, "initiator"), self._actor(element, "receiver")
        label = self._label(element) or ids or f"step {number}"
        is_code = bool(ids) and not _NUMBERED.fullmatch(ids) and not unfit(ids)
        name = ids if is_code else slug(label)
        need = _text(element, "comment")
        entry: dict[str, object] = {
            "title": "" if label in (name, name.replace("_", " ").capitalize()) else label,
            "channels": self._channels(element),
            "initiator": self._who(began),
            "owner": next((self.providers[each] for each in (began, received) if each in self.providers), ""),
            "need": need.removeprefix(NEED) if need.startswith(NEED) else "",
        }
        if entry["owner"] == COMPANY:
            entry["owner"] = ""
        if local(element).endswith(("Action", "action")) and entry["initiator"] == "customer":
            entry["initiator"] = None if is_code else "customer"
        extra = _text(element, "compliance").casefold().replace("-", "") == "adhoc"
        phase = self._phase(element)
        point = _Touchpoint(ids, name, phase, {key: value for key, value in entry.items() if value}, extra)
        point.remarks = self._kept(element, label, need)
        return point

    def _kept(self, element: etree._Element, label: str, need: str) -> list[str]:
        """What a map has no key for, as comments."""
        received = _label_of(element, "receiver")
        kept = [f"received as: {received}"] if received.casefold() not in _ROUTINE and received != label else []
        kept += [f"comment: {need}"] if need and not need.startswith(NEED) else []
        for child in element:
            text = said(" ".join(str(each) for each in child.itertext()))
            if local(child) not in _KNOWN and local(child) and text:
                kept.append(f"{local(child)}: {text}")
        return kept

    def _phase(self, element: etree._Element) -> str:
        belongs = children(element, "belongsTo")
        reference = (belongs[0].get("phaseIDref", "") if belongs else "").strip()
        return self.phases.get(reference, reference)

    def _label(self, element: etree._Element) -> str:
        label = _label_of(element, "initiator") or said(
            " ".join(child.text or "" for child in children(element, "sender"))
        )
        return label or said(element.text)

    def _actor(self, element: etree._Element, side: str) -> str:
        """Id of who begins or receives, "" where it is not told."""
        parts = children(element, side)
        refers = children(parts[0], "refersTo") if parts else []
        attributes = ("actorIDref", "actorID")
        reference = next((refers[0].get(key) for key in attributes if refers and refers[0].get(key)), None)
        also = ("initiatorId", "senderId") if side == "initiator" else ("receiverId",)
        told = reference or next((element.get(key) for key in also if element.get(key)), None)
        told = (told or (said(parts[0].text) if parts else "")).strip()
        by_name = {name: actor_id for actor_id, name in (self.customers | self.providers).items()}
        return told if told in self.customers or told in self.providers else by_name.get(told, told)

    def _who(self, actor: str) -> str | None:
        if actor in self.customers:
            return "customer"
        return "company" if actor in self.providers else initiator(actor)

    def _channels(self, element: etree._Element) -> list[str]:
        found = []
        for channel in children(element, "channel"):
            title = _text(channel, "channelName") or said(channel.text)
            if title.casefold() not in _ROUTINE:
                code = self.codes.get(title) or slug(title)
                self.channels.setdefault(code, title)
                found.append(code)
        return found

    def _flow(self, points: list[_Touchpoint], own: dict[str, object]) -> dict[str, object]:
        """The flow that we noted, where it is about the same touchpoints; else one after the other."""
        planned = [point for point in points if not point.is_extra] or points
        again = _mapping(own.get("again"))
        if own.get("flow") and _names(own["flow"]) == {str(again.get(point.id, point.id)) for point in planned}:
            for point in planned:
                point.name = str(again.get(point.id, point.id))
            return {key: own[key] for key in ("flow", "anytime") if own.get(key)}
        if own:
            self.notes.append(
                "the noted flow is not about these touchpoints any more, so they stand one after the other"
            )
        else:
            self.notes.append("CJML has no branches: touchpoints stand one after the other, each once")
        phases: dict[str, list[object]] = {}
        for point in planned:
            phases.setdefault(point.phase, []).append(point.name)
        goals = {
            _text(each, "phaseName"): _text(each, "phaseDescription")
            for each in self._inside("journeyPhases", "journeyPhase")
        }
        return {"flow": [_phase(name, steps, goals.get(name, "")) for name, steps in phases.items()]}


def _phase(name: str, steps: list[object], goal: str) -> dict[str, object]:
    return {"phase": name or "Journey", **({"customer_goal": goal} if goal else {}), "steps": steps}


def _names(flow: object) -> set[str]:
    """Touchpoints of a flow as the file of a map has it."""
    match flow:
        case str():
            return {flow}
        case list():
            return {name for each in flow for name in _names(each)}
        case dict():
            inside = (
                value for key, value in flow.items() if key not in ("phase", "customer_goal", "anytime", "at_most")
            )
            return {name for value in inside for name in _names(value)}
        case _:
            return set()


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(element: etree._Element, name: str) -> str:
    """The text of a child, on one line; "" where there is none."""
    found = children(element, name)
    return said(found[0].text) if found else ""


def _label_of(element: etree._Element, side: str) -> str:
    parts = children(element, side)
    label = _text(parts[0], f"{side}Label") if parts else ""
    return label or _text(element, f"{side}Description")
