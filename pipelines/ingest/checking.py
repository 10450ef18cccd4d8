"""The pandera contract over the rows that were just accepted, batch by batch, before their transaction commits."""

from __future__ import annotations

import duckdb

from schemas.tables import EVENTS

WHOLE = 50_000  # first rows of a file, checked in all columns
BATCH = 1_000_000  # further rows per frame, checked where values can break the contract
# Types and nulls are the same for every row, and DuckDB's own NOT NULL watches the latter; closed words are not.
_WORDS = ("initiator", "status")


def check_contract(con: duckdb.DuckDBPyConnection, above: int) -> None:
    """Check the events with a key above the given one.

    Raises:
        ContractError: A row breaks the contract; nothing of the file is kept.
    """
    newest = int(con.sql("SELECT coalesce(max(event_key), 0) FROM events").fetchall()[0][0])
    if newest == above:
        return
    _check_rows(con, EVENTS.names, above, above + WHOLE)
    for start in range(above + WHOLE, newest, BATCH):
        _check_rows(con, _WORDS, start, start + BATCH)


def _check_rows(con: duckdb.DuckDBPyConnection, names: tuple[str, ...], above: int, upto: int) -> None:
    import polars as pl

    from schemas.contracts import check

    rows = con.sql(
        f"SELECT {', '.join(names)} FROM events WHERE event_key > $above AND event_key <= $upto",
        params={"above": above, "upto": upto},
    )
    check(EVENTS, pl.DataFrame(rows.to_arrow_table()), names)
