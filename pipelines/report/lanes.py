"""Lanes below the metro map: what happens at each station, aligned with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.intervals import wilson
from pipelines.report.canvas import Canvas
from pipelines.report.geometry import LEFT, Geometry
from pipelines.report.layout import Station
from pipelines.report.numbers import MISSING, count, interval, share
from pipelines.report.svg import el
from pipelines.report.text import width, wrap
from pipelines.report.view import JourneyView
from schemas.words import DeviationKind

HOT = 0.10  # from one in ten on, a value is set in bold and red
FAINT = 0.01  # below one in a hundred it is set in grey
_OWNER_ROW = 14.0
_LEAST = 31.0  # a lane's name and note need as much
_SIZE = 11.0
_NOTHING = frozenset({MISSING, "0%", "0", "not told"})
_SMALL = 9.5


@dataclass(frozen=True)
class Cell:
    """One value of a lane.

    Attributes:
        text: The value, or why there is none.
        value: The value as a share, for its bar; None: no bar.
        parts: The two shares that it is made of, where they are told apart.
    """

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    parts: tuple[float, float] | None = None

    @property
    def is_hot(self) -> bool:
        """Whether it calls for attention."""
        return self.value is not None and self.value >= HOT

    @property
    def is_faint(self) -> bool:
        """Whether there is next to nothing to see."""
        return self.text in _NOTHING or (self.value is not None and self.value < FAINT)


@dataclass(frozen=True)
class Lane:
    """One lane: its name, a word below it, the cell of a touchpoint, and the height of a row."""

    name: str
    note: str
    cell: Callable[[JourneyView, str], Cell]
    row: float = 24.0


def _leave(view: JourneyView, name: str) -> Cell:
    outcome = view.outcomes.get(name)
    if outcome is None or outcome.refused is not None:
        return Cell("not told" if outcome is not None else MISSING)
    parts = (outcome.hazard or 0.0, outcome.exit_hazard) if outcome.exit_hazard else None
    return Cell(share(outcome.leave), outcome.leave, *outcome.leave_interval, parts)


def _late(view: JourneyView, name: str) -> Cell:
    waits = [row for row in view.promises if row.from_touchpoint == name and row.kept_share is not None]
    if not waits:
        return Cell(MISSING)
    worst = min(waits, key=lambda row: (row.kept_share or 0.0, row.to_touchpoint))
    late = 1 - (worst.kept_share or 0.0)
    low = None if worst.kept_high is None else 1 - worst.kept_high
    high = None if worst.kept_low is None else 1 - worst.kept_low
    return Cell(share(late), late, low, high)


def _kind(kind: DeviationKind) -> Callable[[JourneyView, str], Cell]:
    def cell(view: JourneyView, name: str) -> Cell:
        row = view.rate(kind, name)
        if row is None or row.rate is None:
            return Cell("0%" if row is None and view.reached_n(name) else MISSING)
        return Cell(share(row.rate), row.rate, row.rate_low, row.rate_high)

    return cell


def _off(view: JourneyView, name: str) -> Cell:
    """Of the journeys that reached it, those for which something off the map came while they stood here."""
    outcome, reached = view.outcomes.get(name), view.reached_n(name)
    if not reached:
        return Cell(MISSING)
    journeys_n = max(
        (row.journeys_n for row in view.sides(name) if view.map.role(row.touchpoint) == "off_map"), default=0
    )
    part = min(1.0, journeys_n / reached)
    worth = (outcome.effective_n if outcome else None) or reached
    low, high = wilson(part * worth, worth)
    return Cell(share(part), part, float(low), float(high))


def _in_flight(view: JourneyView, name: str) -> Cell:
    return Cell(count(view.in_flight_n(name)))


LANES = (
    Lane("Leave here", "fall silent + say no", _leave, 37.0),
    Lane("Later than promised", "of promises made here", _late),
    Lane("Repeat", "beyond the design", _kind(DeviationKind.REPEATED)),
    Lane("Skipped", "of those who passed", _kind(DeviationKind.MISSING)),
    Lane("Failed", "of those who reached it", _kind(DeviationKind.FAILED)),
    Lane("Off the map", "most frequent detour", _off),
    Lane("In flight now", "journeys standing here", _in_flight, 15.0),
)


def draw_lanes(canvas: Canvas, g: Geometry, top: float) -> float:
    """Draws the lanes that say anything; returns the lower end."""
    y = top
    deepest = max((sum(s.at.column == c for s in _own(g)) for c in {s.at.column for s in _own(g)}), default=1)
    for lane in LANES:
        cells = {s.key: lane.cell(g.view, s.name) for s in _own(g)}
        if all(cell.text in _NOTHING for cell in cells.values()):
            continue
        height = max(deepest * lane.row + 8, _LEAST)
        _draw_name(canvas, lane.name, lane.note, y)
        for station in _own(g):
            _draw_cell(canvas, g, station, cells[station.key], y + lane.row * _sub_row(g, station))
        y = _rule(canvas, g, y + height)
    return _draw_owners(canvas, g, y, deepest)


def _own(g: Geometry) -> list[Station]:
    return [s for s in g.stations if not s.is_again]


def _sub_row(g: Geometry, station: Station) -> int:
    """Place of a station among those of its column, from the top."""
    return sum(s.at.column == station.at.column and s.at.row < station.at.row for s in _own(g))


def _is_crowded(g: Geometry, station: Station) -> bool:
    return sum(s.at.column == station.at.column for s in _own(g)) > 1


def _rule(canvas: Canvas, g: Geometry, y: float) -> float:
    canvas.add("back", el("path", d=f"M4 {y:.1f}H{g.width - 14:.1f}", class_="rule"))
    return y + 4


def _draw_name(canvas: Canvas, name: str, note: str, y: float) -> None:
    canvas.text(LEFT - 14, y + 14, name, size=11.5, anchor="end", is_bold=True)
    canvas.text(LEFT - 14, y + 26, note, size=_SMALL, look="m", anchor="end")


def _draw_cell(canvas: Canvas, g: Geometry, station: Station, cell: Cell, y: float) -> None:
    left = g.x(station.at.column) - g.column / 2 + 9
    room = g.column - 18
    look = "hot" if cell.is_hot else "m" if cell.is_faint else "t"
    x = left
    if _is_crowded(g, station):
        x += canvas.text(x, y + 13, f"{station.number} ", size=_SMALL, look="m") + 3
    x += canvas.text(x, y + 13, cell.text, size=_SIZE, look=look, is_bold=cell.is_hot) + 4
    between = interval(cell.low, cell.high).removesuffix("%")
    if between and x + width(between, _SMALL) <= left + room + 6:
        canvas.text(x, y + 13, between, size=_SMALL, look="m")
    if cell.value is not None:
        _draw_bar(canvas, left, y + 18, room, cell)
    if cell.parts is not None:
        canvas.text(left, y + 33, _parts(cell.parts, room), size=_SMALL, look="m")


def _parts(parts: tuple[float, float], room: float) -> str:
    """Both parts in words where there is room for them, else as the lane's note says."""
    silent, no = (share(part).removesuffix("%") for part in parts)
    words = f"{silent} silent, {no} say no"
    return words if width(words, _SMALL) <= room else f"{silent} + {no}"


