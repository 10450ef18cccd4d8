"""Where a flow's stations stand: columns and rows, tracks between them, and strips that fit the page's width.

Columns run along the journey, rows across it; row 0 is the axis, rows above it are negative. Branches of a `one_of` or
an `all_of` are parallel tracks, an optional touchpoint is a siding above the line that passes it. All of it follows
from the flow alone, so the same map has the same drawing in every run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from math import floor

from pipelines.report.metro.strips import Strip, strips
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch

GAP = 0.2  # columns between two, where lines change from row to row: they climb there, beside the labels
_SIDING = 0.9  # rows from a line up to the middle of what may be passed by


@dataclass(frozen=True)
class Point:
    """A place on the grid: column (its middle is a whole number) and row."""

    column: float
    row: float


@dataclass(frozen=True)
class Station:
    """One drawing of a touchpoint. A touchpoint that the flow names twice has two, with one number."""

    key: int
    name: str
    number: int
    at: Point
    is_optional: bool
    is_again: bool


@dataclass(frozen=True)
class Track:
    """A designed way from one station to the next, through points where it passes others by."""

    start: int
    end: int
    way: tuple[Point, ...] = ()
    is_free_order: bool = False


@dataclass(frozen=True)
class Group:
    """Stations whose order is free: columns, first and last included, and the rows of the uppermost and lowest."""

    first: int
    last: int
    top: float
    bottom: float


@dataclass(frozen=True)
class Panel:
    """A phase's columns, first and last included, and its touchpoints that are welcome anywhere in it."""

    phase: str
    first: int
    last: int
    anytime: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The whole drawing on the grid.

    Attributes:
        stations: In designed order.
        tracks: Designed ways forward.
        back: Pairs of names that a `repeat` allows to follow each other backwards (or a name itself).
        entries: Names that the flow may begin with.
        ways_in: Keys of the stations that the flow may begin with, and the points on the way to each.
        panels: Phases in order.
        strips: Rows of the page in order.
        groups: Where order is free.
        gaps: Room after each column beyond the usual, in columns.
    """

    stations: tuple[Station, ...]
    tracks: tuple[Track, ...]
    back: frozenset[tuple[str, str]]
    entries: tuple[str, ...]
    panels: tuple[Panel, ...]
    strips: tuple[Strip, ...]
    groups: tuple[Group, ...] = ()
    gaps: tuple[float, ...] = ()
    ways_in: tuple[tuple[int, tuple[Point, ...]], ...] = ()

    def first_of(self) -> dict[str, Station]:
        """The station of each touchpoint; the first where there are two."""
        return {station.name: station for station in reversed(self.stations)}

    def designed(self) -> frozenset[tuple[str, str]]:
        """Every pair of names that may follow each other directly in the flow."""
        names = {station.key: station.name for station in self.stations}
        return self.back | {(names[track.start], names[track.end]) for track in self.tracks}


@dataclass(frozen=True)
class _Size:
    """Columns that a block takes, and rows above and below its axis."""

    columns: int
    up: float
    down: float


_Tail = tuple[int, tuple[Point, ...]]


@dataclass(frozen=True)
class _Ends:
    """How a placed block is entered and left: station keys with the way to or from them; the way past it, if any."""

    entries: tuple[_Tail, ...]
    exits: tuple[_Tail, ...]
    bypass: tuple[Point, ...] | None = None


@dataclass
class _Drawing:
    """What has been placed so far."""

    stations: list[Station] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    back: set[tuple[str, str]] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    cuts: dict[int, float] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)


def plan(flow: Flow) -> Plan:
    """Places a flow's touchpoints, tracks, panels and strips on the grid."""
    drawing = _Drawing()
    panels: list[Panel] = []
    ends: list[_Ends] = []
    column = 0
    for phase in flow.phases:
        last = column + max(1, sum(_size(child).columns for child in phase.children)) - 1
        panels.append(Panel(phase.name, column, last, phase.anytime))
        ends.append(_place_row(phase, column, drawing))
        drawing.cuts[last] = 0.0
        column = last + 1
    whole = _join(ends, [panel.first for panel in panels], 0.0, drawing)
    gaps = _gaps(column, drawing)
    names = {station.key: station.name for station in drawing.stations}
    return Plan(
        tuple(drawing.stations),
        tuple(drawing.tracks),
        frozenset(drawing.back),
        tuple(dict.fromkeys(names[key] for key, _ in whole.entries)),
        tuple(panels),
        strips(column, drawing.cuts, gaps),
        tuple(drawing.groups),
        gaps,
        whole.entries,
    )


