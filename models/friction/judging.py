"""One risk set: its effect and what it costs, in the data and in every resample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from models.friction.effects import (
    Cells,
    Floats,
    Pooling,
    kept_share,
    learn_pooling,
    overlap_shares,
    pooled_effect,
    ratio,
)
from models.friction.parts import Flags, Integers, RiskSet
from models.friction.resamples import Shorts, Weights, weighted_counts
from models.friction.score import null_error, p_value, widening
from models.intervals import design_effect

LEAST_N = 30  # below so many independent journeys on either side an effect says too little to be shown


@dataclass(frozen=True)
class Measured:
    """By resample: shares lost, their difference, customers lost a month, and how many an effect of 1 would cost."""

    exposed_share: Floats
    others_share: Floats
    effect: Floats
    lost: Floats
    volume: Floats


class Fates(NamedTuple):
    """Where converting later is counted: cell of each stratum, cell and fate of each unit, segments of each cell."""

    of_stratum: Integers
    cell: Shorts
    segment: Integers


@dataclass(frozen=True)
class Question:
    """A risk set laid out for counting; `measure` answers it for any weights."""

    units: RiskSet

    @cached_property
    def strata_n(self) -> int:
        """How many strata."""
        return int(self.units.stratum.max(initial=-1)) + 1

    @cached_property
    def _cell(self) -> Shorts:
        units = self.units
        return np.asarray(units.stratum * 4 + units.is_exposed * 2 + units.is_lost, dtype=np.int32)

    @cached_property
    def segment(self) -> Integers:
        """Segments of each stratum, from 0 without gaps."""
        of_stratum = np.zeros(self.strata_n, dtype=np.int64)
        of_stratum[self.units.stratum] = self.units.base
        return _dense(of_stratum)

    @cached_property
    def _fates(self) -> Fates:
        units = self.units
        places_n = int(units.code.max(initial=0)) + 1
        of_unit = _dense(self.segment[units.stratum] * places_n + units.code)
        of_stratum = np.zeros(self.strata_n, dtype=np.int64)
        of_stratum[units.stratum] = of_unit
        segment = np.zeros(int(of_unit.max(initial=0)) + 1, dtype=np.int64)
        segment[of_unit] = self.segment[units.stratum]
        is_telling = ~units.is_exposed & ~units.is_lost & (units.fate >= 0)
        cell = np.where(is_telling, of_unit * 2 + units.fate, -1).astype(np.int32)
        return Fates(of_stratum, cell, segment)

    def cells(self, weights: Weights) -> Cells:
        """Counts by stratum."""
        counts = weighted_counts(self._cell, self.units.person, weights, self.strata_n * 4)
        kept0, lost0, kept1, lost1 = counts.reshape(self.strata_n, 4, weights.shape[1]).astype(float).transpose(1, 0, 2)
        return Cells(n1=kept1 + lost1, n0=kept0 + lost0, lost1=lost1, lost0=lost0)

    def _kept(self, weights: Weights) -> Floats:
        """Share converting of those who got past without the signal, by stratum."""
        fates = self._fates
        counts = weighted_counts(fates.cell, self.units.person, weights, fates.segment.size * 2)
        missed, converted = counts.reshape(-1, 2, weights.shape[1]).astype(float).transpose(1, 0, 2)
        return kept_share(converted, converted + missed, fates.segment)[fates.of_stratum]

    def measure(self, weights: Weights, pooling: Pooling) -> Measured:
        """The numbers under these weights; the pooling is the data's."""
        cells = self.cells(weights)
        exposed_share, others_share = overlap_shares(cells)
        effect = exposed_share - others_share
        kept = cells.n1 * self._kept(weights) / self.units.months
        lost = (kept * pooling.effects(cells, effect)).sum(axis=0)
        return Measured(exposed_share, others_share, effect, lost, kept.sum(axis=0))


@dataclass(frozen=True)
class Judged:
    """One risk set in the data; `refused` says why there is no number. It does not hold the units: they are many."""

    found: Measured | None
    refused: str | None
    effective_n: float
    others_effective_n: float
    pooled: float
    p_value: float
    null_error: float
    pooling: Pooling | None


def judge_set(units: RiskSet, persons_n: int) -> Judged:
    """Everything about one risk set that needs no resamples."""
    question = Question(units)
    alone = np.ones((persons_n, 1), dtype=np.uint8)
    cells = question.cells(alone)
    worth, others_worth = _worth(units, cells)
    refused = units.refused or _refusal(worth, others_worth)
    if refused is not None:
        return Judged(None, refused, worth, others_worth, np.nan, np.nan, np.nan, None)
    wide = widening(cells, units.stratum, units.person, units.is_exposed, units.is_lost.astype(float))
    pooling = learn_pooling(cells, question.segment, wide)
    found = question.measure(alone, pooling)
    pooled = float(pooled_effect(cells)[0])
    return Judged(found, None, worth, others_worth, pooled, p_value(cells, wide), null_error(cells, wide), pooling)


def _dense(number: Integers) -> Integers:
    """Small whole numbers without the gaps between them."""
    return np.asarray((np.cumsum(np.bincount(number) > 0) - 1)[number], dtype=np.int64)


def _worth(units: RiskSet, cells: Cells) -> tuple[float, float]:
    """Independent journeys that the exposed, and the others, are worth, of those with somebody to be compared to."""
    if units.person.size == 0:
        return 0.0, 0.0
    has_both = (cells.overlap[:, 0] > 0)[units.stratum]
    return (
        _independent(units, has_both & units.is_exposed),
        _independent(units, has_both & ~units.is_exposed),
    )


def _independent(units: RiskSet, chosen: Flags) -> float:
    """Journeys over the design effect of people with several of them."""
    person, is_lost = units.person[chosen], units.is_lost[chosen]
    times = np.bincount(person)
    if times.max(initial=0) <= 1:
        return float(person.size)
    # In the order of persons and with the lost first, so that the order of rows does not show.
    who = np.repeat(np.arange(times.size), times)
    lost = np.bincount(person[is_lost], minlength=times.size)
    nth = np.arange(who.size) - np.repeat(np.cumsum(times) - times, times)
    return person.size / design_effect(who, nth < lost[who])


def _refusal(worth: float, others_worth: float) -> str | None:
    if worth < LEAST_N:
        return f"too few journeys with the signal that can be compared (worth fewer than {LEAST_N})"
    if others_worth < LEAST_N:
        return f"too few journeys without the signal to compare with (worth fewer than {LEAST_N})"
    return None


def delay_per_month(units: RiskSet) -> float:
    """Seconds a month that the exposed who went on took beyond the others of their stratum; NaN: nobody can tell."""
    went_on = np.flatnonzero(~np.isnan(units.went_on_s))
    if went_on.size == 0:
        return np.nan
    strata_n = int(units.stratum.max()) + 1
    whole_s = np.rint(units.went_on_s[went_on])
    cell = units.stratum[went_on] * 2 + units.is_exposed[went_on]
    n = np.bincount(cell, minlength=strata_n * 2).reshape(-1, 2).astype(float)
    total = np.bincount(cell, whole_s, minlength=strata_n * 2).reshape(-1, 2).astype(float)
    beyond = ratio(total[:, 1], n[:, 1]) - ratio(total[:, 0], n[:, 0])
    weight = ratio(n[:, 0] * n[:, 1], n.sum(axis=1))
    if not weight.any():
        return np.nan
    overall = (weight * beyond).sum() / weight.sum()
    return float((n[:, 1] * np.where(weight > 0, beyond, overall)).sum() / units.months)
