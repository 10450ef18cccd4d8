"""A level of the process laid out: boxes, numbers on the ways, and the points that each way passes, in pixels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from pipelines.language import tr
from pipelines.report.numbers import count, duration
from pipelines.report.process.levels import Level
from pipelines.report.process.observed import Key, Step, Way
from pipelines.report.process.places import Spot, Web, places, spread
from pipelines.report.process.ranks import PITCH
from pipelines.report.text import width, wrap

SIZE, SMALL = 11.0, 10.0
LINE = 13.0
SIDE = 10.0
"""Length of the stroke from a box to what is told beside it."""
GAP = 9.0
_BOX = (104.0, 168.0)  # narrowest and widest
_PAD = 12.0
_LABEL = 15.0
_AFTER_BOX, _AFTER_LABEL = 17.0, 16.0
_THICK = (1.3, 13.0)  # of the least and of the most travelled way

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """One step: its middle and top, and what is told to the left of it (begins, comes again) and to the right (ends).

    What is told is a kind (m, again, hot, goal) and the words.
    """

    step: Step
    lines: tuple[str, ...]
    width: float
    height: float
    left: tuple[tuple[str, str], ...]
    right: tuple[tuple[str, str], ...]
    x: float = 0.0
    y: float = 0.0

    @property
    def left_room(self) -> float:
        """What is told to the left takes so much."""
        return _side_room(self.left)

    @property
    def right_room(self) -> float:
        """What is told to the right takes so much."""
        return _side_room(self.right)


@dataclass(frozen=True)
class Line:
    """One way: its points from above to below, its label, and whether it runs up, or bends below its own row."""

    way: Way
    points: tuple[Point, ...]
    label: str
    at: Point
    thick: float
    is_up: bool
    is_level: bool


@dataclass(frozen=True)
class Scene:
    """Everything that is drawn; and where it may be cut: just below the rows of numbers."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    cuts: tuple[float, ...] = ()

    @cached_property
    def titles(self) -> dict[str, str]:
        """Step to its title."""
        return {box.step.name: box.step.title for box in self.boxes}


@dataclass(frozen=True)
class _Thread:
    """A way through the web: its steps and the spots that it passes from above to below, and which has its label."""

    way: Way
    upper: str
    lower: str
    spots: tuple[int, ...]
    label: int
    thick: float
    is_up: bool
    is_level: bool


def label(way: Way) -> str:
    """What stands on a way: journeys, and the median time between."""
    return count(way.journeys_n) if way.p50_s is None else f"{count(way.journeys_n)} · {duration(way.p50_s)}"


def scene(chosen: Level, rows: Mapping[str, int]) -> Scene:
    """Lays a level out.

    Args:
        chosen: What is drawn.
        rows: Step to its row.
    """
    loom = _Loom(chosen, rows)
    web, boxes, spots, threads = _woven(loom, chosen)
    x = places(web, [thread.spots[1:-1] for thread in threads])
    ends = _ends(loom.used, rows, boxes)
    placed = {name: _placed(box, x[spots[name]], ends[rows[name]]) for name, box in boxes.items()}
    loomed = _Loomed(placed, web.spots, x, ends, _ports(threads, placed, x))
    lines = tuple(map(loomed.line, threads))
    wide = max((x[i] + spot.right for i, spot in enumerate(web.spots)), default=0.0)
    cuts = tuple(ends[row][1] for row in loom.used[:-1] if row % 2)
    return Scene(tuple(placed.values()), lines, wide, ends[loom.used[-1]][1] if ends else 0.0, cuts)


def least_width(chosen: Level, rows: Mapping[str, int]) -> float:
    """What a level is at least wide, in pixels: its fullest row closely packed. Laid out it is hardly wider."""
    web, *_ = _woven(_Loom(chosen, rows), chosen)
    packed: dict[int, float] = defaultdict(float)
    for spot in web.spots:
        packed[spot.row] += spot.left + spot.right
    return max(packed.values(), default=0.0)


