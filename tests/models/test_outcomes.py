"""What becomes of those who reach a touchpoint: small tables, and planted ends that must be found again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from models.incidence import curves
from models.outcomes import FOREVER_US, touchpoint_outcomes
from models.patience import DAY_US, horizon_us, learn_patience, unsettled_codes
from schemas.tables import TOUCHPOINT_OUTCOMES

SHARES = ["converted_share", "exited_share", "abandoned_share", "active_share"]
MEASURES = [*SHARES, "hazard", "exit_hazard"]
Row = tuple[str, int, int | None, int]
Frames = tuple[pl.DataFrame, pl.DataFrame]


def outcomes(world: Any, frames: Frames | None = None, **more: Any) -> pl.DataFrame:
    """Outcomes of a planted world as its window ends."""
    reached, journeys = frames or world.snapshot()
    plan = world.plan
    known = {"as_of_us": plan.window_us, "horizon_us": plan.horizon_us, **more}
    return touchpoint_outcomes(reached, journeys, world.patience_us, **known)


def worst(found: pl.DataFrame, truth: pl.DataFrame, measures: list[str]) -> float:
    """Largest difference in percentage points."""
    return float(np.abs(found.select(measures).to_numpy() - truth.select(measures).to_numpy()).max() * 100)


def small(rows: list[Row]) -> Frames:
    """Journeys that each reached touchpoint 0 only, in days: status, reached, end, last event."""
    reached = pl.DataFrame(
        {"journey_key": range(len(rows)), "code": 0, "reached_us": [row[1] * DAY_US for row in rows]}
    )
    journeys = pl.DataFrame(
        {
            "journey_key": range(len(rows)),
            "person_key": range(len(rows)),
            "status": [row[0] for row in rows],
            "end_us": [None if row[2] is None else row[2] * DAY_US for row in rows],
            "last_us": [row[3] * DAY_US for row in rows],
            "code": 0,
        },
        schema_overrides={"end_us": pl.Int64},
    )
    return reached, journeys


def of_small(rows: list[Row], as_of_d: int, patience_d: int, horizon_d: int) -> dict[str, Any]:
    found = touchpoint_outcomes(
        *small(rows), [patience_d * DAY_US], as_of_us=as_of_d * DAY_US, horizon_us=horizon_d * DAY_US
    )
    return found.row(0, named=True)


MATURE: list[Row] = [
    *[("converted", 0, 3, 3)] * 20,
    *[("exited", 0, 4, 4)] * 10,
    *[("abandoned", 0, 0, 0)] * 10,
]


def test_with_everybody_followed_the_shares_are_plain_shares() -> None:
    row = of_small(MATURE, as_of_d=100, patience_d=10, horizon_d=30)
    assert [row[name] for name in SHARES] == pytest.approx([0.5, 0.25, 0.25, 0.0])
    assert (row["hazard"], row["exit_hazard"], row["reached_n"], row["followed_n"]) == pytest.approx(
        (0.25, 0.25, 40, 40)
    )


def test_whoever_was_reached_within_the_patience_before_the_snapshot_is_counted_but_not_followed() -> None:
    recent: list[Row] = [("converted", 95, 96, 96), ("in_flight", 95, None, 95)]
    row = of_small([*MATURE, *recent], as_of_d=100, patience_d=10, horizon_d=30)
    assert [row[name] for name in SHARES] == pytest.approx([0.5, 0.25, 0.25, 0.0])
    assert (row["reached_n"], row["followed_n"], row["in_flight_n"]) == (42, 40, 1)


def test_silence_exactly_as_long_as_the_patience_is_not_confirmed_and_not_followed() -> None:
    row = of_small([*MATURE, ("in_flight", 90, None, 90)], as_of_d=100, patience_d=10, horizon_d=30)
    assert (row["reached_n"], row["followed_n"]) == (41, 40)


def test_a_longer_patience_gives_back_a_journey_that_a_shorter_one_calls_lost() -> None:
    row = of_small([*MATURE, ("in_flight", 0, None, 93)], as_of_d=100, patience_d=10, horizon_d=95)
    assert row["hazard_half_patience"] == pytest.approx(11 / 41)
    row = of_small([*MATURE, ("abandoned", 70, 85, 85)], as_of_d=100, patience_d=10, horizon_d=30)
    assert (row["hazard"], row["hazard_double_patience"]) == pytest.approx((11 / 41, 10 / 41))


def test_too_few_followed_for_twice_the_patience_give_no_number_for_it() -> None:
    row = of_small([*MATURE[:20], *[("abandoned", 85, 85, 85)] * 20], as_of_d=100, patience_d=10, horizon_d=30)
    assert (row["hazard"], row["hazard_double_patience"]) == (pytest.approx(0.5), None)


@pytest.mark.parametrize(
    ("rows", "as_of_d", "refused"),
    [
        (MATURE[:12], 100, "too few journeys (worth fewer than 30)"),
        (MATURE, 35, "followed too briefly (25.0 d < 30.0 d)"),
        (MATURE, 5, "too few journeys (worth fewer than 30)"),
    ],
)
def test_it_refuses_rather_than_guesses(rows: list[Row], as_of_d: int, refused: str) -> None:
    row = of_small(rows, as_of_d=as_of_d, patience_d=10, horizon_d=30)
    assert row["refused"] == refused
    assert row["reached_n"] == len(rows)
    assert [row[name] for name in SHARES] == [None] * 4


def test_the_time_to_the_goal_is_that_of_those_who_convert_by_the_horizon_some_still_on_the_way() -> None:
    won: list[Row] = [("converted", 0, at, at) for at in range(1, 21)]
    row = of_small(
        [*won, *[("exited", 0, 2, 2)] * 10, *[("converted", 0, 40, 40)] * 5], 100, patience_d=10, horizon_d=30
    )
    assert (row["to_goal_p50_s"] / 86_400, row["to_goal_p90_s"] / 86_400) == (10, 18)
    # Ten who were reached 15 days before the freeze, and are not there yet, will be late: they weigh on the late times.
    open_rows: list[Row] = [("in_flight", 75, None, 89)] * 10
    later = of_small([*won, *open_rows], as_of_d=100, patience_d=10, horizon_d=30)
    assert later["to_goal_p50_s"] / 86_400 == 15  # 14 of 30 by day 14, then six are left who share what remains


def test_nobody_who_converts_has_no_time_to_the_goal() -> None:
    row = of_small([("exited", 0, 2, 2)] * 40, as_of_d=100, patience_d=10, horizon_d=30)
    assert (row["refused"], row["to_goal_p50_s"], row["to_goal_p90_s"]) == (None, None, None)


@pytest.mark.parametrize(("older_n", "is_mature"), [(30, True), (29, False)])
def test_a_share_that_few_were_followed_for_to_the_horizon_is_stamped_as_young(older_n: int, is_mature: bool) -> None:
    old: list[Row] = [("converted", 60, 63, 63)] * older_n
    young: list[Row] = [("converted", 70, 71, 71)] * 50
    row = of_small([*old, *young], as_of_d=100, patience_d=10, horizon_d=30)
    assert (row["refused"], row["is_mature"]) == (None, is_mature)


def test_returns_after_confirmed_silence_are_counted_where_they_were_silent() -> None:
    reached, journeys = small(MATURE)
    journeys = journeys.with_columns(half=pl.col("journey_key") < 20)
    returns = pl.DataFrame({"journey_key": [0, 5, 30, 31], "code": [0, 0, 0, 1], "returns_n": [1, 2, 1, 9]})
    known: dict[str, Any] = {"as_of_us": 100 * DAY_US, "horizon_us": 30 * DAY_US, "segments": {"half": "half"}}
    found = touchpoint_outcomes(reached, journeys, [DAY_US], returns=returns, **known)
    assert found["reactivations_n"].to_list() == [4, 1, 3]
    assert touchpoint_outcomes(reached, journeys, [DAY_US], **known)["reactivations_n"].to_list() == [None] * 3


def test_forty_journeys_of_four_people_who_always_do_the_same_are_worth_too_little() -> None:
    reached, journeys = small(MATURE)
    journeys = journeys.with_columns(person_key=pl.col("journey_key") // 10)
    found = touchpoint_outcomes(reached, journeys, [10 * DAY_US], as_of_us=100 * DAY_US, horizon_us=30 * DAY_US)
    assert found["refused"].to_list() == ["too few journeys (worth fewer than 30)"]
    assert found["effective_n"].to_list() == pytest.approx([40 / 13])


def test_the_columns_are_those_of_the_table() -> None:
    reached, journeys = small(MATURE)
    found = touchpoint_outcomes(reached, journeys, [DAY_US], as_of_us=100 * DAY_US, horizon_us=30 * DAY_US)
    assert found.columns == ["code", *TOUCHPOINT_OUTCOMES.names[2:]]


def test_no_journey_gives_no_row() -> None:
    reached, journeys = small([])
    typed = (
        reached.cast({"reached_us": pl.Int64, "code": pl.Int64}),
        journeys.cast({"last_us": pl.Int64, "status": pl.String}),
    )
    assert touchpoint_outcomes(*typed, [DAY_US], as_of_us=DAY_US, horizon_us=DAY_US).height == 0


def test_segments_are_rows_of_their_own_and_nulls_belong_to_none() -> None:
    reached, journeys = small(MATURE * 3)
    values = ["north"] * 60 + ["south"] * 40 + [None] * 20
    journeys = journeys.with_columns(region=pl.Series(values), is_new=pl.lit(True))
    columns = {"region": "region", "person": "is_new"}  # a segment may be called like a column of ours
    found = touchpoint_outcomes(
        reached, journeys, [DAY_US], as_of_us=100 * DAY_US, horizon_us=30 * DAY_US, segments=columns
    )
    assert list(found.select("segment", "reached_n").iter_rows()) == [
        (None, 120),
        ("person=true", 120),
        ("region=north", 60),
        ("region=south", 40),
    ]


@pytest.mark.parametrize(
    ("gaps_d", "as_of_d", "patience_d"),
    [
        (list(range(1, 101)), 100, 99),  # the 99th of 100
        ([*range(1, 101), None, None], 100, 99),  # who never goes on does not lengthen it
        ([*range(1, 101), 150], 150, 99),  # nor who goes on after the horizon
        ([*range(1, 100), 1], 100, 98),
        ([*[None] * 29, 7], 100, 7),
        (list(range(1, 30)), 100, None),  # 29 are too few to learn from
        ([None] * 40, 100, None),  # nobody goes on
        (list(range(1, 101)), 99, None),  # followed for less than the horizon
    ],
)
def test_patience_is_the_shortest_wait_of_nearly_all_who_go_on(
    gaps_d: list[int | None], as_of_d: int, patience_d: int | None
) -> None:
    next_us = np.array([np.nan if gap is None else gap * DAY_US for gap in gaps_d])
    code = np.zeros(len(gaps_d), dtype=np.int64)
    learned = learn_patience(code, code, next_us, codes_n=2, as_of_us=as_of_d * DAY_US, horizon_us=100 * DAY_US)
    assert learned.tolist() == [-1 if patience_d is None else patience_d * DAY_US, -1]


def test_patience_that_all_but_reaches_the_horizon_is_not_settled() -> None:
    learned = np.array([-1, 10, 94, 95, 100]) * DAY_US
    assert unsettled_codes(learned, 100 * DAY_US) == [3, 4]


def test_where_people_still_go_on_at_the_horizon_no_number_is_given() -> None:
    reached, journeys = small([*MATURE * 4, *[("in_flight", 60, None, 60)] * 2])
    more = reached.with_columns(code=pl.lit(1, pl.Int32)).filter(pl.col("journey_key") >= 60)
    reached = pl.concat([reached.cast({"code": pl.Int32}), more]).cast({"code": pl.Int64})
    journeys = journeys.with_columns(code=pl.when(pl.col("journey_key") >= 160).then(1).otherwise(0))
    found = touchpoint_outcomes(
        reached,
        journeys,
        [DAY_US, 29 * DAY_US],
        as_of_us=100 * DAY_US,
        horizon_us=30 * DAY_US,
        unsettled=[1],
    )
    assert found.select("refused", "abandoned_share", "hazard").rows() == [
        ("waits after it outlast the horizon", None, pytest.approx(40 / 162)),
        ("waits here outlast the horizon (patience 29.0 d of 30.0 d)", None, None),
    ]


@pytest.mark.parametrize(("wanted_d", "used_d"), [(None, 40), (30, 30), (60, 40)])
def test_the_horizon_is_at_most_a_third_of_the_window(wanted_d: int | None, used_d: int) -> None:
    wanted_us = None if wanted_d is None else wanted_d * DAY_US
    assert horizon_us(0, 120 * DAY_US, wanted_us) == used_d * DAY_US


PLANS: dict[str, dict[str, Any]] = {
    "plain": {},
    "short_window": {"window_d": 90.0},
    "going_back": {"back": (0, 1, 2, 1), "again": (0.1, 0.2, 0.2, 0.2)},
    "alike": {"likeness": 1.0, "mean_journeys": 3.0},
}


@pytest.mark.parametrize("name", PLANS)
def test_planted_shares_and_hazards_are_found_within_half_a_point(planted: Any, name: str) -> None:
    plan = planted.plan(**PLANS[name])
    truth = planted.truth(plan)
    found = outcomes(planted.learned(planted.world(plan, 200_000, 2)))
    assert worst(found, truth, MEASURES) <= 0.5
    assert np.abs(found.select(SHARES).to_numpy().sum(axis=1) - 1).max() < 1e-9


def kaplan_meier(world: Any) -> pl.DataFrame:
    """Wrong: conversions and exits censored, as if those customers could still be lost."""

    def lost(time_us: npt.NDArray[np.int64], ends: npt.NDArray[np.str_]) -> float:
        only_lost = np.where(ends == "abandoned", 1, 0)
        return float(curves(time_us, only_lost, 1, world.plan.horizon_us).shares[0])

    return by_touchpoint(world, lost)


def closed_only(world: Any) -> pl.DataFrame:
    """Wrong: journeys still under way left out, so the quick ends weigh too much."""
    return by_touchpoint(world, lambda _, ends: float(np.mean(ends[ends != "in_flight"] == "abandoned")))


def no_freeze(world: Any) -> pl.DataFrame:
    """Wrong: silences dated back to the last touch, and journeys followed to the snapshot all the same."""
    return by_touchpoint(world, competing(world), np.zeros(world.touchpoints_n, dtype=np.int64))


def competing(world: Any) -> Callable[[Any, Any], float]:
    """Abandoned against every other end."""

    def lost(time_us: npt.NDArray[np.int64], ends: npt.NDArray[np.str_]) -> float:
        cause = np.select([ends == "in_flight", ends == "abandoned"], [0, 1], default=2)
        return float(curves(time_us, cause, 2, world.plan.horizon_us).shares[0])

    return lost


def own_freeze(world: Any) -> pl.DataFrame:
    """Wrong: frozen by each touchpoint's own patience, though journeys fall silent at more patient ones after it."""
    return by_touchpoint(world, competing(world), world.patience_us)


