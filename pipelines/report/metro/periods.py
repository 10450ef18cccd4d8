"""The later half of the time observed beside the earlier one: who left at each touchpoint, by when they reached it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class PeriodRow:
    """Journeys that reached a touchpoint before an instant, or from then on, and can be followed for its patience.

    Attributes:
        cut_at: The instant.
        left_n: Of the journeys followed, those that fell silent or said no there.
    """

    touchpoint: str
    is_later: bool
    cut_at: datetime
    followed_n: int
    left_n: int


# The plain share among journeys that can be followed: within a fraction of a point of the hazard, by halves.
_PERIODS = """
WITH patience AS (
    SELECT touchpoint, max(patience_s) AS patience_s FROM touchpoint_outcomes
    WHERE journey = $journey AND segment IS NULL GROUP BY touchpoint
),
span AS (
    SELECT max(runs.as_of) AS as_of, min(j.entered_at) AS first_at
    FROM runs, journeys AS j WHERE j.journey = $journey AND j.rule = 'default' AND j.assignment = 'this'
),
cut AS (SELECT as_of, date_trunc('day', first_at + (as_of - first_at) / 2) AS cut_at FROM span)
SELECT touchpoint, reached_at >= cut_at AS is_later, cut_at, count(*) AS followed_n,
       count(*) FILTER (ending IN ('abandoned', 'exited')) AS left_n
FROM journey_stages JOIN patience USING (touchpoint), cut
WHERE journey = $journey AND reached_at <= as_of - patience_s * INTERVAL 1 SECOND
GROUP BY ALL ORDER BY ALL
"""


def read_periods(con: duckdb.DuckDBPyConnection, journey: str, minimum: int) -> tuple[PeriodRow, ...]:
    """Both halves of every touchpoint where no number tells of fewer journeys than the minimum."""
    rows = [PeriodRow(*row) for row in con.execute(_PERIODS, {"journey": journey}).fetchall()]
    few = {row.touchpoint for row in rows if any(0 < n < minimum for n in _told(row))}
    halves = {row.touchpoint: [each for each in rows if each.touchpoint == row.touchpoint] for row in rows}
    return tuple(row for row in rows if row.touchpoint not in few and len(halves[row.touchpoint]) > 1)


def _told(row: PeriodRow) -> tuple[int, ...]:
    return row.followed_n, row.left_n, row.followed_n - row.left_n
