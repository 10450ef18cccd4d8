"""What the models say of one world, beside what is true: plain rows that the claims are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from models.outcomes import touchpoint_outcomes
from models.waits import Snapshot, WaitEnd, Waits, summarise_waits
from tests.worlds.judged import judged
from tests.worlds.seen import Seen, look
from tests.worlds.truth import MONTH_D, PEOPLE, Truth, truth_of
from tests.worlds.walk import Walked, walk
from tests.worlds.world import DAY_S, World

LEAST_REACHED = 200
"""Touchpoints that fewer reached are left out of the figures of bias: chance alone moves them."""


@dataclass(frozen=True)
class Met:
    """A world, walked, seen at its snapshot, and its truth."""

    world: World
    walked: Walked
    seen: Seen
    truth: Truth

    @property
    def journeys_a_month(self) -> float:
        """Journeys that begin in a month."""
        return self.walked.left_slot.size / (self.world.window_d / MONTH_D)


def meet(world: World, truth_people_n: int = PEOPLE, *, with_outcomes: bool = False) -> Met:
    """Walk a world and look at it; what becomes of people at each touchpoint is only told where it is wanted."""
    walked = walk(world)
    people_n = int(truth_people_n / world.repeats)
    return Met(world, walked, look(world, walked), truth_of(world, people_n, with_outcomes=with_outcomes))


def about(met: Met) -> dict[str, object]:
    """What every row begins with."""
    return {"world": met.world.name, "seed": met.world.seed, "people_n": met.world.people_n}


def outcomes_of(seen: Seen, goal: int) -> pl.DataFrame:
    """`touchpoint_outcomes` of a snapshot."""
    patience = seen.patience_us.copy()
    patience[goal] = -1
    named = {"person": "person_key", "ended_us": "end_us"}
    return touchpoint_outcomes(
        seen.stages.select("journey_key", "code", "reached_us"),
        seen.journeys.rename(named),
        patience,
        as_of_us=seen.as_of_us,
        horizon_us=seen.horizon_us,
        unsettled=seen.unsettled,
    )


def outcome_rows(met: Met) -> pl.DataFrame:
    """One row per touchpoint and number (`drop_off`, `convert`): true, told, its ends, and the sum of the shares."""
    found = outcomes_of(met.seen, len(met.world.plan.names) - 1).filter(pl.col("reached_n") >= LEAST_REACHED)
    code = found["code"].to_numpy()
    total = found["converted_share"] + found["exited_share"] + found["abandoned_share"] + found["active_share"]
    is_goal = code == len(met.world.plan.names) - 1
    drop_off = {
        "number": "drop_off", "true": met.truth.drop_off[code], "told": found["hazard"] + found["exit_hazard"],
        "low": None, "high": None, "total": None,
    }  # fmt: skip
    if met.world.exits == 0:
        drop_off |= {"low": found["hazard_low"], "high": found["hazard_high"]}
    convert = {
        "number": "convert", "true": met.truth.convert[code], "told": found["converted_share"],
        "low": found["converted_low"], "high": found["converted_high"], "total": total,
    }  # fmt: skip
    reached_n = met.truth.reached_n[code]
    for numbers in (drop_off, convert):
        share = np.asarray(numbers["true"], dtype=float)
        numbers["true_error"] = np.sqrt(share * (1 - share) / np.maximum(reached_n, 1))
    texts = dict.fromkeys(("true", "told", "low", "high", "total"), pl.Float64)
    parts = [
        pl.DataFrame({**about(met), "code": code, **numbers}, schema_overrides=texts).filter(~pl.Series(is_goal))
        for numbers in (drop_off, convert)
    ]
    return pl.concat(parts)


def friction_rows(met: Met, found: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per plant that shows: what is planted, and what its row says, losses in points of journeys."""
    rows = judged(met.world, met.seen) if found is None else found
    number, plants = rows["plant"].to_numpy(), met.world.plants
    per_point = met.journeys_a_month / 100
    return rows.with_columns(
        *(pl.lit(value).alias(name) for name, value in about(met).items()),
        pl.Series("role", [plants[each].role for each in number], dtype=pl.String),
        pl.Series("kind", [f"{plants[each].kind} {plants[each].timing}" for each in number], dtype=pl.String),
        pl.Series("planted", [plants[each].effect for each in number], dtype=pl.Float64),
        pl.Series("gain", met.truth.gain[number] * 100, dtype=pl.Float64),
        pl.Series("gain_error", 100 * np.sqrt(np.abs(met.truth.gain[number]) / met.truth.journeys_n), dtype=pl.Float64),
        *((pl.col(name) / per_point).alias(f"{name}_points") for name in LOSSES),
    )


