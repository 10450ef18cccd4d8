"""Waits and promises: small tables, and planted waits that must be found again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.waits import WaitEnd, WaitSummary, summarise_waits

W, S, L = WaitEnd.WAITING, WaitEnd.SERVED, WaitEnd.LEFT
HOUR_US = 3_600_000_000


def summary(rows: list[tuple[float, WaitEnd]], **more: Any) -> WaitSummary:
    """Waits in hours that all began at 0, a hundred hours before the snapshot."""
    wait_h, end = zip(*rows, strict=True) if rows else ((), ())
    given = {"as_of_us": 100 * HOUR_US, **more}
    return summarise_waits(
        np.zeros(len(rows), dtype=np.int64),
        np.array(wait_h, dtype=float) * 3600,
        np.array(end, dtype=np.int64),
        **given,
    )


@pytest.mark.parametrize(
    ("rows", "p50_h", "p90_h"),
    [
        ([(h, S) for h in range(1, 11)], 5, 9),
        ([(1, S), (2, S), (0, L), (9, L)], 1, 2),  # quantiles are of those who go on
        ([(1, S), (3, W), (5, S), (5, S)], 5, 5),  # who still waits after 3 hours adds to the longer waits
        ([(1, W), (0, L)], None, None),
        ([], None, None),
    ],
)
def test_quantiles_are_of_those_who_go_on(
    rows: list[tuple[float, WaitEnd]], p50_h: float | None, p90_h: float | None
) -> None:
    found = summary(rows)
    hours = [None if value is None else value / 3600 for value in (found.p50_s, found.p90_s)]
    assert hours == [p50_h, p90_h]


@pytest.mark.parametrize(
    ("rows", "kept", "judged", "waiting", "overdue"),
    [
        ([(1, S), (2, S), (3, S)], 2 / 3, 3, 0, 0),  # exactly as promised is kept
        ([(1, S), (1, W), (3, W)], 1 / 2, 2, 2, 1),  # still in time: not judged; already longer: broken
        ([(1, S), (0, L), (5, L)], 1 / 2, 2, 0, 0),  # left in time: not judged; left after it: broken
        ([(1, W)], None, 0, 1, 0),
        ([], None, 0, 0, 0),
    ],
)
def test_a_promise_of_two_hours_is_judged_once_it_is_kept_or_broken(
    rows: list[tuple[float, WaitEnd]], kept: float | None, judged: int, waiting: int, overdue: int
) -> None:
    found = summary(rows, promised_s=7200.0)
    assert found.kept_share == (None if kept is None else pytest.approx(kept))
    assert (found.judged_n, found.waiting_n, found.overdue_n) == (judged, waiting, overdue)


def test_without_a_promise_nothing_is_judged() -> None:
    found = summary([(1, S), (3, W)])
    assert (found.n, found.kept_share, found.kept_low, found.judged_n, found.overdue_n) == (2, None, None, 0, 0)


def test_a_wait_begun_too_recently_for_its_promise_is_not_judged_even_if_it_was_quick() -> None:
    found = summary([(1, S), (3, S)], promised_s=7200.0, age_s=np.array([1.5, 50.0]) * 3600)
    assert (found.kept_share, found.judged_n) == (0.0, 1)


def test_the_interval_of_promises_kept_knows_that_one_person_waited_often() -> None:
    rows = [(1.0, S)] * 50 + [(3.0, S)] * 50
    alone = summary(rows, promised_s=7200.0)
    same = summary(rows, promised_s=7200.0, person=np.arange(100) // 10)
    assert (alone.kept_low, alone.kept_high) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert same.kept_high is not None
    assert same.kept_high > 0.7


@pytest.mark.parametrize("seed", range(3))
def test_planted_quantiles_are_found_with_people_still_waiting_and_people_who_left_in_silence(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, window_h, patience_h = 40_000, 240.0, 60.0
    began_h = rng.uniform(0, window_h, n)
    wait_h, is_lost = rng.lognormal(np.log(12.0), 0.7, n), rng.random(n) < 0.4
    age_h = window_h - began_h
    is_served = ~is_lost & (wait_h <= age_h)
    # Who leaves in silence is known to have left, at once, only after the patience.
    is_known_left = ~is_served & (age_h > patience_h)
    end = np.select([is_served, is_known_left], [S, L], default=W)
    seen_h = np.select([is_served, is_known_left], [wait_h, 0.0], default=age_h)
    start_us = (began_h * HOUR_US).astype(np.int64)
    found = summarise_waits(
        start_us, seen_h * 3600, end, as_of_us=int(window_h * HOUR_US), patience_us=int(patience_h * HOUR_US)
    )
    assert found.p50_s is not None
    assert found.p90_s is not None
    assert found.p50_s / 3600 == pytest.approx(12.0, rel=0.03)
    assert found.p90_s / 3600 == pytest.approx(12.0 * np.exp(0.7 * 1.28155), rel=0.03)
