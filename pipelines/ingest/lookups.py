"""Labels that other tables of a source look up: kept in the warehouse, joined to rows as they are read.

The internal table `lookups` has one row per row of a looked-up file, with the columns that are looked up and no others.
"""

from __future__ import annotations

from pipelines.ingest.intake import Intake
from pipelines.ingest.named_row import NamedRow
from pipelines.ingest.readers.landing import Landing, quoted
from pipelines.ingest.words import trimmed, word_sql
from pipelines.settings import TableMapping
from pipelines.settings.tables import Lookup

_VERSION = "~version"  # no column is called so
_LOOKED_UP = "looked_up"


def is_looked_up(intake: Intake, table: TableMapping) -> bool:
    """Whether a table of the source has labels for another."""
    return any(lookup.table == table.name for other in intake.tables for lookup in other.lookups)


def known_lookups(intake: Intake, shape: str) -> set[str]:
    """Content hashes of the files whose labels are known under today's settings."""
    rows = intake.con.sql(
        "SELECT DISTINCT file_id FROM lookups WHERE source = $source AND shape = $shape",
        params={"source": intake.source.name, "shape": shape},
    )
    return {str(file_id) for (file_id,) in rows.fetchall()}


def add_lookups(intake: Intake, landing: Landing, table: TableMapping, file_id: str, shape: str) -> None:
    """Keep the labels of one file, in place of what was kept of it before; inside a transaction of the caller."""
    from pipelines.ingest.landings import read_into

    row = NamedRow(intake.con, landing, table, intake.told_in)
    columns = {
        column: trimmed(row.text_of(column))
        for other in intake.tables
        for lookup in other.lookups
        if lookup.table == table.name
        for column in (lookup.key, *lookup.take.values())
    }
    columns[_VERSION] = word_sql(table.version, row)
    entries = ", ".join(f"{{'k': {quoted(name)}, 'v': {text}}}" for name, text in sorted(columns.items()))
    cells = f"map_from_entries(list_filter([{entries}], lambda pair: pair.v IS NOT NULL))"
    read_into(intake.con, landing, _LOOKED_UP, f"SELECT {cells} AS cells FROM {row.relation()}")
    params = {"source": intake.source.name, "file_id": file_id}
    intake.con.execute("DELETE FROM lookups WHERE source = $source AND file_id = $file_id", params)
    intake.con.execute(
        "INSERT INTO lookups (source, file_id, table_name, shape, cells)"
        f" SELECT $source, $file_id, $table, $shape, cells FROM {_LOOKED_UP}",
        {**params, "table": table.name, "shape": shape},
    )
    intake.con.execute(f"DROP TABLE temp.{_LOOKED_UP}")


def lookup_digest(intake: Intake) -> str:
    """Hash of all labels of the source, in whatever order and how often they came; "" where there are none."""
    if not any(table.lookups for table in intake.tables):
        return ""
    told = "table_name || '=' || CAST(cells AS VARCHAR)"
    found = intake.con.sql(
        f"SELECT md5(string_agg(told, chr(31) ORDER BY told)) FROM (SELECT DISTINCT {told} AS told FROM lookups"
        " WHERE source = $source)",
        params={"source": intake.source.name},
    ).fetchall()
    return str(found[0][0] or "")


def look_up(row: NamedRow, source: str) -> None:
    """Join the labels that a table takes to its rows: they become columns of the row.

    Of several rows with one key the one with the largest version tells, and of those the largest text.
    """
    for place, lookup in enumerate(row.table.lookups):
        key = f"cells[{quoted(lookup.key)}]"
        latest = f"coalesce(cells[{quoted(_VERSION)}], '') || chr(31) || CAST(cells AS VARCHAR)"
        labels = (
            f"SELECT {key} AS key, max_by(cells, {latest}) AS cells FROM lookups"
            f" WHERE source = {quoted(source)} AND table_name = {quoted(lookup.table)} AND {key} IS NOT NULL GROUP BY 1"
        )
        join = _join_several if lookup.separator else _join_one
        row.landing.relation = join(row, lookup, place, labels)
        for column, theirs in lookup.take.items():
            row.taken[column] = _taken_sql(lookup, f"l{place}", theirs)


def _join_one(row: NamedRow, lookup: Lookup, place: int, labels: str) -> str:
    return (
        f"(SELECT landed.*, l{place}.cells AS l{place} FROM {row.landing.relation} AS landed"
        f" LEFT JOIN ({labels}) AS l{place} ON l{place}.key = {word_sql(lookup.on, row)})"
    )


def _join_several(row: NamedRow, lookup: Lookup, place: int, labels: str) -> str:
    """All labels beside every row, which takes the ones of its keys; "201=3.5" has the key 201."""
    keys = f"string_split({word_sql(lookup.on, row)}, {quoted(lookup.separator or '')})"
    found = f"list_transform({keys}, lambda k: every.labels[trim(split_part(k, '=', 1))])"
    every = f"SELECT map_from_entries(list({{'k': key, 'v': cells}} ORDER BY key)) AS labels FROM ({labels})"
    return f"(SELECT landed.*, {found} AS l{place} FROM {row.landing.relation} AS landed, ({every}) AS every)"


def _taken_sql(lookup: Lookup, cells: str, theirs: str) -> str:
    if not lookup.separator:
        return f"{cells}[{quoted(theirs)}]"
    texts = f"list_transform({cells}, lambda c: c[{quoted(theirs)}])"
    return f"nullif(array_to_string(list_filter({texts}, lambda t: t IS NOT NULL), '; '), '')"