LOSSES = ("lost_per_month", "lost_low", "lost_high", "lost_shrunk")


def wait_rows(met: Met) -> pl.DataFrame:
    """One row per touchpoint: the true median time to the next one, and the one that waits tell."""
    seen, rows = met.seen, []
    ends = seen.journeys.select(
        "journey_key", "person", "status", pl.col("last_us").alias("at_last_us"), pl.col("code").alias("stands_at")
    )
    joined = seen.stages.join(ends, on="journey_key", how="left")
    for code in range(len(met.world.plan.names) - 1):
        here = joined.filter(pl.col("code") == code)
        if here.height < LEAST_REACHED:
            continue
        rows.append({**about(met), "code": code, "true": met.truth.pause_s[code], "told": median_wait(here, seen)})
    return pl.DataFrame(rows, infer_schema_length=None)


def median_wait(here: pl.DataFrame, seen: Seen) -> float | None:
    """Median time to the next touchpoint of those who go on, told by the waits of one touchpoint's stages."""
    begun = here["reached_us"].to_numpy()
    status = here["status"]
    is_served, is_open = here["next_us"].is_not_null().to_numpy(), (status == "in_flight").to_numpy()
    gone_us = here["next_us"].fill_null(0).to_numpy()
    until = np.select([is_served, is_open], [gone_us, np.full(begun.size, seen.as_of_us)], here["last_us"].to_numpy())
    waits = Waits(
        start_us=begun,
        wait_s=(until - begun) / 1e6,
        age_s=(seen.as_of_us - begun) / 1e6,
        end=np.select([is_served, is_open], [WaitEnd.SERVED, WaitEnd.WAITING], WaitEnd.LEFT).astype(np.int64),
        person=here["person"].to_numpy(),
        last_us=here["at_last_us"].to_numpy(),
        last_s=np.maximum(here["at_last_us"].to_numpy() - begun, 0) / 1e6,
        patience_us=seen.patience_us[here["stands_at"].to_numpy()],
        is_settled=status.is_in(["converted", "exited"]).to_numpy(),
        is_past=np.zeros(begun.size, dtype=bool),
    )
    snapshot = Snapshot(seen.as_of_us, lambda moment_us: (seen.as_of_us - moment_us) / 1e6)
    return summarise_waits(waits, snapshot, freeze_us=snapshot.freeze_us(waits), patience_too=False).p50_s


def moved_rows(met: Met) -> pl.DataFrame:
    """One row per touchpoint: its hazard at the snapshot, a quarter of the window later, and with more in flight.

    The later snapshot sees more of the same people; `crowded` are twice as many people beginning in the last part.
    """
    goal = len(met.world.plan.names) - 1
    later = replace(met.world, as_of_d=met.world.as_of_d + met.world.window_d / 4)
    columns = ["code", "hazard", "hazard_low", "hazard_high", "reached_n"]
    first = outcomes_of(met.seen, goal).select(columns)
    parts = [
        first.join(outcomes_of(seen, goal).select("code", pl.col("hazard").alias("then")), on="code").with_columns(
            pl.lit(name).alias("change"), *(pl.lit(value).alias(key) for key, value in about(met).items())
        )
        for name, seen in (("later", look(later, walk(later))), ("crowded", look_crowded(met)))
    ]
    enough = (pl.col("reached_n") >= LEAST_REACHED) & (pl.col("code") != goal)
    return pl.concat(parts).filter(enough).drop_nulls(["hazard", "then"])


def look_crowded(met: Met) -> Seen:
    """The same snapshot, without half of the journeys that begin in all but the last tenth of the window."""
    entered = met.walked.people.entered_us
    edge = met.world.as_of_us - int(met.world.window_d * DAY_S * 1e5)
    kept = (entered >= edge) | (met.walked.people.person % 4 != 0)
    journeys = met.seen.journeys.filter(pl.col("journey_key").is_in(np.flatnonzero(kept)))
    stages = met.seen.stages.filter(pl.col("journey_key").is_in(np.flatnonzero(kept)))
    return replace(met.seen, journeys=journeys, stages=stages)
