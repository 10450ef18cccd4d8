"""From the grid to pixels: one strip's columns, rows and zones.

Where stations and their names stand follows from the map alone, so that two runs, and two modes, can be laid on each
other: no place of a station depends on a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import ceil, floor, sqrt

from pipelines.report.metro.detours import Bracket, Detour, brackets, is_upright
from pipelines.report.metro.layout import Group, Panel, Point, Station
from pipelines.report.metro.strips import Strip
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

PAGE = 1280.0
LEFT = 142.0  # room for the lanes' names
RIGHT = 10.0
WIDEST_COLUMN = 250.0
TITLE_SIZE = 12.0
TITLE_PITCH = 13.5
COUNT_SIZE = 11.0
PANEL_TITLE = 15.0
GOAL_SIZE = 11.0
LEVEL = 22.0  # height of one level of lines
MOST_LEVELS = 3  # of skips: the room for them is always there, so that stations stand where they stood
BAND_ROW = 28.0
LOOP = 40.0  # height of a loop and its number
CHIP = 17.0
DIAMOND = 1.25  # a diamond's tips reach farther than a circle of the same area
OUTLINE = 4.5  # from a goal's outline to its second one
LEAST_RADIUS, MOST_RADIUS = 10.0, 19.0
LEAD = 0.26  # columns that a line runs level beside a station before it climbs
_GAP = 5.0
_HALF_BAND = 12.0


@dataclass(frozen=True)
class Geometry:
    """Where everything of one strip stands, in pixels.

    Attributes:
        sizes: Touchpoint to what its station's area stands for; the largest is drawn largest.
        squeezed: Station key to how wide its name may be, where a line climbs beside it.
    """

    view: JourneyView
    strip: Strip
    all_detours: tuple[Detour, ...]
    band: tuple[str, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)
    squeezed: Mapping[int, float] = field(default_factory=dict)

    @cached_property
    def _room(self) -> float:
        """Columns of the strip, the gaps between them counted in."""
        return self.strip.columns_n + sum(self.view.plan.gaps[self.strip.first : self.strip.last])

    @cached_property
    def column(self) -> float:
        """Width of a column."""
        return min(WIDEST_COLUMN, (PAGE - LEFT - RIGHT) / self._room)

    @property
    def width(self) -> float:
        """Width of the picture."""
        return LEFT + self.column * self._room + RIGHT

    @cached_property
    def _middles(self) -> tuple[float, ...]:
        """Middles of the strip's columns."""
        middles = [LEFT + self.column / 2]
        for gap in self.view.plan.gaps[self.strip.first : self.strip.last]:
            middles.append(middles[-1] + self.column * (1 + gap))
        return tuple(middles)

    def x(self, column: float) -> float:
        """Middle of a column, or a place between two."""
        at = column - self.strip.first
        last = len(self._middles) - 1
        if at <= 0 or at >= last:
            end = 0 if at <= 0 else last
            return self._middles[end] + (at - end) * self.column
        before = floor(at)
        a, b = self._middles[before], self._middles[before + 1]
        return a + (at - before) * (b - a)

    @cached_property
    def stations(self) -> tuple[Station, ...]:
        """Stations of this strip."""
        return tuple(s for s in self.view.plan.stations if self.strip.first <= s.at.column <= self.strip.last)

    @cached_property
    def panels(self) -> tuple[tuple[Panel, int, int], ...]:
        """Panels of this strip with the columns of them that it shows."""
        cut = (
            (panel, max(panel.first, self.strip.first), min(panel.last, self.strip.last))
            for panel in self.view.plan.panels
        )
        return tuple(part for part in cut if part[1] <= part[2])

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Where order is free in this strip."""
        return tuple(g for g in self.view.plan.groups if self.strip.first <= g.first and g.last <= self.strip.last)

    @cached_property
    def most_n(self) -> int:
        """What the largest station stands for."""
        return max((self.sizes.get(name, 0) for name in self.view.numbers), default=0)

    def radius(self, station: Station) -> float:
        """Radius of a station: its area grows with what it stands for."""
        part = self.sizes.get(station.name, 0) / self.most_n if self.most_n else 0
        return LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * sqrt(part)

    def is_goal(self, station: Station) -> bool:
        """Whether it has a second outline."""
        return station.name in self.view.map.goals

    def is_moment(self, station: Station) -> bool:
        """Whether it is a moment of truth, and so a diamond."""
        known = self.view.map.touchpoints.get(station.name)
        return known is not None and known.moment_of_truth

    def rim(self, station: Station) -> float:
        """From a station's middle to the outermost outline that it could have, straight up or down."""
        tip = MOST_RADIUS * (DIAMOND if self.is_moment(station) else 1)
        return tip + (OUTLINE if self.is_goal(station) else 0)

    @cached_property
    def titles(self) -> dict[int, tuple[str, ...]]:
        """Station key to the lines of its title."""
        return {
            s.key: wrap(self.view.title(s.name), self.squeezed.get(s.key, self.column - 9), TITLE_SIZE, 4, True)
            for s in self.stations
        }

    def label_height(self, station: Station) -> float:
        """Height of a station's title and count."""
        return len(self.titles[station.key]) * TITLE_PITCH + COUNT_SIZE + _GAP

    @staticmethod
    def is_above(station: Station) -> bool:
        """Whether the label stands above its station: on the axis and above it."""
        return station.at.row <= 0

    def label_top(self, station: Station) -> float:
        """Upper end of a station's label."""
        _, y = self.at(station.at)
        rim = self.rim(station)
        return y - rim - 2 - self.label_height(station) if self.is_above(station) else y + rim + 1

    @cached_property
    def row(self) -> float:
        """Height of a row: enough for the labels between any two stations of one column."""
        height = 64.0
        for upper, lower in self._neighbours():
            between = 0.0 if self.is_above(upper) else self.label_height(upper)
            between += self.label_height(lower) if self.is_above(lower) else 0.0
            apart = self.rim(upper) + self.rim(lower) + between + 3 * _GAP
            height = max(height, apart / (lower.at.row - upper.at.row))
        for station in self.stations:
            for row in self._passing.get(station.at.column, ()):
                away = (station.at.row - row) if self.is_above(station) else (row - station.at.row)
                if away > 0:
                    height = max(height, (self.rim(station) + self.label_height(station) + 3 * _GAP) / away)
        return height

    @cached_property
    def _passing(self) -> dict[float, set[float]]:
        """Column to the rows at which ways run level past its stations."""
        plan, found = self.view.plan, dict[float, set[float]]()
        for track in plan.tracks:
            points = [plan.stations[track.start].at, *track.way, plan.stations[track.end].at]
            for a, b in pairwise(points):
                passed = range(floor(a.column) + 1, ceil(b.column)) if a.row == b.row else ()
                for column in (*passed, *(p.column for p in (a, b) if p in track.way)):
                    found.setdefault(column, set()).add(a.row if column == a.column else b.row)
        return found

    def _neighbours(self) -> list[tuple[Station, Station]]:
        ordered = sorted(self.stations, key=lambda s: (s.at.column, s.at.row))
        return [(a, b) for a, b in pairwise(ordered) if a.at.column == b.at.column]

    def _top(self, station: Station) -> float:
        above = self.label_height(station) if self.is_above(station) else 0
        return station.at.row * self.row - self.rim(station) - above - _GAP

    def _bottom(self, station: Station) -> float:
        below = 0 if self.is_above(station) else self.label_height(station)
        return station.at.row * self.row + self.rim(station) + below + _GAP

    @property
    def skip_levels(self) -> int:
        """Levels above the stations that are kept free for lines."""
        return min(MOST_LEVELS, max(0, self.strip.columns_n - 1))

    @cached_property
    def skips(self) -> tuple[Bracket, ...]:
        """Lines above the stations."""
        return brackets(self.all_detours, self.strip, self.x, self.skip_levels, is_up=True)

    @cached_property
    def returns(self) -> tuple[Bracket, ...]:
        """Lines below the stations."""
        return brackets(self.all_detours, self.strip, self.x, MOST_LEVELS + 1, is_up=False)

    @cached_property
    def upright(self) -> dict[float, tuple[Detour, ...]]:
        """Column to the repeats and jumps inside it."""
        mine = [
            d for d in self.all_detours if is_upright(d) and self.strip.first <= d.start.at.column <= self.strip.last
        ]
        columns = sorted({d.start.at.column for d in mine})
        return {c: tuple(d for d in mine if d.start.at.column == c)[:3] for c in columns}

    @cached_property
    def loops(self) -> dict[float, Detour]:
        """Column to the repeat that is drawn as a loop under its station: where that is the only one, label above."""
        found = {}
        for column, mine in self.upright.items():
            here = [s for s in self.stations if s.at.column == column]
            below = (row for row in self._passing.get(column, ()) if row > here[0].at.row)
            if len(here) == 1 and self.is_above(here[0]) and next(below, None) is None:
                found[column] = mine[0]
        return found

    @cached_property
    def chips(self) -> dict[float, tuple[Detour, ...]]:
        """Column to the repeats and jumps inside it that stand below the column's labels."""
        return {column: mine for column, mine in self.upright.items() if column not in self.loops}

    @cached_property
    def goal_lines(self) -> dict[str, tuple[str, ...]]:
        """Phase to the lines of its title in this strip."""
        return {
            panel.phase: wrap(panel.phase, self._panel_room(first, last), PANEL_TITLE, 2, True)
            for panel, first, last in self.panels
        }

    @cached_property
    def subtitles(self) -> dict[str, tuple[str, ...]]:
        """Phase to the lines of what the customer wants in it."""
        goals = self.view.map.phase_goals
        return {
            panel.phase: wrap(goals.get(panel.phase, ""), self._panel_room(first, last), GOAL_SIZE, 3)
            for panel, first, last in self.panels
        }

    def edges(self, first: int, last: int) -> tuple[float, float]:
        """Left and right end of a panel over these columns."""
        return self.x(first - 0.5) + 3, self.x(last + 0.5) - 3

    def _panel_room(self, first: int, last: int) -> float:
        left, right = self.edges(first, last)
        return right - left - 20

    @cached_property
    def header(self) -> float:
        """Height of the panels' titles."""
        titles = max((len(lines) for lines in self.goal_lines.values()), default=1)
        goals = max((len(lines) for lines in self.subtitles.values()), default=0)
        return 15 + titles * 18 + goals * 14

    @cached_property
    def axis(self) -> float:
        """The middle of row 0."""
        skips = self.skip_levels * LEVEL + 14 if self.skip_levels else 8
        return self.header + skips - min((self._top(s) for s in self.stations), default=-30)

    def y(self, row: float) -> float:
        """Middle of a row."""
        return self.axis + row * self.row

    def at(self, point: Point) -> tuple[float, float]:
        """A place on the grid."""
        return self.x(point.column), self.y(point.row)

    def column_top(self, column: float) -> float:
        """Upper end of the labels of a column."""
        return self.axis + min((self._top(s) for s in self.stations if s.at.column == column), default=0.0)

    def column_bottom(self, column: float) -> float:
        """Lower end of the labels, loops and chips of a column."""
        labels = self.axis + max((self._bottom(s) for s in self.stations if s.at.column == column), default=0.0)
        labels = max([labels, *(self.y(row) + _HALF_BAND for row in self._passing.get(column, ()))])
        return labels + CHIP * len(self.chips.get(column, ())) + (LOOP if column in self.loops else 0)

    @cached_property
    def bottom_of_tracks(self) -> float:
        """Lower end of all labels, loops and chips; the lines back begin here."""
        return max((self.column_bottom(s.at.column) for s in self.stations), default=self.axis + 30)

    @cached_property
    def band_top(self) -> float:
        """Where the rows of what is off the flow begin."""
        levels = max((b.level for b in self.returns), default=-1) + 1
        return self.bottom_of_tracks + (levels * LEVEL + 10 if levels else 6)

    @cached_property
    def panel_bottom(self) -> float:
        """Lower end of the panels; the lanes begin below."""
        return self.band_top + (len(self.band) * BAND_ROW + 8 if self.band else 6)
