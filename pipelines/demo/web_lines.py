"""Hits as Google Analytics 4 exports them: one gzip file of JSON lines a day, with the faults that such files have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pipelines.demo.rows import ACCEPTED, BROKEN_ROW, DUPLICATE, UNREADABLE_TIME, Fates, write_gzips
from pipelines.demo.story import DAY, LOCAL_US

_REDELIVERED_SHARE = 0.004
_BROKEN_N, _TIMELESS_N = 12, 18


def write_web(folder: Path, hits: pl.DataFrame, rng: np.random.Generator) -> Fates:
    """Write the day files; what must become of each line."""
    lines = _with_dirt(_lines(hits), rng).sort("file", "at", "line", maintain_order=True)
    fates = Fates()
    fates.count(lines["fate"])
    days = lines.group_by("file", maintain_order=True).agg("line")
    write_gzips(folder, {f"events_{day}.jsonl.gz": texts for day, texts in days.iter_rows()})
    return fates


def _lines(hits: pl.DataFrame) -> pl.DataFrame:
    """Each hit as its JSON text. Whole numbers are texts and what is not known is left out, as BigQuery writes them."""
    day = pl.from_epoch(pl.col("at") + LOCAL_US, time_unit="us").dt.strftime("%Y%m%d")
    hits = hits.with_columns(file=day)
    line = pl.concat_str(
        _text('{"event_date":"', pl.col("file"), '","event_timestamp":"', pl.col("at").cast(pl.String)),
        _text('","event_name":"', pl.col("event_name"), '","event_params":['),
        _text('{"key":"ga_session_id","value":{"int_value":"', pl.col("session").cast(pl.String), '"}},'),
        _text('{"key":"page_location","value":{"string_value":"https://', pl.col("host"), pl.col("page"), '"}}'),
        _maybe(',{"key":"method","value":{"string_value":"', "method", '"}}'),
        _maybe(',{"key":"status","value":{"string_value":"', "status", '"}}'),
        pl.lit("]"),
        _maybe(',"user_id":"', "user_id", '"'),
        _maybe(',"user_pseudo_id":"', "device_key", '"'),
        _text(',"device":{"category":"', pl.col("device"), '","operating_system":"', pl.col("operating_system")),
        _text('","web_info":{"browser":"', pl.col("browser"), '","hostname":"', pl.col("host"), '"}}'),
        _text(',"geo":{"country":"Norway","region":"', pl.col("region"), '"}'),
        _text(',"traffic_source":{"medium":"', pl.col("medium"), '"}'),
        _text(',"stream_id":"4711000001","platform":"', pl.col("platform"), '"}'),
    )
    return hits.select("file", "at", "fate", line=line)


def _text(*parts: str | pl.Expr) -> pl.Expr:
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


def _maybe(before: str, column: str, after: str) -> pl.Expr:
    """A part that is left out where there is nothing to say."""
    return _text(before, pl.col(column), after).fill_null("")


def _with_dirt(lines: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add lines that came again (some in the next day's file), lines that were cut off, and times that are none."""
    good = lines.filter(pl.col("fate") == ACCEPTED)
    picked = good[np.sort(rng.choice(good.height, round(good.height * _REDELIVERED_SHARE), replace=False))]
    is_next = pl.Series(rng.random(picked.height) < 0.5)
    again = picked.with_columns(fate=pl.lit(DUPLICATE), file=pl.when(is_next).then(_next_day()).otherwise("file"))
    broken = good[rng.choice(good.height, _BROKEN_N, replace=False)].with_columns(
        line=pl.col("line").str.head(-40), fate=pl.lit(f"rejected:{BROKEN_ROW}")
    )
    timeless = good[rng.choice(good.height, _TIMELESS_N, replace=False)].with_columns(
        line=pl.col("line").str.replace(r'"event_timestamp":"\d+"', '"event_timestamp":"(not set)"'),
        fate=pl.lit(f"rejected:{UNREADABLE_TIME}"),
    )
    return pl.concat([lines, again, broken, timeless])


def _next_day() -> pl.Expr:
    return pl.from_epoch(pl.col("at") + LOCAL_US + DAY, time_unit="us").dt.strftime("%Y%m%d")
