"""Weekly cohorts as they leave the house: weeks of few people are left out, and what would give them away with them.

The weeks add up to all journeys, and the values of a segment to the week. So of a segment's values a week is told for
all or for none, and where a week is left out there is a second one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Rows = list[dict[str, Any]]
_ENDS = ("converted", "exited", "abandoned", "active")
_BESIDE = ("abandoned", "active", "exited", "converted")  # which share rather goes with a hidden one
_PROJECTED = ("projected_share", "projected_low", "projected_high")
_OF = {
    "converted": ("converted_share", "converted_low", "converted_high", "expected_share", *_PROJECTED),
    "exited": ("exited_share", *_PROJECTED),
    "abandoned": ("abandoned_share",),
    "active": ("active_share",),
}


def few_left_out(rows: Rows, minimum: int) -> Rows:
    """Cohorts without those of few journeys; of the others without shares that tell of few.

    Args:
        rows: All of `cohorts`.
        minimum: Numbers of fewer are small; 1: none is.
    """
    if minimum <= 1:
        return rows
    series: dict[tuple[Any, ...], dict[Any, Rows]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        name = None if row["segment"] is None else row["segment"].split("=", 1)[0]
        series[row["journey"], name][row["week_at"]].append(row)
    kept = [row for weeks in series.values() for row in _kept(weeks, minimum)]
    return [_covered(row, minimum) for row in kept]


def _kept(weeks: Mapping[Any, Rows], minimum: int) -> Iterable[dict[str, Any]]:
    """The weeks of one segment, but for those with a small value, and a second one where that is only one."""
    small = {week for week, rows in weeks.items() if any(row["journeys_n"] < minimum for row in rows)}
    others = sorted((min(row["journeys_n"] for row in weeks[week]), week) for week in weeks if week not in small)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return [row for week, rows in weeks.items() if week not in small for row in rows]


def _covered(row: dict[str, Any], minimum: int) -> dict[str, Any]:
    """Without the shares that stand for few journeys, and, as all of them make the whole, without another one."""
    counts = {word: row[f"{word}_share"] * row["journeys_n"] for word in _ENDS if row[f"{word}_share"] is not None}
    rest = row["journeys_n"] - sum(counts.values())  # of a young week: still open
    hidden = {word for word, n in counts.items() if 0 < round(n) < minimum}
    is_one = len(hidden) == 1 and len(counts) > 1 and round(rest) == 0
    if is_one or 0 < round(rest) < minimum:
        hidden |= set([word for word in _BESIDE if word in counts and word not in hidden][:1])
    return row | dict.fromkeys(name for word in hidden for name in _OF[word])
