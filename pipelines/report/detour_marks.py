"""The marks of what the flow does not design: lines above and below the stations, loops, and stops off the map."""

from __future__ import annotations

from pipelines.report.canvas import Canvas
from pipelines.report.detours import LABEL_SIZE, Bracket, Detour
from pipelines.report.geometry import BAND_ROW, LEFT, LEVEL, Geometry
from pipelines.report.numbers import count
from pipelines.report.svg import el
from pipelines.report.text import width, wrap
from schemas.words import DeviationKind


def draw_detours(canvas: Canvas, g: Geometry) -> None:
    """Skips above the stations, ways back below them, repeats right under their station."""
    for bracket in g.skips:
        _draw_bracket(canvas, g, bracket, g.header + 12 + LEVEL * _from_top(g, bracket), is_up=True)
    for bracket in g.returns:
        _draw_bracket(canvas, g, bracket, g.bottom_of_tracks + LEVEL * (bracket.level + 0.5), is_up=False)
    _draw_chips(canvas, g)


def _from_top(g: Geometry, bracket: Bracket) -> int:
    return max(b.level for b in g.skips) - bracket.level


def _draw_bracket(canvas: Canvas, g: Geometry, b: Bracket, y: float, *, is_up: bool) -> None:
    a, z, n = b.detour.start, b.detour.end, b.detour.journeys_n
    look = b.detour.kind
    told = f"{g.view.label(a.name)} → {g.view.label(z.name)}: {count(n)} journeys"
    thick = 1.3 + 3.2 * n / max(d.journeys_n for d in g.all_detours)
    line = _bracket_path(g, b, y, is_up)
    canvas.add("lines", el("path", el("title", told), d=line, class_=f"detour {look}", stroke_width=thick))
    _draw_tip(canvas, g, b, y, is_up)
    # A thick line would show between the label's words.
    half = width(b.label, LABEL_SIZE, True) / 2 + 1
    canvas.add("marks", el("rect", x=b.label_x - half, y=y - 6, width=2 * half, height=12, class_="panel"))
    canvas.text(b.label_x, y + 3.7, b.label, size=LABEL_SIZE, look=f"{look} halo", anchor="middle", is_bold=True)


def _bracket_path(g: Geometry, b: Bracket, y: float, is_up: bool) -> str:
    """From the left foot to the level, along it, and back to the right foot; open ends stay on the level."""
    first, last = sorted((b.detour.start, b.detour.end), key=lambda s: s.at.column)
    base = g.column_top if is_up else g.column_bottom
    bend = min(14.0, (b.right - b.left) / 3)
    turn = bend if is_up else -bend
    start = f"M{b.left:.1f} {y:.1f}"
    if b.has_left:
        start = f"M{b.left:.1f} {base(first.at.column):.1f}V{y + turn:.1f}q0 {-turn:.1f} {bend:.1f} {-turn:.1f}"
    if not b.has_right:
        return f"{start}H{b.right:.1f}"
    return f"{start}H{b.right - bend:.1f}q{bend:.1f} 0 {bend:.1f} {turn:.1f}V{base(last.at.column):.1f}"


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
    prefix = f"{chip.start.number}" if is_loop and is_crowded else ""
    told = _told_again(g, chip)
    x = g.x(chip.start.at.column) - width(label + prefix, LABEL_SIZE, True) / 2 + (7 if is_loop else 0)
    if prefix:
        x += canvas.text(x - 14, y, prefix, size=9.5, look="m halo") + 2
    if is_loop:
        loop = f"M{x - 7:.1f} {y - 8:.1f}a4.6 4.6 0 1 0 4 2.6"
        tip = f"M{x - 9:.1f} {y - 11:.1f}l5 2.6l-5 3z"
        canvas.add("lines", el("path", el("title", told), d=loop, class_=f"detour {chip.kind}", stroke_width=1.6))
        canvas.add("lines", el("path", d=tip, class_=f"tip {chip.kind}"))
    canvas.text(x, y, label, size=LABEL_SIZE, look=f"{chip.kind} halo", is_bold=True)


def _told_again(g: Geometry, chip: Detour) -> str:
    """Journeys that came again at once, beside those that the alignment finds to repeat it: two measures."""
    rate = g.view.rate(DeviationKind.REPEATED, chip.start.name)
    told = f"{g.view.label(chip.start.name)}: {count(chip.journeys_n)} journeys again with no other station between"
    return f"{told}; {count(rate.journeys_n)} repeat it beyond the design, also later" if rate else told


def draw_band(canvas: Canvas, g: Geometry) -> None:
    """One dotted line per touchpoint off the flow, with how often it came at each column's stations."""
    for i, name in enumerate(g.band):
        y = g.band_top + BAND_ROW * (i + 0.5)
        look = "off" if g.view.map.role(name) == "off_map" else "any"
        lines = wrap(g.view.title(name), LEFT - 22, 11, 2, True)
        canvas.lines(LEFT - 14, y + 4 - 6 * (len(lines) - 1), lines, 12, size=11, look=look, anchor="end", is_bold=True)
        columns = [(c, times) for c in _columns(g) if (times := _times(g, c, name))]
        right = max(g.x(c) for c, _ in columns)
        canvas.add("lines", el("path", d=f"M{LEFT - 8:.1f} {y:.1f}H{right:.1f}", class_=f"dotted {look}"))
        for column, times in columns:
            is_crowded = sum(s.at.column == column and not s.is_again for s in g.stations) > 1
            _draw_stop(canvas, (g.x(column), g.column_bottom(column), y), times, look, is_crowded)


def _columns(g: Geometry) -> list[float]:
    return sorted({s.at.column for s in g.stations})


def _times(g: Geometry, column: float, name: str) -> dict[int, int]:
    """Number of each station of the column, from the top, to how often something came while journeys stood there."""
    here = sorted((s for s in g.stations if s.at.column == column and not s.is_again), key=lambda s: s.at.row)
    times = {s.number: sum(r.n for r in g.view.sides(s.name) if r.touchpoint == name) for s in here}
    return {number: n for number, n in times.items() if n}


def _draw_stop(
    canvas: Canvas, at: tuple[float, float, float], times: dict[int, int], look: str, is_crowded: bool
) -> None:
    """A stop on the dotted line, and the dotted way down to it: x, where that begins, and y of the line.

    Where stations stand below each other, the stop says of which it tells.
    """
    x, top, y = at
    told = "; ".join(f"at {number}: {count(n)} times" for number, n in times.items())
    which = " or ".join(map(str, times)) if len(times) < 3 else f"{len(times)} stations"
    label = count(sum(times.values()))
    canvas.add("back", el("path", d=f"M{x:.1f} {top:.1f}V{y:.1f}", class_=f"dotted faint {look}"))
    canvas.add("marks", el("circle", el("title", told), cx=x, cy=y, r=4.2, class_=f"stop {look}"))
    if is_crowded:
        x += canvas.text(x + 8, y + 3.7, f"{which}:", size=9.5, look="m halo") + 3
    canvas.text(x + 8, y + 3.7, label, size=LABEL_SIZE, look=f"{look} halo", is_bold=True)
