"""What a source's columns were like so far, and whether a new file still has them.

Exports change without notice. A new column costs nothing and is told. A column that the settings use and that is gone,
or holds something else (numbers where words were), would go wrong in silence: people would no longer join, activities
would no longer be on the map. Such a file stops its source, and nothing of it is taken in, until the settings are
corrected or somebody says that the change is right (`terreng ingest --accept-columns SOURCE`).

Files are judged by their first rows, and only where there are enough of them to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from pipelines.ingest.landings import landed
from pipelines.ingest.named_row import NamedRow
from pipelines.ingest.plans import used_columns
from schemas.errors import SourceError

if TYPE_CHECKING:
    from pipelines.ingest.deliveries import Delivery
    from pipelines.ingest.intake import Intake
    from pipelines.ingest.readers.landing import Landing

SAMPLE_ROWS = 2_000
ENOUGH = 20  # filled fields below which nobody can tell what a column holds
MOST_COLUMNS = 300  # of documents with more places than that, the first ones
USUAL = 0.5  # share of rows that have a field, from which on its absence in a sparse file is no accident
REGULAR = 0.8  # share of the rows so far whose files had the column, from which on its absence is no habit
NOTED = 0.2  # the same for a new field that is worth a note
_MOST = 0.95  # of the fields are of the type: the rest are slips
_HARDLY_ANY = 0.05  # of the fields are of any type but text; between the two a column is mixed, and nothing can be told
_TESTS = {
    "boolean": "lower({0}) IN ('true', 'false', 'yes', 'no', 't', 'f', 'y', 'n')",
    "integer": "regexp_full_match({0}, '[-+]?\\d{{1,18}}')",
    "number": "regexp_full_match({0}, '[-+]?\\d+([.,]\\d+)?([eE][-+]?\\d+)?')",
    "time": "regexp_full_match({0}, '\\d{{4}}-\\d\\d?-\\d\\d?.*|\\d{{1,2}}[./]\\d{{1,2}}[./]\\d{{2,4}}.*')",
}
# A time that is none is refused row by row, with its reason; and whole numbers may be numbers.
_SAME = ({"integer", "number"}, {"time", "text"})


@dataclass(frozen=True)
class Seen:
    """What a column held.

    Attributes:
        type: boolean, integer, number, time, text, mixed (some of them are, some are not), or empty.
        rows_n: Rows that were looked at.
        filled_n: Of these, rows that have the field.
        file: The file that had it last, as the user knows it.
        at: When that was read.
    """

    type: str
    rows_n: int
    filled_n: int
    file: str = ""
    at: datetime | None = None


def check(intake: Intake, delivery: Delivery, file_id: str, encoding: str | None) -> list[str]:
    """Compare a file's columns with those of the source's earlier files, and remember them; returns what to tell.

    Raises:
        SourceError: A column that the settings use is gone, or holds something else.
    """
    table = intake.table_of(file_id)
    if intake.source.kind in {"xes", "ocel"}:
        return []  # their form is a standard's
    with landed(intake.con, intake.source, delivery, encoding, table.read, is_sample=True) as landing:
        found = _profile(intake.con, landing) if landing.text else {}
        row = NamedRow(intake.con, landing, table, intake.told_in)
        known = _known(intake, table.name)
        if not found or not known:
            _remember(intake, table.name, delivery, known, found)
            return []
        used = {column: row.names_of(column) for column in used_columns(table)}
        for names in used.values():
            _refuse_change(names, known, found, row)
        is_open = table.attributes is None and bool(table.events)
        notes = _notes(known, found, landing.is_sparse, is_open) if row.is_plain else _counted(known, found)
    _remember(intake, table.name, delivery, known, found)
    return notes


def accept(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Forget what the columns of a source were like: those of its next file are the right ones."""
    con.execute("DELETE FROM source_columns WHERE source = ?", [source])


def _refuse_change(names: tuple[str, ...], known: dict[str, Seen], found: dict[str, Seen], row: NamedRow) -> None:
    landing = row.landing
    before, now = _among(names, known, row.is_plain), _among(names, found, row.is_plain)
    if before is None:
        return
    name, seen = before
    accepted = "correct terreng.toml, or say `terreng ingest --accept-columns SOURCE` if the change is right"
    when = f"{seen.file}" + (f", read {seen.at:%Y-%m-%d %H:%M} UTC" if seen.at else "")
    rows_n = max((column.rows_n for column in found.values()), default=0)
    if now is None:
        # Some exports of a table have it and others do not, or it lies elsewhere in another form of the file.
        if row.has(names[0]) or seen.rows_n < REGULAR * max(column.rows_n for column in known.values()):
            return
        is_told = rows_n >= ENOUGH and seen.filled_n >= USUAL * seen.rows_n
        # A connector does without what it does not ask for: only what had something in it is missed.
        if is_told or (row.is_plain and not landing.is_sparse):
            got = f"there is no column {name!r} any more, which the settings use"
            raise SourceError(got, f"the column, as in {when}", accepted, landing.delivery.shown)
        return
    has_enough = min(seen.filled_n, now[1].filled_n) >= ENOUGH
    types = {seen.type, now[1].type}
    if has_enough and len(types) == 2 and "mixed" not in types and types not in _SAME:
        got = f"the column {now[0]!r}, which the settings use, holds {_shown(now[1].type)}"
        raise SourceError(got, f"{_shown(seen.type)}, as in {when}", accepted, landing.delivery.shown)


