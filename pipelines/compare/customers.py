"""What becomes of people after their first conversion: repurchase, churn, and what they are worth."""

from __future__ import annotations

import polars as pl

from models.customers import LEAST_N, NEVER, Range, followed_n, mean_count, returned_by, worth
from models.experience import rounded
from models.patience import DAY_US
from pipelines.compare.segments import segment_labels
from pipelines.engine import Engine
from pipelines.study import Study, whose

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "segment": pl.String,
    "customers_n": pl.Int64,
    **{
        f"{name}{end}": pl.Float64
        for name, word in (("repurchase", "_share"), ("churn", "_share"), ("lifetime_value", ""))
        for end in (word, "_low", "_high")
    },
    "window_d": pl.Float64,
    "currency": pl.String,
    "reason": pl.String,
}


def customer_value(engine: Engine, study: Study) -> pl.DataFrame:
    """One row per segment: what becomes of those who converted, as far as each can be followed.

    Args:
        engine: The warehouse; it uses the study's schema.
        study: One version of a map, in force.
    """
    per = study.plan.journey_is.per
    engine.create("staging/customers", study.values)
    if per == "person":
        engine.create("staging/life_signs", {**study.values, **whose(per)})
    else:
        engine.put("life_signs", pl.DataFrame(schema={"entity_key": pl.Int64, "seen_us": pl.Int64}))
    engine.create("staging/conversions_after", study.values)
    customers = engine.frame(
        "SELECT customers.entity_key, journey_key, start_us, again_us, signs.seen_us FROM customers"
        " LEFT JOIN life_signs signs ON signs.entity_key = customers.entity_key ORDER BY customers.entity_key"
    )
    again = engine.frame("SELECT entity_key, goal_us FROM conversions_after ORDER BY entity_key, goal_us")
    segments = segment_labels(engine)
    engine.drop("customers", "life_signs", "conversions_after")
    split = customers.join(segments, on="journey_key", how="inner", maintain_order="left")
    parts = split.partition_by("segment", as_dict=True, maintain_order=True)
    groups: list[tuple[str | None, pl.DataFrame]] = [(None, customers)]
    groups += [(segment, part) for (segment,), part in sorted(parts.items())]
    rows = [_row(engine, study, segment, part, again) for segment, part in groups if part.height]
    return pl.DataFrame(rows, schema=_SCHEMA)


def _row(
    engine: Engine, study: Study, segment: str | None, customers: pl.DataFrame, again: pl.DataFrame
) -> dict[str, object]:
    """One group of customers; without its numbers, and with the reason, where they cannot be given."""
    value = study.plan.value
    window_us = _window_us(engine, study)
    row: dict[str, object] = {
        "segment": segment,
        "customers_n": customers.height,
        "window_d": window_us / DAY_US,
        "currency": value.currency if value else None,
    }
    start_us = customers["start_us"].to_numpy()
    followed_us = study.as_of_us - start_us
    reason = _refused(study) or _too_young(followed_n(followed_us, window_us), window_us)
    if reason:
        return row | {"reason": reason}
    again_us, seen_us = (customers[name].fill_null(0).to_numpy() - start_us for name in ("again_us", "seen_us"))
    seen = returned_by(followed_us, seen_us.clip(NEVER), window_us)
    row |= _three("churn_share", Range(1 - seen.value, 1 - seen.high, 1 - seen.low))
    if study.plan.journey_is.reopens_after == "never":
        return row | {"reason": "a journey is a person's whole log (reopens_after: never), so nobody converts again"}
    row |= _three("repurchase_share", returned_by(followed_us, again_us.clip(NEVER), window_us))
    if value is None:
        return row
    place = customers.select("entity_key", "start_us", pl.int_range(pl.len()).alias("person"))
    events = again.join(place, on="entity_key", how="inner", maintain_order="left")
    after_us = (events["goal_us"] - events["start_us"]).to_numpy()
    counts = mean_count(followed_us, events["person"].to_numpy(), after_us, window_us)
    return row | _three("lifetime_value", worth(counts, value.per_conversion, value.margin))


def _window_us(engine: Engine, study: Study) -> int:
    value = study.plan.value
    if value is not None and value.window_s is not None:
        return value.window_s * 1_000_000
    return engine.scalar("SELECT max(horizon_us) FROM patience")


def _refused(study: Study) -> str | None:
    per = study.plan.journey_is.per
    return None if per == "person" else f"journeys are per {per}, so nobody knows whose the next one is"


def _too_young(people_n: int, window_us: int) -> str | None:
    if people_n >= LEAST_N:
        return None
    return f"fewer than {LEAST_N} customers can be followed for the whole window of {window_us / DAY_US:g} d"


def _three(name: str, found: Range) -> dict[str, object]:
    ends = name.removesuffix("_share")
    return {name: rounded(found.value), f"{ends}_low": rounded(found.low), f"{ends}_high": rounded(found.high)}
