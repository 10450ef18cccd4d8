"""Tables `frictions` and `identity_ranges`: what each signal costs, and how that depends on who is taken for whom."""

from __future__ import annotations

import polars as pl

from pipelines.engine import DuckDBEngine
from pipelines.friction.inputs import from_working
from pipelines.friction.judge import Judged, judge
from pipelines.study import Study


def judge_signals(engine: DuckDBEngine, study: Study) -> Judged:
    """Every signal of a study's journeys, judged.

    Args:
        engine: It uses the study's schema, in which the signals are.
        study: The version of a map that is in force.
    """
    return judge(from_working(engine, study))


def frictions(judged: Judged) -> pl.DataFrame:
    """Rows of `frictions`, the costliest first; what is refused comes last, all together before it."""
    return judged.rows.sort(
        pl.col("lost_shrunk").is_null(), -pl.col("lost_shrunk"), "touchpoint", "signal", nulls_last=True
    )
