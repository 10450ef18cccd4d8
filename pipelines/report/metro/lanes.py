"""Lanes below the metro map: what happens at each station, aligned with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from pipelines.language import mark, tongue, tr
from pipelines.report.canvas import Canvas
from pipelines.report.metro import cells
from pipelines.report.metro.cells import Cell, Felt
from pipelines.report.metro.geometry import LEFT, Geometry
from pipelines.report.metro.hints import hint
from pipelines.report.metro.layout import Station
from pipelines.report.numbers import MISSING, count, interval
from pipelines.report.svg import el
from pipelines.report.text import width, wrap
from pipelines.report.view import JourneyView
from schemas.words import DeviationKind

_NAME, _LONG_NAME = 12.0, 10.5
_VALUE = 12.0
_SMALL = 9.2
_BAR = 6.0
_TWO_LINES, _ONE_LINE = 27.0, 18.0
_MOST_WITH_ROOM = 3  # from so many stations below each other on, a cell has one line
_NARROWEST_BAR, _WIDEST_BAR = 14.0, 64.0
_SCALES = (0.25, 0.5, 1.0)  # what a full bar is: the same along a lane
_LEAST = 32.0  # a lane's name and note need as much
_OWNER_PITCH = 12.0


@dataclass(frozen=True)
class Lane:
    """One lane: its name, a word below it, the cell of a touchpoint, and the short name of the table behind it."""

    name: str
    note: str
    cell: Callable[[JourneyView, str], Cell]
    table: str


LEAVE = Lane(mark("Leave here"), mark("fall silent or say no"), cells.leave, "drop_off")
LATE = Lane(mark("Later than promised"), mark("of promises made here"), cells.late, "waits")
REPEAT = Lane(mark("Repeat"), mark("beyond the design"), partial(cells.rate, DeviationKind.REPEATED), "deviations")
SKIPPED = Lane(mark("Skipped"), mark("of those who passed"), partial(cells.rate, DeviationKind.MISSING), "deviations")
FAILED = Lane(mark("Failed"), mark("of those who tried"), partial(cells.rate, DeviationKind.FAILED), "deviations")
HELP = Lane(mark("Ask for help"), mark("or leave the map: most"), cells.help_, "beside")
EXPERIENCE = Lane(mark("Experience"), mark("○ designed, ● measured"), cells.experience, "experience")
SCORE = Lane(mark("Score"), mark("by the survey’s formula"), cells.score, "experience")
HERE = Lane(mark("In flight now"), mark("journeys standing here"), cells.here, "drop_off")
REACH = Lane(mark("Reach it"), mark("of all journeys"), cells.reach, "drop_off")
CONVERT = Lane(mark("Reach the goal"), mark("of those who come here"), cells.convert, "outcomes")
MEDIAN = Lane(mark("Median wait"), mark("of those who go on"), cells.median_wait, "waits")
SLOW = Lane(mark("Slowest tenth"), mark("wait at least"), cells.slow_wait, "waits")
PROMISED = Lane(mark("Promised"), mark("within"), cells.promised, "waits")
OVERDUE = Lane(mark("Overdue now"), mark("of those waiting"), cells.waiting, "waits")
PATIENCE = Lane(mark("Patience"), mark("silence that is a loss"), cells.patience, "drop_off")


@dataclass(frozen=True)
class Shown:
    """How lanes are shown.

    Attributes:
        stem: Begins the anchors of tables; "": nothing is a link.
        only: Touchpoints that are not dimmed; empty: none is.
    """

    stem: str = ""
    only: Collection[str] = ()

    def look(self, name: str, look: str) -> str:
        """A style, dimmed where the touchpoint is not among those asked for."""
        return f"{look} dim" if self.dim(name) else look

    def dim(self, name: str) -> str | None:
        """The style of what is dimmed, for a whole group."""
        return "dim" if self.only and name not in self.only else None


def draw_lanes(canvas: Canvas, g: Geometry, lanes: tuple[Lane, ...], top: float, shown: Shown) -> float:
    """Draws the lanes that say anything anywhere on the map; returns the lower end."""
    y = top
    for lane in lanes:
        found = {name: lane.cell(g.view, name) for name in g.view.flow_names}
        if all(cell.is_nothing for cell in found.values()):
            continue
        _draw_name(canvas, lane, y, shown)
        y = rule(canvas, g, y + max(_draw_cells(canvas, g, found, y, shown), _LEAST))
    return y


def _draw_cells(canvas: Canvas, g: Geometry, found: dict[str, Cell], y: float, shown: Shown) -> float:
    """The cells of one lane, those of one column below each other; returns the height that they take."""
    most = max((cell.high or cell.value or 0.0 for cell in found.values()), default=0.0)
    full = next((scale for scale in _SCALES if most <= scale), 1.0)
    height = 0.0
    for all_of_it in _stacks(g):
        stack = _told_apart(all_of_it, found)
        has_more = any(_has_more(found[station.name]) for station in stack)
        has_room = has_more and len(stack) < _MOST_WITH_ROOM
        pitch = _TWO_LINES if has_room else _ONE_LINE
        for i, station in enumerate(stack):
            place = _Place(g.x(station.at.column), y + pitch * i, g.column - 8, full, has_room)
            is_crowded = len(all_of_it) > 1 and not found[station.name].is_nothing
            _draw_cell(canvas, g, station, found[station.name], place, shown, is_crowded=is_crowded)
        height = max(height, len(stack) * pitch)
    return height + 5


def _has_more(cell: Cell) -> bool:
    """Whether there is anything for a second line."""
    return not cell.is_nothing and (cell.low is not None or cell.n is not None or bool(cell.between))


def _told_apart(stack: list[Station], found: dict[str, Cell]) -> list[Station]:
    """The stations of a column that have anything to say; one of them where none has."""
    telling = [station for station in stack if not found[station.name].is_nothing]
    return telling or [max(stack, key=lambda station: found[station.name].text != MISSING)]


@dataclass(frozen=True)
class _Place:
    """Where a cell stands: its middle, upper end and width; what a full bar is; and whether it has a second line."""

    x: float
    y: float
    room: float
    full: float
    has_room: bool


def own(g: Geometry) -> list[Station]:
    """The strip's stations but for those that were drawn before."""
    return [s for s in g.stations if not s.is_again]


