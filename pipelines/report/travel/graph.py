"""The flow between phases as a graph on a grid: bars in columns, bands between them, all to one scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from pipelines.privacy.flow_cover import LEFT, OTHER
from pipelines.report.travel.rows import Leg
from schemas.words import Status, TravelWay

WAYS: tuple[str | None, ...] = (None, *TravelWay, OTHER)
"""The ways in which a phase is travelled, from the top of its column down."""
GONE = ("gone", "on_the_way")
LOST = (Status.ABANDONED, Status.EXITED, LEFT)


@dataclass(frozen=True)
class Bar:
    """Something that journeys come to: a phase travelled in one way, an end of it, the goal, or a phase passed by.

    Attributes:
        column: Number of the phase, from 0; the goal has one of its own.
        kind: "way", "past" (journeys that do not come to this phase, on their way to a later one), "gone",
            "on_the_way", "goal".
        way: How the phase is travelled.
    """

    column: int
    kind: str
    way: str | None = None


@dataclass
class Band:
    """Journeys that go from one bar to another, side by side."""

    start: Bar
    end: Bar
    journeys_n: int
    target: Bar
    """Where they come to in the end, which is what the band's colour says."""


@dataclass(frozen=True)
class Graph:
    """Bars and bands; what comes to a bar is what leaves it.

    Attributes:
        phases: Names of the phases, in the order of the design.
        bands: From column to column.
        begun: Journeys that begin at a bar.
        ends: Journeys by end status, for each column's end.
        all_n: All journeys, those too that are left out: what shares are of.
    """

    phases: tuple[str, ...]
    bands: tuple[Band, ...]
    begun: dict[Bar, int]
    ends: dict[int, dict[str, int]]
    all_n: int

    @cached_property
    def sizes(self) -> dict[Bar, int]:
        """Journeys at each bar."""
        found: dict[Bar, int] = defaultdict(int, self.begun)
        for band in self.bands:
            found[band.end] += band.journeys_n
        return dict(found)

    @property
    def begun_n(self) -> int:
        """All journeys that are drawn."""
        return sum(self.begun.values())

    def came_n(self, column: int) -> int:
        """Journeys that came to a phase."""
        return sum(n for bar, n in self.sizes.items() if bar.column == column and bar.kind == "way")

    def begun_at(self, column: int) -> int:
        """Journeys that began at a phase."""
        return sum(n for bar, n in self.begun.items() if bar.column == column)

    def bars(self, column: int) -> tuple[Bar, ...]:
        """Those of a column from the top down: how it is travelled, who passes it by, the goal."""
        here = [bar for bar in self.sizes if bar.column == column and bar.kind not in GONE]
        return tuple(sorted(here, key=_place))

    def left_n(self, column: int) -> int:
        """Journeys that left at a phase."""
        return self.sizes.get(Bar(column, "gone"), 0)

    def on_the_way_n(self, column: int) -> int:
        """Journeys that are still on the way there."""
        return self.sizes.get(Bar(column, "on_the_way"), 0)


def _place(bar: Bar) -> tuple[int, int]:
    return {"goal": 0, "way": 1, "past": 2}[bar.kind], WAYS.index(bar.way)


@dataclass
class _Making:
    """A graph in the making."""

    phases: tuple[str, ...]
    bands: dict[tuple[Bar, Bar, Bar], int] = field(default_factory=lambda: defaultdict(int))
    begun: dict[Bar, int] = field(default_factory=lambda: defaultdict(int))
    ends: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, leg: Leg) -> None:
        end = self._bar(leg.to_phase, leg.to_way) if leg.to_phase is not None else None
        if leg.from_phase is None:
            if end is not None:
                self.begun[end] += leg.journeys_n
            return
        start = self._bar(leg.from_phase, leg.from_way)
        if end is None:
            end = self._end(start.column, leg.end_status or "", leg.journeys_n)
        self._run(start, end, leg.journeys_n)

    def _bar(self, phase: str, way: str | None) -> Bar:
        return Bar(self.phases.index(phase), "way", way)

    def _end(self, column: int, status: str, n: int) -> Bar:
        self.ends[column][status] += n
        if status == Status.CONVERTED:
            return Bar(len(self.phases), "goal")
        return Bar(column, "gone" if status in LOST else "on_the_way")

    def _run(self, start: Bar, end: Bar, n: int) -> None:
        """Passes the columns between one by one, so that a band never crosses a bar."""
        before = start
        for column in range(start.column + 1, end.column):
            here = Bar(column, "past")
            self.bands[before, here, end] += n
            before = here
        self.bands[before, end, end] += n


def graph_of(legs: Iterable[Leg], phases: tuple[str, ...], all_n: int) -> Graph:
    """The graph of the ways between phases.

    Args:
        legs: The ways; of phases that the map does not have (any more) none may be there.
        phases: Names of the map's phases, in the order of the design.
        all_n: Journeys begun, those too of which no way is told.
    """
    making = _Making(phases)
    for leg in legs:
        making.add(leg)
    bands = [Band(start, end, n, target) for (start, end, target), n in making.bands.items()]
    ended = {at: dict(ends) for at, ends in making.ends.items()}
    return Graph(phases, tuple(bands), dict(making.begun), ended, all_n)
