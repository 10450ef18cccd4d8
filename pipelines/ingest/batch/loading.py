"""Staged rows of several files into the warehouse's tables, numbered and counted as if they came one after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.ingest import loading
from pipelines.ingest.batch.files import FILES, RANKED
from pipelines.ingest.checking import check_contract
from pipelines.ingest.loading import GOOD, Staged
from pipelines.ingest.readers.landing import quoted
from pipelines.ingest.staging import masked_sql
from pipelines.ingest.versions import STANDS_FIRST, contest, staged_sql, stored_sql
from pipelines.pseudonyms import pseudonym_sql

if TYPE_CHECKING:
    import duckdb

    from pipelines.ingest.intake import Intake
    from pipelines.ingest.plans import Plan

_TOLD = "array_to_string(list_select(s.raw, b.shown), ' | ')"


@dataclass
class Fate:
    """What became of the rows of one file of a batch."""

    good_n: int = 0
    duplicate_n: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)


def of_batch(table: str) -> Staged:
    """The staged rows of a batch, with the files that they are from."""
    raw = masked_sql(f"coalesce({_TOLD}, '')")
    return Staged(table, "b.file_id", f" JOIN {FILES} b ON b.of_file = s.of_file", raw)


def usurper(con: duckdb.DuckDBPyConnection, table: str, plan: Plan, source: str) -> tuple[int | None, dict[int, int]]:
    """The first file with an event that takes the place of one in an earlier file, or of a stored one; else none.

    Where there is none, events that do not stand are listed; their number in each file is returned, too.
    """
    if not contest(con, table, GOOD, source):
        con.execute(f"DROP TABLE IF EXISTS temp.{RANKED}")
        return None, {}
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {RANKED} AS
        SELECT *, row_number() OVER (PARTITION BY event_id
            ORDER BY {STANDS_FIRST}, is_stored DESC, of_file, line, at_row) AS place
        FROM ({staged_sql(table, GOOD, plan, "s.of_file")} UNION ALL {stored_sql(source)})""")
    before = (
        "min(place) OVER (PARTITION BY event_id ORDER BY of_file RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    )
    query = f"SELECT min(of_file) FROM (SELECT of_file, place, {before} AS best FROM {RANKED}) WHERE place < best"
    first = con.sql(query).fetchall()[0][0]
    counts = con.sql(f"SELECT of_file, count(*) FROM {RANKED} WHERE place > 1 AND NOT is_stored GROUP BY 1").fetchall()
    return (None if first is None else int(first)), {int(number): int(count) for number, count in counts}


def remove_beaten(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Delete the staged events that do not stand."""
    con.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT at_row FROM {RANKED} WHERE place > 1 AND NOT is_stored)")
    con.execute(f"DROP TABLE temp.{RANKED}")


def add_identifiers(con: duckdb.DuckDBPyConnection, table: str, plan: Plan) -> None:
    """Give every new id its number and its pseudonym, in the order of files, of identities, and of pseudonyms."""
    if not plan.identities:
        return
    above = int(con.sql("SELECT coalesce(max(id_key), 0) FROM identifiers").fetchall()[0][0])
    values = " UNION ALL ".join(
        f"SELECT s.of_file * {len(plan.id_types)} + {place} AS turn, {quoted(kind)} AS id_type, s.i{place} AS value"
        f" FROM {table} s WHERE {GOOD} AND s.i{place} IS NOT NULL"
        for place, kind in enumerate(plan.id_types)
    )
    ids = " ".join(f"WHEN {quoted(kind)} THEN {pseudonym_sql(plan.salt, kind, 'value')}" for kind in plan.id_types)
    con.execute(f"""
        INSERT INTO identifiers
        SELECT {above} + row_number() OVER (ORDER BY turn, id), id_type, value, id
        FROM (
            SELECT turn, id_type, value, CASE id_type {ids} END AS id
            FROM (SELECT id_type, value, min(turn) AS turn FROM ({values}) GROUP BY id_type, value)
            ANTI JOIN (SELECT id_type, value FROM identifiers) USING (id_type, value))""")


def number_files(con: duckdb.DuckDBPyConnection, table: str, members: list[tuple[int, str, list[int]]]) -> int:
    """Note each file's number, content hash and shown columns, and how its events are numbered.

    Returns:
        The key that all new events are above.
    """
    above = int(con.sql("SELECT coalesce(max(event_key), 0) FROM events").fetchall()[0][0])
    spans = con.sql(
        f"SELECT of_file, min(rowid), max(rowid) FILTER ({GOOD}) FROM {table} s GROUP BY of_file ORDER BY of_file"
    ).fetchall()
    bases, last = {}, above
    for number, first, last_good in spans:
        bases[int(number)] = last + 1 - int(first)
        last += 0 if last_good is None else 1 + int(last_good) - int(first)
    listed = ", ".join(
        f"({number}, {quoted(file_id)}, {bases.get(number, 0)}, {shown}::BIGINT[])"
        for number, file_id, shown in members
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {FILES} AS SELECT of_file, file_id, CAST(base AS HUGEINT) AS base, shown"
        f" FROM (VALUES {listed}) AS told(of_file, file_id, base, shown)"
    )
    return above


def add_rows(intake: Intake, table: str, plan: Plan, above: int) -> None:
    """Insert the staged rows of the files in `FILES` as events, evidence of links, and refused rows."""
    con, source, rows = intake.con, intake.source.name, of_batch(table)
    loading.insert_events(con, plan, rows, "CAST(b.base + s.rowid AS BIGINT)", source, intake.now)
    check_contract(con, above)
    loading.add_evidence(con, plan, rows, source)
    refused = "s.reason_code IS NOT NULL AND s.drop_reason IS NULL"
    if not con.sql(f"SELECT 1 FROM {table} s WHERE {refused} LIMIT 1").fetchall():
        return
    for column, kind in plan.staged_ids.items():
        con.execute(
            "INSERT INTO refused_ids (source, file_id, line, id)"
            f" SELECT DISTINCT $source, b.file_id, s.line, {pseudonym_sql(plan.salt, kind, f's.{column}')}"
            f" FROM {rows.rows} WHERE {refused} AND s.{column} IS NOT NULL",
            {"source": source},
        )
    loading.add_rejected(con, rows, source, intake.now)


def fates(con: duckdb.DuckDBPyConnection, table: str, duplicates: dict[int, int]) -> dict[int, Fate]:
    """What becomes of the staged rows of each file."""
    query = (
        f"SELECT s.of_file, s.drop_reason, s.reason_code, count(*) FROM {table} s"
        " GROUP BY s.of_file, s.drop_reason, s.reason_code ORDER BY s.of_file, s.drop_reason, s.reason_code"
    )
    found = {number: Fate(duplicate_n=count) for number, count in duplicates.items()}
    for number, drop_reason, reason_code, rows_n in con.sql(query).fetchall():
        fate = found.setdefault(number, Fate())
        if drop_reason is not None:
            fate.dropped[drop_reason] = fate.dropped.get(drop_reason, 0) + rows_n
        elif reason_code is not None:
            fate.refused[reason_code] = rows_n
        else:
            fate.good_n = rows_n
    return found
