"""The effect within strata: hand-made tables, least squares of an independent library, and what sparse strata do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from models.friction.effects import Cells, kept_share, learn_pooling, overlap_shares, pooled_effect
from models.friction.judging import delay_per_month, judge_set
from models.friction.parts import RiskSet

Table = Callable[..., RiskSet]


def cells_of(strata: list[tuple[int, int, int, int]]) -> Cells:
    """Exposed, of these lost, others, of these lost: per stratum."""
    n1, lost1, n0, lost0 = (np.array(column, dtype=float)[:, None] for column in zip(*strata, strict=True))
    return Cells(n1=n1, n0=n0, lost1=lost1, lost0=lost0)


def effect_of(cells: Cells) -> float:
    exposed, others = overlap_shares(cells)
    return float(exposed[0] - others[0])


def test_strata_weigh_by_their_overlap() -> None:
    cells = cells_of([(10, 5, 30, 3), (20, 4, 20, 2)])
    weights = np.array([10 * 30 / 40, 20 * 20 / 40])
    expected = (weights * np.array([0.5 - 0.1, 0.2 - 0.1])).sum() / weights.sum()
    assert effect_of(cells) == pytest.approx(expected)


def test_a_stratum_without_one_side_says_nothing_of_the_effect() -> None:
    assert effect_of(cells_of([(10, 5, 30, 3), (50, 50, 0, 0), (0, 0, 80, 80)])) == pytest.approx(0.4)
    assert np.isnan(effect_of(cells_of([(50, 50, 0, 0), (0, 0, 80, 80)])))


def test_strata_turn_a_pooled_effect_round() -> None:
    hard_meet_it_often = cells_of([(80, 40, 20, 12), (20, 1, 80, 6)])
    assert pooled_effect(hard_meet_it_often)[0] > 0.2
    assert effect_of(hard_meet_it_often) < -0.05


@given(st.integers(0, 10_000))
def test_the_effect_is_the_slope_of_least_squares_with_strata_held_still(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stratum, exposed, lost = rng.integers(0, 4, 60), rng.random(60) < 0.4, rng.random(60) < 0.3
    dummies = np.equal.outer(stratum, np.arange(4)).astype(float)
    if np.linalg.matrix_rank(np.column_stack([exposed, dummies])) < 1 + np.count_nonzero(dummies.any(axis=0)):
        return  # no stratum has both sides
    counts = [
        (np.sum(it & exposed), np.sum(it & exposed & lost), np.sum(it & ~exposed), np.sum(it & ~exposed & lost))
        for it in (stratum == which for which in range(4))
    ]
    slope = sm.OLS(lost.astype(float), np.column_stack([exposed, dummies])).fit().params[0]
    assert effect_of(cells_of([tuple(map(int, each)) for each in counts])) == pytest.approx(slope, abs=1e-9)  # type: ignore[misc]  # four of them


def test_few_segments_keep_their_own_effect_where_they_truly_differ() -> None:
    cells = cells_of([(500, 300, 2000, 400), (500, 100, 2000, 400)])
    pooling = learn_pooling(cells, np.array([0, 1]), 1.0)
    effects = pooling.effects(cells, np.array([effect_of(cells)]))[:, 0]
    assert effects == pytest.approx([0.4, 0.0], abs=0.005)


def test_a_stratum_with_nobody_to_compare_takes_the_effect_of_its_segment() -> None:
    cells = cells_of([(500, 300, 2000, 400), (40, 40, 0, 0), (500, 100, 2000, 400), (40, 0, 0, 0)])
    effects = learn_pooling(cells, np.array([0, 0, 1, 1]), 1.0).effects(cells, np.array([0.2]))[:, 0]
    assert effects[1] == pytest.approx(0.4, abs=0.01)
    assert effects[3] == pytest.approx(0.0, abs=0.01)


def test_thin_strata_where_most_are_exposed_lean_on_all() -> None:
    rng = np.random.default_rng(4)
    strata = [(6, int(rng.binomial(6, 0.4)), 1, int(rng.random() < 0.2)) for _ in range(300)]
    cells = cells_of(strata)
    effects = learn_pooling(cells, np.arange(300), 1.0).effects(cells, np.array([0.2]))[:, 0]
    assert np.abs(effects - 0.2).max() < 0.05


def test_a_cell_where_nobody_is_followed_takes_the_share_of_its_segments_and_they_that_of_all() -> None:
    converted, followed = np.array([[80.0], [0.0], [0.0]]), np.array([[100.0], [0.0], [0.0]])
    found = kept_share(converted, followed, np.array([0, 0, 1]))[:, 0]
    assert found == pytest.approx([0.8, 0.8, 0.8], abs=1e-9)


def test_the_worth_of_a_side_leaves_out_those_with_nobody_to_compare(table: Table) -> None:
    units = table([(0, True, False, 1, 100), (0, False, True, 0, 100), (1, True, True, 0, 900), (2, False, True, 0, 9)])
    found = judge_set(units, 1109)
    assert (found.effective_n, found.others_effective_n) == (100.0, 100.0)


@pytest.mark.parametrize(("exposed_n", "others_n", "word"), [(29, 500, "with the signal"), (500, 29, "without")])
def test_too_few_are_refused_in_words_and_without_a_number(
    table: Table, exposed_n: int, others_n: int, word: str
) -> None:
    found = judge_set(table([(0, True, True, 0, exposed_n), (0, False, False, 1, others_n)]), exposed_n + others_n)
    assert found.found is None
    assert word in str(found.refused)
    assert str(exposed_n) not in str(found.refused)


def test_one_person_with_many_journeys_is_worth_one(table: Table) -> None:
    units = table([(0, True, True, 0, 100), (0, False, False, 1, 100)])
    same: Any = {**vars(units), "person": np.r_[np.zeros(100, dtype=np.int64), np.arange(1, 101)]}
    assert judge_set(RiskSet(**same), 101).effective_n == pytest.approx(1.0)


def test_the_delay_is_what_those_who_went_on_took_beyond_the_others_of_their_stratum(table: Table) -> None:
    units = table([(0, True, False, 1, 4), (0, False, False, 1, 6), (1, True, False, 1, 2)], months=2.0)
    seconds = np.array([30.0] * 3 + [np.nan] + [10.0] * 6 + [500.0] * 2)
    found = delay_per_month(RiskSet(**{**vars(units), "went_on_s": seconds}))
    assert found == pytest.approx((3 * 20 + 2 * 20) / 2)  # stratum 1 has nobody to compare with
    assert np.isnan(delay_per_month(units))
