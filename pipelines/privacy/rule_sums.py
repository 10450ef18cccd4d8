"""Which numbers of constraints and of hand-overs add up to which, as everybody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping

from models.suppression import Sum
from pipelines.privacy.measures import VERDICTS, Key, Row

Sums = list[Sum[Key]]


def sums_of_rules(rows: Mapping[str, Iterable[Row]], counts: Container[Key]) -> Sums:
    """Every sum in which a number of `constraints` or `handovers` stands.

    Args:
        rows: Table to its rows.
        counts: The numbers that are published; others are zero, and stand in no sum.
    """
    found = [*_of_constraints(rows["constraints"]), *_of_handovers(rows)]
    pruned = (Sum(tuple(name for name in each.parts if name in counts), each.totals) for each in found)
    return [each for each in pruned if each.parts and all(name in counts for name in each.totals)]


def _of_constraints(rows: Iterable[Row]) -> Sums:
    """Verdicts make the journeys it was put to, who are those that touched its first; final ones are mostly ended."""
    sums: Sums = []
    for row in rows:
        journey, rule = row["journey"], row["constraint_id"]
        put: Key = (journey, "put", rule)
        kept, broken, ended, lost, early = (
            (journey, word, rule) for word in ("satisfied_final", "violated_final", "ended", "ended_broken", "early")
        )
        sums.append(Sum(tuple((journey, word, rule) for word in VERDICTS), (put,)))
        sums.append(Sum((put,), ((journey, "touched", row["activated_by"]),)))
        sums += [Sum((ended, early), (kept, broken)), Sum((lost, early), (broken,)), Sum((kept, lost), (ended,))]
    return sums


def _of_handovers(rows: Mapping[str, Iterable[Row]]) -> Sums:
    """Hand-overs are the ways between touchpoints of two owners; who is lost or waits between them stands somewhere."""
    owners = {(row["journey"], row["touchpoint"]): row["owner"] for row in rows["touchpoints"] if row["role"] == "flow"}
    ways: dict[Key, list[Key]] = defaultdict(list)
    ends: dict[Key, list[Key]] = defaultdict(list)
    for row in rows["flows"]:
        journey, start, end, status = (row[k] for k in ("journey", "from_touchpoint", "to_touchpoint", "end_status"))
        name: Key = (journey, "flow", start, end, status)
        ways[(journey, owners.get((journey, start)), owners.get((journey, end)))].append(name)
        if end is None:
            word = {"in_flight": "handed_waiting", "converted": ""}.get(status, "handed_lost")
            ends[(journey, word, owners.get((journey, start)))].append(name)
    handed: dict[Key, list[Key]] = defaultdict(list)
    sums: Sums = []
    for row in rows["handovers"]:
        journey, start, end = row["journey"], row["from_owner"], row["to_owner"]
        sums.append(Sum(tuple(ways[(journey, start, end)]), ((journey, "handed", start, end),)))
        for word in ("handed_lost", "handed_waiting"):
            handed[(journey, word, start)].append((journey, word, start, end))
    sums += [Sum(tuple(ends[total]), tuple(parts)) for total, parts in handed.items()]
    return sums
