"""A map's flow as a drawing on a grid: shapes in columns and rows, and the lines between them.

Blocks are drawn inside each other from left to right, branches below each other, ways back below what they repeat. Each
lane keeps the rows in which it has a shape, so that no two shapes come to lie in one cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from models.process_trees import TAU, Leaf, Node, Operator, Tree, tree_of
from schemas.blocks import Flow, Phase
from schemas.journey_map import JourneyMap

Kind = Literal["start", "end", "task", "choice", "parallel", "bend"]


@dataclass
class Shape:
    """One shape.

    Attributes:
        id: Its id in the file.
        kind: What it is; a bend is no element, only a place through which a line goes.
        column: From the left, 0 first.
        row: From the top of its lane, once `Drawing.settle` has run; before that of the whole.
        lane: Who owns it.
        touchpoint: Of a task.
        phase: Name of the phase; "" for what stands around them.
        anytime: "phase" or "journey" for what is welcome anytime there.
    """

    id: str
    kind: Kind
    column: int
    row: int
    lane: str = ""
    touchpoint: str = ""
    phase: str = ""
    anytime: str = ""


@dataclass(frozen=True)
class Line:
    """A sequence flow, perhaps by way of a bend."""

    id: str
    source: Shape
    target: Shape
    by: Shape | None = None


@dataclass(frozen=True)
class _Box:
    """A piece that is drawn: where it begins and ends, and its size in cells."""

    first: Shape
    last: Shape
    width: int
    height: int


@dataclass
class Drawing:
    """Shapes and lines of a map.

    Attributes:
        shapes: In the order of drawing.
        lines: In the order of drawing.
        lanes: Owner to how many rows the lane has.
    """

    map: JourneyMap
    nobody: str
    shapes: list[Shape] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    lanes: dict[str, int] = field(default_factory=dict)
    _phase: str = ""
    _anytime: str = ""

    def shape(self, kind: Kind, column: int, row: int, touchpoint: str = "") -> Shape:
        """Draw a shape of the phase at hand."""
        lane = (self.map.owner_of(touchpoint) or self.nobody) if touchpoint else ""
        named = f"{kind}_{len(self.shapes) + 1}"
        found = Shape(named, kind, column, row, lane, touchpoint, self._phase, self._anytime if touchpoint else "")
        self.shapes.append(found)
        return found

    def line(self, source: Shape, target: Shape, by: Shape | None = None) -> None:
        """Draw a line."""
        self.lines.append(Line(f"flow_{len(self.lines) + 1}", source, target, by))

    def flow(self, flow: Flow) -> None:
        """Draw the whole flow."""
        start = self.shape("start", 0, 0)
        splits = bool(flow.anytime)
        split = self.shape("parallel", 1, 0) if splits else start
        boxes: list[_Box] = []
        column = 1 + splits
        for phase in flow.phases:
            boxes.append(self._phase_box(phase, column))
            column += boxes[-1].width
        self._in_a_row(boxes)
        height = max(box.height for box in boxes)
        last = boxes[-1].last
        self.line(split, boxes[0].first)
        if splits:
            self.line(start, split)
            beside = self._welcome(flow.anytime, "journey", 2, height)
            column = max(column, 2 + beside.width)
            join = self._joined(split, [beside], last, column)
            last, column = join, column + 1
        self.line(last, self.shape("end", column, 0))
        start.lane = split.lane = boxes[0].first.lane
        self.shapes[-1].lane = last.lane
        self.settle()

    def _phase_box(self, phase: Phase, column: int) -> _Box:
        self._phase = phase.name
        tree = tree_of(Phase(phase.name, phase.children))
        if not phase.anytime:
            box = self._box(tree, column, 0)
        else:
            split = self.shape("parallel", column, 0)
            inner = self._box(tree, column + 1, 0)
            beside = self._welcome(phase.anytime, "phase", column + 1, inner.height)
            self.line(split, inner.first)
            split.lane = inner.first.lane
            width = max(inner.width, beside.width)
            join = self._joined(split, [beside], inner.last, column + 1 + width)
            box = _Box(split, join, width + 2, inner.height + beside.height)
        self._phase = ""
        return box

    def _joined(self, split: Shape, beside: list[_Box], last: Shape, column: int) -> Shape:
        join = self.shape("parallel", column, split.row)
        join.lane = last.lane
        self.line(last, join)
        for box in beside:
            self.line(split, box.first)
            self.line(box.last, join)
        return join

    def _welcome(self, names: Iterable[str], where: str, column: int, row: int) -> _Box:
        trees = tuple(map(Leaf, names))
        self._anytime = where
        box = self._loop(TAU, trees[0] if len(trees) == 1 else Node(Operator.CHOICE, trees), column, row)
        self._anytime = ""
        return box

    def _in_a_row(self, boxes: list[_Box]) -> None:
        for one, other in pairwise(boxes):
            self.line(one.last, other.first)

    def _box(self, tree: Tree, column: int, row: int) -> _Box:
        if isinstance(tree, Leaf):
            shape = self.shape("task" if tree.label else "choice", column, row, tree.label or "")
            return _Box(shape, shape, 1, 1)
        match tree.operator:
            case Operator.SEQUENCE:
                return self._sequence(tree.children, column, row)
            case Operator.LOOP:
                return self._loop(tree.children[0], tree.children[1], column, row)
            case _:
                return self._branches(tree, column, row)

    def _sequence(self, trees: tuple[Tree, ...], column: int, row: int) -> _Box:
        boxes: list[_Box] = []
        width = 0
        for tree in trees:
            boxes.append(self._box(tree, column + width, row))
            width += boxes[-1].width
        self._in_a_row(boxes)
        return _Box(boxes[0].first, boxes[-1].last, width, max(box.height for box in boxes))

    def _branches(self, tree: Node, column: int, row: int) -> _Box:
        kind: Kind = "choice" if tree.operator is Operator.CHOICE else "parallel"
        split = self.shape(kind, column, row)
        boxes: list[_Box] = []
        height, bends = 0, list[Shape]()
        for branch in tree.children:
            if branch == TAU:
                bends.append(self.shape("bend", column + 1, row + height))
                height += 1
            else:
                boxes.append(self._box(branch, column + 1, row + height))
                height += boxes[-1].height
        width = max(box.width for box in boxes)
        join = self.shape(kind, column + 1 + width, row)
        split.lane, join.lane = boxes[0].first.lane, boxes[0].last.lane
        for box in boxes:
            self.line(split, box.first)
            self.line(box.last, join)
        for bend in bends:
            bend.lane = split.lane
            self.line(split, join, bend)
        return _Box(split, join, width + 2, height)

    def _loop(self, do: Tree, redo: Tree, column: int, row: int) -> _Box:
        """Do (redo do)*: the way back lies below, from right to left."""
        merge = self.shape("choice", column, row)
        inner = None if do == TAU else self._box(do, column + 1, row)
        height = inner.height if inner else 1
        bend = self.shape("bend", column + 1, row + height) if redo == TAU else None
        drawn = len(self.shapes)
        back = self._box(redo, column + 1, row + height) if bend is None else None
        width = max(inner.width if inner else 1, back.width if back else 1)
        for shape in self.shapes[drawn:]:
            shape.column = 2 * (column + 1) + width - 1 - shape.column
        split = self.shape("choice", column + 1 + width, row)
        held = inner or back
        merge.lane, split.lane = (held.first.lane, held.last.lane) if held else ("", "")
        if bend:
            bend.lane = split.lane
        self.line(merge, inner.first if inner else split)
        if inner:
            self.line(inner.last, split)
        if back:
            self.line(split, back.first)
            self.line(back.last, merge)
        else:
            self.line(split, merge, bend)
        return _Box(merge, split, width + 2, height + (back.height if back else 1))

    def settle(self) -> None:
        """Give each lane its rows."""
        for lane in dict.fromkeys(shape.lane for shape in sorted(self.shapes, key=lambda shape: shape.column)):
            inside = [shape for shape in self.shapes if shape.lane == lane]
            rows = {row: at for at, row in enumerate(sorted({shape.row for shape in inside}))}
            self.lanes[lane] = len(rows)
            for shape in inside:
                shape.row = rows[shape.row]
