"""Ways that the flow does not design: skips forward, ways back and repeats, placed on levels without a collision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipelines.privacy.withheld import Withheld
from pipelines.report.metro.layout import Plan, Station
from pipelines.report.metro.strips import Strip
from pipelines.report.numbers import count
from pipelines.report.text import width
from pipelines.report.view import JourneyView

MOST_SKIPS = 8  # of one strip; more lines hide each other, and the table has them all
MOST_RETURNS = 6
LEAST_SHARE = 0.005  # of all journeys: what fewer do is in the table, not on the picture
LABEL_SIZE = 11.0
FOOT = 6  # a line leaves right of a station's middle and arrives left of it


@dataclass(frozen=True)
class Detour:
    """One undesigned (or designed but backward) way between two stations, or back to the same one.

    Attributes:
        kind: skip, back, repeat, or designed (a repeat that the map allows); kept or late: a promise, drawn likewise.
        journeys_n: Journeys in which it happened.
        label: What stands on it instead of the stations' numbers and the journeys.
        told: What is said of it beyond that.
    """

    start: Station
    end: Station
    kind: str
    n: int
    journeys_n: int
    label: str = ""
    told: str = ""


@dataclass(frozen=True)
class Bracket:
    """The part of a detour that one strip shows.

    Attributes:
        left: Left end, pixels; an open end runs to the strip's edge.
        right: Right end, pixels.
        level: 0 is nearest to the stations.
        label: What stands on it.
        label_x: Middle of the label.
        has_left: Whether the left end is a station, not the edge.
        has_right: Whether the right end is one.
    """

    detour: Detour
    left: float
    right: float
    level: int
    label: str
    label_x: float
    has_left: bool
    has_right: bool


def detours(view: JourneyView) -> tuple[Detour, ...]:
    """Every detour that enough journeys took, most travelled first."""
    stations = view.plan.first_of()
    forward = view.plan.designed() - view.plan.back
    least = max(1.0, LEAST_SHARE * view.data.journeys_n)
    found = []
    for (a, b), (n, journeys_n) in view.directly.items():
        if isinstance(journeys_n, Withheld):
            continue
        if a in stations and b in stations and (a, b) not in forward and journeys_n >= least:
            found.append(Detour(stations[a], stations[b], _kind(stations[a], stations[b], view.plan), n, journeys_n))
    return tuple(sorted(found, key=lambda d: (-d.journeys_n, d.start.number, d.end.number)))


def _kind(a: Station, b: Station, plan: Plan) -> str:
    if (a.name, b.name) in plan.back:
        return "designed"
    if a.name == b.name:
        return "repeat"
    return "skip" if (b.at.column, b.number) > (a.at.column, a.number) else "back"


def is_upright(detour: Detour) -> bool:
    """Whether it stays in one column, so that it is a chip below it and no line."""
    return detour.start.at.column == detour.end.at.column


def brackets(
    chosen: tuple[Detour, ...], strip: Strip, x: Callable[[float], float], most_levels: int, *, is_up: bool
) -> tuple[Bracket, ...]:
    """The lines of one strip above (skips) or below the stations (ways back), each on the lowest free level.

    The least travelled go where there are more than levels for them; the table has them all.
    """
    kinds = {"skip", "kept", "late"} if is_up else {"back", "designed"}
    mine = [_bracket(d, strip, x) for d in chosen if d.kind in kinds and not is_upright(d)]
    kept: list[Bracket] = []
    placed: tuple[Bracket, ...] = ()
    for bracket in [b for b in mine if b is not None][: MOST_SKIPS if is_up else MOST_RETURNS]:
        tried = _placed([*kept, bracket])
        if all(each.level < most_levels for each in tried):
            kept.append(bracket)
            placed = tried
    return tuple(replace(bracket, label_x=_label_x(bracket, placed)) for bracket in placed)


def _placed(found: list[Bracket]) -> tuple[Bracket, ...]:
    placed: list[Bracket] = []
    for bracket in sorted(found, key=lambda b: (b.right - b.left, b.left, b.label)):
        taken = {other.level for other in placed if _meet(bracket, other)}
        placed.append(replace(bracket, level=min(set(range(len(taken) + 1)) - taken)))
    return tuple(placed)


def _label_x(bracket: Bracket, others: tuple[Bracket, ...]) -> float:
    """The place on the line, nearest to its middle, where no line of a farther level passes through the label."""
    half = width(bracket.label, LABEL_SIZE, True) / 2 + 9
    farther = [other for other in others if other.level > bracket.level]
    legs = [x for o in farther for x, has in ((o.left, o.has_left), (o.right, o.has_right)) if has]
    slack = max(0.0, (bracket.right - bracket.left) / 2 - half - 14)
    places = [bracket.label_x + slack * step * side / 12 for step in range(13) for side in (1, -1)]
    return min(places, key=lambda place: (sum(abs(leg - place) < half for leg in legs), abs(place - bracket.label_x)))


def _bracket(detour: Detour, strip: Strip, x: Callable[[float], float]) -> Bracket | None:
    first, last = sorted((detour.start, detour.end), key=lambda s: s.at.column)
    has_left = strip.first <= first.at.column <= strip.last
    has_right = strip.first <= last.at.column <= strip.last
    if not has_left and not has_right:
        return None
    left = x(first.at.column) + FOOT if has_left else x(strip.first - 0.5)
    right = x(last.at.column) - FOOT if has_right else x(strip.last + 0.5)
    label = detour.label or f"{detour.start.number}→{detour.end.number}: {count(detour.journeys_n)}"
    return Bracket(detour, left, right, 0, label, (left + right) / 2, has_left, has_right)


def room(bracket: Bracket) -> tuple[float, float]:
    """The stretch of its level that a line and its label take, pixels."""
    middle, half = (bracket.left + bracket.right) / 2, width(bracket.label, LABEL_SIZE, True) / 2 + 4
    return min(bracket.left, middle - half), max(bracket.right, middle + half)


def _meet(one: Bracket, other: Bracket) -> bool:
    (a, b), (c, d) = room(one), room(other)
    return a < d and c < b
