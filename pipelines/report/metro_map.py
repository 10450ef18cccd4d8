"""The designed journey as a metro map with the observed one on it: one picture per strip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.report.canvas import Box, Canvas
from pipelines.report.detours import LABEL_SIZE, Bracket, Detour, detours
from pipelines.report.geometry import BAND_ROW, COUNT_SIZE, LEFT, LEVEL, PANEL_TITLE, TITLE_PITCH, TITLE_SIZE, Geometry
from pipelines.report.lanes import draw_lanes
from pipelines.report.layout import Plan, Point, Station, Strip, Track
from pipelines.report.numbers import count, share, share_with
from pipelines.report.svg import el, picture
from pipelines.report.text import width, wrap
from pipelines.report.view import JourneyView

# Upper ends of the steps of friction: the same colours in every report, so that two of them can be compared.
FRICTION_STEPS = (0.02, 0.05, 0.10, 0.20)
MOST_OFF_MAP = 5
_WIDEST_TRACK = 13.0


@dataclass(frozen=True)
class Drawing:
    """One strip's picture."""

    svg: Markup
    width: float
    height: float
    boxes: tuple[Box, ...]


def metro_map(view: JourneyView, name: str) -> tuple[Drawing, ...]:
    """The map's strips from first to last. `name` makes the ids on the page unique."""
    chosen = detours(view)
    strips = view.plan.strips
    return tuple(_strip(view, strip, chosen, f"{name}-{i}", len(strips)) for i, strip in enumerate(strips, 1))


def _strip(view: JourneyView, strip: Strip, chosen: tuple[Detour, ...], name: str, strips_n: int) -> Drawing:
    geometry = Geometry(view, strip, chosen, _band(view, strip))
    canvas = Canvas()
    _draw_panels(canvas, geometry)
    _draw_tracks(canvas, geometry)
    _draw_stations(canvas, geometry)
    _draw_brackets(canvas, geometry)
    _draw_chips(canvas, geometry)
    _draw_band(canvas, geometry)
    height = draw_lanes(canvas, geometry, geometry.panel_bottom + 8)
    which = f", part {name.rsplit('-', 1)[1]} of {strips_n}" if strips_n > 1 else ""
    title = f"Metro map of {view.map.title}{which}"
    svg = picture(canvas.parts(), geometry.width, height, name, title, describe(view, geometry.stations))
    return Drawing(svg, geometry.width, height, tuple(canvas.boxes))


def describe(view: JourneyView, stations: Iterable[Station]) -> str:
    """The stations in words, for those who cannot see the picture."""
    told = []
    for station in stations:
        hazard = view.hazard(station.name)
        left = f", {share(hazard)} leave here" if hazard is not None else ""
        told.append(f"{view.label(station.name)}: {count(view.reached_n(station.name))} journeys{left}")
    return "Stations in designed order. " + "; ".join(told) + ". The tables below hold every number."


def friction_class(hazard: float | None) -> str:
    """The style of a station: f0 (hardly anybody leaves) to f4, fx where it cannot be told."""
    return "fx" if hazard is None else f"f{sum(hazard >= step for step in FRICTION_STEPS)}"


def _draw_panels(canvas: Canvas, g: Geometry) -> None:
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
    ordered = sorted(
        plan.tracks, key=lambda t: (-view.directly.get((names[t.start], names[t.end]), (0, 0))[1], t.start, t.end)
    )
    for track in ordered:
        _, n = view.directly.get((names[track.start], names[track.end]), (0, 0))
        # Crowded all_of blocks have many ways across; those that nobody took would only hide the others.
        if track.is_free_order and not n:
            continue
        path = " ".join(_path(part) for part in _parts(track, plan, g))
        if path:
            label = f"{view.label(names[track.start])} → {view.label(names[track.end])}: {count(n)} journeys directly"
            thick = 1.5 + _WIDEST_TRACK * n / most if n and most else 1.2
            canvas.add(
                "lines", el("path", el("title", label), d=path, class_="way" if n else "way idle", stroke_width=thick)
            )
    _draw_entry(canvas, g, names)


