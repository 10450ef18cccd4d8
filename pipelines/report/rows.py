"""The published rows that the report shows, as small frozen values; their fields are columns of `schemas.tables`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from models.intervals import wilson
from pipelines.budgets import Line
from pipelines.privacy.withheld import part_of
from pipelines.report.changes.kept import Earlier
from pipelines.report.cost.rows import Cost
from pipelines.report.evidence import Evidence
from pipelines.report.gap.rows import Gap
from pipelines.report.metro.periods import PeriodRow
from pipelines.report.process.observed import Observed
from pipelines.report.travel.rows import Travel


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
    is_ghost: bool


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

    @property
    def leave(self) -> float | None:
        """Leave here one way or the other, silently or saying no; None where it is refused."""
        if self.refused is not None or self.hazard is None:
            return None
        return min(1.0, self.hazard + (self.exit_hazard or 0.0))

    @property
    def leave_interval(self) -> tuple[float | None, float | None]:
        """Its 95 % interval; the journeys count for as many as for the hazard, people with several being alike."""
        if self.leave is None or not self.followed_n or not self.reached_n:
            return None, None
        worth = self.followed_n * (self.effective_n or self.reached_n) / self.reached_n
        low, high = wilson(self.leave * worth, worth)
        return float(low), float(high)


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
class SideRow:
    """How often something off the map, or welcome anytime, came while journeys stood at a touchpoint."""

    at_touchpoint: str
    touchpoint: str
    n: int
    journeys_n: int


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
    effect: float | None = None
    lost_shrunk: float | None = None
    lost_low: float | None = None
    lost_high: float | None = None
    value: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    evidence_grade: str | None = None


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
        """Converted, of those old enough; None where there are none, or the number is not shown."""
        return part_of(self.converted_n, self.mature_n)


@dataclass(frozen=True)
class JourneyData:
    """All published rows about one map.

    Attributes:
        statuses: Status to number of journeys, under the default rule.
        people_n: People with a journey (or what the map counts per).
        versions: Version of the map to number of journeys that it judges.
        aligned_n: Journeys that were compared with the map.
        designed_n: Of these, journeys that went as designed so far, as `map_versions` counts them.
        events_n: Events in journeys.
        unmapped_n: Of these, events that the map does not know.
        budgets: What was measured for the map's budgets, then for those of its targets that ask the same.
        is_same_people: Whether all identity rules join the ids into the same people.
        all_n: Journeys under the default rule, where single statuses may not be shown.
        gap: Planned against actual.
        cost: What departures cost.
        travel: How journeys travel.
        observed: What directly followed what, also beside the map.
        periods: The later half of the time observed beside the earlier one.
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
    sides: tuple[SideRow, ...]
    rates: tuple[RateRow, ...]
    findings: tuple[FindingRow, ...]
    unmapped: tuple[UnmappedRow, ...]
    identity: tuple[IdentityRow, ...]
    budgets: tuple[Line, ...] = ()
    is_same_people: bool = False
    all_n: int | None = None
    gap: Gap = field(default_factory=Gap)
    cost: Cost = field(default_factory=Cost)
    travel: Travel = field(default_factory=Travel)
    observed: Observed = field(default_factory=Observed)
    periods: tuple[PeriodRow, ...] = ()

    @property
    def journeys_n(self) -> int:
        """Journeys under the default rule."""
        return sum(self.statuses.values()) if self.all_n is None else self.all_n


@dataclass(frozen=True)
class StoppedRow:
    """A source that could not be read at the last run: what it told before stands."""

    source: str
    stopped_at: datetime
    problem: str


@dataclass(frozen=True)
class Snapshot:
    """All that the report shows.

    Attributes:
        newest_at: When the newest event of any source occurred, also one after the snapshot time.
        zone: The workspace's time zone, in which dates are told.
        evidence: What the data page tells of sources, people and privacy.
        earlier: What the run before told; None where there was none.
    """

    run: RunRow
    newest_at: datetime | None
    zone: ZoneInfo
    sources: tuple[SourceRow, ...]
    reasons: tuple[ReasonRow, ...]
    journeys: dict[str, JourneyData]
    stopped: tuple[StoppedRow, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    earlier: Earlier | None = None
