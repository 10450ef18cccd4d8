"""The effect of a signal within strata, from counts; every function works on all resamples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_KEPT = 10.0  # so many mature journeys a stratum's own share of converting weighs as much as the pooled one


@dataclass(frozen=True)
class Cells:
    """Counts by stratum (rows) and resample (columns), of the exposed (1) and the others (0)."""

    n1: Floats
    n0: Floats
    lost1: Floats
    lost0: Floats

    @property
    def overlap(self) -> Floats:
        """Weights n1 n0 / n: what a stratum has to say about the difference; nothing where one side is empty."""
        return ratio(self.n1 * self.n0, self.n1 + self.n0)


def ratio(over: Floats, under: Floats) -> Floats:
    """Quotient, 0 where there is nothing to divide by."""
    return np.divide(over, under, out=np.zeros(np.broadcast(over, under).shape), where=under > 0)


def overlap_shares(cells: Cells) -> tuple[Floats, Floats]:
    """Share lost of the exposed and of the others, both weighted by overlap; NaN where no stratum has both sides."""
    weight = cells.overlap
    total = weight.sum(axis=0)
    total = np.where(total > 0, total, np.nan)
    lost1 = (weight * ratio(cells.lost1, cells.n1)).sum(axis=0)
    lost0 = (weight * ratio(cells.lost0, cells.n0)).sum(axis=0)
    return lost1 / total, lost0 / total


def pooled_effect(cells: Cells) -> Floats:
    """Share lost of the exposed minus that of the others, without strata."""
    n1, n0 = cells.n1.sum(axis=0), cells.n0.sum(axis=0)
    return ratio(cells.lost1.sum(axis=0), n1) - ratio(cells.lost0.sum(axis=0), n0)


def within_strata(cells: Cells, effect: Floats, trust: float) -> Floats:
    """Effect of each stratum: its own as far as its overlap can bear it, for the rest that of all strata.

    A stratum without exposed or without others has no effect of its own. Where the strata differ by no more than
    chance does, their own effects are noise only (see `stratum_trust`).

    Args:
        cells: the counts.
        effect: the overlap-weighted effect, per resample.
        trust: overlap at which a stratum's own effect and that of all weigh the same.
    """
    weight = cells.overlap
    own = ratio(cells.lost1, cells.n1) - ratio(cells.lost0, cells.n0)
    part = np.zeros_like(weight) if np.isinf(trust) else ratio(weight, weight + trust)
    return np.where(weight > 0, effect + part * (own - effect), effect)


def stratum_trust(cells: Cells, widening: float) -> float:
    """The overlap at which a stratum's own effect is as trustworthy as that of all strata; infinite: it never is.

    Chance within strata over what strata differ beyond chance (moments, as DerSimonian and Laird).

    Args:
        cells: the counts of the data, one column.
        widening: how much clustering by person widens the chance.
    """
    weight = cells.overlap[:, 0]
    if np.count_nonzero(weight) < 2:
        return 0.0
    own = (ratio(cells.lost1, cells.n1) - ratio(cells.lost0, cells.n0))[:, 0]
    total = weight.sum()
    effect = (weight * own).sum() / total
    chance = widening * _chance(cells, weight)
    found = (weight * (own - effect) ** 2)[weight > 0].sum()
    expected = (chance * (1 - weight / total))[weight > 0].sum()
    beyond = (found - expected) / (total - (weight**2).sum() / total)
    return float((weight * chance).sum() / total / beyond) if beyond > 0 else float("inf")


def _chance(cells: Cells, weight: Floats) -> Floats:
    """Variance of each stratum's own effect times its overlap weight."""
    variances = []
    for lost, n in ((cells.lost1[:, 0], cells.n1[:, 0]), (cells.lost0[:, 0], cells.n0[:, 0])):
        share = ratio(lost, n)
        overall = (weight * share).sum() / weight.sum()
        own = share * (1 - share) * ratio(n, n - 1)
        variances.append(ratio(np.where(n >= 2, own, overall * (1 - overall)), n))
    return weight * (variances[0] + variances[1])


def kept_share(converted: Floats, followed: Floats) -> Floats:
    """Share that converts within the horizon of those who got past, per cell; few are helped out by all.

    Args:
        converted: by cell and resample.
        followed: those followed for so long, converted or not.
    """
    overall = ratio(converted.sum(axis=0), followed.sum(axis=0))
    return (converted + LEAST_KEPT * overall) / (followed + LEAST_KEPT)
