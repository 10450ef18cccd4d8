"""The contract over the rows that were just accepted, before their transaction commits."""

from __future__ import annotations

import duckdb

from schemas.tables import EVENTS

WHOLE = 50_000  # first rows of a file, checked by pandera in all columns
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
    _check_rows(con, EVENTS.names, f"event_key > {above} AND event_key <= {above + WHOLE}")
    if newest > above + WHOLE:
        # The words of all other rows are few: one row of each combination says as much as all of them.
        rest = f"event_key > {above + WHOLE} GROUP BY {', '.join(_WORDS)}"
        _check_rows(con, _WORDS, rest)


def _check_rows(con: duckdb.DuckDBPyConnection, names: tuple[str, ...], which: str) -> None:
    import polars as pl

    from schemas.contracts import check

    rows = con.sql(f"SELECT {', '.join(names)} FROM events WHERE {which}")
    check(EVENTS, pl.DataFrame(rows.to_arrow_table()), names)
