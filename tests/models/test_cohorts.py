"""Weekly cohorts: small tables, and planted weeks that must not look worse only because they are young."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from models.cohorts import NEVER_US, Entries, Weeks, cohort_rows, weeks_of
from models.patience import DAY_US

MONDAY_US = 1_767_571_200_000_000  # 5 January 2026, midnight UTC
Rows = list[dict[str, Any]]
Row = tuple[float, float | None, float | None, float | None]


def entries(rows: list[Row], patience_d: float = 0.0) -> Entries:
    """Days since a Monday on which each began, and days after that of its goal, its exit and its last sign."""
    began, goal, gone, lost = zip(*rows, strict=True)
    began_us = MONDAY_US + np.rint(np.array(began) * DAY_US).astype(np.int64)

    def at(days: tuple[float | None, ...]) -> Any:
        after = np.array([np.nan if day is None else day for day in days], dtype=float)
        return np.where(np.isnan(after), NEVER_US, began_us + np.nan_to_num(np.rint(after * DAY_US)).astype(np.int64))

    patience_us = np.full(len(rows), int(patience_d * DAY_US))
    return Entries(began_us, at(goal), at(gone), at(lost), patience_us, np.arange(len(rows)))


def told(found: Entries, as_of_d: float, horizon_d: float) -> Rows:
    as_of_us, horizon_us = MONDAY_US + int(as_of_d * DAY_US), int(horizon_d * DAY_US)
    return list(cohort_rows(found, weeks_of(found, "UTC", as_of_us=as_of_us, horizon_us=horizon_us)))


def test_ends_of_a_mature_week_are_its_plain_shares_and_make_the_whole() -> None:
    week: list[Row] = [(1.0, 3.0, None, None)] * 20
    week += [(1.0, None, 4.0, None)] * 10 + [(2.0, None, None, 0.0)] * 10
    (row,) = told(entries([*week, *[(1.0, 25.0, None, None)] * 10]), as_of_d=100, horizon_d=20)
    assert [row[f"{word}_share"] for word in ("converted", "exited", "abandoned", "active")] == [0.4, 0.2, 0.2, 0.2]
    assert (row["is_mature"], row["followed_d"], row["expected_share"]) == (True, 20.0, 0.4)
    assert (row["projected_share"], row["projected_low"]) == (row["converted_share"], row["converted_low"])


def test_silence_is_told_once_every_silence_of_the_week_can_be_confirmed() -> None:
    week: list[Row] = [(1.0, 3.0, None, None)] * 30
    week += [(2.0, None, None, 0.0)] * 10
    (settled,) = told(entries(week, patience_d=10), as_of_d=37.01, horizon_d=20)
    (too_early,) = told(entries(week, patience_d=10), as_of_d=37.0, horizon_d=20)
    assert (settled["abandoned_share"], too_early.get("abandoned_share")) == (0.25, None)
    assert too_early["is_mature"], "conversions are known at once"


def test_a_young_week_is_completed_from_those_still_open_in_mature_ones() -> None:
    """Of the mature ones half convert on day 2, 10 exit, and of the 40 still open 10 convert on day 15."""
    mature: list[Row] = [(1.0, 2.0, None, None)] * 50
    mature += [(1.0, None, 1.0, None)] * 10
    mature += [(1.0, 15.0, None, None)] * 10 + [(1.0, None, None, 0.0)] * 30
    young: list[Row] = [(71.0, 2.0, None, None)] * 30
    young += [(71.0, None, 1.0, None)] * 30 + [(71.0, None, None, None)] * 40
    row = told(entries([*mature, *young]), as_of_d=84, horizon_d=20)[-1]
    assert (row["followed_d"], row["converted_share"], row["expected_share"], row["is_mature"]) == (
        7.0,
        0.3,
        0.5,
        False,
    )
    assert row["projected_share"] == pytest.approx(0.3 + 0.4 * 10 / 40)
    assert row.get("abandoned_share") is None


def test_a_week_is_not_projected_while_most_of_what_is_usual_is_still_to_come() -> None:
    mature = [(1.0, 2.0, None, None)] * 20 + [(1.0, 15.0, None, None)] * 30
    row = told(entries([*mature, *[(71.0, None, None, None)] * 40]), as_of_d=84, horizon_d=20)[-1]
    assert (row["expected_share"], row.get("projected_share")) == (0.4, None)


def test_without_mature_weeks_nothing_is_expected_or_projected() -> None:
    (row,) = told(entries([(1.0, 2.0, None, None)] * 40), as_of_d=14, horizon_d=20)
    assert (row["converted_share"], row["expected_share"], row.get("projected_share")) == (1.0, None, None)


@pytest.mark.parametrize(
    ("n", "as_of_d", "refused"),
    [
        (29, 50, "too few journeys (worth fewer than 30)"),
        (40, 6.5, "the week is not over, or was not followed yet"),
        (40, 7.5, None),
    ],
)
def test_it_refuses_rather_than_guesses(n: int, as_of_d: float, refused: str | None) -> None:
    (row,) = told(entries([(1.0, None, None, None)] * n), as_of_d=as_of_d, horizon_d=20)
    assert (row["refused"], row.get("converted_share")) == (refused, None if refused else 0.0)


def test_weeks_are_as_long_as_the_clock_makes_them() -> None:
    """The night to 29 March 2026 has an hour less in Oslo."""
    found = entries([(80.0, None, None, None)])
    weeks = weeks_of(found, "Europe/Oslo", as_of_us=MONDAY_US + 100 * DAY_US, horizon_us=DAY_US)
    assert (np.diff(weeks.starts_us) / 3_600_000_000).tolist() == [167.0, 168.0, 168.0, 168.0]


# What is planted: half convert, after a log-normal while; some exit; the others fall silent.
CONVERT, EXIT = 0.5, 0.1


def planted(
    seed: int, n: int, *, weeks_n: int = 26, mean_journeys: float = 1.0, alike: float = 0.0
) -> tuple[Entries, Weeks]:
    """Journeys that begin at any time, as a snapshot shows them at the end of the last week; the horizon is 28 days."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n), rng.geometric(1 / mean_journeys, n))[:n]
    # One person's journeys fall into one week, and often go alike.
    week = rng.integers(0, weeks_n, n)[person]
    began = MONDAY_US + ((week + rng.random(n)) * 7 * DAY_US).astype(np.int64)
    fate = np.where(rng.random(n) < alike, rng.random(n)[person], rng.random(n))
    after_d = np.exp(np.log(6.0) + 0.8 * rng.normal(0, 1, n))
    at = began + (after_d * DAY_US).astype(np.int64)
    as_of_us = MONDAY_US + weeks_n * 7 * DAY_US
    goal = np.where((fate < CONVERT) & (at <= as_of_us), at, NEVER_US)
    gone = np.where((fate >= CONVERT) & (fate < CONVERT + EXIT) & (at <= as_of_us), at, NEVER_US)
    is_silent = (fate >= CONVERT + EXIT) & (as_of_us - began > 10 * DAY_US)
    lost = np.where(is_silent, began, NEVER_US)
    found = Entries(began, goal, gone, lost, np.full(n, 10 * DAY_US), person)
    return found, weeks_of(found, "UTC", as_of_us=as_of_us, horizon_us=28 * DAY_US)