def by_touchpoint(
    world: Any, lost: Callable[[Any, Any], float], patience_us: npt.NDArray[np.int64] | None = None
) -> pl.DataFrame:
    """Abandoned by the horizon, per touchpoint, from times since it was reached and statuses at the freeze."""
    patience_us = np.full(world.touchpoints_n, world.patience_us.max()) if patience_us is None else patience_us
    reached, journeys = world.snapshot()
    found = []
    for code, ahead_us in enumerate(patience_us):
        freeze_us = world.plan.window_us - int(ahead_us)
        visits = reached.filter(code=code).join(journeys.drop("code"), on="journey_key")
        visits = visits.filter(pl.col("reached_us") <= freeze_us).with_columns(pl.col("end_us").fill_null(FOREVER_US))
        until_us = (visits["end_us"].clip(upper_bound=freeze_us) - visits["reached_us"]).to_numpy()
        is_over = visits["end_us"].to_numpy() <= freeze_us
        found.append(lost(until_us, np.where(is_over, visits["status"].to_numpy().astype(str), "in_flight")))
    return pl.DataFrame({"abandoned_share": found})


def one_patience(world: Any) -> pl.DataFrame:
    """Wrong: one patience for all touchpoints, which calls the slow one's customers lost."""
    return outcomes(planted_with(world, np.full(world.touchpoints_n, 3 * DAY_US)))


