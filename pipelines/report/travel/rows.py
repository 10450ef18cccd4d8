"""The published rows behind how journeys travel, each as it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from pipelines.privacy.cover import Cover

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Leg:
    """Journeys on one way between phases; None for beginning and end. See the table `phase_flows`."""

    from_phase: str | None
    from_way: str | None
    to_phase: str | None
    to_way: str | None
    end_status: str | None
    journeys_n: int


@dataclass(frozen=True)
class Travel:
    """How the journeys of one map travel.

    Attributes:
        legs: Ways between phases; they add up at every phase.
        begun_n: Journeys that begin on them, and those that took ways of too few to be told.
        curves: Rows of `incidence_curves`, by touchpoint, segment and time.
    """

    legs: tuple[Leg, ...] = ()
    begun_n: int = 0
    curves: tuple[Record, ...] = ()

    @property
    def told_n(self) -> int:
        """Journeys whose ways are told."""
        return sum(leg.journeys_n for leg in self.legs if leg.from_phase is None)


def read_travel(con: duckdb.DuckDBPyConnection, journey: str, cover: Cover) -> Travel:
    """The rows of one map, as they may be shown."""
    from pipelines.privacy.cover import edge_rows

    legs = [row for row in edge_rows(con, "phase_flows", cover.minimum) if row["journey"] == journey]
    curves = [row for row in edge_rows(con, "incidence_curves", cover.minimum) if row["journey"] == journey]
    curves.sort(key=lambda row: (row["touchpoint"], row["segment"] is not None, row["segment"] or "", row["after_d"]))
    begun = con.execute(_BEGUN, [journey]).fetchall()[0][0]
    return Travel(
        tuple(Leg(**{name: row[name] for name in Leg.__dataclass_fields__}) for row in legs),
        int(begun),
        tuple(row | cover.columns("incidence_curves", row) for row in curves),
    )


_BEGUN = "SELECT coalesce(sum(journeys_n), 0) FROM phase_flows WHERE journey = ? AND from_phase IS NULL"
