"""What a source's columns were like so far, and whether a new file still has them.

Exports change without notice. A new column costs nothing and is told. A column that the settings use and that is gone,
or holds something else (numbers where words were), would go wrong in silence: people would no longer join, activities
would no longer be on the map. Such a file stops its source, and nothing of it is taken in, until the settings are
corrected or somebody says that the change is right (`terreng ingest --accept-columns SOURCE`).

Files are judged by their first rows, and only where there are enough of them to tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from pipelines.ingest.named_row import NamedRow
from pipelines.ingest.plans import used_columns
from pipelines.ingest.readers.landing import SAMPLE_ROWS
from schemas.errors import SourceError

if TYPE_CHECKING:
    from pipelines.ingest.deliveries import Delivery
    from pipelines.ingest.intake import Intake
    from pipelines.ingest.readers.landing import Landing
    from pipelines.settings import TableMapping

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


def check(intake: Intake, table: TableMapping, sample: Landing) -> list[str]:
    """Compare a file's columns with those of the source's earlier files, and remember them; returns what to tell.

    Args:
        intake: The source.
        table: The table that the file is.
        sample: The file's first rows.

    Raises:
        SourceError: A column that the settings use is gone, or holds something else.
    """
    found = _profile(intake.con, sample) if sample.text else {}
    known = known_columns(intake, table.name)
    notes = compare(NamedRow(intake.con, sample, table, intake.told_in), known, found)
    remember(intake, table.name, known, seen_with(known, found, sample.delivery, intake.now))
    return notes


def compare(row: NamedRow, known: dict[str, Seen], found: dict[str, Seen]) -> list[str]:
    """Compare what a file's columns hold with what they held; returns what to tell.

    Args:
        row: The file's first rows.
        known: What the columns of earlier files held.
        found: What those of this one hold.

    Raises:
        SourceError: A column that the settings use is gone, or holds something else.
    """
    if not found or not known:
        return []
    table = row.table
    for column in used_columns(table):
        _refuse_change(row.names_of(column), known, found, row)
    is_open = table.attributes is None and bool(table.events)
    return _notes(known, found, row.landing.is_sparse, is_open) if row.is_plain else _counted(known, found)


def seen_with(known: dict[str, Seen], found: dict[str, Seen], delivery: Delivery, now: datetime) -> dict[str, Seen]:
    """What the columns of a file held in all files, with this one."""
    return {
        name: replace(_with(known.get(name), column), file=delivery.shown, at=now) for name, column in found.items()
    }


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
    texts = dict(list(landing.text.items())[:MOST_COLUMNS])
    columns = ", ".join(f"{text} AS p{place}" for place, text in enumerate(texts.values()))
    query = f"SELECT {tests_sql(len(texts))} FROM (SELECT {columns} FROM {landing.relation} LIMIT {SAMPLE_ROWS})"
    try:
        counts = con.sql(query).fetchall()[0]
    except duckdb.Error:
        if landing.stream is not None and landing.stream.failure is not None:
            raise landing.stream.failure from None
        raise
    return profile_of(list(texts), counts)


def tests_sql(columns_n: int) -> str:
    """SQL of how many rows there are, and of how many fields of `p0`, `p1`, ... are filled and of each type."""
    tests = [
        ", ".join([f"count(p{place})", *(f"count_if({test.format(f'p{place}')})" for test in _TESTS.values())])
        for place in range(columns_n)
    ]
    return ", ".join(["count(*)", *tests])


def profile_of(names: Sequence[str], counted: Sequence[int | None]) -> dict[str, Seen]:
    """What the columns of these names hold, by what `tests_sql` counted."""
    rows_n, *counts = (int(count or 0) for count in counted)
    size = len(_TESTS) + 1
    return {
        name: Seen(_type_of(counts[place * size : (place + 1) * size]), rows_n, counts[place * size])
        for place, name in enumerate(names)
    }


def _type_of(counts: list[int]) -> str:
    filled_n, *fitting = counts
    if not filled_n:
        return "empty"
    clear = next((kind for kind, n in zip(_TESTS, fitting, strict=True) if n >= _MOST * filled_n), None)
    return clear or ("text" if max(fitting) <= _HARDLY_ANY * filled_n else "mixed")


def known_columns(intake: Intake, table: str) -> dict[str, Seen]:
    """What the columns of a table of the source held so far."""
    rows = intake.con.sql(
        "SELECT column_name, type, rows_n, filled_n, last_file, last_seen_at FROM source_columns"
        " WHERE source = $source AND table_name = $table ORDER BY column_name",
        params={"source": intake.source.name, "table": table},
    )
    return {str(name): Seen(*rest) for name, *rest in rows.fetchall()}


def remember(intake: Intake, table: str, known: Mapping[str, Seen], seen: Mapping[str, Seen]) -> None:
    """Keep what columns held, in two statements: one for each took longer than the rows of a small file.

    Args:
        intake: The source.
        table: Its table.
        known: Columns of which there is a row.
        seen: The columns of the files that were just read, with what all files had in them.
    """
    of_table = {"now": intake.now, "source": intake.source.name, "table": table}
    if old := {name: column for name, column in seen.items() if name in known}:
        intake.con.execute(
            "UPDATE source_columns SET type = n.type, rows_n = n.rows_n, filled_n = n.filled_n, last_file = n.file,"
            f" last_seen_at = $now FROM ({_LISTED}) n WHERE source = $source AND table_name = $table"
            " AND source_columns.column_name = n.column_name",
            {**of_table, **_lists(old)},
        )
    if new := {name: column for name, column in seen.items() if name not in known}:
        intake.con.execute(
            "INSERT INTO source_columns (type, rows_n, filled_n, last_file, last_seen_at, source, table_name,"
            " column_name, first_seen_at)"
            f" SELECT type, rows_n, filled_n, file, $now, $source, $table, column_name, $now FROM ({_LISTED})",
            {**of_table, **_lists(new)},
        )


_LISTED = (
    "SELECT unnest($names) AS column_name, unnest($types) AS type, unnest($rows) AS rows_n, unnest($filled) AS filled_n"
    ", unnest($files) AS file"
)


def _with(former: Seen | None, now: Seen) -> Seen:
    """What a column held in all files, with the newest one."""
    former = former or Seen("empty", 0, 0)
    is_telling = now.filled_n >= ENOUGH or (former.filled_n < ENOUGH and now.filled_n > 0)
    kind = now.type if is_telling else former.type
    return Seen(kind, former.rows_n + now.rows_n, former.filled_n + now.filled_n)


def _lists(columns: dict[str, Seen]) -> dict[str, list[str] | list[int]]:
    """The columns as the lists that `_LISTED` takes."""
    return {
        "names": list(columns),
        "types": [column.type for column in columns.values()],
        "rows": [column.rows_n for column in columns.values()],
        "filled": [column.filled_n for column in columns.values()],
        "files": [column.file for column in columns.values()],
    }


def _shown(kind: str) -> str:
    return {"empty": "nothing", "text": "words", "integer": "whole numbers", "boolean": "yes or no"}.get(
        kind, kind + "s"
    )
