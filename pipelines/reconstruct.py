"""From events to journeys: which belong together, where each stands at the snapshot, and which variant it took."""

from __future__ import annotations

import hashlib
from datetime import datetime

import duckdb
import polars as pl

from models.patience import horizon_us
from models.rules import quoted
from pipelines.engine import Engine, engine_of
from pipelines.following import make_variants
from pipelines.settings import Settings
from pipelines.study import FOREVER_US, Study, studies
from pipelines.warehouse import transaction
from schemas.journey_map import JourneyMap
from schemas.words import Rule

MIN_GAPS = 30
"""Below this many gaps a 99th percentile is the largest of a handful: the horizon is used instead."""


def reconstruct(
    connection: duckdb.DuckDBPyConnection, settings: Settings, maps: tuple[JourneyMap, ...], as_of: datetime
) -> None:
    """Fill `journeys` for every map and rule, and the working tables that the comparison starts from.

    Args:
        connection: The warehouse, open for writing, with events and persons.
        settings: The workspace's.
        maps: Every version of every map.
        as_of: The snapshot; later events are left out.
    """
    engine = engine_of(connection, settings)
    found = studies(maps, as_of)
    for study in found:
        _journeys_of(engine, study, Rule.DEFAULT)
    _find_designed(engine, found)
    for study in found:
        engine.use(study.schema)
        _leave_to_others(engine, study)
        _variants_of(engine, study)
    with transaction(connection, settings.warehouse):
        engine.clear("journeys")
        for study in found:
            engine.use(study.schema)
            _publish(engine, study, Rule.DEFAULT)
    for rule in (Rule.STRICT, Rule.LOOSE):
        for study in found:
            _under_other_rule(engine, settings, study, rule)
    engine.use("main")
    _keep_plan(engine, found)


def _under_other_rule(engine: Engine, settings: Settings, study: Study, rule: Rule) -> None:
    """The same journeys where the rule joins the same ids; else built anew, with the patience of the default rule."""
    schema = study.under(rule)
    engine.forget(schema)
    if study.plan.journey_is.per != "person" or _is_same_as_default(engine, rule):
        engine.use(study.schema)
        with transaction(engine.connection, settings.warehouse):
            _publish(engine, study, rule)
        return
    engine.use(schema)
    for name in ("patience", "map_names", "designed_elsewhere", "variant_ids"):
        which = " WHERE false" if name == "variant_ids" else ""
        engine.derive(name, f"SELECT * FROM {study.schema}.{name}{which}")
    _steps_of(engine, study, rule)
    _states_of(engine, study)
    engine.create("staging/journey_sizes")
    with transaction(engine.connection, settings.warehouse):
        _publish(engine, study, rule)
    _keep_differing(engine, study, rule)


def _keep_differing(engine: Engine, study: Study, rule: Rule) -> None:
    """Of the journeys under another rule keep those of people who differ: what they show is compared as well."""
    engine.create("staging/differing_entities", {"rule": quoted(rule)})
    kept = (
        "SELECT states.journey_key FROM journey_states states"
        " JOIN differing_entities people ON people.entity_key = states.entity_key AND NOT people.is_default"
    )
    for table in ("journey_steps", "journey_marks", "openings", "all_segment_values", "journey_states"):
        engine.restrict(table, f"journey_key IN ({kept})")
    known = f"{study.schema}.unmapped_letters"
    engine.derive(
        "unmapped_letters",
        f"WITH beyond AS (SELECT coalesce(max(letter), 4096) AS letter FROM {known}), unknown AS (SELECT DISTINCT"
        " e.activity FROM journey_steps steps JOIN events e ON e.event_key = steps.event_key WHERE steps.code IS NULL"
        f" AND e.activity NOT IN (SELECT activity FROM {known})) SELECT activity, letter FROM {known} UNION ALL"
        " SELECT activity, CAST(beyond.letter + row_number() OVER (ORDER BY activity) AS INTEGER) AS letter"
        " FROM unknown CROSS JOIN beyond",
    )
    engine.drop("touch_gaps")
    engine.create("staging/traced_steps", study.values)
    _leave_to_others(engine, study)
    _variants_of(engine, study)


