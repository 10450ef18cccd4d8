"""The table `runs`: when each run began, how it ended and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from pipelines.settings import Settings
from pipelines.warehouse.commits import transaction

_COLUMNS = "run_id, started_at, ended_at, as_of, status, versions, map_hashes, counts"


@dataclass(frozen=True)
class Run:
    """One row of `runs`. Times are UTC; `ended_at` is None for a run that was killed or is still running."""

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    as_of: datetime | None
    status: str
    versions: Mapping[str, str]
    map_hashes: Mapping[str, str]
    counts: Mapping[str, int]


def begin_run(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    now: datetime,
    *,
    as_of: datetime | None = None,
    versions: Mapping[str, str] | None = None,
    map_hashes: Mapping[str, str] | None = None,
) -> str:
    """Notes that a run began and returns its id, which sorts by time and can name a folder.

    The caller holds the lock, so a run that is still "running" was killed: it is marked failed, with no end, because
    nobody knows when it ended.
    """
    with transaction(connection, settings.warehouse):
        connection.execute("UPDATE runs SET status = 'failed' WHERE status = 'running'")
        run_id = _free_id(connection, now)
        connection.execute(
            f"INSERT INTO runs ({_COLUMNS}) VALUES (?, ?, NULL, ?, 'running', ?, ?, MAP {{}})",
            [run_id, now, as_of, dict(versions or {}), dict(map_hashes or {})],
        )
    return run_id


def end_run(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    run_id: str,
    now: datetime,
    *,
    status: str = "succeeded",
    as_of: datetime | None = None,
    map_hashes: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
) -> None:
    """Notes how a run ended: `status` is succeeded or failed. What is None stays as `begin_run` wrote it.

    Call it before `publish`, so that the snapshot knows the run as ended; if publishing then fails, call it again
    with failed.
    """
    changes: dict[str, object] = {"ended_at": now, "status": status, "as_of": as_of}
    changes["map_hashes"] = None if map_hashes is None else dict(map_hashes)
    changes["counts"] = None if counts is None else dict(counts)
    told = {column: value for column, value in changes.items() if value is not None}
    assignments = ", ".join(f"{column} = ?" for column in told)
    with transaction(connection, settings.warehouse):
        connection.execute(f"UPDATE runs SET {assignments} WHERE run_id = ?", [*told.values(), run_id])


def last_run(connection: duckdb.DuckDBPyConnection, status: str | None = None) -> Run | None:
    """Returns the run that began last (of those with `status`, if given); None if there is none."""
    rows = connection.sql(
        f"SELECT {_COLUMNS} FROM runs WHERE $status IS NULL OR status = $status"
        " ORDER BY started_at DESC, run_id DESC LIMIT 1",
        params={"status": status},
    ).fetchall()
    return Run(*rows[0]) if rows else None


def _free_id(connection: duckdb.DuckDBPyConnection, now: datetime) -> str:
    """Two runs within one second get -2, -3 and so on."""
    stem = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    taken = {row[0] for row in connection.sql("SELECT run_id FROM runs").fetchall()}
    number = 1
    while (run_id := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return run_id
