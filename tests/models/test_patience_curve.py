"""The wait at which people start to leave: small tables, planted onsets that must be found, and none where none is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.patience_curve import PatienceCurve, patience_curve, rate_interval, starts_at
from models.waits import WaitEnd, Waits

W, S, L = int(WaitEnd.WAITING), int(WaitEnd.SERVED), int(WaitEnd.LEFT)
DAY_S = 86_400.0


def seen(wait_d: Any, end: Any, *, person: Any = None, is_settled: Any = True, is_past: Any = False) -> Waits:
    """Waits as they stood at the freeze, in days."""
    wait_s = np.asarray(wait_d, dtype=float) * DAY_S
    n = wait_s.size
    zeros = np.zeros(n, dtype=np.int64)
    return Waits(
        start_us=zeros,
        wait_s=wait_s,
        age_s=np.full(n, 1e9),
        end=np.broadcast_to(np.asarray(end, dtype=np.int64), n),
        person=np.arange(n) if person is None else person,
        last_us=zeros,
        last_s=wait_s,
        patience_us=zeros,
        is_settled=np.broadcast_to(is_settled, n),
        is_past=np.broadcast_to(is_past, n),
    )


def test_a_span_counts_who_waits_who_leaves_and_the_time_that_all_of_them_waited() -> None:
    wait_d = np.array([1.0] * 40 + [3.0] * 40 + [4.0] * 20)
    end = np.array([S] * 30 + [L] * 10 + [L] * 40 + [W] * 20)
    curve = patience_curve(seen(wait_d, end), promised_s=2 * DAY_S)
    spans = {(span.from_s / DAY_S, span.until_s / DAY_S): span for span in curve.spans}
    assert list(spans) == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert [(span.waiting_n, span.left_n) for span in spans.values()] == [
        (100, 10),
        (60, 0),
        (60, 40),
        (20, 0),
    ]  # twenty are too few
    assert [span.hazard for span in spans.values()] == [0.1, 0.0, pytest.approx(40 / 60), None]


def test_who_left_without_a_sign_or_went_on_without_it_is_no_leaver_of_any_span() -> None:
    wait_d = [0.0] * 30 + [1.0] * 50 + [2.0] * 50
    end = [L] * 30 + [S] * 50 + [L] * 50
    is_past = np.array([False] * 80 + [True] * 50)
    curve = patience_curve(seen(wait_d, end, is_settled=np.array([False] * 30 + [True] * 100), is_past=is_past))
    assert (curve.spans[0].waiting_n, sum(span.left_n for span in curve.spans)) == (100, 0)


def test_too_few_waits_or_one_length_of_wait_give_no_curve() -> None:
    assert patience_curve(seen([1.0, 2.0] * 14, S)) == PatienceCurve()
    assert patience_curve(seen([1.0] * 100, S)) == PatienceCurve()


def test_no_single_wait_can_be_read_off_the_spans() -> None:
    wait_d = np.random.default_rng(1).exponential(3.21987, 500)
    edges = {edge / DAY_S for span in patience_curve(seen(wait_d, S)).spans for edge in (span.from_s, span.until_s)}
    assert not edges & set(wait_d.tolist())
    assert all(f"{edge:.2g}" == f"{edge:.6g}" for edge in edges if edge >= 1)


@pytest.mark.parametrize(
    ("events", "exposure", "is_share", "start"),
    [
        ([0, 0, 20, 20], [50.0, 50.0, 50.0, 50.0], False, 2),
        ([10, 10, 10, 10], [50.0, 50.0, 50.0, 50.0], False, None),
        ([20, 0, 0, 20], [50.0, 50.0, 50.0, 50.0], False, 3),  # that many leave at once does not hide it
        ([40, 20, 10, 5], [50.0, 50.0, 50.0, 50.0], False, None),  # it falls
        ([0, 0, 0, 4], [500.0, 500.0, 500.0, 5.0], False, None),  # too few to say
        ([0, 15, 30, 60], [50.0, 50.0, 50.0, 50.0], False, 1),  # the first rise, not the steepest
        ([2, 1, 2, 30, 30], [100.0, 100.0, 100.0, 100.0, 100.0], True, 3),
        ([5], [50.0], False, None),
    ],
)
def test_the_start_is_the_first_span_above_what_was_before_it(
    events: list[float], exposure: list[float], is_share: bool, start: int | None
) -> None:
    assert starts_at(np.array(events, float), np.array(exposure), 1.0, is_share=is_share) == start


def test_a_rise_that_one_persons_waits_make_is_none() -> None:
    events, exposure = np.array([2.0, 2.0, 14.0, 14.0]), np.full(4, 100.0)
    assert starts_at(events, exposure, 1.0) == 2
    assert starts_at(events, exposure, 8.0) is None


def planted(seed: int, n: int, *, onset_d: float | None, mean_people: float = 1.0) -> Waits:
    """Served after a log-normal wait; leaves at 1 % a day, and from the onset at 30 % a day."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n), rng.geometric(1 / mean_people, n))[:n]
    served_d = np.exp(np.log(4.0) + 0.7 * rng.normal(0, 1, n))
    early_d = rng.exponential(100.0, n)
    late_d = np.inf if onset_d is None else onset_d + rng.exponential(1 / 0.3, n)
    left_d = np.minimum(early_d, late_d)
    followed_d = rng.uniform(5, 40, n)
    wait_d = np.minimum(np.minimum(served_d, left_d), followed_d)
    end = np.select([wait_d == served_d, wait_d == followed_d], [S, W], default=L)
    return seen(wait_d, end, person=person)


