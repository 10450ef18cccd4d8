"""Risk sets in, numbers out: by hand, whatever the order, and refused in words where nothing can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from models.friction import estimate as module
from models.friction.estimate import estimate
from models.friction.parts import Estimates, RiskSet
from schemas.words import FrictionVerdict

Table = Callable[..., RiskSet]
Hashed = Callable[[int], Any]
Planter = Callable[..., Any]

COSTLY = [
    (0, True, True, 0, 300), (0, True, False, 1, 300), (0, True, False, 0, 400),
    (0, False, True, 0, 400), (0, False, False, 1, 2400), (0, False, False, 0, 1200),
]  # fmt: skip


def same(one: Estimates, other: Estimates) -> bool:
    """Equal to the last byte."""
    pairs = ((getattr(one, each.name), getattr(other, each.name)) for each in fields(Estimates))
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in pairs)


def shuffled(units: RiskSet, order: Any) -> RiskSet:
    return replace(units, **{name: part[order] for name, part in vars(units).items() if isinstance(part, np.ndarray)})


def test_what_a_signal_costs_is_exposed_times_effect_times_share_kept_a_month(table: Table, hashes: Hashed) -> None:
    found = estimate([table(COSTLY, months=5.0)], hashes(5000), margin=10.0)
    assert found.effect[0] == pytest.approx(0.3 - 0.1)
    assert found.lost_per_month[0] == pytest.approx(1000 * 0.2 * (2400 / 3600) / 5.0)
    assert found.verdict == (FrictionVerdict.FRICTION,)
    assert found.lost_low[0] < found.lost_per_month[0] < found.lost_high[0]
    assert found.value[0] == pytest.approx(10 * found.lost_shrunk[0])
    assert (found.reached_n[0], found.exposed_n[0], found.family_n) == (5000, 1000, 1)


def test_every_stratum_counts_with_its_own_exposed_effect_and_share_kept(table: Table, hashes: Hashed) -> None:
    easy = [(0, True, True, 0, 400), (0, True, False, 1, 600), (0, False, True, 0, 800), (0, False, False, 1, 7200)]
    hard = [(1, True, True, 0, 600), (1, True, False, 1, 200), (1, True, False, 0, 200)]
    rest = [(1, False, True, 0, 1600), (1, False, False, 1, 600), (1, False, False, 0, 1800)]
    units = table([*easy, *hard, *rest])
    found = estimate([units], hashes(units.person.size), resamples_n=50)
    assert found.lost_per_month[0] == pytest.approx(1000 * 0.3 * 1.0 + 1000 * 0.2 * 0.25, rel=0.01)
    # the mutants: without q, and without strata
    assert found.lost_per_month[0] < 0.75 * (1000 * 0.3 + 1000 * 0.2)


def test_refused_sets_have_no_number_belong_to_no_family_and_say_why(table: Table, hashes: Hashed) -> None:
    few = table([(0, True, True, 0, 20), (0, False, False, 1, 200)])
    told = replace(table(COSTLY), refused="waits here outlast the horizon")
    nobody = shuffled(few, np.zeros(0, dtype=np.int64))
    found = estimate([few, table(COSTLY), told, nobody], hashes(5000), resamples_n=40)
    assert found.verdict == ("refused", "friction", "refused", "refused")
    assert found.refused[1] is None
    assert found.refused[2] == "waits here outlast the horizon"
    assert "too few" in str(found.refused[0])
    assert "too few" in str(found.refused[3])
    assert found.family_n == 1
    numbers = [name for name, part in vars(found).items() if isinstance(part, np.ndarray) and part.dtype == float]
    assert "lost_shrunk" in numbers
    for name in set(numbers) - {"effective_n", "others_effective_n", "lost_resamples", "lost_draws"}:
        assert np.isnan(getattr(found, name)[[0, 2, 3]]).all(), name


def test_no_risk_sets_and_no_persons_give_no_numbers(hashes: Hashed) -> None:
    found = estimate([], hashes(0))
    assert (found.family_n, found.verdict, found.effect.size) == (0, (), 0)


def test_neither_the_order_of_rows_nor_threads_nor_room_for_weights_change_a_byte(
    crowd: Planter, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = crowd(4, mean_journeys=2.0, likeness=0.1)
    found = estimate(world.sets, world.person_hash, resamples_n=60)
    rng = np.random.default_rng(1)
    mixed = [shuffled(units, rng.permutation(units.person.size)) for units in world.sets]
    assert same(estimate(mixed, world.person_hash, resamples_n=60), found)
    assert same(estimate(mixed, world.person_hash, resamples_n=60, threads=3), found)
    monkeypatch.setattr(module, "_ROOM", 7 * len(world.person_hash))
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    assert same(estimate(world.sets, world.person_hash, resamples_n=60), found)


def test_numbering_persons_otherwise_changes_nothing(crowd: Planter) -> None:
    world = crowd(4, mean_journeys=2.0)
    order = np.random.default_rng(2).permutation(world.person_hash.size)
    place = np.argsort(order)
    sets = [replace(units, person=place[units.person]) for units in world.sets]
    assert same(
        estimate(sets, world.person_hash[order], resamples_n=40),
        estimate(world.sets, world.person_hash, resamples_n=40),
    )


def test_grade_c_is_shown_and_never_ranked(crowd: Planter) -> None:
    world = crowd(6)
    grades = ["C" if place == 0 else "B" for place in range(len(world.sets))]
    found = estimate(world.sets, world.person_hash, resamples_n=40, grades=grades)
    assert np.isnan(found.top3_probability[0])
    assert found.lost_per_month[0] > 0
    assert found.top3_probability[1:].sum() == pytest.approx(3, abs=0.5)


def test_errors_by_person_agree_with_cluster_robust_least_squares(plan: Any, signal: Any, planted: Planter) -> None:
    clustered = plan((signal(1, 0.3, 0.1),), mean_journeys=3.0, likeness=0.3, sticky=True)
    world = planted(clustered, 2)
    (units,) = world.sets
    found = estimate(world.sets, world.person_hash)
    dummies = np.equal.outer(units.stratum, np.unique(units.stratum)).astype(float)
    model = sm.OLS(units.is_lost.astype(float), np.column_stack([units.is_exposed, dummies]))
    robust = model.fit(cov_type="cluster", cov_kwds={"groups": units.person})
    plain = model.fit()
    width = (found.effect_high[0] - found.effect_low[0]) / 2 / 1.96
    assert found.effect[0] == pytest.approx(robust.params[0], abs=1e-9)
    assert width == pytest.approx(robust.bse[0], rel=0.12)
    assert found.p_value[0] == pytest.approx(robust.pvalues[0], rel=1.0, abs=1e-6)
    assert width > 1.2 * plain.bse[0]  # the mutant: a bootstrap by journey


def test_where_nobody_of_one_side_is_lost_the_interval_still_has_a_length(table: Table, hashes: Hashed) -> None:
    rows = [(0, True, False, 1, 40), (0, False, True, 0, 40), (0, False, False, 1, 1960)]
    found = estimate([table(rows)], hashes(2040))
    assert found.effect[0] == pytest.approx(-0.02)
    assert found.effect_high[0] > 0.03
    assert found.lost_high[0] > 0
    assert found.verdict == ("variation",)


def test_a_sign_that_strata_turn_round_is_flagged_and_the_stratified_one_counts(table: Table, hashes: Hashed) -> None:
    easy = [(0, True, True, 0, 60), (0, True, False, 1, 140), (0, False, True, 0, 700), (0, False, False, 1, 4300)]
    hard = [(1, True, True, 0, 1400), (1, True, False, 1, 1100), (1, False, True, 0, 350), (1, False, False, 1, 150)]
    turned = table([*easy, *hard])
    found = estimate([turned, table(COSTLY)], hashes(9000), resamples_n=100)
    assert found.effect_pooled[0] > 0.2
    assert found.is_sign_flip.tolist() == [bool(found.effect[0] < 0), False]


def test_an_effect_is_called_confounded_by_as_little_as_its_interval_allows(table: Table, hashes: Hashed) -> None:
    found = estimate([table(COSTLY)], hashes(5000))
    assert found.confounding_needed[0] == pytest.approx(3 + 6**0.5, rel=1e-6)  # risk ratio 3
    assert 1 < found.confounding_needed_low[0] < found.confounding_needed[0]