def _notes(known: dict[str, Seen], found: dict[str, Seen], is_sparse: bool, is_open: bool) -> list[str]:
    least = NOTED if is_sparse else 0.0
    new = [name for name, seen in found.items() if name not in known and seen.filled_n >= least * seen.rows_n]
    gone = [] if is_sparse else [name for name in known if name not in found]
    use = "it becomes an attribute" if is_open else "the settings do not use it"
    return [f"new column {name!r}: {use}" for name in new[:20]] + [f"no column {name!r} any more" for name in gone[:20]]


def _counted(known: dict[str, Seen], found: dict[str, Seen]) -> list[str]:
    """For a connector's files, which have many columns that it does not read, how many came and went."""
    new_n, gone_n = len(found.keys() - known.keys()), len(known.keys() - found.keys())
    told = [f"{new_n} new"] * bool(new_n) + [f"{gone_n} gone"] * bool(gone_n)
    return [f"other columns than in earlier files: {', '.join(told)}; none of them is missed"] if told else []


def _among(names: tuple[str, ...], columns: dict[str, Seen], is_plain: bool) -> tuple[str, Seen] | None:
    """The column of these names; a connector's are compared without case, as its files are read."""
    low = {name if is_plain else name.lower(): name for name in reversed(columns)}
    own = next((low[key] for name in names if (key := name if is_plain else name.lower()) in low), None)
    return None if own is None else (own, columns[own])


def _profile(con: duckdb.DuckDBPyConnection, landing: Landing) -> dict[str, Seen]:
    """What the columns hold in the first rows."""
    texts = list(landing.text.items())[:MOST_COLUMNS]
    columns = ", ".join(f"{text} AS p{place}" for place, (_, text) in enumerate(texts))
    tests = ", ".join(
        ", ".join([f"count(p{place})", *(f"count_if({test.format(f'p{place}')})" for test in _TESTS.values())])
        for place in range(len(texts))
    )
    query = f"SELECT count(*), {tests} FROM (SELECT {columns} FROM {landing.relation} LIMIT {SAMPLE_ROWS})"
    try:
        rows_n, *counts = (int(count or 0) for count in con.sql(query).fetchall()[0])
    except duckdb.Error:
        if landing.stream is not None and landing.stream.failure is not None:
            raise landing.stream.failure from None
        raise
    size = len(_TESTS) + 1
    return {
        name: Seen(_type_of(counts[place * size : (place + 1) * size]), rows_n, counts[place * size])
        for place, (name, _) in enumerate(texts)
    }


def _type_of(counts: list[int]) -> str:
    filled_n, *fitting = counts
    if not filled_n:
        return "empty"
    clear = next((kind for kind, n in zip(_TESTS, fitting, strict=True) if n >= _MOST * filled_n), None)
    return clear or ("text" if max(fitting) <= _HARDLY_ANY * filled_n else "mixed")


def _known(intake: Intake, table: str) -> dict[str, Seen]:
    rows = intake.con.sql(
        "SELECT column_name, type, rows_n, filled_n, last_file, last_seen_at FROM source_columns"
        " WHERE source = $source AND table_name = $table ORDER BY column_name",
        params={"source": intake.source.name, "table": table},
    )
    return {str(name): Seen(*rest) for name, *rest in rows.fetchall()}


def _remember(intake: Intake, table: str, delivery: Delivery, known: dict[str, Seen], found: dict[str, Seen]) -> None:
    con, named = intake.con, [intake.source.name, table]
    for name, seen in found.items():
        former = known.get(name, Seen("empty", 0, 0))
        is_telling = seen.filled_n >= ENOUGH or (former.filled_n < ENOUGH and seen.filled_n > 0)
        kind = seen.type if is_telling else former.type
        counts = [former.rows_n + seen.rows_n, former.filled_n + seen.filled_n]
        values = [kind, *counts, delivery.shown, intake.now, *named, name]
        if name in known:
            con.execute(
                "UPDATE source_columns SET type = ?, rows_n = ?, filled_n = ?, last_file = ?, last_seen_at = ?"
                " WHERE source = ? AND table_name = ? AND column_name = ?",
                values,
            )
        else:
            con.execute(
                "INSERT INTO source_columns (type, rows_n, filled_n, last_file, last_seen_at, source, table_name,"
                " column_name, first_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*values, intake.now],
            )


def _shown(kind: str) -> str:
    return {"empty": "nothing", "text": "words", "integer": "whole numbers", "boolean": "yes or no"}.get(
        kind, kind + "s"
    )
