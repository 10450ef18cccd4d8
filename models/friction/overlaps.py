"""Signals that go together: which of them only keeps company with another, and does nothing of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.friction.effects import overlap_shares
from models.friction.family import FALSE_DISCOVERY
from models.friction.judging import LEAST_N, Question
from models.friction.parts import Flags, Floats, Integers, RiskSet
from models.friction.score import p_value, widening

LEAST_COMPANY = 0.15  # correlation of two signals below which neither can be the other's shadow
KEPT_PART = 0.5  # a signal that keeps less than this part of its effect beside another is its shadow; more: it is not


@dataclass(frozen=True)
class Beside:
    """A signal's effect and p-value with another one held still; NaN and 1 where too few are left to compare."""

    effect: float
    p_value: float
    is_judged: bool


def explained_by(sets: Sequence[RiskSet], effect: Floats, q_value: Floats) -> Integers:
    """For each risk set the one that explains its effect; -1: none does.

    A failed payment that is tried again shows as failed and as repeated. Within journeys that failed alike the second
    costs nothing, while failing costs as much among those that tried again alike: then only failing is called a
    friction. Only what was known when a stage began may explain what else is known in it; of what came later one
    cannot tell whether it is company or consequence.

    Args:
        sets: the risk sets.
        effect: their effects.
        q_value: their q-values; only what would be called friction or helpful explains, or is explained.
    """
    found = np.full(len(sets), -1, dtype=np.int64)
    called = [place for place in range(len(sets)) if q_value[place] <= FALSE_DISCOVERY]
    met = {place: _met(sets[place]) for place in called}
    for place in called:
        most = FALSE_DISCOVERY
        for other in called:
            if other == place or not sets[other].is_entry or not _keep_company(sets[place], met[other]):
                continue
            left = _beside(sets[place], met[other])
            is_gone = left.is_judged and left.p_value > most and _kept(left.effect, effect[place]) < KEPT_PART
            if is_gone and _stands(sets[other], met[place], float(effect[other])):
                found[place], most = other, left.p_value
    return found


def _met(units: RiskSet) -> Flags:
    """By stage, whether it shows the signal."""
    return np.bincount(units.step[units.is_exposed], minlength=int(units.step.max()) + 1) > 0


def _company(units: RiskSet, met: Flags) -> Flags:
    """By unit, whether its stage shows the other signal."""
    is_known = units.step < met.size
    return np.asarray(is_known & met[np.where(is_known, units.step, 0)])


def _keep_company(units: RiskSet, met: Flags) -> bool:
    other = _company(units, met)
    both, one, two = np.mean(units.is_exposed & other), np.mean(units.is_exposed), np.mean(other)
    spread = float(np.sqrt(one * (1 - one) * two * (1 - two)))
    return spread > 0 and abs(float(both - one * two)) >= LEAST_COMPANY * spread


def _beside(units: RiskSet, met: Flags) -> Beside:
    refined = replace(units, stratum=units.stratum * 2 + _company(units, met))
    cells = Question(refined).cells(np.ones((int(units.person.max()) + 1, 1), dtype=np.uint8))
    has_both = cells.overlap[:, 0] > 0
    if min(cells.n1[has_both].sum(), cells.n0[has_both].sum()) < LEAST_N:
        return Beside(np.nan, 1.0, is_judged=False)
    exposed, others = overlap_shares(cells)
    wide = widening(cells, refined.stratum, refined.person, refined.is_exposed, refined.is_lost.astype(float))
    return Beside(float(exposed[0] - others[0]), p_value(cells, wide), is_judged=True)


def _stands(units: RiskSet, met: Flags, effect: float) -> bool:
    """Whether a signal keeps its effect beside another."""
    left = _beside(units, met)
    return left.is_judged and left.p_value <= FALSE_DISCOVERY and _kept(left.effect, effect) >= KEPT_PART


def _kept(left: float, effect: float) -> float:
    return left / effect if effect else 0.0
