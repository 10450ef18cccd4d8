"""The marks of what the flow does not design: lines above and below the stations, and loops."""

from __future__ import annotations

from math import sqrt

from pipelines.language import tr
from pipelines.report.canvas import Canvas
from pipelines.report.metro.detours import LABEL_SIZE, Bracket, Detour
from pipelines.report.metro.geometry import CHIP, DIAMOND, LEVEL, LOOP, OUTLINE, Geometry
from pipelines.report.metro.hints import hint
from pipelines.report.metro.layout import Station
from pipelines.report.numbers import count
from pipelines.report.svg import el
from pipelines.report.text import width
from schemas.words import DeviationKind

_BEND = 22.0
_THINNEST, _THICKER = 1.6, 4.6


def draw_detours(canvas: Canvas, g: Geometry) -> None:
    """Skips above the stations, ways back below them, repeats right under their station."""
    for bracket in g.skips:
        _draw_bracket(canvas, g, bracket, g.header + 10 + LEVEL * (g.skip_levels - 1 - bracket.level), is_up=True)
    for bracket in g.returns:
        _draw_bracket(canvas, g, bracket, g.bottom_of_tracks + LEVEL * (bracket.level + 0.5), is_up=False)
    for column, loop in g.loops.items():
        _draw_loop(canvas, g, column, loop)
    for column, chips in g.chips.items():
        top = g.column_bottom(column) - CHIP * len(chips)
        is_crowded = sum(s.at.column == column for s in g.stations) > 1
        for i, chip in enumerate(chips):
            _draw_chip(canvas, g, chip, top + CHIP * i + 11, is_crowded)


def _thickness(g: Geometry, detour: Detour) -> float:
    if detour.label:  # a promise is as strong however many it was made to
        return 2.2
    return _THINNEST + _THICKER * sqrt(min(1.0, detour.journeys_n / max(1, g.view.data.journeys_n)))


def _draw_bracket(canvas: Canvas, g: Geometry, b: Bracket, y: float, *, is_up: bool) -> None:
    a, z, look = b.detour.start, b.detour.end, b.detour.kind
    told = b.detour.told or tr(
        "{start} → {end}: {n} journeys",
        start=g.view.label(a.name),
        end=g.view.label(z.name),
        n=count(b.detour.journeys_n),
    )
    line = _bracket_path(g, b, y, is_up)
    canvas.add("lines", el("path", hint(told), d=line, class_=f"detour {look}", stroke_width=_thickness(g, b.detour)))
    _draw_tip(canvas, g, b, y, is_up)
    half = width(b.label, LABEL_SIZE, True) / 2 + 3
    x = min(max(b.label_x, half + 2), g.width - half - 2)
    # A line that is shorter than its label runs under it, not through it.
    if 2 * half + 24 > b.right - b.left:
        y -= 9.5 if is_up else -9.5
    _plate(canvas, x - half, y, 2 * half)
    canvas.text(x, y + 4, b.label, size=LABEL_SIZE, look=f"{look} halo", anchor="middle", is_bold=True)


def _plate(canvas: Canvas, x: float, y: float, wide: float) -> None:
    """Hides the lines behind a label."""
    canvas.add("marks", el("rect", x=x, y=y - 8, width=wide, height=16, rx=4, class_="panel"))


def _bracket_path(g: Geometry, b: Bracket, y: float, is_up: bool) -> str:
    """From the left foot to the level, along it, and back to the right foot; open ends stay on the level."""
    first, last = sorted((b.detour.start, b.detour.end), key=lambda s: s.at.column)
    base = g.column_top if is_up else g.column_bottom
    left, right = base(first.at.column), base(last.at.column)
    feet = [abs(foot - y) for foot, has in ((left, b.has_left), (right, b.has_right)) if has]
    bend = max(2.0, min(_BEND, (b.right - b.left) / 2.4, *feet))
    turn = bend if is_up else -bend
    start = f"M{b.left:.1f} {y:.1f}"
    if b.has_left:
        start = f"M{b.left:.1f} {left:.1f}V{y + turn:.1f}q0 {-turn:.1f} {bend:.1f} {-turn:.1f}"
    if not b.has_right:
        return f"{start}H{b.right:.1f}"
    return f"{start}H{b.right - bend:.1f}q{bend:.1f} 0 {bend:.1f} {turn:.1f}V{right:.1f}"


