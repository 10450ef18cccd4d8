"""Waits and promises: small tables, and planted waits that must be found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.incidence import curves
from models.waits import Snapshot, WaitEnd, Waits, WaitSummary, summarise_waits

W, S, L = WaitEnd.WAITING, WaitEnd.SERVED, WaitEnd.LEFT
HOUR_US = 3_600_000_000
Floats = npt.NDArray[np.float64]


def snapshot(as_of_h: float) -> Snapshot:
    as_of_us = int(as_of_h * HOUR_US)
    return Snapshot(as_of_us, lambda at_us: (as_of_us - at_us) / 1e6)


def waits_of(rows: list[tuple[float, WaitEnd]], as_of_h: float, patience_h: float = 0.0) -> Waits:
    """Waits in hours; those that are over began at 0, and who waits has been waiting since so long before the snapshot.

    Whoever is served has converted, whoever left was last heard of when she did, and whoever waits just now.
    """
    wait_h = np.array([row[0] for row in rows], dtype=float)
    end = np.array([row[1] for row in rows], dtype=np.int64)
    age_h = np.where(end == W, wait_h, as_of_h)
    start_us = np.rint((as_of_h - age_h) * HOUR_US).astype(np.int64)
    return Waits(
        start_us=start_us,
        wait_s=wait_h * 3600,
        age_s=age_h * 3600,
        end=end,
        person=np.arange(len(rows)),
        last_us=start_us + np.rint(wait_h * HOUR_US).astype(np.int64),
        last_s=wait_h * 3600,
        patience_us=np.full(len(rows), int(patience_h * HOUR_US)),
        is_settled=end == S,
        is_past=np.zeros(len(rows), dtype=bool),
    )


def summary(rows: list[tuple[float, WaitEnd]], as_of_h: float = 100.0, **more: Any) -> WaitSummary:
    shot = snapshot(as_of_h)
    return summarise_waits(waits_of(rows, as_of_h), shot, freeze_us=shot.as_of_us, **more)


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
    shot = snapshot(100)
    waits = waits_of([(1, S), (3, S)], 100)
    young = replace(waits, start_us=np.array([int(98.5 * HOUR_US), 0]), age_s=np.array([1.5, 100.0]) * 3600)
    found = summarise_waits(young, shot, freeze_us=shot.as_of_us, promised_s=7200.0)
    assert (found.kept_share, found.judged_n) == (0.0, 1)


def test_the_freeze_lies_before_the_snapshot_by_the_longest_patience_of_where_they_stand() -> None:
    shot = snapshot(100)
    waits = waits_of([(1, S), (2, L), (3, W)], 100)
    waits = replace(waits, patience_us=np.array([90, 20, 30]) * HOUR_US)
    assert shot.freeze_us(waits) == 70 * HOUR_US - 1  # who was served stands nowhere, and needs no patience


def test_waits_are_seen_as_they_stood_at_the_freeze() -> None:
    shot = snapshot(100)
    seen = shot.seen_at(waits_of([(40, S), (80, S), (60, L), (90, W), (20, W)], 100), 50 * HOUR_US)
    assert [(round(h), WaitEnd(end)) for h, end in zip(seen.wait_s / 3600, seen.end, strict=True)] == [
        (40, S),
        (50, W),
        (50, W),
        (40, W),
    ]


def test_who_left_is_told_from_who_went_on_without_it_and_from_who_gave_no_sign() -> None:
    waits = waits_of([(1, S), (0, L), (5, L), (5, L), (0, L)], 100)
    waits = replace(
        waits,
        is_past=np.array([False, False, False, True, False]),
        is_settled=np.array([True, False, False, False, True]),  # the last said no at once
    )
    shot = snapshot(100)
    found = summarise_waits(waits, shot, freeze_us=shot.as_of_us)
    assert (found.followed_n, found.left_n, found.passed_n, found.silent_n) == (5, 3, 1, 1)


def test_the_interval_of_promises_kept_knows_that_one_person_waited_often() -> None:
    rows = [(1.0, S)] * 50 + [(3.0, S)] * 50
    shot, waits = snapshot(100), waits_of(rows, 100)
    alone = summarise_waits(waits, shot, freeze_us=shot.as_of_us, promised_s=7200.0)
    together = replace(waits, person=np.arange(100) // 10)
    same = summarise_waits(together, shot, freeze_us=shot.as_of_us, promised_s=7200.0)
    assert (alone.kept_low, alone.kept_high) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert same.kept_high is not None
    assert same.kept_high > 0.7


def test_fewer_than_thirty_independent_waits_have_a_median_but_no_interval() -> None:
    rows = [(float(h), S) for h in range(1, 31)]
    shot, waits = snapshot(100), waits_of(rows, 100)
    assert summary(rows).p50_low_s is not None
    assert summary(rows[1:]).p50_low_s is None
    few = summarise_waits(replace(waits, person=np.arange(30) // 10), shot, freeze_us=shot.as_of_us)
    assert (few.p50_s, few.p50_low_s) == (15 * 3600, None)


# What is planted: a log-normal wait, silent leavers whom only patience reveals, some of whom touch once more before.
MEDIAN_H, SPREAD, LOST = 12.0, 0.7, 0.4
TRUE_H = {"p50": MEDIAN_H, "p90": MEDIAN_H * np.exp(SPREAD * 1.2815515655)}


def planted_waits(
    seed: int, n: int, *, window_h: float = 240.0, patience_h: float = 70.0, alike: float = 0.0, mean_waits: float = 1.0
) -> tuple[Waits, Snapshot]:
    """Waits that began at any time of the window, as its end shows them."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n), rng.geometric(1 / mean_waits, n))[:n]
    began_h = rng.uniform(0, window_h, n)
    mood = rng.normal(0, alike, n)[person]
    wait_h = np.exp(np.log(MEDIAN_H) + SPREAD * (mood + np.sqrt(1 - alike**2) * rng.normal(0, 1, n)))
    sign_h = np.where(rng.random(n) < 0.5, rng.exponential(5.0, n), 0.0)  # half are heard of once more
    is_lost = rng.random(n) < LOST
    age_h = window_h - began_h
    is_served = ~is_lost & (wait_h <= age_h)
    seen_h = np.where(sign_h <= age_h, np.where(is_lost, sign_h, np.minimum(sign_h, wait_h)), 0.0)
    has_left = ~is_served & (age_h - seen_h > patience_h)
    start_us = np.rint(began_h * HOUR_US).astype(np.int64)
    waits = Waits(
        start_us=start_us,
        wait_s=np.select([is_served, has_left], [wait_h, seen_h], default=age_h) * 3600,
        age_s=age_h * 3600,
        end=np.select([is_served, has_left], [int(S), int(L)], default=int(W)),
        person=person,
        last_us=start_us + np.rint(np.where(is_served, wait_h, seen_h) * HOUR_US).astype(np.int64),
        last_s=np.where(is_served, wait_h, seen_h) * 3600,
        patience_us=np.full(n, int(patience_h * HOUR_US)),
        is_settled=is_served,
        is_past=np.zeros(n, dtype=bool),
    )
    return waits, snapshot(window_h)


