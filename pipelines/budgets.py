"""Budgets of the maps against the published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from schemas.journey_map import JourneyMap
    from schemas.map_parts import Budget

PROMISE = """
SELECT kept_share, kept_low, kept_high, n
FROM waits
WHERE journey = $journey AND from_touchpoint = $touchpoint AND segment IS NULL AND promised_s IS NOT NULL
ORDER BY to_touchpoint
"""
TOUCHPOINT = """
SELECT DISTINCT hazard, hazard_low, hazard_high, followed_n
FROM touchpoint_outcomes
WHERE journey = $journey AND touchpoint = $touchpoint AND segment IS NULL
"""
# One row: of the journeys that came into the phase and do not stand in it in flight, the expected share that is
# abandoned in it: at each of its touchpoints those who reached it times its hazard, which is measured on journeys that
# can be followed. A share of closed journeys alone would leave out the slow ones.
PHASE = """
WITH places AS (
    SELECT touchpoint FROM touchpoints WHERE journey = $journey AND phase = $phase AND role = 'flow'
), reached AS (
    SELECT DISTINCT e.journey_id, e.touchpoint
    FROM journey_events AS e
    JOIN journeys AS j ON j.journey_id = e.journey_id
    WHERE j.journey = $journey AND j.rule = 'default'
        AND e.touchpoint IN (SELECT touchpoint FROM places)
        AND NOT (j.status = 'in_flight' AND coalesce(j.phase, '') = $phase)
), per_place AS (
    SELECT touchpoint, count(*) AS reached_n FROM reached GROUP BY touchpoint
), hazards AS (
    SELECT DISTINCT touchpoint, hazard FROM touchpoint_outcomes WHERE journey = $journey AND segment IS NULL
)
SELECT
    sum(p.reached_n * h.hazard) / (SELECT count(DISTINCT journey_id) FROM reached) AS share,
    NULL AS low,
    NULL AS high,
    (SELECT count(DISTINCT journey_id) FROM reached) AS n
FROM per_place AS p
JOIN hazards AS h ON h.touchpoint = p.touchpoint
"""


@dataclass(frozen=True)
class Line:
    """One budget and what was measured: shares from 0 to 1, with the 95 % interval where there is one."""

    journey: str
    budget: str
    limit: float
    is_upper: bool
    share: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def verdict(self) -> str:
        """`kept`, `broken`, or `not measured` where the data do not say."""
        if self.share is None:
            return "not measured"
        is_broken = self.share > self.limit if self.is_upper else self.share < self.limit
        return "broken" if is_broken else "kept"


def measured(connection: duckdb.DuckDBPyConnection, maps: Sequence[JourneyMap]) -> tuple[Line, ...]:
    """Every budget of the newest version of each map."""
    newest = {each.journey: each for each in sorted(maps, key=lambda each: each.version)}
    return tuple(_line(connection, each.journey, budget) for each in newest.values() for budget in each.budget)


def _line(connection: duckdb.DuckDBPyConnection, journey: str, budget: Budget) -> Line:
    query, place, limit, is_upper = _question(budget)
    rows = connection.sql(query, params={"journey": journey} | place).fetchall()
    share, low, high, n = rows[0] if rows else (None, None, None, 0)
    word = "drop_off_at_most" if is_upper else "promise_kept_at_least"
    return Line(journey, f"{next(iter(place.values()))} {word}", limit, is_upper, share, low, high, int(n or 0))


def _question(budget: Budget) -> tuple[str, dict[str, str], float, bool]:
    if budget.promise_kept_at_least is not None:
        return PROMISE, {"touchpoint": budget.touchpoint or ""}, budget.promise_kept_at_least, False
    limit = budget.drop_off_at_most or 0.0
    if budget.phase is not None:
        return PHASE, {"phase": budget.phase}, limit, True
    return TOUCHPOINT, {"touchpoint": budget.touchpoint or ""}, limit, True
