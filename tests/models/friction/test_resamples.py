"""Bootstrap weights: Poisson, by person, and the same whatever else there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.friction.resamples import person_weights, weighted_counts

Hashed = Callable[[int], Any]


def test_weights_are_poisson_with_mean_one_in_every_resample_and_for_every_person(hashes: Hashed) -> None:
    drawn = person_weights(hashes(20_000), 200)
    share = np.bincount(drawn.ravel(), minlength=6)[:6] / drawn.size
    assert np.abs(share - np.exp(-1) / np.array([1, 1, 2, 6, 24, 120])).max() < 1e-3
    assert np.abs(drawn.mean(axis=0) - 1).max() < 5 / np.sqrt(20_000)
    assert np.abs(drawn.mean(axis=1) - 1).max() < 6.5 / np.sqrt(200)


def test_neither_persons_nor_resamples_go_together() -> None:
    drawn = person_weights(np.arange(2_000, dtype=np.uint64), 200)  # hashes as alike as can be
    between = np.asarray(np.corrcoef(drawn.T))[np.triu_indices(200, 1)]
    assert np.abs(between).max() < 5.5 / np.sqrt(2_000)
    assert abs(between.mean()) < 1e-3


def test_a_weight_follows_from_the_person_and_the_number_of_the_resample_alone(hashes: Hashed) -> None:
    persons = hashes(300)
    drawn = person_weights(persons, 50)
    assert np.array_equal(person_weights(persons[::-1], 50)[::-1], drawn)
    assert np.array_equal(person_weights(persons, 10, first=30), drawn[:, 30:40])


def test_weights_stay_what_they_are_from_version_to_version() -> None:
    known = [[1, 3, 0, 2, 0, 2, 1, 0], [1, 0, 0, 5, 1, 0, 1, 0]]
    assert person_weights(np.array([1, 2**63], dtype=np.uint64), 8).tolist() == known


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 9)), max_size=40))
def test_counts_add_up_the_weights_of_the_units_in_each_cell(units: list[tuple[int, int]]) -> None:
    cell, person = (np.array([unit[side] for unit in units], dtype=np.int64) for side in (0, 1))
    weights = person_weights(np.arange(10, dtype=np.uint64), 7)
    expected = np.zeros((5, 7), dtype=int)
    for into, who in units:
        if into >= 0:
            expected[into] += weights[who]
    assert np.array_equal(weighted_counts(cell, person, weights, 5), expected)
