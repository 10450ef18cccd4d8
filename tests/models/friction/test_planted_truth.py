"""Planted frictions, decoys and nothing at all: what the estimates say, against running the same journeys again.

Each claim stands beside the mutant that breaks it: without strata, without persons, without shrinkage, without the
share kept, and by Anderl's removal effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.friction.estimate import estimate
from schemas.words import FrictionVerdict

Planter = Callable[..., Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """What many made-up worlds say together."""

    worlds: list[Any]
    found: list[Any]

    def each(self, name: str, chosen: Callable[[Any], Any]) -> Floats:
        """A number of the chosen signals of all worlds."""
        pairs = zip(self.worlds, self.found, strict=True)
        return np.concatenate([np.asarray(getattr(found, name))[chosen(world)] for world, found in pairs])

    def gains(self, chosen: Callable[[Any], Any]) -> Floats:
        """The truth of the same."""
        return np.concatenate([world.gains[chosen(world)] for world in self.worlds])

    def held(self, chosen: Callable[[Any], Any]) -> float:
        """Share of intervals that hold the truth."""
        true = self.gains(chosen)
        return float(np.mean((self.each("lost_low", chosen) <= true) & (true <= self.each("lost_high", chosen))))

    def called(self, chosen: Callable[[Any], Any]) -> float:
        """Share called friction."""
        return float(np.mean(self.each("verdict", chosen) == str(FrictionVerdict.FRICTION)))

    def top(self, number: str, *, called_only: bool = True) -> tuple[float, float, float]:
        """Of the first three by a number: share planted, and claimed over true."""
        planted_n, named_n, claimed, true = 0, 0, 0.0, 0.0
        for world, found in zip(self.worlds, self.found, strict=True):
            lost = getattr(found, number)
            is_called = np.array([verdict == FrictionVerdict.FRICTION for verdict in found.verdict])
            first = np.argsort(np.where(is_called | (not called_only), -lost, np.inf), kind="stable")[:3]
            first = first[is_called[first]] if called_only else first
            planted_n, named_n = planted_n + int(world.is_friction[first].sum()), named_n + first.size
            claimed, true = claimed + lost[first].sum(), true + world.gains[first].sum()
        return planted_n / max(named_n, 1), claimed / max(true, 1e-9), float(named_n)


def tally(crowd: Planter, seeds: range, resamples_n: int = 100, **more: Any) -> Tally:
    worlds = [crowd(seed, **more) for seed in seeds]
    return Tally(worlds, [estimate(w.sets, w.person_hash, resamples_n=resamples_n) for w in worlds])


def frictions(world: Any) -> Any:
    return world.is_friction


def decoys(world: Any) -> Any:
    return np.array([signal.is_decoy for signal in world.plan.signals])


def helpful(world: Any) -> Any:
    return np.array([signal.effect < 0 for signal in world.plan.signals])


def nothing(world: Any) -> Any:
    return np.array([signal.effect == 0 for signal in world.plan.signals])


def unstratified(world: Any) -> Any:
    """The same world with everybody in one stratum."""
    sets = tuple(replace(units, stratum=np.zeros_like(units.stratum)) for units in world.sets)
    return replace(world, sets=sets)


def by_journey(world: Any) -> Any:
    """The same world with every journey another person's."""
    n = world.steps.code.size
    sets = tuple(replace(units, person=units.step) for units in world.sets)
    return replace(world, sets=sets, person_hash=np.random.default_rng(1).integers(0, 2**63, n).astype(np.uint64))


@pytest.fixture(scope="module")
def some(crowd: Planter) -> Tally:
    """A dozen worlds of 5,000 journeys."""
    return tally(crowd, range(12))


def test_planted_frictions_are_found_and_little_else(some: Tally) -> None:
    assert some.called(frictions) >= 0.85
    assert some.called(decoys) <= 0.05
    assert some.called(nothing) <= 0.03
    assert some.called(helpful) == 0.0


def test_what_fixing_gives_is_what_the_journeys_do_without_it(some: Tally) -> None:
    claimed, true = some.each("lost_per_month", frictions), some.gains(frictions)
    assert claimed.sum() / true.sum() == pytest.approx(1.0, abs=0.05)
    assert some.held(frictions) >= 0.85
    assert some.held(nothing) >= 0.90


def test_the_first_three_are_frictions_and_hold_what_they_promise(some: Tally) -> None:
    share, ratio, _ = some.top("lost_shrunk")
    assert share >= 0.90
    assert 0.85 <= ratio <= 1.15


