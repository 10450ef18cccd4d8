"""Aalen-Johansen against fractions by hand, an independent library, and derivatives."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sksurv.nonparametric import (  # type: ignore[import-untyped]  # it ships no types
    cumulative_incidence_competing_risks,
    kaplan_meier_estimator,
)
from statsmodels.duration.survfunc import CumIncidenceRight

from models.incidence import curves, influences, quantile_intervals_us, shares

Numbers = npt.NDArray[np.int64]


@pytest.mark.parametrize(
    ("rows", "horizon", "expected"),
    [
        # (time, cause; 0 = last seen open) -> share per cause, share open
        ([(1, 1), (2, 2), (3, 1), (4, 2)], 9, [1 / 2, 1 / 2, 0]),
        ([(1, 1), (2, 2), (3, 1), (4, 2)], 2, [1 / 4, 1 / 4, 1 / 2]),
        ([(1, 1), (2, 0), (3, 2), (3, 2)], 9, [1 / 4, 3 / 4, 0]),
        ([(1, 0), (2, 1), (3, 2), (5, 0)], 9, [1 / 3, 1 / 3, 1 / 3]),
        ([(1, 1), (1, 0), (2, 2)], 9, [1 / 3, 2 / 3, 0]),  # leaving view at the time of an end is at risk of it
        ([(0, 1), (0, 1), (0, 0), (7, 0)], 5, [1 / 2, 0, 1 / 2]),
        ([(3, 0)], 5, [0, 0, 1]),
    ],
)
def test_shares_are_the_fractions_worked_out_by_hand(
    rows: list[tuple[int, int]], horizon: int, expected: list[float]
) -> None:
    time, cause = np.array(rows).T
    assert curves(time, cause, 2, horizon).shares == pytest.approx(expected)


def drawn(seed: int, n: int = 300) -> tuple[Numbers, Numbers]:
    """Tied times and three causes, a third still open."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 40, n), rng.choice(4, n, p=[0.3, 0.3, 0.2, 0.2])


@pytest.mark.parametrize("seed", range(5))
def test_curves_agree_with_an_independent_library(seed: int) -> None:
    time, cause = drawn(seed)
    # The library knows no time 0, and its standard errors need somebody who is never seen to end.
    time, cause = np.append(time + 1, 99), np.append(cause, 0)
    found = curves(time, cause, 3, 100)
    oracle = CumIncidenceRight(time, cause)
    for kind in range(3):
        ours = found.incidence[kind][np.searchsorted(found.times_us, oracle.times)]
        assert np.allclose(ours, oracle.cinc[kind], atol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3)), min_size=1, max_size=60), st.integers(0, 60))
def test_shares_always_add_up_to_one_and_curves_never_fall(rows: list[tuple[int, int]], horizon: int) -> None:
    time, cause = np.array(rows).T
    found = curves(time, cause, 3, horizon)
    assert abs(found.shares.sum() - 1) < 1e-9
    assert (found.shares >= 0).all()
    assert (np.diff(found.incidence, axis=1) >= 0).all()
    result = shares(found, np.arange(time.size))
    assert ((result.low >= 0) & (result.low <= result.share)).all()
    assert ((result.share <= result.high) & (result.high <= 1)).all()


def weighted(time: Numbers, cause: Numbers, weight: npt.NDArray[np.float64], horizon: int) -> list[float]:
    """Aalen-Johansen with weights, as plainly as it can be said."""
    survival, ended = 1.0, [0.0, 0.0, 0.0]
    for at in np.unique(time[time <= horizon]):
        at_risk = weight[time >= at].sum()
        lost = [weight[(time == at) & (cause == kind)].sum() / at_risk for kind in (1, 2, 3)]
        ended = [share + survival * part for share, part in zip(ended, lost, strict=True)]
        survival *= 1 - sum(lost)
    return [*ended, survival]


def test_influences_are_what_one_journey_more_would_change() -> None:
    time, cause = drawn(7, n=40)
    found = curves(time, cause, 3, 30)
    effect = np.empty((4, time.size))
    effect[:, found.order] = influences(found)
    step, plain = 1e-6, np.array(weighted(time, cause, np.ones(40), 30))
    for row in range(40):
        weight = np.ones(40)
        weight[row] += step
        changed = (np.array(weighted(time, cause, weight, 30)) - plain) / step
        assert np.allclose(effect[:, row], changed, atol=1e-6)
    assert np.allclose(plain, found.shares)


def test_without_anybody_open_the_interval_is_wilsons_own() -> None:
    time, cause = np.array([1] * 30 + [2] * 70), np.array([1] * 30 + [2] * 70)
    result = shares(curves(time, cause, 2, 9), np.arange(100))
    assert (result.low[0], result.high[0]) == pytest.approx((0.2189, 0.3959), abs=1e-4)