def _parts(track: Track, plan: Plan, g: Geometry) -> Iterator[list[tuple[float, float]]]:
    """The pixels of the pieces of a track that lie in the strip; one that goes on elsewhere ends at the strip's edge."""
    points = [plan.stations[track.start].at, *track.way, plan.stations[track.end].at]
    first, last = g.strip.first - 0.5, g.strip.last + 0.5
    cut: list[Point] = []
    for a, b in zip(points, points[1:], strict=False):
        cut.append(a)
        edges = [edge for edge in (first, last) if a.column < edge < b.column]
        cut.extend(Point(edge, a.row if a.row == b.row else 0.0) for edge in edges)
    inside = [p for p in [*cut, points[-1]] if first <= p.column <= last]
    if len(inside) > 1 and any(a != b for a, b in zip(inside, inside[1:], strict=False)):
        yield [g.at(p) for p in inside]


def _path(points: list[tuple[float, float]]) -> str:
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


def _draw_entry(canvas: Canvas, g: Geometry, names: dict[int, str]) -> None:
    """Where the line comes from, in the margin; and that it goes on, at the end of a strip that is not the last."""
    is_first = g.strip.first == 0
    end = g.x(g.strip.first - 0.5)
    if is_first:
        canvas.text(LEFT - 14, g.axis - 4, f"{count(g.view.data.journeys_n)}", size=13, anchor="end", is_bold=True)
        canvas.text(LEFT - 14, g.axis + 10, "journeys", size=10.5, look="m", anchor="end")
        for station in g.stations:
            if station.name in g.view.plan.entries and not station.is_again:
                points = [(end - 8, g.axis), (end, g.axis), g.at(station.at)]
                canvas.add("lines", el("path", d=_path(points), class_="way", stroke_width=3))
    else:
        canvas.text(LEFT - 14, g.axis + 4, "continued", size=10.5, look="m", anchor="end")
        canvas.add("lines", el("path", d=_path([(end - 8, g.axis), (end, g.axis)]), class_="way", stroke_width=3))
    if g.strip.last < g.view.plan.strips[-1].last:
        x = g.x(g.strip.last + 0.5)
        canvas.add("lines", el("path", d=f"M{x - 3:.1f} {g.axis - 6:.1f}l8 6l-8 6z", class_="arrow"))


def _draw_stations(canvas: Canvas, g: Geometry) -> None:
    for station in g.stations:
        x, y, r = *g.at(station.at), g.radius(station)
        look = friction_class(g.view.hazard(station.name))
        canvas.add("marks", el("g", el("title", _told(g.view, station)), *_sign(g.view, station, x, y, r, look)))
        canvas.text(x, y + 3.7, str(station.number), size=10.5, look=f"n {look}", anchor="middle", is_bold=True)
        lines = g.titles[station.key]
        top = y - r - 5 - COUNT_SIZE - TITLE_PITCH * len(lines) if g.is_above(station) else y + r + 3
        canvas.lines(x, top + 10, lines, TITLE_PITCH, size=TITLE_SIZE, anchor="middle", is_bold=True, look="t halo")
        amount = f"as {station.number} before" if station.is_again else count(g.view.reached_n(station.name))
        canvas.text(x, top + 10 + TITLE_PITCH * len(lines), amount, size=COUNT_SIZE, look="m halo", anchor="middle")


