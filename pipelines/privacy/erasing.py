"""Takes a person out of every table, in one transaction, and leaves the mark that keeps her out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from pipelines.engine import forget_all
from pipelines.privacy.door import ERASED, event_name_sql, tombstone_sql
from pipelines.privacy.subject import Subject
from pipelines.settings import Settings
from pipelines.warehouse import transaction
from schemas.words import Rule

_WIPED = "SELECT id_key FROM erase_ids WHERE NOT is_shared"
_PSEUDONYMS = "SELECT id FROM erase_ids WHERE NOT is_shared"
_WORDS = "SELECT word FROM erase_words"
# Her events: those that bear one of her ids, as their first one or beside another, and those of a shared device at
# which she had logged in.
_LENT = f"SELECT event_key FROM event_owners WHERE id_key IN ({_WIPED})"
_EVENTS = f"""
CREATE OR REPLACE TEMP TABLE erase_events AS
SELECT event_key, source, event_id, file_id, concat(line, ':', row_no) AS row_name FROM events
WHERE id_key IN ({_WIPED}) OR list_has_any(map_values(ids), (SELECT list(id) FROM ({_PSEUDONYMS})))
    OR event_key IN ({_LENT})
"""
# Labels that one of her ids stands among: of a table of people, or an id that can hardly be anything else.
_LABELS = """
list_has_any(map_values(cells), (
    SELECT coalesce(list(value), []) FROM erase_ids WHERE NOT is_shared AND value <> '' AND (
        length(value) > 6 OR regexp_matches(table_name, 'user|contact|person|customer|member|lead|requester', 'i'))))
"""
# Tables whose rows are hers by more than a word in one of their columns, in this order.
_HERS = {
    "journey_events": "(source, event_id) IN (SELECT source, event_id FROM erase_events)",
    "event_owners": f"event_key IN (SELECT event_key FROM erase_events) OR id_key IN ({_WIPED})",
    "events": "event_key IN (SELECT event_key FROM erase_events)",
    "lookups": _LABELS,
    "link_evidence": f"left_key IN ({_WIPED}) OR right_key IN ({_WIPED})",
    "person_keys": f"id_key IN ({_WIPED})",
    "identifiers": f"id_key IN ({_WIPED})",
}
# Never swept: the audit and the marks have nothing of hers in them.
_TELLING = 7  # signs from which on an id in a text is no accident
_SPARED = ("erasures", "erased_ids", "commits")


@dataclass(frozen=True)
class Request:
    """One erasure, as its audit row tells it.

    Attributes:
        number: Random; says nothing of the person.
        rule: How far the chain of ids was followed.
        reason: Why, in the user's words.
        at: When.
    """

    number: str
    rule: Rule
    reason: str
    at: datetime


def new_request(rule: Rule, reason: str, at: datetime) -> Request:
    """A request with a fresh number."""
    return Request(f"e{secrets.token_hex(8)}", rule, reason, at)


def count_rows(con: duckdb.DuckDBPyConnection, subject: Subject) -> dict[str, int]:
    """Table to how many of its rows would go. Works on the temporary tables of `find_subject`."""
    con.execute(_EVENTS)
    counts = {name: _number(con, f"SELECT count(*) FROM {name} WHERE {where}") for name, where in _HERS.items()}
    refused = f"SELECT r.* FROM rejected_rows r WHERE {_refused(subject)}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE erase_refused AS {refused}", _values_of(subject))
    counts["rejected_rows"] = _number(con, "SELECT count(*) FROM erase_refused")
    for table, where in _swept(con):
        counts[table] = max(counts.get(table, 0), _number(con, f'SELECT count(*) FROM main."{table}" WHERE {where}'))
    return {name: n for name, n in sorted(counts.items()) if n}


def erase_rows(
    con: duckdb.DuckDBPyConnection, settings: Settings, subject: Subject, request: Request, salt: bytes
) -> dict[str, int]:
    """Deletes all rows of the subject, marks her ids, and writes the audit row: all of it, or nothing.

    The working tables of the last comparison go whole, here and on a cluster's storage: the next run makes them anew.

    Returns:
        Table to how many of its rows went.
    """
    counts = count_rows(con, subject)
    forget_all(con, settings)
    with transaction(con, settings.warehouse):
        _move_to_dropped(con)
        _mark(con, tombstone_sql(salt, event_name_sql("source")), f"erase_events WHERE event_key IN ({_LENT})")
        con.execute(
            "DELETE FROM rejected_rows r WHERE EXISTS (SELECT 1 FROM erase_refused e WHERE e.source = r.source"
            " AND e.file_id = r.file_id AND e.line = r.line)"
        )
        for name, where in _HERS.items():
            if name != "identifiers":
                con.execute(f"DELETE FROM {name} WHERE {where}")
        for table, where in _swept(con):
            con.execute(f'DELETE FROM main."{table}" WHERE {where}')
        _blank_attributes(con, subject)
        _mark(con, tombstone_sql(salt, "id"), f"({_PSEUDONYMS})")
        con.execute(f"DELETE FROM identifiers WHERE {_HERS['identifiers']}")
        _drop_working_tables(con)
        _write_audit(con, request, counts)
    return counts


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Drops the temporary tables that know whom the erasure is about."""
    for name in ("erase_chain", "erase_ids", "erase_words", "erase_events", "erase_refused"):
        con.execute(f"DROP TABLE IF EXISTS temp.{name}")


def _mark(con: duckdb.DuckDBPyConnection, mark: str, hers: str) -> None:
    """Keeps the marks of what may not come back: her ids, and events without them, known as hers by who was there."""
    con.execute(
        f"INSERT INTO erased_ids SELECT DISTINCT mark FROM (SELECT {mark} AS mark FROM {hers})"
        " WHERE mark NOT IN (SELECT tombstone FROM erased_ids)"
    )


