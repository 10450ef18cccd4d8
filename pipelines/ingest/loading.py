"""Staged rows into the warehouse's tables: duplicates, ids, events, evidence of links, refused rows.

Every function runs inside the file's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import duckdb

from pipelines.ingest.maps_sql import map_sql
from pipelines.ingest.readers.landing import Landing, quoted
from pipelines.ingest.staging import BROKEN_ROW, REASONS, Plan
from pipelines.pseudonyms import pseudonym_sql

STAGED = "staged"
TEMPORARY = (STAGED, "repeats", "landing_lines", "lines_valid")
_GOOD = "s.reason_code IS NULL AND s.drop_reason IS NULL"


@dataclass(frozen=True)
class FileTarget:
    """Whose rows they are: source, content hash, and when they came in."""

    source: str
    file_id: str
    now: datetime


def remove_repeats(con: duckdb.DuckDBPyConnection, source: str, is_link: bool) -> int:
    """Delete staged rows whose event id is known, or stands earlier in the file; returns how many.

    Of several rows with one id the earliest event stays, and of those at one instant the first line.
    """
    known, key = ("linked_rows", "row_id") if is_link else ("events", "event_id")
    is_known = f"SELECT 1 FROM {known} k WHERE k.source = $source AND k.{key} = s.event_id"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE repeats AS SELECT s.rowid AS row_at FROM {STAGED} s WHERE {_GOOD}"
        f" AND EXISTS ({is_known})",
        {"source": source},
    )
    # Nearly every file has no double at all, and a distinct count of hashes proves it in a tenth of the time.
    counts = con.sql(f"SELECT count(*), count(DISTINCT hash(s.event_id)) FROM {STAGED} s WHERE {_GOOD}").fetchall()[0]
    if counts[0] != counts[1]:
        con.execute(f"""INSERT INTO repeats SELECT row_at FROM (
            SELECT s.rowid AS row_at,
                row_number() OVER (PARTITION BY s.event_id ORDER BY s.occurred_at, s.line) AS place
            FROM {STAGED} s WHERE {_GOOD} AND s.rowid NOT IN (SELECT row_at FROM repeats) AND hash(s.event_id) IN (
                SELECT hash(s.event_id) FROM {STAGED} s WHERE {_GOOD} GROUP BY 1 HAVING count(*) > 1))
            WHERE place > 1""")
    repeats_n = _count(con, "SELECT count(*) FROM repeats")
    if repeats_n:
        con.execute(f"DELETE FROM {STAGED} WHERE rowid IN (SELECT row_at FROM repeats)")
    return repeats_n


def add_identifiers(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Give every id of the staged rows that is new its number and its pseudonym."""
    for place, kind in enumerate(plan.identities):
        above = _count(con, "SELECT coalesce(max(id_key), 0) FROM identifiers")
        con.execute(
            f"""
            INSERT INTO identifiers
            SELECT {above} + row_number() OVER (ORDER BY id), $kind, value, id
            FROM (
                SELECT value, {pseudonym_sql(plan.salt, kind, "value")} AS id
                FROM (SELECT DISTINCT s.i{place} AS value FROM {STAGED} s WHERE {_GOOD} AND s.i{place} IS NOT NULL)
                ANTI JOIN (SELECT value FROM identifiers WHERE id_type = $kind) USING (value))""",
            {"kind": kind},
        )


def add_events(con: duckdb.DuckDBPyConnection, plan: Plan, target: FileTarget) -> int:
    """Insert the good staged rows as events; returns the key that all of them are above."""
    above = _count(con, "SELECT coalesce(max(event_key), 0) FROM events")
    # Rows that are not committed yet have row ids that begin far up.
    first = _count(con, f"SELECT coalesce(min(rowid), 0) FROM {STAGED}")
    places = range(len(plan.identities))
    fills = [f"s.i{place}" for place in places]
    ids = map_sql(con, f"{STAGED} s WHERE {_GOOD}", plan.identities, fills, [f"d{place}.id" for place in places])
    values = [f"s.a{place}" for place in range(len(plan.attributes))]
    attributes = (
        "s.rest" if plan.has_rest else map_sql(con, f"{STAGED} s WHERE {_GOOD}", plan.attributes, values, values)
    )
    joins = " ".join(
        f"LEFT JOIN (SELECT value, id, id_key FROM identifiers WHERE id_type = {quoted(kind)}) d{place}"
        f" ON d{place}.value = s.i{place}"
        for place, kind in enumerate(plan.identities)
    )
    main = ", ".join(f"d{place}.id_key" for place in places)
    con.execute(
        f"""
        INSERT INTO events (event_id, source, occurred_at, activity, channel, initiator, status, session_id, ids,
            attributes, ingested_at, file_id, line, event_key, id_key, tie)
        SELECT s.event_id, $source, s.occurred_at, s.activity, s.channel, s.initiator, s.status, s.session_id, {ids},
            {attributes}, $now, $file_id, s.line, {above} + 1 + s.rowid - {first}, coalesce({main}, NULL), s.tie
        FROM {STAGED} s {joins} WHERE {_GOOD}""",
        {"source": target.source, "now": target.now, "file_id": target.file_id},
    )
    return above


