"""The p-value of no effect within strata: exact where few are lost, and aware of people with several journeys."""

from __future__ import annotations

from math import erfc, lgamma, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiling import inner, lean
from models.friction.effects import Cells, Floats, ratio

Integers = NDArray[np.int64]

_EXACT_N = 4000  # up to so many exposed that could be lost, their exact distribution is worked out
_WHOLE = 2.0**30  # influences are summed as whole multiples of this part, so that the order of rows does not show


class Margins(NamedTuple):
    """Per stratum: exposed, all, lost, the least of the exposed that must be lost, and how many more can be."""

    n1: Integers
    n: Integers
    lost: Integers
    least: Integers
    span: Integers


def widening(
    cells: Cells, stratum: Integers, person: Integers, is_exposed: NDArray[np.bool_], is_lost: Floats
) -> float:
    """How much likeness within persons widens the variance of the difference, were there none; at least 1."""
    n = cells.n1[:, 0] + cells.n0[:, 0]
    exposed_share = ratio(cells.n1[:, 0], n)
    lost_share = ratio(cells.lost1[:, 0] + cells.lost0[:, 0], n)
    pulls = np.rint((is_exposed - exposed_share[stratum]) * (is_lost - lost_share[stratum]) * _WHOLE)
    alone, together = _squares(pulls), _squares(np.bincount(person, pulls).astype(float))
    return max(1.0, together / alone) if alone > 0 else 1.0


def _squares(pulls: Floats) -> float:
    """Sum of squares, in rising order and without nothings, so that the numbering of rows or persons does not show."""
    return float(np.square(np.sort(pulls[pulls != 0] / _WHOLE)).sum())


def p_value(cells: Cells, wide: float) -> float:
    """Two-sided p-value that the exposed are lost as often as the others in every stratum.

    Given how many are exposed and lost in each stratum, the exposed lost are hypergeometric. Their sum is worked out
    exactly where it is small (mid-p, since a plain exact test is too cautious); else it is normal (Mantel and
    Haenszel). The distance from the middle is then divided by what clustering adds.

    Args:
        cells: the counts of the data, one column.
        wide: see `widening`.
    """
    n1, n0, lost1, lost0 = (np.rint(part[:, 0]).astype(np.int64) for part in _parts(cells))
    is_telling = (n1 > 0) & (n0 > 0) & (lost1 + lost0 > 0) & (lost1 + lost0 < n1 + n0)
    n1, n, lost, seen = n1[is_telling], (n1 + n0)[is_telling], (lost1 + lost0)[is_telling], lost1[is_telling]
    if n1.size == 0:
        return 1.0
    most = np.minimum(n1, lost)
    least = np.maximum(0, lost - (n - n1))
    span = most - least
    if int(span.sum()) <= _EXACT_N:
        lower, upper = _mid_tails(Margins(n1, n, lost, least, span), int((seen - least).sum()), _room(span))
        return _two_sided(_distance(min(lower, upper)), wide)
    mean = n1 * lost / n
    variance = mean * (1 - n1 / n) * (n - lost) / np.maximum(n - 1, 1)
    return _two_sided(abs(float((seen - mean).sum())) / sqrt(float(variance.sum())), wide)


def null_error(cells: Cells, wide: float) -> float:
    """Standard error that the overlap-weighted effect has if there is no effect; 0 where nothing can be told.

    Where many of the exposed are lost the error beside them is larger than that, and an effect would seem less
    certain the larger it is.
    """
    n1, n0 = cells.n1[:, 0], cells.n0[:, 0]
    n, lost = n1 + n0, cells.lost1[:, 0] + cells.lost0[:, 0]
    variance = ratio(n1 * n0 * lost * (n - lost), n**2 * (n - 1))
    total = float(cells.overlap[:, 0].sum())
    return sqrt(wide * float(variance.sum())) / total if total > 0 else 0.0


def _parts(cells: Cells) -> tuple[Floats, Floats, Floats, Floats]:
    return cells.n1, cells.n0, cells.lost1, cells.lost0


def _distance(tail: float) -> float:
    """Standard deviations from the middle at which a normal has this tail."""
    return -NormalDist().inv_cdf(min(max(tail, 1e-300), 0.5))


def _two_sided(distance: float, wide: float) -> float:
    return min(1.0, erfc(distance / sqrt(wide) / sqrt(2.0)))


def _room(span: Integers) -> tuple[Floats, Floats, Floats]:
    """For the chances of one stratum, of those before it, and of both."""
    return np.empty(int(span.max()) + 1), np.empty(int(span.sum()) + 1), np.empty(int(span.sum()) + 1)


@inner
def _one(n1: int, n: int, lost: int, least: int, out: Floats) -> None:
    """Probabilities of a hypergeometric count from its least value on."""
    for place in range(len(out)):
        hit = least + place
        out[place] = np.exp(
            lgamma(n1 + 1) - lgamma(hit + 1) - lgamma(n1 - hit + 1)
            + lgamma(n - n1 + 1) - lgamma(lost - hit + 1) - lgamma(n - n1 - lost + hit + 1)
            - lgamma(n + 1) + lgamma(lost + 1) + lgamma(n - lost + 1)
        )  # fmt: skip


@lean
def _mid_tails(margins: Margins, seen: int, room: tuple[Floats, Floats, Floats]) -> tuple[float, float]:
    """Below and above what was seen, with half of its own probability each."""
    n1, n, lost, least, span = margins
    one, chance, both = room
    total, lower, upper = 1, 0.0, 0.0
    chance[0] = 1.0
    for stratum in range(len(n1)):
        _one(n1[stratum], n[stratum], lost[stratum], least[stratum], one[: span[stratum] + 1])
        for place in range(total + span[stratum]):
            both[place] = 0.0
        for place in range(total):
            for more in range(span[stratum] + 1):
                both[place + more] += chance[place] * one[more]
        chance, both = both, chance
        total += span[stratum]
    for place in range(seen):
        lower += chance[place]
    for place in range(seen + 1, total):
        upper += chance[place]
    return lower + chance[seen] / 2, upper + chance[seen] / 2