def _stacks(g: Geometry) -> list[list[Station]]:
    """The stations of each column, from the top."""
    columns: dict[float, list[Station]] = {}
    for station in sorted(own(g), key=lambda s: (s.at.column, s.at.row)):
        columns.setdefault(station.at.column, []).append(station)
    return list(columns.values())


def rule(canvas: Canvas, g: Geometry, y: float) -> float:
    """A line across; returns where the next lane begins."""
    canvas.add("back", el("path", d=f"M4 {y:.1f}H{g.width - 10:.1f}", class_="rule"))
    return y + 5


def _draw_name(canvas: Canvas, lane: Lane, y: float, shown: Shown) -> None:
    """The lane's name, a link to its table, and the word below it."""
    href = f"#{shown.stem}_{lane.table}" if shown.stem else ""
    size = _NAME if width(tr(lane.name), _NAME, True) <= LEFT - 20 else _LONG_NAME
    for line in wrap(tr(lane.name), LEFT - 20, size, 1, True):
        canvas.text(LEFT - 14, y + 15, line, size=size, anchor="end", is_bold=True, href=href)
    canvas.lines(LEFT - 14, y + 27, wrap(tr(lane.note), LEFT - 20, _SMALL, 1), 12, size=_SMALL, look="m", anchor="end")


def _draw_cell(  # noqa: PLR0917 -- a cell and its place
    canvas: Canvas, g: Geometry, station: Station, cell: Cell, at: _Place, shown: Shown, *, is_crowded: bool
) -> None:
    """A bar and its value side by side in the middle; below them the interval and the number behind it."""
    look = shown.look(station.name, "hot" if cell.is_hot else "m" if cell.is_faint else "t")
    faint = shown.look(station.name, "m")
    left, right = at.x - at.room / 2, at.x + at.room / 2
    if is_crowded:
        canvas.text(left, at.y + 14, str(station.number), size=_SMALL, look=faint)
        left += width(str(station.number), _SMALL) + 4
    text = next(iter(wrap(cell.text, right - left, _VALUE, 1, True)), "")
    wide = width(text, _VALUE, True)
    bar = min(right - left - wide - 6, _WIDEST_BAR)
    has_bar = (cell.value is not None or cell.felt is not None) and bar >= _NARROWEST_BAR
    x = (left + right - wide - (bar + 6 if has_bar else 0.0)) / 2
    if has_bar:
        draw = _bar(x, at.y + 7, bar, cell, at.full) if cell.felt is None else _scale(x, at.y + 10, bar, cell.felt)
        hinted = hint(_told(g, station, cell))
        canvas.add("marks", el("g", hinted, *draw, class_=shown.dim(station.name)))
        x += bar + 6
    canvas.text(x, at.y + 14, text, size=_VALUE, look=look, is_bold=cell.is_hot)
    if at.has_room and (below := _below(cell, at.room + 5)):
        canvas.text(at.x, at.y + 25, below, size=_SMALL, look=faint, anchor="middle")