def _woven(loom: _Loom, chosen: Level) -> tuple[Web, dict[str, Box], dict[str, int], list[_Thread]]:
    """Everything that takes room: boxes, each one's spot, and ways with their bends and numbers."""
    web = Web()
    boxes = {step.name: _box(step, chosen) for step in chosen.steps}
    spots = {name: web.add(_spot(box, loom.rows[name])) for name, box in boxes.items()}
    return web, boxes, spots, [loom.thread(web, way, spots) for way in chosen.ways]


def _box(step: Step, chosen: Level) -> Box:
    lines = wrap(step.title, _BOX[1] - 2 * _PAD, SIZE, 2, True)
    wide = max(_BOX[0], 2 * _PAD + max((width(line, SIZE, True) for line in lines), default=0.0))
    name = step.name
    left = [("m", tr("{n} begin", n=count(chosen.begins[name].n)))] if name in chosen.begins else []
    left += [("again", tr("{n} again", n=count(chosen.again[name].journeys_n)))] if name in chosen.again else []
    ends = chosen.ends.get(name, {})
    gone = sum(way.n for status, way in ends.items() if status in {"abandoned", "exited"})
    right = [("hot", tr("{n} leave", n=count(gone)))] if gone else []
    right += [("goal", tr("{n} at the goal", n=count(ends["converted"].n)))] if "converted" in ends else []
    right += [("m", tr("{n} stand here", n=count(ends["in_flight"].n)))] if "in_flight" in ends else []
    return Box(step, lines, wide, 26 + LINE * len(lines), tuple(left), tuple(right))


def _side_room(told: Sequence[tuple[str, str]]) -> float:
    return max((width(text, SMALL, True) + SIDE + GAP + 6 for _, text in told), default=10.0)


def _spot(box: Box, row: int) -> Spot:
    return Spot(row, box.width / 2 + box.left_room, box.width / 2 + box.right_room)


class _Loom:
    """Leads the ways of a level through the rows that are used."""

    def __init__(self, chosen: Level, rows: Mapping[str, int]) -> None:
        self.rows = rows
        # The widest band is all journeys of the most frequent step, so that ways of few are thin wherever they are.
        self.most = max([1, *(way.n for way in chosen.ways), *(int(step.journeys_n) for step in chosen.steps)])
        self.filled = {rows[step.name] for step in chosen.steps}
        out: dict[str | None, int] = defaultdict(int)
        into: dict[str | None, int] = defaultdict(int)
        for way in chosen.ways:
            out[way.from_step] += 1
            into[way.to_step] += 1
        self.labelled = {way.key: self._label_row(way, out[way.from_step] <= into[way.to_step]) for way in chosen.ways}
        self.used = sorted({*self.filled, *self.labelled.values()})

    def _label_row(self, way: Way, is_at_start: bool) -> int:
        """The row of a way's number: at the end that it shares with fewer; in a row of one's own it is below it."""
        start, end = self.rows[str(way.from_step)], self.rows[str(way.to_step)]
        if start == end:
            return start + 1
        step = 1 if end > start else -1
        row = start + step if is_at_start else end - step
        # Where nothing beside the map stands between two steps of the flow, one row of numbers is enough.
        return row - 2 if row % PITCH == 3 and row - 1 not in self.filled else row

    def thread(self, web: Web, way: Way, spots: Mapping[str, int]) -> _Thread:
        """Puts a way's bends and its label into the web."""
        start, end = str(way.from_step), str(way.to_step)
        is_up = self.rows[start] > self.rows[end]
        upper, lower = (end, start) if is_up else (start, end)
        is_level = self.rows[start] == self.rows[end]
        thick = _THICK[0] + (_THICK[1] - _THICK[0]) * way.n / self.most
        passed, number = self._bends(web, way, (upper, lower), thick)
        whole = (spots[upper], *passed, spots[lower])
        for one, other in pairwise(whole):
            web.join(one, other, 0.1 + 4.0 * way.n / self.most)
        return _Thread(way, upper, lower, whole, number, thick, is_up, is_level)

    def _bends(self, web: Web, way: Way, ends: tuple[str, str], thick: float) -> tuple[list[int], int]:
        labelled = self.labelled[way.key]
        half, narrow = width(label(way), SMALL, True) / 2 + 6, thick / 2 + 3.5
        first, last = (self.rows[name] for name in ends)
        passed, number = [], 0
        for row in [labelled] if first == last else [row for row in self.used if first < row < last]:
            room = half if row == labelled else narrow
            passed.append(web.add(Spot(row, room, room, first != last)))
            number = passed[-1] if row == labelled else number
        return passed, number


