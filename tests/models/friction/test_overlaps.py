"""Signals that go together: a shadow is no friction, two frictions stay two, and what came later explains nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.friction.estimate import estimate
from models.friction.parts import RiskSet
from schemas.words import FrictionVerdict

FRICTION, VARIATION = FrictionVerdict.FRICTION, FrictionVerdict.VARIATION
Hashed = Callable[[int], Any]


def pair(seed: int, effects: tuple[float, float], share_copied: float, n: int = 8000) -> tuple[RiskSet, RiskSet]:
    """Two signals of one stage; the second shows where the first does so often, and sometimes elsewhere."""
    rng = np.random.default_rng(seed)
    stratum, first = rng.integers(0, 4, n), rng.random(n) < 0.2
    second = np.where(first, rng.random(n) < share_copied, rng.random(n) < 0.05)
    lost = rng.random(n) < 0.10 + 0.05 * stratum / 3 + effects[0] * first + effects[1] * second
    fate, who = ((~lost) & (rng.random(n) < 0.7)).astype(np.int64), np.arange(n)
    one = RiskSet(
        who, stratum, stratum, who, first, lost, fate, np.zeros_like(who), np.full(n, np.nan), 1.0, None, is_entry=True
    )
    return one, replace(one, is_exposed=second)


def test_the_shadow_of_a_friction_is_a_variation_and_says_whose(hashes: Hashed) -> None:
    for seed in range(4):
        cause, shadow = pair(seed, (0.2, 0.0), 0.6)
        assert estimate([shadow], hashes(8000), resamples_n=60).verdict == (FRICTION,)  # the mutant: each by itself
        found = estimate((cause, shadow), hashes(8000), resamples_n=60)
        assert found.verdict == (FRICTION, VARIATION)
        assert found.explained_by.tolist() == [-1, 0]
        assert abs(found.effect[1]) < 0.05


def test_two_frictions_that_go_together_stay_two_and_each_is_charged_with_its_own_part(hashes: Hashed) -> None:
    effects, apart = [], []
    for seed in range(6):
        sets = pair(seed, (0.15, 0.10), 0.6)
        found = estimate(sets, hashes(8000), resamples_n=60)
        assert found.verdict == (FRICTION, FRICTION)
        assert found.beside == ((1,), (0,))
        effects.append(found.effect)
        apart.append([estimate([units], hashes(8000), resamples_n=5).effect[0] for units in sets])
    assert (np.mean(apart, axis=0) > [0.18, 0.16]).all()  # the mutant: each charged with what the other does as well
    assert np.mean(effects, axis=0) == pytest.approx([0.15, 0.10], abs=0.02)


def test_what_became_known_only_within_the_stage_explains_nothing(hashes: Hashed) -> None:
    cause, shadow = pair(1, (0.2, 0.0), 0.6)
    later = replace(cause, is_entry=False)
    assert estimate((later, shadow), hashes(8000), resamples_n=20).explained_by.tolist() == [-1, -1]


def test_signals_that_hardly_ever_part_are_not_told_apart(hashes: Hashed) -> None:
    cause, _ = pair(2, (0.2, 0.0), 0.6)
    found = estimate((cause, cause), hashes(8000), resamples_n=20)
    assert found.explained_by.tolist() == [-1, -1]


def test_signals_of_other_stages_explain_nothing(hashes: Hashed) -> None:
    cause, shadow = pair(1, (0.2, 0.0), 0.6)
    elsewhere = replace(cause, step=cause.step + cause.step.size)
    assert estimate((elsewhere, shadow), hashes(8000), resamples_n=20).explained_by.tolist() == [-1, -1]