def planted_with(world: Any, patience_us: npt.NDArray[np.int64]) -> Any:
    return type(world)(
        world.plan, patience_us, world.person, world.reached_us, world.again_us, world.refused_us, world.goal_us
    )


@pytest.mark.parametrize(
    ("wrong", "off_by"),
    [(kaplan_meier, 10.0), (closed_only, 3.0), (no_freeze, 4.0), (own_freeze, 3.0), (one_patience, 5.0)],
)
def test_tempting_estimators_miss_the_planted_drop_off(
    planted: Any, wrong: Callable[[Any], pl.DataFrame], off_by: float
) -> None:
    plan = planted.plan(window_d=90.0)
    truth = planted.truth(plan)
    world = planted.world(plan, 200_000, 2)
    assert worst(wrong(world), truth, ["abandoned_share"]) > off_by


def covered(planted: Any, plan: Any, journeys_n: int, seeds: range) -> pl.DataFrame:
    """One row per measure: how often its 95 % interval holds the planted value, over touchpoints and seeds."""
    truth = planted.truth(plan)
    measures = [*SHARES, "hazard"]
    hits: dict[str, list[bool]] = {name: [] for name in measures}
    for seed in seeds:
        found = outcomes(planted.world(plan, journeys_n, seed)).filter(pl.col("refused").is_null())
        for name in measures:
            value = truth[name].to_numpy()[found["code"].to_numpy()]
            stem = name.removesuffix("_share")
            is_open = (value > 0.005) & (value < 0.995)  # nothing to cover where nothing can happen
            held = (found[f"{stem}_low"].to_numpy() <= value) & (value <= found[f"{stem}_high"].to_numpy())
            hits[name].extend(held[is_open].tolist())
    return pl.DataFrame({"measure": measures, "share": [float(np.mean(hits[name])) for name in measures]})


