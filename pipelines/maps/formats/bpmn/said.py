"""What a BPMN file says of its steps beyond their order: lanes, documentation, timers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipelines.maps.formats.bpmn.model import Scope, has_event
from pipelines.maps.formats.xml_files import children, said
from schemas.durations import LONGEST_S, duration

_ISO = re.compile(r"P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?", re.ASCII)
_UNITS = (604_800, 86_400, 3_600, 60, 1)


@dataclass
class Details:
    """What is said of touchpoints.

    Attributes:
        said: Touchpoint to keys of its entry.
        notes: What could not be said.
    """

    said: dict[str, dict[str, object]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def put(self, name: str, key: str, value: object) -> None:
        """Say something of a touchpoint; what is said first stays, and a second value is noted."""
        known = self.said.setdefault(name, {})
        if known.setdefault(key, value) != value:
            self.notes.append(f"{name} has two values of {key}: {known[key]} is taken, {value} is not")


def details_of(root: etree._Element, scope: Scope, codes: Mapping[str, str]) -> Details:
    """Owners from lanes, needs from documentation, promises from timers.

    Args:
        root: The definitions.
        scope: The process.
        codes: Id of a step to its touchpoint.
    """
    details = Details()
    owners = {name: lane for lane, name in _lanes(scope.element)}
    for part, inside in _scopes(scope, ""):
        for node in part.nodes.values():
            if node.id not in codes:
                continue
            owner = owners.get(node.id) or owners.get(inside)
            if owner:
                details.put(codes[node.id], "owner", owner)
            need = " ".join(said(_text(each)) for each in children(node.element, "documentation")).strip()
            if need:
                details.put(codes[node.id], "need", need)
        _timers(part, codes, details)
    return details


def _text(element: etree._Element) -> str:
    return "".join(text for text in element.itertext() if isinstance(text, str))


def _scopes(scope: Scope, inside: str) -> Iterator[tuple[Scope, str]]:
    """The process and its sub-processes, each with the element at the top that holds it."""
    yield scope, inside
    for name, body in scope.bodies.items():
        yield from _scopes(body, inside or name)


def _lanes(element: etree._Element, depth: int = 0) -> Iterator[tuple[str, str]]:
    """(lane, id of an element in it), the innermost lane last."""
    if depth > 10:
        return
    for lanes in children(element, "laneSet", "childLaneSet"):
        for lane in children(lanes, "lane"):
            name = said(lane.get("name"))
            for each in children(lane, "flowNodeRef"):
                if name:
                    yield name, (each.text or "").strip()
            yield from _lanes(lane, depth + 1)


def _timers(scope: Scope, codes: Mapping[str, str], details: Details) -> None:
    """A wait between two steps, or a clock on the edge of one, as the promise of the step before."""
    for node in scope.nodes.values():
        if node.kind == "silent" and has_event(node.element, "timerEventDefinition"):
            sources = [link.source for link in scope.before(node.id)]
            targets = [link.target for link in scope.after(node.id)]
            _promise(_only(sources, codes), _only(targets, codes), node.element, str(node), details)
    for name, element in scope.promised.items():
        targets = [link.target for link in scope.after(name)]
        _promise(codes.get(name), _only(targets, codes), element, "the timer on its edge", details)


def _only(ids: list[str], codes: Mapping[str, str]) -> str | None:
    return codes.get(ids[0]) if len(ids) == 1 else None


def _promise(before: str | None, after: str | None, element: etree._Element, what: str, details: Details) -> None:
    length = _length(element)
    if before and after and length:
        promise = {"next": after, "within": length}
        details.put(before, "promise", promise)
        details.notes.append(f"{before} promises {after} within {length}, guessed from {what}")
    else:
        told = " ".join(said(_text(each)) for each in children(element, "timerEventDefinition"))
        details.notes.append(f'{what} "{told[:60]}" is no promise: it stands not between two steps, or has no length')


def _length(element: etree._Element) -> str:
    """The duration of a timer as a map writes it; "" where it has none that a map can say."""
    for timer in children(element, "timerEventDefinition"):
        for each in children(timer, "timeDuration"):
            shape = _ISO.fullmatch(said(_text(each)))
            parts = [int(part or 0) for part in shape.groups()] if shape else []
            length = sum(count * unit for count, unit in zip(parts, _UNITS, strict=False))
            if 0 < length <= LONGEST_S:
                return duration(length)
    return ""
