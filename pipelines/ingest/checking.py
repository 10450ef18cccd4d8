"""The pandera contract over the rows that were just accepted, batch by batch, before their transaction commits."""

from __future__ import annotations

import duckdb

from schemas.tables import EVENTS

BATCH = 500_000  # rows per frame: some 50 MB without the maps
_SMALL = 50_000  # rows that are checked with their maps; in larger files the maps, built by us alone, cost too much
_MAPS = ("ids", "attributes")


def check_contract(con: duckdb.DuckDBPyConnection, above: int) -> None:
    """Check every event with a key above the given one.

    Raises:
        ContractError: A row breaks the contract; nothing of the file is kept.
    """
    newest = con.sql("SELECT coalesce(max(event_key), 0) FROM events").fetchall()[0][0]
    if newest == above:
        return
    import polars as pl

    from schemas.contracts import check

    is_small = newest - above <= _SMALL
    names = tuple(name for name in EVENTS.names if is_small or name not in _MAPS)
    for start in range(above, newest, BATCH):
        rows = con.sql(
            f"SELECT {', '.join(names)} FROM events WHERE event_key > $start AND event_key <= $stop",
            params={"start": start, "stop": start + BATCH},
        )
        check(EVENTS, pl.DataFrame(rows.to_arrow_table()), names)
