"""The designed journey as a metro map with the observed one on it: one picture per strip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from markupsafe import Markup

from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.detour_marks import draw_band, draw_detours
from pipelines.report.detours import Detour, detours
from pipelines.report.geometry import COUNT_SIZE, DIAMOND, LEFT, OUTLINE, PANEL_TITLE, TITLE_PITCH, TITLE_SIZE, Geometry
from pipelines.report.lanes import draw_lanes
from pipelines.report.layout import Plan, Point, Station, Strip, Track
from pipelines.report.numbers import count, share
from pipelines.report.sentences import left_in_words
from pipelines.report.svg import el, picture
from pipelines.report.view import JourneyView

# Upper ends of the steps of friction: the same colours in every report, so that two of them can be compared.
FRICTION_STEPS = (0.02, 0.05, 0.10, 0.20)
MOST_OFF_MAP = 5
_WIDEST_TRACK = 13.0


def metro_map(view: JourneyView, name: str) -> tuple[Drawing, ...]:
    """The map's strips from first to last. `name` makes the ids on the page unique."""
    chosen = detours(view)
    strips = view.plan.strips
    return tuple(_strip(view, strip, chosen, f"{name}-{i}", len(strips)) for i, strip in enumerate(strips, 1))


def _strip(view: JourneyView, strip: Strip, chosen: tuple[Detour, ...], name: str, strips_n: int) -> Drawing:
    geometry = Geometry(view, strip, chosen, band(view, strip))
    canvas = Canvas()
    draw_panels(canvas, geometry)
    _draw_tracks(canvas, geometry)
    _draw_stations(canvas, geometry)
    draw_detours(canvas, geometry)
    draw_band(canvas, geometry)
    height = draw_lanes(canvas, geometry, geometry.panel_bottom + 8)
    which = f", part {name.rsplit('-', 1)[1]} of {strips_n}" if strips_n > 1 else ""
    title = f"Metro map of {view.map.title}{which}"
    svg = picture(canvas.parts(), (geometry.width, height), name, title, describe(view, geometry.stations))
    return Drawing(svg, geometry.width, height, tuple(canvas.boxes))


def describe(view: JourneyView, stations: Iterable[Station]) -> str:
    """The stations in words, for those who cannot see the picture."""
    told = []
    for station in stations:
        leave = view.leave(station.name)
        left = f", {share(leave)} leave here" if leave is not None else ""
        told.append(f"{view.label(station.name)}: {count(view.reached_n(station.name))} journeys{left}")
    return "Stations in designed order. " + "; ".join(told) + ". The tables below hold every number."


def friction_class(leave: float | None) -> str:
    """The style of a station: f0 (hardly anybody leaves) to f4, fx where it cannot be told."""
    return "fx" if leave is None else f"f{sum(leave >= step for step in FRICTION_STEPS)}"


def draw_panels(canvas: Canvas, g: Geometry) -> None:
    """Phases as panels, each with its name and what the customer wants in it."""
    for panel, first, last in g.panels:
        left, right = g.x(first - 0.5) + 3, g.x(last + 0.5) - 3
        canvas.add("back", el("rect", x=left, y=0, width=right - left, height=g.panel_bottom, rx=9, class_="panel"))
        canvas.lines(left + 8, 19, g.goal_lines[panel.phase], 16, size=PANEL_TITLE, is_bold=True)
        y = 19 + 16 * len(g.goal_lines[panel.phase])
        canvas.lines(left + 8, y - 1, g.subtitles[panel.phase], 13, size=10.5, look="m")


def _draw_tracks(canvas: Canvas, g: Geometry) -> None:
    plan, view = g.view.plan, g.view
    names = {station.key: station.name for station in plan.stations}
    most = max((n for _, n in view.directly.values()), default=0)
    travelled = [(view.directly.get((names[t.start], names[t.end]), (0, 0))[1], t) for t in plan.tracks]
    for n, track in sorted(travelled, key=lambda pair: (-pair[0], pair[1].start, pair[1].end)):
        # Crowded all_of blocks have many ways across; those that nobody took would only hide the others.
        if track.is_free_order and not n:
            continue
        path = " ".join(curve(part) for part in inside_strip(track, plan, g))
        if path:
            label = f"{view.label(names[track.start])} → {view.label(names[track.end])}: {count(n)} journeys"
            thick = 1.5 + _WIDEST_TRACK * n / most if n and most else 1.2
            look = "way" if n else "way idle"
            canvas.add("lines", el("path", el("title", label), d=path, class_=look, stroke_width=thick))
    _draw_entry(canvas, g)


