"""Intervals against tables, an independent library and planted coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from models.intervals import design_effect, design_effects, effective_n, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 29, 0.0061, 0.1718),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson_gives_the_published_ends(successes: int, n: int, low: float, high: float) -> None:
    found = wilson(successes, n)
    assert (float(found[0]), float(found[1])) == pytest.approx((low, high), abs=5e-5)


def test_wilson_agrees_with_an_independent_library_for_whole_and_broken_numbers() -> None:
    n = np.array([1.0, 7.5, 30.0, 999.9])
    for share in (0.0, 0.013, 0.5, 1.0):
        assert np.allclose(wilson(share * n, n), proportion_confint(share * n, n, method="wilson"), atol=1e-12)


def test_wilson_of_nothing_is_no_interval() -> None:
    assert np.isnan(wilson([0.0, 0.0], [0.0, -1.0])).all()


@given(st.floats(0, 1), st.floats(0.5, 1e7))
def test_wilson_holds_its_own_share_and_stays_within_zero_and_one(share: float, n: float) -> None:
    low, high = wilson(share * n, n)
    assert 0 <= low <= np.clip(share * n / n, 0, 1) <= high <= 1


@pytest.mark.parametrize(
    ("person", "outcome", "expected"),
    [
        ([1, 2, 3, 4], [0, 1, 0, 1], 1.0),  # everybody once
        ([1, 1, 2, 2], [0, 1, 0, 1], 1.0),  # no likeness: never below 1
        ([1, 1, 2, 2, 3, 3, 4, 4], [0, 0, 1, 1, 0, 0, 1, 1], 2 * (4 / 3) / (8 / 7)),  # full likeness
        ([1, 1, 2, 2], [1, 1, 1, 1], 2.0),  # nothing varies: the worst
        ([7, 7, 7], [0, 1, 0], 3.0),  # one person is worth one journey
        ([], [], 1.0),
    ],
)
def test_design_effect_is_the_growth_of_the_variance(person: list[int], outcome: list[int], expected: float) -> None:
    assert design_effect(person, outcome) == pytest.approx(expected)


def test_effective_n_is_the_number_of_independent_journeys() -> None:
    assert effective_n([1, 1, 2, 2], [1, 1, 1, 1]) == pytest.approx(2.0)


def test_design_effect_does_not_depend_on_the_persons_numbers() -> None:
    rng = np.random.default_rng(1)
    person, outcome = rng.integers(0, 50, 200), rng.random((3, 200))
    renamed = rng.permutation(10_000)[person]
    assert np.allclose(design_effects(renamed, outcome), design_effects(person, outcome))


@pytest.mark.parametrize("likeness", [0.0, 0.1, 0.3])
def test_on_effective_n_wilson_holds_the_truth_where_people_come_back(likeness: float) -> None:
    rng = np.random.default_rng(2)
    truth, people_n, held, naive = 0.3, 150, 0, 0
    for _ in range(1000):
        sizes = rng.geometric(0.35, people_n)
        person = np.repeat(np.arange(people_n), sizes)
        chance = rng.beta(truth * (1 / likeness - 1), (1 - truth) * (1 / likeness - 1), people_n) if likeness else truth
        outcome = (rng.random(person.size) < np.broadcast_to(chance, people_n)[person]).astype(float)
        worth = effective_n(person, outcome)
        low, high = wilson(outcome.mean() * worth, worth)
        held += bool(low <= truth <= high)
        low, high = wilson(outcome.sum(), outcome.size)
        naive += bool(low <= truth <= high)
    assert 0.93 <= held / 1000 <= 0.97
    assert likeness < 0.3 or naive / 1000 < 0.9  # counting journeys as if each were another person's
