"""What became of persons since the run before: merged, split, or named after another of their ids."""

from __future__ import annotations

from datetime import datetime

import duckdb

from pipelines.identity.joining import RULES, Joined
from pipelines.identity.working import forget, make, model, number
from schemas.tables import PERSON_CHANGES


def find_changes(connection: duckdb.DuckDBPyConnection, joined: Joined) -> None:
    """Compare `person_keys` as it still is with the persons just found, into a working table."""
    empty = "SELECT '' AS rule, '' AS kind, '' AS from_person_id, '' AS to_person_id, 0::BIGINT AS ids_n WHERE FALSE"
    make(connection, "identity_changes", empty)
    if not number(connection, "SELECT count(*) FROM person_keys"):
        return
    for rule in RULES:
        with joined.parts(connection, rule):
            make(connection, "identity_latter", model("person_keys", rule=f"'{rule}'"))
        if make(connection, "identity_moves", model("person_moves", rule=f"'{rule}'")):
            changes = model("person_changes", rule=f"'{rule}'")
            connection.execute(f"INSERT INTO identity_changes {changes}")
    forget(connection, "identity_latter", "identity_moves")


def keep_changes(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Add what changed to `person_changes`, under the run that is on its way, if one is."""
    running = "(SELECT max(run_id) FROM runs WHERE status = 'running')"
    connection.execute(
        f"INSERT INTO person_changes ({', '.join(PERSON_CHANGES.names)})"
        f" SELECT {running}, $now, rule, kind, from_person_id, to_person_id, ids_n FROM identity_changes"
        " ORDER BY rule, from_person_id, to_person_id",
        {"now": now},
    )
