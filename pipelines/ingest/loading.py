"""Staged rows into the warehouse's tables: duplicates, ids, events, evidence of links, refused rows.

Every function runs inside the file's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import duckdb

from pipelines.ingest.many_events import LISTED, ROWS
from pipelines.ingest.maps_sql import map_sql
from pipelines.ingest.plans import Plan
from pipelines.ingest.readers.landing import Landing, quoted
from pipelines.ingest.reasons import BROKEN_ROW, REASONS
from pipelines.ingest.versions import BEATEN, CONTESTED, settle
from pipelines.pseudonyms import pseudonym_sql

STAGED = "staged"
TEMPORARY = (STAGED, ROWS, LISTED, CONTESTED, BEATEN, "repeats", "landing_lines", "lines_valid")
GOOD = "s.reason_code IS NULL AND s.drop_reason IS NULL"


@dataclass(frozen=True)
class FileTarget:
    """Whose rows they are: source, content hash, and when they came in."""

    source: str
    file_id: str
    now: datetime

    @property
    def staged(self) -> Staged:
        """The staged rows of this file alone."""
        return Staged(STAGED, quoted(self.file_id))


@dataclass(frozen=True)
class Staged:
    """Staged rows of one file or of several.

    Attributes:
        table: Where they are.
        file: SQL of the content hash of a row's file.
        join: What has it, where the rows do not.
        raw: SQL of what a refused row shows.
    """

    table: str
    file: str
    join: str = ""
    raw: str = "s.raw"

    @property
    def rows(self) -> str:
        """FROM clause."""
        return f"{self.table} s{self.join}"


def remove_repeats(con: duckdb.DuckDBPyConnection, source: str, plan: Plan) -> int:
    """Delete staged events and links that are known, or stand earlier in the file; returns how many rows were no more.

    Which of several versions of an event stands, `pipelines.ingest.versions` says.
    """
    before_n = good_n(con, plan) if plan.is_many else 0
    repeats_n = 0
    if _has_events(plan):
        repeats_n += settle(con, STAGED, events_of(plan), plan, source)
    if _has_links(plan):
        repeats_n += _remove_known_links(con, source, links_of(plan))
    return before_n - good_n(con, plan) if plan.is_many else repeats_n


def _remove_known_links(con: duckdb.DuckDBPyConnection, source: str, good: str) -> int:
    is_known = "SELECT 1 FROM linked_rows k WHERE k.source = $source AND k.row_id = s.event_id"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE repeats AS SELECT s.rowid AS row_at FROM {STAGED} s WHERE {good}"
        f" AND EXISTS ({is_known})",
        {"source": source},
    )
    # Nearly every file has no double at all, and a distinct count of hashes proves it in a tenth of the time.
    counts = con.sql(f"SELECT count(*), count(DISTINCT hash(s.event_id)) FROM {STAGED} s WHERE {good}").fetchall()[0]
    if counts[0] != counts[1]:
        con.execute(f"""INSERT INTO repeats SELECT row_at FROM (
            SELECT s.rowid AS row_at,
                row_number() OVER (PARTITION BY s.event_id ORDER BY s.line) AS place
            FROM {STAGED} s WHERE {good} AND s.rowid NOT IN (SELECT row_at FROM repeats) AND hash(s.event_id) IN (
                SELECT hash(s.event_id) FROM {STAGED} s WHERE {good} GROUP BY 1 HAVING count(*) > 1))
            WHERE place > 1""")
    repeats_n = _count(con, "SELECT count(*) FROM repeats")
    if repeats_n:
        con.execute(f"DELETE FROM {STAGED} WHERE rowid IN (SELECT row_at FROM repeats)")
    return repeats_n


def _has_events(plan: Plan) -> bool:
    return bool(plan.table.events)


def _has_links(plan: Plan) -> bool:
    return plan.is_many or not plan.table.events


def events_of(plan: Plan) -> str:
    """SQL of which staged rows become events."""
    return f"{GOOD} AND s.activity IS NOT NULL" if plan.is_many else GOOD


def links_of(plan: Plan) -> str:
    """SQL of which staged rows only link ids."""
    return f"{GOOD} AND s.activity IS NULL" if plan.is_many else GOOD


def add_identifiers(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Give every id of the staged rows that is new its number and its pseudonym."""
    for place, kind in enumerate(plan.id_types):
        above = _count(con, "SELECT coalesce(max(id_key), 0) FROM identifiers")
        con.execute(
            f"""
            INSERT INTO identifiers
            SELECT {above} + row_number() OVER (ORDER BY id), $kind, value, id
            FROM (
                SELECT value, {pseudonym_sql(plan.salt, kind, "value")} AS id
                FROM (SELECT DISTINCT s.i{place} AS value FROM {STAGED} s WHERE {GOOD} AND s.i{place} IS NOT NULL)
                ANTI JOIN (SELECT value FROM identifiers WHERE id_type = $kind) USING (value))""",
            {"kind": kind},
        )


