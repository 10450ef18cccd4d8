"""Pulling effects towards none: never beyond it, never away from it, and about as much as the truth asks for."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.friction.shrinkage import pull

EFFECTS = arrays(np.float64, st.integers(1, 12), elements=st.floats(-1, 1))


@given(EFFECTS, st.floats(1e-4, 0.3))
def test_an_effect_never_grows_or_turns(effect: np.typing.NDArray[np.float64], error: float) -> None:
    found = pull(effect, np.full(effect.size, error))
    assert ((found >= 0) & (found <= 1)).all()


@given(EFFECTS, st.randoms(use_true_random=False))
def test_the_order_of_the_family_does_not_matter(effect: np.typing.NDArray[np.float64], lot: object) -> None:
    order = np.random.default_rng(len(repr(lot))).permutation(effect.size)
    error = np.linspace(0.01, 0.1, effect.size)
    assert np.allclose(pull(effect[order], error[order]), pull(effect, error)[order], atol=1e-6)


def test_of_two_alike_the_less_certain_is_pulled_more_and_of_two_as_certain_the_smaller() -> None:
    found = pull(np.array([0.1, 0.1, 0.02]), np.array([0.01, 0.06, 0.01]))
    assert found[0] > found[1]
    assert found[0] > found[2]


def test_what_has_no_number_has_no_pull_and_what_has_no_error_is_left_alone() -> None:
    found = pull(np.array([np.nan, 0.1, 0.2]), np.array([np.nan, 0.0, 0.05]))
    assert np.isnan(found[0])
    assert found[1] == 1.0


def test_a_family_of_nothing_is_pulled_to_nothing() -> None:
    noise = np.random.default_rng(1).normal(0, 0.03, 200)
    assert np.abs(noise * pull(noise, np.full(200, 0.03))).max() < 0.02
    assert np.abs(noise).max() > 0.07


def test_a_normal_family_is_pulled_as_its_normal_posterior() -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(0, 0.05, 3_000)
    error = rng.uniform(0.02, 0.08, 3_000)
    effect = truth + rng.normal(0, 1, 3_000) * error
    expected = 0.05**2 / (0.05**2 + error**2)
    assert np.abs((pull(effect, error) - expected) * effect).mean() < 0.004


def test_the_top_of_a_list_promises_what_it_holds_only_when_shrunk() -> None:
    rng = np.random.default_rng(3)
    raw, shrunk, true = np.zeros(100), np.zeros(100), np.zeros(100)
    for world in range(100):
        truth = np.where(rng.random(30) < 0.2, rng.uniform(0.02, 0.10, 30), 0.0)
        error = rng.uniform(0.02, 0.06, 30)
        effect = truth + rng.normal(0, 1, 30) * error
        drawn = effect * pull(effect, error)
        first, naive = np.argsort(-drawn)[:3], np.argsort(-effect)[:3]
        raw[world] = effect[naive].sum() / max(truth[naive].sum(), 0.01)
        shrunk[world], true[world] = drawn[first].sum(), truth[first].sum()
    assert 0.80 < shrunk.sum() / true.sum() < 1.15
    assert raw.mean() > 1.5  # the mutant: a raw list overstates
