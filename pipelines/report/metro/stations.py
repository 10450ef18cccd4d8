"""Panels, lines and stations of one strip."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from pipelines.language import tr
from pipelines.report.canvas import Canvas
from pipelines.report.metro.curves import Segment, entries, hides, segments
from pipelines.report.metro.geometry import (
    COUNT_SIZE,
    DIAMOND,
    GOAL_SIZE,
    LEFT,
    OUTLINE,
    PANEL_TITLE,
    TITLE_PITCH,
    TITLE_SIZE,
    Geometry,
)
from pipelines.report.metro.hints import hint
from pipelines.report.metro.lanes import Shown
from pipelines.report.metro.layout import Group, Station
from pipelines.report.metro.modes import Mode
from pipelines.report.numbers import count
from pipelines.report.sentences import left_in_words
from pipelines.report.stored import retold
from pipelines.report.svg import el
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

WIDEST_BAND = 20.0
_THINNEST_BAND, _THIN_BAND = 2.0, 4.0
_MOST_TOLD = 6  # ways that one piece of line names


def draw_panels(canvas: Canvas, g: Geometry) -> None:
    """Phases as panels, each with its name and what the customer wants in it; and where order is free."""
    for panel, first, last in g.panels:
        left, right = g.edges(first, last)
        canvas.add("back", el("rect", x=left, y=0, width=right - left, height=g.panel_bottom, rx=12, class_="panel"))
        canvas.lines(left + 11, 23, g.goal_lines[panel.phase], 18, size=PANEL_TITLE, is_bold=True)
        y = 23 + 18 * len(g.goal_lines[panel.phase])
        canvas.lines(left + 11, y - 1, g.subtitles[panel.phase], 14, size=GOAL_SIZE, look="m")
    for group in g.groups:
        _draw_group(canvas, g, group)


def _draw_group(canvas: Canvas, g: Geometry, group: Group) -> None:
    """An outline around stations of free order and their names."""
    inside = [
        s for s in g.stations if group.first <= s.at.column <= group.last and group.top <= s.at.row <= group.bottom
    ]
    if not inside:
        return
    left, right = (g.x(column) + side * (g.column / 2 - 1) for column, side in ((group.first, -1), (group.last, 1)))
    top = min(min(g.label_top(s), g.at(s.at)[1] - g.rim(s)) for s in inside) - 2
    bottom = max(max(g.label_top(s) + g.label_height(s), g.at(s.at)[1] + g.rim(s)) for s in inside) + 1
    box = {"x": left, "y": top, "width": right - left, "height": bottom - top, "rx": 16}
    canvas.add("back", el("rect", hint(tr("all of these, in any order")), **box, class_="group"))


def draw_lines(canvas: Canvas, g: Geometry, mode: Mode, most: int) -> None:
    """The designed ways as bands to one scale: `most` journeys are the widest. Those that nobody took are dashed."""
    for piece in sorted(segments(g), key=lambda piece: (-piece.n, piece.start, piece.end)):
        look = "way idle" if not piece.n else "way hidden" if piece.is_hidden else f"way {mode.band}".strip()
        thick = _thickness(mode, piece.n, most) if piece.n else 1.4
        told = [hint(_ways(g.view, piece))] if mode.has_detours else []
        canvas.add("lines", el("path", *told, d=piece.path, class_=look, stroke_width=thick))
    _draw_ends(canvas, g, mode, most)


def _thickness(mode: Mode, n: int, most: int) -> float:
    return _THIN_BAND if mode.band == "thin" else max(_THINNEST_BAND, WIDEST_BAND * n / most)


def _ways(view: JourneyView, piece: Segment) -> str:
    ways = sorted(piece.ways, key=lambda way: (-way[2], way[0].number, way[1].number))
    told = [
        tr("{start} → {end}: {n} journeys", start=view.label(a.name), end=view.label(b.name), n=count(n))
        for a, b, n in ways[:_MOST_TOLD]
    ]
    more = [tr("and {n} more ways", n=len(ways) - _MOST_TOLD)] if len(ways) > _MOST_TOLD else []
    return "\n".join([*told, *more])


def _draw_ends(canvas: Canvas, g: Geometry, mode: Mode, most: int) -> None:
    """Where the line comes from, in the margin; and that it goes on, at the end of a strip that is not the last."""
    if g.strip.first == 0:
        total, word = mode.total(g.view)
        canvas.text(LEFT - 14, g.axis - 3, total, size=17, anchor="end", is_bold=True)
        canvas.text(LEFT - 14, g.axis + 12, word, size=COUNT_SIZE, look="m", anchor="end")
        _draw_entries(canvas, g, mode, most)
    else:
        canvas.text(LEFT - 14, g.axis + 4, tr("continued"), size=COUNT_SIZE, look="m", anchor="end")
    if g.strip.last < g.view.plan.strips[-1].last:
        x = g.x(g.strip.last + 0.5)
        canvas.add("lines", el("path", d=f"M{x - 5:.1f} {g.axis - 9:.1f}l12 9l-12 9z", class_="arrow"))


def _draw_entries(canvas: Canvas, g: Geometry, mode: Mode, most: int) -> None:
    """The ways from the margin to every station with which the flow may begin."""
    for station, pieces in entries(g):
        n = g.view.entered.get(station.name, 0)
        thick = _thickness(mode, g.view.reached_n(station.name) if hides(n) else n, most)
        look = "way hidden" if hides(n) else f"way {mode.band}".strip()
        begin = g.x(-0.5) - 7 + thick / 2
        pieces[0] = replace(pieces[0], start=(begin, g.axis))
        path = " ".join(piece.path for piece in pieces)
        canvas.add("lines", el("path", d=path, class_=look, stroke_width=thick))


def draw_stations(canvas: Canvas, g: Geometry, mode: Mode, shown: Shown) -> None:
    """Every station with its number, its name, and what the mode says of it."""
    for station in g.stations:
        x, y = g.at(station.at)
        look = mode.fill(g.view, station.name)
        told = _told(g.view, station, mode)
        canvas.add("marks", el("g", hint(told), *sign(g, station, look), class_=shown.dim(station.name)))
        number = shown.look(station.name, f"n {look}")
        canvas.text(x, y + 3.9, str(station.number), size=11, look=number, anchor="middle", is_bold=True)
        lines, top = g.titles[station.key], g.label_top(station)
        title, amount = shown.look(station.name, "t halo"), shown.look(station.name, "m halo")
        canvas.lines(x, top + 10.5, lines, TITLE_PITCH, size=TITLE_SIZE, anchor="middle", is_bold=True, look=title)
        text = tr("as {n} before", n=station.number) if station.is_again else mode.amount(g.view, station.name)
        fits = wrap(text, g.column - 3, COUNT_SIZE, 1)
        below = top + 11 + TITLE_PITCH * len(lines)
        canvas.lines(x, below, fits, TITLE_PITCH, size=COUNT_SIZE, look=amount, anchor="middle")


def sign(g: Geometry, station: Station, look: str) -> list[Markup]:
    """A circle, or a diamond for a moment of truth; dashed for what may be passed by; a second outline for a goal."""
    x, y, r = *g.at(station.at), g.radius(station)
    ring = "4 3" if station.is_optional else None
    is_goal = g.is_goal(station)
    if g.is_moment(station):
        d = r * DIAMOND
        outer = [el("path", d=diamond(x, y, d + OUTLINE + 1.5), class_="goal truth")] if is_goal else []
        dressed = {"class_": f"station truth {look}", "stroke_dasharray": ring, "stroke_linejoin": "round"}
        return [*outer, el("path", d=diamond(x, y, d), **dressed)]
    outer = [el("circle", cx=x, cy=y, r=r + OUTLINE, class_="goal")] if is_goal else []
    return [*outer, el("circle", cx=x, cy=y, r=r, class_=f"station {look}", stroke_dasharray=ring)]


def diamond(x: float, y: float, d: float) -> str:
    """The path of a diamond around a point, from its middle to its tips d pixels."""
    return f"M{x:.1f} {y - d:.1f}L{x + d:.1f} {y:.1f}L{x:.1f} {y + d:.1f}L{x - d:.1f} {y:.1f}Z"


def _told(view: JourneyView, station: Station, mode: Mode) -> str:
    label = view.label(station.name)
    if mode.key not in {"friction", "volume"}:
        return f"{label}: {mode.amount(view, station.name)}"
    outcome, n = view.outcomes.get(station.name), count(view.reached_n(station.name))
    first = tr("{station}: {n} journeys reached it", station=label, n=n)
    if outcome is None:
        return first
    if outcome.refused is None:
        return f"{first}\n{left_in_words(outcome)}"
    refused = tr("leave here: not told ({reason})", reason=retold(outcome.refused))
    return f"{first}\n{refused}"