def _sign(view: JourneyView, station: Station, x: float, y: float, r: float, look: str) -> list[Markup]:
    """A circle, or a diamond for a moment of truth; a dashed ring for what may be passed by."""
    known = view.map.touchpoints.get(station.name)
    ring = "4 3" if station.is_optional else None
    if known is not None and known.moment_of_truth:
        d = r * 1.25
        shape = f"M{x:.1f} {y - d:.1f}L{x + d:.1f} {y:.1f}L{x:.1f} {y + d:.1f}L{x - d:.1f} {y:.1f}Z"
        return [el("path", d=shape, class_=f"station {look}", stroke_dasharray=ring, stroke_linejoin="round")]
    return [el("circle", cx=x, cy=y, r=r, class_=f"station {look}", stroke_dasharray=ring)]


def _told(view: JourneyView, station: Station) -> str:
    outcome = view.outcomes.get(station.name)
    lines = [f"{view.label(station.name)}: {count(view.reached_n(station.name))} journeys reached it"]
    if outcome is not None and outcome.refused is not None:
        lines.append(f"leave here: not told ({outcome.refused})")
    elif outcome is not None:
        lines.append(f"{share_with(outcome.hazard, outcome.hazard_low, outcome.hazard_high)} fall silent here")
    return "; ".join(lines)


def _draw_brackets(canvas: Canvas, g: Geometry) -> None:
    for bracket in g.skips:
        _draw_bracket(canvas, g, bracket, g.header + 12 + LEVEL * _from_top(g, bracket), is_up=True)
    for bracket in g.returns:
        _draw_bracket(canvas, g, bracket, g.bottom_of_tracks + LEVEL * (bracket.level + 0.5), is_up=False)


def _from_top(g: Geometry, bracket: Bracket) -> int:
    return max(b.level for b in g.skips) - bracket.level


def _draw_bracket(canvas: Canvas, g: Geometry, b: Bracket, y: float, is_up: bool) -> None:
    first, last = sorted((b.detour.start, b.detour.end), key=lambda s: s.at.column)
    base = g.column_top if is_up else g.column_bottom
    look = b.detour.kind
    sign = 1 if is_up else -1
    bend = min(14.0, (b.right - b.left) / 3)
    left = f"M{b.left:.1f} {base(first.at.column):.1f}V{y + sign * bend:.1f}q0 {-sign * bend:.1f} {bend:.1f} {-sign * bend:.1f}"
    right = f"H{b.right - bend:.1f}q{bend:.1f} 0 {bend:.1f} {sign * bend:.1f}V"
    path = left if b.has_left else f"M{b.left:.1f} {y:.1f}"
    path += f"{right}{base(last.at.column):.1f}" if b.has_right else f"H{b.right:.1f}"
    most = max((d.journeys_n for d in g.all_detours), default=1)
    told = f"{g.view.label(b.detour.start.name)} → {g.view.label(b.detour.end.name)}: {count(b.detour.journeys_n)} journeys"
    thick = 1.3 + 3.2 * b.detour.journeys_n / most
    canvas.add("lines", el("path", el("title", told), d=path, class_=f"detour {look}", stroke_width=thick))
    _draw_tip(canvas, g, b, y, is_up)
    canvas.text(
        (b.left + b.right) / 2, y + 3.7, b.label, size=LABEL_SIZE, look=f"{look} halo", anchor="middle", is_bold=True
    )


def _draw_tip(canvas: Canvas, g: Geometry, b: Bracket, y: float, is_up: bool) -> None:
    """The arrow at the end where the journey arrives."""
    is_rightwards = b.detour.end.at.column > b.detour.start.at.column
    x, has_end = (b.right, b.has_right) if is_rightwards else (b.left, b.has_left)
    if has_end:
        end = g.column_top(b.detour.end.at.column) if is_up else g.column_bottom(b.detour.end.at.column)
        tip = f"M{x:.1f} {end:.1f}l-4 {-7 if is_up else 7}h8z"
    else:
        tip = f"M{x:.1f} {y:.1f}l{-7 if is_rightwards else 7} -4v8z"
    canvas.add("lines", el("path", d=tip, class_=f"tip {b.detour.kind}"))


