"""Table `identity_ranges`: headline numbers under every rule of who is taken for whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from models.friction.journeys import FrictionInputs, Stays
from pipelines.compare.frictions import first_ranks
from pipelines.compare.rules import OTHERS
from pipelines.friction.judge import Judged

Key = tuple[str, int | None]
"""Measure and code of a touchpoint."""
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("measure", "touchpoint", "signal"), pl.String),
    **dict.fromkeys(("strict", "standard", "loose"), pl.Float64),
    "n": pl.Int64,
    "is_flip": pl.Boolean,
}


class _Number(NamedTuple):
    value: float
    n: int


def identity_ranges(judged: Judged) -> pl.DataFrame:
    """Rows of `identity_ranges`: journeys, conversion, drop-off per touchpoint, and what signals cost.

    Args:
        judged: Every signal of the journeys, with the same journeys under the other rules.
    """
    own = _headlines(judged.subject.journeys, judged.found.stays)
    strict, loose = (
        own if other is None else _headlines(other.subject.journeys, other.found.stays)
        for other in (judged.others[rule] for rule in OTHERS)
    )
    flips = _turned([strict, own, loose])
    names = judged.subject.plan.names
    rows: list[tuple[object, ...]] = [
        (measure, None if code is None else names[code], None, *values, own[measure, code].n, (measure, code) in flips)
        for (measure, code) in own
        for values in [[_value(head.get((measure, code))) for head in (strict, own, loose)]]
    ]
    costs = judged.rows.filter(pl.col("lost_per_month").is_not_null(), pl.col("touchpoint").is_not_null())
    columns = ("touchpoint", "signal", "strict_lost", "lost_per_month", "loose_lost", "exposed_n", "is_identity_flip")
    rows += [("lost_per_month", *row) for row in costs.select(columns).sort("touchpoint", "signal").rows()]
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")


def _value(number: _Number | None) -> float | None:
    return None if number is None else number.value


def _turned(heads: list[dict[Key, _Number]]) -> set[Key]:
    """Touchpoints whose rank among the first for drop-off differs between the rules."""
    places = [key for key in heads[1] if key[0] == "drop_off"]
    ranks = [
        first_ranks([_value(head.get(key)) for key in places], [True] * len(places), len(places)) for head in heads
    ]
    return {key for place, key in enumerate(places) if len({rank[place] for rank in ranks}) > 1}


def _headlines(inputs: FrictionInputs, stays: Stays) -> dict[Key, _Number]:
    """Journeys, share of those followed for the horizon that converted, and share lost at each touchpoint."""
    journeys_n = inputs.journeys.height
    found: dict[Key, _Number] = {("journeys", None): _Number(float(journeys_n), journeys_n)}
    fate = stays.fate[(np.diff(stays.journey, prepend=-1) != 0) & (stays.fate >= 0)]
    if fate.size:
        found["conversion", None] = _Number(float(fate.mean()), fate.size)
    for code, rows in enumerate(stays.by_code):
        is_in = stays.reached_us[rows] < inputs.as_of_us - inputs.patience_us[code]
        known = rows[is_in & ~stays.is_open[rows]]
        if known.size and not stays.is_converted[known].all():
            found["drop_off", code] = _Number(float(stays.is_lost[known].mean()), known.size)
    return found
