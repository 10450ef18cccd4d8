"""Differences of two numbers against independent oracles and repeated draws."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from models.contrasts import (
    Estimate,
    contrast,
    held_still,
    incidence_of,
    mean_of,
    p_of_shares,
    quantile_of,
    share_of,
    stratified_effect,
)
from models.incidence import curves, shares
from models.intervals import Integers


def alone(n: int) -> Integers:
    """A person of her own for each of n journeys."""
    return np.arange(n, dtype=np.int64)


def share(hits: int, n: int) -> Estimate:
    return share_of(np.arange(n) < hits, alone(n))


@pytest.mark.parametrize(("hits", "n", "other_hits", "other_n"), [(56, 70, 48, 80), (0, 40, 3, 500), (9, 10, 3, 10)])
def test_the_interval_of_two_shares_is_newcombes(hits: int, n: int, other_hits: int, other_n: int) -> None:
    found = contrast(share(hits, n), share(other_hits, other_n))
    low, high = confint_proportions_2indep(hits, n, other_hits, other_n, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert found.difference == pytest.approx(hits / n - other_hits / other_n)


@pytest.mark.parametrize(
    ("hits", "n", "other_hits", "other_n"), [(1, 50, 0, 9000), (4, 40, 2, 60), (38, 40, 900, 1000)]
)
def test_few_hits_are_tested_exactly(hits: int, n: int, other_hits: int, other_n: int) -> None:
    total, everyone = hits + other_hits, n + other_n
    chance = {k: comb(n, k) * comb(other_n, total - k) / comb(everyone, total) for k in range(min(n, total) + 1)}
    above = sum(p for k, p in chance.items() if k > hits) + chance[hits] / 2
    below = sum(p for k, p in chance.items() if k < hits) + chance[hits] / 2
    assert p_of_shares(share(hits, n), share(other_hits, other_n)) == pytest.approx(min(1, 2 * min(above, below)))


def test_nobody_anywhere_is_no_difference() -> None:
    assert p_of_shares(share(0, 40), share(0, 90)) == 1.0


def test_journeys_of_one_person_told_twice_weigh_once() -> None:
    hits = np.random.default_rng(1).random(200) < 0.3
    once = share_of(hits, alone(200))
    twice = share_of(np.repeat(hits, 2), np.repeat(alone(200), 2))
    assert twice.worth == pytest.approx(once.worth, rel=0.01)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high), abs=1e-3)
    assert mean_of(np.repeat(hits, 2).astype(np.float64), np.repeat(alone(200), 2)).spread == pytest.approx(
        mean_of(hits.astype(np.float64), alone(200)).spread, rel=0.01
    )


def test_without_anybody_open_the_incidence_is_the_share() -> None:
    cause = np.array([1] * 30 + [2] * 70)
    found, _ = incidence_of(np.arange(1, 101), cause, 1, 1000, alone(100))
    plain = share(30, 100)
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_intervals_of_incidences_are_those_of_the_outcomes() -> None:
    draw = np.random.default_rng(6)
    person, until, cause = draw.integers(0, 150, 300), draw.integers(1, 90, 300), draw.integers(0, 4, 300)
    known = shares(curves(until, cause, 3, 60), person)
    for wanted in (1, 2, 3):
        found, _ = incidence_of(until, cause, wanted, 60, person)
        place = wanted - 1
        assert found.value == pytest.approx(known.share[place])
        assert (found.low, found.high) == pytest.approx((known.low[place], known.high[place]), abs=2e-3)


def test_the_median_of_a_hundred_waits_is_the_fiftieth() -> None:
    found = quantile_of(0.5, np.arange(1, 101) * 1_000_000, np.ones(100, np.int64), alone(100))
    assert found is not None
    assert found.value == 50
    assert (found.low, found.high) == (41, 60)  # as order statistics of a binomial give: 41st to 60th


def test_nobody_served_has_no_median() -> None:
    assert quantile_of(0.5, np.arange(1, 9), np.zeros(8, np.int64), alone(8)) is None


def test_strata_are_weighed_by_their_overlap() -> None:
    #            stratum 0: 8/10 against 4/10; stratum 1: 1/2 against 2/8
    hits = [1] * 8 + [0] * 2 + [1] * 4 + [0] * 6 + [1, 0] + [1] * 2 + [0] * 6
    one = [True] * 10 + [False] * 10 + [True] * 2 + [False] * 8
    stratum = [0] * 20 + [1] * 10
    found = held_still(np.array(hits, float), np.array(one), np.array(stratum), alone(30))
    assert found is not None
    assert found.difference == pytest.approx((5 * 0.4 + 1.6 * 0.25) / 6.6)


def test_groups_that_never_meet_in_a_stratum_are_not_compared() -> None:
    assert held_still(np.ones(4), np.array([True, True, False, False]), np.array([0, 0, 1, 1]), alone(4)) is None


def repeated(draw: np.random.Generator, people_n: int, at: float) -> tuple[npt.NDArray[np.bool_], Integers]:
    """Journeys of people of whom each has a taste of her own."""
    taste = draw.beta(at * 4, (1 - at) * 4, people_n)
    person = np.repeat(np.arange(people_n), draw.integers(1, 5, people_n))
    return draw.random(person.size) < taste[person], person


def test_intervals_of_differences_cover_with_people_who_come_again() -> None:
    draw = np.random.default_rng(3)
    covered = naive = 0
    for _ in range(600):
        one, other = repeated(draw, 150, 0.35), repeated(draw, 200, 0.2)
        found = contrast(share_of(*one), share_of(*other))
        covered += found.low <= 0.15 <= found.high
        plain = contrast(share_of(one[0], alone(one[0].size)), share_of(other[0], alone(other[0].size)))
        naive += plain.low <= 0.15 <= plain.high
    assert 0.93 <= covered / 600 <= 0.97
    assert naive / 600 < 0.93  # the mutant: journeys instead of people


def test_intervals_of_medians_cover_with_people_still_waiting() -> None:
    draw = np.random.default_rng(4)
    covered = biased = 0
    truth = np.log(2) * 5
    for _ in range(400):
        wait, seen = draw.exponential(5, 300), draw.uniform(0, 40, 300)
        until = (np.minimum(wait, seen) * 1e6).astype(np.int64)
        found = quantile_of(0.5, until, (wait <= seen).astype(np.int64), alone(300))
        served_n = int((wait <= seen).sum())
        finished = quantile_of(0.5, until[wait <= seen], np.ones(served_n, np.int64), alone(served_n))
        assert found is not None and finished is not None
        # With everybody served in the end, the limit of the incidence is nearly one.
        covered += found.low <= truth <= found.high
        biased += finished.low <= truth <= finished.high
    assert 0.90 <= covered / 400 <= 0.98
    assert biased / 400 < 0.7  # the mutant: only those who were served


def test_effects_within_strata_cover() -> None:
    draw = np.random.default_rng(5)
    covered = crude = 0
    for _ in range(400):
        stratum = draw.integers(0, 4, 800)
        exposed = draw.random(800) < np.array([0.1, 0.2, 0.4, 0.6])[stratum]
        lost = draw.random(800) < np.array([0.05, 0.1, 0.2, 0.3])[stratum] + 0.1 * exposed
        found = stratified_effect(lost, exposed, stratum, alone(800))
        assert found is not None
        covered += found.low <= 0.1 <= found.high
        plain = contrast(
            share_of(lost[exposed], alone(exposed.sum())), share_of(lost[~exposed], alone((~exposed).sum()))
        )
        crude += plain.low <= 0.1 <= plain.high
    assert 0.92 <= covered / 400 <= 0.98
    assert crude / 400 < 0.8  # the mutant: no strata


def test_effects_in_many_strata_of_few_do_not_differ_by_themselves() -> None:
    """Most strata have one or no exposed: their residuals are nothing, and a variance made of them far too small."""
    draw = np.random.default_rng(7)
    told = naive = 0
    for _ in range(150):
        sides, plain = [], []
        for _side in range(2):
            stratum = draw.integers(0, 250, 1500)
            exposed = draw.random(1500) < 0.04
            lost = draw.random(1500) < draw.uniform(0.1, 0.5, 250)[stratum]
            found, still = (
                stratified_effect(lost, exposed, stratum, alone(1500)),
                held_still(lost.astype(np.float64), exposed, stratum, alone(1500)),
            )
            assert found is not None and still is not None
            sides.append(found)
            plain.append(Estimate(still.difference, still.low, still.high, 1, (still.high - still.low) / 3.92))
        told += contrast(sides[0], sides[1]).p_value <= 0.05
        naive += contrast(plain[0], plain[1]).p_value <= 0.05
    assert told / 150 <= 0.08
    assert naive / 150 > 0.1  # the mutant: variance from residuals


def test_an_effect_on_hardly_anybody_lost_is_not_told() -> None:
    exposed = alone(400) < 40
    assert stratified_effect(alone(400) % 100 == 0, exposed, alone(400) * 0, alone(400)) is None


def test_what_is_so_or_not_is_held_still_like_the_numbers_0_and_1() -> None:
    draw = np.random.default_rng(3)
    hits, one = draw.random(4_000) < 0.3, draw.random(4_000) < 0.2
    stratum, person = draw.integers(0, 12, 4_000), draw.integers(0, 2_500, 4_000)
    assert held_still(hits, one, stratum, person) == held_still(hits.astype(float), one, stratum, person)