def inside_strip(track: Track, plan: Plan, g: Geometry) -> Iterator[list[tuple[float, float]]]:
    """The pixels of the piece of a track that lies in the strip; one that goes on elsewhere ends at its edge."""
    points = [plan.stations[track.start].at, *track.way, plan.stations[track.end].at]
    first, last = g.strip.first - 0.5, g.strip.last + 0.5
    cut: list[Point] = []
    for a, b in pairwise(points):
        cut.append(a)
        edges = [edge for edge in (first, last) if a.column < edge < b.column]
        cut.extend(Point(edge, a.row if a.row == b.row else 0.0) for edge in edges)
    inside = [p for p in [*cut, points[-1]] if first <= p.column <= last]
    if len(inside) > 1 and any(a != b for a, b in pairwise(inside)):
        yield [g.at(p) for p in inside]


def curve(points: list[tuple[float, float]]) -> str:
    """A line through points that leaves and enters each one level; straight up and down inside a column."""
    x0, y0 = points[0]
    steps = [f"M{x0:.1f} {y0:.1f}"]
    for x1, y1 in points[1:]:
        if y0 == y1 or x0 == x1:
            steps.append(f"L{x1:.1f} {y1:.1f}")
        else:
            middle = (x0 + x1) / 2
            steps.append(f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}")
        x0, y0 = x1, y1
    return "".join(steps)


def _draw_entry(canvas: Canvas, g: Geometry) -> None:
    """Where the line comes from, in the margin; and that it goes on, at the end of a strip that is not the last."""
    is_first = g.strip.first == 0
    end = g.x(g.strip.first - 0.5)
    if is_first:
        canvas.text(LEFT - 14, g.axis - 4, f"{count(g.view.data.journeys_n)}", size=13, anchor="end", is_bold=True)
        canvas.text(LEFT - 14, g.axis + 10, "journeys", size=10.5, look="m", anchor="end")
        for station in g.stations:
            if station.name in g.view.plan.entries and not station.is_again:
                points = [(end - 8, g.axis), (end, g.axis), g.at(station.at)]
                canvas.add("lines", el("path", d=curve(points), class_="way", stroke_width=3))
    else:
        canvas.text(LEFT - 14, g.axis + 4, "continued", size=10.5, look="m", anchor="end")
        canvas.add("lines", el("path", d=curve([(end - 8, g.axis), (end, g.axis)]), class_="way", stroke_width=3))
    if g.strip.last < g.view.plan.strips[-1].last:
        x = g.x(g.strip.last + 0.5)
        canvas.add("lines", el("path", d=f"M{x - 3:.1f} {g.axis - 6:.1f}l8 6l-8 6z", class_="arrow"))


def _draw_stations(canvas: Canvas, g: Geometry) -> None:
    for station in g.stations:
        x, y, rim = *g.at(station.at), g.rim(station)
        look = friction_class(g.view.leave(station.name))
        canvas.add("marks", el("g", el("title", _told(g.view, station)), *sign(g, station, look)))
        canvas.text(x, y + 3.7, str(station.number), size=10.5, look=f"n {look}", anchor="middle", is_bold=True)
        lines = g.titles[station.key]
        top = y - rim - 5 - COUNT_SIZE - TITLE_PITCH * len(lines) if g.is_above(station) else y + rim + 3
        canvas.lines(x, top + 10, lines, TITLE_PITCH, size=TITLE_SIZE, anchor="middle", is_bold=True, look="t halo")
        amount = f"as {station.number} before" if station.is_again else count(g.view.reached_n(station.name))
        canvas.text(x, top + 10 + TITLE_PITCH * len(lines), amount, size=COUNT_SIZE, look="m halo", anchor="middle")


def sign(g: Geometry, station: Station, look: str) -> list[Markup]:
    """A circle, or a diamond for a moment of truth; dashed for what may be passed by; a second outline for a goal."""
    x, y, r = *g.at(station.at), g.radius(station)
    ring = "4 3" if station.is_optional else None
    is_goal = g.is_goal(station)
    if g.is_moment(station):
        d = r * DIAMOND
        outer = [el("path", d=diamond(x, y, d + OUTLINE), class_="goal truth")] if is_goal else []
        dressed = {"class_": f"station truth {look}", "stroke_dasharray": ring, "stroke_linejoin": "round"}
        return [*outer, el("path", d=diamond(x, y, d), **dressed)]
    outer = [el("circle", cx=x, cy=y, r=r + OUTLINE, class_="goal")] if is_goal else []
    return [*outer, el("circle", cx=x, cy=y, r=r, class_=f"station {look}", stroke_dasharray=ring)]


def diamond(x: float, y: float, d: float) -> str:
    """The path of a diamond around a point, from its middle to its tips d pixels."""
    return f"M{x:.1f} {y - d:.1f}L{x + d:.1f} {y:.1f}L{x:.1f} {y + d:.1f}L{x - d:.1f} {y:.1f}Z"


def _told(view: JourneyView, station: Station) -> str:
    outcome = view.outcomes.get(station.name)
    lines = [f"{view.label(station.name)}: {count(view.reached_n(station.name))} journeys reached it"]
    if outcome is not None and outcome.refused is not None:
        lines.append(f"leave here: not told ({outcome.refused})")
    elif outcome is not None:
        lines.append(left_in_words(outcome))
    return "; ".join(lines)


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
