"""All effects judged together, against an independent library and small tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from models.friction.family import adjusted, among_first, verdict


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_agree_with_an_independent_library(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert np.allclose(adjusted(np.array(p_values)), expected, atol=1e-12)


def test_what_has_no_p_value_belongs_to_no_family() -> None:
    found = adjusted(np.array([0.01, np.nan, 0.04]))
    assert found[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("q_value", "low", "high", "expected"),
    [
        (0.05, 0.01, 0.2, "friction"),
        (0.05, -0.2, -0.01, "helpful"),
        (0.051, 0.01, 0.2, "variation"),
        (0.001, -0.01, 0.2, "variation"),
        (0.001, 0.0, 0.2, "variation"),
        (float("nan"), 0.01, 0.2, "refused"),
    ],
)
def test_a_verdict_takes_both_a_small_q_value_and_an_interval_beside_zero(
    q_value: float, low: float, high: float, expected: str
) -> None:
    assert verdict(q_value, low, high) == expected


def test_among_the_first_three_is_counted_draw_by_draw() -> None:
    lost = np.array([[9.0, 9.0], [8.0, 1.0], [7.0, 3.0], [6.0, 2.0], [np.nan, np.nan], [50.0, 50.0], [-1.0, -2.0]])
    found = among_first(lost, np.array([True, True, True, True, True, False, True]))
    assert found[:5].tolist() == [1.0, 0.5, 1.0, 0.5, 0.0]
    assert np.isnan(found[5])
    assert found[6] == 0.0


def test_who_costs_nobody_is_never_among_the_first() -> None:
    assert among_first(np.array([[0.0], [-5.0]]), np.array([True, True])).tolist() == [0.0, 0.0]
