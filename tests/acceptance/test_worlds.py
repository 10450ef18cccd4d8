"""Planted truth, the short version: what tests/worlds measures over hundreds of worlds, over a handful.

Each claim stands beside the usual way that is wrong, and must fail it. The figures themselves: tests/worlds/README.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.incidence import curves
from schemas.journey_map import load_maps
from tests.worlds import claims, mutants
from tests.worlds.catalogue import WORLDS, bare
from tests.worlds.claims import Figure
from tests.worlds.full import full_rows
from tests.worlds.measured import Met, friction_rows, meet, moved_rows, outcome_rows, outcomes_of, wait_rows
from tests.worlds.mutants import Mutant
from tests.worlds.plan import plain_plan, random_plan
from tests.worlds.planting import with_plants
from tests.worlds.seen import look
from tests.worlds.truth import converts_in_time, truth_of
from tests.worlds.walk import Again, walk
from tests.worlds.world import DAY_S, World

SEEDS = (11, 12, 13)
TRUTH_N = 20_000
Rows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def met() -> Callable[[str], list[Met]]:
    """The worlds of one kind, each walked once."""
    known: dict[str, list[Met]] = {}
    sizes = {"faint": 20_000, "in_flight": 4_000, "repeat_customers": 4_000, "decoys": 6_000, "no_friction": 6_000}

    def of(name: str) -> list[Met]:
        if name not in known:
            has_outcomes = name in ("in_flight", "repeat_customers")
            worlds = [WORLDS[name](seed, sizes.get(name, 8_000)) for seed in SEEDS]
            known[name] = [meet(world, TRUTH_N, with_outcomes=has_outcomes) for world in worlds]
        return known[name]

    return of


def told(worlds: list[Met], mutant: Mutant | None = None) -> pl.DataFrame:
    """Rows of frictions of some worlds, as they are or by a mutant."""
    return pl.concat(
        [friction_rows(one, None if mutant is None else mutant(one.world, one.seen)) for one in worlds],
        how="vertical_relaxed",
    )


def figure(figures: list[Figure], words: str) -> Figure:
    """The figure whose claim begins with some words."""
    return next(one for one in figures if one.claim.startswith(words))


# The generator.


def test_a_world_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    first, again, other = (walk(WORLDS["planted"](seed, 500)) for seed in (5, 5, 6))
    assert np.array_equal(first.at_us, again.at_us)
    assert not np.array_equal(first.at_us[: other.at_us.size], other.at_us[: first.at_us.size])


def test_what_is_fixed_changes_only_the_journeys_that_met_it() -> None:
    world = WORLDS["planted"](5, 2_000)
    again = Again(world)
    for number, plant in enumerate(world.plants):
        rows, better = again.fixed([number])
        anew = walk(world, [number])
        assert np.array_equal(anew.left_slot[rows], better.left_slot), plant
        others = np.setdiff1d(np.arange(again.base.left_slot.size), rows)
        assert np.array_equal(anew.left_slot[others], again.base.left_slot[others]), plant
        if plant.effect == 0:
            assert np.array_equal(converts_in_time(world, anew), converts_in_time(world, again.base)), plant


@pytest.mark.parametrize("timing", ["soon", "anywhere", "hazard", "chase"])
def test_people_leave_as_planted(timing: str) -> None:
    rng = np.random.default_rng(4)
    world = bare("plain", 4, 30_000, random_plan(rng, 14, 5))
    roles = ["friction", "friction", "benign", "helpful"]
    world = with_plants(world, rng, roles, kinds=["ad_hoc"], timings=[timing])
    walked = walk(world)
    for number, plant in enumerate(world.plants):
        at_risk, exposed, lost = walked.at_risk[number], walked.exposed[number], walked.lost_there[number]
        has_it, lacks_it = at_risk & exposed, at_risk & ~exposed
        if timing == "chase":  # those who will be lost stand there longest, so more of them are exposed
            continue
        found = lost[has_it].mean() - lost[lacks_it].mean()
        error = np.sqrt(0.25 / has_it.sum())
        assert abs(found - plant.effect) < 3 * error, plant


def test_every_map_can_be_read(tmp_path: Path) -> None:
    for name, maker in WORLDS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "planted.yaml").write_text(maker(7, 100).yaml, encoding="utf-8")
        assert load_maps(tmp_path / name)[0].journey == "planted"


def test_the_fast_path_tells_what_the_pipeline_tells(tmp_path: Path) -> None:
    one = meet(WORLDS["planted"](12, 1_500), 2_000)
    rows, outcomes = full_rows(one, "plain", tmp_path)
    fast = friction_rows(one).filter(pl.col("effect").is_not_nan()).sort("signal", "plant")
    piped = rows.filter("is_named").select("plant", "signal", "effect", "exposed_n", "lost_per_month", "verdict")
    both = fast.join(piped, on=("signal", "plant"), how="left", suffix="_piped")
    # Two departures side by side may be read as one until the next event; those rows differ by a few journeys.
    # Moments are drawn by a hash of the person's id, which is another one there.
    same = both.filter((pl.col("exposed_n") == pl.col("exposed_n_piped")) & (pl.col("placing") != "moments"))
    assert same.height >= both.height - 2 >= 4
    assert same["effect"].to_list() == pytest.approx(same["effect_piped"].to_list(), abs=1e-9)
    assert same["lost_per_month"].to_list() == pytest.approx(same["lost_per_month_piped"].to_list(), rel=1e-9)
    fast_outcomes = outcomes_of(one.seen, len(one.world.plan.names) - 1)
    names = [one.world.plan.names[code] for code in fast_outcomes["code"]]
    told_there = dict(outcomes.sort("horizon_d").select("touchpoint", "reached_n").rows())
    assert [told_there[name] for name in names] == fast_outcomes["reached_n"].to_list()


# The claims, each with its mutant.


def test_frictions_are_found_and_little_else(met: Callable[[str], list[Met]]) -> None:
    figures = claims.found_figures(told(met("planted")), 8_000)
    assert figure(figures, "planted frictions found").is_kept
    assert figure(figures, "false discoveries").measured <= 0.10  # one of a dozen may be, by chance
    wrong = told(met("planted"), mutants.ever_against_never)
    assert not figure(claims.found_figures(wrong, 8_000), "planted frictions found").is_kept


def test_decoys_that_the_hard_customers_meet_are_no_frictions(met: Callable[[str], list[Met]]) -> None:
    assert figure(claims.harmless_figures(told(met("decoys"))), "confounded decoys").measured <= 0.10  # one of fifteen
    wrong = told(met("decoys"), mutants.without_strata)
    assert figure(claims.harmless_figures(wrong), "confounded decoys").measured > 0.5


def test_a_world_without_friction_has_none(met: Callable[[str], list[Met]]) -> None:
    claim = "worlds without friction"
    assert figure(claims.harmless_figures(told(met("no_friction"))), claim).measured == 0
    skips = [meet(skipped_for_nothing(seed), 1_000) for seed in SEEDS]
    assert figure(claims.harmless_figures(told(skips)), claim).measured == 0
    wrong = told(skips, mutants.final_alignment)
    assert figure(claims.harmless_figures(wrong), claim).measured == 1


def skipped_for_nothing(seed: int) -> World:
    """Steps are skipped here and there, and nobody leaves for it."""
    rng = np.random.default_rng([seed, 12])
    world = bare("no_friction", seed, 4_000, random_plan(rng, 8, 3))
    return with_plants(world, rng, ["benign"] * 3, kinds=["missing"])


def test_what_helps_is_never_called_friction(met: Callable[[str], list[Met]]) -> None:
    assert figure(claims.harmless_figures(told(met("planted"))), "helpful").is_kept
    wrong = told(met("planted"), mutants.without_sign)
    assert not figure(claims.harmless_figures(wrong), "helpful").is_kept


@pytest.mark.parametrize("mutant", [mutants.whatever_becomes, mutants.removal])
def test_the_gain_if_fixed_is_that_of_a_world_where_it_is(met: Callable[[str], list[Met]], mutant: Mutant) -> None:
    claim = "bias of the gain if fixed, planted"
    assert figure(claims.gain_figures(told(met("planted"))), claim).is_kept
    assert not figure(claims.gain_figures(told(met("planted"), mutant)), claim).is_kept


def test_the_first_three_are_frictions_and_claim_what_they_cost(met: Callable[[str], list[Met]]) -> None:
    figures = claims.top_figures(told(met("planted")))
    assert figure(figures, "of the first three, planted").is_kept
    assert figure(figures, "claimed over true loss of").is_kept
    wrong = claims.top_figures(told(met("planted"), mutants.removal))
    assert not figure(wrong, "claimed over true loss of").is_kept


def test_where_people_are_few_the_top_of_the_raw_list_overstates(met: Callable[[str], list[Met]]) -> None:
    first, _ = claims.first_rows(told(met("faint")))
    raw, _ = claims.first_rows(told(met("faint"), mutants.unshrunk))
    assert claims.claimed_over_true(first) < 1.15 < claims.claimed_over_true(raw)


def test_slow_is_not_lost(met: Callable[[str], list[Met]]) -> None:
    claim = "gain told of slow"
    assert figure(claims.gain_figures(told(met("slow_not_lost"))), claim).measured < 0.4
    hasty = [replace(one, seen=mutants.one_patience(one.world, one.seen)) for one in met("slow_not_lost")]
    assert figure(claims.gain_figures(told(hasty)), claim).measured > 0.5


def test_a_hidden_trait_misleads_and_the_rows_say_how_strong_it_would_have_to_be(
    met: Callable[[str], list[Met]],
) -> None:
    rows = told(met("hidden_confounder"))
    misled = rows.filter((pl.col("role") == "benign") & (pl.col("verdict") == "friction"))
    assert misled.height > 0
    assert figure(claims.hidden_figures(rows), "hidden confounder").is_kept
    # Half of the people have the trait; they are exposed three times as often, and that is as strong as it gets.
    assert misled["confounding_needed"].to_numpy().max() < 4.5


def test_outcomes_and_waits_are_told_without_bias(met: Callable[[str], list[Met]]) -> None:
    rows = pl.concat([outcome_rows(one) for one in met("in_flight")])
    error = ((rows["told"] - rows["true"]) * 100).drop_nulls().to_numpy()
    assert abs(error.mean()) < 1.0
    assert float((rows["total"].drop_nulls() - 1).abs().to_numpy().max()) <= 1e-9
    closed = [closed_only(one) for one in met("in_flight")]
    assert abs(np.mean(closed)) > 3.0
    waits = pl.concat([wait_rows(one) for one in met("in_flight")])
    assert figure(claims.wait_figures(waits), "bias").is_kept
    early = [finished_only(one) for one in met("in_flight")]
    assert np.mean(early) < np.mean([0.0, -0.01])


def closed_only(one: Met) -> float:
    """Error in points of the conversion among journeys that are over: those still under way are left out."""
    over = one.seen.journeys.filter((pl.col("status") != "in_flight") & (pl.col("status") != "abandoned"))
    share = float((over["status"] == "converted").cast(pl.Float64).to_numpy().mean()) if over.height else 0.0
    return (share - one.truth.converted_share) * 100


def finished_only(one: Met) -> float:
    """Relative error of the median wait of the last weeks' finished waits at the first touchpoint."""
    late = one.seen.as_of_us - int(3 * one.truth.pause_s[0] * 1e6)
    rows = one.seen.stages.filter((pl.col("code") == 0) & (pl.col("reached_us") >= late)).drop_nulls("next_us")
    took_s = (rows["next_us"] - rows["reached_us"]).to_numpy() / 1e6
    return float(np.median(took_s) / one.truth.pause_s[0] - 1)


