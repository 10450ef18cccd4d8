"""Two sides of one map laid beside each other: a segment and the rest, or two periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

from pipelines.language import mark, told_number, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.cost.rows import Record, told
from pipelines.report.metro.cells import NONE, Cell, of_share
from pipelines.report.metro.lanes import Lane
from pipelines.report.numbers import day
from pipelines.report.rows import OutcomeRow
from pipelines.report.view import UTC, JourneyView

_MEASURES = ("drop_off", "exit", "conversion")


@dataclass(frozen=True)
class Side:
    """One side: its name, and the outcome of each touchpoint there."""

    label: str
    outcomes: Mapping[str, OutcomeRow]

    def leave(self, name: str) -> Cell:
        """The share that leaves at a touchpoint."""
        row = self.outcomes.get(name)
        if row is None or row.leave is None or isinstance(row.followed_n, Withheld):
            return NONE
        return of_share(row.leave, *row.leave_interval, row.followed_n)


@dataclass(frozen=True)
class Difference:
    """By how much the first side's share is larger, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_telling(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    @property
    def text(self) -> str:
        """In points, with its sign."""
        return tr("{points} pts", points=points(self.value))


def points(x: float) -> str:
    """A difference of shares in points of a hundred: "+3.2", "−11", "0"."""
    size = abs(x) * 100
    figures = f"{size:.1f}".removesuffix(".0") if size < 9.95 else f"{size:.0f}"
    return figures if figures == "0" else ("+" if x > 0 else "−") + told_number(figures)


def difference(sides: tuple[Side, Side], name: str) -> Difference | None:
    """Newcombe's interval for the difference of two shares; None where one of them is not told."""
    first, second = (side.leave(name) for side in sides)
    ends = (first.value, first.low, first.high, second.value, second.low, second.high)
    if any(end is None for end in ends):
        return None
    p, p_low, p_high, q, q_low, q_high = (float(end or 0.0) for end in ends)
    below = sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    above = sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return Difference(p - q, p - q - below, p - q + above)


def lanes_of(sides: tuple[Side, Side]) -> tuple[Lane, ...]:
    """A lane for each side, and one for the difference."""

    def of(side: Side) -> Lane:
        return Lane(side.label, mark("leave here"), lambda view, name: side.leave(name), "sides")

    def gap(view: JourneyView, name: str) -> Cell:
        found = difference(sides, name)
        if found is None:
            return NONE
        between = tr("{low} to {high}", low=points(found.low), high=points(found.high))
        return Cell(found.text, is_hot=found.is_telling and found.value > 0, between=between)

    return (of(sides[0]), of(sides[1]), Lane(mark("Difference"), mark("in points, with 95% interval"), gap, "sides"))


def telling_sides(view: JourneyView) -> tuple[Side, Side] | None:
    """The segment value in which most journeys fare differently from the rest, and the rest; None: there is none."""
    rows = [row for row in view.data.cost.rows("segment_differences") if row["measure"] in _MEASURES and _worth(row)]
    for row in sorted(rows, key=_worth, reverse=True):
        found = segment_sides(view, str(row["segment"]))
        if found is not None:
            return found
    return None


def period_sides(view: JourneyView) -> tuple[Side, Side] | None:
    """The later half of the time observed, and the earlier; None where nothing of them may be told."""
    sides: dict[bool, dict[str, OutcomeRow]] = {True: {}, False: {}}
    for row in view.data.periods:
        whole = view.outcomes.get(row.touchpoint)
        if whole is None or whole.leave is None or isinstance(whole.followed_n, Withheld):
            continue
        worth = row.followed_n * (whole.effective_n or whole.reached_n) / whole.reached_n
        made = replace(
            whole,
            reached_n=row.followed_n,
            followed_n=row.followed_n,
            effective_n=worth,
            hazard=row.left_n / row.followed_n,
            exit_hazard=0.0,
        )
        sides[row.is_later][row.touchpoint] = made
    if not sides[True]:
        return None
    at = day(view.data.periods[0].cut_at, UTC)
    return Side(tr("From {day}", day=at), sides[True]), Side(tr("Before {day}", day=at), sides[False])


def report_sides(view: JourneyView) -> tuple[Side, Side] | None:
    """What the report lays beside each other: the segment that fares most differently, else the two halves of time."""
    return telling_sides(view) or period_sides(view)


def _worth(row: Record) -> float:
    """Journeys by which the two sides differ; 0: it may not be told."""
    numbers = told(row, "difference", "n", "others_n")
    return 0.0 if numbers is None else abs(numbers[0]) * min(numbers[1:])


def segment_sides(view: JourneyView, segment: str) -> tuple[Side, Side] | None:
    """A segment value, "name=value", and all journeys that have another one; None where too little may be told."""
    name, _, value = segment.partition("=")
    values = {
        row.segment for row in view.data.outcomes if row.segment is not None and row.segment.startswith(f"{name}=")
    }
    rows = [row for row in view.data.outcomes if row.horizon_d == view.horizon_d]
    first = {row.touchpoint: row for row in rows if row.segment == segment}
    others: dict[str, list[OutcomeRow]] = {}
    for row in rows:
        if row.segment in values - {segment}:
            others.setdefault(row.touchpoint, []).append(row)
    second = {touchpoint: made for touchpoint, found in others.items() if (made := _together(found)) is not None}
    if not first or not second:
        return None
    return Side(f"{name}: {value}", first), Side(tr("{name}: any other", name=name), second)


def _together(rows: list[OutcomeRow]) -> OutcomeRow | None:
    """Rows of one touchpoint as one, as far as they may be told; None: nothing of them may."""
    shown = [
        row
        for row in rows
        if row.leave is not None
        and not any(isinstance(n, Withheld) for n in (row.reached_n, row.followed_n))
        and row.followed_n
    ]
    followed = sum(row.followed_n for row in shown)
    if not shown:
        return None
    effective = sum(row.effective_n or row.reached_n for row in shown)
    return replace(
        shown[0],
        segment=None,
        reached_n=sum(row.reached_n for row in shown),
        followed_n=followed,
        effective_n=effective,
        hazard=sum((row.hazard or 0.0) * row.followed_n for row in shown) / followed,
        exit_hazard=sum((row.exit_hazard or 0.0) * row.followed_n for row in shown) / followed,
        refused=None,
    )