def _is_same_as_default(engine: Engine, rule: Rule) -> bool:
    """Whether the rule makes the very same persons as the default one."""
    differing = (
        "SELECT count(*) FROM person_keys mine JOIN person_keys theirs ON theirs.id_key = mine.id_key"
        f" WHERE mine.rule = '{rule}' AND theirs.rule = '{Rule.DEFAULT}' AND mine.person_id <> theirs.person_id"
    )
    return engine.scalar(differing) == 0


def _journeys_of(engine: Engine, study: Study, rule: Rule) -> None:
    engine.use(study.schema)
    engine.put("map_names", study.map_names)
    _steps_of(engine, study, rule)
    engine.put("patience", _patience(engine, study))
    _states_of(engine, study)
    for model in ("unmapped_letters", "traced_steps"):
        engine.create(f"staging/{model}", study.values)


def _find_designed(engine: Engine, found: tuple[Study, ...]) -> None:
    """Which events are designed by which map: what one map does not know may be another one's errand."""
    engine.use("main")
    engine.put("designed_steps", pl.DataFrame(schema={"journey": pl.String, "event_key": pl.Int64}))
    for study in found if len({each.plan.journey for each in found}) > 1 else ():
        engine.extend(
            "designed_steps",
            f"SELECT DISTINCT {quoted(study.plan.journey)} AS journey, event_key"
            f" FROM {study.schema}.traced_steps WHERE code < {study.off_map_from}",
        )


def _leave_to_others(engine: Engine, study: Study) -> None:
    """Take events that only another map designs out of the journeys of this one, unless those are whole logs."""
    is_whole_log = study.plan.journey_is.reopens_after == "never"
    engine.create("staging/designed_elsewhere", study.values)
    if is_whole_log:
        engine.restrict("designed_elsewhere", "false")
    elif engine.scalar("SELECT count(*) FROM designed_elsewhere"):
        engine.create("staging/own_steps")
        engine.rename("own_steps", "traced_steps")
    engine.create("staging/journey_sizes")


def _steps_of(engine: Engine, study: Study, rule: Rule) -> None:
    per = study.plan.journey_is.per
    if per == "person":
        engine.create("staging/entities_person", {"rule": quoted(rule)}, name="entities")
        named_id = "cast(null as varchar)"
        main_id = "case when owners.id_key is null then e.id_key else owners.id_key end"
    else:
        engine.create("staging/entities_of_type", {"per": quoted(per)}, name="entities")
        named_id, main_id = f"case when direct.entity_key is null then e.ids[{quoted(per)}] end", "e.id_key"
    engine.hold("staging/touches", {"named_id": named_id, "main_id": main_id, **study.values})
    if study.reopens_us < FOREVER_US:
        engine.hold("staging/ordered_touches", study.values)
        engine.create("staging/episodes", study.values)
    else:
        engine.create("staging/episodes_by_goal", study.values, "episodes")
    for model in ("openings", "journey_steps", "journey_marks", "touch_gaps"):
        engine.create(f"staging/{model}", study.values)
    engine.drop("touches", "ordered_touches", "episodes")


def _states_of(engine: Engine, study: Study) -> None:
    engine.create("staging/reactivations", study.values)
    engine.create("staging/journey_states", study.values)
    schema = {"journey_key": pl.Int64, "name": pl.String, "value": pl.String}
    engine.put("all_segment_values", pl.DataFrame(schema=schema))
    for name, segment in study.plan.segments.items():
        pick = "min" if segment.how == "first" else "max"
        chosen = {"attribute": quoted(segment.attribute), "segment": quoted(name), "pick": pick}
        engine.create("staging/segment_values", chosen)
        engine.extend("all_segment_values", "SELECT journey_key, name, value FROM segment_values")
    engine.create("staging/journey_segments")


