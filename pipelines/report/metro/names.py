"""How wide the stations' names may be: a name gives way to lines that climb beside it."""

from __future__ import annotations

from dataclasses import replace

from pipelines.report.metro.curves import entries, segments, touches
from pipelines.report.metro.geometry import Geometry
from pipelines.report.metro.layout import Station
from pipelines.report.text import width

_WIDEST_BAND = 20.0  # as wide as lines ever are, so that names break as they did when more or fewer journeys come
_NARROWEST = 40.0
_STEP = 0.88
_ROUNDS = 9


def fitted(g: Geometry) -> Geometry:
    """The same geometry with names so narrow that no line runs into them, as far as that can be."""
    if not any(g.view.plan.gaps):
        return g
    for _ in range(_ROUNDS):
        pieces = [*segments(g), *(piece for _, way in entries(g) for piece in way)]
        lines = [piece.points() for piece in pieces]
        wide = {station.key: _widest(g, station) for station in g.stations}
        boxes = {station.key: _box(g, station) for station in g.stations if wide[station.key] > _NARROWEST}
        tight = {
            key: max(_NARROWEST, _STEP * wide[key])
            for key, box in boxes.items()
            if any(touches(line, _WIDEST_BAND / 2, box) for line in lines)
        }
        if not tight:
            return g
        g = replace(g, squeezed={**g.squeezed, **tight})
    return g


def _widest(g: Geometry, station: Station) -> float:
    return g.squeezed.get(station.key, g.column - 9)


def _box(g: Geometry, station: Station) -> tuple[float, float, float, float]:
    """The room of a station's name, without the line beside it."""
    wide = max((width(line, 12.0, True) for line in g.titles[station.key]), default=0.0)
    x, top = g.x(station.at.column), g.label_top(station)
    return x - wide / 2, top + 2, x + wide / 2, top + g.label_height(station) - 6
