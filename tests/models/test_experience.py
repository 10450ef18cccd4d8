"""Scores against counts by hand and simulated truth, response rates of campaigns that have just begun."""

from __future__ import annotations

import numpy as np
import pytest

from models.experience import Score, response_share, score_of, settled_us
from models.intervals import Floats, Integers
from schemas.words import ExperienceMeasure

NPS, CSAT, SENTIMENT = ExperienceMeasure.NPS, ExperienceMeasure.CSAT, ExperienceMeasure.SENTIMENT


def answers(promoters: int, passives: int, detractors: int) -> tuple[Floats, Integers]:
    points = np.repeat([100.0, 0.0, -100.0], [promoters, passives, detractors])
    return points, np.arange(points.size)


def found(measure: ExperienceMeasure, points: Floats, person: Integers) -> Score:
    score = score_of(measure, points, person)
    assert score is not None
    return score


def test_nps_is_promoters_less_detractors_and_its_interval_is_walds_with_three_answers_added() -> None:
    score = found(NPS, *answers(50, 30, 20))
    # By hand: 50.75 promoters, 31.5 passives, 20.75 detractors of 103.
    middle, spread = 30 / 103, (50.75 + 20.75) / 103 - (30 / 103) ** 2
    half = 1.959964 * (spread / 103) ** 0.5
    assert score.score == pytest.approx(30)
    assert (score.low, score.high) == pytest.approx((100 * (middle - half), 100 * (middle + half)), abs=1e-4)


def test_a_score_of_all_alike_has_an_interval_all_the_same() -> None:
    score = found(NPS, *answers(40, 0, 0))
    assert score.score == score.high == 100
    assert 80 < score.low < 97


def test_csat_is_the_share_of_good_answers() -> None:
    score = found(CSAT, np.repeat([1.0, 0.0], [30, 10]), np.arange(40))
    assert (score.score, score.low, score.high) == pytest.approx((0.75, 0.598, 0.858), abs=1e-3)


def test_few_answers_have_no_score_and_many_of_few_people_are_few() -> None:
    assert score_of(CSAT, np.ones(29), np.arange(29)) is None
    assert score_of(CSAT, np.ones(0), np.arange(0)) is None
    points = np.repeat(np.tile([1.0, 0.0], 10), 5)
    assert score_of(CSAT, points, np.repeat(np.arange(20), 5)) is None
    assert found(CSAT, points, np.arange(100)).effective_n == pytest.approx(100)


def coverage(seeds: int, is_clustered: bool, knows_people: bool, weights: tuple[float, float, float]) -> float:
    """Share of simulated surveys whose interval has the true NPS; clustered: everybody answers as before, mostly."""
    truth = 100 * (weights[0] - weights[2])
    hits = 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        people = rng.choice([100.0, 0.0, -100.0], 150, p=weights)
        person = np.repeat(np.arange(150), rng.integers(1, 5, 150) if is_clustered else 1)
        fresh = rng.choice([100.0, 0.0, -100.0], person.size, p=weights)
        points = np.where(rng.random(person.size) < 0.7, people[person], fresh) if is_clustered else people
        score = found(NPS, points, person if knows_people else np.arange(points.size))
        hits += score.low <= truth <= score.high
    return hits / seeds


@pytest.mark.parametrize(
    ("is_clustered", "weights"),
    [(False, (0.5, 0.3, 0.2)), (False, (0.9, 0.07, 0.03)), (True, (0.5, 0.3, 0.2)), (True, (0.2, 0.3, 0.5))],
)
def test_intervals_of_nps_cover_the_truth(is_clustered: bool, weights: tuple[float, float, float]) -> None:
    assert 0.93 <= coverage(800, is_clustered, True, weights) <= 0.97


def test_an_interval_that_takes_answers_for_people_does_not_cover_the_truth() -> None:
    assert coverage(800, True, False, (0.5, 0.3, 0.2)) < 0.91


def test_sentiment_is_a_mean() -> None:
    points = np.linspace(-0.5, 0.5, 101)
    score = found(SENTIMENT, points, np.arange(101))
    half = 1.96 * np.std(points) / 101**0.5
    assert (score.score, score.low, score.high) == pytest.approx((0, -half, half), abs=1e-4)


def test_whoever_was_asked_just_now_is_not_yet_silent() -> None:
    """Three of ten answer after a day; of a hundred asked an hour ago nobody could."""
    day = 24
    asked = np.append(np.arange(1000), np.full(1000, 1999))
    answered = np.append(np.where(np.arange(1000) % 10 < 3, np.arange(1000) + day, -1), np.full(1000, -1))
    assert response_share(asked, answered, as_of_us=2000) == pytest.approx(0.3)
    assert np.count_nonzero(answered >= 0) / asked.size == pytest.approx(0.15), "what a plain share would say"


def test_nobody_asked_long_enough_ago_has_no_response_rate() -> None:
    assert response_share(np.array([5]), np.array([9]), as_of_us=8) is None
    assert response_share(np.array([5, 6]), np.array([-1, -1]), as_of_us=8) == 0
    assert settled_us(np.array([], dtype=np.int64)) == 0
