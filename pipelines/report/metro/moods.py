"""The curve of feelings: what each touchpoint is designed to feel like, and what people say that it felt like."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.canvas import Canvas
from pipelines.report.metro.cells import experience, mood
from pipelines.report.metro.geometry import LEFT, Geometry
from pipelines.report.metro.hints import hint
from pipelines.report.metro.lanes import Shown, own, rule
from pipelines.report.metro.layout import Station
from pipelines.report.numbers import count
from pipelines.report.svg import el
from pipelines.report.text import width

_HEIGHT = 160.0
_TOP = 28.0
_SIZE = 11.5
_APART = 30.0  # stations of one column, at most
_MOST_NAMED = 2  # of one column; what more say is in the lane below

_Place = tuple[Station, float]


def draw_moods(canvas: Canvas, g: Geometry, top: float, shown: Shown) -> float:
    """Draws the curve; returns its lower end."""
    canvas.text(LEFT - 14, top + 9, tr("Feeling"), size=12, anchor="end", is_bold=True)
    levels = {2: tr("delighted"), 1: "", 0: tr("neutral"), -1: "", -2: tr("angry")}
    for level, word in levels.items():
        y = _y(top, level)
        canvas.add("back", el("path", d=f"M{LEFT:.1f} {y:.1f}H{g.width - 10:.1f}", class_="rule" if level else "axis"))
        told = mood(level)
        x = LEFT - 14 - width(told, 10.5)
        canvas.text(LEFT - 14, y + 4, told, size=10.5, look="m", anchor="end")
        if word:
            canvas.text(x - 5, y + 4, word, size=10.5, look="m", anchor="end")
    places = _places(g)
    felt = {station.key: experience(g.view, station.name).felt for station, _ in places}
    designed = [(s, x, f.designed) for s, x in places if (f := felt[s.key]) is not None and f.designed is not None]
    measured = [(s, x, f.measured) for s, x in places if (f := felt[s.key]) is not None and f.measured is not None]
    _line(canvas, [(x, _y(top, v)) for _, x, v in designed], "mood designed")
    _line(canvas, [(x, _y(top, v)) for _, x, v in measured], "mood measured")
    for station, x, value in designed:
        told = tr("{station}: designed for {mood}", station=g.view.label(station.name), mood=mood(value))
        look = shown.look(station.name, "felt designed")
        canvas.add("marks", el("circle", hint(told), cx=x, cy=_y(top, value), r=5.5, class_=look))
    for station, x, value in measured:
        _draw_measured(canvas, g, station, (x, _y(top, value)), shown)
    return rule(canvas, g, top + _HEIGHT + 14)


def _places(g: Geometry) -> list[_Place]:
    """Stations from left to right; those of one column beside each other."""
    found: list[_Place] = []
    for column in sorted({s.at.column for s in own(g)}):
        here = sorted((s for s in own(g) if s.at.column == column), key=lambda s: s.at.row)
        apart = min(_APART, g.column / (len(here) + 1))
        found += [(s, g.x(column) + (i - (len(here) - 1) / 2) * apart) for i, s in enumerate(here)]
    return found


def _line(canvas: Canvas, points: list[tuple[float, float]], look: str) -> None:
    if len(points) > 1:
        canvas.add("lines", el("path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), class_=look))


def _draw_measured(canvas: Canvas, g: Geometry, station: Station, at: tuple[float, float], shown: Shown) -> None:
    """A dot, and beside it what was measured and by how many: above it, or below it where the design is above."""
    x, y = at
    cell = experience(g.view, station.name)
    title = hint(f"{g.view.label(station.name)}: {cell.text}\n{cell.told}")
    canvas.add("marks", el("circle", title, cx=x, cy=y, r=5.5, class_=shown.look(station.name, "felt measured")))
    if sum(s.at.column == station.at.column for s in own(g)) >= _MOST_NAMED:
        return
    is_below = cell.felt is not None and (cell.felt.designed or 0.0) > (cell.felt.measured or 0.0)
    look = shown.look(station.name, "hot halo-page" if cell.is_hot else "t halo-page")
    first = y + 21 if is_below else y - 23
    canvas.text(x, first, cell.text, size=_SIZE, look=look, anchor="middle", is_bold=True)
    if cell.n is not None:
        n = tr("n {n}", n=count(cell.n))
        canvas.text(x, first + 12, n, size=9.5, look=shown.look(station.name, "m halo-page"), anchor="middle")


def _y(top: float, level: float) -> float:
    return top + _TOP + (_HEIGHT - 2 * _TOP) * (2 - level) / 4
