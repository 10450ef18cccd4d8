"""The observed process as a picture: steps as boxes from top to bottom, ways as bands with journeys and median time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from pipelines.language import mark, tr, trn
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.numbers import count
from pipelines.report.process.columns import BETWEEN, Column, Piece, folded, whole
from pipelines.report.process.levels import level
from pipelines.report.process.observed import Key, Observed
from pipelines.report.process.ranks import rows
from pipelines.report.process.scene import GAP, LINE, SIDE, SIZE, SMALL, Box, Line, Point, Scene, scene
from pipelines.report.svg import el, picture
from pipelines.report.text import short, width, wrap

_LEAST = 760.0
_FULL = 1248.0
_EDGE = 16.0
_ROUND = 9.0
_MOST_TOLD = 20
_DASHES = "7 6"  # of what is welcome anytime: its grey is near the one of the design
_KINDS = {
    "designed": mark("as designed"),
    "skip": mark("skips ahead"),
    "back": mark("back"),
    "off": mark("to and from what is off the map"),
    "any": mark("to and from what is welcome anytime"),
}
_BOXES = {"flow": "stepflow", "off_map": "stepoff", "anytime": "stepany"}
# What stands beside a box: the look of the stroke that leads to it, and of the words.
_SIDES = {"hot": ("endhot", "hot"), "again": ("endagain", "back"), "goal": ("endline", "t"), "m": ("endline", "m")}
Pair = tuple[str, str]


def process_map(
    observed: Observed,
    activities_share: float = 1.0,
    paths_share: float = 1.0,
    *,
    name: str = "process",
    title: str = "",
    designed: Collection[Pair] = (),
) -> Drawing | None:
    """The picture; None where nothing was seen.

    Args:
        observed: What directly followed what.
        activities_share: Share of the steps that is drawn, the most frequent ones, 0 to 1.
        paths_share: Share of the ways between them, 0 to 1; every step keeps the most travelled one in and out.
        name: Makes the ids on the page unique.
        title: Title for those who cannot see it.
        designed: Pairs of touchpoints that may follow each other by design; none: no way is told from another.
    """
    chosen = level(observed, activities_share, paths_share)
    if not chosen.ways:
        return None
    found = scene(chosen, rows(observed))
    roles = {step.name: step.role for step in observed.steps}
    kinds = {line.way.key: _kind(line, roles, designed) for line in found.lines}
    columns = folded(found, _FULL)
    wide = max(_LEAST, whole(columns) + 2 * _EDGE)
    canvas = Canvas()
    top = _legend(canvas, kinds.values(), wide, chosen.left_out_n, is_folded=len(columns) > 1)
    most = max(int(step.journeys_n) for step in observed.steps)
    x = (wide - whole(columns)) / 2
    for column in columns:
        origin = (x - column.left, top - column.top)
        _Painter(canvas, origin, found.titles, kinds, designed).paint(column, most)
        x += column.right - column.left + BETWEEN
    size = (wide, top + max(column.bottom - column.top for column in columns) + _EDGE)
    told = _described(found, chosen.left_out_n)
    svg = picture(canvas.parts(), size, name, title or tr("The process as it was observed"), told)
    return Drawing(svg, *size, tuple(canvas.boxes))


def _kind(line: Line, roles: dict[str, str], designed: Collection[Pair]) -> str:
    start, end = str(line.way.from_step), str(line.way.to_step)
    met = {roles[start], roles[end]} - {"flow"}
    if met:
        return "any" if met == {"anytime"} else "off"
    if not designed or (start, end) in designed:
        return "designed"
    return "back" if line.is_up else "skip"


def _described(found: Scene, left_out_n: int) -> str:
    titles = found.titles
    most = [line.way for line in found.lines][:_MOST_TOLD]
    head = tr(
        "{steps} steps and {ways} ways between them; {left_out} ways are not drawn.",
        steps=count(len(titles)),
        ways=count(len(found.lines)),
        left_out=count(left_out_n),
    )
    ways = (f"{titles[str(way.from_step)]} → {titles[str(way.to_step)]}: {count(way.journeys_n)}" for way in most)
    return f"{head} {'; '.join(ways)}"


def _legend(canvas: Canvas, kinds: Collection[str], wide: float, left_out_n: int, *, is_folded: bool) -> float:
    """What the picture's signs mean, and what it leaves out, at its top; returns where that ends."""
    words = tr("From top to bottom. On a line: journeys that went so with nothing between, and the median time.")
    if left_out_n:
        words += " " + trn(
            "{n} less travelled way is not drawn.", "{n} less travelled ways are not drawn.", left_out_n,
            n=count(left_out_n),
        )  # fmt: skip
    if is_folded:
        words += " " + tr("What ends in a dot goes on in the next column.")
    lines = wrap(words, wide - 2 * _EDGE, SIZE)
    canvas.lines(_EDGE, 14, lines, LINE + 2, size=SIZE, look="m")
    x, y = _EDGE, 18 + (LINE + 2) * len(lines)
    for kind in (kind for kind in _KINDS if kind in kinds):
        room = 32 + width(tr(_KINDS[kind]), SIZE)
        if x > _EDGE and x + room > wide - _EDGE:
            x, y = _EDGE, y + LINE + 4
        dashes = _DASHES if kind == "any" else None
        line = f"M{x + 2:.1f} {y - 4:.1f}h20"
        canvas.add("marks", el("path", d=line, class_=f"detour {kind}", stroke_width=4, stroke_dasharray=dashes))
        canvas.text(x + 32, y, tr(_KINDS[kind]), size=SIZE, look="m")
        x += room + 22
    return y + 18


