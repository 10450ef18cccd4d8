"""Cumulative incidence on the way to the horizon: small tables, and the same numbers as outcomes at its end."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from models.incidence import influences, influences_by_time
from models.incidence_curves import WORDS, incidence_curves, times_of
from models.outcomes import fates, touchpoint_outcomes
from models.patience import DAY_US

SHARES = [f"{word}_share" for word in WORDS]
ENDS = [f"{word}_{end}" for word in WORDS for end in ("share", "low", "high")]


@pytest.fixture(scope="module")
def planted_world(planted: Any) -> Any:
    """People with several journeys that end alike."""
    return planted.world(planted.plan(likeness=0.8, mean_journeys=2.0), 40_000, 3)


def curves_and_outcomes(world: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of a planted world as its window ends."""
    reached, journeys = world.snapshot()
    plan = world.plan
    known = {"as_of_us": plan.window_us, "horizon_us": plan.horizon_us, "segments": {"region": "region"}}
    journeys = journeys.with_columns(region=pl.when(pl.col("journey_key") % 3 > 0).then(pl.lit("north")))
    outcomes = touchpoint_outcomes(reached, journeys, world.patience_us, **known)
    told = set(outcomes.filter(pl.col("refused").is_null()).select("code", "segment").rows())
    found = fates(reached, journeys, world.patience_us, **known)
    return incidence_curves(found, told, plan.horizon_us), outcomes


def test_at_the_horizon_the_curves_are_the_outcomes_and_they_add_up_before_it(planted_world: Any) -> None:
    curves, outcomes = curves_and_outcomes(planted_world)
    last = curves.filter(pl.col("after_d") == pl.col("horizon_d"))
    both = last.join(outcomes, on=["code", "segment"], nulls_equal=True, validate="1:1")
    assert both.height == outcomes.filter(pl.col("refused").is_null()).height > 1
    for name in ENDS:
        assert both[name].to_list() == both[f"{name}_right"].to_list(), name
    sums = curves.select(pl.sum_horizontal(SHARES)).to_series().to_numpy()
    assert np.abs(sums - 1).max() < 1e-9


def test_who_has_ended_stays_so_and_every_share_is_within_its_interval(planted_world: Any) -> None:
    curves, _ = curves_and_outcomes(planted_world)
    for _, curve in curves.group_by("code", "segment"):
        steps = curve.sort("after_d").select(SHARES[:3]).to_numpy()
        assert np.diff(steps, axis=0).min() >= -1e-9
    for word in WORDS:
        low, share, high = (curves[f"{word}_{end}"].to_numpy() for end in ("low", "share", "high"))
        assert bool(np.all((low <= share + 1e-9) & (share <= high + 1e-9))), word


def test_a_small_table_with_everybody_followed_is_counted_off() -> None:
    ends = [("converted", 3)] * 20 + [("exited", 5)] * 10 + [("abandoned", 0)] * 10
    n = len(ends)
    reached = pl.DataFrame({"journey_key": range(n), "code": 0, "reached_us": 0})
    journeys = pl.DataFrame(
        {
            "journey_key": range(n),
            "person_key": range(n),
            "status": [status for status, _ in ends],
            "end_us": [at * DAY_US for _, at in ends],
            "last_us": [at * DAY_US for _, at in ends],
            "code": 0,
        }
    )
    found = list(fates(reached, journeys, [10 * DAY_US], as_of_us=100 * DAY_US, horizon_us=30 * DAY_US))
    curve = incidence_curves(found, {(0, None)}, 30 * DAY_US)
    told = {row["after_d"]: tuple(row[name] for name in SHARES) for row in curve.iter_rows(named=True)}
    assert told[0.0] == (0.0, 0.0, 0.25, 0.75)
    assert told[2.0] == told[0.0]
    assert told[3.0] == (0.5, 0.0, 0.25, 0.25)
    assert told[30.0] == pytest.approx((0.5, 0.25, 0.25, 0.0), abs=1e-9)
    assert incidence_curves(found, set(), 30 * DAY_US).is_empty()


def test_influences_told_quickly_are_those_told_one_by_one(planted_world: Any) -> None:
    reached, journeys = planted_world.snapshot()
    plan = planted_world.plan
    known = {"as_of_us": plan.window_us, "horizon_us": plan.horizon_us}
    (fate, *_) = fates(reached.filter(pl.col("code") == 0), journeys, planted_world.patience_us, **known)
    at = influences_by_time(fate.curves)
    last = fate.curves.times_us.size - 1
    for place in (0, 7, last // 3, last // 2, last):
        assert np.abs(at(place) - influences(fate.curves, place)).max() < 1e-15
    assert not at(-1).any()


@pytest.mark.parametrize("after_d", [1.0, 5.0, 12.0, 20.0])
def test_planted_shares_are_found_at_every_age_within_a_point(planted_world: Any, after_d: float) -> None:
    curves, _ = curves_and_outcomes(planted_world)
    (row,) = curves.filter(
        (pl.col("code") == 0) & pl.col("segment").is_null() & (pl.col("after_d") == after_d)
    ).iter_rows(named=True)
    status, end_us, _, _ = planted_world.ends()  # with the future that no snapshot shows
    is_in = end_us - planted_world.reached_us[0] <= after_d * DAY_US
    for word in WORDS[:3]:
        assert row[f"{word}_share"] == pytest.approx(np.mean(is_in & (status == word)), abs=0.01), word


@pytest.mark.parametrize(
    ("days", "first", "n"), [(30.0, 1.0, 31), (33.5, 1.0, 35), (90.0, 2.0, 46), (2.0, 2 / 45, 46), (400.0, 9.0, 46)]
)
def test_times_are_whole_days_where_the_horizon_has_enough_of_them(days: float, first: float, n: int) -> None:
    times = times_of(int(days * DAY_US)) / DAY_US
    assert (times[0], times[1], times[-1]) == (0.0, pytest.approx(first, rel=1e-6), days)
    assert len(times) == n