def test_kaplan_meier_with_conversions_censored_would_be_wrong_by_points() -> None:
    world = bare("plain", 3, 6_000, plain_plan(5), DAY_S)
    seen, truth = look(world, walk(world)), truth_of(world, 20_000)
    journeys = seen.journeys.filter(pl.col("status") != "in_flight")
    entered = seen.stages.filter(pl.col("stage") == 0).select("journey_key", "reached_us")
    rows = journeys.join(entered, on="journey_key")
    is_lost = (rows["status"] == "abandoned").to_numpy()
    spent = (rows["ended_us"] - rows["reached_us"]).to_numpy()
    censored = float(curves(spent, is_lost.astype(np.int64), 1, seen.horizon_us).incidence[0, -1])
    assert (censored - (1 - truth.converted_share)) * 100 > 5


def test_hazards_stay_where_they_are_when_the_snapshot_or_the_crowd_moves(met: Callable[[str], list[Met]]) -> None:
    rows = pl.concat([moved_rows(one) for one in met("in_flight")])
    assert all(one.is_kept for one in claims.moved_figures(rows) if "average" in one.claim)
    rash = [replace(one, seen=replace(one.seen, patience_us=np.zeros_like(one.seen.patience_us))) for one in
            met("in_flight")]  # fmt: skip
    unfrozen = pl.concat([moved_rows(one) for one in rash])
    assert any(not one.is_kept for one in claims.moved_figures(unfrozen))


def test_intervals_know_that_the_journeys_of_one_person_are_alike(met: Callable[[str], list[Met]]) -> None:
    one = met("repeat_customers")[0]
    goal = len(one.world.plan.names) - 1
    alone = replace(one.seen, journeys=one.seen.journeys.with_columns(pl.col("journey_key").alias("person")))
    wide, narrow = (outcomes_of(seen, goal).filter(pl.col("code") == 0) for seen in (one.seen, alone))
    widths = [float(rows["converted_high"][0] - rows["converted_low"][0]) for rows in (wide, narrow)]
    assert widths[0] > 1.05 * widths[1]
