"""One event, delivered more than once: which of its versions stands, whatever came first.

Versions of an event have one source and one event id. The one with the larger `version` stands (ISO times and numbers
of one length compare as text); where that says nothing, the one that occurred earlier; and where they are of one
instant, the one whose content comes first in an order that has no meaning, only that it is the same everywhere. So
the same rows, delivered in any order, leave the same events.

A version that comes late and stands takes the place of the stored one: the stored one's row is a duplicate from then
on, in the counts of its own file, and its ids are no evidence of a link any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.readers.landing import quoted
from pipelines.pseudonyms import pseudonym_sql

if TYPE_CHECKING:
    import duckdb

    from pipelines.ingest.plans import Plan

CONTESTED, BEATEN = "contested_events", "beaten_events"
STANDS_FIRST = "version DESC NULLS LAST, occurred_at, content"
_WORDS = ("activity", "channel", "initiator", "status", "session_id")


def settle(con: duckdb.DuckDBPyConnection, staged: str, good: str, plan: Plan, source: str) -> int:
    """Delete staged events that do not stand, and put aside the stored ones that they beat; how many were deleted.

    Args:
        con: The writer's connection, inside the file's transaction.
        staged: Table of the staged rows.
        good: SQL of which of them become events.
        plan: How they were mapped.
        source: Name of the source.
    """
    if not contest(con, staged, good, source):
        return 0
    ranked = f"""
        SELECT *, row_number() OVER (PARTITION BY event_id
            ORDER BY {STANDS_FIRST}, is_stored DESC, line, at_row) AS place
        FROM ({staged_sql(staged, good, plan)} UNION ALL {stored_sql(source)})"""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {BEATEN} AS SELECT * FROM ({ranked}) WHERE place > 1")
    deleted = con.execute(
        f"DELETE FROM {staged} WHERE rowid IN (SELECT at_row FROM {BEATEN} WHERE NOT is_stored)"
    ).fetchall()
    _take_place(con, source)
    return int(deleted[0][0])


def contest(con: duckdb.DuckDBPyConnection, staged: str, good: str, source: str) -> bool:
    """List the staged events that are known, or staged more than once; whether there are any."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {CONTESTED} AS SELECT DISTINCT s.event_id FROM {staged} s WHERE {good}
        AND EXISTS (SELECT 1 FROM events k WHERE k.source = $source AND k.event_id = s.event_id)""",
        {"source": source},
    )
    # Nearly every file has no double at all, and a distinct count of hashes proves it in a tenth of the time.
    counts = con.sql(f"SELECT count(*), count(DISTINCT hash(s.event_id)) FROM {staged} s WHERE {good}").fetchall()[0]
    if counts[0] != counts[1]:
        con.execute(
            f"INSERT INTO {CONTESTED} SELECT s.event_id FROM {staged} s WHERE {good}"
            f" AND s.event_id NOT IN (SELECT event_id FROM {CONTESTED}) GROUP BY 1 HAVING count(*) > 1"
        )
        return True
    return bool(con.sql(f"SELECT 1 FROM {CONTESTED} LIMIT 1").fetchall())


def staged_sql(staged: str, good: str, plan: Plan, file: str = "0") -> str:
    """The contested events of the file, with what they say as one text; `file` is SQL of its number."""
    ids = {
        kind: f"{quoted(kind + '=')} || {pseudonym_sql(plan.salt, kind, f's.i{place}')}"
        for place, kind in reversed(list(enumerate(plan.id_types)))
    }
    attributes = (
        f"list_transform(map_entries(s.rest), {_ENTRY})"
        if plan.has_rest
        else _listed(f"{quoted(name + '=')} || s.a{place}" for place, name in enumerate(plan.attributes))
    )
    return f"""
        SELECT s.event_id, s.version, s.occurred_at, {_content("s", _listed(ids.values()), attributes)} AS content,
            FALSE AS is_stored, {file} AS of_file, s.line, s.rowid AS at_row
        FROM {staged} s JOIN {CONTESTED} USING (event_id) WHERE {good}"""


def stored_sql(source: str) -> str:
    """The same of the contested events that are known: they came before every file."""
    ids, attributes = (f"list_transform(map_entries(k.{name}), {_ENTRY})" for name in ("ids", "attributes"))
    return f"""
        SELECT k.event_id, k.version, k.occurred_at, {_content("k", ids, attributes)} AS content, TRUE AS is_stored,
            -1 AS of_file, k.line, k.event_key AS at_row
        FROM events k JOIN {CONTESTED} USING (event_id) WHERE k.source = {quoted(source)}"""


_ENTRY = "lambda entry: entry.key || '=' || entry.value"


def _listed(texts: object) -> str:
    parts = ", ".join(str(text) for text in texts)  # type: ignore[attr-defined]  # any iterable of SQL
    return f"list_filter(CAST([{parts}] AS VARCHAR[]), lambda text: text IS NOT NULL)"


def _content(row: str, ids: str, attributes: str) -> str:
    words = ", ".join(f"coalesce({row}.{word}, chr(1))" for word in _WORDS)
    told = ", ".join(f"array_to_string(list_sort({texts}), chr(30))" for texts in (ids, attributes))
    return f"concat_ws(chr(31), {words}, {told})"


def _take_place(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """The stored events that were beaten: out of the events, out of the evidence, duplicates in their files."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {BEATEN} AS
        SELECT e.event_key, e.file_id, e.line, e.row_no, e.occurred_at, e.ids FROM events e
        WHERE e.source = $source AND e.event_key IN (SELECT at_row FROM {BEATEN} WHERE is_stored)""",
        {"source": source},
    )
    if not con.sql(f"SELECT 1 FROM {BEATEN} LIMIT 1").fetchall():
        return
    con.execute(f"DELETE FROM events WHERE event_key IN (SELECT event_key FROM {BEATEN})")
    _weaken_links(con, source)
    _forget_ids(con)
    con.execute(
        f"""
        UPDATE files SET accepted_n = accepted_n - lost.rows_n, duplicate_n = duplicate_n + lost.rows_n
        FROM (
            SELECT file_id, count(*) AS rows_n FROM (SELECT DISTINCT file_id, line, row_no FROM {BEATEN}) b
            WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.source = $source AND e.file_id = b.file_id
                AND e.line = b.line AND e.row_no IS NOT DISTINCT FROM b.row_no)
            GROUP BY file_id) lost
        WHERE files.source = $source AND files.file_id = lost.file_id""",
        {"source": source},
    )


def _weaken_links(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Count the evidence of the beaten events' pairs of ids anew, in the files that they came from."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE beaten_ids AS SELECT b.event_key, b.file_id, i.id_key
        FROM (SELECT event_key, file_id, unnest(map_entries(ids)) AS entry FROM {BEATEN}) b
        JOIN identifiers i ON i.id_type = b.entry.key AND i.id = b.entry.value""")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE beaten_pairs AS
        SELECT l.file_id, l.id_key AS left_key, r.id_key AS right_key, count(*) AS lost_n
        FROM beaten_ids l JOIN beaten_ids r ON r.event_key = l.event_key AND r.id_key > l.id_key GROUP BY ALL""")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE weaker AS
        SELECT b.file_id, b.left_key, b.right_key, sum(v.evidence_n) - any_value(b.lost_n) AS evidence_n
        FROM beaten_pairs b JOIN link_evidence v USING (file_id, left_key, right_key)
        WHERE v.source = $source GROUP BY b.file_id, b.left_key, b.right_key""",
        {"source": source},
    )
    con.execute(
        """DELETE FROM link_evidence v WHERE v.source = $source AND EXISTS (SELECT 1 FROM weaker w
        WHERE w.file_id = v.file_id AND w.left_key = v.left_key AND w.right_key = v.right_key)""",
        {"source": source},
    )
    con.execute(
        """
        INSERT INTO link_evidence (file_id, source, left_key, right_key, evidence_n, first_seen_at)
        SELECT w.file_id, $source, w.left_key, w.right_key, w.evidence_n, min(e.occurred_at)
        FROM weaker w
        JOIN identifiers l ON l.id_key = w.left_key JOIN identifiers r ON r.id_key = w.right_key
        LEFT JOIN events e ON e.source = $source AND e.file_id = w.file_id
            AND e.ids[l.id_type] = l.id AND e.ids[r.id_type] = r.id
        WHERE w.evidence_n > 0 GROUP BY ALL""",
        {"source": source},
    )
    con.execute("DROP TABLE weaker")


def _forget_ids(con: duckdb.DuckDBPyConnection) -> None:
    """An id that only a beaten event had is nobody's."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE nobodys AS SELECT DISTINCT b.id_key FROM beaten_ids b
        WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id_key = b.id_key)
        AND NOT EXISTS (SELECT 1 FROM link_evidence v WHERE v.left_key = b.id_key OR v.right_key = b.id_key)""")
    for table in ("identifiers", "person_keys"):
        con.execute(f"DELETE FROM {table} WHERE id_key IN (SELECT id_key FROM nobodys)")
    for table in ("nobodys", "beaten_ids", "beaten_pairs"):
        con.execute(f"DROP TABLE temp.{table}")