@dataclass(frozen=True)
class _Painter:
    """Puts a column of a scene on the canvas, moved to its place."""

    canvas: Canvas
    origin: Point
    titles: dict[str, str]
    kinds: dict[Key, str]
    designed: Collection[Pair]

    def paint(self, column: Column, most: int) -> None:
        """Draws everything; `most` is the number of journeys that fills a box's bar."""
        kinds = self.kinds
        ordered = sorted(column.pieces, key=lambda each: (kinds[each.line.way.key] != "designed", -each.line.thick))
        for piece in ordered:
            self._draw_way(piece, kinds[piece.line.way.key])
        for box in column.boxes:
            self._draw_box(box, most)

    def _draw_way(self, piece: Piece, kind: str) -> None:
        line, points = piece.line, [self._at(point) for point in piece.points]
        path = _level_path(points) if line.is_level else _path(points)
        dashes = _DASHES if kind == "any" else None
        words = el("title", self._told(line))
        look = f"detour {kind}"
        drawn = el("path", words, d=path, class_=look, stroke_width=line.thick, stroke_dasharray=dashes)
        self.canvas.add("lines", drawn)
        if piece.has_tip:
            tip = points[0] if line.is_up else points[-1]
            self.canvas.add("lines", _tip(tip, kind, is_up=line.is_up or line.is_level))
        for x, y in map(self._at, piece.loose):
            self.canvas.add("marks", el("circle", cx=x, cy=y, r=max(3.0, line.thick / 2 + 1), class_=f"tip {kind}"))
        if piece.has_label:
            self._draw_label(line, kind)

    def _told(self, line: Line) -> str:
        """A way in words, for a pointer."""
        way, titles = line.way, self.titles
        return tr(
            "{start} → {end}: {times} times, in {n} journeys",
            start=short(titles[str(way.from_step)], 120),
            end=short(titles[str(way.to_step)], 120),
            times=count(way.n),
            n=count(way.journeys_n),
        )

    def _draw_label(self, line: Line, kind: str) -> None:
        x, y = self._at(line.at)
        is_bold = line.thick > 3
        wide = width(line.label, SMALL, is_bold) + 8  # a halo leaves the line between two words
        ground = el("rect", x=x - wide / 2, y=y - 7, width=wide, height=14, rx=7, class_="ground")
        self.canvas.add("lines", ground)
        self.canvas.text(x, y + 3.5, line.label, size=SMALL, look=f"{kind} halo", anchor="middle", is_bold=is_bold)

    def _draw_box(self, box: Box, most: int) -> None:
        x, y = self._at((box.x, box.y))
        left = x - box.width / 2
        words = f"{short(box.step.title, 200)}: {count(box.step.journeys_n)}"
        look = _BOXES.get(box.step.role, "stepact")
        rect = el("rect", el("title", words), x=left, y=y, width=box.width, height=box.height, rx=_ROUND, class_=look)
        part = max(1.5, (box.width - 2 * _ROUND) * min(1.0, box.step.journeys_n / most))
        bar = el("rect", x=left + _ROUND, y=y + box.height - 5.5, width=part, height=3, rx=1.5, class_="bar")
        self.canvas.add("marks", rect, bar)
        self.canvas.lines(x, y + 15, box.lines, LINE, size=SIZE, anchor="middle", is_bold=True)
        told = count(box.step.journeys_n)
        self.canvas.text(x, y + 14 + LINE * len(box.lines), told, size=SMALL, look="m", anchor="middle")
        self._draw_side(box, box.left, -1)
        self._draw_side(box, box.right, 1)

    def _draw_side(self, box: Box, told: Sequence[tuple[str, str]], side: int) -> None:
        """What is told on one side of a box (-1: left), each on a line of its own with a stroke to the box."""
        edge, middle = self._at((box.x + side * box.width / 2, box.y + box.height / 2))
        is_meant = (box.step.name, box.step.name) in self.designed
        for i, (what, text) in enumerate(told):
            y = middle + (i - (len(told) - 1) / 2) * 14
            stroke, look = _SIDES["m" if what == "again" and is_meant else what]
            self.canvas.add("lines", el("path", d=f"M{edge:.1f} {y:.1f}h{side * SIDE}", class_=stroke))
            x, anchor = edge + side * (SIDE + GAP / 2), "end" if side < 0 else "start"
            self.canvas.text(x, y + 3.5, text, size=SMALL, look=look, anchor=anchor, is_bold=look != "m")

    def _at(self, point: Point) -> Point:
        return point[0] + self.origin[0], point[1] + self.origin[1]


def _tip(at: Point, kind: str, *, is_up: bool) -> Markup:
    back = 6.5 if is_up else -6.5
    return el("path", d=f"M{at[0]:.1f} {at[1]:.1f}l-4 {back}h8z", class_=f"tip {kind}")


def _path(points: Sequence[Point]) -> str:
    """A line from point to point, upright at each; what lies on one upright is one stroke."""
    kept = [points[0]]
    for point, after in pairwise([*points[1:], None]):
        if point and not (after and abs(kept[-1][0] - point[0]) < 0.6 and abs(point[0] - after[0]) < 0.6):
            kept.append(point)
    path = f"M{kept[0][0]:.1f} {kept[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(kept):
        middle = (y0 + y1) / 2
        bend = f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
        path += f"V{y1:.1f}" if abs(x0 - x1) < 0.6 else bend
    return path


def _level_path(points: Sequence[Point]) -> str:
    """From one box of a row to another, below them."""
    (x0, y0), (x1, y1), (x2, y2) = points
    return f"M{x0:.1f} {y0:.1f}Q{x0:.1f} {y1:.1f} {x1:.1f} {y1:.1f}Q{x2:.1f} {y1:.1f} {x2:.1f} {y2:.1f}"
