"""Publishing: the contract's tables as one file that is either the old one or the new one, never between.

A second publication starts from a copy of the first and writes only what changed (`changes`), so that it costs like
what came in since. It has the rows that a fresh file would have; in tables of many rows they lie in another order.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipelines.settings import Settings
from pipelines.warehouse.changes import Pair, put_right, write_anew
from pipelines.warehouse.failures import explained
from schemas.errors import WarehouseError
from schemas.tables import TABLES

# Older DuckDB clients (notebooks, BI tools) read this format.
STORAGE_VERSION = "v1.4.0"
_PREFIX = ".unfinished-"
# Tables whose rows come in the order of their delivery, or of internal numbers: they are written and exported in one
# that only depends on what they say, so that equal content is equal bytes. The others are written in the order of the
# map, or of their own ranks.
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


# What was erased or withdrawn is to leave no byte behind, and a file keeps those of deleted rows: where one of these
# tables differs from what is published, the file is written anew.
_WITHOUT_A_TRACE = ("erasures", "withdrawals")
_SHAPE = (
    "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns()"
    " WHERE database_name = '{}' AND schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
)


def publish(connection: duckdb.DuckDBPyConnection, settings: Settings, run_id: str, *, is_anew: bool = False) -> Path:
    """Puts a file with the contract's tables in the place of the published one, atomically.

    Call it with no transaction open, under the writer's lock. Whatever fails, the former snapshot stays as it was.

    Args:
        connection: The warehouse.
        settings: The workspace's.
        run_id: Names the unfinished file.
        is_anew: Write all rows, without a look at what is published.

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
            wanted = None if is_anew else _renewed(connection, settings.published_db, fresh)
            if wanted is None:
                _clear(folder)
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


def _renewed(connection: duckdb.DuckDBPyConnection, published: Path, fresh: Path) -> dict[str, int] | None:
    """Copies the published file and puts right what changed; None where it has to be written anew."""
    if not published.is_file():
        return None
    shutil.copyfile(published, fresh)
    try:
        with _attached(connection, fresh, is_there=True):
            if not _is_alike(connection):
                return None
            with _one_moment(connection):
                return {pair.table.name: put_right(connection, pair) for pair in _pairs(connection)}
    except (duckdb.IOException, duckdb.SerializationException):
        return None  # the published file is broken


def _copy(connection: duckdb.DuckDBPyConnection, fresh: Path) -> dict[str, int]:
    """Writes the tables as of one moment and returns how many rows each should have."""
    counts: dict[str, int] = {}
    with _attached(connection, fresh), _one_moment(connection):
        for pair in _pairs(connection):
            write_anew(connection, pair)
            rows = connection.sql(f"SELECT count(*) FROM {pair.ours}").fetchall()
            counts[pair.table.name] = int(rows[0][0])
    return counts


def _pairs(connection: duckdb.DuckDBPyConnection) -> Iterator[Pair]:
    source = _current_catalog(connection)
    for name, table in TABLES.items():
        yield Pair(table, f"{source}.main.{name}", f"terreng_snapshot.main.{name}", order_by(name))


def _is_alike(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a copied file has our tables, column by column, in our format, and nothing of it has to vanish."""
    tags = connection.sql(
        "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'terreng_snapshot'"
    ).fetchall()
    if STORAGE_VERSION not in str(tags):
        return False
    there = connection.sql(_SHAPE.format("terreng_snapshot")).fetchall()
    name = str(connection.sql("SELECT current_database()").fetchall()[0][0]).replace("'", "''")
    ours = [row for row in connection.sql(_SHAPE.format(name)).fetchall() if row[0] in TABLES]
    return there == ours and not any(_differs(connection, name) for name in _WITHOUT_A_TRACE)


def _differs(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    ours, copied = f"SELECT * FROM {_current_catalog(connection)}.main.{name}", f"FROM terreng_snapshot.main.{name}"
    query = f"(({ours}) EXCEPT ALL ({copied})) UNION ALL (({copied}) EXCEPT ALL ({ours}))"
    return bool(connection.sql(f"SELECT 1 FROM ({query}) LIMIT 1").fetchall())


def order_by(name: str) -> str:
    """SQL of the order in which a table's rows are told, wherever they lie; "" where they lie in their own."""
    return f" ORDER BY {', '.join(ROW_ORDER[name])}" if name in ROW_ORDER else ""


def _current_catalog(connection: duckdb.DuckDBPyConnection) -> str:
    name = str(connection.sql("SELECT current_database()").fetchall()[0][0])
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, fresh: Path, *, is_there: bool = False) -> Iterator[None]:
    path = str(fresh).replace("'", "''")
    options = "" if is_there else f" (STORAGE_VERSION '{STORAGE_VERSION}')"
    connection.execute(f"ATTACH '{path}' AS terreng_snapshot{options}")
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
