"""A warehouse for trying things out: it sees the workspace's events and persons, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from pipelines.settings import Engine, Settings
from pipelines.warehouse.access import INTERNAL_DDL, give_means, lock, quoted
from pipelines.warehouse.commits import counter_file
from pipelines.warehouse.failures import explained
from schemas.errors import WarehouseError
from schemas.tables import TABLES

# What reconstructing and comparing read; all other tables they fill anew.
READ = (
    "events", "identity_links", "persons", "source_states", "runs", "identifiers", "sources", "person_keys",
    "withdrawn_ids", "event_owners",
)  # fmt: skip


@contextmanager
def scratch(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Settings]]:
    """Opens an empty warehouse in memory over the workspace's own, which it only reads, under the lock.

    Yields:
        The connection, and settings for steps that work in it: their warehouse is not the workspace's.

    Raises:
        WarehouseError: there is no warehouse, it cannot be read, or another version of terreng made it.
        WorkspaceBusyError: a run holds the workspace.
    """
    path = settings.warehouse
    if not path.is_file():
        raise WarehouseError(
            got="no warehouse: nothing has been run yet",
            wanted="a workspace with a run",
            hint="run `terreng run` first",
            file=str(path),
        )
    with lock(settings), explained(path):
        connection = duckdb.connect(":memory:")
        try:
            connection.execute("SET timezone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            give_means(connection, settings)  # what does not fit into memory is spilled where each run clears it
            connection.execute(f"ATTACH {quoted(path)} AS workspace (READ_ONLY)")
            _refuse_other_tables(connection, settings)
            _make_tables(connection)
            # What is tried stays on this machine, whatever runs the models else: a cluster would keep its tables.
            own = replace(settings, warehouse=settings.state_dir / "spill" / "scratch.duckdb", engine=Engine())
            yield connection, own
            counter_file(own.warehouse).unlink(missing_ok=True)
        finally:
            connection.close()


def _refuse_other_tables(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    rows = connection.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'workspace' AND table_schema = 'main'"
    ).fetchall()
    if missing := sorted({*READ} - {str(name) for (name,) in rows}):
        raise WarehouseError(
            got=f"a warehouse without {', '.join(missing)}",
            wanted="one that this version of terreng made",
            hint="run `terreng run` first",
            file=str(settings.warehouse),
        )


def _make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for name in READ:
        connection.execute(f"CREATE VIEW main.{name} AS SELECT * FROM workspace.main.{name}")
    for name, table in TABLES.items():
        if name not in READ:
            connection.execute(table.ddl())
    for ddl in INTERNAL_DDL:
        if not any(f"NOT EXISTS {name} " in ddl for name in READ):
            connection.execute(ddl)
