"""Journeys as the judgement of signals takes them, from the working tables of a study or from the published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import numpy as np
import polars as pl

from models.automaton import compile_flow
from models.friction.journeys import SEGMENT, FrictionInputs
from models.friction.laying_out import ENDINGS
from models.friction.parts import Integers
from models.patience import DAY_US, UNSETTLED_PART, horizon_us, unsettled_codes
from models.places import BlockNames, layout
from models.rules import quoted
from pipelines.engine import DuckDBEngine, Engine
from pipelines.study import Study, studies
from schemas.errors import WarehouseError
from schemas.journey_map import JourneyMap

_HASH = "substring(md5({}), 17, 16)"  # the same in every run, on every machine and engine


@dataclass(frozen=True)
class Subject:
    """What is judged: journeys, and the map that they are judged by.

    Attributes:
        plan: The map.
        journeys: Their stages, marks and facts.
        blocks: The blocks of its flow.
        activities: Letter of an activity off the map to its name.
    """

    plan: JourneyMap
    journeys: FrictionInputs
    blocks: BlockNames
    activities: Mapping[int, str]

    def laid_out(self) -> Subject:
        """Without the rows of stages and marks, once risk sets were made of them."""
        return replace(self, journeys=self.journeys.laid_out())

    def name_of(self, target: int) -> str:
        """What a signal is charged to: a touchpoint, a block or an activity."""
        if target < 0:
            return self.blocks.labels[-1 - target]
        return self.plan.names[target] if target < len(self.plan.names) else self.activities[target]

    def place_of(self, codes: tuple[int, ...]) -> str:
        """Name of a touchpoint, or of the innermost block that several share."""
        if len(codes) == 1:
            return self.plan.names[codes[0]]
        return self.blocks.labels[int(self.journeys.block[codes[0]])]


def _hashed(journeys: pl.DataFrame) -> pl.DataFrame:
    """Hashes as numbers: engines have no unsigned ones in common, so they come as the letters of their bytes."""
    letters = pl.col("person_hash").str.decode("hex")
    return journeys.with_columns(letters.bin.reinterpret(dtype=pl.UInt64, endianness="little").alias("person_hash"))


def from_working(engine: Engine, study: Study) -> Subject:
    """The journeys of a study, from its working tables.

    Args:
        engine: It uses the study's schema, after its signals were found.
        study: One version of a map.
    """
    journeys = engine.frame(
        f"SELECT journey_key, {_HASH.format('entity_id')} AS person_hash, status, ended_us FROM journey_states"
        " ORDER BY journey_key"
    )
    journeys = _hashed(journeys)
    for name in study.plan.segments:
        values = engine.frame(f"SELECT journey_key, value FROM all_segment_values WHERE name = {quoted(name)}")
        journeys = journeys.join(values.rename({"value": SEGMENT.format(name)}), on="journey_key", how="left")
    patience = engine.frame("SELECT code, patience_us, horizon_us, is_learned FROM patience ORDER BY code")
    horizon = int(patience["horizon_us"][0])
    learned = np.where(patience["is_learned"].to_numpy(), patience["patience_us"].to_numpy(), -1)
    steps = engine.frame("SELECT count(*) AS n, count(code) AS known_n FROM traced_steps")
    return _subject(
        study,
        stages=engine.frame(
            "SELECT stages.journey_key, CAST(stage AS INTEGER) AS stage, CAST(code AS INTEGER) AS code, reached_us,"
            " next_us, ending, stages.last_us FROM stages"
            " JOIN journey_states states ON states.journey_key = stages.journey_key"
        ).cast({"ending": ENDINGS}),
        marks=engine.frame(
            "SELECT marks.journey_key, signal, CAST(target AS INTEGER) AS target, known_us,"
            " CAST(stage AS INTEGER) AS stage, is_entry, measure FROM signal_marks marks"
            " JOIN journey_states states ON states.journey_key = marks.journey_key"
        ).cast({"signal": pl.Categorical}),
        journeys=journeys,
        patience_us=patience["patience_us"].to_numpy(),
        unsettled=unsettled_codes(learned, horizon),
        horizon=horizon,
        unmapped_share=(steps["n"][0] - steps["known_n"][0]) / max(1, steps["n"][0]),
        activities=dict(engine.frame("SELECT letter, activity FROM unmapped_letters").rows()),
    )


def from_published(
    connection: duckdb.DuckDBPyConnection, plan: JourneyMap, as_of: datetime, where: str = "true"
) -> Subject:
    """The journeys of a map, from the published tables.

    Args:
        connection: The published snapshot, or the warehouse.
        plan: The version of the map that is in force.
        as_of: The snapshot.
        where: SQL over the columns of `journeys`: which of them count.

    Raises:
        WarehouseError: The tables have no journeys of this map.
    """
    engine = DuckDBEngine(connection)
    (study,) = studies([plan], as_of)
    own = (
        f"SELECT * FROM main.journeys WHERE rule = 'default' AND journey = {quoted(plan.journey)}"
        f" AND map_version = {plan.version} AND assignment = 'this' AND ({where})"
    )
    ids = engine.frame(
        f"SELECT journey_id, {_HASH.format('person_id')} AS person_hash, status, epoch_us(ended_at) AS ended_us,"
        f" map_entries(segments) AS segments FROM ({own}) ORDER BY journey_id"
    )
    if ids.is_empty():
        raise WarehouseError(
            got=f"no journeys of {plan.journey!r}", wanted="journeys to compare", hint="run `terreng run` first"
        )
    return _published(engine, study, own, _keyed(ids, plan))


def _keyed(ids: pl.DataFrame, plan: JourneyMap) -> pl.DataFrame:
    """Journeys with a number for each, and a column per segment."""
    pairs = ids.select("journey_id", "segments").explode("segments").unnest("segments")
    journeys = (
        _hashed(ids.drop("segments")).with_row_index("journey_key").with_columns(pl.col("journey_key").cast(pl.Int64))
    )
    for name in plan.segments:
        values = pairs.filter(pl.col("key") == name).select("journey_id", pl.col("value").alias(SEGMENT.format(name)))
        journeys = journeys.join(values, on="journey_id", how="left")
    return journeys


def _published(engine: Engine, study: Study, own: str, journeys: pl.DataFrame) -> Subject:
    numbers = journeys.select("journey_id", "journey_key")
    stages = engine.frame(
        "SELECT stages.journey_id, stage, touchpoint, epoch_us(reached_at) AS reached_us, next_touchpoint,"
        f" epoch_us(next_at) AS next_us, ending, epoch_us(last_at) AS last_us FROM main.journey_stages stages"
        f" JOIN (SELECT journey_id FROM ({own})) own ON own.journey_id = stages.journey_id"
    )
    marks = engine.frame(
        "SELECT signals.journey_id, signal, touchpoint, epoch_us(known_at) AS known_us, stage, is_entry, measure"
        f" FROM main.journey_signals signals JOIN (SELECT journey_id FROM ({own})) own"
        " ON own.journey_id = signals.journey_id"
    )
    codes = {name: code for code, name in enumerate(study.plan.names)}
    _, blocks = layout(study.plan.flow, compile_flow(study.plan.flow).letters)
    unknown = sorted(set(marks["touchpoint"].unique()) - set(codes) - set(blocks.labels))
    letters = {name: len(codes) + place for place, name in enumerate(unknown)}
    targets = {label: -1 - number for number, label in enumerate(blocks.labels)} | codes | letters
    patience, unsettled, horizon = _patience(engine, study)
    return _subject(
        study,
        stages=_coded(
            stages.join(numbers, on="journey_id"), {"touchpoint": "code", "next_touchpoint": "next_code"}, codes
        ),
        marks=_coded(marks.join(numbers, on="journey_id"), {"touchpoint": "target"}, targets),
        journeys=journeys,
        patience_us=patience,
        unsettled=unsettled,
        horizon=horizon,
        unmapped_share=_unmapped_share(engine, own),
        activities={letter: name for name, letter in letters.items()},
    )


def _coded(frame: pl.DataFrame, names: Mapping[str, str], codes: Mapping[str, int]) -> pl.DataFrame:
    """Names of touchpoints replaced by their codes, under other columns."""
    return frame.with_columns(
        pl.col(name).replace_strict(codes, return_dtype=pl.Int64).alias(code) for name, code in names.items()
    )


def _patience(engine: Engine, study: Study) -> tuple[Integers, list[int], int]:
    """Patience per code of the flow, the codes where waits outlast the horizon, and the horizon, as published."""
    rows = engine.frame(
        "SELECT touchpoint, horizon_d, patience_s, refused FROM main.touchpoint_outcomes WHERE segment IS NULL"
        f" AND journey = {quoted(study.plan.journey)} QUALIFY row_number() OVER"
        " (PARTITION BY touchpoint ORDER BY horizon_d DESC) = 1"
    )
    first_us = engine.scalar(
        f"SELECT min(epoch_us(entered_at)) FROM main.journeys WHERE journey = {quoted(study.plan.journey)}"
    )
    wanted_s = study.plan.journey_is.horizon_s
    horizon = horizon_us(first_us, study.as_of_us, wanted_s * 1_000_000 if wanted_s else None)
    patience, unsettled = np.full(study.flow_n, horizon, dtype=np.int64), []
    for name, horizon_d, patience_s, refused in rows.rows():
        code = study.code(name)
        horizon = round(horizon_d * DAY_US)
        patience[code] = 0 if patience_s is None else round(patience_s * 1e6)
        if refused is not None and patience[code] >= UNSETTLED_PART * horizon and name not in study.plan.goals:
            unsettled.append(code)
    return patience, unsettled, horizon


def _unmapped_share(engine: Engine, own: str) -> float:
    rows = engine.frame(
        "SELECT coalesce(avg(CAST(steps.touchpoint IS NULL AS INTEGER)), 0.0) AS share FROM main.journey_events steps"
        f" JOIN ({own}) own ON own.journey_id = steps.journey_id"
    )
    return float(rows["share"][0])


def _subject(
    study: Study,
    *,
    stages: pl.DataFrame,
    marks: pl.DataFrame,
    journeys: pl.DataFrame,
    patience_us: Integers,
    unsettled: list[int],
    horizon: int,
    unmapped_share: float,
    activities: Mapping[int, str],
) -> Subject:
    automaton = compile_flow(study.plan.flow)
    places, blocks = layout(study.plan.flow, automaton.letters)
    letter = {name: place for place, name in enumerate(automaton.letters)}
    flow = [letter[name] for name in study.plan.names[: study.flow_n]]
    is_unsettled = np.zeros(study.flow_n, dtype=np.bool_)
    is_unsettled[unsettled] = True
    frames = FrictionInputs(
        stages=stages,
        marks=marks,
        journeys=journeys,
        segments=tuple(study.plan.segments),
        block=places.nearest[flow].astype(np.int64),
        precedes=places.precedes[np.ix_(flow, flow)],
        patience_us=np.asarray(patience_us, dtype=np.int64),
        is_unsettled=is_unsettled,
        as_of_us=study.as_of_us,
        horizon_us=horizon,
        unmapped_share=float(unmapped_share),
    )
    return Subject(study.plan, frames, blocks, activities)
