"""The published weekly entry cohorts of one study, of all journeys and per segment."""

from __future__ import annotations

import polars as pl

from models.cohorts import NEVER_US, Entries, cohort_rows, weeks_of
from pipelines.compare.segments import segment_values
from pipelines.engine import Engine
from pipelines.study import Study
from schemas.words import Status

_ENTRIES = """
SELECT states.journey_key, entity_key, entered_us, goal_us, ended_us, status, patience_us
FROM journey_states states JOIN patience ON patience.code = states.stands_at ORDER BY states.journey_key
"""


def cohorts(engine: Engine, study: Study, timezone: str) -> pl.DataFrame:
    """Rows of `cohorts`, all journeys first, week by week.

    Args:
        engine: With the study's working tables, as the comparison leaves them.
        study: The version in force.
        timezone: Of the workspace: weeks begin there.
    """
    found = engine.frame(_ENTRIES)
    if found.is_empty():
        return pl.DataFrame()
    entries = _entries(found)
    horizon_us = engine.scalar("SELECT max(horizon_us) FROM patience")
    weeks = weeks_of(entries, timezone, as_of_us=study.as_of_us, horizon_us=horizon_us)
    rows = [{"segment": None, **row} for row in cohort_rows(entries, weeks)]
    for label, chosen in segment_values(engine, study).parts(found["journey_key"].to_numpy()):
        rows += [{"segment": label, **row} for row in cohort_rows(entries.where(chosen), weeks)]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    week_at = pl.from_epoch("week_us", time_unit="us").dt.replace_time_zone("UTC").alias("week_at")
    return frame.with_columns(week_at).drop("week_us")


def _entries(found: pl.DataFrame) -> Entries:
    def ended(status: Status) -> pl.Series:
        is_so = pl.col("status") == str(status)
        return found.select(pl.when(is_so).then("ended_us").otherwise(NEVER_US).cast(pl.Int64)).to_series()

    is_standing = pl.col("status").is_in([str(Status.ABANDONED), str(Status.IN_FLIGHT)])
    patience = found.select(pl.when(is_standing).then("patience_us").otherwise(0)).to_series()
    return Entries(
        entered_us=found["entered_us"].to_numpy(),
        goal_us=found["goal_us"].fill_null(NEVER_US).to_numpy(),
        exit_us=ended(Status.EXITED).to_numpy(),
        lost_us=ended(Status.ABANDONED).to_numpy(),
        patience_us=patience.to_numpy(),
        person=found["entity_key"].to_numpy(),
    )
