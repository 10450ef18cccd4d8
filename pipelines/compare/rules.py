"""The journeys of those whom another rule of identity takes for other people: their stages and signals.

All other journeys are those of the default rule. So only what differs is aligned and followed again.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from pipelines.compare.experience import prepare_experience
from pipelines.compare.signals import find_signals
from pipelines.compare.variants import align_variants
from pipelines.engine import Engine
from pipelines.friction.inputs import Subject, from_working
from pipelines.incremental import Since
from pipelines.settings import Settings
from pipelines.study import Study
from schemas.words import Rule, SignalKind

OTHERS = (Rule.STRICT, Rule.LOOSE)
NOT_UNDER_RULES = (str(SignalKind.FAILURE_DEMAND),)
"""Signals that are judged by all journeys of a study together: they cannot be told for some people alone."""


def follow_rules(engine: Engine, settings: Settings, study: Study) -> None:
    """Find the signals of the journeys that differ under the other rules.

    Args:
        engine: The study has been followed under the default rule, and its tables are where they were looked up then.
        settings: The workspace's.
        study: The version of a map.
    """
    path = engine.path
    for rule in OTHERS:
        if not _differs(engine, study, rule):
            continue
        engine.use(study.under(rule), *path)  # what is about the map is the same under every rule
        compared = align_variants(engine, study, settings.threads)
        engine.put("variant_log_moves", compared.log_moves)
        engine.put("variant_known", compared.known)
        engine.put("variant_early_logs", compared.early_logs)
        is_opening = study.is_one_of(study.plan.openings, "states.entry_mark % 4096")
        for model in ("log_steps", "early_logs", "faults", "wait_spans", "timed_waits", "first_reached"):
            engine.create(f"staging/{model}", {"is_opening": is_opening, **study.values})
        prepare_experience(engine, study)
        find_signals(engine, study, Since(engine, study))


def _differs(engine: Engine, study: Study, rule: Rule) -> bool:
    return engine.has(f"{study.under(rule)}.trace_variants")


def under_rule(engine: Engine, study: Study, standard: Subject, rule: Rule) -> Subject | None:
    """The journeys of a study under another rule of identity; None where that makes the same people.

    Args:
        engine: After `follow_rules`; it uses the study's own schemas again afterwards only if told to.
        study: The version of a map.
        standard: Its journeys under the default rule, not laid out yet.
        rule: The other rule.
    """
    if not _differs(engine, study, rule):
        return None
    schema = study.under(rule)
    gone = engine.frame(
        f"SELECT journey_key FROM {study.schema}.journey_states states JOIN {schema}.differing_entities people"
        " ON people.entity_key = states.entity_key AND people.is_default"
    )
    engine.use(schema, study.schema)
    other = from_working(engine, study)
    come = other.journeys.journeys.join(_errands_of_others(engine, study), on="journey_key", how="anti")
    first = standard.journeys.journeys["journey_key"].max()
    shift = (first if isinstance(first, int) else 0) + 1
    mine, theirs = standard.journeys, other.journeys
    journeys = replace(
        mine,
        stages=_joined(mine.stages, gone, theirs.stages, come, shift),
        marks=_joined(mine.marks, gone, theirs.marks, come, shift).filter(~pl.col("signal").is_in(NOT_UNDER_RULES)),
        journeys=_joined(mine.journeys, gone, theirs.journeys, come, shift),
    )
    return replace(other, journeys=journeys)


def _joined(
    mine: pl.DataFrame, gone: pl.DataFrame, theirs: pl.DataFrame, come: pl.DataFrame, shift: int
) -> pl.DataFrame:
    """Rows of the default rule without those gone, and those that come, with keys that no journey here has."""
    new = theirs.join(come, on="journey_key", how="semi").with_columns(pl.col("journey_key") + shift)
    return pl.concat([mine.join(gone, on="journey_key", how="anti"), new])


def _errands_of_others(engine: Engine, study: Study) -> pl.DataFrame:
    """Journeys that share an event with one that is another map's errand under the default rule."""
    if not engine.has(f"{study.counted}.journey_states"):
        return pl.DataFrame(schema={"journey_key": pl.Int64})
    return engine.frame(
        "SELECT DISTINCT mine.journey_key FROM traced_steps mine"
        f" JOIN {study.schema}.traced_steps theirs ON theirs.event_key = mine.event_key"
        f" WHERE theirs.journey_key NOT IN (SELECT journey_key FROM {study.counted}.journey_states)"
    )