def _ends(used: Sequence[int], rows: Mapping[str, int], boxes: Mapping[str, Box]) -> dict[int, Point]:
    """Row to its upper and lower end."""
    highest: dict[int, float] = defaultdict(lambda: _LABEL)
    for name, box in boxes.items():
        highest[rows[name]] = max(highest[rows[name]], box.height)
    ends, y = {}, 0.0
    for row in used:
        ends[row] = (y, y + highest[row])
        y += highest[row] + (_AFTER_LABEL if row % 2 else _AFTER_BOX)
    return ends


def _placed(box: Box, x: float, ends: Point) -> Box:
    return replace(box, x=x, y=sum(ends) / 2 - box.height / 2)


@dataclass(frozen=True)
class _Loomed:
    """Where everything came to stand."""

    boxes: Mapping[str, Box]
    spots: Sequence[Spot]
    x: Sequence[float]
    ends: Mapping[int, Point]
    ports: Mapping[tuple[Key, str], float]

    def line(self, thread: _Thread) -> Line:
        """A way as it is drawn."""
        key = thread.way.key
        upper, lower = self.boxes[thread.upper], self.boxes[thread.lower]
        at = (self.x[thread.label], sum(self.ends[self.spots[thread.label].row]) / 2)
        start = (self.ports[key, thread.upper], upper.y + upper.height)
        if thread.is_level:
            points: tuple[Point, ...] = (start, at, (self.ports[key, thread.lower], lower.y + lower.height))
        else:
            bends = ((self.x[i], y) for i in thread.spots[1:-1] for y in self.ends[self.spots[i].row])
            points = (start, *bends, (self.ports[key, thread.lower], lower.y))
        return Line(thread.way, points, label(thread.way), at, thread.thick, thread.is_up, thread.is_level)


def _ports(threads: Collection[_Thread], boxes: Mapping[str, Box], x: Sequence[float]) -> dict[tuple[Key, str], float]:
    """Where each way meets its two boxes, side by side on their lower and upper edges."""
    edges: dict[tuple[str, bool], list[tuple[float, _Thread]]] = defaultdict(list)
    for thread in threads:
        edges[thread.upper, True].append((x[thread.spots[1]], thread))
        edges[thread.lower, thread.is_level].append((x[thread.spots[-2]], thread))
    found = {}
    for (name, _), ways in edges.items():
        ways.sort(key=lambda each: (each[0], repr(each[1].way.key)))
        for (_, thread), place in zip(ways, _side_by_side(boxes[name], ways), strict=True):
            found[thread.way.key, name] = place
    return found


def _side_by_side(box: Box, ways: Sequence[tuple[float, _Thread]]) -> list[float]:
    room = box.width - 2 * _PAD
    low, high = box.x - room / 2, box.x + room / 2
    apart = [(one.thick + other.thick) / 2 + 2.5 for (_, one), (_, other) in pairwise(ways)]
    squeeze = min(1.0, room / sum(apart)) if apart else 1.0
    wanted = [min(max(place, low), high) for place, _ in ways]
    found = spread(wanted, [thread.way.n for _, thread in ways], [gap * squeeze for gap in apart])
    shift = max(0.0, low - found[0]) - max(0.0, found[-1] - high)
    return [place + shift for place in found]
