"""From risk sets to what each signal costs: effects, intervals, losses a month, judged as one family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from models.friction.ends import effect_ends, lost_ends, nearest_to_none
from models.friction.family import adjusted, among_first, verdict
from models.friction.judging import Judged, Measured, Question, delay_per_month, judge_set
from models.friction.overlaps import Companions, HeldStill, companions, explained_by
from models.friction.parts import Estimates, Flags, Floats, RiskSet
from models.friction.resamples import Hashes, Weights, person_weights
from models.friction.sensitivity import e_value_of_shares
from models.friction.shrinkage import pull
from models.friction.together import each_of
from schemas.words import EvidenceGrade

RESAMPLES_N: Final = 500
_ROOM: Final = 2**27  # bytes of weights that are held at once,
_AT_ONCE: Final = 250  # or this many resamples, which is less than the stages take: all risk sets are made for each lot
_Told = tuple[int, int, float]
_FLIP: Final = 0.0005  # effects that round to 0.0 points have no sign


def estimate(
    sets: Sequence[RiskSet],
    person_hash: Hashes,
    *,
    resamples_n: int = RESAMPLES_N,
    grades: Sequence[str] | None = None,
    margin: float | None = None,
    threads: int = 1,
) -> Estimates:
    """What each signal costs, where it can be told.

    Args:
        sets: one per signal and place; asked for one by one and several times, so that they may be made when they are.
        person_hash: a hash of each person's id that does not change between runs; `RiskSet.person` points into it.
        resamples_n: bootstrap resamples, by person.
        grades: evidence grade of each signal; C is never ranked. Default: all are.
        margin: money per conversion; None: the map gives none.
        threads: workers; the result does not depend on them.

    Returns:
        One entry per risk set, in the order given.
    """
    family = _settle(sets, len(person_hash), threads)
    drawn = _draw(family, person_hash, resamples_n, threads)
    is_ranked = np.array([grade != EvidenceGrade.C for grade in grades or [""] * len(sets)], dtype=bool)
    told = each_of(range(len(sets)), lambda place: _told(sets[place]), threads)
    return _assemble(family, drawn, told, is_ranked, np.nan if margin is None else margin)


@dataclass(frozen=True)
class _Family:
    """All risk sets judged in the data, each with its companions held still; and their effects without that."""

    sets: Sequence[RiskSet]
    judged: list[Judged]
    beside: Companions
    alone: Floats


def _settle(sets: Sequence[RiskSet], persons_n: int, threads: int) -> _Family:
    """Judge each risk set alone, then with those that go with it held still where enough are left to compare."""
    first = each_of(range(len(sets)), lambda place: judge_set(sets[place], persons_n), threads)
    alone = np.array([np.nan if one.found is None else one.found.effect[0] for one in first], dtype=float)
    q_values = adjusted(np.array([one.p_value for one in first], dtype=float))
    beside = list(companions(sets, alone, q_values, threads))
    judged, held = first.copy(), HeldStill(sets, tuple(beside))
    accompanied = [place for place, found in enumerate(beside) if found]
    anew = each_of(accompanied, lambda place: judge_set(held[place], persons_n), threads)
    for place, again in zip(accompanied, anew, strict=True):
        if again.refused == first[place].refused:
            judged[place] = again
        else:
            beside[place] = ()
    return _Family(sets, judged, tuple(beside), alone)


def _chunks(person_hash: Hashes, resamples_n: int) -> Iterator[Weights]:
    at_once = max(1, min(resamples_n, max(_AT_ONCE, _ROOM // max(1, len(person_hash)))))
    for first in range(0, resamples_n, at_once):
        yield person_weights(person_hash, min(at_once, resamples_n - first), first)


def _draw(family: _Family, person_hash: Hashes, resamples_n: int, threads: int) -> list[Measured | None]:
    """The numbers of every risk set in every resample."""
    held = HeldStill(family.sets, family.beside)

    def measure(place: int, weights: Weights) -> Measured | None:
        pooling = family.judged[place].pooling
        return None if pooling is None else Question(held[place]).measure(weights, pooling)

    places = range(len(family.judged))
    lots = [
        each_of(places, partial(measure, weights=weights), threads) for weights in _chunks(person_hash, resamples_n)
    ]
    return [_joined([lot[place] for lot in lots]) for place in places]


def _joined(lots: list[Measured | None]) -> Measured | None:
    """All resamples of one risk set; None: it was not measured."""
    parts = [part for part in lots if part is not None]
    if not parts:
        return None
    names = ("exposed_share", "others_share", "effect", "lost", "volume")
    return Measured(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _shown(numbers: Floats) -> Floats:
    """Rounded to where the order of summation no longer shows, so that equal input gives equal bytes."""
    return np.array([float(f"{number:.10g}") for number in numbers], dtype=float)


def _assemble(
    family: _Family, drawn: list[Measured | None], told: list[_Told], is_ranked: Flags, margin: float
) -> Estimates:
    """All numbers side by side."""
    sets, judged = family.sets, family.judged
    rows = np.array([_row(one, part) for one, part in zip(judged, drawn, strict=True)]).reshape(len(sets), 10)
    effect, low, high, error, lost, lost_low, lost_high, needed, needed_low, pooled = rows.T
    factor = pull(effect, error, np.array([one.null_error for one in judged], dtype=float))
    p = np.array([one.p_value for one in judged], dtype=float)
    q = adjusted(p)
    resamples = _matrix(drawn)
    reached, exposed, delays = zip(*told, strict=True) if told else ((), (), ())
    shrunk = lost * factor
    # Around the shrunk loss the draws are narrower too: the posterior's variance is the pull times the error's.
    draws = shrunk[:, None] + np.sqrt(factor)[:, None] * (resamples - lost[:, None])
    return Estimates(
        reached_n=np.array(reached, dtype=np.int64),
        exposed_n=np.array(exposed, dtype=np.int64),
        effective_n=_shown(np.array([one.effective_n for one in judged], dtype=float)),
        others_effective_n=_shown(np.array([one.others_effective_n for one in judged], dtype=float)),
        effect=_shown(effect),
        effect_low=_shown(low),
        effect_high=_shown(high),
        effect_pooled=_shown(pooled),
        effect_shrunk=_shown(effect * factor),
        lost_per_month=_shown(lost),
        lost_low=_shown(lost_low),
        lost_high=_shown(lost_high),
        lost_shrunk=_shown(shrunk),
        value=_shown(shrunk * margin),
        value_low=_shown(lost_low * margin),
        value_high=_shown(lost_high * margin),
        p_value=_shown(p),
        q_value=_shown(q),
        family_n=int(np.count_nonzero(~np.isnan(p))),
        top3_probability=among_first(draws, is_ranked & ~np.isnan(p)),
        verdict=tuple(map(verdict, q.tolist(), low.tolist(), high.tolist())),
        refused=tuple(one.refused for one in judged),
        beside=family.beside,
        explained_by=explained_by(family.beside, family.alone, effect, q),
        is_sign_flip=(effect * pooled < 0) & (np.minimum(np.abs(effect), np.abs(pooled)) >= _FLIP),
        confounding_needed=_shown(needed),
        confounding_needed_low=_shown(needed_low),
        delay_per_month_s=_shown(np.array(delays, dtype=float)),
        lost_resamples=resamples,
        lost_draws=draws,
    )


def _told(units: RiskSet) -> _Told:
    """Stages that were reached, units with the signal, and the delay a month."""
    reached_n = np.count_nonzero(np.bincount(units.step))
    return int(reached_n), int(np.count_nonzero(units.is_exposed)), delay_per_month(units)


def _matrix(drawn: list[Measured | None]) -> Floats:
    width = max((part.lost.size for part in drawn if part is not None), default=0)
    nothing = np.full(width, np.nan)
    return np.array([nothing if part is None else part.lost for part in drawn]).reshape(len(drawn), width)


def _row(one: Judged, drawn: Measured | None) -> list[float]:
    """Effect and its ends, its error, lost and its ends, E-values, pooled effect."""
    if one.found is None or drawn is None:
        return [np.nan] * 10
    found = one.found
    effect, lost = float(found.effect[0]), float(found.lost[0])
    low, high = effect_ends(found, drawn, one.effective_n, one.others_effective_n)
    lost_low, lost_high = lost_ends(found, drawn, (low, high))
    spread = float(np.nanstd(drawn.effect))
    # Where nobody of one side is lost the resamples are all alike, and only the interval knows of the chance.
    error = max(spread, (high - low) / 4 if spread < 1e-9 else 0.0)
    shares = float(found.exposed_share[0]), float(found.others_share[0])
    nearer = shares[1] + nearest_to_none(low, high)
    needed = e_value_of_shares(*shares, least=0.5 / one.effective_n)
    needed_low = e_value_of_shares(nearer, shares[1], least=0.5 / one.effective_n)
    return [effect, low, high, error, lost, lost_low, lost_high, needed, needed_low, one.pooled]
