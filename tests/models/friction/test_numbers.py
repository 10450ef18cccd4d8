from __future__ import annotations

import numpy as np
import pytest

from models.friction.numbers import dense, distinct, firsts, mask


@pytest.mark.parametrize("most", [1, 5, 300, 10**9])
@pytest.mark.parametrize("entries_n", [0, 1, 40])
def test_counting_finds_what_sorting_finds(most: int, entries_n: int) -> None:
    numbers = np.random.default_rng(entries_n).integers(0, most, entries_n)
    names, place = np.unique(numbers, return_inverse=True)

    distinct_n, found = dense(numbers)

    assert distinct_n == names.size
    assert found.tolist() == place.tolist()
    if most < 10**6:
        assert distinct(numbers).tolist() == names.tolist()
        assert np.flatnonzero(mask(numbers, most)).tolist() == names.tolist()


def test_firsts_of_rising_numbers_are_where_each_begins() -> None:
    assert firsts(np.array([2, 2, 2, 5, 7, 7])).tolist() == [0, 3, 4]
    assert firsts(np.array([], dtype=np.int64)).tolist() == []
