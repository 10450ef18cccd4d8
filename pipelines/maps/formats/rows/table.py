"""A CSV file or a spreadsheet as rows of text, whatever wrote it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from schemas.errors import MapError, Problem

Cells = list[list[str]]
MOST_ROWS = 2_000  # a map of 500 touchpoints is a large one
MOST_COLUMNS = 1_000
_BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_DELIMITERS = (";", "\t", ",", "|")


def tables(path: Path) -> list[tuple[str, Cells]]:
    """The sheets of a file: name ("" for text files) and rows; a row's place is its line.

    Raises:
        MapError: It cannot be read, is empty, or is far larger than any map.
    """
    found = _sheets(path) if path.suffix.lower() in _BOOKS or _is_book(path) else [("", _text_rows(path))]
    filled = [(name, rows) for name, rows in found if any(cell for row in rows for cell in row)]
    if not filled:
        raise refused(path, 0, "an empty file", "a table with a row for each touchpoint")
    for _, rows in filled:
        if len(rows) > MOST_ROWS or max(map(len, rows)) > MOST_COLUMNS:
            got = f"{len(rows):,} rows and {max(map(len, rows)):,} columns"
            raise refused(path, 0, got, f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns, is this a map?")
    return filled


def refused(path: Path, line: int, got: str, wanted: str, hint: str = "") -> MapError:
    """An error about one place of a file."""
    problem = Problem(path.name, line, got, wanted, hint)
    return MapError(got, wanted, hint, path.name, line, (problem,))


def _is_book(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _sheets(path: Path) -> list[tuple[str, Cells]]:
    import fastexcel
    import pyarrow as pa

    try:
        book = fastexcel.read_excel(path)
        sheets = [
            (name, book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")) for name in book.sheet_names
        ]
    except fastexcel.FastExcelError:
        raise refused(path, 0, "no workbook, or a damaged one", "an .xlsx file", "save it again") from None
    found: list[tuple[str, Cells]] = []
    for name, sheet in sheets:
        columns = pa.table(pa.record_batch(sheet)).to_pydict().values() if sheet.width and sheet.height else []
        found.append((name, [[_clean(cell or "") for cell in row] for row in zip(*columns, strict=True)]))
    return found


def _text_rows(path: Path) -> Cells:
    text = _decoded(path)
    try:
        return [[_clean(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), _dialect(text))]
    except csv.Error:
        raise refused(path, 0, "a quote that is never closed, or a cell of more than 128 kB", "a CSV file") from None


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _dialect(text: str) -> type[csv.Dialect]:
    """The sign between cells: the one that gives the first rows equally many of them, and most."""

    def rows_alike(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=delimiter))[:20]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        return max(widths.values(), default=0), max(widths, default=0)

    best = max(_DELIMITERS, key=rows_alike)

    class Found(csv.excel):
        delimiter = best

    return Found


def _clean(cell: str) -> str:
    """A cell without what spreadsheets add: spaces around it, an apostrophe against formulas."""
    text = cell.replace("\r\n", "\n").replace("\x00", "").replace("\xa0", " ").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text