def _move_to_dropped(con: duckdb.DuckDBPyConnection) -> None:
    """The counts of the files that her rows came in: as a file would be counted that is read after the erasure."""
    rows = con.sql(f"""
        SELECT source, file_id, count(DISTINCT row_name) FILTER (is_accepted), count(*) FILTER (NOT is_accepted)
        FROM (SELECT source, file_id, row_name, TRUE AS is_accepted FROM erase_events
              UNION ALL SELECT source, file_id, row_id, TRUE FROM linked_rows
                  WHERE list_has_any(ids, (SELECT list(id) FROM ({_PSEUDONYMS})))
              UNION ALL SELECT source, file_id, '', FALSE FROM erase_refused) GROUP BY source, file_id
    """).fetchall()
    for source, file_id, accepted_n, rejected_n in rows:
        of_file = {"source": source, "file_id": file_id}
        found = con.sql(
            "SELECT dropped, accepted_n, rejected_n FROM files WHERE source = $source AND file_id = $file_id",
            params=of_file,
        ).fetchall()
        for dropped, accepted_before, rejected_before in found:
            accepted, rejected = min(int(accepted_n), accepted_before), min(int(rejected_n), rejected_before)
            told = dict(dropped) | {ERASED: dict(dropped).get(ERASED, 0) + accepted + rejected}
            con.execute(
                "UPDATE files SET accepted_n = accepted_n - $accepted, rejected_n = rejected_n - $rejected,"
                " dropped_n = dropped_n + $accepted + $rejected,"
                " dropped = map($reasons::VARCHAR[], $counts::BIGINT[])"
                " WHERE source = $source AND file_id = $file_id",
                of_file
                | {"accepted": accepted, "rejected": rejected}
                | {"reasons": list(told), "counts": list(told.values())},
            )


def _refused(subject: Subject) -> str:
    """Refused rows that speak of her: by the ids noted at the door, or because her id stands in the text itself."""
    noted = (
        "EXISTS (SELECT 1 FROM refused_ids n WHERE n.source = r.source AND n.file_id = r.file_id AND n.line = r.line"
        f" AND n.id IN ({_PSEUDONYMS}))"
    )
    return f"{noted} OR regexp_matches(r.raw, $pattern, 'i')" if subject.values else noted


def _blank_attributes(con: duckdb.DuckDBPyConnection, subject: Subject) -> None:
    """Her id in an attribute of somebody else's event: the event is theirs, the word goes.

    Ids of a few signs, such as `7`, are words of their own too often, and stay.
    """
    telling = replace(subject, values=tuple(value for value in subject.values if len(value) >= _TELLING))
    if not telling.values:
        return
    has_her = "regexp_matches({0}, $pattern, 'i')"
    blanked = f"CASE WHEN {has_her.format('e.value')} THEN '{ERASED}' ELSE e.value END"
    con.execute(
        "UPDATE events SET attributes = map_from_entries(list_transform(map_entries(attributes),"
        f" lambda e: {{'key': e.key, 'value': {blanked}}}))"
        f" WHERE {has_her.format('array_to_string(map_values(attributes), chr(10))')}",
        _values_of(telling),
    )


def _values_of(subject: Subject) -> dict[str, str]:
    """The pattern of her ids as whole words: `C1` is not in `C12`."""
    if not subject.values:
        return {}
    found = "|".join(re.escape(value) for value in subject.values)
    return {"pattern": rf"(^|[^0-9A-Za-z_])({found})($|[^0-9A-Za-z_])"}


def _swept(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Every table of the warehouse, and SQL of whether a row has one of her words in any of its columns."""
    columns = con.sql(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal"
        " AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary)"
        " ORDER BY table_name, column_index"
    ).fetchall()
    wheres: dict[str, list[str]] = {}
    for table, column, kind in columns:
        name = f'"{column}"'
        if kind == "VARCHAR":
            wheres.setdefault(table, []).append(f"{name} IN ({_WORDS})")
        elif kind == "VARCHAR[]":
            wheres.setdefault(table, []).append(f"list_has_any({name}, (SELECT list(word) FROM ({_WORDS})))")
        elif kind == "MAP(VARCHAR, VARCHAR)":
            values = f"map_values({name})"
            wheres.setdefault(table, []).append(f"list_has_any({values}, (SELECT list(word) FROM ({_WORDS})))")
        elif kind == "BIGINT" and column in {"id_key", "left_key", "right_key"} and table != "identifiers":
            wheres.setdefault(table, []).append(f"{name} IN ({_WIPED})")
    for table, tests in wheres.items():
        if table not in _SPARED:
            yield table, " OR ".join(tests)


def _drop_working_tables(con: duckdb.DuckDBPyConnection) -> None:
    schemas = con.sql(
        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database()"
        " AND starts_with(schema_name, 'work_')"
    ).fetchall()
    for (name,) in schemas:
        con.execute(f'DROP SCHEMA "{name}" CASCADE')
    con.execute("DROP TABLE IF EXISTS main.studies")


def _write_audit(con: duckdb.DuckDBPyConnection, request: Request, counts: dict[str, int]) -> None:
    con.execute(
        "INSERT INTO erasures (request, erased_at, rule, reason, counts) VALUES (?, ?, ?, ?,"
        " map(?::VARCHAR[], ?::BIGINT[]))",
        [request.number, request.at, str(request.rule), request.reason, list(counts), list(counts.values())],
    )


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.sql(query).fetchall()[0][0])
