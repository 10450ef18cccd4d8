"""Variants and directly-follows of a study's journeys: at home in one pass over its steps, elsewhere by the models.

Both give the same rows; the models say what they are. Steps come home from the engine only where it is at home.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from models.alignment_layers import Ints, Longs
from models.following import Steps, alike, follows, in_order, texts
from pipelines.engine import Engine
from pipelines.study import Study

_HOME = "duckdb"
_NOBODY = -1
_FLOWS = ("from_touchpoint", "to_touchpoint", "end_status", "n", "journeys_n", "p50_s")


def make_variants(engine: Engine, study: Study) -> None:
    """Make `trace_variants` and `journey_variants` from `traced_steps` and `journey_states`."""
    if engine.dialect != _HOME:
        for model in ("journey_traces", "trace_variants", "journey_variants"):
            engine.create(f"staging/{model}", study.values)
        return
    keys, steps = steps_of(engine, "traced_steps", with_times=False)
    states = engine.frame("SELECT journey_key, status = 'converted' AS is_full FROM journey_states")
    kind = np.full(max(int(keys.max(initial=0)), int(states["journey_key"].to_numpy().max(initial=0))) + 1, _NOBODY)
    kind[states["journey_key"].to_numpy()] = states["is_full"].to_numpy()
    variants, variant_key = counted(steps, kind[keys])
    engine.put("trace_variants", variants)
    is_judged = kind[keys] != _NOBODY
    engine.put(
        "journey_variants",
        pl.DataFrame({"journey_key": keys[is_judged].astype(np.int64), "variant_key": variant_key[is_judged]}),
    )


def counted(steps: Steps, kind: Longs) -> tuple[pl.DataFrame, Longs]:
    """The rows of `trace_variants`, in the order of the traces' texts; and the variant of each journey by its key.

    Args:
        steps: The steps of the journeys.
        kind: Of each journey: 1 if it is judged as a whole, 0 as a prefix, below 0 not at all.
    """
    found = alike(steps, kind)
    bounds, letters = texts(steps, found.example)
    text = pa.LargeStringArray.from_buffers(len(found.example), pa.py_buffer(bounds), pa.py_buffer(letters))
    variants = pl.DataFrame(
        {
            "number": np.arange(len(found.example)),
            "trace": pl.Series(text, dtype=pl.String),
            "is_full": kind[found.example] == 1,
            "journeys_n": np.bincount(found.variant, minlength=len(found.example)),
        }
    ).filter(kind[found.example] >= 0)
    variants = variants.sort("trace", "is_full").with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("variant_key")
    )
    key_of = np.zeros(len(found.example), np.int64)
    key_of[variants["number"].to_numpy()] = variants["variant_key"].to_numpy()
    return variants.select("variant_key", "trace", "is_full", "journeys_n"), key_of[found.variant]


def steps_of(engine: Engine, table: str, condition: str = "true", with_times: bool = True) -> tuple[Ints, Steps]:
    """The steps of journeys in order, and the key of each journey.

    Args:
        engine: Where they are.
        table: A table of steps.
        condition: Which of them.
        with_times: Whether to bring their times too.
    """
    rows = engine.frame(
        "SELECT CAST(journey_key AS INTEGER) AS journey_key, CAST(position AS INTEGER) AS position, letter"
        f"{', at_us' if with_times else ''} FROM {table} WHERE {condition}"
    )
    journey, position, letter, *times = (rows[name].to_numpy() for name in rows.columns)
    return in_order(journey, position, letter, times[0] if times else np.empty(0, np.int64))


def fill_flows(engine: Engine, study: Study) -> None:
    """Publish `flows`: pairs of touchpoints of the flow that followed each other, first ones and last ones."""
    if engine.dialect != _HOME:
        engine.create("staging/transitions", study.values)
        engine.append("marts/flows", study.values)
        return
    _, steps = steps_of(engine, "traced_steps", f"code < {study.flow_n}")
    found = follows(steps, study.flow_n)
    firsts, firsts_n = np.unique(steps.letter[steps.offsets[:-1]], return_counts=True)
    inner = _rows(found.source, found.target, found.n, found.journeys_n).with_columns(
        p50_s=pl.Series(found.medians() / 1e6)
    )
    begun = _rows(None, firsts, firsts_n, firsts_n)
    ended = engine.frame(
        "SELECT stands_at AS source, status AS end_status, count(*) AS n, count(*) AS journeys_n"
        " FROM journey_states GROUP BY stands_at, status"
    )
    names = pl.Series(study.plan.names, dtype=pl.String)
    rows = pl.concat((inner, begun, ended), how="diagonal_relaxed").sort(
        "source", "target", "end_status", nulls_last=True
    )
    named = rows.with_columns(from_touchpoint=names.gather(rows["source"]), to_touchpoint=names.gather(rows["target"]))
    engine.append_frame("flows", named.select(pl.lit(study.plan.journey).alias("journey"), *_FLOWS))


def _rows(source: Ints | None, target: Ints, n: Longs, journeys_n: Longs) -> pl.DataFrame:
    before = pl.Series(source if source is not None else [None] * len(target), dtype=pl.Int32)
    return pl.DataFrame({"source": before, "target": target, "n": n, "journeys_n": journeys_n})
