"""Process trees as pm4py has them: PTML files, and the text `->( 'a', X( 'b', tau ) )`; the text is written too."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from models.net_trees import DEEPEST, LARGEST, leaves_n
from models.process_trees import TAU, Leaf, Node, Operator, Tree, block_of, flow_of, limits_lost, tree_of
from pipelines.maps.formats.losses import NAME, lost
from pipelines.maps.formats.names import Names
from pipelines.maps.formats.sketch import Sketch, Written
from pipelines.maps.formats.xml_files import LARGEST_BYTES, children, line_of, local, read_xml, said
from schemas.blocks import Touch, leaves
from schemas.errors import MapError
from schemas.journey_map import JourneyMap
from schemas.map_writing import flow_tree

_SIGNS = {
    **{sign.value: sign for sign in Operator},
    **{"→": Operator.SEQUENCE, "×": Operator.CHOICE, "∧": Operator.PARALLEL, "⟲": Operator.LOOP, "↺": Operator.LOOP},
}
_TAGS = {
    "sequence": Operator.SEQUENCE,
    "xor": Operator.CHOICE,
    "and": Operator.PARALLEL,
    "xorLoop": Operator.LOOP,
}
_TOKENS = re.compile(r"""\s*(?:('(?:[^']|'')*'|"[^"]*")|([(),])|([^\s(),'"]+))""")
_WANTED = "a process tree such as ->( 'visit', X( 'buy', tau ) )"


def read(path: Path) -> Sketch:
    """A process tree as a map.

    Raises:
        MapError: It is no process tree, or has an operator that no map can say.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MapError(f"a file that cannot be read ({error.strerror})", _WANTED, file=str(path)) from None
    is_xml = re.match(rb"[\xef\xbb\xbf\xff\xfe\x00\s]*<[\x00]?[\w?!]", content)
    tree = _Ptml(path).tree() if is_xml else _Text(_decoded(content, path), str(path)).tree()
    if leaves_n(tree) > LARGEST:
        raise MapError(f"a tree of {leaves_n(tree):,} steps", f"at most {LARGEST:,}", file=str(path))
    names = Names()
    block = block_of(tree, lambda label: Touch(names.name(label)))
    if block is None:
        raise MapError("a process tree without a named step", _WANTED, file=str(path))
    flow = flow_of(block)
    titled = {name: {"title": title} for name, title in names.titles.items()}
    parts = {"flow": flow_tree(flow), "anytime": list(flow.anytime), "touchpoints": titled}
    return Sketch({key: value for key, value in parts.items() if value})


def write(journey_map: JourneyMap) -> Written:
    """The map's flow as the text of a process tree; steps have their names."""
    limited = [f"at_most {part.at_most} of {leaves(part)[0]}" for part in limits_lost(journey_map.flow)]
    told = (*limited, NAME, "the phases", *lost(journey_map, ("anytime",)))
    return Written(f"{text_of(tree_of(journey_map.flow))}\n", told)


def text_of(tree: Tree) -> str:
    """A tree as pm4py writes it; an apostrophe in a name is written twice."""
    if isinstance(tree, Leaf):
        return "tau" if tree.label is None else "'{}'".format(tree.label.replace("'", "''"))
    return f"{tree.operator.value}( {', '.join(map(text_of, tree.children))} )"


def _decoded(content: bytes, path: Path) -> str:
    if len(content) > LARGEST_BYTES:
        raise MapError(f"{len(content):,} bytes", f"at most {LARGEST_BYTES:,}", file=str(path))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MapError("bytes that are not UTF-8", _WANTED, file=str(path)) from None


def _node(operator: Operator, parts: list[Tree], where: str, file: str, line: int) -> Tree:
    """A node with as many children as its operator takes."""
    if not parts:
        raise MapError(f"{where} without anything below it", "one child or more", file=file, line=line)
    if operator is not Operator.LOOP:
        return Node(operator, tuple(parts))
    if len(parts) not in (2, 3):
        got = f"{where}, a loop, with {len(parts)} children"
        raise MapError(got, "what is done, and what is done before it is done again", file=file, line=line)
    loop = Node(operator, tuple(parts[:2]))
    return Node(Operator.SEQUENCE, (loop, parts[2])) if len(parts) == 3 and parts[2] != TAU else loop


