"""Publishing: the contract's tables as one file that is either the old one or the new one, never between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipelines.settings import Settings
from pipelines.warehouse.failures import explained
from schemas.errors import WarehouseError
from schemas.tables import TABLES

# Older DuckDB clients (notebooks, BI tools) read this format.
STORAGE_VERSION = "v1.4.0"
_PREFIX = ".unfinished-"
# Tables whose rows come in the order of their delivery, or of internal numbers: they are published in one that only
# depends on what they say, so that equal content is equal bytes when exported. The others are written in the order of
# the map, or of their own ranks.
ROW_ORDER = {
    "events": ("source", "occurred_at", "event_id"),
    "rejected_rows": ("source", "file_id", "line", "reason_code", "raw"),
    "files": ("source", "file_id"),
    "source_states": ("source",),
    "source_columns": ("source", "table_name", "column_name"),
    "identity_links": ("left_type", "left_id", "right_type", "right_id"),
    "persons": ("rule", "id_type", "id"),
    "journeys": ("rule", "journey", "entered_at", "journey_id"),
    "journey_events": ("journey_id", "position"),
    "deviations": ("journey", "journey_id", "occurred_at", "position", "kind", "touchpoint", "block", "promised_s"),
    "journey_stages": ("journey", "journey_id", "stage"),
    "journey_signals": ("journey", "journey_id", "known_at", "signal", "touchpoint", "event_id"),
    "journey_answers": ("journey", "journey_id", "answered_at", "event_id", "measure", "touchpoint"),
    "journey_phases": ("journey", "journey_id", "place"),
    "constraint_verdicts": ("journey", "journey_id", "constraint_id"),
    "findings": ("journey", "rank", "finding_id"),
    "runs": ("started_at", "run_id"),
}


def publish(connection: duckdb.DuckDBPyConnection, settings: Settings, run_id: str) -> Path:
    """Copies the contract's tables into a fresh file and puts it in the place of the published one, atomically.

    Call it with no transaction open, under the writer's lock. Whatever fails, the former snapshot stays as it was.

    Returns:
        The path of the published snapshot.

    Raises:
        WarehouseError: it cannot be written, or what was written does not match the warehouse.
    """
    folder, fresh = settings.published_dir, settings.published_dir / f"{_PREFIX}{run_id}.duckdb"
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)  # what killed runs left; the lock says that nobody is writing it
        try:
            connection.execute("CHECKPOINT")
            wanted = _copy(connection, fresh)
            _verify(fresh, wanted)
            _sync(fresh)
            fresh.replace(settings.published_db)
            _sync(folder)
        finally:
            _clear(folder)
    return settings.published_db


def _clear(folder: Path) -> None:
    for leftover in folder.glob(f"{_PREFIX}*"):
        leftover.unlink()


def _copy(connection: duckdb.DuckDBPyConnection, fresh: Path) -> dict[str, int]:
    """Writes the tables as of one moment and returns how many rows each should have."""
    counts: dict[str, int] = {}
    with _attached(connection, fresh), _one_moment(connection):
        source = _current_catalog(connection)
        for table in TABLES.values():
            connection.execute(table.ddl(f"terreng_snapshot.main.{table.name}"))
            columns = ", ".join(table.names)
            connection.execute(
                f"INSERT INTO terreng_snapshot.main.{table.name} ({columns})"
                f" SELECT {columns} FROM {source}.main.{table.name}{_order_by(table.name)}"
            )
            rows = connection.sql(f"SELECT count(*) FROM {source}.main.{table.name}").fetchall()
            counts[table.name] = int(rows[0][0])
    return counts


def _order_by(name: str) -> str:
    return f" ORDER BY {', '.join(ROW_ORDER[name])}" if name in ROW_ORDER else ""


def _current_catalog(connection: duckdb.DuckDBPyConnection) -> str:
    name = str(connection.sql("SELECT current_database()").fetchall()[0][0])
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, fresh: Path) -> Iterator[None]:
    path = str(fresh).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS terreng_snapshot (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        yield
        connection.execute("CHECKPOINT terreng_snapshot")
    finally:
        with suppress(duckdb.Error):  # a full disk: the error on its way up says more
            connection.execute("DETACH terreng_snapshot")


@contextmanager
def _one_moment(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise


def _verify(fresh: Path, wanted: dict[str, int]) -> None:
    """Opens the file as a reader would and counts."""
    with duckdb.connect(str(fresh), read_only=True) as snapshot:
        for name, rows_n in wanted.items():
            found = int(snapshot.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0])
            if found != rows_n:
                raise WarehouseError(
                    got=f"a snapshot with {found} rows in {name}",
                    wanted=f"{rows_n} rows",
                    hint="run again; the former snapshot is untouched",
                    file=str(fresh),
                )


def _sync(path: Path) -> None:
    """Makes the file or folder durable, so that after a power cut the name never points to a file half on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
