"""What the report reads from the published snapshot, as small frozen values in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from schemas.errors import WarehouseError

if TYPE_CHECKING:
    import duckdb

    from pipelines.settings import Settings

Row = TypeVar("Row")


@dataclass(frozen=True)
class RunRow:
    """One run."""

    run_id: str
    started_at: datetime
    as_of: datetime | None
    versions: dict[str, str]


@dataclass(frozen=True)
class SourceRow:
    """One source: its rows and what became of them."""

    source: str
    files_n: int
    failed_files_n: int
    rows_n: int
    accepted_n: int
    duplicate_n: int
    dropped_n: int
    rejected_n: int

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.rows_n == self.accepted_n + self.duplicate_n + self.dropped_n + self.rejected_n


@dataclass(frozen=True)
class ReasonRow:
    """One reason why rows of a source were refused or dropped."""

    source: str
    what: str
    reason: str
    rows_n: int


@dataclass(frozen=True)
class TouchpointRow:
    """One touchpoint of the map as it was touched."""

    touchpoint: str
    title: str
    phase: str | None
    place: int
    role: str
    owner: str | None
    is_optional: bool
    events_n: int
    journeys_n: int


@dataclass(frozen=True)
class OutcomeRow:
    """What becomes of those who reached a touchpoint."""

    touchpoint: str
    segment: str | None
    horizon_d: float
    reached_n: int
    converted_share: float | None
    converted_low: float | None
    converted_high: float | None
    exited_share: float | None
    exited_low: float | None
    exited_high: float | None
    abandoned_share: float | None
    abandoned_low: float | None
    abandoned_high: float | None
    active_share: float | None
    hazard: float | None
    hazard_low: float | None
    hazard_high: float | None
    exit_hazard: float | None
    hazard_half_patience: float | None
    hazard_double_patience: float | None
    patience_s: float | None
    effective_n: float | None
    followed_n: int
    in_flight_n: int
    refused: str | None


@dataclass(frozen=True)
class WaitRow:
    """One wait of the journey."""

    from_touchpoint: str
    to_touchpoint: str
    segment: str | None
    n: int
    p50_s: float | None
    p90_s: float | None
    promised_s: float | None
    kept_share: float | None
    kept_low: float | None
    kept_high: float | None
    calendar: str
    waiting_n: int
    overdue_n: int


@dataclass(frozen=True)
class FlowRow:
    """How often one touchpoint followed another directly."""

    from_touchpoint: str | None
    to_touchpoint: str | None
    end_status: str | None
    n: int
    journeys_n: int
    p50_s: float | None


@dataclass(frozen=True)
class RateRow:
    """How often one kind of deviation happens where it could."""

    kind: str
    touchpoint: str | None
    block: str | None
    owner: str | None
    phase: str | None
    occurrences_n: int
    journeys_n: int
    opportunities_n: int
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    abandoned_share: float | None


@dataclass(frozen=True)
class FindingRow:
    """One finding."""

    rank: int
    finding_id: str
    touchpoint: str | None
    signal: str
    headline: str
    owner: str | None
    state: str
    first_seen_run: str
    journeys_n: int
    rate: float | None
    rate_low: float | None
    rate_high: float | None


@dataclass(frozen=True)
class UnmappedRow:
    """One activity that the map does not know."""

    source: str
    activity: str
    events_n: int
    in_journeys_n: int


@dataclass(frozen=True)
class IdentityRow:
    """Conversion under one identity rule, among journeys old enough to be judged."""

    rule: str
    journeys_n: int
    mature_n: int
    converted_n: int

    @property
    def share(self) -> float | None:
        """Converted, of those old enough; None where there are none."""
        return self.converted_n / self.mature_n if self.mature_n else None


@dataclass(frozen=True)
class JourneyData:
    """All published rows about one map.

    Attributes:
        statuses: Status to number of journeys, under the default rule.
        people_n: People with a journey (or what the map counts per).
        versions: Version of the map to number of journeys that it judges.
        aligned_n: Journeys that were compared with the map.
        designed_n: Of these, journeys that went as designed so far (cost 0).
        lost_after: Touchpoint or kind to nothing; see `rates`.
        events_n: Events in journeys.
        unmapped_n: Of these, events that the map does not know.
    """

    statuses: dict[str, int]
    people_n: int
    first_at: datetime | None
    last_at: datetime | None
    versions: dict[int, int]
    aligned_n: int
    designed_n: int
    events_n: int
    unmapped_n: int
    touchpoints: tuple[TouchpointRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    waits: tuple[WaitRow, ...]
    flows: tuple[FlowRow, ...]
    rates: tuple[RateRow, ...]
    findings: tuple[FindingRow, ...]
    unmapped: tuple[UnmappedRow, ...]
    identity: tuple[IdentityRow, ...]

    @property
    def journeys_n(self) -> int:
        """Journeys under the default rule."""
        return sum(self.statuses.values())


@dataclass(frozen=True)
class Snapshot:
    """All that the report shows."""

    run: RunRow
    sources: tuple[SourceRow, ...]
    reasons: tuple[ReasonRow, ...]
    journeys: dict[str, JourneyData]


def read_snapshot(settings: Settings, run_id: str, journeys: tuple[str, ...]) -> Snapshot:
    """Reads the published snapshot for the maps of these names.

    Raises:
        WarehouseError: nothing is published, or the snapshot does not know the run.
    """
    from pipelines.warehouse import reader

    with reader(settings) as con:
        runs = _all(con, RunRow, "SELECT {} FROM runs WHERE run_id = ?", run_id)
        if not runs:
            raise WarehouseError(
                got=f"a published snapshot without run {run_id}",
                wanted="the snapshot of that run",
                hint="run `terreng run`; its last step writes the report",
                file=str(settings.published_db),
            )
        return Snapshot(
            runs[0],
            _all(con, SourceRow, _SOURCES),
            _all(con, ReasonRow, _REASONS),
            {name: _journey(con, name, runs[0].as_of) for name in journeys},
        )


def _all(con: duckdb.DuckDBPyConnection, kind: type[Row], sql: str, *values: object) -> tuple[Row, ...]:
    """Every row as a value of the kind; `{}` in the text stands for its columns, in order."""
    names = ", ".join(field.name for field in fields(kind))  # type: ignore[arg-type]  # each kind is a dataclass
    return tuple(kind(*row) for row in con.execute(sql.format(names), list(values)).fetchall())


_SOURCES = """
SELECT source, count(*), count(*) FILTER (status <> 'loaded'), CAST(sum(rows_n) AS BIGINT), CAST(sum(accepted_n) AS BIGINT),
       CAST(sum(duplicate_n) AS BIGINT), CAST(sum(dropped_n) AS BIGINT), CAST(sum(rejected_n) AS BIGINT)
