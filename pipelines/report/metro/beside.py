"""What came beside the flow: a dotted line for each touchpoint off the map or welcome anytime, with its stops."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.canvas import Canvas
from pipelines.report.metro.detours import LABEL_SIZE
from pipelines.report.metro.geometry import BAND_ROW, LEFT, Geometry
from pipelines.report.metro.hints import hint
from pipelines.report.metro.strips import Strip
from pipelines.report.numbers import count
from pipelines.report.svg import el
from pipelines.report.text import width, wrap
from pipelines.report.view import JourneyView

MOST_OFF_MAP = 5
_NAME, _SMALL_NAME = 11.0, 10.0
_THINNEST, _THICKER = 1.8, 3.4
_ROOM = 54.0  # right of a stop, for its number


def band(view: JourneyView, strip: Strip) -> tuple[str, ...]:
    """What came beside the flow of the strip: off the map first, then what is welcome, each the most frequent first.

    The order is that of the whole map, so strips can be compared.
    """
    here = {s.name for s in view.plan.stations if strip.first <= s.at.column <= strip.last}
    seen = {row.touchpoint for row in view.shown_sides if row.at_touchpoint in here}
    ordered = sorted(view.beside, key=lambda name: view.map.role(name) != "off_map")
    return tuple(name for name in ordered if name in seen)[:MOST_OFF_MAP]


def left_out(view: JourneyView) -> tuple[str, ...]:
    """What came beside the flow and has no line on at least one strip where it came."""
    drawn = [set(band(view, strip)) for strip in view.plan.strips]
    columns = {s.name: s.at.column for s in view.plan.stations}
    missing = {
        row.touchpoint
        for row in view.shown_sides
        for lines, strip in zip(drawn, view.plan.strips, strict=True)
        if strip.first <= columns.get(row.at_touchpoint, -1) <= strip.last and row.touchpoint not in lines
    }
    return tuple(name for name in view.beside if name in missing)


def draw_band(canvas: Canvas, g: Geometry) -> None:
    """One dotted line per touchpoint off the flow, with how often it came at each column's stations."""
    most = max((row.n for row in g.view.shown_sides), default=1)
    for i, name in enumerate(g.band):
        y = g.band_top + BAND_ROW * (i + 0.5)
        look = "off" if g.view.map.role(name) == "off_map" else "any"
        _draw_name(canvas, g.view.title(name), y, look)
        columns = [(c, times) for c in sorted({s.at.column for s in g.stations}) if (times := _times(g, c, name))]
        right = max(g.x(c) for c, _ in columns)
        canvas.add(
            "lines", el("path", d=f"M{LEFT - 6:.1f} {y:.1f}H{right:.1f}", class_=f"dotted {look}", stroke_width=2.4)
        )
        for column, times in columns:
            is_crowded = sum(s.at.column == column and not s.is_again for s in g.stations) > 1
            thick = _THINNEST + _THICKER * min(1.0, sum(times.values()) / most)
            at = g.x(column), g.column_bottom(column), y
            which = f"{_which(tuple(times))}:" if is_crowded else ""
            if at[0] + _ROOM + width(which, 9.5) > g.width:
                which = ""
            _draw_stop(canvas, at, times, look, which, thick)


def _draw_name(canvas: Canvas, title: str, y: float, look: str) -> None:
    """The name in a pill, in the margin."""
    is_short = width(title, _NAME, True) <= LEFT - 30
    size = _NAME if is_short else _SMALL_NAME
    lines = wrap(title, LEFT - 30, size, 2, True)
    wide = max((width(line, size, True) for line in lines), default=0.0) + 18
    high = 19.0 if is_short else 25.0
    pill = el("rect", x=LEFT - 6 - wide, y=y - high / 2, width=wide, height=high, rx=10, class_=f"pill {look}")
    canvas.add("marks", pill)
    top = y + (4 if is_short else 3.6) - 5.5 * (len(lines) - 1)
    canvas.lines(LEFT - 6 - wide / 2, top, lines, 11, size=size, look=look, anchor="middle", is_bold=True)


def _times(g: Geometry, column: float, name: str) -> dict[int, int]:
    """Number of each station of the column, from the top, to how often something came while journeys stood there."""
    here = sorted((s for s in g.stations if s.at.column == column and not s.is_again), key=lambda s: s.at.row)
    times = {s.number: sum(r.n for r in g.view.sides(s.name) if r.touchpoint == name) for s in here}
    return {number: n for number, n in times.items() if n}


def _draw_stop(  # noqa: PLR0917 -- one stop, told once
    canvas: Canvas,
    at: tuple[float, float, float],
    times: dict[int, int],
    look: str,
    which: str,
    thick: float,
) -> None:
    """A stop on the dotted line, and the dotted way down to it: x, where that begins, and y of the line.

    Where stations stand below each other, the stop says of which it tells.
    """
    x, top, y = at
    told = "\n".join(tr("at {station}: {n} times", station=number, n=count(n)) for number, n in times.items())
    label = count(sum(times.values()))
    way = el("path", d=f"M{x:.1f} {top + 2:.1f}V{y:.1f}", class_=f"dotted drop {look}", stroke_width=thick)
    canvas.add("back", way)
    canvas.add("marks", el("circle", hint(told), cx=x, cy=y, r=4.6, class_=f"halt {look}"))
    before = width(which, 9.5) + 3 if which else 0.0
    wide = before + width(label, LABEL_SIZE, True) + 4
    canvas.add("marks", el("rect", x=x + 7, y=y - 8, width=wide, height=16, rx=4, class_="panel"))
    if which:
        x += canvas.text(x + 9, y + 4, which, size=9.5, look="m") + 3
    canvas.text(x + 9, y + 4, label, size=LABEL_SIZE, look=look, is_bold=True)


def _which(numbers: tuple[int, ...]) -> str:
    match numbers:
        case (one,):
            return str(one)
        case (one, other):
            return tr("{one} or {other}", one=one, other=other)
        case _:
            return tr("{n} stations", n=len(numbers))
