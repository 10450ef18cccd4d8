"""A count of commits, kept inside the warehouse and beside it.

DuckDB loses no acknowledged commit when it is killed. But a warehouse whose write-ahead log was cut off or left
behind by a copy opens silently with fewer transactions. The counter beside the file shows that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from schemas.errors import WarehouseError

COUNTER_DDL = "CREATE TABLE IF NOT EXISTS commits (n BIGINT NOT NULL)"


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    """Runs its body in one counted transaction: all of it is in the warehouse at `path`, or nothing."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        count = counted(connection) + 1
        connection.execute("DELETE FROM commits")
        connection.execute("INSERT INTO commits VALUES (?)", [count])
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has already been rolled back
            connection.execute("ROLLBACK")
        raise
    # Only after the commit: the number beside may be behind the one inside, never ahead of it.
    _write(counter_file(path), count)


def counted(connection: duckdb.DuckDBPyConnection) -> int:
    """Returns how many counted commits the open warehouse holds."""
    rows = connection.sql("SELECT coalesce(max(n), 0) FROM commits").fetchall()
    return int(rows[0][0])


def counter_file(path: Path) -> Path:
    """Returns the file beside the warehouse that holds the number of acknowledged commits."""
    return path.with_name(path.name + ".counter")


def refuse_orphaned_log(path: Path) -> None:
    """Refuses a write-ahead log whose warehouse is gone: DuckDB would build a new file from half of the old one.

    Raises:
        WarehouseError: there is such a log.
    """
    log = path.with_name(path.name + ".wal")
    if log.exists() and not path.exists():
        raise WarehouseError(
            got=f"{log.name} without its {path.name}",
            wanted="both or neither",
            hint=f"restore {path.name}, or delete {log.name} too and run again from the exports",
            file=str(log),
        )


def refuse_lost_commits(connection: duckdb.DuckDBPyConnection, path: Path, is_new: bool) -> None:
    """Compares the two counters. A warehouse that was deleted starts again from nothing: that is a decision.

    Raises:
        WarehouseError: the warehouse holds fewer commits than were acknowledged.
    """
    beside = counter_file(path)
    if is_new:
        beside.unlink(missing_ok=True)
        return
    inside, acknowledged = counted(connection), _read(beside)
    if inside < acknowledged:
        raise WarehouseError(
            got=f"{inside} of the {acknowledged} commits that were acknowledged (its .wal file was lost or cut off)",
            wanted="a warehouse with all of its commits",
            hint=f"restore {path.name} and {path.name}.wal from one backup, or delete {path.name}"
            f" and run again from the exports",
            file=str(path),
        )


def _read(file: Path) -> int:
    if not file.exists():
        return 0
    text = file.read_text(encoding="ascii", errors="replace").strip()
    if text.isdigit():
        return int(text)
    raise WarehouseError(
        got="no number",
        wanted="the number of commits",
        hint="delete this file if the warehouse is whole",
        file=str(file),
    )


def _write(file: Path, count: int) -> None:
    fresh = file.with_name(file.name + ".new")
    with fresh.open("w", encoding="ascii") as out:
        out.write(f"{count}\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
