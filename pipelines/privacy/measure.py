"""One number of a published row: how many it counts, how many people it tells of, and which columns show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Measure:
    """One number of a row.

    Attributes:
        name: What is counted.
        count: How many, from the row; None where the row does not say.
        columns: What is hidden where this is.
        keys: Columns of the row that say which number it is, beside the journey.
        few: How many people or journeys it tells of, where that is another number.
    """

    name: str
    count: Callable[[Row], int | None]
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    few: Callable[[Row], int | None] | None = None


def column(name: str) -> Callable[[Row], int | None]:
    """The number that stands in a column."""
    return lambda row: None if row[name] is None else int(row[name])


def share_of(share: str, whole: str) -> Callable[[Row], int | None]:
    """The number that a share of another one stands for."""
    return lambda row: None if row[share] is None or row[whole] is None else round(row[share] * row[whole])


def rarer(share: str, whole: str) -> Callable[[Row], int | None]:
    """Those of a share, or the others, whichever are fewer: each is the other one's complement."""
    hits = share_of(share, whole)

    def count(row: Row) -> int | None:
        n = hits(row)
        return None if n is None else int(min((each for each in (n, row[whole] - n) if each > 0), default=0))

    return count


def with_ends(name: str) -> tuple[str, ...]:
    """A share and the ends of its interval."""
    return (f"{name}_share", f"{name}_low", f"{name}_high")
