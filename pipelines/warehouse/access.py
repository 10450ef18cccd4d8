"""Who may open what: the lock, the writer's connection and the readers' connection."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from pipelines.settings import Settings
from pipelines.warehouse.commits import COUNTER_DDL, refuse_lost_commits, refuse_orphaned_log
from pipelines.warehouse.failures import explained
from schemas.errors import WarehouseError, WorkspaceBusyError
from schemas.table import Table
from schemas.tables import (
    ERASURES,
    EVENTS,
    FILES,
    FINDINGS,
    PERSON_CHANGES,
    REJECTED_ROWS,
    RUNS,
    SOURCE_COLUMNS,
    SOURCE_STATES,
    TABLES,
)

# Not published: `identifiers` is the only place where ids stand in the clear.
INTERNAL_DDL = (
    "CREATE TABLE IF NOT EXISTS identifiers (id_key BIGINT NOT NULL, id_type VARCHAR NOT NULL,"
    " value VARCHAR NOT NULL, id VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS link_evidence (file_id VARCHAR NOT NULL, source VARCHAR NOT NULL,"
    " left_key BIGINT NOT NULL, right_key BIGINT NOT NULL, evidence_n BIGINT NOT NULL, first_seen_at TIMESTAMPTZ)",
    "CREATE TABLE IF NOT EXISTS linked_rows (source VARCHAR NOT NULL, file_id VARCHAR NOT NULL,"
    " row_id VARCHAR NOT NULL, ids VARCHAR[] NOT NULL)",
    "CREATE TABLE IF NOT EXISTS file_mappings (source VARCHAR NOT NULL, file_id VARCHAR NOT NULL,"
    " mapping VARCHAR NOT NULL, shape VARCHAR NOT NULL, table_name VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS lookups (source VARCHAR NOT NULL, file_id VARCHAR NOT NULL,"
    " table_name VARCHAR NOT NULL, shape VARCHAR NOT NULL, cells MAP(VARCHAR, VARCHAR) NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sources (source VARCHAR NOT NULL, rank BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS person_keys (rule VARCHAR NOT NULL, id_key BIGINT NOT NULL,"
    " person_key BIGINT NOT NULL, person_id VARCHAR NOT NULL)",
    # Marks of erased ids, by which rows that are delivered again are known; nothing else reads it.
    "CREATE TABLE IF NOT EXISTS erased_ids (tombstone VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS refused_ids (source VARCHAR NOT NULL, file_id VARCHAR NOT NULL, line BIGINT NOT NULL,"
    " id VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS consents (source VARCHAR NOT NULL, file_id VARCHAR NOT NULL, line BIGINT NOT NULL,"
    " id_type VARCHAR NOT NULL, id VARCHAR NOT NULL, version VARCHAR, is_granted BOOLEAN NOT NULL)",
    "CREATE TABLE IF NOT EXISTS withdrawn_ids (id_key BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS event_owners (event_key BIGINT NOT NULL, id_key BIGINT NOT NULL)",
    COUNTER_DDL,
)
# What no run computes anew: the columns of these must be the ones that this version writes.
_KEPT = (EVENTS, REJECTED_ROWS, FILES, RUNS, FINDINGS, ERASURES, PERSON_CHANGES, SOURCE_STATES, SOURCE_COLUMNS)
_ONLY_OWNER = 0o700
_ONLY_OWNER_FILE = 0o600


@contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """Holds the workspace for this process, at once or not at all; re-entrant within the process.

    Raises:
        WorkspaceBusyError: another process holds it.
        WarehouseError: the workspace's state folder cannot be written.
    """
    with explained(settings.state_dir):
        settings.state_dir.mkdir(mode=_ONLY_OWNER, parents=True, exist_ok=True)
        place = settings.state_dir.resolve() / "lock"
        # One object per path, shared by threads: that makes the lock re-entrant.
        guard = FileLock(place, timeout=0, thread_local=False, is_singleton=True)
        try:
            guard.acquire()
        except Timeout:
            raise _busy(settings) from None
    try:
        if guard.lock_counter == 1:
            _sign(settings)
        yield
    finally:
        guard.release()


@contextmanager
def writer(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens the warehouse for writing, under the lock, with every table there.

    The session's zone is UTC. Spill files hold plaintext and survive a killed run, so their folder is private and is
    emptied whenever the lock is taken.

    Raises:
        WorkspaceBusyError: another run, or another program, has the warehouse.
        WarehouseError: it cannot be opened or written, is not ours, or has lost commits.
    """
    path = settings.warehouse
    with lock(settings), explained(path):
        refuse_orphaned_log(path)
        is_new = not path.exists()
        _make_folder(path.parent)
        connection = duckdb.connect(str(path))
        try:
            if is_new:
                path.chmod(_ONLY_OWNER_FILE)
            give_means(connection, settings)
            _prepare(connection, path, is_new)
            yield connection
        finally:
            connection.close()


