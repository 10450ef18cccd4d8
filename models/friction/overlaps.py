"""Signals that go together: each is judged with the others held still, and a mere shadow is told from a friction.

A failed payment that is tried again shows as failed and as repeated. Among journeys that failed alike the second may
cost nothing, while failing costs as much among those that tried again alike: then only failing is a friction, and
the other its shadow. Where both cost, each is charged with its own part only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import overload

import numpy as np

from models.friction.effects import overlap_shares
from models.friction.family import FALSE_DISCOVERY
from models.friction.judging import LEAST_N, Question
from models.friction.parts import Flags, Floats, Integers, RiskSet
from models.friction.score import p_value, widening
from models.friction.together import each_of

LEAST_COMPANY = 0.15  # correlation below which two signals say nothing of each other
KEPT_PART = 0.5  # a signal that keeps less than this part of its effect beside another is its shadow
MOST_COMPANIONS = 2  # held still at once; more leave few to compare

Companions = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Beside:
    """A signal's effect and p-value with another one held still; NaN and 1 where too few are left to compare."""

    effect: float
    p_value: float
    is_judged: bool


def companions(sets: Sequence[RiskSet], effect: Floats, q_value: Floats, threads: int = 1) -> Companions:
    """For each risk set the others to hold still: those that go with it and keep their own effect beside it.

    Only what was known when a stage began is held still for what else is known in it; of what came later one cannot
    tell whether it is company or consequence. Of two that hardly ever part neither stands beside the other, and both
    stay as they are.

    Args:
        sets: the risk sets.
        effect: their effects.
        q_value: their q-values; only what would be called friction or helpful is held still, or needs it.
        threads: workers; the result does not depend on them.
    """
    called = [place for place in range(len(sets)) if q_value[place] <= FALSE_DISCOVERY]
    met = dict(zip(called, each_of(called, lambda place: _met(sets[place]), threads), strict=True))
    known = {place: sets[place].is_entry for place in called}

    def found(place: int) -> tuple[int, ...]:
        units = sets[place]
        company = {other: _company(units, met[other]) for other in called if other != place and known[other]}
        near = sorted((other for other in company if company[other] >= LEAST_COMPANY), key=lambda each: -company[each])
        standing = (
            other
            for other in near
            if _beside(units, met[other]).is_judged and _stands(sets[other], met[place], float(effect[other]))
        )
        return tuple(sorted(list(standing)[:MOST_COMPANIONS]))

    beside = dict(zip(called, each_of(called, found, threads), strict=True))
    return tuple(beside.get(place, ()) for place in range(len(sets)))


class HeldStill(Sequence[RiskSet]):
    """The risk sets with their companions in the strata, each made when it is asked for."""

    def __init__(
        self, sets: Sequence[RiskSet], beside: Sequence[tuple[int, ...]], chosen: Sequence[int] | None = None
    ) -> None:
        """Of these risk sets.

        Args:
            sets: All of them.
            beside: For each the places of those to hold still.
            chosen: Places of those that are wanted; default: all.
        """
        self._sets, self._beside = sets, beside
        self._chosen = range(len(sets)) if chosen is None else chosen

    def __len__(self) -> int:
        """How many."""
        return len(self._chosen)

    @overload
    def __getitem__(self, place: int) -> RiskSet: ...
    @overload
    def __getitem__(self, place: slice) -> HeldStill: ...
    def __getitem__(self, place: int | slice) -> RiskSet | HeldStill:
        """One of them, or some, which are not made yet."""
        chosen = self._chosen[place]
        if not isinstance(chosen, int):
            return HeldStill(self._sets, self._beside, chosen)
        return _refined(self._sets[chosen], [_met(self._sets[other]) for other in self._beside[chosen]])


def explained_by(beside: Companions, alone: Floats, effect: Floats, q_value: Floats) -> Integers:
    """For each risk set the companion of which it is a shadow; -1: none.

    Args:
        beside: see `companions`.
        alone: effects with nothing held still.
        effect: effects with the companions held still.
        q_value: of these.
    """
    found = np.full(len(beside), -1, dtype=np.int64)
    for place, others in enumerate(beside):
        if others and q_value[place] > FALSE_DISCOVERY and _kept(effect[place], alone[place]) < KEPT_PART:
            found[place] = max(others, key=lambda other: (abs(effect[other]), -other))
    return found


def _met(units: RiskSet) -> Flags:
    """By stage, whether it shows the signal; no stage after the last one that does is told of."""
    return np.bincount(units.step[units.is_exposed]) > 0


def _shows(units: RiskSet, met: Flags) -> Flags:
    """By unit, whether its stage shows the other signal."""
    return np.append(met, False).take(units.step, mode="clip")


def _company(units: RiskSet, met: Flags) -> float:
    """Correlation of a signal and another one, without its sign."""
    other = _shows(units, met)
    both, one, two = (
        np.count_nonzero(each) / other.size for each in (units.is_exposed & other, units.is_exposed, other)
    )
    spread = sqrt(one * (1 - one) * two * (1 - two))
    return abs(both - one * two) / spread if spread > 0 else 0.0


def _refined(units: RiskSet, others: Sequence[Flags]) -> RiskSet:
    for met in others:
        units = units.within(units.stratum * 2 + _shows(units, met))
    return units


def _beside(units: RiskSet, met: Flags) -> Beside:
    refined = _refined(units, [met])
    cells = Question(refined).cells(np.ones((int(units.person.max()) + 1, 1), dtype=np.uint8))
    has_both = cells.overlap[:, 0] > 0
    if min(cells.n1[has_both].sum(), cells.n0[has_both].sum()) < LEAST_N:
        return Beside(np.nan, 1.0, is_judged=False)
    exposed, others = overlap_shares(cells)
    wide = widening(cells, refined.stratum, refined.person, refined.is_exposed, refined.is_lost.astype(float))
    return Beside(float(exposed[0] - others[0]), p_value(cells, wide), is_judged=True)


def _stands(units: RiskSet, met: Flags, effect: float) -> bool:
    """Whether a signal has an effect of the same sign beside another: holding still what has none does no harm."""
    left = _beside(units, met)
    return left.is_judged and left.p_value <= FALSE_DISCOVERY and _kept(left.effect, effect) > 0


def _kept(left: float, effect: float) -> float:
    return left / effect if effect else 0.0
