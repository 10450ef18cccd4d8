"""What became of persons since the run before: merged, split, or named after another of their ids."""

from __future__ import annotations

from datetime import datetime

import duckdb

from pipelines.identity.joining import RULES
from pipelines.identity.working import make, model
from schemas.tables import PERSON_CHANGES


def find_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """Compare `person_keys` as it still is with the persons just found, into a working table."""
    make(connection, "identity_former", "SELECT rule, id_key, person_id FROM person_keys")
    empty = "SELECT '' AS rule, '' AS kind, '' AS from_person_id, '' AS to_person_id, 0::BIGINT AS ids_n WHERE FALSE"
    make(connection, "identity_changes", empty)
    for rule in RULES:
        rows = model("person_changes", rule=f"'{rule}'")
        connection.execute(f"INSERT INTO identity_changes {rows}")
    make(connection, "identity_former", "SELECT 1 WHERE FALSE")


def keep_changes(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Add what changed to `person_changes`, under the run that is on its way, if one is."""
    running = "(SELECT max(run_id) FROM runs WHERE status = 'running')"
    connection.execute(
        f"INSERT INTO person_changes ({', '.join(PERSON_CHANGES.names)})"
        f" SELECT {running}, $now, rule, kind, from_person_id, to_person_id, ids_n FROM identity_changes"
        " ORDER BY rule, from_person_id, to_person_id",
        {"now": now},
    )
