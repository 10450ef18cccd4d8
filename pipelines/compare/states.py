"""Done, skipped, left, still on the way: each journey at each touchpoint of the flow is one of these."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.touch_states import Flags, by_design, design_of, passed_by
from pipelines.engine import Engine
from pipelines.study import Study


def fill_states(engine: Engine, study: Study) -> None:
    """Fill `touchpoint_states`; leaves `journey_labels` and `variant_groups` to what is told of segments after it.

    Args:
        engine: With the study's working tables, as the comparison leaves them.
        study: The version in force.
    """
    engine.put("segment_names", pl.DataFrame({"name": list(study.plan.segments)}, schema={"name": pl.String}))
    engine.put("variant_places", variant_places(engine, study))
    for model in ("journey_labels", "variant_groups", "unseen_touches"):
        engine.create(f"staging/{model}")
    engine.append("marts/touchpoint_states", study.values)
    engine.drop("variant_places", "unseen_touches")


def variant_places(engine: Engine, study: Study) -> pl.DataFrame:
    """One row per variant and touchpoint of the flow: done, skipped (by design or not) or ahead."""
    variants = engine.frame(
        "SELECT variants.variant_key, trace, is_full, cost FROM trace_variants variants"
        " JOIN variant_costs costs ON costs.variant_key = variants.variant_key ORDER BY variants.variant_key"
    )
    touched = _flags(variants, _touches(variants), study.flow_n)
    missing = _flags(variants, _missing(engine), study.flow_n)
    design = design_of(study.plan.flow, study.plan.names[: study.flow_n])
    skipped = passed_by(design, touched, variants["is_full"].to_numpy(), missing)
    # What fits passes by only what the design lets it; else the design is asked touchpoint by touchpoint.
    fits = (variants["cost"] == 0).to_numpy()
    excused = skipped & ~missing & (by_design(design, touched) | fits[:, None])
    return pl.DataFrame(
        {
            "variant_key": np.repeat(variants["variant_key"].to_numpy(), study.flow_n),
            "code": np.tile(np.arange(study.flow_n, dtype=np.int32), variants.height),
            "is_done": touched.ravel(),
            "is_skipped": skipped.ravel(),
            "is_ahead": (~touched & ~skipped).ravel(),
            "is_by_design": excused.ravel(),
        }
    )


def _touches(variants: pl.DataFrame) -> pl.DataFrame:
    codes = pl.col("trace").str.split(">").cast(pl.List(pl.Int32)).alias("code")
    return variants.select("variant_key", codes).explode("code")


def _missing(engine: Engine) -> pl.DataFrame:
    """Touchpoints charged as missing, on their own or within a block."""
    return engine.frame(
        "SELECT departures.variant_key, coalesce(departures.code, members.code) AS code"
        " FROM variant_departures departures LEFT JOIN block_members members"
        " ON members.block_no = departures.block_no WHERE departures.kind = 'missing' ORDER BY 1, 2"
    )


def _flags(variants: pl.DataFrame, cells: pl.DataFrame, columns_n: int) -> Flags:
    """Cells (variant_key, code) as a table of flags, one row per variant, one column per touchpoint of the flow."""
    found = np.zeros((variants.height, columns_n), dtype=np.bool_)
    inside = cells.filter(pl.col("code") < columns_n)
    rows = np.searchsorted(variants["variant_key"].to_numpy(), inside["variant_key"].to_numpy())
    found[rows, inside["code"].to_numpy()] = True
    return found