def test_where_nothing_happened_yet_the_interval_has_a_length_all_the_same() -> None:
    result = shares(curves(np.array([9] * 50), np.zeros(50, dtype=np.int64), 2, 5), np.arange(50))
    assert result.share.tolist() == [0, 0, 1]
    assert result.high[0] == pytest.approx(0.0713, abs=1e-4)


def test_the_same_journeys_of_fewer_people_say_less() -> None:
    time, cause = drawn(3)
    found = curves(time, cause, 3, 30)
    alone, together = shares(found, np.arange(300)), shares(found, np.argsort(np.argsort(time)) // 10)
    assert (together.high - together.low >= alone.high - alone.low).all()
    assert together.design_effect.max() > 2


@pytest.mark.parametrize("seed", range(3))
def test_curves_and_their_errors_agree_with_a_survival_library(seed: int) -> None:
    """scikit-survival: the same shares, and the same standard errors but for how ties are counted."""
    time, cause = drawn(seed)
    found = curves(time, cause, 3, 100)
    times, ours = cumulative_incidence_competing_risks(cause, time.astype(float))
    at = np.searchsorted(found.times_us, times)
    assert np.allclose(found.incidence[:, at], ours[1:], atol=1e-12)

    _, _, band = cumulative_incidence_competing_risks(cause, time + 0.0, conf_type="log-log", var_type="Aalen")
    errors = np.sqrt(np.square(influences(found, int(at[-1]))).sum(axis=1))[:3]
    share = found.incidence[:, -1]
    high = share ** np.exp(-1.959964 * errors / (share * np.abs(np.log(share))))
    assert np.allclose(high, band[1:, 1, -1], atol=0.004)


@pytest.mark.parametrize("seed", range(2))
def test_curves_agree_with_the_estimator_that_bears_their_name(seed: int) -> None:
    """lifelines draws ties apart at random, so it is given times without ties."""
    time, cause = drawn(seed)
    apart = time * 1000 + np.random.default_rng(seed).permutation(time.size)
    found = curves(apart, cause, 3, 10**6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of every version of pandas later than its own
        from lifelines import AalenJohansenFitter  # type: ignore[import-untyped]  # it ships no types

        oracle = AalenJohansenFitter(calculate_variance=False).fit(apart, cause, event_of_interest=2)
    theirs = oracle.cumulative_density_.iloc[1:, 0]
    at = np.searchsorted(found.times_us, theirs.index.to_numpy())
    assert np.allclose(found.incidence[1][at], theirs.to_numpy(), atol=1e-9)


def test_without_competing_ends_the_curve_is_kaplan_meiers() -> None:
    time, cause = drawn(9)
    is_ended = (cause > 0).astype(np.int64)
    times, survival = kaplan_meier_estimator(is_ended == 1, time.astype(float))
    found = curves(time, is_ended, 1, 100)
    assert np.allclose(1 - found.incidence[0][np.searchsorted(found.times_us, times)], survival, atol=1e-12)


def test_influences_up_to_a_time_are_those_of_a_horizon_there() -> None:
    time, cause = drawn(4)
    whole, cut = curves(time, cause, 3, 60), curves(time, cause, 3, 20)
    last = int(np.searchsorted(whole.times_us, 20, side="right")) - 1
    until = np.empty((4, time.size))
    until[:, whole.order] = influences(whole, last)
    expected = np.empty((4, time.size))
    expected[:, cut.order] = influences(cut)
    assert np.allclose(until, expected, atol=1e-15)


def test_a_quantile_is_where_the_curve_passes_its_part_of_the_limit() -> None:
    time, cause = np.arange(1, 101), np.array([1, 2] * 50)
    found = curves(time, cause, 2, 200)
    assert [found.quantile_us(1, part) for part in (0.0, 0.5, 0.9, 1.0)] == [1, 49, 89, 99]
    assert curves(time, cause * 0, 2, 200).quantile_us(1, 0.5) is None


def test_the_interval_of_a_median_without_anybody_open_is_that_of_its_rank() -> None:
    """Woodruff's on a whole sample: the ranks half a sample more or less 1.96 roots of n / 4."""
    time = np.arange(1, 401)
    found = curves(time, np.ones(400, dtype=np.int64), 1, 1000)
    for likeness, tolerance in ((1, 1), (4, 2)):
        (ends,) = quantile_intervals_us(found, 1, (0.5,), np.arange(400) // likeness, 30)
        half = 1.96 * np.sqrt(400 * likeness / 4)
        assert None not in ends
        assert np.allclose(np.array(ends, float), (200 - half, 200 + half), atol=tolerance)
    assert quantile_intervals_us(found, 1, (0.5,), np.arange(400) // 20, 30) == [(None, None)]