def _told(g: Geometry, station: Station, cell: Cell) -> str:
    between = cell.between or interval(cell.low, cell.high)
    first = tr("{station}: {value}", station=g.view.label(station.name), value=cell.text)
    if between:
        first = tr("{told} (95%: {interval})", told=first, interval=between)
    lines = [first, tr("n {n}", n=count(cell.n)) if cell.n is not None else "", cell.told]
    return "\n".join(line for line in lines if line)


def _below(cell: Cell, room: float) -> str:
    """The interval and the number behind it, as far as there is room for them; little of it where there is no value."""
    if cell.is_nothing and not cell.value:
        return ""
    between = cell.between or interval(cell.low, cell.high).removesuffix(tongue().percent)
    n = "" if cell.n is None else tr("n {n}", n=count(cell.n))
    for text in (" · ".join(part for part in (between, n) if part), between, n):
        if text and width(text, _SMALL) <= room:
            return text
    return ""


def _bar(x: float, y: float, room: float, cell: Cell, full: float) -> list[Markup]:
    """A bar from 0 to what is full, with a whisker for the interval."""
    value = min(1.0, max(0.0, (cell.value or 0.0) / full))
    parts = [el("rect", x=x, y=y, width=room, height=_BAR, rx=3, class_="trough")]
    if value > 0:
        look = "bar hot" if cell.is_hot else "bar"
        parts.append(
            el(
                "rect",
                x=x,
                y=y,
                width=max(2.0, room * value),
                height=_BAR,
                rx=min(3.0, max(1.0, room * value / 2)),
                class_=look,
            )
        )
    if cell.low is not None and cell.high is not None and value > 0:
        low, high = x + room * max(0.0, cell.low / full), x + room * min(1.0, cell.high / full)
        parts.append(el("path", d=f"M{low:.1f} {y + _BAR / 2:.1f}H{high:.1f}", class_="whisker"))
    return parts


def _scale(x: float, y: float, room: float, felt: Felt) -> list[Markup]:
    """A scale from -2 to 2 with a ring for the feeling designed and a dot for the one measured."""
    parts = [el("path", d=f"M{x:.1f} {y:.1f}H{x + room:.1f}M{x + room / 2:.1f} {y - 3:.1f}v6", class_="axis")]

    def at(mood: float) -> float:
        return x + 4 + (room - 8) * (min(2.0, max(-2.0, mood)) + 2) / 4

    if felt.designed is not None:
        parts.append(el("circle", cx=at(felt.designed), cy=y, r=4.2, class_="felt designed"))
    if felt.measured is not None:
        parts.append(el("circle", cx=at(felt.measured), cy=y, r=3.0, class_="felt measured"))
    return parts


def draw_owners(canvas: Canvas, g: Geometry, y: float, shown: Shown) -> float:
    """The owner of each station; returns the lower end."""
    owners = {s.key: g.view.map.owner_of(s.name) for s in own(g)}
    if not any(g.view.map.owner_of(name) for name in g.view.flow_names):
        return y
    canvas.text(LEFT - 14, y + 15, tr("Owner"), size=_NAME, anchor="end", is_bold=True)
    lowest = y + 22
    for stack in _stacks(g):
        at, is_one = y + 15, len({owners[s.key] for s in stack}) == 1
        for each in stack[:1] if is_one else stack:
            label = "" if is_one else f"{each.number} "
            lines = wrap(label + (owners[each.key] or MISSING), g.column - 8, 11.0, 2 if len(stack) < 3 else 1)
            look = shown.look(each.name, "t")
            canvas.lines(g.x(each.at.column), at, lines, _OWNER_PITCH, size=11.0, look=look, anchor="middle")
            at += _OWNER_PITCH * len(lines) + 2
        lowest = max(lowest, at)
    return lowest
