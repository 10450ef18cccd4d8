"""Sums by which what customers said, and how many came back, would give away a number that is hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.suppression import Sum
from pipelines.privacy.measure import Key

Row = Mapping[str, Any]


def sums_of_experience(said: Sequence[Row], customers: Sequence[Row]) -> Iterator[Sum[Key]]:
    """The values of a segment make the whole: of answers, of those asked, and of customers.

    Args:
        said: Rows of `experience`.
        customers: Rows of `customer_value`.
    """
    for name in ("answers", "asked"):
        yield from _of_segments(said, name, ("touchpoint", "measure"))
    yield from _of_segments(customers, "customers", ())


def _of_segments(rows: Sequence[Row], name: str, keys: tuple[str, ...]) -> Iterator[Sum[Key]]:
    groups: dict[Key, set[str]] = defaultdict(set)
    for row in rows:
        if row["segment"] is not None:
            place = tuple(row[key] for key in keys)
            groups[(row["journey"], place, row["segment"].partition("=")[0])].add(row["segment"])
    for (journey, place, _), values in groups.items():
        parts = tuple((journey, name, *place, value) for value in sorted(values))
        yield Sum(parts, ((journey, name, *place, None),))