def add_link_rows(con: duckdb.DuckDBPyConnection, target: FileTarget) -> None:
    """Remember the rows of a link table, so that they are known when they come again."""
    con.execute(
        "INSERT INTO linked_rows (source, row_id, file_id)"
        f" SELECT $source, s.event_id, $file_id FROM {STAGED} s WHERE {_GOOD}",
        {"source": target.source, "file_id": target.file_id},
    )


def add_evidence(con: duckdb.DuckDBPyConnection, plan: Plan, target: FileTarget) -> None:
    """Count, for every pair of ids that stand on one row, on how many rows of this file they do."""
    for left, right in combinations(range(len(plan.identities)), 2):
        con.execute(
            f"""
            INSERT INTO link_evidence (file_id, source, left_key, right_key, evidence_n, first_seen_at)
            SELECT $file_id, $source, least(l.id_key, r.id_key), greatest(l.id_key, r.id_key), rows_n, first_at
            FROM (
                SELECT s.i{left} AS left_value, s.i{right} AS right_value, count(*) AS rows_n,
                    min(s.occurred_at) AS first_at
                FROM {STAGED} s WHERE {_GOOD} AND s.i{left} IS NOT NULL AND s.i{right} IS NOT NULL GROUP BY ALL)
            JOIN identifiers l ON l.id_type = $left AND l.value = left_value
            JOIN identifiers r ON r.id_type = $right AND r.value = right_value""",
            {
                "file_id": target.file_id,
                "source": target.source,
                "left": plan.identities[left],
                "right": plan.identities[right],
            },
        )


def add_rejected(con: duckdb.DuckDBPyConnection, landing: Landing, target: FileTarget) -> dict[str, int]:
    """Keep the refused rows with their reasons; returns how many there are of each."""
    con.execute(
        f"""
        INSERT INTO rejected_rows (source, file_id, line, reason_code, reason, raw, first_seen_at)
        SELECT $source, $file_id, s.line, s.reason_code, {_reason_text()}, coalesce(s.raw, ''), $now
        FROM {STAGED} s WHERE s.drop_reason IS NULL AND s.reason_code IS NOT NULL""",
        {"source": target.source, "file_id": target.file_id, "now": target.now},
    )
    found = con.sql(f"SELECT s.reason_code, count(*) FROM {STAGED} s WHERE s.reason_code IS NOT NULL GROUP BY 1")
    return {str(code): int(count) for code, count in found.fetchall()} | add_broken(con, landing, target)


def dropped(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Staged rows that a drop rule takes, per reason."""
    query = f"SELECT drop_reason, count(*) FROM {STAGED} WHERE drop_reason IS NOT NULL GROUP BY 1 ORDER BY 1"
    return {str(reason): int(count) for reason, count in con.sql(query).fetchall()}


def good_n(con: duckdb.DuckDBPyConnection) -> int:
    """Staged rows that become events or links."""
    return _count(con, f"SELECT count(*) FROM {STAGED} s WHERE {_GOOD}")


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables: they hold ids in the clear and do not outlive the file."""
    for table in TEMPORARY:
        con.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _reason_text() -> str:
    cases = " ".join(f"WHEN {quoted(code)} THEN {quoted(text)}" for code, text in REASONS.items())
    return f"CASE s.reason_code {cases} ELSE s.reason_code END"


def add_broken(con: duckdb.DuckDBPyConnection, landing: Landing, target: FileTarget) -> dict[str, int]:
    """Keep the records that could not become rows; returns how many there are."""
    if not landing.broken:
        return {}
    import pyarrow as pa

    broken = {
        "line": [row.line for row in landing.broken],
        "reason": [row.reason for row in landing.broken],
        "raw": [row.raw for row in landing.broken],
    }
    con.register("broken", pa.table(broken))
    con.execute(
        "INSERT INTO rejected_rows (source, file_id, line, reason_code, reason, raw, first_seen_at)"
        f" SELECT $source, $file_id, line, {quoted(BROKEN_ROW)}, reason, raw, $now FROM broken",
        {"source": target.source, "file_id": target.file_id, "now": target.now},
    )
    con.unregister("broken")
    return {BROKEN_ROW: len(landing.broken)}


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.sql(query).fetchall()[0][0])