class _Text:
    """Reads the text form from left to right."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.at = 0

    def tree(self) -> Tree:
        found = self._part(0)
        if self.text[self.at :].strip():
            raise self._wrong(f'"{said(self.text[self.at :])[:40]}" behind the tree', "one tree")
        return found

    def _wrong(self, got: str, wanted: str = _WANTED) -> MapError:
        return MapError(got, wanted, file=self.file, line=self.text.count("\n", 0, self.at) + 1)

    def _next(self) -> tuple[str, str, str]:
        """The next token: a quoted name, a bracket or comma, or a word."""
        shape = _TOKENS.match(self.text, self.at)
        if shape is None:
            rest = said(self.text[self.at :])[:40]
            raise self._wrong(f'"{rest}"' if rest else "an end in the middle of the tree")
        self.at = shape.end()
        return shape[1] or "", shape[2] or "", shape[3] or ""

    def _part(self, level: int) -> Tree:
        if level > DEEPEST:
            raise self._wrong(f"operators nested more than {DEEPEST} deep", "a flow that people can read")
        quoted, mark, word = self._next()
        if quoted:
            name = said(quoted[1:-1].replace("''", "'") if quoted[0] == "'" else quoted[1:-1])
            return Leaf(name or None)
        if word.lower() in ("tau", "τ"):
            return TAU
        if mark or word not in _SIGNS:
            raise self._wrong(f'"{mark or word}"', f"one of {', '.join(Operator)} with brackets, a 'name', or tau")
        start = self.at
        parts = self._parts(level)
        line = self.text.count("\n", 0, start) + 1
        return _node(_SIGNS[word], parts, f'"{word}" (character {start})', self.file, line)

    def _parts(self, level: int) -> list[Tree]:
        if self._next()[1] != "(":
            raise self._wrong("an operator without brackets", "brackets around its children")
        parts: list[Tree] = []
        if self.text[self.at :].lstrip().startswith(")"):
            self._next()
            return parts
        while True:
            parts.append(self._part(level + 1))
            mark = self._next()[1]
            if mark == ")":
                return parts
            if mark != ",":
                raise self._wrong("no comma between two children", "a comma or a closing bracket")


class _Ptml:
    """Reads the XML form: nodes, and who stands below whom."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self.root = read_xml(path, "a PTML file")
        self.nodes: dict[str, etree._Element] = {}
        self.below: dict[str, list[str]] = {}

    def _wrong(self, element: etree._Element, got: str, wanted: str) -> MapError:
        return MapError(got, wanted, file=self.file, line=line_of(element))

    def tree(self) -> Tree:
        trees = children(self.root, "processTree") if local(self.root) == "ptml" else []
        if len(trees) != 1:
            got = f"<{local(self.root)[:60]}> with {len(trees)} process trees"
            raise self._wrong(self.root, got, "a PTML file, <ptml> with one <processTree>")
        for element in trees[0]:
            self._element(element)
        return self._part(trees[0], trees[0].get("root") or "", ())

    def _element(self, element: etree._Element) -> None:
        if local(element) == "parentsNode":
            source, target = element.get("sourceId") or "", element.get("targetId") or ""
            if source not in self.nodes or target not in self.nodes:
                raise self._wrong(element, f'a line from "{source}" to "{target}"', "two nodes that stand before it")
            if any(target in others for others in self.below.values()):
                raise self._wrong(element, f'a second line to "{target}"', "one parent for each node")
            self.below.setdefault(source, []).append(target)
        elif element.get("id"):
            if element.get("id") in self.nodes:
                raise self._wrong(element, f'the id "{element.get("id")}" again', "an id of its own for each node")
            self.nodes[element.get("id") or ""] = element

    def _part(self, parent: etree._Element, name: str, above: tuple[str, ...]) -> Tree:
        if name not in self.nodes:
            raise self._wrong(parent, f'the node "{name}", which is not there', "a node of the tree")
        element = self.nodes[name]
        if name in above or len(above) > DEEPEST:
            got = f'the node "{name}" below itself' if name in above else f"nodes more than {DEEPEST} deep"
            raise self._wrong(element, got, "a tree that people can read")
        tag, label = local(element), said(element.get("name"))
        if tag in ("manualTask", "automaticTask"):
            return Leaf(label if tag == "manualTask" and label else None)
        if tag not in _TAGS:
            raise self._wrong(element, f'the operator "{tag}" (id {name})', f"one of {', '.join(_TAGS)}")
        parts = [self._part(element, child, (*above, name)) for child in self.below.get(name, ())]
        return _node(_TAGS[tag], parts, f'"{tag}" (id {name})', self.file, line_of(element))
