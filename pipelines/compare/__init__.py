"""Lay the reconstructed journeys over their maps: alignments, deviations, waits, outcomes and what to look at first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import polars as pl

from models.calendar import DAY_US, business_days
from pipelines.compare import lookups, summaries
from pipelines.compare.assignment import publish_errands, settle_errands
from pipelines.compare.causes import root_causes
from pipelines.compare.cohorts import cohorts
from pipelines.compare.constraints import constraint_counts, judge_constraints, prepare_constraints
from pipelines.compare.coverage import fill_coverage
from pipelines.compare.customers import customer_value
from pipelines.compare.differences import segment_differences
from pipelines.compare.experience import fill_experience, prepare_experience
from pipelines.compare.frictions import frictions, judge_signals
from pipelines.compare.handovers import fill_handovers, prepare_handovers
from pipelines.compare.identity_ranges import identity_ranges
from pipelines.compare.ledger import ledger
from pipelines.compare.proposals import proposals
from pipelines.compare.rules import follow_rules
from pipelines.compare.signals import find_signals, publish_signals
from pipelines.compare.states import fill_states
from pipelines.compare.tracking import backlog, find_unseen
from pipelines.compare.travel import curves_of_entries, find_travels
from pipelines.compare.variants import align_variants
from pipelines.compare.versions import versions
from pipelines.compare.waits import waits_and_curves
from pipelines.engine import DuckDBEngine, Engine, engine_of
from pipelines.findings import write_findings
from pipelines.following import fill_flows
from pipelines.incremental import STANDING, Since, keep, look_back
from pipelines.settings import Settings
from pipelines.study import Study, studies
from pipelines.warehouse import transaction
from schemas.errors import UsageError
from schemas.journey_map import JourneyMap

COMPARED = (
    "variants",
    "journey_events",
    "deviations",
    "journey_stages",
    "journey_signals",
    "journey_answers",
    "deviation_rates",
    "touchpoint_outcomes",
    "waits",
    "flows",
    "touchpoints",
    "coverage",
    "tracking_backlog",
    "unmapped_activities",
    "touchpoint_states",
    "ledger",
    "variant_moves",
    "example_journeys",
    "map_versions",
    "handovers",
    "constraints",
    "constraint_verdicts",
    "map_assignments",
    "frictions",
    "identity_ranges",
    "patience_curves",
    "root_causes",
    "segment_differences",
    "cohorts",
    "experience",
    "experience_quadrants",
    "customer_value",
    "proposals",
    "journey_phases",
    "phase_flows",
    "incidence_curves",
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
    engine = engine_of(connection, settings)
    found = studies(maps, as_of)
    _refuse_stale(engine, found)
    for study in found:
        engine.use(study.schema)
        _align(engine, settings, study)
    paths = settle_errands(engine, found)
    sinces = look_back(engine, found, paths)
    for study in found:
        engine.use(*paths[study.schema])
        _follow(engine, settings, study, sinces[study.schema])
        if _is_current(study, found):
            follow_rules(engine, settings, study)
    with transaction(connection, settings.warehouse):
        stands = STANDING if all(each.is_standing for each in sinces.values()) else ()
        engine.clear(*(name for name in COMPARED if name not in stands))
        for study in found:
            engine.use(study.schema)
            _fill_whole(engine, study, sinces[study.schema])
            engine.use(*paths[study.schema])
            _fill_rows(engine, study, sinces[study.schema])
            keep(sinces[study.schema])
            is_in_force = _is_current(study, found)
            _append_frame(engine, "map_versions", study, versions(engine, study, is_in_force))
            if is_in_force:
                _fill_summaries(engine, study, settings)
                _append_frame(engine, "cohorts", study, cohorts(engine, study, settings.timezone))
                _append_frame(engine, "tracking_backlog", study, backlog(engine))
                fill_coverage(engine, study, _others_in_force(study, found))
        engine.use("main")
        publish_errands(engine)
        write_findings(_home(connection), maps, as_of)
    for since in (each for each in sinces.values() if each.world):
        engine.forget(since.room)


def _refuse_stale(engine: Engine, found: tuple[Study, ...]) -> None:
    engine.use("main")
    wanted = {(study.schema, study.plan.content_hash, study.as_of_us) for study in found}
    known = engine.has("main.studies")
    rows = engine.frame("SELECT schema_name, content_hash, as_of_us FROM studies").rows() if known else []
    if set(rows) != wanted:
        raise UsageError(
            got="journeys that were reconstructed from other maps, or for another snapshot, or not at all",
            wanted="journeys of these maps at this snapshot",
            hint="run `terreng reconstruct` first, with the same --as-of; `terreng run` does both",
        )


def _align(engine: Engine, settings: Settings, study: Study) -> None:
    """Working tables of one study: its aligned variants, and what the models that follow join to."""
    compared = align_variants(engine, study, settings.threads)
    blocks, members = lookups.block_tables(study, compared.blocks)
    for name, frame in {
        "variant_costs": compared.variants,
        "aligned_moves": compared.moves,
        "variant_log_moves": compared.log_moves,
        "variant_departures": compared.departures,
        "variant_known": compared.known,
        "variant_early_logs": compared.early_logs,
        "map_blocks": blocks,
        "block_members": members,
        "choice_places": lookups.choice_places(study, compared.blocks),
        "designed_before": lookups.designed_before(study),
        "wait_pairs": lookups.wait_pairs(study, compared.automaton),
        "designed_channels": lookups.designed_channels(study),
        "exit_places": lookups.exit_places(study),
        "business_days": _calendar(engine, settings, study),
    }.items():
        engine.put(name, frame)
    engine.create("staging/log_steps")
    engine.create("staging/early_logs")
    engine.create("staging/hourly_events", study.values)
    prepare_handovers(engine, study, compared.automaton)
    prepare_constraints(engine, settings, study)


def _follow(engine: Engine, settings: Settings, study: Study, since: Since) -> None:
    """Working tables of one study: what departed where, and who waited for how long."""
    is_opening = study.is_one_of(study.plan.openings, "states.entry_mark % 4096")
    engine.create("staging/flow_departures")
    find_unseen(engine, settings, study)
    prepare_experience(engine, study)
    for model in (
        "faults", "event_faults", "wait_spans", "timed_waits",
        "broken_promises", "first_reached", "departed", "chances", "kind_counts",
    ):  # fmt: skip
        since.create(f"staging/{model}", {"is_opening": is_opening, **study.values})
    find_signals(engine, study, since)
    find_travels(engine)
    engine.drop("wait_spans", "chances")
    judge_constraints(engine, study)


def _calendar(engine: Engine, settings: Settings, study: Study) -> pl.DataFrame:
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


def _others_in_force(study: Study, found: tuple[Study, ...]) -> list[Study]:
    """The versions in force of the other maps."""
    return [each for each in found if each.plan.journey != study.plan.journey and _is_current(each, found)]


def _fill_whole(engine: Engine, study: Study, since: Since) -> None:
    """The published rows of all variants and events, whosever errand the journeys are."""
    engine.append("marts/variants", study.values)
    since.append("marts/journey_events", study.values)
    engine.append("marts/variant_moves", study.values)


def _fill_rows(engine: Engine, study: Study, since: Since) -> None:
    """The published rows of single journeys."""
    values = study.values
    for model in ("flow_deviations", "event_deviations", "wait_deviations"):
        engine.append(f"marts/{model}", values, table="deviations")
    engine.append("marts/constraint_verdicts", values)
    publish_signals(engine, study, since)
    engine.append("marts/journey_answers", values)
    engine.append("marts/journey_phases", values)


def _fill_summaries(engine: Engine, study: Study, settings: Settings) -> None:
    """The published rates, outcomes and waits."""
    fill_flows(engine, study)
    for table in ("unmapped_activities", "example_journeys", "phase_flows"):
        engine.append(f"marts/{table}", study.values)
    _append_frame(engine, "deviation_rates", study, summaries.rates(engine))
    outcomes = summaries.outcomes(engine, study)
    _append_frame(engine, "touchpoint_outcomes", study, outcomes)
    _append_frame(engine, "incidence_curves", study, curves_of_entries(engine, study, outcomes))
    for table, frame in zip(("waits", "patience_curves"), waits_and_curves(engine, study), strict=True):
        _append_frame(engine, table, study, frame)
    fill_states(engine, study)
    _append_frame(engine, "ledger", study, ledger(engine, study))
    fill_handovers(engine, study)
    _append_frame(engine, "constraints", study, constraint_counts(engine))
    judged = judge_signals(engine, study, settings.threads)
    _append_frame(engine, "frictions", study, frictions(judged))
    fill_experience(engine, study)
    _append_frame(engine, "customer_value", study, customer_value(engine, study))
    _append_frame(engine, "identity_ranges", study, identity_ranges(judged))
    _append_frame(engine, "root_causes", study, root_causes(engine, study, judged, settings.timezone))
    _append_frame(engine, "segment_differences", study, segment_differences(engine, study, judged))
    _append_frame(engine, "proposals", study, proposals(engine, study))


def _home(connection: duckdb.DuckDBPyConnection) -> Engine:
    """The engine of published tables, whatever made them."""
    home = DuckDBEngine(connection)
    home.use("main")
    return home


def _append_frame(engine: Engine, table: str, study: Study, frame: pl.DataFrame) -> None:
    if not frame.is_empty():
        engine.append_frame(table, frame.select(pl.lit(study.plan.journey).alias("journey"), pl.all()))