SMALL: dict[str, tuple[dict[str, Any], int]] = {
    "plain": ({"window_d": 120.0}, 400),
    "few": ({}, 120),
    "alike": ({"likeness": 1.0, "mean_journeys": 3.0}, 400),
}


@pytest.mark.parametrize("name", SMALL)
def test_intervals_hold_the_planted_value_about_nineteen_times_in_twenty(planted: Any, name: str) -> None:
    known, journeys_n = SMALL[name]
    share = covered(planted, planted.plan(**known), journeys_n, range(1000, 1080))["share"]
    assert 0.925 <= float(share.mean()) <= 0.975  # type: ignore[arg-type]  # a mean of floats is a float


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_every_measures_intervals_hold_the_planted_value(planted: Any, name: str) -> None:
    known, journeys_n = SMALL[name]
    found = covered(planted, planted.plan(**known), journeys_n, range(1000, 1600))
    assert found.filter(~pl.col("share").is_between(0.93, 0.97)).rows() == []


def test_neither_row_order_nor_the_date_matters(planted: Any) -> None:
    world = planted.world(planted.plan(), 3_000, 3)
    reached, journeys = world.snapshot()
    expected = outcomes(world)
    shuffled = reached.sample(fraction=1.0, shuffle=True, seed=4), journeys.sample(fraction=1.0, shuffle=True, seed=5)
    week_us = 7 * DAY_US
    later = (
        reached.with_columns(pl.col("reached_us") + week_us),
        journeys.with_columns(pl.col("end_us", "last_us") + week_us),
    )
    assert outcomes(world, shuffled).equals(expected)
    assert outcomes(world, later, as_of_us=world.plan.window_us + week_us).equals(expected)


