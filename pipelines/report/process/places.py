"""Where steps, ways and numbers stand in their rows: by least squares, in an order with few crossings.

Each is as near as may be to what it is joined to, and none nearer to its neighbour than their widths allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import inf

from pipelines.report.process.orders import Neighbours, orders

_SWEEPS = 40
_STRAIGHT = 6.0  # how much more a way is kept straight between two of its own bends than at its ends


@dataclass(frozen=True)
class Spot:
    """A box, a number, or a bend of a way: its row, and the room that it needs on either side of its place."""

    row: int
    left: float
    right: float
    is_bend: bool = False


@dataclass
class Web:
    """Spots, and what joins them, each from a row to a later one, with its weight."""

    spots: list[Spot] = field(default_factory=list)
    joins: list[tuple[int, int, float]] = field(default_factory=list)

    def add(self, spot: Spot) -> int:
        """A new spot; returns its number."""
        self.spots.append(spot)
        return len(self.spots) - 1

    def join(self, one: int, other: int, weight: float) -> None:
        """Joins two spots of different rows."""
        first, last = sorted((one, other), key=lambda i: self.spots[i].row)
        bends = self.spots[first].is_bend + self.spots[last].is_bend
        self.joins.append((first, last, weight * (1.0, 2.0, _STRAIGHT)[bends]))


def places(web: Web, threads: Sequence[Sequence[int]]) -> list[float]:
    """The place of every spot, such that the room of all begins at 0.

    Args:
        web: Spots and joins.
        threads: The bends of each way from its upper to its lower end, the heaviest way first.
    """
    above, below = _neighbours(web)
    ordered = orders([spot.row for spot in web.spots], above, below)
    x = _packed(web, ordered)
    both = [[*one, *other] for one, other in zip(above, below, strict=True)]
    downward, upward, either = (_shelves(web, ordered, beside) for beside in (above, below, both))
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        shelves = either if sweep >= _SWEEPS // 2 else downward if is_down else upward
        for shelf in shelves if is_down else reversed(shelves):
            _settle(shelf, x)
    _straighten(web, ordered, threads, x)
    left = min((x[i] - spot.left for i, spot in enumerate(web.spots)), default=0.0)
    return [place - left for place in x]


def _packed(web: Web, ordered: Mapping[int, Sequence[int]]) -> list[float]:
    """Every row closely packed, its middle at 0."""
    x = [0.0] * len(web.spots)
    for members in ordered.values():
        at = 0.0
        for i in members:
            x[i] = at + web.spots[i].left
            at = x[i] + web.spots[i].right
        for i in members:
            x[i] -= at / 2
    return x


def _straighten(
    web: Web, ordered: Mapping[int, Sequence[int]], threads: Sequence[Sequence[int]], x: list[float]
) -> None:
    """Lets each way run upright for as many rows as its neighbours leave it room to: fewer bends, and no wobble."""
    beside: dict[int, tuple[int | None, int | None]] = {}
    for row in ordered.values():
        for place, i in enumerate(row):
            beside[i] = (row[place - 1] if place else None, row[place + 1] if place + 1 < len(row) else None)
    for bends in threads:
        run: list[int] = []
        low, high = -inf, inf
        for i in bends:
            before, after = beside[i]
            least = -inf if before is None else x[before] + web.spots[before].right + web.spots[i].left
            most = inf if after is None else x[after] - web.spots[after].left - web.spots[i].right
            if max(low, least) > min(high, most):
                _put(run, low, high, x)
                run, low, high = [], -inf, inf
            run.append(i)
            low, high = max(low, least), min(high, most)
        _put(run, low, high, x)


def _put(run: Sequence[int], low: float, high: float, x: list[float]) -> None:
    if run:
        place = min(max(sum(x[i] for i in run) / len(run), low), high)
        for i in run:
            x[i] = place


def _neighbours(web: Web) -> tuple[list[list[tuple[int, float]]], list[list[tuple[int, float]]]]:
    """What each spot is joined to above, and below."""
    above: list[list[tuple[int, float]]] = [[] for _ in web.spots]
    below: list[list[tuple[int, float]]] = [[] for _ in web.spots]
    for one, other, weight in web.joins:
        below[one].append((other, weight))
        above[other].append((one, weight))
    return above, below


@dataclass(frozen=True)
class _Shelf:
    """One row in its order, and what its spots are drawn to on one side, or on both.

    Attributes:
        pulls: What each spot is joined to, with weights.
        weights: Their sums; 0 where a spot is joined to nothing.
        offsets: How far each is from the first where all are closely packed.
    """

    row: Sequence[int]
    pulls: Sequence[Sequence[tuple[int, float]]]
    weights: Sequence[float]
    offsets: Sequence[float]


def _shelves(web: Web, ordered: Mapping[int, Sequence[int]], beside: Neighbours) -> list[_Shelf]:
    """All rows from top to bottom."""
    found = []
    for _, row in sorted(ordered.items()):
        pulls = [beside[i] for i in row]
        weights = [_whole(pull for _, pull in each) for each in pulls]
        offsets = _offsets(web.spots[a].right + web.spots[b].left for a, b in pairwise(row))
        found.append(_Shelf(row, pulls, weights, offsets))
    return found


def _settle(shelf: _Shelf, x: list[float]) -> None:
    """Moves the spots of one row towards what they are joined to, in their order."""
    wanted = []
    for i, pulls, weight in zip(shelf.row, shelf.pulls, shelf.weights, strict=True):
        place = 0.0
        for other, pull in pulls:
            place += x[other] * pull
        wanted.append(place / weight if weight else x[i])
    weights = [weight or 0.05 for weight in shelf.weights]
    for i, place in zip(shelf.row, _spread(wanted, weights, shelf.offsets), strict=True):
        x[i] = place


def _whole(parts: Iterable[float]) -> float:
    whole = 0.0  # added one by one: sum() rounds otherwise from Python 3.12 on
    for part in parts:
        whole += part
    return whole


def _offsets(apart: Iterable[float]) -> list[float]:
    return list(accumulate(apart, initial=0.0))


def spread(wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Places in order, none nearer to the next than asked, as near to those wanted as the weighted squares allow.

    Args:
        wanted: Where each would like to be.
        weights: How much each wants it.
        apart: Least distance from each to the next.
    """
    return _spread(wanted, weights, _offsets(apart))


def _spread(wanted: Sequence[float], weights: Sequence[float], offsets: Sequence[float]) -> list[float]:
    blocks: list[tuple[float, float, int]] = []  # middle, weight, how many: pooled where they would pass each other
    middle, weight, n = -inf, 0.0, 0  # the last one
    for want, w, offset in zip(wanted, weights, offsets, strict=True):
        if want - offset >= middle:
            blocks.append((middle, weight, n))
            middle, weight, n = want - offset, w, 1
            continue
        middle, weight, n = (middle * weight + (want - offset) * w) / (weight + w), weight + w, n + 1
        while blocks[-1][0] > middle:
            a, aw, an = blocks.pop()
            middle, weight, n = (a * aw + middle * weight) / (aw + weight), aw + weight, an + n
    blocks.append((middle, weight, n))
    free = [middle for middle, _, n in blocks for _ in range(n)]
    return [place + offset for place, offset in zip(free, offsets, strict=True)]
