"""The curves of how journeys end over time, as the pictures take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from pipelines.privacy.withheld import Withheld
from pipelines.report.view import JourneyView

WORDS = ("converted", "active", "exited", "abandoned")
"""From the bottom up, as they are drawn."""
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Curve:
    """One curve: of all journeys, or of a value of a segment.

    Attributes:
        segment: name=value; None: all.
        rows: By time, from 0 to the horizon.
    """

    segment: str | None
    rows: tuple[Record, ...]

    @property
    def name(self) -> str:
        """Name of the segment."""
        return (self.segment or "").partition("=")[0]

    @property
    def value(self) -> str:
        """Its value."""
        return (self.segment or "").partition("=")[2]

    @property
    def horizon_d(self) -> float:
        """The horizon in days."""
        return float(self.rows[0]["horizon_d"])

    @property
    def reached_n(self) -> int:
        """Journeys that begin so; it may be withheld."""
        found: int = self.rows[0]["reached_n"]
        return found

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The ends whose shares may be told at the horizon."""
        return tuple(word for word in WORDS if number(self.last, f"{word}_share") is not None)

    @property
    def last(self) -> Record:
        """The horizon."""
        return self.rows[-1]

    def points(self, word: str, end: str = "share") -> tuple[tuple[float, float], ...]:
        """Days and share, wherever it is told."""
        found = ((float(row["after_d"]), number(row, f"{word}_{end}")) for row in self.rows)
        return tuple((at, value) for at, value in found if value is not None)

    def half_by_d(self, word: str) -> float | None:
        """The first told time by which half of those had ended so who do by the horizon; None: nobody does."""
        points = self.points(word)
        half = points[-1][1] / 2 if points else 0.0
        return next(at for at, value in points if value >= half) if half > 0 else None


def number(row: Record, name: str) -> float | None:
    """A number of a row; None where it is missing or may not be shown."""
    value = row[name]
    return None if value is None or isinstance(value, Withheld) else float(value)


def shown_curves(view: JourneyView) -> tuple[Curve, ...]:
    """The curves from the entry that most journeys take: all journeys first, then the values of each segment."""
    rows = view.data.travel.curves
    entries = {row["touchpoint"] for row in rows if row["segment"] is None}
    entry = view.entry if view.entry in entries else min(entries, default=None)
    own = [row for row in rows if row["touchpoint"] == entry]
    found = (Curve(segment, tuple(part)) for segment, part in groupby(own, lambda row: row["segment"]))
    return tuple(curve for curve in found if "converted" in curve.told)
