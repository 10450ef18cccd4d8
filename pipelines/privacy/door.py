"""At the door: rows of people who were erased stay out, and what is refused is known by whom it speaks of.

Every function works on a relation of staged rows with `line`, `reason_code` and `drop_reason`, inside the file's
transaction. `ids` says which of its columns hold ids in their normal form, and of which type each is.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from pipelines.pseudonyms import pseudonym_sql

ERASED = "erased"
NO_CONSENT = "no_consent"
TOMBSTONE_LENGTH = 40  # hex digits: longer than a pseudonym, so that the two are never taken for each other


def tombstone_sql(salt: bytes, pseudonym: str) -> str:
    """SQL of the mark that an erased id leaves: keyed, and not to be joined with the pseudonym without the key.

    Args:
        salt: The workspace's salt.
        pseudonym: SQL expression of the pseudonym.
    """
    return f"substr(sha256('{salt.hex()}erased:' || {pseudonym}), 1, {TOMBSTONE_LENGTH})"


def event_name_sql(source: str) -> str:
    """SQL that names an event like no pseudonym, from SQL of its source and the column `event_id`."""
    return f"concat('event:', {source}, ':', event_id)"


def drop_erased(con: duckdb.DuckDBPyConnection, staged: str, ids: Mapping[str, str], salt: bytes, source: str) -> None:
    """Drop every line of the staged rows that bears the id of somebody who was erased, or is an event that was."""
    if con.sql("SELECT count(*) FROM erased_ids").fetchall() == [(0,)]:
        return
    names = [pseudonym_sql(salt, kind, column) for column, kind in ids.items()]
    marked = " UNION ALL ".join(
        f"SELECT line FROM {staged} WHERE {tombstone_sql(salt, name)} IN (SELECT tombstone FROM erased_ids)"
        for name in (*names, event_name_sql("$source"))
    )
    con.execute(
        f"UPDATE {staged} SET drop_reason = '{ERASED}', reason_code = NULL WHERE line IN ({marked})", {"source": source}
    )


def remember_refused(
    con: duckdb.DuckDBPyConnection, staged: str, ids: Mapping[str, str], salt: bytes, *, source: str, file_id: str
) -> None:
    """Note of whom each refused row speaks, so that an erasure finds it: its text has the ids masked."""
    for column, kind in ids.items():
        con.execute(
            "INSERT INTO refused_ids (source, file_id, line, id)"
            f" SELECT DISTINCT $source, $file_id, line, {pseudonym_sql(salt, kind, column)} FROM {staged}"
            f" WHERE reason_code IS NOT NULL AND drop_reason IS NULL AND {column} IS NOT NULL",
            {"source": source, "file_id": file_id},
        )


def remember_consents(
    con: duckdb.DuckDBPyConnection, staged: str, ids: Mapping[str, str], salt: bytes, *, source: str, file_id: str
) -> None:
    """Note what the people of a link table said: one row per id and line that says anything.

    The relation has two columns more: `consent` (true: granted, false: denied, null: the row says nothing) and
    `version` (text; of two rows about one id the larger one is the later).
    """
    for column, kind in ids.items():
        con.execute(
            "INSERT INTO consents (source, file_id, line, id_type, id, version, is_granted)"
            f" SELECT $source, $file_id, line, $kind, {pseudonym_sql(salt, kind, column)}, version, consent"
            f" FROM {staged} WHERE reason_code IS NULL AND drop_reason IS NULL AND consent IS NOT NULL"
            f" AND {column} IS NOT NULL",
            {"source": source, "file_id": file_id, "kind": kind},
        )