def _size(block: Block) -> _Size:
    match block:
        case Touch():
            return _Size(1, 0.5, 0.5)
        case Repeat(child):
            return _size(child)
        case Optional(child):
            inner = _size(child)
            return _Size(inner.columns, inner.up + inner.down + _SIDING - 0.5, 0.5)
        case Sequence(children):
            sizes = [_size(child) for child in children]
            return _Size(
                sum(size.columns for size in sizes), max(size.up for size in sizes), max(size.down for size in sizes)
            )
        case OneOf(children) | AllOf(children):
            sizes = [_size(child) for child in children]
            height = sum(size.up + size.down for size in sizes)
            return _Size(max(size.columns for size in sizes), height / 2, height / 2)


def _place(block: Block, column: int, axis: float, drawing: _Drawing, may_pass: bool = False) -> _Ends:
    match block:
        case Touch(name):
            key = _station(name, Point(column, axis), drawing, may_pass)
            return _Ends(((key, ()),), ((key, ()),))
        case Sequence():
            return _place_children(block.children, column, axis, drawing, may_pass)
        case Repeat(child):
            return _place_repeat(child, column, axis, drawing, may_pass)
        case Optional(child):
            inner = _size(child)
            ends = _place(child, column, round(axis - _SIDING - inner.down + 0.5, 6), drawing, may_pass=True)
            past = tuple(Point(c, axis) for c in sorted({column, column + inner.columns - 1}))
            return _Ends(ends.entries, ends.exits, past)
        case OneOf() | AllOf():
            return _place_branches(block, column, axis, drawing, may_pass=may_pass)


def _station(name: str, at: Point, drawing: _Drawing, is_optional: bool) -> int:
    key = len(drawing.stations)
    is_again = name in drawing.numbers
    number = drawing.numbers.setdefault(name, len(drawing.numbers) + 1)
    drawing.stations.append(Station(key, name, number, at, is_optional, is_again))
    return key


def _place_row(phase: Phase, column: int, drawing: _Drawing) -> _Ends:
    """A phase's children on the axis; between any two of them a strip may end, though rather between phases."""
    for child in phase.children[:-1]:
        column += _size(child).columns
        drawing.cuts[column - 1] = 3.0
    return _place_children(phase.children, column - sum(_size(c).columns for c in phase.children[:-1]), 0.0, drawing)


def _place_children(
    children: tuple[Block, ...], column: int, axis: float, drawing: _Drawing, may_pass: bool = False
) -> _Ends:
    ends, columns = [], []
    for child in children:
        ends.append(_place(child, column, axis, drawing, may_pass))
        columns.append(column)
        column += _size(child).columns
    return _join(ends, columns, axis, drawing)


def _join(parts: list[_Ends], columns: list[int], axis: float, drawing: _Drawing) -> _Ends:
    """Parts one after the other: tracks from every open end to every entry, past what may be passed by.

    Where several ways end and several begin, all of them run through one point of the axis, so that none cross.
    """
    entries: list[_Tail] = []
    open_ends: list[_Tail] = []
    passed: tuple[Point, ...] | None = ()
    for part, column in zip(parts, columns, strict=True):
        is_crossing = len(_rows(open_ends, drawing, -1)) > 1 and len(_rows(part.entries, drawing, 0)) > 1
        knot = (Point(column - 0.5, axis),) if is_crossing else ()
        drawing.tracks.extend(
            Track(start, end, out + knot + into) for start, out in open_ends for end, into in part.entries
        )
        if passed is not None:
            entries.extend((key, passed + way) for key, way in part.entries)
        kept = [(key, way + part.bypass) for key, way in open_ends] if part.bypass is not None else []
        open_ends = [*part.exits, *kept]
        passed = passed + part.bypass if passed is not None and part.bypass is not None else None
    return _Ends(tuple(entries), tuple(open_ends), passed)


