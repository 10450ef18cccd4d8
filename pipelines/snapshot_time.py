"""The moment as of which journeys are judged, where nobody names one.

It is the latest accepted event, with two exceptions, because every silence is measured up to it: a device whose clock
runs ahead, or one row with a wrong year, would turn people who are on their way into people who left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import duckdb

STRAY_SHARE = 0.001  # beyond one event in a thousand it is no stray, it is what happened
STRAY_GAP_HOURS = 24  # nights and short outages are no gaps
STRAY_GAP_FACTOR = 10  # times the longest silence before it: only a wrong clock jumps so far


@dataclass(frozen=True)
class SnapshotTime:
    """The snapshot time, and what was left beyond it.

    Attributes:
        at: The moment; None where there is no event.
        note: What a person should know; "" where it is simply the latest event.
    """

    at: datetime | None
    note: str = ""


def snapshot_time(con: duckdb.DuckDBPyConnection, now: datetime) -> SnapshotTime:
    """The latest event that is not after the run itself, and not far beyond all others.

    Args:
        con: Connection that sees the events.
        now: Moment of the run.
    """
    hours = con.sql(
        "SELECT epoch_us(occurred_at) // 3600000000 AS hour, count(*), max(occurred_at) FROM events"
        " WHERE occurred_at <= $now GROUP BY 1 ORDER BY 1 DESC",
        params={"now": now},
    ).fetchall()
    ahead_n = int(con.sql("SELECT count(*) FROM events WHERE occurred_at > $now", params={"now": now}).fetchall()[0][0])
    if not hours:
        return SnapshotTime(now if ahead_n else None, _ahead(ahead_n))
    place = _strays(tuple((int(hour), int(count)) for hour, count, _ in hours))
    notes = (_ahead(ahead_n), _far_beyond(sum(int(row[1]) for row in hours[:place]), hours[place][2]) if place else "")
    return SnapshotTime(hours[place][2], "; ".join(note for note in notes if note))


def _strays(hours: tuple[tuple[int, int], ...]) -> int:
    """How many of the latest hours hold nothing but strays.

    Args:
        hours: Every hour with an event, and how many it has; the latest first.
    """
    most, found = STRAY_SHARE * sum(count for _, count in hours), 0
    gaps = [later - earlier for (later, _), (earlier, _) in pairwise(hours)]
    for place, gap in enumerate(gaps[:-1], start=1):
        if sum(count for _, count in hours[:place]) > most:
            break
        if gap > max(STRAY_GAP_HOURS, STRAY_GAP_FACTOR * max(gaps[place:])):
            found = place
    return found


def _ahead(count: int) -> str:
    return f"{_events(count)} after the run itself (a clock runs ahead); the snapshot ends before" if count else ""


def _far_beyond(count: int, at: datetime) -> str:
    return f"{_events(count)} far beyond all others; the snapshot is at {at:%Y-%m-%d %H:%M} UTC, before that"


def _events(count: int) -> str:
    return "1 event lies" if count == 1 else f"{count} events lie"
