"""Reads what the report shows from the published snapshot, in a fixed order."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from pipelines.budgets import measured
from pipelines.journeys.cards import Wanted, read_cards
from pipelines.report.changes.kept import read_earlier
from pipelines.report.cost.rows import read_cost
from pipelines.report.covering import covered
from pipelines.report.evidence import read_evidence
from pipelines.report.gap.rows import read_gap
from pipelines.report.goals import asked
from pipelines.report.metro.periods import read_periods
from pipelines.report.process.observed import read_observed
from pipelines.report.rows import (
    FindingRow,
    FlowRow,
    IdentityRow,
    JourneyData,
    OutcomeRow,
    RateRow,
    ReasonRow,
    RunRow,
    SideRow,
    Snapshot,
    SourceRow,
    StoppedRow,
    TouchpointRow,
    UnmappedRow,
    WaitRow,
)
from pipelines.report.travel.rows import read_travel
from schemas.errors import WarehouseError

if TYPE_CHECKING:
    import duckdb

    from pipelines.privacy.cover import Cover
    from pipelines.settings import Settings
    from schemas.journey_map import JourneyMap

Row = TypeVar("Row")


def read_snapshot(settings: Settings, run_id: str, maps: tuple[JourneyMap, ...]) -> Snapshot:
    """Reads the published snapshot for the maps: of each the version in force at the snapshot time.

    Raises:
        WarehouseError: nothing is published, or the snapshot does not know the run.
    """
    from pipelines.privacy.cover import read_cover
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
        is_same_people = con.execute(_IS_SAME_PEOPLE).fetchall()[0][0]
        cover = read_cover(con, settings.privacy.minimum_cell)
        return Snapshot(
            runs[0],
            con.execute("SELECT max(occurred_at) FROM events").fetchall()[0][0],
            ZoneInfo(settings.timezone),
            _all(con, SourceRow, _SOURCES),
            _all(con, ReasonRow, _REASONS),
            {m.journey: read_map(con, m, cover, runs[0].as_of, is_same_people) for m in in_force(maps, runs[0].as_of)},
            _all(con, StoppedRow, _STOPPED),
            read_evidence(con, run_id, settings.privacy.minimum_cell, _earlier_n(settings, run_id)),
            read_earlier(settings.reports_dir, runs[0].as_of),
        )


def read_map(
    con: duckdb.DuckDBPyConnection, plan: JourneyMap, cover: Cover, as_of: datetime | None, is_same_people: bool = False
) -> JourneyData:
    """The rows of one map as they may be shown.

    Args:
        con: Where the published tables are found by their names.
        plan: The map.
        cover: What is hidden of them.
        as_of: The snapshot.
        is_same_people: Whether all identity rules join the ids into the same people.
    """
    data = _journey(con, plan, as_of, is_same_people, cover.minimum)
    return _with_cards(con, plan, cover, covered(data, cover, plan.journey))


def _with_cards(con: duckdb.DuckDBPyConnection, plan: JourneyMap, cover: Cover, data: JourneyData) -> JourneyData:
    """The rows of a map with what is read already covered: its cards, costs, process and travel."""
    found, _ = read_cards(con, cover, Wanted(journey=plan.journey), {plan.journey: plan.title})
    currency = plan.value.currency if plan.value else None
    cost = read_cost(con, plan.journey, cover, currency)
    observed = read_observed(con, plan.journey, cover)
    travel = read_travel(con, plan.journey, cover)
    periods = read_periods(con, plan.journey, cover.minimum)
    gap = replace(data.gap, cards=found)
    return replace(data, gap=gap, cost=cost, observed=observed, travel=travel, periods=periods)


def _earlier_n(settings: Settings, run_id: str) -> int:
    """Reports of earlier runs that stand in the workspace; run ids sort by time."""
    return sum(path.parent.name < run_id for path in settings.reports_dir.glob("*/report.html"))


def in_force(maps: tuple[JourneyMap, ...], as_of: datetime | None) -> tuple[JourneyMap, ...]:
    """One map per journey, by name: the version in force at the snapshot time, else the first; they come by version."""
    chosen: dict[str, JourneyMap] = {}
    for plan in maps:
        is_begun = plan.valid_from is None or as_of is None or plan.valid_from <= as_of.date()
        if plan.journey not in chosen or is_begun:
            chosen[plan.journey] = plan
    return tuple(chosen[name] for name in sorted(chosen))


def _all(con: duckdb.DuckDBPyConnection, kind: type[Row], sql: str, *values: object) -> tuple[Row, ...]:
    """Every row as a value of the kind; `{}` in the text stands for its columns, in order."""
    names = ", ".join(field.name for field in fields(kind))  # type: ignore[arg-type]  # each kind is a dataclass
    return tuple(kind(*row) for row in con.execute(sql.format(names), list(values)).fetchall())


_SOURCES = """
SELECT source, count(*), count(*) FILTER (status = 'failed'),
       CAST(coalesce(sum(rows_n) FILTER (status = 'loaded'), 0) AS BIGINT),
       CAST(coalesce(sum(accepted_n) FILTER (status = 'loaded'), 0) AS BIGINT),
       CAST(coalesce(sum(duplicate_n) FILTER (status = 'loaded'), 0) AS BIGINT),
       CAST(coalesce(sum(dropped_n) FILTER (status = 'loaded'), 0) AS BIGINT),
       CAST(coalesce(sum(rejected_n) FILTER (status = 'loaded'), 0) AS BIGINT)
