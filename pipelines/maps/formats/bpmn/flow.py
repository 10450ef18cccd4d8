"""The flow of a BPMN process as a process tree of its elements' ids, by the net that pm4py makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from models.automaton import compile_flow
from models.net import Net, automaton_of
from models.net_faults import fault_of
from models.net_trees import NotBlocks, is_same_language, tree_of_net
from models.process_trees import Leaf, Tree, block_of, flow_of
from pipelines import mining
from pipelines.maps.formats.bpmn.model import Link, ModelReader, Node, Scope
from pipelines.maps.formats.xml_files import line_of
from schemas.errors import MapError
from schemas.map_file import map_error

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_TAGS = {"start": "startEvent", "end": "endEvent", "choice": "exclusiveGateway", "parallel": "parallelGateway"}
_FAULTS = {
    "stops": ("a process that stops at", "joins that get all that they wait for"),
    "twice": ("a process that reaches twice at once", "a parallel gateway that joins the branches before"),
    "goes on": ("a process that has ended and still runs", "a parallel gateway that joins the branches before the end"),
    "never": ("elements that are never reached:", "a way to each"),
    "endless": ("a process without a way to an end from", "a way out"),
}


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
    names = {short: node for node, short in plain.ids.items()}
    order = {short: place for place, short in enumerate(plain.ids.values())}
    try:
        tree = tree_of_net(net, order)
    except NotBlocks as error:
        raise _refusal(net, error, {short: scope.nodes.get(node) for short, node in names.items()}, reader) from None
    except MapError as error:
        raise MapError(error.got, error.wanted, error.hint, reader.file, line_of(scope.element)) from None
    _check_language(tree, reduced, scope, reader)
    return _renamed(tree, names)


def _check_language(tree: Tree, net: Net, scope: Scope, reader: ModelReader) -> None:
    """What we understood allows what the net allows: never a map that says something else."""
    block = block_of(tree)
    if block is None:
        return
    line = line_of(scope.element)
    try:
        same = is_same_language(compile_flow(flow_of(block)), automaton_of(net))
    except MapError as error:
        raise MapError(error.got, error.wanted, error.hint, reader.file, line) from None
    if not same:
        raise MapError("a process whose flow we do not understand", "blocks inside each other", "", reader.file, line)


def _renamed(tree: Tree, names: dict[str, str]) -> Tree:
    if isinstance(tree, Leaf):
        return Leaf(None if tree.label is None else names[tree.label])
    return replace(tree, children=tuple(_renamed(child, names) for child in tree.children))


def _refusal(net: Net, error: NotBlocks, nodes: dict[str, Node | None], reader: ModelReader) -> MapError:
    fault = fault_of(net)
    if fault is None:
        found = _few(nodes, (step.name for step in error.steps))
        got = f"parallel branches that are not blocks, at {found or 'the parallel gateways'}"
        wanted = "each parallel split with one join of its own, and no way across"
    else:
        words, wanted = _FAULTS[fault.kind]
        got = f"{words} {_few(nodes, fault.transitions) or 'the end'}"
    node = next((node for step in (fault.transitions if fault else ()) if (node := nodes.get(step))), None)
    line = line_of(node.element) if node else 0
    return MapError(got, wanted, "mend the model in the tool that drew it", reader.file, line)


def _few(nodes: dict[str, Node | None], transitions: Iterable[str]) -> str:
    """Up to three elements behind transitions; those that were only drawn by us are left out."""
    found: dict[str, None] = {}
    for transition in transitions:
        for short, node in nodes.items():
            words = transition.replace(",", " ").replace("ent_", " ").replace("exi_", " ").split()
            if node is not None and short in words:
                found[str(node)] = None
    return ", ".join(list(found)[:3]) + (f" and {len(found) - 3} others" if len(found) > 3 else "")


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
