"""The working tables that numbers are read from, made again from the published ones, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import duckdb
import polars as pl

from models.automaton import compile_flow
from models.calendar import DAY_US, business_days
from models.rules import quoted
from pipelines.compare import lookups
from pipelines.engine import DuckDBEngine, Engine
from pipelines.friction.inputs import Subject
from pipelines.settings import Settings
from pipelines.study import Study

IN_MEMORY: Final = "SET search_path = 'memory.main,published.main'"
"""What is made goes into memory, what is read comes from the snapshot."""
_FIRST_LETTER: Final = 8192
"""Numbers of activities off the map that no signal has: beyond all codes, and beyond those of signals."""
_OWN = (
    "SELECT * FROM journeys WHERE rule = 'default' AND journey = $journey AND map_version = $version"
    " AND assignment = 'this' AND ($where)"
)


def restore(
    connection: duckdb.DuckDBPyConnection, settings: Settings, study: Study, subject: Subject, where: str = "true"
) -> Subject:
    """Make the working tables of one map in memory.

    Args:
        connection: The published snapshot, opened by `reader`, after `IN_MEMORY`.
        settings: For business hours.
        study: The version of the map in force.
        subject: Its journeys as `pipelines.friction.inputs.from_published` gives them.
        where: SQL over the columns of `journeys`, the same as there: which of them count.

    Returns:
        The subject, knowing the names of all activities that departures are charged to.
    """
    engine = DuckDBEngine(connection)
    _put_names(engine, study, subject)
    whole = _journeys(engine, study, where)
    _put_patience(engine, study, subject)
    subject = _departures(engine, subject)
    _calendar(engine, settings, study, whole)
    for model in ("first_reached", "wait_spans", "timed_waits", "chances"):
        engine.create(f"staging/{model}", study.values)
    return subject


def _put_names(engine: Engine, study: Study, subject: Subject) -> None:
    """What the map alone says: names, pairs that wait, blocks, choices."""
    blocks, members = lookups.block_tables(study, subject.blocks)
    for name, frame in {
        "map_names": study.map_names,
        "map_blocks": blocks,
        "block_members": members,
        "choice_places": lookups.choice_places(study, subject.blocks),
        "wait_pairs": lookups.wait_pairs(study, compile_flow(study.plan.flow)),
    }.items():
        engine.put(name, frame)


def _journeys(engine: Engine, study: Study, where: str) -> tuple[int, int]:
    """The journeys by number, their segments, events and answers; when the first of them begins, and the snapshot."""
    own = _OWN.replace("$journey", quoted(study.plan.journey)).replace("$version", str(study.plan.version))
    own = own.replace("$where", where)
    make = engine.connection.execute
    make(
        "CREATE OR REPLACE TABLE journey_states AS SELECT row_number() OVER (ORDER BY journey_id) - 1 AS journey_key,"
        " dense_rank() OVER (ORDER BY person_id) AS entity_key, journey_id, person_id AS entity_id, status,"
        " epoch_us(entered_at) AS entered_us, epoch_us(ended_at) AS ended_us, epoch_us(last_at) AS last_us,"
        f" code AS stands_at, segments FROM ({own}) own"
        " LEFT JOIN map_names ON map_names.name = own.touchpoint"
    )
    make(
        "CREATE OR REPLACE TABLE all_segment_values AS SELECT journey_key, entry.key AS name, entry.value AS value FROM"
        " (SELECT journey_key, unnest(map_entries(segments)) AS entry FROM journey_states)"
    )
    make(
        "CREATE OR REPLACE TABLE traced_steps AS SELECT states.journey_key, steps.position, epoch_us(steps.occurred_at)"
        " AS at_us, names.code FROM journey_events steps JOIN journey_states states USING (journey_id)"
        " LEFT JOIN map_names names ON names.name = steps.touchpoint"
    )
    make(
        "CREATE OR REPLACE TABLE experience_answers AS SELECT states.journey_key, measure, names.code AS about_code,"
        " points, epoch_us(answered_at) AS at_us, event_id AS event_key FROM journey_answers answers"
        " JOIN journey_states states USING (journey_id) LEFT JOIN map_names names ON names.name = answers.touchpoint"
    )
    return engine.scalar("SELECT min(entered_us) FROM journey_states"), study.as_of_us


def _put_patience(engine: Engine, study: Study, subject: Subject) -> None:
    """Patience per code; beside the flow nobody stands, and the horizon will do."""
    beside_n = len(study.plan.names) - study.flow_n
    known = [*subject.journeys.patience_us[: study.flow_n].tolist(), *[subject.journeys.horizon_us] * beside_n]
    schema = {"code": pl.Int32, "patience_us": pl.Int64}
    engine.put("patience", pl.DataFrame(list(enumerate(known)), schema=schema, orient="row"))


def _departures(engine: Engine, subject: Subject) -> Subject:
    """Departures and signals, charged to codes, blocks or activities by number."""
    found = engine.frame(
        "SELECT DISTINCT touchpoint FROM (SELECT touchpoint FROM deviations UNION ALL SELECT touchpoint FROM"
        " journey_signals) WHERE touchpoint IS NOT NULL ORDER BY 1"
    )["touchpoint"]
    targets = {name: letter for letter, name in subject.activities.items()}
    targets |= {label: -1 - number for number, label in enumerate(subject.blocks.labels)}
    targets |= {name: code for code, name in enumerate(subject.plan.names)}
    unknown = {name: _FIRST_LETTER + place for place, name in enumerate(found) if name not in targets}
    targets |= unknown
    schema = {"name": pl.String, "target": pl.Int64}
    engine.put("all_targets", pl.DataFrame(list(targets.items()), schema=schema, orient="row"))
    engine.connection.execute(
        "CREATE OR REPLACE TABLE departed AS SELECT journey_key, kind, target, count(*) AS occurrences_n"
        " FROM deviations JOIN journey_states USING (journey_id)"
        " JOIN all_targets ON name = coalesce(deviations.touchpoint, deviations.block) GROUP BY ALL"
    )
    engine.connection.execute(
        "CREATE OR REPLACE TABLE signal_marks AS SELECT journey_key, signal, target FROM journey_signals signals"
        " JOIN journey_states USING (journey_id) JOIN all_targets ON name = signals.touchpoint"
    )
    return replace(subject, activities={**subject.activities, **{code: name for name, code in unknown.items()}})


def _calendar(engine: Engine, settings: Settings, study: Study, whole: tuple[int, int]) -> None:
    """Business hours from the first journey to the snapshot."""
    first, last = (_day(moment_us or study.as_of_us) for moment_us in whole)
    days = business_days(
        settings.timezone,
        settings.business_hours,
        [day - 1 for day in settings.business_days],
        settings.holidays,
        from_on=first,
        to_on=last,
    )
    engine.put("business_days", days.with_columns((pl.col("utc_day") * DAY_US).alias("day_us")))


def _day(moment_us: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment_us)).date()
