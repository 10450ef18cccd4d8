"""Frictions of a world by the full path: its events into a warehouse, and the rows of `frictions` that come out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from tests.worlds import piped
from tests.worlds.measured import LOSSES, Met, about
from tests.worlds.noise import LEVELS, dirty, with_cookies
from tests.worlds.piped import Delivered
from tests.worlds.walk import Walked
from tests.worlds.world import World

ALIKE = 0.5
"""A row whose journeys met a plant in this part or more tells of that plant, whatever its name."""
Delivery = Callable[[World, Walked], Delivered]


def _dirtily(world: World, walked: Walked) -> Delivered:
    return dirty(world, piped.plainly(world, walked))


DELIVERIES: dict[str, Delivery] = {
    "plain": piped.plainly,
    "dirty": _dirtily,
    **{f"identity_{name}": partial(with_cookies, level=level) for name, level in LEVELS.items()},
}


def full_rows(met: Met, delivery: str, root: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `frictions` like `measured.friction_rows`, and of `touchpoint_outcomes` of the first touchpoint.

    `plant` is the plant that a row is named after, else the one that it tells of, else -1; `is_named` says which.
    """
    delivered = DELIVERIES[delivery](met.world, met.walked)
    with piped.run(met.world, delivered, root) as connection:
        rows = piped.plants_of(met.world, piped.table(connection, "frictions", "signal <> 'all_fixed'"))
        alike = _alike(connection, met, delivered)
        outcomes = piped.table(connection, "touchpoint_outcomes", "segment IS NULL")
    named = rows.with_columns((pl.col("plant") >= 0).alias("is_named")).join(
        alike, on=("signal", "touchpoint"), how="left"
    )
    told = named.with_columns(
        pl.when(pl.col("is_named")).then("plant").otherwise(pl.col("alike").fill_null(-1)).alias("plant")
    )
    number = told["plant"].to_numpy()
    roles = [met.world.plants[each].role if each >= 0 else "nothing" for each in number]
    gain = [met.truth.gain[each] * 100 if each >= 0 else 0.0 for each in number]
    points = met.journeys_a_month / 100
    frictions = told.with_columns(
        *(pl.lit(value).alias(name) for name, value in about(met).items()),
        pl.lit(delivery).alias("delivery"), pl.Series("role", roles, dtype=pl.String),
        pl.Series("gain", gain, dtype=pl.Float64),
        *((pl.col(name) / points).alias(f"{name}_points") for name in LOSSES),
    )  # fmt: skip
    return frictions, outcomes


def _alike(connection: duckdb.DuckDBPyConnection, met: Met, delivered: Delivered) -> pl.DataFrame:
    """For each signal and target, the plant that most of its journeys met."""
    if not met.world.plants:
        return pl.DataFrame(schema={"signal": pl.String, "touchpoint": pl.String, "alike": pl.Int64})
    numbered = delivered.events.sort("at_us", "journey", maintain_order=True).select(
        pl.concat_str(pl.lit("e"), pl.int_range(pl.len()).cast(pl.String)).alias("event_id"), "journey"
    )
    steps = connection.sql("SELECT journey_id, event_id FROM main.journey_events WHERE position = 0").pl()
    numbers = steps.join(numbered, on="event_id").select("journey_id", "journey")
    marks = connection.sql("SELECT DISTINCT journey_id, signal, touchpoint FROM main.journey_signals").pl()
    known = marks.join(numbers, on="journey_id")
    met_them = met.walked.exposed[:, known["journey"].to_numpy()]
    columns = [pl.Series(f"plant {number}", met_them[number]) for number in range(len(met.world.plants))]
    shares = known.with_columns(columns).group_by("signal", "touchpoint").agg(pl.col("^plant .*$").mean())
    matrix = shares.select("^plant .*$").to_numpy()
    best = np.where(matrix.max(axis=1) >= ALIKE, matrix.argmax(axis=1), -1)
    alike: pl.DataFrame = shares.select("signal", "touchpoint", pl.Series("alike", best, dtype=pl.Int64))
    return alike
