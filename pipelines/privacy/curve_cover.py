"""Cumulative incidence as it leaves the house: between two times that are told nobody ended in some way, or not few.

The whole curve would tell of each single journey when it ended. So an end is told at those times only between which its
steps stand for the minimum of journeys, or for none; of the values of a segment at the same times. Those still active
are what the ends leave, and are told where all of these are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pipelines.privacy.measure import with_ends

Rows = list[dict[str, Any]]
_ENDS = ("converted", "exited", "abandoned")


def few_passed_over(rows: Rows, minimum: int) -> Rows:
    """Curves without what a step of few journeys could be told by. The horizon itself stays.

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
    return [row for times in series.values() for row in _covered(times, minimum)]


def _covered(times: Mapping[float, Rows], minimum: int) -> Rows:
    """The rows of all values of one segment; times at which nothing is told are left out."""
    kept = {word: _kept(times, word, minimum) for word in _ENDS}
    found: Rows = []
    for at, rows in times.items():
        hidden = [word for word in _ENDS if at not in kept[word]]
        if len(hidden) < len(_ENDS):
            gone = [*hidden, "active"] if hidden else []
            found += [row | {name: None for word in gone for name in with_ends(word)} for row in rows]
    return found


def _kept(times: Mapping[float, Rows], word: str, minimum: int) -> set[float]:
    """The times at which an end may be told, found from the horizon backwards."""
    last = max(times)
    kept, after = {last}, _counts(times[last], word)
    for at in sorted(times, reverse=True)[1:]:
        here = _counts(times[at], word)
        steps = [n for one in here for n in (here[one], after[one] - here[one])]
        if all(n == 0 or n >= minimum for n in steps):
            kept.add(at)
            after = here
    return kept


def _counts(rows: Rows, word: str) -> dict[str | None, int]:
    """Journeys that a share stands for, per value of the segment."""
    shares = ((row["segment"], row[f"{word}_share"], row["reached_n"]) for row in rows)
    return {segment: 0 if share is None else round(share * n) for segment, share, n in shares}
