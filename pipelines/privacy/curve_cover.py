"""Cumulative incidence as it leaves the house: between two times that are told nobody ended in some way, or not few.

The whole curve would tell of each single journey when it ended. So times are left out until every step of every end
stands for the minimum of journeys or for none; of the values of a segment, at the same times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

Rows = list[dict[str, Any]]
_ENDS = ("converted", "exited", "abandoned")
_Counts = list[int]


def few_passed_over(rows: Rows, minimum: int) -> Rows:
    """Curves without the times at which a step would tell of few journeys. The horizon itself stays.

    Args:
        rows: All of `incidence_curves`.
        minimum: Numbers of fewer are small; 1: none is.
    """
    if minimum <= 1:
        return rows
    series: dict[tuple[Any, ...], dict[float, Rows]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        name = None if row["segment"] is None else row["segment"].split("=", 1)[0]
        series[row["journey"], row["touchpoint"], name][row["after_d"]].append(row)
    kept = {key: _kept(times, minimum) for key, times in series.items()}
    return [row for key, times in series.items() for at, found in times.items() if at in kept[key] for row in found]


def _kept(times: Mapping[float, Rows], minimum: int) -> set[float]:
    """The times that may be told, found from the horizon backwards."""
    last = max(times)
    kept, after = {last}, _counts(times[last])
    for at in sorted(times, reverse=True)[1:]:
        here = _counts(times[at])
        steps = [n for one in here for n in (*here[one], *_between(here[one], after[one]))]
        if all(n == 0 or n >= minimum for n in steps):
            kept.add(at)
            after = here
    return kept


def _counts(rows: Rows) -> dict[str | None, _Counts]:
    """Journeys that the shares stand for, per value of the segment."""
    return {
        row["segment"]: [
            0 if row[f"{word}_share"] is None else round(row[f"{word}_share"] * row["reached_n"]) for word in _ENDS
        ]
        for row in rows
    }


def _between(here: _Counts, after: _Counts) -> _Counts:
    return [later - now for now, later in zip(here, after, strict=True)]