def found_in(waits: Waits, shot: Snapshot, **more: Any) -> WaitSummary:
    return summarise_waits(waits, shot, freeze_us=shot.freeze_us(waits), **more)


@pytest.mark.parametrize("seed", range(3))
def test_planted_quantiles_are_found_with_people_still_waiting_and_people_who_left_in_silence(seed: int) -> None:
    found = found_in(*planted_waits(seed, 40_000))
    assert found.p50_s is not None
    assert found.p90_s is not None
    assert found.p50_s / 3600 == pytest.approx(TRUE_H["p50"], rel=0.02)
    assert found.p90_s / 3600 == pytest.approx(TRUE_H["p90"], rel=0.03)
    assert found.p50_half_patience_s == pytest.approx(found.p50_s, rel=0.05)
    assert found.p50_double_patience_s == pytest.approx(found.p50_s, rel=0.05)


def finished_only(waits: Waits, shot: Snapshot) -> float:
    """Wrong: the median of the waits that are over, which are the quick ones."""
    del shot
    return float(np.median(waits.wait_s[waits.end == S])) / 3600


def left_as_waiting(waits: Waits, shot: Snapshot) -> float:
    """Wrong: whoever left taken for somebody who still waits, so that half of all are served late or never."""
    del shot
    is_served = waits.end == S
    wait_us = np.rint(np.where(is_served, waits.wait_s, waits.age_s) * 1e6).astype(np.int64)
    found = curves(wait_us, is_served.astype(np.int64), 1, int(wait_us.max()))
    return float(found.times_us[np.searchsorted(found.incidence[0], 0.5)]) / HOUR_US


