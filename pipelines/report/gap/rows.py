"""The published rows behind the sections on planned and actual, as small frozen values named as in `schemas.tables`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

    from pipelines.journeys.cards import DeviationCard

Row = TypeVar("Row")


@dataclass(frozen=True)
class LedgerRow:
    """One line from planned to actual."""

    segment: str | None
    measure: str
    place: int
    line: str
    kind: str | None
    touchpoint: str | None
    block: str | None
    at_touchpoint: str | None
    phase: str | None
    owner: str | None
    amount: int
    journeys_n: int


@dataclass(frozen=True)
class StateRow:
    """What every journey is at one touchpoint."""

    touchpoint: str
    segment: str | None
    journeys_n: int
    done_n: int
    skipped_n: int
    left_n: int
    on_the_way_n: int
    by_design_n: int
    unseen_n: int
    left_here_n: int
    standing_here_n: int


@dataclass(frozen=True)
class ConstraintRow:
    """One constraint of the map and how it was kept."""

    constraint_id: str
    kind: str
    said: str
    touchpoint: str | None
    phase: str | None
    owner: str | None
    journeys_n: int
    satisfied_final_n: int
    satisfied_now_n: int
    violated_now_n: int
    violated_final_n: int
    unjudged_n: int
    ended_n: int
    violated_share: float | None
    violated_low: float | None
    violated_high: float | None


@dataclass(frozen=True)
class HandoverRow:
    """One pair of owners."""

    from_owner: str | None
    to_owner: str | None
    n: int
    journeys_n: int
    is_designed: bool
    p50_s: float | None
    p90_s: float | None
    lost_n: int
    waiting_n: int


@dataclass(frozen=True)
class BacklogRow:
    """Something that could not be seen."""

    touchpoint: str | None
    block: str | None
    source: str | None
    reason: str
    from_at: datetime | None
    until_at: datetime | None
    journeys_n: int
    evidence: str | None
    hint: str | None
    owner: str | None


@dataclass(frozen=True)
class CoverageRow:
    """What of the events and the time of its customers the map knows."""

    persons_n: int
    journeys_n: int
    events_n: int
    on_flow_n: int
    anytime_n: int
    off_map_n: int
    exits_n: int
    other_map_n: int
    dark_n: int
    dark_share: float | None
    elapsed_us: int
    dark_us: int
    dark_time_share: float | None
    dark_journeys_n: int
    ghosts_n: int


@dataclass(frozen=True)
class ErrandRow:
    """How many journeys another map contests, and whose they are."""

    rival_journey: str
    verdict: str
    journeys_n: int


@dataclass(frozen=True)
class VersionRow:
    """One version of the map, and the journeys that straddle its end apart."""

    map_version: int
    straddles: bool
    valid_from: datetime | None
    valid_until: datetime | None
    is_in_force: bool
    journeys_n: int
    converted_n: int
    exited_n: int
    abandoned_n: int
    in_flight_n: int
    conforming_n: int
    horizon_d: float | None
    mature_n: int
    converted_share: float | None
    converted_low: float | None
    converted_high: float | None


@dataclass(frozen=True)
class Gap:
    """Everything published about planned against actual of one map, in a fixed order."""

    ledger: tuple[LedgerRow, ...] = ()
    states: tuple[StateRow, ...] = ()
    constraints: tuple[ConstraintRow, ...] = ()
    handovers: tuple[HandoverRow, ...] = ()
    backlog: tuple[BacklogRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    errands: tuple[ErrandRow, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    cards: tuple[DeviationCard, ...] = ()


_ERRANDS = (
    "SELECT rival_journey, verdict, count(*) AS journeys_n FROM map_assignments WHERE journey = ?"
    " GROUP BY rival_journey, verdict ORDER BY rival_journey, verdict"
)


def read_gap(con: duckdb.DuckDBPyConnection, journey: str, minimum: int) -> Gap:
    """The rows of one map; lines of the ledger that tell of fewer journeys than the minimum are told together."""
    from pipelines.privacy.cover import edge_rows

    def rows(kind: Callable[..., Row], table: str, order: str) -> tuple[Row, ...]:
        names = ", ".join(field.name for field in fields(kind))  # type: ignore[arg-type]  # each kind is a dataclass
        found = con.execute(f"SELECT {names} FROM {table} WHERE journey = ? ORDER BY {order}", [journey]).fetchall()
        return tuple(kind(*row) for row in found)

    def edge(kind: Callable[..., Row], table: str) -> tuple[Row, ...]:
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # each kind is a dataclass
        found = [row for row in edge_rows(con, table, minimum) if row["journey"] == journey]
        return tuple(kind(**{name: row[name] for name in names}) for row in found)

    ledger = sorted(edge(LedgerRow, "ledger"), key=lambda row: (row.segment or "", row.measure, row.place))
    return Gap(
        ledger=tuple(ledger),
        states=tuple(sorted(edge(StateRow, "touchpoint_states"), key=lambda row: (row.touchpoint, row.segment or ""))),
        constraints=rows(ConstraintRow, "constraints", "constraint_id"),
        handovers=rows(HandoverRow, "handovers", "lost_n DESC, n DESC, from_owner, to_owner"),
        backlog=rows(BacklogRow, "tracking_backlog", "journeys_n DESC, touchpoint, block, source, reason, from_at"),
        coverage=rows(CoverageRow, "coverage", "journeys_n"),
        errands=tuple(ErrandRow(*row) for row in con.execute(_ERRANDS, [journey]).fetchall()),
        versions=rows(VersionRow, "map_versions", "map_version, straddles"),
    )
