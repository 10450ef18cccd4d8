"""The contract over the rows that were just accepted, before their transaction commits."""

from __future__ import annotations

from functools import cache

import duckdb

from schemas.tables import EVENTS

WHOLE = 50_000  # first rows of a file, checked by pandera in all columns
# Below this the check of all columns costs more than taking the rows in, and it can find nothing: types and nulls are
# the same for every row of the table, and DuckDB watches them. Closed words are checked in every file.
WORTH_WHOLE = 1_000
_WORDS = ("initiator", "status")


def check_contract(con: duckdb.DuckDBPyConnection, above: int) -> None:
    """Check the events with a key above the given one.

    Raises:
        ContractError: A row breaks the contract; nothing of the file is kept.
    """
    names = ", ".join(_WORDS)
    query = f"SELECT {names}, count(*) FROM events WHERE event_key > {above} GROUP BY {names}"
    rows_n = 0
    for *words, count in con.sql(query).fetchall():
        _check_words(*words)
        rows_n += int(count)
    if rows_n >= WORTH_WHOLE:
        _check_rows(con, f"event_key > {above} AND event_key <= {above + WHOLE}")


@cache
def _check_words(*words: str | None) -> None:
    """Check one combination of words; what passed once in this process needs no second look."""
    import polars as pl

    from schemas.contracts import check

    frame = pl.DataFrame({name: pl.Series([word], dtype=pl.String) for name, word in zip(_WORDS, words, strict=True)})
    check(EVENTS, frame, _WORDS)


def _check_rows(con: duckdb.DuckDBPyConnection, which: str) -> None:
    import polars as pl

    from schemas.contracts import check

    rows = con.sql(f"SELECT {', '.join(EVENTS.names)} FROM events WHERE {which}")
    check(EVENTS, pl.DataFrame(rows.to_arrow_table()))
