"""Promises that were broken, and the moment at which each fell due."""

from __future__ import annotations

import polars as pl

from models.calendar import due_us
from pipelines.compare.lookups import business_hours
from pipelines.engine import Engine
from schemas.words import Calendar


def promise_dues(engine: Engine) -> pl.DataFrame:
    """One row per wait that outlasted its promise, kept late or not at all: when it fell due, how far it went beyond.

    Who has left no longer waits: nothing falls due after her last touch.
    """
    waits = engine.frame(
        "SELECT waits.journey_key, waits.pair_no, pairs.code, ready_position, served_position, ready_us, end_kind,"
        " pairs.calendar, CAST(waits.promised_s * 1e6 AS BIGINT) AS within_us, wait_s - waits.promised_s AS beyond_s"
        " FROM timed_waits waits JOIN wait_pairs pairs ON pairs.pair_no = waits.pair_no AND pairs.is_ready"
        " WHERE wait_s > waits.promised_s ORDER BY waits.journey_key, waits.pair_no, ready_position"
    )
    days = business_hours(engine)
    ready_us, within_us = waits["ready_us"].to_numpy(), waits["within_us"].to_numpy()
    is_business = (waits["calendar"] == Calendar.BUSINESS).to_numpy()
    due = ready_us + within_us
    due[is_business] = due_us(days, ready_us[is_business], within_us[is_business])
    return waits.drop("calendar", "within_us").with_columns(pl.Series("due_us", due, dtype=pl.Int64))
