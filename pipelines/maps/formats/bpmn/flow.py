"""The flow of a BPMN process as a process tree of its elements' ids, by the net that pm4py makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from models.process_trees import Leaf, Tree
from pipelines import mining
from pipelines.maps.formats.bpmn.model import Link, ModelReader, Node, Scope
from pipelines.maps.formats.nets import tree_of
from pipelines.maps.formats.xml_files import line_of
from schemas.errors import MapError
from schemas.map_file import map_error

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_TAGS = {"start": "startEvent", "end": "endEvent", "choice": "exclusiveGateway", "parallel": "parallelGateway"}


def tree_of_scope(scope: Scope, reader: ModelReader) -> Tree:
    """The tree of a process or sub-process; leaves are ids of steps and sub-processes.

    Args:
        scope: What is drawn.
        reader: Notes what is refused.

    Raises:
        MapError: The flow is not sound, or no nesting of blocks; the error names elements.
    """
    plain = _Plain(scope, reader)
    if reader.problems:
        raise map_error(reader.problems)
    leaves = {plain.ids[node.id] for node in scope.nodes.values() if node.kind in ("step", "body")}
    net, reduced = mining.net_of_bpmn(plain.root, leaves)
    order = {short: place for place, short in enumerate(plain.ids.values())}
    names = {short: name for name, short in plain.ids.items()}

    def named(transition: str) -> str:
        node = _node_of(transition, names, scope)
        return str(node) if node else ""

    try:
        return _renamed(tree_of(net, order, named, reduced), names)
    except MapError as error:
        line = line_of(scope.element)
        raise MapError(error.got, error.wanted, error.hint, reader.file, line) from None


def _node_of(transition: str, names: Mapping[str, str], scope: Scope) -> Node | None:
    """The element behind a transition, which may be one of several that pm4py makes of a gateway."""
    words = re.findall(r"[a-z]*(n\d+)", transition) if " > " in transition else [transition]
    return next((scope.nodes[names[word]] for word in words if word in names), None)


def _renamed(tree: Tree, names: Mapping[str, str]) -> Tree:
    if isinstance(tree, Leaf):
        return Leaf(None if tree.label is None else names[tree.label])
    return replace(tree, children=tuple(_renamed(child, names) for child in tree.children))


class _Plain:
    """A scope as BPMN that pm4py reads as it is meant.

    pm4py lets a task with two flows out choose between them, where BPMN takes both; it knows no event between start
    and end, no sub-process, and no process without start and end events.

    Attributes:
        root: The definitions.
        ids: Id of an element to its id in there.
    """

    def __init__(self, scope: Scope, reader: ModelReader) -> None:
        self.root = etree.Element(f"{{{_BPMN}}}definitions")
        self._process = etree.SubElement(self.root, f"{{{_BPMN}}}process", id="process")
        self.ids = {name: f"n{at}" for at, name in enumerate(scope.nodes)}
        self._flows_n = 0
        for node in scope.nodes.values():
            self._element(_TAGS.get(node.kind, "task"), self.ids[node.id], node.id)
        exits = {name: self._exit(node, scope, reader) for name, node in scope.nodes.items()}
        for name, node in scope.nodes.items():
            if node.kind != "start" and not scope.before(name):
                self._flow(self._element("startEvent", f"s{self.ids[name]}"), self.ids[name])
            if node.kind != "end" and not scope.after(name):
                self._flow(exits[name], self._element("endEvent", f"e{self.ids[name]}"))
        for link in scope.links:
            if link.source in self.ids and link.target in self.ids:
                self._flow(exits[link.source], self.ids[link.target])

    def _element(self, tag: str, name: str, label: str = "") -> str:
        etree.SubElement(self._process, f"{{{_BPMN}}}{tag}", id=name, name=name if label else "")
        return name

    def _flow(self, source: str, target: str) -> None:
        self._flows_n += 1
        ends = {"id": f"f{self._flows_n}", "sourceRef": source, "targetRef": target}
        etree.SubElement(self._process, f"{{{_BPMN}}}sequenceFlow", ends)

    def _exit(self, node: Node, scope: Scope, reader: ModelReader) -> str:
        """Where flows out of an element begin: behind a gateway where it has several."""
        short, out = self.ids[node.id], scope.after(node.id)
        if len(out) < 2 or node.kind in ("choice", "parallel"):
            return short
        gateway = "parallelGateway" if not any(link.is_conditional for link in out) else "exclusiveGateway"
        if gateway == "exclusiveGateway" and not _is_either_or(node, out):
            hint = "put an exclusive gateway behind it if one of them is taken"
            reader.refuse(node.element, f"conditional flows out of {node}", "flows without conditions", hint)
        behind = self._element(gateway, f"g{short}")
        self._flow(short, behind)
        return behind


def _is_either_or(node: Node, out: list[Link]) -> bool:
    default = node.element.get("default")
    return len(out) == 2 and sum(link.is_conditional for link in out) == 1 and any(link.id == default for link in out)