def test_without_strata_decoys_are_called_frictions(some: Tally) -> None:
    worlds = [unstratified(world) for world in some.worlds]
    mutant = Tally(worlds, [estimate(w.sets, w.person_hash, resamples_n=20) for w in worlds])
    assert mutant.called(decoys) > 0.25


def test_without_the_share_kept_losses_are_overstated(some: Tally) -> None:
    exposed, effect = some.each("exposed_n", frictions), some.each("effect", frictions)
    mutant = exposed * effect / some.worlds[0].plan.months
    assert mutant.sum() / some.gains(frictions).sum() > 1.2


def test_the_removal_effect_is_not_what_fixing_gives(some: Tally) -> None:
    mutant = np.concatenate([world.removal[world.is_friction] for world in some.worlds])
    assert mutant.sum() / some.gains(frictions).sum() > 1.5
    for world in some.worlds:
        assert world.removal[nothing(world)].min() > 0.5  # and it finds a loss in what costs nobody


def test_with_people_who_come_again_a_bootstrap_by_journey_is_too_sure(
    plan: Any, signal: Any, planted: Planter
) -> None:
    clustered = plan(
        tuple(signal(0, 0.3, 0.0) for _ in range(6)), journeys_n=1500, mean_journeys=4.0, likeness=0.4, sticky=True,
        segments_n=1, touchpoints_n=2,
    )  # fmt: skip
    worlds = [planted(clustered, seed) for seed in range(25)]
    mutants = [by_journey(world) for world in worlds]
    ours = Tally(worlds, [estimate(w.sets, w.person_hash, resamples_n=60) for w in worlds])
    naive = Tally(mutants, [estimate(w.sets, w.person_hash, resamples_n=60) for w in mutants])
    p_value, naive_p = ours.each("p_value", nothing), naive.each("p_value", nothing)
    assert np.mean(p_value <= 0.05) <= 0.10
    assert np.mean(naive_p <= 0.05) >= 0.15


def test_a_world_without_friction_names_none(crowd: Planter) -> None:
    empty = tally(crowd, range(30), resamples_n=20, frictions_n=0, nulls_n=10, decoys_n=2, journeys_n=1500)
    flagged = [any(verdict == FrictionVerdict.FRICTION for verdict in found.verdict) for found in empty.found]
    assert np.mean(flagged) <= 0.10


def test_small_worlds_overstate_their_top_three_unless_shrunk(crowd: Planter) -> None:
    small = tally(crowd, range(25), resamples_n=40, frictions_n=3, nulls_n=12, decoys_n=0, journeys_n=500)
    _, raw, _ = small.top("lost_per_month", called_only=False)
    _, shrunk, _ = small.top("lost_shrunk", called_only=False)
    assert raw > 1.1
    assert 0.6 < shrunk < 1.05  # careful with what it cannot tell, where the issue's figures are for larger worlds


@pytest.mark.slow
@pytest.mark.parametrize(("journeys_n", "recall"), [(20_000, 0.95), (5_000, 0.85)])
def test_over_a_hundred_worlds_every_figure_of_the_issue_holds(crowd: Planter, journeys_n: int, recall: float) -> None:
    worlds = tally(crowd, range(100), resamples_n=200, journeys_n=journeys_n)
    assert worlds.called(frictions) >= recall
    assert worlds.called(decoys) <= 0.05
    assert worlds.called(nothing) <= 0.05
    assert worlds.called(helpful) == 0.0
    named = worlds.each("verdict", lambda world: np.ones(len(world.sets), dtype=bool)) == str(FrictionVerdict.FRICTION)
    planted = np.concatenate([world.is_friction for world in worlds.worlds])
    assert np.mean(~planted[named]) <= 0.07
    # The truth here is that of these very journeys, and intervals allow for other journeys' luck as well (their errors
    # are 0.8 of what the intervals allow for): so no upper end is asked for.
    assert worlds.held(frictions) >= 0.90
    bias = (worlds.each("lost_per_month", frictions) - worlds.gains(frictions)).mean()
    starts = journeys_n / worlds.worlds[0].plan.months
    assert abs(bias) <= max(0.001 * starts, 0.15 * worlds.gains(frictions).mean())
    share, ratio, _ = worlds.top("lost_shrunk")
    assert share >= 0.90
    assert 0.85 <= ratio <= 1.15


@pytest.mark.slow
def test_over_two_hundred_worlds_without_friction_few_name_one(crowd: Planter) -> None:
    empty = tally(crowd, range(200), resamples_n=60, frictions_n=0, nulls_n=20, decoys_n=3, journeys_n=5000)
    flagged = [any(verdict == FrictionVerdict.FRICTION for verdict in found.verdict) for found in empty.found]
    assert np.mean(flagged) <= 0.07
