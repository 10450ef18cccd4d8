"""The usual ways, which are wrong: each tells the frictions of a world like `judged`, and must fail its claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from models.friction.estimate import estimate
from models.friction.numbers import wide
from models.friction.parts import RiskSet
from models.friction.risk_sets import risk_sets
from tests.worlds.judged import RESAMPLES, inputs_of, rows_of
from tests.worlds.seen import Seen
from tests.worlds.world import World

Mutant = Callable[[World, Seen], pl.DataFrame]


def without_strata(world: World, seen: Seen) -> pl.DataFrame:
    """All journeys together, whatever their traits."""

    def pooled(units: RiskSet) -> RiskSet:
        return replace(units, stratum=np.zeros_like(units.stratum), base=np.zeros_like(units.base))

    return _changed(world, seen, pooled)


def by_journey(world: World, seen: Seen) -> pl.DataFrame:
    """Every journey as if of a person of its own."""
    alone = seen.journeys.with_columns(pl.col("journey_key").alias("person"))
    return _changed(world, replace(seen, journeys=alone), lambda units: units)


def ever_against_never(world: World, seen: Seen) -> pl.DataFrame:
    """Journeys that ever showed the signal against those that never did, and whether they converted in the end."""
    inputs = inputs_of(world, seen)
    made = risk_sets(inputs)
    stays = made.stays
    lost = {"abandoned": True, "exited": True, "converted": False}
    ends = seen.journeys["status"].replace_strict(lost, default=None, return_dtype=pl.Boolean)
    is_over = ends.is_not_null().to_numpy()
    starts = np.flatnonzero(np.diff(made.stays.journey, prepend=-1) != 0)
    changed = []
    for one in made.compared:
        ever = np.zeros(is_over.size, dtype=bool)
        marked = seen.marks.filter((pl.col("signal") == one.signal) & (pl.col("target") == one.target))
        ever[np.searchsorted(seen.journeys["journey_key"].to_numpy(), marked["journey_key"].to_numpy())] = True
        row = starts[is_over]
        changed.append(replace(
            one.units,
            person=wide(stays.person(row)), stratum=wide(stays.base(row)), base=wide(stays.base(row)),
            step=np.arange(row.size), is_exposed=ever[is_over], is_lost=ends.to_numpy()[is_over].astype(bool),
            fate=np.ones(row.size, dtype=np.int64), code=wide(stays.code[row]), went_on_s=np.full(row.size, np.nan),
        ))  # fmt: skip
    return rows_of(made, estimate(changed, inputs.person_hash, resamples_n=RESAMPLES))


def final_alignment(world: World, seen: Seen) -> pl.DataFrame:
    """What lacks in the end, of those who came to the touchpoint before: whoever left there lacks all that follows."""
    inputs = inputs_of(world, seen)
    made = risk_sets(inputs)
    stays, journeys = made.stays, seen.journeys.height
    changed = []
    for one in made.compared:
        plant = world.plants[one.target]
        before, target = (
            world.plan.code(world.plan.slots[slot].piece.names[0]) for slot in (plant.slot - 1, plant.slot)
        )
        has_it = np.zeros(journeys, dtype=bool)
        has_it[stays.journey[stays.by_code[target]]] = True
        row = stays.by_code[before]
        row = row[~stays.is_open[row]]
        changed.append(replace(
            one.units,
            person=wide(stays.person(row)), stratum=wide(stays.base(row)), base=wide(stays.base(row)),
            step=np.arange(row.size), is_exposed=~has_it[stays.journey[row]], is_lost=stays.is_lost[row],
            fate=wide(stays.fate[row]), code=wide(stays.code[row]), went_on_s=np.full(row.size, np.nan),
        ))  # fmt: skip
    return rows_of(made, estimate(changed, inputs.person_hash, resamples_n=RESAMPLES))


def whatever_becomes(world: World, seen: Seen) -> pl.DataFrame:
    """Losses without what lies ahead: whoever is not lost here counts as converted."""
    found = _changed(world, seen, lambda units: units)
    made = risk_sets(inputs_of(world, seen))
    months = pl.Series([one.units.months for one in made.compared])
    scale = found["exposed_n"] / months
    named = (("lost_per_month", "effect"), ("lost_low", "effect_low"), ("lost_high", "effect_high"),
             ("lost_shrunk", "effect_shrunk"))  # fmt: skip
    return found.with_columns(*((found[effect] * scale).alias(lost) for lost, effect in named))


def removal(world: World, seen: Seen) -> pl.DataFrame:
    """Anderl's removal effect: all conversions that passed by the signal."""
    found = _changed(world, seen, lambda units: units)
    made = risk_sets(inputs_of(world, seen))
    converted = (seen.journeys["status"] == "converted").to_numpy()
    passed = [int(np.count_nonzero(converted[one.journey[one.units.is_exposed]])) for one in made.compared]
    lost = pl.Series(passed) / pl.Series([one.units.months for one in made.compared])
    return found.with_columns(
        *(lost.alias(name) for name in ("lost_per_month", "lost_low", "lost_high", "lost_shrunk"))
    )


def unshrunk(world: World, seen: Seen) -> pl.DataFrame:
    """The raw numbers in the ranking."""
    found = _changed(world, seen, lambda units: units)
    return found.with_columns(pl.col("lost_per_month").alias("lost_shrunk"))


def without_adjustment(world: World, seen: Seen) -> pl.DataFrame:
    """Everything that is beyond chance by itself is called a friction, however many are looked at."""
    found = _changed(world, seen, lambda units: units)
    beyond = (pl.col("p_value") <= 0.05) & (pl.col("effect") > 0)
    return found.with_columns(pl.when(beyond).then(pl.lit("friction")).otherwise("verdict").alias("verdict"))


def without_sign(world: World, seen: Seen) -> pl.DataFrame:
    """Whatever differs is called a friction."""
    found = _changed(world, seen, lambda units: units)
    differs = pl.col("q_value") <= 0.05
    return found.with_columns(pl.when(differs).then(pl.lit("friction")).otherwise("verdict").alias("verdict"))


def one_patience(world: World, seen: Seen) -> Seen:
    """A snapshot judged with one patience for all touchpoints: slow ones are taken for lost."""
    ordinary = int(np.median(seen.patience_us[:-1]))
    last = seen.journeys
    silent = seen.as_of_us - pl.col("last_us") > ordinary
    status = pl.when(pl.col("status").is_in(["converted", "exited"])).then("status").otherwise(
        pl.when(silent).then(pl.lit("abandoned")).otherwise(pl.lit("in_flight")))  # fmt: skip
    del world
    judged_again = last.with_columns(status.alias("status")).with_columns(
        pl.when(pl.col("status") != "in_flight").then("last_us").alias("ended_us")
    )
    ending = seen.stages.drop("ending").join(
        judged_again.select("journey_key", pl.col("status").alias("ending")), on="journey_key", how="left"
    ).with_columns(pl.when(pl.col("next_us").is_null()).then("ending").alias("ending"))  # fmt: skip
    return replace(seen, journeys=judged_again, stages=ending, patience_us=np.full_like(seen.patience_us, ordinary))


def _changed(world: World, seen: Seen, change: Callable[[RiskSet], RiskSet]) -> pl.DataFrame:
    inputs = inputs_of(world, seen)
    made = risk_sets(inputs)
    units = [change(one.units) for one in made.compared]
    return rows_of(made, estimate(units, inputs.person_hash, resamples_n=RESAMPLES))
