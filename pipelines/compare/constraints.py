"""Constraints of a map: what their models join to, and how many journeys keep them.

The four verdicts are those of runtime verification: kept or broken, for good or so far (Bauer, Leucker, Schallhart,
"Comparing LTL semantics for runtime verification", 2010; of constraints on processes: Maggi, Montali, Westergaard,
van der Aalst, 2011). A journey that has ended has final ones. But an answer that has a limit is broken only when that
has run out, whether the journey has ended or not: whom nobody answers often says no more.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import ceil

import polars as pl

from models.calendar import DAY_US, business_days
from models.intervals import wilson
from pipelines.compare.summaries import journeys_of_one
from pipelines.engine import Engine
from pipelines.settings import Settings
from pipelines.study import Study
from schemas.words import Calendar

_MODELS = ("constraint_marks", "constraint_dues", "constraint_cases", "constraint_outcomes")


def prepare_constraints(engine: Engine, settings: Settings, study: Study) -> None:
    """Make the small tables of a study: its constraints, their touchpoints, business hours for what is due."""
    engine.put("map_constraints", _constraints(study))
    engine.put("constraint_codes", _codes(study))
    engine.put("deadline_days", _deadline_days(engine, settings, study))


def judge_constraints(engine: Engine, study: Study) -> None:
    """Make `judged_constraints`: a verdict for each journey and constraint that was put to it."""
    for model in (*_MODELS, "judged_constraints"):
        engine.create(f"staging/{model}", study.values)
    engine.drop(*_MODELS)


def constraint_counts(engine: Engine) -> pl.DataFrame:
    """One row per constraint: journeys by verdict, and the share that broke it.

    The share is of journeys that have ended: what breaks is final at once, what is kept only at the end, so a share of
    all final verdicts would overstate. The interval counts people.
    """
    engine.create("staging/constraint_counts")
    rows = engine.frame("SELECT * FROM constraint_counts ORDER BY constraint_no")
    engine.drop("constraint_counts")
    people = journeys_of_one(engine)
    low, high = wilson(rows["ended_violated_n"].to_numpy() / people, rows["ended_n"].to_numpy() / people)
    is_told = pl.col("ended_n") > 0
    return rows.with_columns(
        pl.when(is_told).then(pl.col("ended_violated_n") / pl.col("ended_n")).alias("violated_share"),
        pl.when(is_told).then(pl.Series(low, dtype=pl.Float64)).alias("violated_low"),
        pl.when(is_told).then(pl.Series(high, dtype=pl.Float64)).alias("violated_high"),
    ).drop("constraint_no", "ended_violated_n")


def _constraints(study: Study) -> pl.DataFrame:
    plan = study.plan
    rows = [
        {
            "constraint_no": number,
            "constraint_id": rule.constraint_id,
            "kind": str(rule.kind),
            "said": rule.said,
            "first_code": study.code(rule.first),
            "second_code": study.code(rule.second) if rule.second else None,
            "within_us": None if rule.within_s is None else rule.within_s * 1_000_000,
            "is_business": rule.clock is Calendar.BUSINESS,
            "is_same_channel": rule.is_same_channel,
            "at_most": rule.at_most,
            "activated_by": rule.first,
            "touchpoint": rule.charged_to,
            "phase": plan.phase_of(rule.charged_to),
            "owner": rule.owner or plan.owner_of(rule.charged_to),
        }
        for number, rule in enumerate(plan.constraints)
    ]
    texts = ("constraint_id", "kind", "said", "activated_by", "touchpoint", "phase", "owner")
    schema = {
        **dict.fromkeys(("constraint_no", "first_code", "second_code"), pl.Int32),
        **dict.fromkeys(("within_us", "at_most"), pl.Int64),
        **dict.fromkeys(("is_business", "is_same_channel"), pl.Boolean),
        **dict.fromkeys(texts, pl.String),
    }
    return pl.DataFrame(rows, schema=schema)


def _codes(study: Study) -> pl.DataFrame:
    """One row per constraint and touchpoint of it."""
    rows = [
        (number, study.code(name), name == rule.first, rule.is_same_channel)
        for number, rule in enumerate(study.plan.constraints)
        for name in rule.names
    ]
    schema = {"constraint_no": pl.Int32, "code": pl.Int32, "is_first": pl.Boolean, "is_same_channel": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _deadline_days(engine: Engine, settings: Settings, study: Study) -> pl.DataFrame:
    """Business hours by UTC day in whole microseconds, so far beyond the snapshot that every answer is due within."""
    limits = [rule.within_s for rule in study.plan.constraints if rule.clock is Calendar.BUSINESS]
    first_us = engine.scalar("SELECT min(entered_us) FROM journey_states") or study.as_of_us
    days = business_days(
        settings.timezone,
        settings.business_hours,
        [day - 1 for day in settings.business_days],
        settings.holidays,
        from_on=_day(first_us),
        to_on=_day(study.as_of_us) + timedelta(days=_days_for(settings, max((s or 0 for s in limits), default=0))),
    )
    before = (pl.col("before_s") * 1e6).round().cast(pl.Int64)
    length = pl.col("close1_us") - pl.col("open1_us") + pl.col("close2_us") - pl.col("open2_us")
    return days.select(
        (pl.col("utc_day") * DAY_US).alias("day_us"),
        before.alias("before_us"),
        (before + length).alias("after_us"),
        "open1_us",
        "close1_us",
        "open2_us",
        "close2_us",
    )


def _days_for(settings: Settings, within_s: int) -> int:
    """Days in which so many business seconds pass for certain, whatever holidays and clock changes take."""
    opens, closes = (moment.hour * 3600 + moment.minute * 60 + moment.second for moment in settings.business_hours)
    daily_s = (closes or 86_400) - opens
    weekly_s = daily_s * len(settings.business_days)
    lost_s = (len(settings.holidays) + 2) * daily_s
    return 7 * (ceil((within_s + lost_s) / weekly_s) + 1) if within_s and weekly_s else 0


def _day(moment_us: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment_us)).date()
