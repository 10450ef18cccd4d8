"""Which numbers of a map's versions add up to which, as everybody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from models.suppression import Sum
from pipelines.privacy.measures import ENDS, Key, Row

Sums = list[Sum[Key]]
_TWO_SIDES = (("conforming", "deviating"), ("mature", "fresh"))


def sums_of_versions(rows: Iterable[Row]) -> Sums:
    """Every sum in which a number of `map_versions` stands: by how journeys went, by version, and by status."""
    wholes: dict[Key, list[Key]] = defaultdict(list)
    for row in rows:
        journey, version, place = row["journey"], row["map_version"], (row["map_version"], row["straddles"])
        judged: Key = (journey, "judged", *place)
        ends: list[Key] = [(journey, f"judged_{status}", *place) for status in ENDS]
        wholes[judged, 0] += ends
        for at, words in enumerate(_TWO_SIDES, start=1):
            wholes[judged, at] += [(journey, word, *place) for word in words]
        wholes[(journey, "map_version", version), 0].append(judged)
        for status, end in zip(ENDS, ends, strict=True):
            wholes[(journey, "status", status), 0].append(end)
    return [Sum(tuple(parts), (total,)) for (total, _), parts in wholes.items()]
