"""One ledger from planned to actual: every journey that did not convert, every microsecond that the others took.

Completion: `planned` are the journeys begun, `actual` those converted. Each of the others is charged once: to how it
ended (or that it is still on its way), where it stands, and the last deviation from its last touchpoint of the flow on;
to no deviation where none came after that. What could not be seen is charged with nothing.

Time, of converted journeys up to their goal: the time between two events is charged to the second one where that is a
deviation of its own (ad_hoc, repeated, out_of_order, branch_conflict). Else it was designed, and what of it lies after
the moment at which a promise fell due that was then kept late is charged to that promise; the rest is `planned`.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.engine import Engine
from pipelines.study import Study
from schemas.words import DeviationKind

_TELLS = (
    DeviationKind.MISSING,
    DeviationKind.LATE,
    DeviationKind.WRONG_ENTRY,
    DeviationKind.OUT_OF_ORDER,
    DeviationKind.BRANCH_CONFLICT,
    DeviationKind.REPEATED,
    DeviationKind.AD_HOC,
    DeviationKind.WRONG_CHANNEL,
    DeviationKind.WRONG_INITIATOR,
    DeviationKind.FAILED,
    DeviationKind.WRONG_EXIT,
    DeviationKind.OVERDUE,
)
"""Of several deviations at one event the last one here is charged: what came before it, what it was, how it went, what
follows from it."""
_SEGMENT = ("segment", "measure")
_LINE = ("kind", "touchpoint", "block", "at_touchpoint")


def ledger(engine: Engine, study: Study) -> pl.DataFrame:
    """The ledger of one study's journeys, in all and for every value of each segment.

    Args:
        engine: With the study's working tables and its rows of `deviations`, after `fill_states`.
        study: The version in force.
    """
    engine.put("late_spans", _late_spans(engine))
    rank = (
        "case found.kind "
        + " ".join(f"when '{kind}' then {i}" for i, kind in enumerate(_TELLS, start=1))
        + " else 0 end"
    )
    models = ("last_departures", "time_steps", "time_parts", "ledger_lines", "ledger_totals")
    for model in models:
        engine.hold(f"staging/{model}", {"rank": rank, **study.values})
    reasons = engine.frame(
        "SELECT lines.segment, lines.measure, lines.line, lines.kind, lines.touchpoint, lines.block, lines.amount,"
        " lines.journeys_n, stands.name AS at_touchpoint,"
        " coalesce(charged.phase, stands.phase) AS phase, coalesce(charged.owner, stands.owner) AS owner"
        " FROM ledger_lines lines LEFT JOIN map_names stands ON stands.code = lines.at_code"
        " LEFT JOIN (SELECT kind, touchpoint, block, max(phase) AS phase, max(owner) AS owner FROM deviations"
        " JOIN journey_ids USING (journey_id) GROUP BY kind, touchpoint, block) charged ON charged.kind = lines.kind"
        " AND charged.touchpoint IS NOT DISTINCT FROM lines.touchpoint"
        " AND charged.block IS NOT DISTINCT FROM lines.block"
    )
    totals = engine.frame("SELECT * FROM ledger_totals")
    engine.drop("late_spans", *models)
    return _in_order(reasons, totals)


def _late_spans(engine: Engine) -> pl.DataFrame:
    """One row per promise that was kept late: between which events it ran, when it fell due; `place`: that order."""
    late = engine.frame(
        "SELECT dues.journey_key, dues.pair_no, ready_position, served_position, ready_us, due_us,"
        " map_names.name AS touchpoint FROM promise_dues dues JOIN map_names ON map_names.code = dues.code"
        " WHERE end_kind = 1 ORDER BY due_us, dues.pair_no, dues.journey_key, ready_position"
    )
    return late.with_columns(pl.Series("place", np.arange(late.height), dtype=pl.Int64))


def _in_order(reasons: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Planned, then the reasons by size, then actual; for each segment and measure."""
    timed = totals.filter(pl.col("converted_n") > 0)
    ends = [
        _total(totals, "completion", "planned", "begun_n", "begun_n"),
        _total(totals, "completion", "actual", "converted_n", "converted_n"),
        _total(timed, "time", "planned", "planned_us", "converted_n"),
        _total(timed, "time", "actual", "elapsed_us", "converted_n"),
    ]
    part = pl.col("line").replace_strict({"planned": 0, "actual": 2}, default=1, return_dtype=pl.Int8)
    return (
        pl.concat([*ends, reasons], how="diagonal_relaxed")
        .sort(*_SEGMENT, part, -pl.col("amount").abs(), "line", *_LINE)
        .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).over(_SEGMENT).alias("place"))
        .with_columns(pl.col("segment").replace("", None))
    )


def _total(totals: pl.DataFrame, measure: str, line: str, amount: str, journeys: str) -> pl.DataFrame:
    return totals.select(
        "segment",
        pl.lit(measure).alias("measure"),
        pl.lit(line).alias("line"),
        pl.col(amount).alias("amount"),
        pl.col(journeys).alias("journeys_n"),
    )
