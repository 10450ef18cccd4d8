"""How many journeys the rows of `segment_differences` and `root_causes` tell of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]

COUNTED = ("conversion", "drop_off", "exit", "promise_kept", "deviation", "signal")
IN_OUTCOMES = {"drop_off": "silent", "exit": "say_no"}


def hits(share: str, n: str, *measures: str) -> Callable[[Row], int | None]:
    """Journeys of one side of a difference that do something, for some of its measures."""

    def count(row: Row) -> int | None:
        is_wanted = row["measure"] in measures and row[share] is not None
        return round(row[share] * row[n]) if is_wanted else None

    return count


def fewer(share: str, n: str, *measures: str) -> Callable[[Row], int | None]:
    """These or the others of that side, whichever are fewer: each is the other one's complement."""
    hits_of = hits(share, n, *measures)

    def count(row: Row) -> int | None:
        found = hits_of(row)
        return None if found is None else int(min((k for k in (found, row[n] - found) if k > 0), default=0))

    return count


def _elsewhere(row: Row) -> int:
    """Journeys with a friction, without the cause's value: the share tells them."""
    return int(round(row["exposed_n"] / row["share_of_exposed"]) - row["exposed_n"])


def fewest(row: Row) -> int:
    """With the value: those who have the friction, those who have not; and who else has it; whichever are fewest."""
    parts = (row["exposed_n"], row["reached_n"] - row["exposed_n"], _elsewhere(row))
    return int(min((n for n in parts if n > 0), default=0))
