"""The order of spots within their rows, with few crossings: sweeps by the median neighbour, then swaps that help.

It is the method of Sugiyama, Tagawa and Toda, as Gansner and others refined it for directed graphs. igraph has it too,
but takes longer to load than the whole picture to draw.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SWEEPS = 12
_SWAPS = 5
Neighbours = Sequence[Sequence[tuple[int, float]]]
"""Spot to what it is joined to on one side, with the weight of each join."""


@dataclass(frozen=True)
class _Rows:
    """The spots of each row from left to right, and the place of each spot in its row.

    Attributes:
        touched: Row to itself and the rows that its spots are joined to.
        bends: What a spot is joined to above and below, where that is one and one; else None.
    """

    members: dict[int, list[int]]
    places: list[int]
    touched: Mapping[int, set[int]]
    bends: Sequence[tuple[int, int] | None]


def orders(rows: Sequence[int], above: Neighbours, below: Neighbours) -> dict[int, list[int]]:
    """Row to its spots from left to right, the best of all sweeps.

    Args:
        rows: Spot to its row.
        above: What each is joined to in the row before.
        below: What each is joined to in the row after.
    """
    found = _rows(rows, above, below)
    ends_above, ends_below = _ends(above), _ends(below)
    best, least = dict(found.members), _crossings(found, ends_below)
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        beside = ends_above if is_down else ends_below
        for row in sorted(found.members, reverse=not is_down):
            _put(found, row, _by_median(found.members[row], beside, found.places))
        _swap(found, above, below)
        crossings = _crossings(found, ends_below)
        if crossings < least:
            best, least = {row: list(members) for row, members in found.members.items()}, crossings
    return best


def _rows(rows: Sequence[int], above: Neighbours, below: Neighbours) -> _Rows:
    members: dict[int, list[int]] = defaultdict(list)
    places = []
    for spot, row in enumerate(rows):
        places.append(len(members[row]))
        members[row].append(spot)
    touched = {
        row: {row, *(rows[other] for spot in spots for side in (above, below) for other, _ in side[spot])}
        for row, spots in members.items()
    }
    both = zip(above, below, strict=True)
    bends = [(up[0][0], down[0][0]) if len(up) == len(down) == 1 else None for up, down in both]
    return _Rows(dict(members), places, touched, bends)


def _ends(beside: Neighbours) -> list[list[int]]:
    return [[other for other, _ in joins] for joins in beside]


def _put(found: _Rows, row: int, members: list[int]) -> None:
    found.members[row] = members
    for place, spot in enumerate(members):
        found.places[spot] = place


def _by_median(members: Sequence[int], beside: Sequence[Sequence[int]], places: Sequence[int]) -> list[int]:
    """One row by the middle of what each is joined to; what is joined to nothing keeps its place."""
    middles: dict[int, float] = {}
    for spot in members:
        ends = beside[spot]
        if len(ends) == 1:  # most spots are bends
            middles[spot] = places[ends[0]]
        elif ends:
            middles[spot] = _median(sorted([places[other] for other in ends]))
    moving = iter(sorted(middles, key=middles.__getitem__))  # of equals the first remains the first
    return [next(moving) if spot in middles else spot for spot in members]


def _median(places: Sequence[int]) -> float:
    middle = len(places) // 2
    return float(places[middle]) if len(places) % 2 else (places[middle - 1] + places[middle]) / 2


def _swap(found: _Rows, above: Neighbours, below: Neighbours) -> None:
    """Swaps neighbours as long as fewer ways cross.

    A row in which nothing could be won is not looked at again before one that it is joined to, or itself, changes.
    """
    waiting = set(found.members)
    for _ in range(_SWAPS):
        if not waiting:
            return
        for row, members in found.members.items():
            if row in waiting:
                waiting.discard(row)
                if _swap_row(members, above, below, found):
                    waiting |= found.touched[row]


def _swap_row(members: list[int], above: Neighbours, below: Neighbours, found: _Rows) -> bool:
    """One pass over the neighbours of a row; whether any were swapped."""
    places, bends, is_better = found.places, found.bends, False
    one, bend = members[0], bends[members[0]]
    for i in range(1, len(members)):
        other = members[i]
        next_bend = bends[other]
        if bend and next_bend and places[bend[0]] <= places[next_bend[0]] and places[bend[1]] <= places[next_bend[1]]:
            one, bend = other, next_bend  # two ways side by side, as most are, do not cross
            continue
        gain = _lead(above[one], above[other], places) + _lead(below[one], below[other], places)
        if gain > 0:
            members[i - 1], members[i] = other, one
            places[one], places[other] = i, i - 1
            is_better = True
        else:
            one, bend = other, next_bend
    return is_better


def _lead(one: Sequence[tuple[int, float]], other: Sequence[tuple[int, float]], places: Sequence[int]) -> float:
    """How much less crosses if the other stands before the one; heavy ways count for more."""
    lead = 0.0
    for a, weight in one:
        place = places[a]
        for b, other_weight in other:
            if place > places[b]:
                lead += weight + other_weight
            elif place < places[b]:
                lead -= weight + other_weight
    return lead


def _crossings(found: _Rows, below: Sequence[Sequence[int]]) -> int:
    """How many joins cross: inversions of the lower ends, taken in the order of the upper ones."""
    places = found.places
    crossings = 0
    for members in found.members.values():
        ends: list[int] = []
        for spot in members:
            ends += sorted([places[other] for other in below[spot]])
        seen: list[int] = []
        for end in reversed(ends):
            crossings += bisect_left(seen, end)
            insort(seen, end)
    return crossings
