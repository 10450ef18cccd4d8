"""How journeys travel: from phase to phase and as designed or not, and how they end by the time since entry."""

from __future__ import annotations

import polars as pl

from models.incidence_curves import incidence_curves
from models.outcomes import fates
from pipelines.compare.summaries import journeys_to_follow
from pipelines.engine import Engine
from pipelines.study import Study


def find_travels(engine: Engine) -> None:
    """Make `phase_travels`: one row per journey and phase that it came to.

    Args:
        engine: It uses the study's schema, in which stages, departures and contacts are.
    """
    engine.create("staging/phase_travels")


def curves_of_entries(engine: Engine, study: Study, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Rows of `incidence_curves`: of the touchpoints that begin a journey, wherever outcomes are not refused.

    Args:
        engine: With the study's working tables, as the comparison leaves them.
        study: The version in force.
        outcomes: Its rows of `touchpoint_outcomes`.
    """
    known = journeys_to_follow(engine, study)
    codes = {name: study.code(name) for name in study.plan.openings if study.code(name) < study.flow_n}
    told = {
        (codes[name], segment)
        for name, segment, refused in outcomes.select("touchpoint", "segment", "refused").rows()
        if refused is None and name in codes
    }
    found = (
        each
        for code in sorted(codes.values())
        for each in fates(
            engine.frame(f"SELECT * FROM first_reached WHERE code = {code}"),
            known.journeys,
            known.patience_us,
            as_of_us=study.as_of_us,
            horizon_us=known.horizon_us,
            segments=known.segments,
        )
    )
    names = study.map_names.select(pl.col("code").cast(pl.Int64), pl.col("name").alias("touchpoint"))
    return incidence_curves(found, told, known.horizon_us).join(names, on="code", how="left").drop("code")
