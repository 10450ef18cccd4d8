"""Parquet and XLSX: files whose columns are known before the first row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.readers.landing import Landing, quoted
from schemas.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.settings import Read

_LEADING_ROWS = 100  # empty rows above the header that are passed over


def parquet_relation(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> tuple[str, dict[str, str] | None, int]:
    """A Parquet file as a relation, the text of its columns, and its row count by its footer.

    The text is None where columns are nested: then the relation has `line` and `raw` with each row as JSON.

    Raises:
        SourceError: This is no Parquet file, or a damaged one.
    """
    _refuse_member(delivery, "Parquet file")
    reading = f"read_parquet({quoted(_escaped(delivery))}, file_row_number = true)"
    try:
        described = con.sql(f"SELECT * EXCLUDE (file_row_number) FROM {reading} LIMIT 0")
        footer = f"SELECT num_rows FROM parquet_file_metadata({quoted(_escaped(delivery))})"
        rows_n = int(con.sql(footer).fetchall()[0][0])
    except duckdb.Error as error:
        got = "the file is no Parquet file, or a damaged one"
        raise SourceError(got, "a whole Parquet file", "deliver it again", delivery.shown) from error
    line = "file_row_number + 1 AS line"
    columns = list(zip(described.columns, described.types, strict=True))
    if any(kind.id in {"struct", "list", "map", "array", "union"} for _, kind in columns):
        names = ", ".join(_identifier(name) for name, _ in columns)
        packed = f"to_json(struct_pack({names}))"
        return f"(SELECT {line}, CAST({packed} AS VARCHAR) AS raw FROM {reading})", None, rows_n
    selected = ", ".join(f"{_identifier(name)} AS c{place}" for place, (name, _) in enumerate(columns))
    text = {name: _text_of(f"c{place}", kind.id) for place, (name, kind) in enumerate(columns)}
    return f"(SELECT {line}, {selected} FROM {reading})", text, rows_n


def _refuse_member(delivery: Delivery, what: str) -> None:
    if delivery.member:
        raise SourceError(f"a {what} in an archive", "a file of text in it", "unpack the archive", delivery.shown)


def _text_of(column: str, kind: str) -> str:
    if kind == "blob":
        return f"nullif(to_base64({column}), '')"
    return f"nullif(CAST({column} AS VARCHAR), '')"


def _escaped(delivery: Delivery) -> str:
    """The path with the signs that DuckDB would take for a glob in brackets."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(delivery.path))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def xlsx_table(delivery: Delivery, read: Read) -> tuple[pa.Table, Landing]:
    """A sheet as an Arrow table of text (`c0`, ..., `line`), and the landing that names its columns.

    The line is the row's number in the sheet.

    Raises:
        SourceError: This is no workbook, or it has no such sheet.
    """
    import fastexcel
    import pyarrow as pa

    _refuse_member(delivery, "workbook")

    try:
        book = fastexcel.read_excel(delivery.path)
        sheet = book.load_sheet(read.sheet or 0, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.SheetNotFoundError as error:
        sheets = ", ".join(repr(name) for name in book.sheet_names)
        raise SourceError(f"there is no sheet {read.sheet!r}", f"one of {sheets}", "", delivery.shown) from error
    except fastexcel.FastExcelError as error:
        got = "the file is no workbook, or a damaged one"
        raise SourceError(got, "an .xlsx file", "deliver it again", delivery.shown) from error
    cells = pa.table(pa.record_batch(sheet))
    rows = (
        cells.to_pylist() if cells.num_rows <= read.header_rows else cells.slice(0, read.header_rows + 100).to_pylist()
    )
    filled = [place for place, row in enumerate(rows) if any(value is not None for value in row.values())]
    headers = filled[: read.header_rows]
    first = headers[-1] + 1 if headers else 0
    names = list(rows[headers[0]].values()) if headers else [None] * cells.num_columns
    table = cells.rename_columns([f"c{place}" for place in range(cells.num_columns)]).slice(first)
    lines = pa.array(range(first + 1, first + 1 + table.num_rows), pa.int64())
    filled_rows = _is_filled(table)
    table = table.append_column("line", lines).filter(filled_rows)
    text = {_name(name, place): f"nullif(c{place}, '')" for place, name in enumerate(names)}
    landing = Landing(delivery, "", text, records_n=table.num_rows)
    if len(book.sheet_names) > 1 and read.sheet is None:
        landing.notes.append(f"read the first sheet, {book.sheet_names[0]!r}")
    return table, landing


def _name(name: str | None, place: int) -> str:
    return (name or "").strip() or f"column_{place + 1}"


def _is_filled(table: pa.Table) -> pa.Array:
    """Rows with at least one filled cell: spreadsheets have empty rows that nobody wrote."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = pa.array([False] * table.num_rows, pa.bool_())
    for column in table.columns:
        mask = pc.or_(mask, pc.is_valid(column))
    return mask