def add_events(con: duckdb.DuckDBPyConnection, plan: Plan, target: FileTarget) -> int:
    """Insert the good staged rows as events; returns the key that all of them are above."""
    above = _count(con, "SELECT coalesce(max(event_key), 0) FROM events")
    # Rows that are not committed yet have row ids that begin far up.
    first = _count(con, f"SELECT coalesce(min(rowid), 0) FROM {STAGED}")
    insert_events(con, plan, target.staged, f"{above} + 1 + s.rowid - {first}", target.source, target.now)
    return above


def insert_events(  # noqa: PLR0917 (whose rows they are, and how they are numbered)
    con: duckdb.DuckDBPyConnection, plan: Plan, staged: Staged, key: str, source: str, now: datetime
) -> None:
    """Insert the good staged rows as events; `key` is SQL of an event's number."""
    places, good = range(len(plan.identities)), events_of(plan)
    # Of two ids of one type the other is known by its link.
    shown = [place for place in places if plan.id_types.index(plan.id_types[place]) == place]
    types = tuple(plan.id_types[place] for place in shown)
    counted = f"{staged.table} s WHERE {good}"
    ids = map_sql(con, counted, types, [f"s.i{place}" for place in shown], [f"d{place}.id" for place in shown])
    values = [f"s.a{place}" for place in range(len(plan.attributes))]
    attributes = "s.rest" if plan.has_rest else map_sql(con, counted, plan.attributes, values, values)
    joins = " ".join(
        f"LEFT JOIN (SELECT value, id, id_key FROM identifiers WHERE id_type = {quoted(kind)}) d{place}"
        f" ON d{place}.value = s.i{place}"
        for place, kind in enumerate(plan.id_types)
    )
    main = ", ".join(f"d{place}.id_key" for place in places)
    con.execute(
        f"""
        INSERT INTO events (event_id, source, occurred_at, activity, channel, initiator, status, session_id, ids,
            attributes, ingested_at, file_id, line, event_key, id_key, tie, version, row_no)
        SELECT s.event_id, $source, s.occurred_at, s.activity, s.channel, s.initiator, s.status, s.session_id, {ids},
            {attributes}, $now, {staged.file}, s.line, {key}, coalesce({main}, NULL), s.tie,
            s.version, {"s.row_no" if plan.is_many else "NULL"}
        FROM {staged.rows} {joins} WHERE {good}""",
        {"source": source, "now": now},
    )


def add_link_rows(con: duckdb.DuckDBPyConnection, plan: Plan, target: FileTarget) -> None:
    """Remember the rows that only link ids, so that they are known when they come again."""
    if not _has_links(plan):
        return
    ids = ", ".join(
        f"CASE WHEN s.{column} IS NOT NULL THEN {pseudonym_sql(plan.salt, kind, f's.{column}')} END"
        for column, kind in plan.staged_ids.items()
    )
    con.execute(
        "INSERT INTO linked_rows (source, row_id, file_id, ids)"
        f" SELECT $source, s.event_id, $file_id, list_filter([{ids}], lambda id: id IS NOT NULL)"
        f" FROM {STAGED} s WHERE {links_of(plan)}",
        {"source": target.source, "file_id": target.file_id},
    )


