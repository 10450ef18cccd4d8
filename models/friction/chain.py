"""Several signals fixed together: the stages of the journey as an absorbing chain, by segment (g-formula).

The losses of single signals overlap: one journey may meet several, at one touchpoint or one after another, and who is
kept at the first may still be lost at the second. So they are never added up. The chain says what part of their sum
is left when all are fixed; for one signal alone that part is 1, and the answer is the row of `frictions` itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.friction.effects import ratio
from models.friction.judging import Question, judge_set
from models.friction.overlaps import HeldStill
from models.friction.parts import CONVERTED, LOST, Estimates, Floats, Integers, RiskSet, Steps
from models.friction.resamples import Hashes
from models.intervals import Z_95

_SWEEPS = 2000
_CLOSE = 1e-13


@dataclass(frozen=True)
class Fixed:
    """What fixing several signals together would give back: an upper bound, as if each were removed without trace.

    Attributes:
        lost_per_month: customers a month.
        low: lower end of its 95 % interval.
        high: upper end.
        lost_shrunk: the same from the shrunk effects.
        delay_per_month_s: customer seconds a month; of several signals at one touchpoint the longest counts.
        part: what is left of the sum of the single losses.
        resamples: lost a month by resample.
    """

    lost_per_month: float
    low: float
    high: float
    lost_shrunk: float
    delay_per_month_s: float
    part: float
    resamples: Floats


@dataclass(frozen=True)
class Chain:
    """Shares by segment and touchpoint: where journeys begin (counts), go next, convert; the rest is lost there."""

    reached: Floats
    begun: Floats
    onward: Floats
    converted: Floats

    def converting(self, excess: Floats) -> Floats:
        """Share that converts in the end, by segment and touchpoint, with `excess` of those lost there kept instead.

        Those kept go on as the others of their segment do.
        """
        kept = self.onward.sum(axis=2) + self.converted
        more = np.where(kept > 0, np.clip(kept + excess, 0.0, 1.0) / np.where(kept > 0, kept, 1.0), 1.0)
        share = np.zeros_like(kept)
        for _ in range(_SWEEPS):
            new = more * (self.converted + (self.onward * share[:, None, :]).sum(axis=2))
            is_close = np.abs(new - share).max(initial=0.0) < _CLOSE
            share = new
            if is_close:
                break
        return np.asarray(share)

    def gained(self, excess: Floats) -> float:
        """Journeys that convert beyond those that do now."""
        nothing = np.zeros_like(excess)
        return float((self.begun * (self.converting(excess) - self.converting(nothing))).sum())


def build_chain(steps: Steps) -> Chain:
    """Transition shares of the stages that can be followed."""
    segments_n, codes_n = int(steps.base.max(initial=-1)) + 1, int(steps.code.max(initial=-1)) + 1
    codes_n = max(codes_n, int(steps.next_code.max(initial=-1)) + 1)
    place = steps.base.astype(np.int64) * codes_n + steps.code
    shape = (segments_n, codes_n)
    reached = _counted(place, shape)
    is_on = steps.next_code >= 0
    onward = _counted(place[is_on] * codes_n + steps.next_code[is_on], (*shape, codes_n))
    converted = _counted(place[steps.next_code == CONVERTED], shape)
    begun = _counted(place[steps.is_start], shape)
    return Chain(reached, begun, ratio(onward, reached[:, :, None]), ratio(converted, reached))


def _counted(place: Integers, shape: tuple[int, ...]) -> Floats:
    return np.bincount(place, minlength=int(np.prod(shape))).astype(float).reshape(shape)


def fix_together(
    estimates: Estimates, sets: Sequence[RiskSet], chosen: Sequence[int], steps: Steps, person_hash: Hashes
) -> Fixed:
    """What fixing the chosen signals together gives back.

    Args:
        estimates: of all risk sets.
        sets: the risk sets, in the same order.
        chosen: which of them to fix; those that are refused give nothing.
        steps: the stages that the risk sets' units point into.
        person_hash: as in `estimate`.
    """
    fixed = sorted(place for place in set(chosen) if estimates.refused[place] is None)
    sums = estimates.lost_resamples[fixed].sum(axis=0)
    part = 1.0
    if len(fixed) > 1:
        part = _part_left(HeldStill(sets, estimates.beside, fixed), steps, len(person_hash))
    lost = part * float(estimates.lost_per_month[fixed].sum())
    half = Z_95 * part * float(np.std(sums)) if sums.size else 0.0
    low, high = lost - half, lost + half
    if len(fixed) == 1:
        low, high = float(estimates.lost_low[fixed[0]]), float(estimates.lost_high[fixed[0]])
    shrunk = part * float(estimates.lost_shrunk[fixed].sum())
    return Fixed(lost, low, high, shrunk, _delay(estimates, sets, fixed), part, part * sums)


def _delay(estimates: Estimates, sets: Sequence[RiskSet], fixed: Sequence[int]) -> float:
    longest: dict[int, float] = {}
    for place in fixed:
        code = int(sets[place].code.min())
        seconds = float(np.nan_to_num(estimates.delay_per_month_s[place]))
        longest[code] = max(longest.get(code, seconds), seconds)
    return sum(longest.values())


def _part_left(sets: Sequence[RiskSet], steps: Steps, persons_n: int) -> float:
    """What the chain gains from all together, over the sum of what it gains from each alone; 1 where it cannot tell."""
    chain = build_chain(steps)
    alone = [_excess(units, chain, persons_n) for units in sets]
    singly = sum(chain.gained(ratio(excess, chain.reached)) for excess, _, _ in alone)
    effects = np.array([effect for _, _, effect in alone])
    shift = _adjusted_effects(sets, steps) - effects
    together = sum(
        (excess + more * exposed for (excess, exposed, _), more in zip(alone, shift, strict=True)),
        start=np.zeros_like(chain.reached),
    )
    jointly = chain.gained(ratio(together, chain.reached))
    largest = max(abs(chain.gained(ratio(excess, chain.reached))) for excess, _, _ in alone)
    return jointly / singly if abs(singly) > largest / 10 else 1.0


def _excess(units: RiskSet, chain: Chain, persons_n: int) -> tuple[Floats, Floats, float]:
    """Lost because of the signal, and exposed to it, by segment and touchpoint; and its effect."""
    judged = judge_set(units, persons_n)
    if judged.pooling is None or judged.found is None:
        nothing = np.zeros_like(chain.reached)
        return nothing, nothing, 0.0
    cells = Question(units).cells(np.ones((persons_n, 1), dtype=np.uint8))
    of_stratum = judged.pooling.effects(cells, judged.found.effect)[:, 0]
    who = np.flatnonzero(units.is_exposed)
    place = units.base[who] * chain.reached.shape[1] + units.code[who]
    exposed = _counted(place, chain.reached.shape)
    # Summed by stratum first, so that the order of the rows does not show.
    strata_n = len(of_stratum)
    both, first = np.unique(place * strata_n + units.stratum[who], return_counts=True)
    lost = np.bincount(both // strata_n, first * of_stratum[both % strata_n], minlength=exposed.size).astype(float)
    return lost.reshape(exposed.shape), exposed, float(judged.found.effect[0])


def _adjusted_effects(sets: Sequence[RiskSet], steps: Steps) -> Floats:
    """Effect of each signal with the others held still: where two go together, they share what they do.

    The overlap-weighted effect is the least-squares slope within strata. With several signals in one stage the slopes
    are those of one regression; signals that always go together get equal parts.
    """
    signals_n = len(sets)
    met = [np.flatnonzero(np.bincount(units.step[units.is_exposed])) for units in sets]
    slopes, answers = np.zeros((signals_n, signals_n)), np.zeros(signals_n)
    for place, units in enumerate(sets):
        n = np.bincount(units.stratum).astype(float)
        share = ratio(np.bincount(units.stratum, units.is_exposed).astype(float), n)
        # Whole numbers, so that their sums are the same in whatever order.
        rest = np.rint((units.is_exposed - share[units.stratum]) * 2.0**30)
        answers[place] = rest[units.is_lost].sum()
        of_step = np.bincount(units.step, rest, steps.code.size)
        for other in range(signals_n):
            slopes[place, other] = rest[units.is_exposed].sum() if other == place else of_step[met[other]].sum()
    scale = np.diag(slopes)
    return np.asarray(np.linalg.lstsq(slopes / scale[:, None], answers / scale, rcond=1e-9)[0])


__all__ = ["CONVERTED", "LOST", "Chain", "Fixed", "build_chain", "fix_together"]