FROM files GROUP BY source ORDER BY source
"""
_REASONS = """
SELECT source, 'rejected', reason_code, count(*) FROM rejected_rows GROUP BY source, reason_code
UNION ALL
SELECT source, 'dropped', entry.key, CAST(sum(entry.value) AS BIGINT)
FROM (SELECT source, unnest(map_entries(dropped)) AS entry FROM files) GROUP BY source, entry.key
ORDER BY 1, 2 DESC, 4 DESC, 3
"""
_STOPPED = "SELECT {} FROM source_states WHERE status = 'stopped' ORDER BY source"
_STATUSES = """
SELECT status, count(*) FROM journeys WHERE rule = 'default' AND assignment = 'this' AND journey = ?
GROUP BY status ORDER BY status
"""
_SPAN = """
SELECT count(DISTINCT person_id), min(entered_at), max(last_at)
FROM journeys WHERE rule = 'default' AND assignment = 'this' AND journey = ?
"""
_VERSIONS = """
SELECT map_version, count(*) FROM journeys WHERE rule = 'default' AND assignment = 'this' AND journey = ?
GROUP BY map_version ORDER BY map_version
"""
_DESIGNED = """
SELECT CAST(coalesce(sum(journeys_n), 0) AS BIGINT), CAST(coalesce(sum(conforming_n), 0) AS BIGINT)
FROM map_versions WHERE journey = ?
"""
_EVENTS = """
SELECT CAST(coalesce(sum(events_n), 0) AS BIGINT) FROM journeys
WHERE rule = 'default' AND assignment = 'this' AND journey = ?
"""
# The station at which a journey stood is the last one of the flow before the event; the few events beside the flow are
# the small side of the join.
_SIDES = """
WITH roles AS (SELECT touchpoint, role FROM touchpoints WHERE journey = $1),
beside AS (
    SELECT e.journey_id, e.position, e.touchpoint
    FROM journey_events AS e JOIN roles USING (touchpoint) JOIN journeys AS j ON j.journey_id = e.journey_id
    WHERE roles.role IN ('off_map', 'anytime') AND j.journey = $1 AND j.rule = 'default' AND j.assignment = 'this'
),
placed AS (
    SELECT b.journey_id, b.position, b.touchpoint, arg_max(e.touchpoint, e.position) AS at_touchpoint
    FROM beside AS b
    JOIN journey_events AS e ON e.journey_id = b.journey_id AND e.position < b.position
    JOIN roles ON roles.touchpoint = e.touchpoint AND roles.role = 'flow'
    GROUP BY b.journey_id, b.position, b.touchpoint
)
SELECT at_touchpoint, touchpoint, count(*) AS n, count(DISTINCT journey_id)
FROM placed GROUP BY at_touchpoint, touchpoint ORDER BY n DESC, at_touchpoint, touchpoint
"""
# The plain share among mature journeys: the same journeys' ends, judged at one age.
_IDENTITY = """
SELECT rule, count(*), count(*) FILTER (entered_at <= $as_of - $horizon_s * INTERVAL 1 SECOND),
       count(*) FILTER (entered_at <= $as_of - $horizon_s * INTERVAL 1 SECOND AND status = 'converted'
                        AND ended_at <= entered_at + $horizon_s * INTERVAL 1 SECOND)
