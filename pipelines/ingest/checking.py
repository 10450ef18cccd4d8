"""The contract over the rows that were just accepted, before their transaction commits.

Types and nulls are the same for every row of the table, and DuckDB watches them: what it cannot watch are closed words.
Pandera is not asked, unless there is something to tell: importing it takes longer than taking in a million rows.
"""

from __future__ import annotations

import duckdb

from schemas.tables import EVENTS
from schemas.words import EventStatus, Initiator

_WORDS: dict[str, frozenset[str | None]] = {
    "initiator": frozenset({None, *Initiator}),
    "status": frozenset({None, *EventStatus}),
}


def check_contract(con: duckdb.DuckDBPyConnection, above: int) -> None:
    """Check the events with a key above the given one.

    Raises:
        ContractError: A row breaks the contract; nothing of the file is kept.
    """
    names = ", ".join(_WORDS)
    query = f"SELECT DISTINCT {names} FROM events WHERE event_key > {above}"
    for words in con.sql(query).fetchall():
        if any(word not in known for word, known in zip(words, _WORDS.values(), strict=True)):
            _refuse(words)


def _refuse(words: tuple[str | None, ...]) -> None:
    import polars as pl

    from schemas.contracts import check

    frame = pl.DataFrame({name: pl.Series([word], dtype=pl.String) for name, word in zip(_WORDS, words, strict=True)})
    check(EVENTS, frame, tuple(_WORDS))
