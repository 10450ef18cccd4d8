"""Petri nets in PNML as maps: places and transitions of one net, which has to be sound and a nesting of blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from models.net import Net
from models.process_trees import block_of, flow_of
from pipelines.maps.formats.names import Names
from pipelines.maps.formats.nets import tree_of
from pipelines.maps.formats.sketch import Sketch
from pipelines.maps.formats.xml_files import children, line_of, local, read_xml, said
from schemas.blocks import Touch
from schemas.errors import MapError, Problem
from schemas.map_file import map_error
from schemas.map_writing import flow_tree

_REFUSED = ("referencePlace", "referenceTransition")
_SILENT = ("tau", "τ")  # what tools call a silent transition that they do not mark as one
DEEPEST = 10  # pages inside each other


def read(path: Path) -> Sketch:
    """The net of a PNML file as a map.

    Raises:
        MapError: It is no PNML, has what no map can say, is not sound, or is no nesting of blocks.
    """
    reader = _Reader(str(path))
    net = reader.net(read_xml(path, "a PNML file"))
    if reader.problems or net is None:
        raise map_error(reader.problems)
    labels = dict(net.transitions)
    order = {label: at for at, label in enumerate(dict.fromkeys(label for label in reader.labels.values() if label))}
    try:
        tree = tree_of(net, order, lambda name: _called(name, labels))
    except MapError as error:
        raise MapError(error.got, error.wanted, error.hint, str(path)) from None
    names = Names()
    block = block_of(tree, lambda label: Touch(names.name(label)))
    if block is None:
        raise MapError("a net without a named transition", "a net of named steps", file=str(path))
    flow = flow_of(block)
    titled = {name: {"title": title} for name, title in names.titles.items()}
    parts = {"title": reader.title, "flow": flow_tree(flow), "anytime": list(flow.anytime), "touchpoints": titled}
    return Sketch({key: value for key, value in parts.items() if value}, tuple(reader.notes))


def _called(name: str, labels: dict[str, str | None]) -> str:
    if name not in labels:
        return ""
    return f'transition "{labels[name]}" (id {name})' if labels[name] else f"the silent transition (id {name})"


class _Reader:
    """Reads one net; what cannot be read becomes a problem with its line.

    Attributes:
        problems: Everything that was refused.
        notes: What was guessed.
        labels: Id of a transition to its label; None: silent.
        title: Name of the net.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.labels: dict[str, str | None] = {}
        self.title = ""
        self._tokens: dict[str, int] = {}
        self._arcs: list[tuple[etree._Element, str, str]] = []
        self._ends: set[tuple[str, str]] = set()

    def refuse(self, element: etree._Element, got: str, wanted: str) -> None:
        """Note a problem with an element."""
        self.problems.append(Problem(self.file, line_of(element), got, wanted))

    def net(self, root: etree._Element) -> Net | None:
        """The only net of the file."""
        nets = children(root, "net") if local(root) == "pnml" else []
        if len(nets) != 1:
            self.refuse(root, f"<{local(root)[:60]}> with {len(nets)} nets", "a PNML file, <pnml> with one net")
            return None
        self.title = _text(nets[0], "name")
        for element in self._elements(nets[0], 0):
            self._element(element)
        arcs = [(source, target) for element, source, target in self._arcs if self._joins(element, source, target)]
        initial = frozenset((place, n) for place, n in self._tokens.items() if n)
        first = initial or self._guessed(nets[0], {target for _, target in arcs}, "first")
        last = self._final(nets[0]) or self._guessed(nets[0], {source for source, _ in arcs}, "last")
        for place, tokens in sorted({*first, *last}):
            if tokens != 1:
                self.refuse(nets[0], f'{tokens} tokens in "{place}"', "one token in a place")
        transitions = tuple(sorted(self.labels.items()))
        return Net(tuple(sorted(self._tokens)), transitions, tuple(sorted(arcs)), first, last)

    def _elements(self, parent: etree._Element, level: int) -> Iterator[etree._Element]:
        if level > DEEPEST:
            self.refuse(parent, f"pages more than {DEEPEST} deep", "fewer levels")
            return
        for child in parent:
            if local(child) == "page":
                yield from self._elements(child, level + 1)
            else:
                yield child

    def _element(self, element: etree._Element) -> None:
        kind = local(element)
        if kind in _REFUSED:
            self.refuse(element, f"a {kind}", "the place or transition itself")
        elif kind == "arc":
            self._arc(element)
        elif kind in ("place", "transition"):
            name = element.get("id") or ""
            if not name or name in self._tokens or name in self.labels:
                self.refuse(element, f'a {kind} with the id "{name}"', "an id of its own for each")
            elif kind == "place":
                self._tokens[name] = self._count(element, "initialMarking", 0)
            else:
                self.labels[name] = self._label(element, name)

    def _label(self, element: etree._Element, name: str) -> str | None:
        for tool in children(element, "toolspecific"):
            if "invisible" in (tool.get("activity") or ""):
                return None
            for each in children(tool, "property"):
                if each.get("key") == "invisible" and said(each.text).lower() == "true":
                    return None
        label = _text(element, "name")
        if label.lower() in _SILENT:
            self.notes.append(f'the transition "{label}" is taken as silent')
            return None
        return label or name

    def _arc(self, element: etree._Element) -> None:
        name, source, target = (element.get(key) or "" for key in ("id", "source", "target"))
        kinds = [_text(element, "arctype"), *(each.get("value") or "" for each in children(element, "type"))]
        if any(kind and kind != "normal" for kind in kinds):
            self.refuse(element, f"an arc of the type {next(filter(None, kinds))} (id {name})", "normal arcs")
        if self._count(element, "inscription", 1) != 1:
            self.refuse(element, f"an arc with a weight (id {name})", "arcs that move one token")
        if (source, target) in self._ends:
            self.refuse(element, f'an arc from "{source}" to "{target}" again', "one arc, which moves one token")
        self._ends.add((source, target))
        self._arcs.append((element, source, target))

    def _count(self, element: etree._Element, key: str, default: int) -> int:
        """A number of tokens."""
        found = _text(element, key)
        if not found:
            return default
        if found.isascii() and found.isdigit() and len(found) < 9:
            return int(found)
        self.refuse(element, f'"{found[:40]}" as {key} (id {element.get("id")})', "a whole number")
        return default

    def _joins(self, element: etree._Element, source: str, target: str) -> bool:
        """Whether an arc joins a place and a transition; else a problem."""
        is_arc = (source in self._tokens and target in self.labels) or (
            source in self.labels and target in self._tokens
        )
        if not is_arc:
            got = f'an arc from "{source}" to "{target}"'
            self.refuse(element, got, "an arc between a place and a transition of the net")
        return is_arc

    def _final(self, net: etree._Element) -> frozenset[tuple[str, int]]:
        found: list[frozenset[tuple[str, int]]] = []
        for marking in (each for markings in children(net, "finalmarkings") for each in children(markings, "marking")):
            counts: list[tuple[str, int]] = []
            for place in children(marking, "place"):
                name = place.get("idref") or ""
                if name not in self._tokens:
                    self.refuse(place, f'a final marking of "{name}"', "a place of the net")
                written = said(" ".join(str(text) for text in place.itertext()))
                counts.append((name, int(written) if written.isascii() and written.isdigit() else 1))
            found.append(frozenset((name, n) for name, n in counts if n))
        found = [marking for marking in found if marking]
        if len(found) > 1:
            self.notes.append(f"{len(found)} final markings: the first one is taken")
        return found[0] if found else frozenset()

    def _guessed(self, net: etree._Element, reached: set[str], which: str) -> frozenset[tuple[str, int]]:
        """The only place without an arc into it (or out of it) as the start (or the end)."""
        ends = [place for place in sorted(self._tokens) if place not in reached]
        if len(ends) != 1:
            self.refuse(net, f"no {which} marking, and {len(ends)} places that could be it", f"a {which} marking")
            return frozenset()
        self.notes.append(f'no {which} marking is told: "{ends[0]}" is taken')
        return frozenset({(ends[0], 1)})


def _text(element: etree._Element, key: str) -> str:
    """What stands in <key><text>."""
    found = [text for each in children(element, key) for text in children(each, "text")]
    return said(found[0].text) if found else ""