def starts_found(onset_d: float | None, seeds: range, n: int = 2000, mean_people: float = 1.0) -> list[float | None]:
    found = (patience_curve(planted(seed, n, onset_d=onset_d, mean_people=mean_people)) for seed in seeds)
    return [None if curve.leaves_from_s is None else curve.leaves_from_s / DAY_S for curve in found]


def near(starts: list[float | None], onset_d: float) -> float:
    """Share of those within a span of the planted onset."""
    return float(np.mean([start is not None and 0.75 * onset_d <= start <= 1.25 * onset_d for start in starts]))


def test_a_planted_onset_is_found_and_none_is_where_none_is() -> None:
    assert near(starts_found(6.0, range(60)), 6.0) >= 0.9
    assert np.mean([start is not None for start in starts_found(None, range(100), mean_people=3.0)]) <= 0.07


@pytest.mark.slow
def test_onsets_are_found_and_false_alarms_rare_over_many_seeds() -> None:
    for onset_d in (4.0, 6.0, 9.0):
        assert near(starts_found(onset_d, range(300)), onset_d) >= 0.9
    for mean_people in (1.0, 3.0):
        assert (
            np.mean([start is not None for start in starts_found(None, range(1000), mean_people=mean_people)]) <= 0.05
        )


def first_high_span(waits: Waits) -> float | None:
    """Wrong: the first span whose interval lies above the hazard so far, though there are a dozen to choose from."""
    left_n = waiting_d = 0.0
    for span in patience_curve(waits).spans:
        if span.hazard_low is not None and waiting_d > 0 and span.hazard_low > left_n / waiting_d:
            return span.from_s / DAY_S
        left_n += span.left_n
        waiting_d += span.left_n / span.hazard if span.hazard else 0.0
    return None


def test_looking_for_the_first_high_span_cries_wolf() -> None:
    assert np.mean([first_high_span(planted(seed, 2000, onset_d=None)) is not None for seed in range(100)]) > 0.1


def lost_after(seed: int, n: int, from_d: float | None) -> PatienceCurve:
    """Served after up to ten days; lost right after in 5 %, and in 25 % from a wait on."""
    rng = np.random.default_rng(seed)
    wait_d = rng.uniform(0.1, 10.0, n)
    chance = np.where(wait_d >= (np.inf if from_d is None else from_d), 0.25, 0.05)
    known = rng.random(n) < 0.9
    return patience_curve(seen(wait_d, S), promised_s=5 * DAY_S, is_known_after=known, is_lost=rng.random(n) < chance)


def test_the_wait_from_which_the_served_are_lost_is_found_at_the_promise_that_was_broken() -> None:
    starts = [lost_after(seed, 2000, 5.0).lost_from_s for seed in range(40)]
    assert np.mean([start == 5 * DAY_S for start in starts]) >= 0.8
    assert np.mean([lost_after(seed, 2000, None).lost_from_s is not None for seed in range(60)]) <= 0.07


def test_shares_lost_after_and_hazards_hold_what_is_planted() -> None:
    hits: list[bool] = []
    for seed in range(60):
        spans = patience_curve(planted(seed, 1500, onset_d=None, mean_people=3.0)).spans
        hits += [
            span.hazard_low <= 0.01 <= span.hazard_high
            for span in spans
            if span.hazard_low is not None and span.hazard_high is not None
        ]
        for span in lost_after(seed, 1500, None).spans:
            if span.lost_after_low is not None and span.lost_after_high is not None:
                hits.append(span.lost_after_low <= 0.05 <= span.lost_after_high)
    assert 0.93 <= np.mean(hits) <= 0.975


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.69), (1, 0.025, 5.57), (10, 4.80, 18.39), (100, 81.36, 121.63)]
)
def test_intervals_of_rare_events_are_poissons(events: int, low: float, high: float) -> None:
    assert rate_interval(events) == pytest.approx((low, high), rel=0.03, abs=0.02)
