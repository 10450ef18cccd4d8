"""Where steps, ways and numbers stand in their rows: by least squares, in an order with few crossings.

Each is as near as may be to what it is joined to, and none nearer to its neighbour than their widths allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
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
    rows = sorted(ordered)
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        beside = both if sweep >= _SWEEPS // 2 else above if is_down else below
        for row in rows if is_down else reversed(rows):
            _settle(web, ordered[row], x, beside)
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


def _settle(web: Web, row: Sequence[int], x: list[float], beside: Neighbours) -> None:
    """Moves the spots of one row towards what they are joined to, in their order."""
    wanted, weights = [], []
    for i in row:
        place = weight = 0.0
        for other, pull in beside[i]:
            place += x[other] * pull
            weight += pull
        wanted.append(place / weight if weight else x[i])
        weights.append(weight or 0.05)
    apart = [web.spots[a].right + web.spots[b].left for a, b in pairwise(row)]
    for i, place in zip(row, spread(wanted, weights, apart), strict=True):
        x[i] = place


def spread(wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Places in order, none nearer to the next than asked, as near to those wanted as the weighted squares allow.

    Args:
        wanted: Where each would like to be.
        weights: How much each wants it.
        apart: Least distance from each to the next.
    """
    offsets = [0.0]
    for gap in apart:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, float, int]] = []  # middle, weight, how many: pooled where they would pass each other
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        blocks.append((want - offset, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, aw, an), (b, bw, bn) = blocks[-2:]
            blocks[-2:] = [((a * aw + b * bw) / (aw + bw), aw + bw, an + bn)]
    free = [middle for middle, _, n in blocks for _ in range(n)]
    return [place + offset for place, offset in zip(free, offsets, strict=True)]
