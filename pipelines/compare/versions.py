"""What each version of a map judges: its journeys, apart from those that began under it and went on under a later one.

Two rows of one version are not two samples of it: journeys that straddle a change are those near it that took long.
So their shares are read beside each other, and only their counts are added.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from models.calendar import DAY_US
from models.intervals import wilson
from pipelines.engine import Engine
from pipelines.study import FOREVER_US, Study


def versions(engine: Engine, study: Study, is_in_force: bool) -> pl.DataFrame:
    """One row for the journeys that stayed within the version, and one for those that straddle, where there are any.

    Args:
        engine: With the study's working tables, as the comparison leaves them.
        study: The version.
        is_in_force: Whether it is the version in force at the snapshot.
    """
    horizon_us = engine.scalar("SELECT max(horizon_us) FROM patience")
    engine.create("staging/version_counts", {"horizon_us": horizon_us, **study.values})
    counts = engine.frame("SELECT * FROM version_counts ORDER BY straddles")
    engine.drop("version_counts")
    return _with_shares(counts).with_columns(
        pl.lit(study.plan.version, dtype=pl.Int64).alias("map_version"),
        pl.lit(_moment(study.valid_from_us), dtype=pl.Datetime("us", "UTC")).alias("valid_from"),
        pl.lit(_moment(study.valid_until_us), dtype=pl.Datetime("us", "UTC")).alias("valid_until"),
        pl.lit(is_in_force).alias("is_in_force"),
        pl.lit(study.plan.content_hash).alias("content_hash"),
        pl.lit(horizon_us / DAY_US if counts["journeys_n"].sum() else None, dtype=pl.Float64).alias("horizon_d"),
    )


def _with_shares(counts: pl.DataFrame) -> pl.DataFrame:
    """The share converted within the horizon; its interval counts people, whose journeys are taken to end alike."""
    mature_n = counts["mature_n"].to_numpy()
    people = counts["squares_n"].to_numpy() / mature_n.clip(min=1)  # journeys that one person's outcome stands for
    people = people.clip(min=1)
    low, high = wilson(counts["timely_n"].to_numpy() / people, mature_n / people)
    ends = {"converted_low": low, "converted_high": high}
    return counts.with_columns(
        pl.when(pl.col("mature_n") > 0).then(pl.col("timely_n") / pl.col("mature_n")).alias("converted_share"),
        *(pl.Series(name, ends[name], dtype=pl.Float64).fill_nan(None) for name in ends),
    ).drop("timely_n", "squares_n")


def _moment(at_us: int) -> datetime | None:
    """An instant; None for since ever and still."""
    return None if abs(at_us) >= FOREVER_US else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