def _draw_tip(canvas: Canvas, g: Geometry, b: Bracket, y: float, is_up: bool) -> None:
    """The arrow at the end where the journey arrives."""
    is_rightwards = b.detour.end.at.column > b.detour.start.at.column
    x, has_end = (b.right, b.has_right) if is_rightwards else (b.left, b.has_left)
    if has_end:
        end = g.column_top(b.detour.end.at.column) if is_up else g.column_bottom(b.detour.end.at.column)
        tip = f"M{x:.1f} {end + (1 if is_up else -1):.1f}l-4.5 {-8 if is_up else 8}h9z"
    else:
        tip = f"M{x:.1f} {y:.1f}l{-8 if is_rightwards else 8} -4.5v9z"
    canvas.add("lines", el("path", d=tip, class_=f"tip {b.detour.kind}"))


def _draw_loop(canvas: Canvas, g: Geometry, column: float, detour: Detour) -> None:
    """A loop that leaves its station and comes back to it, with the number below."""
    station = detour.start
    x, y = g.at(station.at)
    edge = _edge(g, station)
    top, deep = y + edge, g.rim(station) - edge + LOOP - 15
    thick = min(3.6, _thickness(g, detour))
    line = f"M{x + 6:.1f} {top:.1f}c22 {deep * 1.22:.1f} -34 {deep * 1.22:.1f} -13 5"
    title = hint(_told_again(g, detour))
    canvas.add("lines", el("path", title, d=line, class_=f"detour {detour.kind}", stroke_width=thick))
    tip = f"M{x - 4.6:.1f} {top - 2.5:.1f}l-7.4 5.6l8 3.4z"
    canvas.add("lines", el("path", d=tip, class_=f"tip {detour.kind}"))
    below = g.column_bottom(column) - 4
    half = width(count(detour.journeys_n), LABEL_SIZE, True) / 2 + 2
    _plate(canvas, x - half, below - 4, 2 * half)
    canvas.text(
        x, below, count(detour.journeys_n), size=LABEL_SIZE, look=f"{detour.kind} halo", anchor="middle", is_bold=True
    )


def _edge(g: Geometry, station: Station) -> float:
    """From a station's middle down to its outline, a little beside the middle, where loops begin and end."""
    radius = g.radius(station) + (OUTLINE if g.is_goal(station) else 0)
    return radius * DIAMOND - 6 if g.is_moment(station) else sqrt(radius**2 - 36)


def _draw_chip(canvas: Canvas, g: Geometry, chip: Detour, y: float, is_crowded: bool) -> None:
    """A repeat below the labels of its column as a loop sign with its number, a jump inside it as an arrow."""
    is_loop = chip.start.name == chip.end.name
    label = count(chip.journeys_n)
    if not is_loop:
        label = f"{chip.start.number}→{chip.end.number}: {label}"
    prefix = f"{chip.start.number}" if is_loop and is_crowded else ""
    half = width(label + prefix, LABEL_SIZE, True) / 2
    x = g.x(chip.start.at.column) - half + (7 if is_loop else 0)
    _plate(canvas, x - 18, y - 4, 2 * half + 24)
    if prefix:
        x += canvas.text(x - 14, y, prefix, size=9.5, look="m halo") + 2
    if is_loop:
        loop = f"M{x - 7:.1f} {y - 8:.1f}a4.6 4.6 0 1 0 4 2.6"
        tip = f"M{x - 9:.1f} {y - 11:.1f}l5 2.6l-5 3z"
        title = hint(_told_again(g, chip))
        canvas.add("marks", el("path", title, d=loop, class_=f"detour {chip.kind}", stroke_width=1.8))
        canvas.add("marks", el("path", d=tip, class_=f"tip {chip.kind}"))
    canvas.text(x, y, label, size=LABEL_SIZE, look=f"{chip.kind} halo", is_bold=True)


def _told_again(g: Geometry, chip: Detour) -> str:
    """Journeys that came again at once, beside those that the alignment finds to repeat it: two measures."""
    rate = g.view.rate(DeviationKind.REPEATED, chip.start.name)
    told = tr(
        "{station}: {n} journeys again with no other station between",
        station=g.view.label(chip.start.name),
        n=count(chip.journeys_n),
    )
    if rate is None:
        return told
    more = tr("{n} repeat it beyond the design, also later", n=count(rate.journeys_n))
    return f"{told}\n{more}"