def test_intervals_that_take_a_persons_journeys_for_independent_hold_the_planted_value_too_rarely(planted: Any) -> None:
    """The mutant of the coverage above: everybody's journeys are alike, and none of it is known."""
    known, journeys_n = {"likeness": 2.5, "mean_journeys": 5.0}, 600
    plan = planted.plan(**known)
    truth = planted.truth(plan)["abandoned_share"].to_numpy()
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for seed in range(60):
        reached, journeys = planted.world(plan, journeys_n, seed).snapshot()
        strangers = journeys.with_columns(person_key=pl.col("journey_key"))
        for is_known, frame in ((True, journeys), (False, strangers)):
            row = outcomes(planted.world(plan, journeys_n, seed), (reached, frame)).row(0, named=True)
            hits[is_known].append(row["abandoned_low"] <= truth[0] <= row["abandoned_high"])
    assert np.mean(hits[True]) >= 0.9
    assert np.mean(hits[False]) < 0.88


LATER: dict[str, tuple[float, float]] = {"a later snapshot": (120.0, 150.0), "many more in flight": (150.0, 150.0)}


def moved(planted: Any, seed: int, name: str) -> Any:
    """By how many standard errors each hazard moves when the same world is looked at otherwise."""
    first_d, later_d = LATER[name]
    plan = planted.plan(window_d=later_d)
    world = planted.world(plan, 4_000, seed)
    as_of_us = int(first_d * DAY_US)
    before = outcomes(world, world.snapshot(as_of_us), as_of_us=as_of_us)
    reached, journeys = world.snapshot()
    if later_d > first_d:  # the same journeys, seen for longer
        begun = np.flatnonzero(world.reached_us[0] <= as_of_us)
        reached, journeys = (frame.filter(pl.col("journey_key").is_in(begun)) for frame in (reached, journeys))
    else:
        reached, journeys = more_in_flight(reached, journeys, plan.window_us)
    after = outcomes(world, (reached, journeys))
    error = (before["hazard_high"] - before["hazard_low"]).to_numpy() / (2 * 1.96)
    return (after["hazard"] - before["hazard"]).to_numpy() / error


