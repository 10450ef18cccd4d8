"""The effect of a signal within strata, from counts; every function works on all resamples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_TRUST = 100.0  # effects of segments differ by some points even where nothing shows it
LEAN = 1.0  # journeys by which a share of converting leans on a wider one: little, since sums level out its chance


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


@dataclass(frozen=True)
class Pooling:
    """How strata lend each other strength, learned once from the data and used in every resample.

    Losses are summed over the exposed, so the chance among them levels out whether strata are pooled or not. Pooling
    helps against the chance among the few others of a stratum where most are exposed. The fewer are exposed, the more
    a stratum therefore keeps its own effect.

    Attributes:
        segment: segments of each stratum, from 0.
        segment_trust: overlap at which a segment's own effect and that of all weigh the same, if all were exposed.
        stratum_trust: the same of a stratum and its segments.
    """

    segment: Integers
    segment_trust: float
    stratum_trust: float

    def effects(self, cells: Cells, effect: Floats) -> Floats:
        """Effect of each stratum: its own as far as its overlap can bear it, then its segments', then that of all.

        A stratum without exposed or without others has none of its own.

        Args:
            cells: the counts.
            effect: the overlap-weighted effect of all, per resample.
        """
        weight, own = cells.overlap, own_effects(cells)
        together = _summed(weight, self.segment)
        segment_own = ratio(_summed(weight * own, self.segment), together)
        segment_n1, segment_n0 = _summed(cells.n1, self.segment), _summed(cells.n0, self.segment)
        segment_doubt = self.segment_trust * ratio(segment_n1, segment_n1 + segment_n0)
        of_segment = effect + ratio(together, together + segment_doubt) * (segment_own - effect)
        doubt = self.stratum_trust * ratio(cells.n1, cells.n1 + cells.n0)
        wider = of_segment[self.segment]
        return wider + ratio(weight, weight + doubt) * (own - wider)


def own_effects(cells: Cells) -> Floats:
    """Share lost of the exposed minus that of the others in each stratum; of an empty side 0."""
    return ratio(cells.lost1, cells.n1) - ratio(cells.lost0, cells.n0)


def _summed(numbers: Floats, group: Integers) -> Floats:
    """Sums over the rows of each group, in the order of the rows."""
    out = np.zeros((int(group.max()) + 1, numbers.shape[1]))
    np.add.at(out, group, numbers)
    return out


def learn_pooling(cells: Cells, segment: Integers, wide: float) -> Pooling:
    """What strata differ by beyond chance, among segments and within them (moments, as DerSimonian and Laird).

    Args:
        cells: the counts of the data, one column.
        segment: segments of each stratum.
        wide: how much clustering by person widens the chance.
    """
    weight, own = cells.overlap, own_effects(cells)
    chance = wide * _chance(cells, weight)
    of_segment = _summed(weight, segment)
    segment_own = ratio(_summed(weight * own, segment), of_segment)
    segment_chance = ratio(_summed(weight * chance, segment), of_segment)
    everybody = np.zeros(len(of_segment), dtype=np.int64)
    return Pooling(
        segment,
        _trust(of_segment[:, 0], segment_own[:, 0], segment_chance[:, 0], everybody),
        _trust(weight[:, 0], own[:, 0], chance[:, 0], segment),
    )


def _trust(weight: Floats, own: Floats, chance: Floats, group: Integers) -> float:
    """Chance over variance beyond chance within groups; never more than `MOST_TRUST`."""
    total = np.bincount(group, weight).astype(float)
    middle = ratio(np.bincount(group, weight * own).astype(float), total)[group]
    is_telling = weight > 0
    part = ratio(weight, total[group])
    found = (weight * (own - middle) ** 2)[is_telling].sum()
    expected = (chance * (1 - part))[is_telling].sum()
    room = (weight * (1 - part))[is_telling].sum()
    if room <= 0 or found <= expected:
        return MOST_TRUST
    return min(MOST_TRUST, float((weight * chance).sum() / weight.sum() * room / (found - expected)))


def _chance(cells: Cells, weight: Floats) -> Floats:
    """Variance of each stratum's own effect times its overlap weight."""
    total = np.zeros_like(weight)
    for lost, n in ((cells.lost1, cells.n1), (cells.lost0, cells.n0)):
        share = ratio(lost, n)
        overall = (weight * share).sum() / max(weight.sum(), 1e-12)
        own = share * (1 - share) * ratio(n, n - 1)
        total += ratio(np.where(n >= 2, own, overall * (1 - overall)), n)
    return weight * total


def kept_share(converted: Floats, followed: Floats, segment: Integers) -> Floats:
    """Share that converts within the horizon of those who got past; a cell leans a little on its segments, they on all.

    Args:
        converted: by cell and resample.
        followed: those followed for so long, converted or not.
        segment: segments of each cell.
    """
    overall = ratio(converted.sum(axis=0), followed.sum(axis=0))
    of_segment = (_summed(converted, segment) + LEAN * overall) / (_summed(followed, segment) + LEAN)
    return (converted + LEAN * of_segment[segment]) / (followed + LEAN)
