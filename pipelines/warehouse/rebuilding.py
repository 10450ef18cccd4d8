"""A warehouse without the bytes of what was deleted: DuckDB keeps them in the file until a fresh one is written."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from pipelines.settings import Settings
from pipelines.warehouse.access import give_means, lock, quoted
from pipelines.warehouse.commits import refuse_orphaned_log
from pipelines.warehouse.failures import explained
from schemas.errors import WarehouseError

_SUFFIX = ".rebuilding"
_ONLY_OWNER_FILE = 0o600
_TABLES = (
    "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $name AND NOT internal"
    " ORDER BY schema_name, table_name"
)


def rebuild(settings: Settings) -> None:
    """Copies the warehouse into a fresh file, checks it, and puts it in the place of the old one, atomically.

    No connection may have the warehouse open. A process that is killed leaves the old file or the new one. The count of
    commits goes along with the tables, so the counter beside the file stays true.

    Raises:
        WarehouseError: It cannot be written, or what was written does not match; the old file is as it was.
        WorkspaceBusyError: Another run, or another program, has the warehouse.
    """
    path = settings.warehouse
    fresh = path.with_name(path.name + _SUFFIX)
    with lock(settings), explained(path):
        refuse_orphaned_log(path)
        _remove(fresh)
        if not path.exists():
            return
        try:
            _copy(settings, path, fresh)
            _sync(fresh)
            fresh.replace(path)
            # The checkpoint has emptied it; a log that belongs to the old file must not be played into the new one.
            path.with_name(path.name + ".wal").unlink(missing_ok=True)
            _sync(path.parent)
        finally:
            _remove(fresh)


def _remove(fresh: Path) -> None:
    for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
        leftover.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(settings: Settings, path: Path, fresh: Path) -> None:
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")  # it would write into the middle of what `--json` prints
        give_means(con, settings)
        con.execute(f"ATTACH {quoted(path)} AS old")
        con.execute("CHECKPOINT old")
        con.execute(f"ATTACH {quoted(fresh)} AS fresh")
        fresh.chmod(_ONLY_OWNER_FILE)
        con.execute("COPY FROM DATABASE old TO fresh")
        wanted, found = _counts(con, "old"), _counts(con, "fresh")
        con.execute("CHECKPOINT fresh")
        con.execute("DETACH fresh")
        con.execute("DETACH old")
    if wanted != found:
        raise WarehouseError(
            got="a copy of the warehouse that is not whole",
            wanted="the same rows in every table",
            hint="run again; the warehouse is as it was",
            file=str(path),
        )


def _counts(con: duckdb.DuckDBPyConnection, name: str) -> dict[tuple[str, str], int]:
    tables = con.sql(_TABLES, params={"name": name}).fetchall()
    return {
        (schema, table): int(con.sql(f'SELECT count(*) FROM {name}."{schema}"."{table}"').fetchall()[0][0])
        for schema, table in tables
    }