def _patience(engine: Engine, study: Study) -> pl.DataFrame:
    """One row per touchpoint of the flow: how long a silence there may last, whether that was learned; the horizon."""
    window_us = engine.scalar("SELECT min(at_us) FROM journey_steps") or study.as_of_us
    wanted = study.plan.journey_is.horizon_s
    horizon = horizon_us(window_us, study.as_of_us, wanted * 1_000_000 if wanted else None)
    engine.create("staging/learned_patience", {"horizon_us": horizon, **study.values})
    learned = {
        code: patience
        for code, n, patience in engine.frame("SELECT code, followed_n, patience_us FROM learned_patience").rows()
        if patience is not None and n >= MIN_GAPS
    }
    default, set_by_map = study.plan.journey_is.patience_default, study.plan.journey_is.patience
    rows = []
    for code, name in enumerate(study.plan.names[: study.flow_n]):
        given_s = set_by_map.get(name, default)
        is_set = isinstance(given_s, int)
        patience = given_s * 1_000_000 if isinstance(given_s, int) else learned.get(code, horizon)
        rows.append((code, patience, horizon, not is_set and code in learned))
    schema = {"code": pl.Int32, "patience_us": pl.Int64, "horizon_us": pl.Int64, "is_learned": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _variants_of(engine: Engine, study: Study) -> None:
    make_variants(engine, study)
    engine.put("variant_names", _variant_names(engine, study))
    engine.create("staging/variant_ids")
    engine.drop("journey_marks", "journey_steps", "journey_traces")


def _variant_names(engine: Engine, study: Study) -> pl.DataFrame:
    """One row per variant: stable id, and the trace in names."""
    names = dict(enumerate(study.plan.names))
    names |= dict(engine.frame("SELECT letter, activity FROM unmapped_letters").rows())
    variants = engine.frame("SELECT variant_key, trace, is_full FROM trace_variants ORDER BY variant_key")
    exploded = variants.select("variant_key", pl.col("trace").str.split(">").cast(pl.List(pl.Int32))).explode("trace")
    lookup = pl.DataFrame(
        {"trace": list(names), "name": list(names.values())}, schema={"trace": pl.Int32, "name": pl.String}
    )
    named = (
        exploded.join(lookup, on="trace", how="left", maintain_order="left")
        .group_by("variant_key", maintain_order=True)
        .agg(pl.col("name").alias("trace"))
    )
    head = f"{study.plan.journey}|{study.plan.version}"
    ids = [
        _digest(f"{head}|{is_full}|" + "\x1f".join(trace))
        for is_full, trace in zip(variants["is_full"].to_list(), named["trace"].to_list(), strict=True)
    ]
    return named.with_columns(pl.Series("variant_id", ids, dtype=pl.String), variants["is_full"])


def _digest(text: str) -> str:
    return "v" + hashlib.sha256(text.encode()).hexdigest()[:19]


def _publish(engine: Engine, study: Study, rule: Rule) -> None:
    is_default = rule == Rule.DEFAULT
    ids = "journey_ids" if is_default else "journey_ids_of_rule"
    values = {"rule": quoted(rule), "ids": ids, "is_default": str(is_default), **study.values}
    engine.create("staging/journey_ids", values, name=ids)
    engine.append("marts/journeys", values)


def _keep_plan(engine: Engine, found: tuple[Study, ...]) -> None:
    """Remember what the working tables rest on, so that a comparison on its own can refuse stale ones."""
    rows = [(study.schema, study.plan.content_hash, study.as_of_us) for study in found]
    schema = {"schema_name": pl.String, "content_hash": pl.String, "as_of_us": pl.Int64}
    engine.put("studies", pl.DataFrame(rows, schema=schema, orient="row"))
