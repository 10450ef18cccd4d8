"""What comes again on the picture of a map: loops under their station, and ways back below all stations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.report.canvas import Canvas
from pipelines.report.metro.detours import Bracket, Detour
from pipelines.report.metro.geometry import LEVEL, Geometry
from pipelines.report.metro.layout import Station
from pipelines.report.svg import el
from pipelines.report.text import width
from pipelines.report.view import JourneyView
from schemas import flow_shape
from schemas.blocks import Block, Optional, Phase, Repeat, Touch, leaves


@dataclass(frozen=True)
class Again:
    """A repeat of the flow.

    Attributes:
        way: From its end back to its beginning.
        at_most: How often it is allowed; None: without end.
        stations: Those that it holds.
    """

    way: Detour
    at_most: int | None
    stations: tuple[Station, ...]

    @property
    def words(self) -> str:
        """How often."""
        return "again" if self.at_most is None else f"at most {self.at_most}"


def blocks(view: JourneyView) -> Iterator[tuple[Block | Phase, tuple[Station, ...]]]:
    """Every block with the stations of its own; stations stand in the order in which the flow has its leaves."""
    waiting: list[tuple[Block | Phase, int]] = []
    first = 0
    for phase in view.map.flow.phases:
        waiting.append((phase, first))
        first += len(leaves(phase))
    while waiting:
        block, first = waiting.pop()
        yield block, view.plan.stations[first : first + len(leaves(block))]
        match block:
            case Touch():
                continue
            case Optional(child) | Repeat(child):
                waiting.append((child, first))
            case _:
                for child in block.children:
                    waiting.append((child, first))
                    first += len(leaves(child))


def again_of(view: JourneyView) -> Iterator[Again]:
    """Each repeat of the flow as a way back from its end to its beginning, and how often it is allowed."""
    for block, stations in blocks(view):
        if isinstance(block, Repeat) and block.at_most != 1:
            firsts, lasts = flow_shape.firsts(block.child), flow_shape.lasts(block.child)
            end = next(station for station in stations if station.name in firsts)
            start = max((s for s in stations if s.name in lasts), key=lambda s: s.at.column)
            yield Again(Detour(start, end, "designed", 0, 0), block.at_most, stations)


def draw_repeats(canvas: Canvas, g: Geometry, again: Mapping[tuple[int, int], Again]) -> None:
    """Loops under their station, and ways back below all stations."""
    for column, chips in g.chips.items():
        top = g.column_bottom(column) - 17 * len(chips)
        for at, chip in enumerate(chips):
            found = again[chip.start.key, chip.end.key]
            _draw_loop(canvas, g.x(column), top + 17 * at + 11, f"{_whose(g, found)}{found.words}")
    for bracket in g.returns:
        way = bracket.detour
        _draw_way_back(canvas, g, bracket, again[way.start.key, way.end.key].words)


def _whose(g: Geometry, again: Again) -> str:
    """Whose loop it is, where more than one station stands above it."""
    start, end = again.way.start, again.way.end
    if start != end:
        return f"{start.number}→{end.number} "
    here = [station for station in g.stations if station.at.column == start.at.column]
    mine = [str(station.number) for station in here if station in again.stations]
    return "" if len(here) == 1 else f"{', '.join(mine)} "


def _draw_loop(canvas: Canvas, x: float, y: float, label: str) -> None:
    left = x - width(label, 10.5, False) / 2 + 7
    loop = f"M{left - 7:.1f} {y - 8:.1f}a4.6 4.6 0 1 0 4 2.6"
    canvas.add("lines", el("path", d=loop, class_="loop"))
    canvas.add("lines", el("path", d=f"M{left - 9:.1f} {y - 11:.1f}l5 2.6l-5 3z", class_="tip"))
    canvas.text(left, y, label, size=10.5, look="m halo")


def _draw_way_back(canvas: Canvas, g: Geometry, bracket: Bracket, words: str) -> None:
    y = g.bottom_of_tracks + LEVEL * (bracket.level + 0.5)
    start, end = bracket.detour.start, bracket.detour.end
    bend = min(14.0, (bracket.right - bracket.left) / 3)
    left = f"M{bracket.left:.1f} {y:.1f}"
    if bracket.has_left:
        foot = g.column_bottom(end.at.column)
        left = f"M{bracket.left:.1f} {foot:.1f}V{y - bend:.1f}q0 {bend:.1f} {bend:.1f} {bend:.1f}"
        tip = f"M{bracket.left:.1f} {foot:.1f}l-4 7h8z"
        canvas.add("lines", el("path", d=tip, class_="tip"))
    right = f"H{bracket.right:.1f}"
    if bracket.has_right:
        foot = g.column_bottom(start.at.column)
        right = f"H{bracket.right - bend:.1f}q{bend:.1f} 0 {bend:.1f} {-bend:.1f}V{foot:.1f}"
    canvas.add("lines", el("path", d=left + right, class_="loop"))
    label = f"{start.number}→{end.number} {words}"
    half = width(label, 10.5) / 2 + 2
    canvas.add("marks", el("rect", x=bracket.label_x - half, y=y - 6, width=2 * half, height=12, class_="panel"))
    canvas.text(bracket.label_x, y + 3.7, label, size=10.5, look="m halo", anchor="middle")
