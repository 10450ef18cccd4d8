"""Lines between places on the grid: level beside stations, climbing in the room between the columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from pipelines.privacy.withheld import Withheld
from pipelines.report.metro.geometry import LEAD, Geometry
from pipelines.report.metro.layout import Plan, Point, Station, Track
from pipelines.report.metro.strips import Strip

Pixels = tuple[float, float]
_SAMPLES = 16


@dataclass
class Segment:
    """A piece of line between two places, and the designed ways that run over it.

    Attributes:
        leads: How far it runs level at its beginning and at its end, pixels.
        ways: The two stations of each way with the journeys that took it.
        n: Journeys on it, for its width; where their number is not shown, as many as there can be by those that are.
        is_hidden: Whether the number of one of its ways is not shown, and no small one.
    """

    start: Pixels
    end: Pixels
    leads: tuple[float, float]
    ways: list[tuple[Station, Station, int]] = field(default_factory=list)
    n: int = 0
    is_hidden: bool = False

    @property
    def path(self) -> str:
        """Its SVG path."""
        (x0, y0), (x1, y1) = self.start, self.end
        if y0 == y1 or x0 == x1:
            return f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
        a, b = self._climb
        middle = (a + b) / 2
        return (
            f"M{x0:.1f} {y0:.1f}H{a:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {b:.1f} {y1:.1f}"
            f"{f'H{x1:.1f}' if b != x1 else ''}"
        )

    @property
    def _climb(self) -> tuple[float, float]:
        return self.start[0] + self.leads[0], self.end[0] - self.leads[1]

    def points(self) -> list[Pixels]:
        """Places along it, close enough to each other to tell what it touches."""
        (x0, y0), (x1, y1) = self.start, self.end
        if y0 == y1 or x0 == x1:
            return [(x0 + (x1 - x0) * i / _SAMPLES, y0 + (y1 - y0) * i / _SAMPLES) for i in range(_SAMPLES + 1)]
        a, b = self._climb
        middle = (a + b) / 2
        found = [(x0, y0)]
        for i in range(_SAMPLES + 1):
            t = i / _SAMPLES
            x = a * (1 - t) ** 3 + 3 * middle * t * (1 - t) + b * t**3
            found.append((x, y0 + (y1 - y0) * (3 * t * t - 2 * t**3)))
        return [*found, (x1, y1)]


def segments(g: Geometry) -> tuple[Segment, ...]:
    """The pieces of the strip's designed ways; ways that run over one piece are told together, as wide as all."""
    plan, found = g.view.plan, dict[tuple[Pixels, Pixels], Segment]()
    for track in plan.tracks:
        start, end = plan.stations[track.start], plan.stations[track.end]
        if track.is_free_order and not _is_seen(start, end, g):
            continue
        n = g.view.directly.get((start.name, end.name), (0, 0))[1]
        is_hidden = hides(n)
        most = min(g.view.reached_n(start.name), g.view.reached_n(end.name)) if is_hidden else n
        for a, b in _pieces(track, plan, g.strip):
            piece = found.setdefault((g.at(a), g.at(b)), between(a, b, g))
            piece.ways.append((start, end, n))
            piece.n += most
            piece.is_hidden |= is_hidden
    return tuple(found.values())


def entries(g: Geometry) -> Iterator[tuple[Station, list[Segment]]]:
    """The ways from the margin of the first strip to each of its stations with which the flow may begin."""
    for key, way in g.view.plan.ways_in if g.strip.first == 0 else ():
        station = g.view.plan.stations[key]
        if station in g.stations and not station.is_again:
            places = [Point(-0.5, 0.0), *way, station.at]
            yield station, [between(a, b, g) for a, b in pairwise(places) if a != b]


def between(a: Point, b: Point, g: Geometry) -> Segment:
    """The piece between two places."""
    before, after = (LEAD * g.column if p.column == round(p.column) else 0.0 for p in (a, b))
    return Segment(g.at(a), g.at(b), (before, after))


def hides(n: int) -> bool:
    """Whether a number is not shown although it is no small one; a small one may be drawn as what it is."""
    return isinstance(n, Withheld) and not n.text.startswith("<")


def _is_seen(start: Station, end: Station, g: Geometry) -> bool:
    """Whether a way of free order has a straight line of its own: to its neighbour below or above, past no name."""
    upper, lower = sorted((start, end), key=lambda s: s.at.row)
    if upper.at.column != lower.at.column or not g.is_above(upper) or g.is_above(lower):
        return False
    between = (s.at.row for s in g.stations if s.at.column == upper.at.column)
    return not any(upper.at.row < row < lower.at.row for row in between)


def _pieces(track: Track, plan: Plan, strip: Strip) -> Iterator[tuple[Point, Point]]:
    """The pieces of a track that lie in the strip, from left to right; one that goes on elsewhere ends at its edge."""
    points = [plan.stations[track.start].at, *track.way, plan.stations[track.end].at]
    if track.is_free_order:
        points.sort(key=lambda p: p.row)
    first, last = strip.first - 0.5, strip.last + 0.5
    for a, b in pairwise(points):
        cuts = [edge for edge in (first, last) if a.column < edge < b.column]
        corners = [a, *(Point(edge, a.row if a.row == b.row else 0.0) for edge in cuts), b]
        for p, q in pairwise(corners):
            if p != q and first <= p.column <= last and first <= q.column <= last:
                yield p, q


def touches(points: Iterable[Pixels], half: float, box: tuple[float, float, float, float]) -> bool:
    """Whether a line of twice that width runs into a box of left, top, right and bottom."""
    left, top, right, bottom = box
    return any(left - half < x < right + half and top - half < y < bottom + half for x, y in points)