FROM files GROUP BY source ORDER BY source
"""
_REASONS = """
SELECT source, 'rejected', reason_code, count(*) FROM rejected_rows GROUP BY source, reason_code
UNION ALL
SELECT source, 'dropped', entry.key, CAST(sum(entry.value) AS BIGINT)
FROM (SELECT source, unnest(map_entries(dropped)) AS entry FROM files) GROUP BY source, entry.key
ORDER BY 1, 2 DESC, 4 DESC, 3
"""
_STATUSES = (
    "SELECT status, count(*) FROM journeys WHERE rule = 'default' AND journey = ? GROUP BY status ORDER BY status"
)
_SPAN = """
SELECT count(DISTINCT person_id), min(entered_at), max(last_at) FROM journeys WHERE rule = 'default' AND journey = ?
"""
_VERSIONS = """
SELECT map_version, count(*) FROM journeys WHERE rule = 'default' AND journey = ? GROUP BY map_version ORDER BY map_version
"""
_DESIGNED = """
SELECT CAST(coalesce(sum(journeys_n), 0) AS BIGINT), CAST(coalesce(sum(journeys_n) FILTER (cost = 0), 0) AS BIGINT)
FROM variants WHERE journey = ?
"""
_MAPPED = """
SELECT count(*), count(*) FILTER (e.touchpoint IS NULL)
FROM journey_events AS e JOIN journeys AS j ON j.journey_id = e.journey_id
WHERE j.rule = 'default' AND j.journey = ?
"""
# The plain share among mature journeys: the same journeys' ends, judged at one age.
_IDENTITY = """
SELECT rule, count(*), count(*) FILTER (entered_at <= $as_of - $horizon_s * INTERVAL 1 SECOND),
       count(*) FILTER (entered_at <= $as_of - $horizon_s * INTERVAL 1 SECOND AND status = 'converted'
                        AND ended_at <= entered_at + $horizon_s * INTERVAL 1 SECOND)
FROM journeys WHERE journey = $journey GROUP BY rule
ORDER BY CASE rule WHEN 'strict' THEN 0 WHEN 'default' THEN 1 ELSE 2 END
"""


def _journey(con: duckdb.DuckDBPyConnection, journey: str, as_of: datetime | None) -> JourneyData:
    people_n, first_at, last_at = con.execute(_SPAN, [journey]).fetchall()[0]
    aligned_n, designed_n = con.execute(_DESIGNED, [journey]).fetchall()[0]
    events_n, unmapped_n = con.execute(_MAPPED, [journey]).fetchall()[0]
    outcomes = _all(
        con, OutcomeRow, _ordered("touchpoint_outcomes", "horizon_d, touchpoint, segment NULLS FIRST"), journey
    )
    horizon_s = max((row.horizon_d for row in outcomes), default=0.0) * 86_400
    identity = con.execute(_IDENTITY, {"as_of": as_of or last_at, "horizon_s": horizon_s, "journey": journey})
    return JourneyData(
        statuses=dict(con.execute(_STATUSES, [journey]).fetchall()),
        people_n=people_n,
        first_at=first_at,
        last_at=last_at,
        versions=dict(con.execute(_VERSIONS, [journey]).fetchall()),
        aligned_n=aligned_n,
        designed_n=designed_n,
        events_n=events_n,
        unmapped_n=unmapped_n,
        touchpoints=_all(con, TouchpointRow, _ordered("touchpoints", "place, touchpoint"), journey),
        outcomes=outcomes,
        waits=_all(con, WaitRow, _ordered("waits", "from_touchpoint, to_touchpoint, segment NULLS FIRST"), journey),
        flows=_all(con, FlowRow, _ordered("flows", "n DESC, from_touchpoint, to_touchpoint, end_status"), journey),
        rates=_all(con, RateRow, _ordered("deviation_rates", _RATE_ORDER), journey),
        findings=_all(con, FindingRow, _ordered("findings", "rank, finding_id"), journey),
        unmapped=_all(
            con,
            UnmappedRow,
            _ordered("unmapped_activities", "in_journeys_n DESC, events_n DESC, source, activity"),
            journey,
        ),
        identity=tuple(IdentityRow(*row) for row in identity.fetchall()),
    )


_RATE_ORDER = "journeys_n DESC, kind, touchpoint, block"


def _ordered(table: str, order: str) -> str:
    return f"SELECT {{}} FROM {table} WHERE journey = ? ORDER BY {order}"
