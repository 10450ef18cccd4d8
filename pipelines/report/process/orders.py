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
    """Swaps neighbours as long as fewer ways cross."""
    for _ in range(_SWAPS):
        is_better = False
        places = _places(found)
        for members in found.values():
            for i in range(len(members) - 1):
                one, other = members[i], members[i + 1]
                gain = sum(_lead(side[one], side[other], places) for side in (above, below))
                if gain > 0:
                    members[i], members[i + 1] = other, one
                    places[one], places[other] = i + 1, i
                    is_better = True
        if not is_better:
            return


def _lead(one: Sequence[tuple[int, float]], other: Sequence[tuple[int, float]], places: Mapping[int, int]) -> float:
    """How much less crosses if the other stands before the one; heavy ways count for more."""
    lead = 0.0
    for a, weight in one:
        for b, other_weight in other:
            if places[a] != places[b]:
                lead += (weight + other_weight) * (1 if places[a] > places[b] else -1)
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