@contextmanager
def reader(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens the published snapshot read-only, shut off from files and from changes of its own settings.

    Each reader has an instance of its own, so it sees the snapshot that is published when it opens.

    Raises:
        WarehouseError: nothing is published yet, or the snapshot cannot be read.
    """
    path = settings.published_db
    if not path.is_file():
        raise WarehouseError(
            got="nothing is published yet", wanted="the result of a run", hint="run `terreng run` first", file=str(path)
        )
    with tempfile.TemporaryDirectory(prefix="terreng-") as spill, explained(path):
        connection = duckdb.connect(":memory:")
        try:
            _settle(connection)
            _limit(connection, settings, Path(spill))
            connection.execute(f"ATTACH {quoted(path)} AS published (READ_ONLY)")
            connection.execute("USE published")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path, is_new: bool) -> None:
    _settle(connection)
    there = _columns_there(connection)
    for ddl in (*(table.ddl() for table in TABLES.values() if table.name not in there), *INTERNAL_DDL):
        connection.execute(ddl)
    for table in TABLES.values():
        if there.get(table.name, set(table.names)) != set(table.names):
            _mend_columns(connection, table, path)
    refuse_lost_commits(connection, path, is_new)


def _columns_there(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Table to its columns, of those that the file already has: one question, where one for each would take longer."""
    there: dict[str, set[str]] = {}
    known = (
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE schema_name = 'main' AND database_name = current_database() AND NOT internal"
    )
    for table, column in connection.sql(known).fetchall():
        there.setdefault(table, set()).add(column)
    return there


def _mend_columns(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    """A table of another version: one that every run computes anew is emptied; any other is not ours to change."""
    if table not in _KEPT:
        connection.execute(f"DROP TABLE {table.name}")
        connection.execute(table.ddl())
        return
    raise WarehouseError(
        got=f"a table {table.name} that another version of terreng made",
        wanted=f"the columns {', '.join(table.names)}",
        hint="move the warehouse away with its .counter and run again from the exports",
        file=str(path),
    )


def _settle(connection: duckdb.DuckDBPyConnection) -> None:
    """What each connection needs for itself."""
    connection.execute("SET timezone = 'UTC'")
    # After two seconds it would write to standard output, into the middle of what `--json` prints.
    connection.execute("SET enable_progress_bar = false")


def _limit(connection: duckdb.DuckDBPyConnection, settings: Settings, spill: Path) -> None:
    connection.execute(f"SET memory_limit = {quoted(settings.memory_limit)}")
    connection.execute(f"SET threads = {settings.threads:d}")
    connection.execute(f"SET temp_directory = {quoted(spill)}")
    # All that we need is in the wheel; a search for more would only wait for a network.
    connection.execute("SET autoinstall_known_extensions = false")


def give_means(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Sets the limits and empties the spill folder, unless a writer of this process is using them already."""
    spill = settings.state_dir / "spill"
    if connection.sql("SELECT current_setting('temp_directory')").fetchall() == [(str(spill),)]:
        return
    with explained(spill):
        if spill.exists():
            shutil.rmtree(spill)
        spill.mkdir(mode=_ONLY_OWNER)
    _limit(connection, settings, spill)


def _make_folder(folder: Path) -> None:
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)


def quoted(value: str | Path) -> str:
    """A text as SQL."""
    text = str(value).replace("'", "''")
    return f"'{text}'"


def _sign(settings: Settings) -> None:
    """Writes who holds the lock, for the message of those who come second."""
    holder = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    with explained(settings.state_dir):
        (settings.state_dir / "lock.json").write_text(json.dumps(holder), encoding="utf-8")


def _busy(settings: Settings) -> WorkspaceBusyError:
    who = "another run"
    try:
        holder = json.loads((settings.state_dir / "lock.json").read_text(encoding="utf-8"))
        who = f"process {holder['pid']} (since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the signature is a courtesy; the lock itself has been tried
    return WorkspaceBusyError(
        got=f"{who} holds the workspace",
        wanted="one run at a time",
        hint="wait until it has ended, then run again",
        file=str(settings.root),
    )