def _draw_chips(canvas: Canvas, g: Geometry) -> None:
    """Repeats, and jumps between branches of one column: a loop sign or an arrow with its number."""
    for column, chips in g.chips.items():
        top = g.column_bottom(column) - 17 * len(chips)
        is_crowded = sum(s.at.column == column for s in g.stations) > 1
        for i, chip in enumerate(chips):
            _draw_chip(canvas, g, chip, top + 17 * i + 11, is_crowded)


def _draw_chip(canvas: Canvas, g: Geometry, chip: Detour, y: float, is_crowded: bool) -> None:
    is_loop = chip.start.name == chip.end.name
    label = count(chip.journeys_n)
    if not is_loop:
        label = f"{chip.start.number}→{chip.end.number}: {label}"
    elif is_crowded:
        label = f"{chip.start.number}: {label}"
    x = g.x(chip.start.at.column) - width(label, LABEL_SIZE, True) / 2 + (7 if is_loop else 0)
    if is_loop:
        loop = f"M{x - 7:.1f} {y - 8:.1f}a4.6 4.6 0 1 0 4 2.6"
        tip = f"M{x - 9:.1f} {y - 11:.1f}l5 2.6l-5 3z"
        canvas.add("lines", el("path", d=loop, class_=f"detour {chip.kind}", stroke_width=1.6))
        canvas.add("lines", el("path", d=tip, class_=f"tip {chip.kind}"))
    canvas.text(x, y, label, size=LABEL_SIZE, look=f"{chip.kind} halo", is_bold=True)


def _band(view: JourneyView, strip: Strip) -> tuple[str, ...]:
    """Touchpoints off the flow (and welcome anytime) that followed a station of the strip most often."""
    here = {s.name for s in view.plan.stations if strip.first <= s.at.column <= strip.last}
    times: dict[str, int] = {}
    for (a, b), (n, _) in view.directly.items():
        if a in here and b in view.map.names and view.map.role(b) in {"off_map", "anytime"}:
            times[b] = times.get(b, 0) + n
    return tuple(sorted(times, key=lambda name: (-times[name], name))[:MOST_OFF_MAP])


def _draw_band(canvas: Canvas, g: Geometry) -> None:
    """One dotted line per touchpoint off the flow, with how often it came directly after each station's column."""
    for i, name in enumerate(g.band):
        y = g.band_top + BAND_ROW * (i + 0.5)
        look = "off" if g.view.map.role(name) == "off_map" else "any"
        lines = wrap(g.view.title(name), LEFT - 22, 11, 2, True)
        canvas.lines(LEFT - 14, y + 4 - 6 * (len(lines) - 1), lines, 12, size=11, look=look, anchor="end", is_bold=True)
        columns = [(c, n) for c in _columns(g) if (n := _times(g, c, name))]
        right = max(g.x(c) for c, _ in columns)
        canvas.add("lines", el("path", d=f"M{LEFT - 8:.1f} {y:.1f}H{right:.1f}", class_=f"dotted {look}"))
        for column, n in columns:
            _draw_stop(canvas, g, column, n, y, look)


def _columns(g: Geometry) -> list[float]:
    return sorted({s.at.column for s in g.stations})


def _times(g: Geometry, column: float, name: str) -> int:
    here = {s.name for s in g.stations if s.at.column == column and not s.is_again}
    return sum(g.view.directly.get((station, name), (0, 0))[0] for station in here)


def _draw_stop(canvas: Canvas, g: Geometry, column: float, n: int, y: float, look: str) -> None:
    x = g.x(column)
    top = g.column_bottom(column)
    canvas.add("back", el("path", d=f"M{x:.1f} {top:.1f}V{y:.1f}", class_=f"dotted faint {look}"))
    canvas.add("marks", el("circle", cx=x, cy=y, r=4.2, class_=f"stop {look}"))
    canvas.text(x + 8, y + 3.7, count(n), size=LABEL_SIZE, look=f"{look} halo", is_bold=True)
