"""What a BPMN file says, element by element, and everything in it that no map can say, named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from pipelines.maps.formats.xml_files import children, line_of, local, said
from schemas.errors import Problem

Kind = Literal["start", "end", "step", "silent", "choice", "parallel", "body"]

_TASKS = (
    *("task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask"),
    "callActivity",
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_TASKS, "step"),
    "startEvent": "start",
    "endEvent": "end",
    "intermediateCatchEvent": "step",
    "intermediateThrowEvent": "step",
    "exclusiveGateway": "choice",
    "eventBasedGateway": "choice",
    "inclusiveGateway": "choice",  # refused where it chooses or joins
    "parallelGateway": "parallel",
    "subProcess": "body",
    "transaction": "body",
}
_REFUSED = {
    "complexGateway": "exclusive or parallel gateways",
    "adHocSubProcess": "a sub-process whose order is drawn",
    "choreographyTask": "a process",
    "subChoreography": "a process",
    "callChoreography": "a process",
}
_REFUSED_EVENTS = {
    "compensateEventDefinition": "a flow without compensation",
    "linkEventDefinition": "a sequence flow in place of the link",
    "cancelEventDefinition": "a flow without cancellation",
}
DEEPEST = 12  # sub-processes inside each other
MOST = 1_000  # elements of a flow: a map has 100, and reading takes a minute for a thousand


@dataclass(frozen=True)
class Node:
    """An element of the flow.

    Attributes:
        id: Its id.
        kind: What it is to the flow.
        name: Its name on one line.
        element: All that the file says of it.
    """

    id: str
    kind: Kind
    name: str
    element: etree._Element

    def __str__(self) -> str:
        named = f' "{self.name}"' if self.name else ""
        return f"{local(self.element)}{named} (id {self.id})"


@dataclass(frozen=True)
class Link:
    """A sequence flow; `is_conditional` where it has a condition."""

    id: str
    source: str
    target: str
    is_conditional: bool


@dataclass
class Scope:
    """The flow of a process or of a sub-process.

    Attributes:
        element: The process or sub-process.
        nodes: Id to element of the flow, in the order of the file.
        links: Sequence flows, in the order of the file.
        bodies: Id to the flow inside a sub-process.
        promised: Id to a timer that hangs on the element without a way out.
    """

    element: etree._Element
    nodes: dict[str, Node] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    bodies: dict[str, Scope] = field(default_factory=dict)
    promised: dict[str, etree._Element] = field(default_factory=dict)

    def after(self, node: str) -> list[Link]:
        """Flows out of an element."""
        return [link for link in self.links if link.source == node]

    def before(self, node: str) -> list[Link]:
        """Flows into an element."""
        return [link for link in self.links if link.target == node]

    def all_nodes(self) -> Iterator[Node]:
        """Elements of the flow, those of sub-processes after each."""
        for node in self.nodes.values():
            yield node
            if node.id in self.bodies:
                yield from self.bodies[node.id].all_nodes()


def has_event(element: etree._Element, name: str) -> bool:
    """Whether an event has a definition of this name."""
    return bool(children(element, name))


class ModelReader:
    """Reads the one process of a file; what no map can say becomes a problem.

    Attributes:
        problems: Everything that was refused.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._ids: dict[str, int] = {}

    def refuse(self, element: etree._Element | None, got: str, wanted: str, hint: str = "") -> None:
        """Note a problem with an element."""
        self.problems.append(Problem(self.file, line_of(element), got, wanted, hint))

    def model(self, root: etree._Element) -> Scope | None:
        """The flow of the process; None where there is none."""
        if local(root) != "definitions":
            self.refuse(root, f"<{said(local(root))[:60]}>", "a BPMN file, which begins with <definitions>")
            return None
        processes = [process for process in children(root, "process") if any(local(c) in _KINDS for c in process)]
        if not processes:
            self.refuse(root, "no process with elements in it", "a process")
            return None
        for process in processes[1:]:
            got = f"a second process, {_named(process)}"
            self.refuse(process, got, "one process a file", "export each pool on its own: a map is one journey")
        for flow in (flow for part in children(root, "collaboration") for flow in children(part, "messageFlow")):
            if len(processes) > 1:
                hint = "draw the flow of one pool, the customer's or the company's"
                self.refuse(flow, f"messageFlow {_named(flow)} between pools", "sequence flows within one", hint)
        return self._scope(processes[0], 0)

    def _scope(self, element: etree._Element, level: int) -> Scope:
        scope = Scope(element)
        if level > DEEPEST:
            self.refuse(element, f"sub-processes more than {DEEPEST} deep", "fewer levels")
            return scope
        for child in element:
            self._child(child, scope, level)
        if len(scope.nodes) > MOST:
            self.refuse(element, f"{len(scope.nodes):,} elements in {_named(element)}", f"at most {MOST:,}")
            return scope
        self._check_links(scope)
        return scope

    def _child(self, child: etree._Element, scope: Scope, level: int) -> None:
        name = local(child)
        if name == "sequenceFlow":
            self._link(child, scope)
        elif name == "boundaryEvent":
            self._boundary(child, scope)
        elif name in _REFUSED:
            self.refuse(child, f"{name} {_named(child)}", _REFUSED[name])
        elif name in _KINDS:
            self._node(child, scope, level)

    def _node(self, child: etree._Element, scope: Scope, level: int) -> None:
        node = Node(self._id(child), self._kind(child), said(child.get("name")), child)
        if child.get("isForCompensation") == "true":
            self.refuse(child, f"{node} for compensation", "a flow without compensation")
        for event, wanted in _REFUSED_EVENTS.items():
            if has_event(child, event):
                self.refuse(child, f"{node} with {event}", wanted)
        if child.get("triggeredByEvent") == "true":
            self.refuse(
                child, f"the event sub-process {_named(child)}", "a flow that is drawn", "make it anytime or an exit"
            )
            return
        scope.nodes[node.id] = node
        if node.kind == "body":
            body = self._scope(child, level + 1)
            if body.nodes:
                scope.bodies[node.id] = body
            else:  # collapsed: what is in it is not told, so it is a step
                scope.nodes[node.id] = Node(node.id, "step" if node.name else "silent", node.name, child)

    def _kind(self, child: etree._Element) -> Kind:
        kind = _KINDS[local(child)]
        is_wait = has_event(child, "timerEventDefinition")
        return "silent" if kind == "step" and (is_wait or not said(child.get("name"))) else kind

    def _id(self, element: etree._Element) -> str:
        name = element.get("id") or ""
        if not name:
            self.refuse(element, f"{local(element)} without an id", "an id for each element")
            name = f"line {line_of(element)}, {len(self._ids)}"
        if name in self._ids:
            hint = f"the other one is in line {self._ids[name]}"
            self.refuse(element, f'the id "{name}" again', "an id of its own for each element", hint)
        self._ids.setdefault(name, line_of(element))
        return name

    def _link(self, element: etree._Element, scope: Scope) -> None:
        is_conditional = bool(children(element, "conditionExpression"))
        ends = (element.get("sourceRef") or "", element.get("targetRef") or "")
        scope.links.append(Link(self._id(element), *ends, is_conditional))

    def _boundary(self, element: etree._Element, scope: Scope) -> None:
        """A timer that only marks how long is a promise; any other event on the edge is a way that maps do not have."""
        name = self._id(element)
        has_way_out = any(flow.get("sourceRef") == name for flow in children(scope.element, "sequenceFlow"))
        if has_way_out or not has_event(element, "timerEventDefinition"):
            on = element.get("attachedToRef") or "nothing"
            got = f"boundaryEvent {_named(element)} on {on}"
            hint = "draw it as a branch of a gateway behind the task, or as an exit of the map"
            self.refuse(element, got, "a flow without events that interrupt", hint)
        else:
            scope.promised[element.get("attachedToRef") or ""] = element

    def _check_links(self, scope: Scope) -> None:
        for link in scope.links:
            for end in (link.source, link.target):
                if end not in scope.nodes:
                    got = f'sequenceFlow (id {link.id}) to or from "{end}"'
                    self.refuse(scope.element, got, f"an element of {_named(scope.element)}")
        for node in scope.nodes.values():
            into, out = len(scope.before(node.id)), len(scope.after(node.id))
            if local(node.element) == "inclusiveGateway" and max(into, out) > 1:
                hint = "an inclusive choice takes one branch or several: say which with exclusive and parallel ones"
                self.refuse(node.element, str(node), "exclusive or parallel gateways", hint)
            if node.kind == "start" and into:
                self.refuse(node.element, f"a flow into {node}", "flows out of it")
            if node.kind == "end" and out:
                self.refuse(node.element, f"a flow out of {node}", "flows into it")
        self._check_ways(scope)

    def _check_ways(self, scope: Scope) -> None:
        """Every element lies on a way from a start to an end."""
        if not scope.nodes:
            return
        starts = [node for node in scope.nodes.values() if not scope.before(node.id)]
        named = [node for node in starts if node.kind == "start"]
        if not starts:
            self.refuse(scope.element, f"no start in {_named(scope.element)}", "a start event")
        elif not named and len(starts) > 1:
            got = f"{', '.join(map(str, starts[:3]))} without a flow into them"
            self.refuse(scope.element, got, "a start event, or one element that begins")
        firsts, lasts = named or starts[:1], [node for node in scope.nodes.values() if not scope.after(node.id)]
        reached = _reached([node.id for node in firsts], [(link.source, link.target) for link in scope.links])
        ending = _reached([node.id for node in lasts], [(link.target, link.source) for link in scope.links])
        for node in scope.nodes.values() if starts else ():
            if node.id not in reached:
                self.refuse(node.element, f"{node}, to which no way leads", "a way from a start event")
            elif node.id not in ending:
                self.refuse(node.element, f"{node}, from which no way leads to an end", "a way to an end event")


def _reached(starts: list[str], pairs: list[tuple[str, str]]) -> set[str]:
    found, queue = set(starts), list(starts)
    following: dict[str, list[str]] = {}
    for one, other in pairs:
        following.setdefault(one, []).append(other)
    for node in queue:
        new = [other for other in following.get(node, ()) if other not in found]
        found.update(new)
        queue.extend(new)
    return found


def _named(element: etree._Element) -> str:
    name = said(element.get("name"))
    return f'"{name}"' if name else f"(id {element.get('id') or 'none'})"