FROM journeys WHERE journey = $journey GROUP BY rule
ORDER BY CASE rule WHEN 'strict' THEN 0 WHEN 'default' THEN 1 ELSE 2 END
"""


# Rules are nested: each takes the links of the one before and more, so as many people are the same people.
_IS_SAME_PEOPLE = """
SELECT count(DISTINCT people_n) = 1 FROM (SELECT count(DISTINCT person_id) AS people_n FROM persons GROUP BY rule)
"""


def _journey(
    con: duckdb.DuckDBPyConnection, plan: JourneyMap, as_of: datetime | None, is_same_people: bool, minimum: int
) -> JourneyData:
    journey = plan.journey
    people_n, first_at, last_at = con.execute(_SPAN, [journey]).fetchall()[0]
    aligned_n, designed_n = con.execute(_DESIGNED, [journey]).fetchall()[0]
    unmapped = _all(con, UnmappedRow, _ordered("unmapped_activities", _UNMAPPED_ORDER), journey)
    outcomes = _all(con, OutcomeRow, _ordered("touchpoint_outcomes", _OUTCOME_ORDER), journey)
    horizon_s = max((row.horizon_d for row in outcomes), default=0.0) * 86_400
    ages = {"as_of": as_of or last_at, "horizon_s": horizon_s, "journey": journey}
    identity = con.execute(_IDENTITY, ages).fetchall()
    return JourneyData(
        statuses=dict(con.execute(_STATUSES, [journey]).fetchall()),
        people_n=people_n,
        first_at=first_at,
        last_at=last_at,
        versions=dict(con.execute(_VERSIONS, [journey]).fetchall()),
        aligned_n=aligned_n,
        designed_n=designed_n,
        events_n=con.execute(_EVENTS, [journey]).fetchall()[0][0],
        unmapped_n=sum(row.in_journeys_n for row in unmapped),
        touchpoints=_all(con, TouchpointRow, _ordered("touchpoints", "place, touchpoint"), journey),
        outcomes=outcomes,
        waits=_all(con, WaitRow, _ordered("waits", "from_touchpoint, to_touchpoint, segment NULLS FIRST"), journey),
        flows=_all(con, FlowRow, _ordered("flows", "n DESC, from_touchpoint, to_touchpoint, end_status"), journey),
        sides=tuple(SideRow(*row) for row in con.execute(_SIDES, [journey]).fetchall()),
        rates=_all(con, RateRow, _ordered("deviation_rates", _RATE_ORDER), journey),
        findings=_all(con, FindingRow, _ordered("findings", "rank, finding_id"), journey),
        unmapped=unmapped,
        identity=tuple(IdentityRow(*row) for row in identity),
        budgets=measured(con, (asked(plan),)),
        is_same_people=is_same_people,
        gap=read_gap(con, journey, minimum),
    )


_OUTCOME_ORDER = "horizon_d, touchpoint, segment NULLS FIRST"
_UNMAPPED_ORDER = "in_journeys_n DESC, events_n DESC, source, activity"
_RATE_ORDER = "journeys_n DESC, kind, touchpoint, block"


def _ordered(table: str, order: str) -> str:
    return f"SELECT {{}} FROM {table} WHERE journey = ? ORDER BY {order}"
