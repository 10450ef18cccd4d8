"""The ledger and the touchpoints' states as they leave the house: lines of few people are told together.

A ledger has many lines of few journeys. To hide each of them, and what would give it away, would leave little to see;
so such lines are folded into one, whose kind is `other`, and the sums still hold. Of the values of a segment a line is
told for all or for none: of one alone it could be worked out from the others. What is left small is hidden like any
number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipelines.privacy.cohort_cover import few_left_out
from pipelines.privacy.curve_cover import few_passed_over

OTHER = "other"
Rows = list[dict[str, Any]]
_ENDS = {"planned": 0, "actual": 2}
_LINE = ("line", "kind", "touchpoint", "block", "at_touchpoint")


def without_segments(rows: Rows, minimum: int) -> Rows:
    """Of the touchpoints' states only those of all journeys: most skips are of few people in some segment."""
    return rows if minimum <= 1 else [row for row in rows if row["segment"] is None]


def folded(rows: Rows, minimum: int) -> Rows:
    """The ledger with its small lines folded.

    Args:
        rows: All of `ledger`.
        minimum: Lines of fewer journeys are small; 1: none is.
    """
    if minimum <= 1:
        return rows
    pools: dict[tuple[Any, ...], Rows] = defaultdict(list)
    for row in rows:
        name = None if row["segment"] is None else row["segment"].split("=", 1)[0]
        at = row["at_touchpoint"] if name is None else None
        part = _ENDS.get(row["line"], 1)
        pools[row["journey"], name, row["measure"], part, row["line"], at].append(row)
    kept = [row for of_pool in pools.values() for row in _fold(of_pool, minimum)]
    return _in_order(kept)


def _fold(pool: Rows, minimum: int) -> Rows:
    """Lines of one kind of end (for all journeys: at one touchpoint), of every value of one segment."""
    lines: dict[tuple[Any, ...], Rows] = defaultdict(list)
    for row in pool:
        lines[tuple(row[name] for name in _LINE)].append(row)
    if pool[0]["line"] in _ENDS or len(lines) == 1:
        return pool
    by_size = sorted(lines, key=lambda line: (sum(row["journeys_n"] for row in lines[line]), repr(line)))
    small = [line for line in by_size if any(row["journeys_n"] < minimum for row in lines[line])]
    for line in by_size:
        others = _told_together([row for each in small for row in lines[each]])
        if not small or (len(small) > 1 and all(row["journeys_n"] >= minimum for row in others)):
            break
        if line not in small:
            small.append(line)
    others = _told_together([row for each in small for row in lines[each]])
    return [row for line in lines if line not in small for row in lines[line]] + others


def _told_together(rows: Rows) -> Rows:
    """One row per value of the segment. Journeys that took long for several reasons count once, as far as is known."""
    of_value: dict[str | None, Rows] = defaultdict(list)
    for row in rows:
        of_value[row["segment"]].append(row)
    return [_other(parts) for parts in of_value.values()]


def _other(parts: Rows) -> dict[str, Any]:
    count: Callable[[Iterable[int]], int] = sum if parts[0]["measure"] == "completion" else max
    places = {row["at_touchpoint"] for row in parts}
    return parts[0] | {
        "kind": OTHER,
        "touchpoint": None,
        "block": None,
        "at_touchpoint": places.pop() if len(places) == 1 and parts[0]["segment"] is None else None,
        "phase": None,
        "owner": None,
        "amount": sum(row["amount"] for row in parts),
        "journeys_n": count(row["journeys_n"] for row in parts),
    }


def _in_order(rows: Rows) -> Rows:
    """Planned, the reasons by size, actual. Their `place` says no more: it would tell how large a hidden one is."""
    return [row | {"place": _ENDS.get(row["line"], 1)} for row in sorted(rows, key=_order)]


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    texts = tuple(row[name] or "" for name in _LINE)
    segment = (row["segment"] is not None, row["segment"] or "")
    return (row["journey"], *segment, row["measure"], _ENDS.get(row["line"], 1), -abs(row["amount"]), *texts)


EDGES: Mapping[str, Callable[[Rows, int], Rows]] = {
    "touchpoint_states": without_segments,
    "ledger": folded,
    "cohorts": few_left_out,
    "incidence_curves": few_passed_over,
}
"""What is done to a table before its numbers are covered."""
