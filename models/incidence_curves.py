"""Cumulative incidence of the ends of journeys: which share has converted, exited, fallen silent, by the time since.

The same estimate as `touchpoint_outcomes`, told not only at the horizon but on the way there; at the horizon both are
the same numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import polars as pl

from models.incidence import Curves, Fates, influences_by_time, shares
from models.intervals import Integers
from models.patience import DAY_US

WORDS = ("converted", "exited", "abandoned", "active")
MOST_STEPS = 45
"""Times between entry and horizon; whole days where the horizon has enough of them."""
LEAST_DAYS = 10
_COLUMNS: dict[str, pl.DataType] = {
    "code": pl.Int64(),
    "segment": pl.String(),
    "horizon_d": pl.Float64(),
    "after_d": pl.Float64(),
    "reached_n": pl.Int64(),
    **{f"{word}_{end}": pl.Float64() for word in WORDS for end in ("share", "low", "high")},
}


def incidence_curves(found: Iterable[Fates], told: Collection[tuple[int, str | None]], horizon_us: int) -> pl.DataFrame:
    """One row per touchpoint, segment and time since the touchpoint was reached, from 0 to the horizon.

    Args:
        found: what became of journeys, as `models.outcomes.fates` gives it.
        told: touchpoint and segment of which `touchpoint_outcomes` gives shares; nothing is told of others.
        horizon_us: the horizon.

    Returns:
        The columns of `incidence_curves`, with `code` for the touchpoint and without the journey's name.
    """
    times_us = times_of(horizon_us)
    rows = [row for fate in found if (fate.code, fate.segment) in told for row in _rows(fate, times_us, horizon_us)]
    return pl.DataFrame(rows, schema=_COLUMNS).sort("code", "segment", "after_d", nulls_last=False)


def times_of(horizon_us: int) -> Integers:
    """The times that are told, rising from 0 to the horizon: whole days, or parts of a short horizon."""
    step_us = -(-horizon_us // MOST_STEPS)
    if horizon_us >= LEAST_DAYS * DAY_US:
        step_us = -(-step_us // DAY_US) * DAY_US
    return np.append(np.arange(0, horizon_us, step_us), horizon_us)


def _rows(fate: Fates, times_us: Integers, horizon_us: int) -> Iterable[dict[str, object]]:
    effects_at = influences_by_time(fate.curves)
    for after_us in times_us:
        place_by = _place(fate.curves, int(after_us))
        known = shares(fate.curves, fate.person, place_by, None if place_by is None else effects_at(place_by))
        row: dict[str, object] = {
            "code": fate.code,
            "segment": fate.segment,
            "horizon_d": horizon_us / DAY_US,
            "after_d": int(after_us) / DAY_US,
            "reached_n": fate.reached_n,
        }
        for place, word in enumerate(WORDS):
            for end, numbers in (("share", known.share), ("low", known.low), ("high", known.high)):
                row[f"{word}_{end}"] = round(float(numbers[place]), 12)
        yield row


def _place(found: Curves, after_us: int) -> int | None:
    """The last of the times by then; -1: none is; None: the horizon, by which the estimate itself is made."""
    if after_us >= found.horizon_us:
        return None
    return int(np.searchsorted(found.times_us, after_us, side="right")) - 1
