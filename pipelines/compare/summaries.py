"""The published rates, outcomes and waits of one study, from its working tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.intervals import Integers, wilson
from models.outcomes import touchpoint_outcomes
from models.patience import unsettled_codes
from models.rules import quoted
from pipelines.engine import Engine
from pipelines.study import Study


def rates(engine: Engine) -> pl.DataFrame:
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
    people = journeys_of_one(engine)
    low, high = wilson(rows["journeys_n"].to_numpy() / people, rows["opportunities_n"].to_numpy() / people)
    return rows.with_columns(
        (pl.col("journeys_n") / pl.col("opportunities_n")).alias("rate"),
        pl.Series("rate_low", low, dtype=pl.Float64),
        pl.Series("rate_high", high, dtype=pl.Float64),
        pl.when(pl.col("finished_n") > 0).then(pl.col("lost_n") / pl.col("finished_n")).alias("abandoned_share"),
    ).drop("target", "lost_n", "finished_n")


def journeys_of_one(engine: Engine) -> float:
    """For how many journeys one counts, where journeys of one person end alike: the design effect of people."""
    ((squares, journeys),) = engine.frame(
        "SELECT CAST(sum(n * n) AS BIGINT) AS squares_n, CAST(sum(n) AS BIGINT) AS journeys_n"
        " FROM (SELECT count(*) AS n FROM journey_states GROUP BY entity_key) journeys_of_one"
    ).rows()
    return float(squares / journeys) if journeys else 1.0


@dataclass(frozen=True)
class Followed:
    """What the outcomes of journeys are estimated from.

    Attributes:
        journeys: One row per journey, with a column for each segment.
        segments: Name of each segment to its column.
        patience_us: Patience per code; negative at goals, where nothing is awaited.
        learned_us: The same where it is learned; elsewhere negative.
        horizon_us: The horizon.
    """

    journeys: pl.DataFrame
    segments: dict[str, str]
    patience_us: Integers
    learned_us: Integers
    horizon_us: int


def journeys_to_follow(engine: Engine, study: Study) -> Followed:
    """The journeys of a study with how they ended, and how long silence may last where they stand."""
    segments = {name: f"segment {name}" for name in study.plan.segments}  # a segment may be called like a column
    journeys = engine.frame(
        "SELECT journey_key, entity_key AS person_key, status, ended_us AS end_us, last_us, stands_at AS code"
        " FROM journey_states ORDER BY journey_key"
    )
    for name, column in segments.items():
        values = engine.frame(f"SELECT journey_key, value FROM all_segment_values WHERE name = {quoted(name)}")
        journeys = journeys.join(values.rename({"value": column}), on="journey_key", how="left")
    patience = engine.frame("SELECT code, patience_us, horizon_us, is_learned FROM patience ORDER BY code")
    learned = np.where(patience["is_learned"].to_numpy(), patience["patience_us"].to_numpy(), -1)
    waits_for = patience["patience_us"].to_numpy().copy()
    waits_for[[study.code(name) for name in study.plan.goals if study.code(name) < study.flow_n]] = -1
    return Followed(journeys, segments, waits_for, learned, int(patience["horizon_us"][0]))


def outcomes(engine: Engine, study: Study) -> pl.DataFrame:
    """One row per touchpoint of the flow and segment: what became of those who reached it."""
    names = study.map_names.select("code", pl.col("name").alias("touchpoint"))
    known = journeys_to_follow(engine, study)
    returns = engine.frame(
        "SELECT gaps.journey_key, gaps.stands_at AS code, count(*) AS returns_n FROM touch_gaps gaps"
        " JOIN patience ON patience.code = gaps.stands_at WHERE gaps.next_us - gaps.at_us > patience.patience_us"
        f" AND gaps.code < {study.exits_from} AND NOT ({study.values['stands_at_goal']})"
        " GROUP BY gaps.journey_key, gaps.stands_at ORDER BY gaps.journey_key, gaps.stands_at"
    )
    rows = [  # one touchpoint at a time: all visits at once would take gigabytes
        touchpoint_outcomes(
            engine.frame(f"SELECT * FROM first_reached WHERE code = {code}"),
            known.journeys,
            known.patience_us,
            as_of_us=study.as_of_us,
            horizon_us=known.horizon_us,
            segments=known.segments,
            unsettled=unsettled_codes(known.learned_us, known.horizon_us),
            returns=returns.filter(pl.col("code") == code),
        )
        for code in range(study.flow_n)
    ]
    return pl.concat(rows).with_columns(pl.col("code").cast(pl.Int32)).join(names, on="code", how="left").drop("code")