def add_evidence(con: duckdb.DuckDBPyConnection, plan: Plan, staged: Staged, source: str) -> None:
    """Count, for every pair of ids that stand together, in how many events and links of a file they do."""
    for left, right in combinations(range(len(plan.identities)), 2):
        con.execute(
            f"""
            INSERT INTO link_evidence (file_id, source, left_key, right_key, evidence_n, first_seen_at)
            SELECT of_file_id, $source, least(l.id_key, r.id_key), greatest(l.id_key, r.id_key), rows_n, first_at
            FROM (
                SELECT {staged.file} AS of_file_id, s.i{left} AS left_value, s.i{right} AS right_value,
                    count(*) AS rows_n, min(s.occurred_at) AS first_at
                FROM {staged.rows} WHERE {GOOD} AND s.i{left} IS NOT NULL AND s.i{right} IS NOT NULL GROUP BY ALL)
            JOIN identifiers l ON l.id_type = $left AND l.value = left_value
            JOIN identifiers r ON r.id_type = $right AND r.value = right_value
            WHERE l.id_key <> r.id_key""",
            {"source": source, "left": plan.id_types[left], "right": plan.id_types[right]},
        )


@dataclass(frozen=True)
class Fates:
    """Staged rows that become events or links, that are dropped, per reason, and that are refused, per reason code."""

    good_n: int
    dropped: dict[str, int]
    refused: dict[str, int]


def fates(con: duckdb.DuckDBPyConnection, plan: Plan) -> Fates:
    """What becomes of the staged rows, in one look at them: many small files cost a file's statements, not its rows."""
    query = f"SELECT s.drop_reason, s.reason_code, {_rows(plan)} FROM {STAGED} s GROUP BY ALL ORDER BY ALL"
    good_n, taken, refused = 0, dict[str, int](), dict[str, int]()
    for drop_reason, reason_code, rows_n in con.sql(query).fetchall():
        if drop_reason is not None:
            taken[drop_reason] = taken.get(drop_reason, 0) + rows_n
        elif reason_code is not None:
            refused[reason_code] = rows_n
        else:
            good_n = rows_n
    return Fates(good_n, taken, refused)


def add_rejected(con: duckdb.DuckDBPyConnection, staged: Staged, source: str, now: datetime) -> None:
    """Keep the refused rows with their reasons."""
    con.execute(
        f"""
        INSERT INTO rejected_rows (source, file_id, line, reason_code, reason, raw, first_seen_at)
        SELECT $source, {staged.file}, s.line, s.reason_code, {reason_text()}, coalesce({staged.raw}, ''), $now
        FROM {staged.rows} WHERE s.drop_reason IS NULL AND s.reason_code IS NOT NULL""",
        {"source": source, "now": now},
    )


def good_n(con: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    """Rows that become events or links."""
    return _count(con, f"SELECT {_rows(plan)} FROM {STAGED} s WHERE {GOOD}")


def _rows(plan: Plan) -> str:
    """How many rows of the file the staged ones are."""
    return "count(DISTINCT s.row_no)" if plan.is_many else "count(*)"


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables: they hold ids in the clear and do not outlive the file."""
    for table in TEMPORARY:
        con.execute(f"DROP TABLE IF EXISTS temp.{table}")


def reason_text() -> str:
    """SQL of the reason for a person, from `s.reason_code`."""
    cases = " ".join(f"WHEN {quoted(code)} THEN {quoted(text)}" for code, text in REASONS.items())
    return f"CASE s.reason_code {cases} ELSE s.reason_code END"


def add_broken(con: duckdb.DuckDBPyConnection, landing: Landing, target: FileTarget) -> dict[str, int]:
    """Keep the records that could not become rows; returns how many there are."""
    if not landing.broken:
        return {}
    con.execute(
        "INSERT INTO rejected_rows (source, file_id, line, reason_code, reason, raw, first_seen_at)"
        f" SELECT $source, $file_id, unnest($lines), {quoted(BROKEN_ROW)}, unnest($reasons), unnest($raws), $now",
        {
            **{"source": target.source, "file_id": target.file_id, "now": target.now},
            "lines": [row.line for row in landing.broken],
            "reasons": [row.reason for row in landing.broken],
            "raws": [row.raw for row in landing.broken],
        },
    )
    return {BROKEN_ROW: len(landing.broken)}


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.sql(query).fetchall()[0][0])
