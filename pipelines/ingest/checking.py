"""The pandera contract over the rows that were just accepted, batch by batch, before their transaction commits."""

from __future__ import annotations

import duckdb

from schemas.tables import EVENTS

BATCH = 500_000  # rows per frame: some 50 MB
_NESTED = ("ids", "attributes")  # checked by type alone: their content is built from text that was read


def check_contract(con: duckdb.DuckDBPyConnection, above: int) -> None:
    """Check every event with a key above the given one.

    Raises:
        ContractError: A row breaks the contract; nothing of the file is kept.
    """
    import polars as pl

    from schemas.contracts import check

    newest = con.sql("SELECT coalesce(max(event_key), 0) FROM events").fetchall()[0][0]
    check(EVENTS, pl.DataFrame(con.sql("SELECT * FROM events LIMIT 0").to_arrow_table()))
    narrow = [name for name in EVENTS.names if name not in _NESTED]
    for start in range(above, newest, BATCH):
        rows = con.sql(
            f"SELECT {', '.join(narrow)} FROM events WHERE event_key > $start AND event_key <= $stop",
            params={"start": start, "stop": start + BATCH},
        )
        check(EVENTS, pl.DataFrame(rows.to_arrow_table()), tuple(narrow))
