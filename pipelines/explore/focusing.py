"""The published tables made again for a part of the journeys, in memory, by the same code that made the published ones.

The view is then read as the report reads it: with the same small numbers left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from models import sql
from models.incidence_curves import incidence_curves
from models.outcomes import fates, touchpoint_outcomes
from models.rules import quoted
from pipelines.compare.summaries import rates
from pipelines.compare.waits import waits_and_curves
from pipelines.differences.restoring import IN_MEMORY, restore
from pipelines.engine import DuckDBEngine, Engine
from pipelines.explore.part_tables import COUNTED, CUT, OF_JOURNEYS, TRAVELS, WHOLE
from pipelines.friction.inputs import Subject, from_published
from pipelines.privacy.measures import MEASURES
from pipelines.study import Study, studies

if TYPE_CHECKING:
    import duckdb

    from pipelines.explore.focus import Focus
    from pipelines.settings import Settings
    from schemas.journey_map import JourneyMap

SCHEMA = "part"


def put_part(
    connection: duckdb.DuckDBPyConnection, settings: Settings, plan: JourneyMap, as_of: datetime, focus: Focus
) -> Subject:
    """Make the tables of a part; whoever reads tables by their names then reads these.

    Args:
        connection: The published snapshot, opened by `reader`.
        settings: For business hours and the zone.
        plan: The map, as it was in force at the last run.
        as_of: The snapshot.
        focus: The part.

    Returns:
        Its journeys.

    Raises:
        WarehouseError: There are none.
    """
    where = focus.where(ZoneInfo(settings.timezone))
    connection.execute(IN_MEMORY)
    subject = from_published(connection, plan, as_of, where)
    (study,) = studies([plan], as_of.astimezone(UTC))
    subject = restore(connection, settings, study, subject, where)
    engine = DuckDBEngine(connection)
    engine.connection.execute("DELETE FROM all_segment_values")  # a part is told as a whole
    engine.put("unmapped_letters", _letters(subject))
    connection.execute(TRAVELS)
    for model in ("transitions", "kind_counts"):
        engine.create(f"staging/{model}", study.values)
    _put_tables(engine, study, subject)
    connection.execute(f"SET search_path = 'memory.{SCHEMA},{WHOLE}'")
    return subject


def _letters(subject: Subject) -> pl.DataFrame:
    """Activities off the map by the numbers that departures are charged to."""
    schema = {"letter": pl.Int64, "activity": pl.String}
    return pl.DataFrame(list(subject.activities.items()), schema=schema, orient="row")


def _put_tables(engine: Engine, study: Study, subject: Subject) -> None:
    """Every table with numbers of people: made again for the part, or empty; those of single journeys: cut to it."""
    waits, curves = waits_and_curves(engine, study)
    outcomes, incidence = _outcomes(engine, study, subject)
    made = {
        "touchpoint_outcomes": outcomes,
        "incidence_curves": incidence,
        "phase_flows": engine.frame(_rendered("marts/phase_flows", study)),
        "deviation_rates": rates(engine),
        "waits": waits,
        "patience_curves": curves,
        "flows": engine.frame(_rendered("marts/flows", study)),
    }
    make = engine.connection.execute
    make(f"CREATE SCHEMA memory.{SCHEMA}")
    for table in sorted({*MEASURES, "findings"}):
        make(f"CREATE TABLE memory.{SCHEMA}.{table} AS SELECT * FROM {WHOLE}.{table} LIMIT 0")
    for table, frame in made.items():
        put_rows(engine.connection, table, frame, study.plan.journey)
    names = {"journey": quoted(study.plan.journey), "whole": WHOLE, "part": f"memory.{SCHEMA}"}
    for table in OF_JOURNEYS:
        make(f"CREATE TABLE memory.{SCHEMA}.{table} AS {CUT.format(table=table, **names)}")
    for table, query in COUNTED.items():
        make(f"CREATE OR REPLACE TABLE memory.{SCHEMA}.{table} AS {query.format(**names)}")


def _rendered(model: str, study: Study) -> str:
    return sql.render(model, "duckdb", **study.values)


def put_rows(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, journey: str) -> None:
    """Fill a table of the part that is empty.

    Args:
        connection: As `put_part` left it.
        table: Its name.
        frame: Its rows, without the journey.
        journey: Name of the map.
    """
    if frame.is_empty():
        return
    rows = frame.with_columns(pl.lit(journey).alias("journey"))
    connection.register("incoming", rows.to_arrow())
    connection.execute(f"INSERT INTO memory.{SCHEMA}.{table} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")


def _outcomes(engine: Engine, study: Study, subject: Subject) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What became of those who reached each touchpoint, and when; how often people came back is not published."""
    waits_for = np.asarray(subject.journeys.patience_us).copy()
    waits_for[[study.code(name) for name in study.plan.goals if study.code(name) < study.flow_n]] = -1
    journeys = engine.frame(
        "SELECT journey_key, entity_key AS person_key, status, ended_us AS end_us, last_us, stands_at AS code"
        " FROM journey_states ORDER BY journey_key"
    )
    reached = engine.frame(f"SELECT journey_key, code, reached_us FROM first_reached WHERE code < {study.flow_n}")
    horizon = subject.journeys.horizon_us
    found = touchpoint_outcomes(
        reached,
        journeys,
        waits_for,
        as_of_us=study.as_of_us,
        horizon_us=horizon,
        unsettled=np.flatnonzero(subject.journeys.is_unsettled).tolist(),
    )
    told = {(code, None) for code, refused in found.select("code", "refused").rows() if refused is None}
    entries = reached.filter(pl.col("code").is_in([study.code(name) for name in study.plan.openings]))
    ends = fates(entries, journeys, waits_for, as_of_us=study.as_of_us, horizon_us=horizon)
    names = study.map_names.select(pl.col("code").cast(pl.Int64), pl.col("name").alias("touchpoint"))
    both = (found, incidence_curves(ends, told, horizon))
    outcomes, curves = (each.join(names, on="code", how="left").drop("code") for each in both)
    return outcomes, curves
