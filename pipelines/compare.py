"""Lay the reconstructed journeys over their maps: alignments, deviations, waits, outcomes and what to look at first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import polars as pl

from models.calendar import DAY_US, business_days
from models.intervals import wilson
from models.outcomes import touchpoint_outcomes, unsettled_codes
from models.rules import quoted
from models.waits import summarise_waits
from pipelines import comparison
from pipelines.engine import DuckDBEngine
from pipelines.findings import write_findings
from pipelines.settings import Settings
from pipelines.study import Study, studies
from pipelines.warehouse import transaction
from schemas.errors import UsageError
from schemas.journey_map import JourneyMap

COMPARED = (
    "variants",
    "journey_events",
    "deviations",
    "deviation_rates",
    "touchpoint_outcomes",
    "waits",
    "flows",
    "touchpoints",
    "unmapped_activities",
)


def compare(
    connection: duckdb.DuckDBPyConnection, settings: Settings, maps: tuple[JourneyMap, ...], as_of: datetime
) -> None:
    """Fill every table that says how actual journeys differ from designed ones.

    Args:
        connection: The warehouse, open for writing, after `reconstruct` with the same maps and snapshot.
        settings: The workspace's.
        maps: Every version of every map.
        as_of: The snapshot.

    Raises:
        UsageError: The journeys were reconstructed from other maps or for another snapshot.
    """
    engine = DuckDBEngine(connection)
    found = studies(maps, as_of)
    _refuse_stale(engine, found)
    for study in found:
        engine.use(study.schema)
        _prepare(engine, settings, study)
    with transaction(connection, settings.warehouse):
        for table in COMPARED:
            connection.execute(f"DELETE FROM main.{table}")
        for study in found:
            engine.use(study.schema)
            _fill_rows(engine, study)
            if _is_current(study, found):
                _fill_summaries(engine, study)
        engine.use("main")
        write_findings(engine, maps, as_of)


def _refuse_stale(engine: DuckDBEngine, found: tuple[Study, ...]) -> None:
    engine.use("main")
    wanted = {(study.schema, study.plan.content_hash, study.as_of_us) for study in found}
    known = engine.scalar("SELECT count(*) FROM information_schema.tables WHERE table_name = 'studies'")
    rows = engine.frame("SELECT schema_name, content_hash, as_of_us FROM studies").rows() if known else []
    if set(rows) != wanted:
        raise UsageError(
            got="journeys that were reconstructed from other maps, or for another snapshot, or not at all",
            wanted="journeys of these maps at this snapshot",
            hint="run `terreng reconstruct` first, with the same --as-of; `terreng run` does both",
        )


def _prepare(engine: DuckDBEngine, settings: Settings, study: Study) -> None:
    """Working tables of one study: what departed where, and who waited for how long."""
    compared = comparison.align_variants(engine, study, settings.threads)
    blocks, members = comparison.block_tables(study, compared.blocks)
    for name, frame in {
        "variant_costs": compared.variants,
        "variant_log_moves": compared.log_moves,
        "variant_departures": compared.departures,
        "map_blocks": blocks,
        "block_members": members,
        "blind_spans": comparison.blind_spans(study, compared.blocks, settings.sources),
        "wait_pairs": comparison.wait_pairs(study, compared.automaton),
        "designed_channels": comparison.designed_channels(study),
        "business_days": _calendar(engine, settings, study),
    }.items():
        engine.put(name, frame)
    is_opening = study.is_one_of(study.plan.openings, "states.entry_mark % 4096")
    for model in (
        "log_steps", "flow_departures", "unseen_departures", "event_faults", "wait_spans", "timed_waits",
        "broken_promises", "first_reached", "departed", "chances", "kind_counts", "transitions",
    ):  # fmt: skip
        engine.create(f"staging/{model}", {"is_opening": is_opening, **study.values})
    engine.drop("wait_spans", "chances")


def _calendar(engine: DuckDBEngine, settings: Settings, study: Study) -> pl.DataFrame:
    """Business hours from the first event to the snapshot."""
    first_us = engine.scalar("SELECT min(entered_us) FROM journey_states") or study.as_of_us
    days = business_days(
        settings.timezone,
        settings.business_hours,
        [day - 1 for day in settings.business_days],
        settings.holidays,
        from_on=_day(first_us),
        to_on=_day(study.as_of_us),
    )
    return days.with_columns((pl.col("utc_day") * DAY_US).alias("day_us"))


def _day(moment_us: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment_us)).date()


def _is_current(study: Study, found: tuple[Study, ...]) -> bool:
    """Whether a study is the version in force at the snapshot: rates of two versions do not add up."""
    begun = [each for each in found if each.plan.journey == study.plan.journey and each.valid_from_us <= each.as_of_us]
    return study is begun[-1]


def _fill_rows(engine: DuckDBEngine, study: Study) -> None:
    """The published rows of single journeys, events and variants."""
    values = study.values
    engine.append("marts/variants", values)
    engine.append("marts/journey_events", values)
    for model in ("flow_deviations", "event_deviations", "wait_deviations"):
        engine.append(f"marts/{model}", values, table="deviations")


def _fill_summaries(engine: DuckDBEngine, study: Study) -> None:
    """The published rates, outcomes and waits."""
    for table in ("flows", "touchpoints", "unmapped_activities"):
        engine.append(f"marts/{table}", study.values)
    _append_frame(engine, "deviation_rates", study, _rates(engine))
    _append_frame(engine, "touchpoint_outcomes", study, _outcomes(engine, study))
    _append_frame(engine, "waits", study, _waits(engine, study))


def _append_frame(engine: DuckDBEngine, table: str, study: Study, frame: pl.DataFrame) -> None:
    if frame.is_empty():
        return
    rows = frame.select(pl.lit(study.plan.journey).alias("journey"), pl.all())
    engine.connection.register("incoming", rows.to_arrow())
    engine.connection.execute(f"INSERT INTO main.{table} BY NAME SELECT * FROM incoming")
    engine.connection.unregister("incoming")


def _rates(engine: DuckDBEngine) -> pl.DataFrame:
    """One row per kind and what it is charged to: journeys over opportunities, with an interval.

    The interval counts people: journeys of one person are taken to depart alike, which can only widen it.
    """
    rows = engine.frame(
        "SELECT counts.*, coalesce(names.name, letters.activity) AS touchpoint, blocks.label AS block,"
        " coalesce(names.owner, blocks.owner) AS owner, coalesce(names.phase, blocks.phase) AS phase"
        " FROM kind_counts counts LEFT JOIN map_names names ON names.code = counts.target"
        " LEFT JOIN unmapped_letters letters ON letters.letter = counts.target"
        " LEFT JOIN map_blocks blocks ON blocks.block_no = -1 - counts.target"
        " ORDER BY counts.journeys_n DESC, counts.kind, counts.target"
    )
    people = engine.frame(
        "SELECT coalesce(sum(n * n) / sum(n), 1) AS deff"
        " FROM (SELECT count(*) AS n FROM journey_states GROUP BY entity_key) journeys_of_one"
    )["deff"][0]
    low, high = wilson(rows["journeys_n"].to_numpy() / people, rows["opportunities_n"].to_numpy() / people)
    return rows.with_columns(
        (pl.col("journeys_n") / pl.col("opportunities_n")).alias("rate"),
        pl.Series("rate_low", low, dtype=pl.Float64),
        pl.Series("rate_high", high, dtype=pl.Float64),
        pl.when(pl.col("finished_n") > 0).then(pl.col("lost_n") / pl.col("finished_n")).alias("abandoned_share"),
    ).drop("target", "lost_n", "finished_n")


def _outcomes(engine: DuckDBEngine, study: Study) -> pl.DataFrame:
    """One row per touchpoint of the flow and segment: what became of those who reached it."""
    names = study.map_names.select("code", pl.col("name").alias("touchpoint"))
    segments = tuple(study.plan.segments)
    journeys = engine.frame(
        "SELECT journey_key, entity_key AS person_key, status, ended_us AS end_us, last_us, stands_at AS code"
        " FROM journey_states ORDER BY journey_key"
    )
    for name in segments:
        values = engine.frame(f"SELECT journey_key, value FROM all_segment_values WHERE name = {quoted(name)}")
        journeys = journeys.join(values.rename({"value": name}), on="journey_key", how="left")
    patience = engine.frame("SELECT code, patience_us, horizon_us, is_learned FROM patience ORDER BY code")
    horizon = int(patience["horizon_us"][0])
    learned = np.where(patience["is_learned"].to_numpy(), patience["patience_us"].to_numpy(), -1)
    waits_for = patience["patience_us"].to_numpy().copy()
    waits_for[[study.code(name) for name in study.plan.goals if study.code(name) < study.flow_n]] = -1
    rows = [  # one touchpoint at a time: all visits at once would take gigabytes
        touchpoint_outcomes(
            engine.frame(f"SELECT * FROM first_reached WHERE code = {code}"),
            journeys,
            waits_for,
            as_of_us=study.as_of_us,
            horizon_us=horizon,
            segments=segments,
            unsettled=unsettled_codes(learned, horizon),
        )
        for code in range(study.flow_n)
    ]
    return pl.concat(rows).with_columns(pl.col("code").cast(pl.Int32)).join(names, on="code", how="left").drop("code")


def _waits(engine: DuckDBEngine, study: Study) -> pl.DataFrame:
    """One row per pair of touchpoints: how long people wait, and how often the promise is kept."""
    pairs = engine.frame("SELECT pair_no, code, is_ready, calendar, promised_s FROM wait_pairs ORDER BY pair_no")
    patience = dict(engine.frame("SELECT code, patience_us FROM patience").rows())
    rows = []
    for (pair,), sides in sorted(pairs.partition_by("pair_no", as_dict=True).items()):
        ready, served = (sides.filter(pl.col("is_ready") == side)["code"][0] for side in (True, False))
        found = engine.frame(
            "SELECT ready_us, wait_s, age_s, end_kind, states.entity_key AS person FROM timed_waits waits"
            " JOIN journey_states states ON states.journey_key = waits.journey_key"
            f" WHERE waits.pair_no = {pair} ORDER BY waits.journey_key, ready_us"
        )
        if found.is_empty():
            continue
        promised_s = sides["promised_s"][0]
        summary = summarise_waits(
            found["ready_us"].to_numpy(),
            found["wait_s"].to_numpy(),
            found["end_kind"].to_numpy().astype(np.int64),
            as_of_us=study.as_of_us,
            patience_us=patience.get(ready, 0),
            promised_s=promised_s,
            age_s=found["age_s"].to_numpy(),
            person=found["person"].to_numpy(),
        )
        names = {"from_touchpoint": study.plan.names[ready], "to_touchpoint": study.plan.names[served]}
        shown = {key: value for key, value in vars(summary).items() if key != "judged_n"}
        rows.append({**names, "calendar": sides["calendar"][0], "promised_s": promised_s, **shown})
    return pl.DataFrame(rows, infer_schema_length=None)
