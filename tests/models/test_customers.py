"""Repurchase, churn and worth against independent libraries, simulated truth and what naive shares would say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from models.customers import NEVER, Range, followed_n, mean_count, returned_by, worth

Numbers = npt.NDArray[np.int64]
DAY = 1000


def people(seed: int, n: int = 2000, rate: float = 0.01) -> tuple[Numbers, Numbers]:
    """Followed for up to 300 days; a third never come back, the others after 1 / rate days on average."""
    rng = np.random.default_rng(seed)
    followed = rng.integers(0, 300 * DAY, n)
    back = np.where(rng.random(n) < 1 / 3, 10**9, rng.exponential(DAY / rate, n)).astype(np.int64)
    return followed, np.where(back <= followed, back, NEVER)


def truth(window: float, rate: float = 0.01) -> float:
    return 2 / 3 * (1 - float(np.exp(-rate * window)))


@pytest.mark.parametrize("seed", range(3))
def test_who_came_back_agrees_with_an_independent_library(seed: int) -> None:
    followed, back = people(seed)
    seen = back >= 0
    oracle = SurvfuncRight(np.where(seen, back, followed) + 1, seen.astype(int))
    at = np.searchsorted(oracle.surv_times, 90 * DAY + 1, side="right") - 1
    assert returned_by(followed, back, 90 * DAY).value == pytest.approx(1 - oracle.surv_prob[at], abs=1e-12)


def test_shares_of_those_who_came_back_cover_the_truth_and_a_plain_share_does_not() -> None:
    ranges = [returned_by(*people(seed, 400), 180 * DAY) for seed in range(400)]
    hits = sum(found.low <= truth(180) <= found.high for found in ranges)
    assert 0.93 <= hits / 400 <= 0.975
    assert np.mean([found.value for found in ranges]) == pytest.approx(truth(180), abs=0.005)
    plain = [np.mean((back >= 0) & (back <= 180 * DAY)) for _, back in (people(seed, 400) for seed in range(50))]
    assert abs(np.mean(plain) - truth(180)) > 0.1, "as if everybody had been followed for the window"


def test_an_event_beyond_what_was_followed_is_none() -> None:
    assert returned_by(np.array([10, 10, 10, 10]), np.array([5, 12, NEVER, NEVER]), 10).value == pytest.approx(0.25)
    assert followed_n(np.array([9, 10, 11]), 10) == 2


def test_events_a_head_are_worked_out_by_hand() -> None:
    """At 2 three are followed and one comes, at 4 two and both come, at 6 one and he comes: 1/3 + 1 + 1."""
    found = mean_count(np.array([3, 5, 9]), np.array([0, 1, 2, 2, 2]), np.array([2, 4, 4, 6, 8]), 7)
    assert found.value == pytest.approx(1 / 3 + 2 / 2 + 1)
    # Lawless and Nadeau: the first person's error is (1 - 1/3) / 3, she is not followed to 4.
    errors = [(1 - 1 / 3) / 3, (0 - 1 / 3) / 3 + (1 - 1) / 2, (0 - 1 / 3) / 3 + (1 - 1) / 2 + (1 - 1) / 1]
    assert (found.high - found.value) / 1.959964 == pytest.approx(float(np.sqrt(np.square(errors).sum())), rel=1e-6)


def buyers(seed: int, n: int = 300) -> tuple[Numbers, Numbers, Numbers]:
    """Some buy often, some seldom (gamma), twice a year on average, followed for 0 to 365 days."""
    rng = np.random.default_rng(seed)
    followed = rng.integers(0, 365 * DAY, n)
    events = rng.poisson(rng.gamma(0.5, 4.0, n))  # in 365 days
    whose = np.repeat(np.arange(n), events)
    at = rng.integers(0, 365 * DAY, whose.size)
    return followed, whose, at


def test_events_a_head_cover_the_truth_though_some_buy_often() -> None:
    window = 300 * DAY
    expected = 2.0 * 300 / 365
    found = [mean_count(*buyers(seed), window) for seed in range(400)]
    assert np.mean([each.value for each in found]) == pytest.approx(expected, rel=0.02)
    assert 0.92 <= sum(each.low <= expected <= each.high for each in found) / 400 <= 0.975
    plain = [np.sum((at <= window) & (at <= followed[whose])) / 300 for followed, whose, at in map(buyers, range(20))]
    assert np.mean(plain) < 0.75 * expected, "as if everybody had been followed for the window"


def test_a_customer_is_worth_her_first_conversion_and_those_that_follow() -> None:
    assert worth(Range(0.5, 0.25, 0.75), 1000, 0.5) == Range(750, 625, 875)


def test_nobody_who_comes_again_leaves_the_first_conversion() -> None:
    nobody = np.array([], dtype=np.int64)
    assert mean_count(np.array([5, 6]), nobody, nobody, 4) == Range(0, 0, 0)
