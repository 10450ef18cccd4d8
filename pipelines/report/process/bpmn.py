"""A mined model as a picture in the signs of BPMN: tasks, exclusive and parallel gateways, a start and an end.

A process tree is made of blocks within blocks, so its diagram needs no layout that could tangle: every block knows how
much room it takes to the left and right of its axis, and the axes stand in each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.language import mark, tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.numbers import count
from pipelines.report.process.observed import ACTIVITY, Observed, Step
from pipelines.report.svg import el, picture
from pipelines.report.text import short, width, wrap
from schemas.blocks import AllOf, Block, OneOf, Optional, Repeat, Touch
from schemas.blocks import Sequence as InOrder

_LEAST = 560.0
_EDGE = 18.0
_HEAD = 30.0
_BOX = (112.0, 176.0)
_PAD = 13.0
_LINE, _SIZE, _SMALL = 13.0, 11.0, 10.0
_GATE = 9.0  # half of a gateway
_GAP = 15.0
_BESIDE = 26.0  # between branches
_LANE = 24.0  # for a line that passes a block by, or leads back
_BEND = 9.0
_LOOKS = {"flow": "stepflow", "off_map": "stepoff", "anytime": "stepany"}
_NOTE = mark("× one of them, + all of them in any order, ↻ again. Numbers: journeys with the step.")


@dataclass(frozen=True)
class _Room:
    """What a block takes to the left and right of its axis, and how high it is."""

    left: float
    right: float
    high: float


@dataclass(frozen=True)
class _Model:
    """The steps as boxes, on a canvas."""

    canvas: Canvas
    steps: Mapping[str, Step]

    def room(self, block: Block) -> _Room:
        """How much room a block needs."""
        match block:
            case Touch(name):
                wide = self._width(name) / 2
                return _Room(wide, wide, self._height(name))
            case InOrder(children):
                rooms = [self.room(child) for child in children]
                high = sum(room.high for room in rooms) + _GAP * (len(rooms) - 1)
                return _Room(max(room.left for room in rooms), max(room.right for room in rooms), high)
            case OneOf(children) | AllOf(children):
                rooms = [self.room(child) for child in children]
                half = (sum(room.left + room.right for room in rooms) + _BESIDE * (len(rooms) - 1)) / 2
                return _Room(half, half, max(room.high for room in rooms) + 2 * (2 * _GATE + _GAP))
            case Optional(child):
                room = self.room(child)
                return _Room(room.left, room.right + _LANE, room.high + 2 * (2 * _GATE + _GAP))
            case Repeat(Touch()):
                return self.room(block.child)
            case Repeat(child):
                room = self.room(child)
                return _Room(room.left + _LANE, room.right, room.high + 2 * (2 * _GATE + _GAP))

    def draw(self, block: Block, x: float, y: float) -> float:
        """Draws a block with its axis at x and its top at y; returns where it ends."""
        ended = y
        match block:
            case Touch(name):
                ended = self._draw_task(name, x, y, is_again=False)
            case Repeat(Touch(name)):
                ended = self._draw_task(name, x, y, is_again=True)
            case InOrder(children):
                ended = self._draw_row(children, x, y)
            case OneOf(children):
                ended = self._draw_branches(children, x, y, "×")
            case AllOf(children):
                ended = self._draw_branches(children, x, y, "+")
            case Optional(child):
                ended = self._draw_beside(child, x, y, side=1)
            case Repeat(child):
                ended = self._draw_beside(child, x, y, side=-1)
        return ended

    def _draw_row(self, children: Sequence[Block], x: float, y: float) -> float:
        for i, child in enumerate(children):
            if i:
                self._line(f"M{x:.1f} {y:.1f}v{_GAP}", tip=(x, y + _GAP))
                y += _GAP
            y = self.draw(child, x, y)
        return y

    def _draw_branches(self, children: Sequence[Block], x: float, y: float, sign: str) -> float:
        room = self.room(OneOf(tuple(children)))
        top, bottom = y + 2 * _GATE + _GAP, y + room.high - 2 * _GATE - _GAP
        middle, lower = y + _GATE, y + room.high - _GATE
        left = x - room.left
        for child in children:
            part = self.room(child)
            at = left + part.left
            self._line(_elbow(x, middle, at, top), tip=(at, top))
            ended = self.draw(child, at, top)
            self._line(f"M{at:.1f} {ended:.1f}V{bottom:.1f}" + _elbow(at, bottom, x, lower, is_down_first=True))
            left += part.left + part.right + _BESIDE
        self._gate(x, middle, sign)
        self._gate(x, lower, sign)
        return y + room.high

    def _draw_beside(self, child: Block, x: float, y: float, *, side: int) -> float:
        """A block that a line passes by on the right, or from whose end a line leads back on the left."""
        room = self.room(child)
        top = y + 2 * _GATE + _GAP
        self._line(f"M{x:.1f} {y + _GATE:.1f}V{top:.1f}", tip=(x, top))
        bottom = self.draw(child, x, top)
        lower = bottom + _GAP + _GATE
        self._line(f"M{x:.1f} {bottom:.1f}V{lower:.1f}")
        lane = x + side * ((room.right if side > 0 else room.left) + _LANE - 8)
        bend = side * _BEND
        path = (
            f"M{x:.1f} {y + _GATE:.1f}H{lane - bend:.1f}q{bend} 0 {bend} {_BEND}V{lower - _BEND:.1f}"
            f"q0 {_BEND} {-bend} {_BEND}H{x + side * _GATE:.1f}"
        )
        self._line(path)
        end = (x + side * _GATE, lower if side > 0 else y + _GATE)
        self.canvas.add("lines", el("path", d=f"M{end[0]:.1f} {end[1]:.1f}l{side * 6} -3.5v7z", class_="arrow"))
        self._gate(x, y + _GATE, "×")
        self._gate(x, lower, "×")
        return lower + _GATE

    def _draw_task(self, name: str, x: float, y: float, *, is_again: bool) -> float:
        wide, high = self._width(name), self._height(name)
        step, lines = self.steps.get(name), self._lines(name)
        look = _LOOKS.get(step.role if step else "flow", "stepact")
        told = count(step.journeys_n) if step else ""
        words = el("title", f"{short(_title(name, self.steps), 200)}: {told}")
        rect = el("rect", words, x=x - wide / 2, y=y, width=wide, height=high, rx=9, class_=look)
        self.canvas.add("marks", rect)
        self.canvas.lines(x, y + 16, lines, _LINE, size=_SIZE, anchor="middle", is_bold=True)
        below = f"{told} ↻" if is_again else told
        self.canvas.text(x, y + 15 + _LINE * len(lines), below, size=_SMALL, look="m", anchor="middle")
        return y + high

    def _lines(self, name: str) -> tuple[str, ...]:
        return wrap(_title(name, self.steps), _BOX[1] - 2 * _PAD, _SIZE, 2, True)

    def _width(self, name: str) -> float:
        return max(_BOX[0], 2 * _PAD + max((width(line, _SIZE, True) for line in self._lines(name)), default=0.0))

    def _height(self, name: str) -> float:
        return 24 + _LINE * len(self._lines(name))

    def _line(self, path: str, tip: tuple[float, float] | None = None) -> None:
        self.canvas.add("back", el("path", d=path, class_="way", stroke_width=2))
        if tip:
            self.canvas.add("back", el("path", d=f"M{tip[0]:.1f} {tip[1]:.1f}l-3.5 -6h7z", class_="arrow"))

    def _gate(self, x: float, y: float, sign: str) -> None:
        rim = f"M{x:.1f} {y - _GATE:.1f}l{_GATE} {_GATE}l{-_GATE} {_GATE}l{-_GATE} {-_GATE}z"
        inside = f"M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" if sign == "×" else f"M{x:.1f} {y - 4:.1f}v8m-4 -4h8"
        self.canvas.add("marks", el("path", d=rim, class_="stepflow"), el("path", d=inside, class_="gatesign"))


def _title(name: str, steps: Mapping[str, Step]) -> str:
    return steps[name].title if name in steps else name.removeprefix(f"{ACTIVITY}:")


def _elbow(x0: float, y0: float, x1: float, y1: float, *, is_down_first: bool = False) -> str:
    """From a gateway across and down to a branch, or from a branch down and across to a gateway."""
    if abs(x0 - x1) < 1:
        return f"M{x0:.1f} {y0:.1f}V{y1:.1f}"
    side = 1 if x1 > x0 else -1
    if is_down_first:
        return f"M{x0:.1f} {y0:.1f}V{y1 - _BEND:.1f}q0 {_BEND} {side * _BEND} {_BEND}H{x1:.1f}"
    return f"M{x0:.1f} {y0:.1f}H{x1 - side * _BEND:.1f}q{side * _BEND} 0 {side * _BEND} {_BEND}V{y1:.1f}"


def bpmn_picture(block: Block | None, observed: Observed, name: str, title: str) -> Drawing | None:
    """The picture; None where the model allows nothing.

    Args:
        block: The model, whose touches are names of steps.
        observed: The steps with their titles and journeys.
        name: Makes the ids on the page unique.
        title: Title for those who cannot see it.
    """
    if block is None:
        return None
    canvas = Canvas()
    model = _Model(canvas, {step.name: step for step in observed.steps})
    room = model.room(block)
    wide = max(_LEAST, room.left + room.right + 2 * _EDGE)
    x = (wide - room.left - room.right) / 2 + room.left
    lines = wrap(tr(_NOTE), wide - 2 * _EDGE, _SIZE)
    canvas.lines(_EDGE, 14, lines, 15, size=_SIZE, look="m")
    y = 15.0 * len(lines) + _HEAD
    canvas.add("marks", el("circle", cx=x, cy=y, r=9, class_="stepflow"))
    top = y + 9 + _GAP
    canvas.add("back", el("path", d=f"M{x:.1f} {y:.1f}V{top:.1f}", class_="way", stroke_width=2))
    bottom = model.draw(block, x, top)
    end = bottom + _GAP + 10
    canvas.add("back", el("path", d=f"M{x:.1f} {bottom:.1f}V{end:.1f}", class_="way", stroke_width=2))
    canvas.add("marks", el("circle", cx=x, cy=end, r=9, class_="bpmnend"))
    size = (wide, end + 9 + _EDGE)
    svg = picture(canvas.parts(), size, name, title, described(block, model.steps))
    return Drawing(svg, *size, tuple(canvas.boxes))


def described(block: Block, steps: Mapping[str, Step]) -> str:
    """A model in words."""
    match block:
        case Touch(name):
            return _title(name, steps)
        case InOrder(children):
            return ", ".join(described(child, steps) for child in children)
        case OneOf(children):
            return tr("one of ({parts})", parts=" | ".join(described(child, steps) for child in children))
        case AllOf(children):
            return tr("all of ({parts})", parts=", ".join(described(child, steps) for child in children))
        case Optional(child):
            return tr("perhaps ({parts})", parts=described(child, steps))
        case Repeat(child):
            return tr("again and again ({parts})", parts=described(child, steps))