def more_in_flight(reached: pl.DataFrame, journeys: pl.DataFrame, as_of_us: int) -> Frames:
    """As many people again who have only just begun."""
    keys = pl.Series("journey_key", np.arange(10**6, 10**6 + 4_000))
    began = pl.Series("reached_us", as_of_us - np.arange(4_000) * 1_000_000)
    fresh = pl.DataFrame({"journey_key": keys, "code": 0, "reached_us": began}, schema=reached.schema)
    standing = {"person_key": keys, "status": "in_flight", "end_us": None, "last_us": began, "code": 0}
    return pl.concat([reached, fresh]), pl.concat(
        [journeys, pl.DataFrame({"journey_key": keys, **standing}, schema=journeys.schema)]
    )


@pytest.mark.parametrize("name", LATER)
def test_the_same_world_later_or_with_more_in_flight_moves_hazards_by_less_than_a_standard_error(
    planted: Any, name: str
) -> None:
    steps = np.array([moved(planted, seed, name) for seed in range(25)])
    assert np.mean(np.abs(steps) < 1.0) >= 0.95
    assert np.abs(steps.mean(axis=0)).max() < 0.3  # and not always the same way


def test_counting_everybody_who_came_moves_when_more_are_in_flight(planted: Any) -> None:
    """The mutant of the test above: abandoned so far over all who came falls by half."""
    world = planted.world(planted.plan(), 4_000, 0)
    reached, journeys = world.snapshot()
    more_reached, more_journeys = more_in_flight(reached, journeys, world.plan.window_us)

    def naive(came: pl.DataFrame, all_journeys: pl.DataFrame) -> float:
        lost = all_journeys.filter((pl.col("status") == "abandoned") & (pl.col("code") == 0)).height
        return lost / came.filter(code=0).height

    assert naive(more_reached, more_journeys) < 0.6 * naive(reached, journeys)