@pytest.mark.parametrize("wrong", [finished_only, left_as_waiting])
def test_tempting_medians_miss_the_planted_one_in_a_short_window(wrong: Any) -> None:
    waits, shot = planted_waits(5, 40_000, window_h=120.0, patience_h=40.0)
    found = found_in(waits, shot)
    assert found.p50_s is not None
    assert abs(wrong(waits, shot) / TRUE_H["p50"] - 1) > 0.05
    assert abs(found.p50_s / 3600 / TRUE_H["p50"] - 1) <= 0.05


def no_freeze(waits: Waits, shot: Snapshot) -> float | None:
    """Wrong: promises judged to the snapshot, though who left silently of late still counts as waiting, and overdue."""
    return summarise_waits(waits, shot, freeze_us=shot.as_of_us, promised_s=MEDIAN_H * 3600).kept_share


def test_promises_kept_are_unbiased_only_with_the_freeze() -> None:
    """Of those whose wait outlasts their leaving nobody is judged: half of the others are served within the median."""
    waits, shot = planted_waits(6, 200_000)
    found = found_in(waits, shot, promised_s=MEDIAN_H * 3600)
    left_later = LOST * 0.5 * np.exp(-MEDIAN_H / 5.0)  # heard of after the promise: broken
    truth = (1 - LOST) * 0.5 / (1 - LOST + left_later)
    assert found.kept_share == pytest.approx(truth, abs=0.005)
    wrong = no_freeze(waits, shot)
    assert wrong is not None
    assert abs(wrong - truth) > 0.03


WORLDS: dict[str, tuple[int, dict[str, float]]] = {
    "plain": (400, {}),
    "alike": (600, {"alike": 0.8, "mean_waits": 3.0}),
    "short window": (400, {"window_h": 160.0}),
}


def covered(name: str, seeds: range) -> dict[str, float]:
    """How often the interval of each number holds the planted one."""
    n, more = WORLDS[name]
    hits: dict[str, list[bool]] = {"p50": [], "p90": [], "kept": []}
    left_later = LOST * 0.5 * np.exp(-MEDIAN_H / 5.0)
    kept = (1 - LOST) * 0.5 / (1 - LOST + left_later)
    for seed in seeds:
        found = vars(found_in(*planted_waits(seed, n, **more), promised_s=MEDIAN_H * 3600))
        for part in ("p50", "p90"):
            high = found[f"{part}_high_s"] or np.inf
            hits[part].append(found[f"{part}_low_s"] <= TRUE_H[part] * 3600 <= high)
        hits["kept"].append(found["kept_low"] <= kept <= found["kept_high"])
    return {name: float(np.mean(each)) for name, each in hits.items()}


@pytest.mark.parametrize("name", WORLDS)
def test_intervals_of_waits_hold_the_planted_value_about_nineteen_times_in_twenty(name: str) -> None:
    assert 0.925 <= np.mean(list(covered(name, range(150)).values())) <= 0.975


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLDS)
def test_intervals_of_every_measure_of_waits_hold_the_planted_value(name: str) -> None:
    assert {key: share for key, share in covered(name, range(1000, 3000)).items() if not 0.93 <= share <= 0.97} == {}
