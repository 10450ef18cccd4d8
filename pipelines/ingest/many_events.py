"""Rows that may give several events, one, or none: staged once, then a set of events from all of them.

The staged relation has a line for each (row, event), and one for each row without an event; `row_no` names the row.
A row has one fate: where one of its events is refused, so is the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.landings import read_into
from pipelines.ingest.plans import Plan
from pipelines.ingest.readers.landing import quoted
from pipelines.ingest.reasons import NO_EVENT, SINGLE_ID
from pipelines.ingest.staging import (
    attribute_names,
    event_sql,
    filled_n_sql,
    identity_columns,
    link_id_sql,
    names,
    row_columns,
)
from pipelines.ingest.words import drop_sql

if TYPE_CHECKING:
    import duckdb

    from pipelines.ingest.named_row import NamedRow

ROWS = "staged_rows"
LISTED = "listed_rows"
_BIGGEST_PLACE = 1_000_000


def explode(con: duckdb.DuckDBPyConnection, row: NamedRow) -> None:
    """One row for each element of the list that the table is exploded by; a row without elements stays one.

    Raises:
        SourceError: The file cannot be read whole.
        UndecodableError: It is text in another encoding.
    """
    landing, column = row.landing, row.table.explode
    if column is None:
        return
    read_into(con, landing, LISTED, f"SELECT * FROM {landing.relation}")
    text = row.text_of(column)
    elements = f"json_extract(CASE WHEN json_valid({text}) THEN {text} END, '$[*]')"
    listed = f"CASE WHEN len({elements}) > 0 THEN CAST({elements} AS VARCHAR[]) ELSE [NULL] END"
    landing.relation, landing.stream = f"(SELECT *, unnest({listed}) AS part FROM {LISTED})", None
    rows_n = con.sql(f"SELECT count(*) FROM {landing.relation}").fetchall()[0][0]
    landing.records_n = int(rows_n) + len(landing.broken)
    row.part = "part"


def stage_many(con: duckdb.DuckDBPyConnection, plan: Plan, staged: str) -> None:
    """Stage the rows of a table that may give several events each.

    Raises:
        SourceError: The file cannot be read whole.
        UndecodableError: It is text in another encoding.
    """
    row = plan.row
    events = [event_sql(plan, event, ROWS, place) for place, event in enumerate(plan.table.events)]
    silent = _silent_sql(plan, has_events=bool(events))
    drops = drop_sql(plan.table.drop, row)
    numbered = f"SELECT *, row_number() OVER () AS row_no, {drops} AS row_drop FROM {row.relation()}"
    read_into(con, row.landing, ROWS, numbered)
    if not events:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {staged} AS {silent}")
        return
    told = " UNION ALL ".join(f"({event})" for event in events)
    # In the order of the rows: events are numbered as they lie here.
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {staged} AS
        WITH told AS MATERIALIZED ({told}),
        judged AS (
            SELECT *, min(CASE WHEN drop_reason IS NOT NULL THEN place END) OVER (PARTITION BY row_no) AS dropped_at,
                min(CASE WHEN reason_code IS NOT NULL THEN place END) OVER (PARTITION BY row_no) AS refused_at
            FROM told),
        kept AS (
            SELECT * EXCLUDE (dropped_at, refused_at) FROM judged
            WHERE place = coalesce(dropped_at, refused_at, place))
        SELECT * FROM (SELECT * FROM kept UNION ALL BY NAME {silent}) ORDER BY row_no, place""")


def _silent_sql(plan: Plan, has_events: bool) -> str:
    """Rows to which no event applies: they link ids, or say nothing."""
    rest = f"{ROWS} AS landed" + (" ANTI JOIN told USING (row_no)" if has_events else "")
    nothing = f"CASE {filled_n_sql(plan)} WHEN 0 THEN {quoted(NO_EVENT)} WHEN 1 THEN {quoted(SINGLE_ID)} END"
    texts = ("activity", "channel", "initiator", "status", "session_id", "reason_code", "raw")
    empty = [f"CAST(NULL AS VARCHAR) AS {name}" for name in texts]
    kept = "CAST(NULL AS MAP(VARCHAR, VARCHAR))" if plan.has_rest else "CAST(NULL AS VARCHAR)"
    empty += [f"{kept} AS {name}" for name in attribute_names(plan)]
    return f"""
        SELECT row_no, {_BIGGEST_PLACE} AS place, line, {link_id_sql(plan)} AS event_id,
            CAST(NULL AS TIMESTAMPTZ) AS occurred_at, CAST(NULL AS BIGINT) AS tie, version, consent,
            {", ".join([*names("i", plan.identities), *empty])}, coalesce(row_drop, {nothing}) AS drop_reason
        FROM (SELECT landed.*, {", ".join([*identity_columns(plan), *row_columns(plan)])} FROM {rest})"""