def _draw_bar(canvas: Canvas, x: float, y: float, room: float, cell: Cell) -> None:
    """A bar of 0 to 100 %, with a whisker for the interval."""
    value = min(1.0, max(0.0, cell.value or 0.0))
    canvas.add("back", el("rect", x=x, y=y, width=room, height=4, rx=2, class_="trough"))
    look = "bar hot" if cell.is_hot else "bar"
    canvas.add("marks", el("rect", x=x, y=y, width=max(1.0, room * value), height=4, rx=2, class_=look))
    if cell.low is not None and cell.high is not None:
        whisker = f"M{x + room * cell.low:.1f} {y + 2:.1f}H{x + room * cell.high:.1f}"
        canvas.add("marks", el("path", d=whisker, class_="whisker"))


def _draw_owners(canvas: Canvas, g: Geometry, y: float, deepest: int) -> float:
    owners = {s.key: g.view.map.owner_of(s.name) for s in _own(g)}
    if not any(owners.values()):
        return y
    canvas.text(LEFT - 14, y + 14, "Owner", size=11.5, anchor="end", is_bold=True)
    for station in _own(g):
        label = f"{station.number} " if _is_crowded(g, station) else ""
        most = 2 if deepest == 1 else 1
        lines = wrap(label + (owners[station.key] or MISSING), g.column - 12, 10.5, most)
        x = g.x(station.at.column) - g.column / 2 + 9
        canvas.lines(x, y + 13 + _OWNER_ROW * _sub_row(g, station), lines, 12, size=10.5, look="m")
    return y + max(deepest * _OWNER_ROW, 26) + 8