@cache
def by_age(age_d: float) -> float:
    """Planted share converted by an age."""
    return CONVERT * NormalDist().cdf(np.log(age_d / 6.0) / 0.8) if age_d else 0.0


WHOLE = by_age(28.0)


def test_young_weeks_come_to_what_is_planted_and_do_not_collapse() -> None:
    rows: Rows = list(cohort_rows(*planted(1, 200_000)))
    shown = [row for row in rows if row.get("projected_share") is not None]
    assert [row["followed_d"] for row in rows][-5:] == [28.0, 21.0, 14.0, 7.0, 0.0]
    assert len(shown) == len(rows) - 1, "all but the running week"
    assert max(abs(row["projected_share"] - WHOLE) for row in shown) < 0.02
    assert all(abs(row["converted_share"] - by_age(row["followed_d"])) < 0.02 for row in shown)
    assert all(abs(row["converted_share"] - row["expected_share"]) < 0.02 for row in shown)


def test_conversions_so_far_over_entries_collapse_at_the_right_edge() -> None:
    """The mutant: what everybody draws first."""
    found, weeks = planted(1, 200_000)
    week = weeks.week_of(found.entered_us)
    naive = np.bincount(week, found.goal_us < NEVER_US) / np.bincount(week)
    assert naive[0] > WHOLE - 0.02
    assert naive[-2] < 0.9 * WHOLE
    assert naive[-1] < 0.3 * WHOLE


def covered(seeds: range, mean_journeys: float = 1.0, alike: float = 0.0) -> dict[str, float]:
    """How often the intervals of so-far and of projected shares hold the planted ones."""
    hits: dict[str, list[bool]] = {"converted": [], "projected": []}
    for seed in seeds:
        rows: Rows = list(cohort_rows(*planted(seed, 2_000, weeks_n=10, mean_journeys=mean_journeys, alike=alike)))
        for row in rows:
            if row["refused"] is None:
                hits["converted"].append(row["converted_low"] <= by_age(row["followed_d"]) <= row["converted_high"])
            if row.get("projected_low") is not None and not row["is_mature"]:
                hits["projected"].append(row["projected_low"] <= WHOLE <= row["projected_high"])
    return {name: float(np.mean(each)) for name, each in hits.items()}


@pytest.mark.parametrize(("mean_journeys", "alike"), [(1.0, 0.0), (3.0, 0.8)])
def test_intervals_of_cohorts_hold_what_is_planted(mean_journeys: float, alike: float) -> None:
    shares = covered(range(60), mean_journeys, alike)
    assert all(0.92 <= share <= 0.98 for share in shares.values()), shares


@pytest.mark.slow
@pytest.mark.parametrize(("mean_journeys", "alike"), [(1.0, 0.0), (3.0, 0.8)])
def test_intervals_of_cohorts_hold_what_is_planted_over_many_seeds(mean_journeys: float, alike: float) -> None:
    shares = covered(range(1000, 1600), mean_journeys, alike)
    assert all(0.93 <= share <= 0.97 for share in shares.values()), shares
