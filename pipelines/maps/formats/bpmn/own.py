"""What Terreng adds to the BPMN that it writes, so that a map comes back whole: extensions in a namespace of its own.

The process holds the map without its flow, as JSON; each element names its touchpoint and phase. What people changed
in the drawing since (a name, a lane, the documentation) counts; the rest is as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pipelines.maps.formats.bpmn.model import Node, Scope
from pipelines.maps.formats.xml_files import children
from schemas.map_flow import unfit

NAMESPACE = "urn:terreng:bpmn:1"
NOBODY = "Nobody in particular"  # the lane of steps without an owner
_DEEPEST = 30
_GOALS = "phase goals"


def mark(name: str) -> str:
    """One of our names, as lxml writes it."""
    return f"{{{NAMESPACE}}}{name}"


class Own:
    """What a process says in our namespace; of another tool's file nothing."""

    def __init__(self, scope: Scope) -> None:
        self._tree = _map_of(scope)

    def tree(self) -> dict[str, object]:
        """The map without its flow; {} where there is none."""
        return {key: value for key, value in self._tree.items() if key != _GOALS}

    def goals(self) -> Mapping[str, object]:
        """Phase to what the customer wants in it."""
        goals = self._tree.get(_GOALS)
        return goals if isinstance(goals, dict) else {}

    def entry(self, name: str) -> Mapping[str, object]:
        """What the map says of a touchpoint."""
        touchpoints = self._tree.get("touchpoints")
        found = touchpoints.get(name) if isinstance(touchpoints, dict) else None
        return found if isinstance(found, dict) else {}

    def codes(self, nodes: Iterable[Node]) -> dict[str, str]:
        """Id of an element to its touchpoint, where it still has the name under which that was written.

        An element whose name is another one was renamed, unless others have the touchpoint still: then it was copied.
        """
        marked = [(node, node.element.get(mark("touchpoint")) or "") for node in nodes if node.kind == "step"]
        marked = [(node, code) for node, code in marked if code and not unfit(code)]
        same = {code for node, code in marked if node.name == self.shown(code)}
        return {node.id: code for node, code in marked if node.name == self.shown(code) or code not in same}

    def shown(self, code: str) -> str:
        """The name under which a touchpoint was written."""
        title, plain = self.entry(code).get("title"), code.replace("_", " ")
        return self.title(code, title if isinstance(title, str) and title else plain[:1].upper() + plain[1:])

    @staticmethod
    def title(code: str, title: str) -> str:
        """A touchpoint's title as an element's name has it: on one line, of signs that XML knows."""
        return " ".join("".join(sign if sign.isprintable() else " " for sign in title).split()) or code

    def phase(self, node: Node) -> str:
        """The phase in which an element was written; ""."""
        return node.element.get(mark("phase")) or ""

    def welcome(self, node: Node) -> str:
        """Where a step was written as welcome anytime: "phase" or "journey", else "no"; "" for a step of others."""
        is_ours = node.element.get(mark("touchpoint")) is not None
        return node.element.get(mark("anytime")) or ("no" if is_ours else "")

    def changed(
        self, code: str, node: Node, entry: Mapping[str, object], drawn: Mapping[str, object]
    ) -> dict[str, object]:
        """What the drawing says otherwise than the touchpoint's entry."""
        found = dict(drawn)
        if node.element.get(mark("touchpoint")) == code:
            if node.name != self.shown(code):
                found["title"] = node.name
            if found.get("owner") in (node.element.get(mark("owner")), NOBODY):
                found.pop("owner", None)
            if "promise" in entry:
                found.pop("promise", None)
        return found


def _map_of(scope: Scope) -> dict[str, object]:
    for extensions in children(scope.element, "extensionElements"):
        for each in extensions:
            if each.tag == mark("map"):
                return _json(each.text or "")
    return {}


def _json(text: str) -> dict[str, object]:
    """What somebody made of our JSON in the meantime: what is none is nothing."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) and _is_plain(tree, 0) else {}


def _is_plain(value: object, level: int) -> bool:
    if level > _DEEPEST:
        return False
    match value:
        case dict():
            return all(_is_plain(each, level + 1) for each in value.values())
        case list():
            return all(_is_plain(each, level + 1) for each in value)
    return True