def _rows(tails: Iterable[_Tail], drawing: _Drawing, end: int) -> set[float]:
    """Rows at which ways end (-1) or begin (0)."""
    return {way[end].row if way else drawing.stations[key].at.row for key, way in tails}


def _gaps(columns_n: int, drawing: _Drawing) -> tuple[float, ...]:
    """Room after each column: more where a way changes its row on to the next, double where it does so twice."""
    gaps = [0.0] * columns_n
    for track in drawing.tracks:
        if track.is_free_order:
            continue
        points = [drawing.stations[track.start].at, *track.way, drawing.stations[track.end].at]
        climbs: dict[int, int] = {}
        for a, b in pairwise(points):
            if a.row != b.row:
                between = floor((a.column + b.column) / 2)
                climbs[between] = climbs.get(between, 0) + 1
        for column, times in climbs.items():
            if 0 <= column < columns_n:
                gaps[column] = max(gaps[column], GAP * min(times, 2))
    return tuple(gaps)


def _place_repeat(child: Block, column: int, axis: float, drawing: _Drawing, may_pass: bool) -> _Ends:
    ends = _place(child, column, axis, drawing, may_pass)
    names = {station.key: station.name for station in drawing.stations}
    drawing.back |= {(names[last], names[first]) for last, _ in ends.exits for first, _ in ends.entries}
    return ends


def _place_branches(block: OneOf | AllOf, column: int, axis: float, drawing: _Drawing, *, may_pass: bool) -> _Ends:
    size = _size(block)
    row = axis - size.up
    entries: list[_Tail] = []
    exits: list[_Tail] = []
    bypass: tuple[Point, ...] | None = None
    members: list[list[int]] = []
    for child in block.children:
        inner = _size(child)
        before = len(drawing.stations)
        ends = _place(child, column, row + inner.up, drawing, may_pass)
        members.append(list(range(before, len(drawing.stations))))
        rest = _rest(row + inner.up, column + inner.columns, column + size.columns - 1)
        entries += ends.entries
        exits += [_led_on(tail, rest, drawing) for tail in ends.exits]
        if ends.bypass is not None:
            bypass = ends.bypass + rest[1:]
        row += inner.up + inner.down
    if isinstance(block, AllOf):
        _interleave(members, drawing)
        rows = [drawing.stations[key].at.row for keys in members for key in keys]
        drawing.groups.append(Group(column, column + size.columns - 1, min(rows), max(rows)))
    return _Ends(tuple(entries), tuple(exits), bypass)


def _rest(axis: float, first: int, last: int) -> tuple[Point, ...]:
    """How a branch shorter than its neighbours runs on: to its own line first, then straight to the last column."""
    return tuple(Point(column, axis) for column in (first, last)) if first <= last else ()


def _led_on(tail: _Tail, rest: tuple[Point, ...], drawing: _Drawing) -> _Tail:
    """A way out with the rest of its branch; the first place of that only where it has to climb to it."""
    key, way = tail
    row = way[-1].row if way else drawing.stations[key].at.row
    is_level = bool(rest) and row == rest[0].row
    return key, way + tuple(dict.fromkeys(rest[1:] if is_level else rest))


def _interleave(members: list[list[int]], drawing: _Drawing) -> None:
    """Any step of one branch may follow any step of another."""
    for mine in members:
        for others in members:
            if mine is not others:
                drawing.tracks += [Track(a, b, (), is_free_order=True) for a in mine for b in others]
