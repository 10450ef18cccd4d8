"""From the grid to pixels: one strip's columns, rows and zones, sized by the labels and lines that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt

from pipelines.report.detours import Bracket, Detour, brackets, is_upright
from pipelines.report.layout import Panel, Point, Station, Strip
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

PAGE = 1280.0
LEFT = 150.0  # room for the lanes' names
RIGHT = 14.0
WIDEST_COLUMN = 270.0
TITLE_SIZE = 11.5
TITLE_PITCH = 13.0
COUNT_SIZE = 10.5
PANEL_TITLE = 13.5
LEVEL = 21.0  # height of one level of lines
BAND_ROW = 28.0
DIAMOND = 1.25  # a diamond's tips reach farther than a circle of the same area
OUTLINE = 4.5  # from a goal's outline to its second one
_LEAST_RADIUS, _MOST_RADIUS = 9.5, 19.0
_GAP = 5.0


@dataclass(frozen=True)
class Geometry:
    """Where everything of one strip stands, in pixels."""

    view: JourneyView
    strip: Strip
    all_detours: tuple[Detour, ...]
    band: tuple[str, ...]

    @cached_property
    def column(self) -> float:
        """Width of a column."""
        return min(WIDEST_COLUMN, (PAGE - LEFT - RIGHT) / self.strip.columns_n)

    @property
    def width(self) -> float:
        """Width of the picture."""
        return LEFT + self.column * self.strip.columns_n + RIGHT

    def x(self, column: float) -> float:
        """Middle of a column, or a place between two."""
        return LEFT + (column - self.strip.first + 0.5) * self.column

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
    def most_n(self) -> int:
        """Journeys at the busiest station of the whole map."""
        return max((self.view.reached_n(name) for name in self.view.numbers), default=0)

    def radius(self, station: Station) -> float:
        """Radius of a station: its area grows with the journeys that reached it."""
        reached = self.view.reached_n(station.name)
        return _LEAST_RADIUS + (_MOST_RADIUS - _LEAST_RADIUS) * sqrt(reached / self.most_n if self.most_n else 0)

    def is_goal(self, station: Station) -> bool:
        """Whether it has a second outline."""
        return station.name in self.view.map.goals

    def is_moment(self, station: Station) -> bool:
        """Whether it is a moment of truth, and so a diamond."""
        known = self.view.map.touchpoints.get(station.name)
        return known is not None and known.moment_of_truth

    def rim(self, station: Station) -> float:
        """From a station's middle to its outermost outline, straight up or down."""
        tip = self.radius(station) * (DIAMOND if self.is_moment(station) else 1)
        return tip + (OUTLINE if self.is_goal(station) else 0)

    @cached_property
    def titles(self) -> dict[int, tuple[str, ...]]:
        """Station key to the lines of its title."""
        return {s.key: wrap(self.view.title(s.name), self.column - 9, TITLE_SIZE, 3, True) for s in self.stations}

    def label_height(self, station: Station) -> float:
        """Height of a station's title and count."""
        return len(self.titles[station.key]) * TITLE_PITCH + COUNT_SIZE + _GAP

    @staticmethod
    def is_above(station: Station) -> bool:
        """Whether the label stands above its station: on the axis and above it."""
        return station.at.row <= 0

    @cached_property
    def row(self) -> float:
        """Height of a row: enough for the labels between any two stations of one column."""
        height = 62.0
        for upper, lower in self._neighbours():
            between = 0.0 if self.is_above(upper) else self.label_height(upper)
            between += self.label_height(lower) if self.is_above(lower) else 0.0
            apart = self.rim(upper) + self.rim(lower) + between + 3 * _GAP
            height = max(height, apart / (lower.at.row - upper.at.row))
        return height

    def _neighbours(self) -> list[tuple[Station, Station]]:
        ordered = sorted(self.stations, key=lambda s: (s.at.column, s.at.row))
        return [(a, b) for a, b in pairwise(ordered) if a.at.column == b.at.column]

    def _top(self, station: Station) -> float:
        above = self.label_height(station) if self.is_above(station) else 0
        return station.at.row * self.row - self.rim(station) - above - _GAP

    def _bottom(self, station: Station) -> float:
        below = 0 if self.is_above(station) else self.label_height(station)
        return station.at.row * self.row + self.rim(station) + below + _GAP

    @cached_property
    def skips(self) -> tuple[Bracket, ...]:
        """Lines above the stations."""
        return brackets(self.all_detours, self.strip, self.x, is_up=True)

    @cached_property
    def returns(self) -> tuple[Bracket, ...]:
        """Lines below the stations."""
        return brackets(self.all_detours, self.strip, self.x, is_up=False)

    @cached_property
    def chips(self) -> dict[float, tuple[Detour, ...]]:
        """Column to the repeats and jumps inside it."""
        mine = [
            d for d in self.all_detours if is_upright(d) and self.strip.first <= d.start.at.column <= self.strip.last
        ]
        columns = sorted({d.start.at.column for d in mine})
        return {c: tuple(d for d in mine if d.start.at.column == c)[:3] for c in columns}

    @cached_property
    def goal_lines(self) -> dict[str, tuple[str, ...]]:
        """Phase to the lines of its title in this strip."""
        return {
            panel.phase: wrap(panel.phase, (last - first + 1) * self.column - 22, PANEL_TITLE, 2, True)
            for panel, first, last in self.panels
        }

    @cached_property
    def subtitles(self) -> dict[str, tuple[str, ...]]:
        """Phase to the lines of what the customer wants in it."""
        goals = self.view.map.phase_goals
        return {
            panel.phase: wrap(goals.get(panel.phase, ""), (last - first + 1) * self.column - 22, 10.5, 3)
            for panel, first, last in self.panels
        }

    @cached_property
    def header(self) -> float:
        """Height of the panels' titles."""
        titles = max((len(lines) for lines in self.goal_lines.values()), default=1)
        goals = max((len(lines) for lines in self.subtitles.values()), default=0)
        return 14 + titles * 16 + goals * 13

    @cached_property
    def _top_of_tracks(self) -> float:
        levels = max((b.level for b in self.skips), default=-1) + 1
        return self.header + (levels * LEVEL + 16 if levels else 8)

    @cached_property
    def axis(self) -> float:
        """The middle of row 0."""
        return self._top_of_tracks - min((self._top(s) for s in self.stations), default=-30)

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
        """Lower end of the labels and chips of a column."""
        labels = self.axis + max((self._bottom(s) for s in self.stations if s.at.column == column), default=0.0)
        return labels + 17 * len(self.chips.get(column, ()))

    @cached_property
    def bottom_of_tracks(self) -> float:
        """Lower end of all labels and chips; the lines back begin here."""
        return max((self.column_bottom(s.at.column) for s in self.stations), default=self.axis + 30)

    @cached_property
    def band_top(self) -> float:
        """Where the rows of what is off the flow begin."""
        levels = max((b.level for b in self.returns), default=-1) + 1
        return self.bottom_of_tracks + (levels * LEVEL + 10 if levels else 8)

    @cached_property
    def panel_bottom(self) -> float:
        """Lower end of the panels; the lanes begin below."""
        return self.band_top + (len(self.band) * BAND_ROW + 10 if self.band else 4)
