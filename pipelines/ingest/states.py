"""What is remembered of how reading went: files that failed, and sources that stopped.

A source whose export changed under it stops alone. Whoever looks at six in the morning wants the other systems'
numbers, fresh, and one loud sentence about the system that is missing; a report of yesterday for all would hide what
the others have to say, and tempt people to switch the check off. So the run goes on: the stopped source keeps what it
had, its silence counts as an outage (what is skipped there is a data gap, not friction), the report says so at its
head, and the run ends with exit code 4. Where no source at all could be read, nothing new is known: then the run stops,
and what was published stays.
"""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.intake import Intake
from pipelines.settings import Outage, Settings, Source
from pipelines.warehouse import transaction

_ALWAYS = (datetime(1980, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
_KEEP = (
    "INSERT INTO source_states (source, status, read_at, stopped_at, problem, notes)"
    " VALUES ($source, $status, $read_at, $stopped_at, $problem, $notes)"
)


def keep_failed(intake: Intake, delivery: Delivery, file_id: str) -> None:
    """Remember a file of which nothing was taken in; the next run tries it again."""
    row = {"file_id": file_id, "source": intake.source.name, "path": delivery.shown, "now": intake.now}
    with transaction(intake.con, intake.settings.warehouse):
        intake.con.execute(
            "INSERT INTO files (file_id, source, paths, rows_n, accepted_n, rejected_n, duplicate_n, dropped_n, status,"
            " loaded_at, dropped) VALUES ($file_id, $source, [$path], 0, 0, 0, 0, 0, 'failed', $now, MAP {})",
            row,
        )


def forget_failed(intake: Intake, file_id: str) -> None:
    """The file is about to be tried again."""
    named, failed = [intake.source.name, file_id], "source = ? AND file_id = ? AND status = 'failed'"
    if intake.con.execute(f"SELECT 1 FROM files WHERE {failed}", named).fetchall():
        with transaction(intake.con, intake.settings.warehouse):
            intake.con.execute(f"DELETE FROM files WHERE {failed}", named)


def keep_read(con: duckdb.DuckDBPyConnection, settings: Settings, source: str, now: datetime, notes: list[str]) -> None:
    """Remember that a source was read whole."""
    told = {"status": "read", "read_at": now, "stopped_at": None, "problem": None}
    _keep(con, settings, {**told, "source": source, "notes": notes})


def keep_stopped(
    con: duckdb.DuckDBPyConnection, settings: Settings, source: str, now: datetime, problem: str
) -> datetime:
    """Remember that a source stopped, and why; returns since when."""
    query = "SELECT read_at, stopped_at, notes FROM source_states WHERE source = $source"
    rows = con.sql(query, params={"source": source}).fetchall()
    read_at, stopped_at, notes = rows[0] if rows else (None, None, [])
    since = stopped_at if isinstance(stopped_at, datetime) else now
    told = {"status": "stopped", "read_at": read_at, "stopped_at": since, "problem": problem, "notes": notes}
    _keep(con, settings, {**told, "source": source})
    return since


def with_outages(con: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[Source, ...]:
    """The sources, with an outage from the last known event on for each that is stopped."""
    rows = con.sql(
        "SELECT s.source, max(e.occurred_at) FROM source_states s LEFT JOIN events e ON e.source = s.source"
        " WHERE s.status = 'stopped' GROUP BY s.source"
    ).fetchall()
    stopped = dict(rows)
    return tuple(
        _down(source, stopped[source.name]) if source.name in stopped else source for source in settings.sources
    )


def _down(source: Source, last_at: datetime | None) -> Source:
    outage = Outage.model_validate({"from": last_at or _ALWAYS[0], "until": _ALWAYS[1]})
    return source.model_copy(update={"outages": (*source.outages, outage)})


def _keep(con: duckdb.DuckDBPyConnection, settings: Settings, row: dict[str, object]) -> None:
    with transaction(con, settings.warehouse):
        con.execute("DELETE FROM source_states WHERE source = ?", [row["source"]])
        con.execute(_KEEP, row)
