"""BPMN 2.0 as a map: the flow as pm4py reads it; lanes, documentation, timers and extensions, which it drops, by lxml.

Lanes are owners, documentation is the need, sub-processes at the top are phases, timers are promises. What Terreng
wrote itself comes back whole (`own`), as far as nobody changed it in the drawing: what is drawn counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from lxml import etree

from models.process_trees import (
    Tree,
    all_of,
    anytime_lifted,
    block_of,
    one_of,
    optional,
    parts_of,
    repeat,
    sequence,
    tree_of,
)
from pipelines.maps.formats.bpmn.flow import tree_of_scope
from pipelines.maps.formats.bpmn.model import ModelReader, Node, Scope
from pipelines.maps.formats.bpmn.notes import notes_of
from pipelines.maps.formats.bpmn.own import Own
from pipelines.maps.formats.bpmn.said import Details, details_of
from pipelines.maps.formats.names import Names
from pipelines.maps.formats.sketch import Sketch
from pipelines.maps.formats.xml_files import children, read_xml, said
from schemas.blocks import Block, Flow, Phase, Sequence, Touch, leaves
from schemas.errors import MapError
from schemas.map_file import map_error
from schemas.map_writing import flow_tree


def read(path: Path) -> Sketch:
    """The process of a BPMN file as a map.

    Raises:
        MapError: It is no BPMN, or has what no map can say: every refused element at once, with its line.
    """
    root = read_xml(path, "a BPMN file")
    reader = ModelReader(str(path))
    scope = reader.model(root)
    if reader.problems or scope is None:
        raise map_error(reader.problems)
    return _Import(root, scope, reader).sketch()


class _Import:
    def __init__(self, root: etree._Element, scope: Scope, reader: ModelReader) -> None:
        self.root, self.scope, self.reader = root, scope, reader
        self.own = Own(scope)
        self.names = Names()
        self.notes: list[str] = []
        self.nodes = {node.id: node for node in scope.all_nodes()}
        self.trees: dict[str, Tree] = {}
        self.codes = self.own.codes(self.nodes.values())

    def sketch(self) -> Sketch:
        flow = self._flow()
        details = details_of(self.root, self.scope, {name: self._code(node) for name, node in self._steps().items()})
        tree = self.own.tree()
        title = said(self.scope.element.get("name")) or self._pool()
        phases = flow_tree(flow)
        for phase in phases:
            goal = self.own.goals().get(str(phase["phase"]))
            if isinstance(goal, str):
                phase["customer_goal"] = goal
        drawn: dict[str, object] = {
            "flow": phases,
            "anytime": list(flow.anytime),
            "touchpoints": self._touchpoints(tree.get("touchpoints"), details),
        }
        whole = {"title": title, **{key: drawn.get(key, value) for key, value in tree.items()}}
        whole = {key: value for key, value in (whole | drawn).items() if value}
        return Sketch(whole, (*self.notes, *details.notes, *notes_of(self.root, self.scope)))

    def _pool(self) -> str:
        wanted = self.scope.element.get("id")
        pools = [pool for part in children(self.root, "collaboration") for pool in children(part, "participant")]
        return next((said(pool.get("name")) for pool in pools if pool.get("processRef") == wanted), "")

    def _steps(self) -> dict[str, Node]:
        return {name: node for name, node in self.nodes.items() if node.kind == "step"}

    def _code(self, node: Node) -> str:
        return self.codes.get(node.id) or self.names.name(node.name)

    # --- the flow ---

    def _flow(self) -> Flow:
        tree = tree_of_scope(self.scope, self.reader)
        block = block_of(tree)
        if block is None:
            got, wanted = "a process without a named task", "a process whose tasks have names"
            raise MapError(got, wanted, file=self.reader.file)
        block, anytime = anytime_lifted(block, lambda name: self.own.welcome(self.nodes[name]) in ("", "journey"))
        phases: list[Phase] = []
        steps = block.children if isinstance(block, Sequence) else (block,)
        for tag, group in groupby(steps, self._phase_of):
            phases.extend(self._phases(tag, tuple(group)))
        welcome = tuple(dict.fromkeys(self._code(self.nodes[name]) for name in anytime))
        flow = Flow(_named_apart(phases), welcome)
        if set(welcome) & set(leaves(flow)):  # an event could be either: say it as a block
            flow = Flow(_named_apart(self._phases("", (self._with(block, anytime),))))
        if not flow.phases:
            raise MapError("a process without a named task", "a process whose tasks have names", file=self.reader.file)
        return flow

    def _with(self, block: Block, anytime: tuple[str, ...]) -> Block:
        return all_of([block, optional(repeat(one_of(map(Touch, anytime))))]) or block

    def _phase_of(self, step: Block) -> str:
        """The phase of a step: as Terreng wrote it, else the sub-process that it is; "" where neither tells."""
        names = leaves(step)
        tags = {self.own.phase(self.nodes[name]) or self._sub_process(name, step) for name in names}
        return tags.pop() if len(tags) == 1 else ""

    def _sub_process(self, name: str, step: Block) -> str:
        node = self.nodes[name]
        return node.name if node.kind == "body" and step == Touch(name) else ""

    def _phases(self, tag: str, steps: tuple[Block, ...]) -> Iterable[Phase]:
        """Phases of consecutive steps of one tag."""
        whole = sequence(steps)
        if whole is None:
            return
        if any(self.own.phase(self.nodes[name]) for name in leaves(whole)):
            rest, ids = anytime_lifted(whole, lambda name: self.own.welcome(self.nodes[name]) == "phase")
            found = self._named(rest)
            welcome = tuple(dict.fromkeys(self._code(self.nodes[name]) for name in ids))
            if found and not set(welcome) & set(leaves(found)):
                yield Phase(tag, found.children if isinstance(found, Sequence) else (found,), welcome)
                return
        found = self._named(whole)
        for part in parts_of(found) if found else ():
            yield Phase(tag, part.steps, part.anytime)

    def _named(self, block: Block) -> Block | None:
        """Blocks of ids as blocks of touchpoints."""
        return block_of(tree_of(block), self._meant)

    def _meant(self, name: str) -> Block | None:
        node = self.nodes[name]
        if node.kind == "body":
            if name not in self.trees:
                self.trees[name] = tree_of_scope(self._body(name, self.scope), self.reader)
            return self._marked(node, block_of(self.trees[name], self._meant))
        return self._marked(node, Touch(self._code(node)))

    def _body(self, name: str, scope: Scope) -> Scope:
        found = next((body for inner, body in scope.bodies.items() if inner == name), None)
        return found or next(self._body(name, body) for body in scope.bodies.values() if name in _ids(body))

    def _marked(self, node: Node, block: Block | None) -> Block | None:
        """A block under the loop mark of its element."""
        for mark in children(node.element, "standardLoopCharacteristics"):
            again = repeat(block, _limit(mark))
            return optional(again) if mark.get("testBefore") == "true" else again
        for mark in children(node.element, "multiInstanceLoopCharacteristics"):
            if mark.get("isSequential") != "true" and not isinstance(block, Touch | None):
                self.reader.refuse(node.element, f"{node} several times at once", "one after the other")
                raise map_error(self.reader.problems)
            self.notes.append(f"{node.name or node.id} happens for several things: read as repeat")
            return repeat(block)
        return block

    # --- touchpoints ---

    def _touchpoints(self, own: object, details: Details) -> dict[str, object]:
        """What is known of each touchpoint: as Terreng wrote it, over which counts what is drawn."""
        written = own if isinstance(own, dict) else {}
        found: dict[str, dict[str, object]] = {}
        used = {self._code(node): node for node in self._steps().values()}
        for name in dict.fromkeys((*(name for name in written if name in used), *used)):
            entry = dict(entry) if isinstance(entry := written.get(name), dict) else {}
            entry |= self.own.changed(name, used[name], entry, details.said.get(name, {}))
            if name in self.names.titles:
                entry.setdefault("title", self.names.titles[name])
            found[name] = entry
        gone = [name for name in written if name not in used]
        if gone:
            self.notes.append(f"no element is left for {', '.join(map(str, gone))}: what was said of it is gone")
        return {name: entry for name, entry in found.items() if entry}


def _ids(scope: Scope) -> set[str]:
    return {node.id for node in scope.all_nodes()}


def _limit(mark: etree._Element) -> int | None:
    written = mark.get("loopMaximum") or ""
    return int(written) if written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= 1000 else None


def _named_apart(phases: Iterable[Phase]) -> tuple[Phase, ...]:
    """Phases with a name each; what has none is called by its place."""
    found: list[Phase] = []
    listed = list(phases)
    for at, phase in enumerate(listed, start=1):
        plain = phase.name or ("Journey" if len(listed) == 1 else f"Phase {at}")
        taken = {other.name for other in found} | {other.name for other in listed[at:]}
        name, number = plain, 2
        while name in taken and (name in {other.name for other in found} or not phase.name):
            name, number = f"{plain} {number}", number + 1
        found.append(Phase(name, phase.children, phase.anytime))
    return tuple(found)
