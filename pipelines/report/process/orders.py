"""The order of spots within their rows, with few crossings: sweeps by the median neighbour, then swaps that help.

It is the method of Sugiyama, Tagawa and Toda, as Gansner and others refined it for directed graphs. igraph has it too,
but takes longer to load than the whole picture to draw.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence

_SWEEPS = 12
_SWAPS = 5
Neighbours = Sequence[Sequence[tuple[int, float]]]
"""Spot to what it is joined to on one side, with the weight of each join."""


def orders(rows: Sequence[int], above: Neighbours, below: Neighbours) -> dict[int, list[int]]:
    """Row to its spots from left to right, the best of all sweeps.

    Args:
        rows: Spot to its row.
        above: What each is joined to in the row before.
        below: What each is joined to in the row after.
    """
    found: dict[int, list[int]] = defaultdict(list)
    for spot, row in enumerate(rows):
        found[row].append(spot)
    best, least = dict(found), _crossings(found, below)
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        beside = above if is_down else below
        for row in sorted(found, reverse=not is_down):
            found[row] = _by_median(found[row], beside, _places(found))
        _swap(found, above, below)
        crossings = _crossings(found, below)
        if crossings < least:
            best, least = {row: list(members) for row, members in found.items()}, crossings
    return best


def _places(found: Mapping[int, Sequence[int]]) -> dict[int, int]:
    return {spot: place for members in found.values() for place, spot in enumerate(members)}


def _by_median(members: Sequence[int], beside: Neighbours, places: Mapping[int, int]) -> list[int]:
    """One row by the middle of what each is joined to; what is joined to nothing keeps its place."""
    middles = {spot: _median(sorted(places[other] for other, _ in beside[spot])) for spot in members if beside[spot]}
    moving = iter(sorted(middles, key=lambda spot: (middles[spot], places[spot])))
    return [next(moving) if spot in middles else spot for spot in members]


def _median(places: Sequence[int]) -> float:
    middle = len(places) // 2
    return float(places[middle]) if len(places) % 2 else (places[middle - 1] + places[middle]) / 2


def _swap(found: dict[int, list[int]], above: Neighbours, below: Neighbours) -> None:
    """Swaps neighbours as long as fewer ways cross.

    A row in which nothing could be won is not looked at again before one that it is joined to, or itself, changes.
    """
    touched = _touched(found, above, below)
    places = [0] * len(above)
    for spot, place in _places(found).items():
        places[spot] = place
    waiting = set(found)
    for _ in range(_SWAPS):
        if not waiting:
            return
        for row, members in found.items():
            if row in waiting:
                waiting.discard(row)
                if _swap_row(members, above, below, places):
                    waiting |= touched[row]


def _touched(found: Mapping[int, Sequence[int]], above: Neighbours, below: Neighbours) -> dict[int, set[int]]:
    """Row to itself and the rows that its spots are joined to."""
    row_of = {spot: row for row, members in found.items() for spot in members}
    return {
        row: {row, *(row_of[other] for spot in members for side in (above, below) for other, _ in side[spot])}
        for row, members in found.items()
    }


def _swap_row(members: list[int], above: Neighbours, below: Neighbours, places: list[int]) -> bool:
    """One pass over the neighbours of a row; whether any were swapped."""
    is_better = False
    for i in range(len(members) - 1):
        one, other = members[i], members[i + 1]
        gain = _lead(above[one], above[other], places) + _lead(below[one], below[other], places)
        if gain > 0:
            members[i], members[i + 1] = other, one
            places[one], places[other] = i + 1, i
            is_better = True
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


def _crossings(found: Mapping[int, Sequence[int]], below: Neighbours) -> int:
    """How many joins cross: inversions of the lower ends, taken in the order of the upper ones."""
    places = _places(found)
    crossings = 0
    for members in found.values():
        ends = [place for spot in members for place in sorted(places[other] for other, _ in below[spot])]
        seen: list[int] = []
        for end in reversed(ends):
            crossings += bisect_left(seen, end)
            insort(seen, end)
    return crossings
