"""The published tables as files: CSV and Parquet in batches, XLSX as one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from pipelines.privacy.cover import Cover, read_cover
from pipelines.privacy.exporting import README, covered_frame, is_summary, readme
from pipelines.settings import Privacy
from pipelines.warehouse.publishing import order_by
from schemas.errors import WarehouseError
from schemas.table import Table
from schemas.tables import TABLES

BATCH_ROWS_N = 100_000
# A sheet of Excel's has 1,048,576 rows, one of them the header.
SHEET_ROWS_N = 1_048_575
# What a spreadsheet would run rather than show; the wide signs are the same to one in Japanese or Chinese.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write_tables(
    connection: duckdb.DuckDBPyConnection, export_format: str, folder: Path, minimum: int = Privacy().minimum_cell
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Every published table. Returns the files, and what could not be written and why.

    Args:
        connection: A reader's.
        export_format: csv, parquet or xlsx.
        folder: Where to; a README.txt in it says what whoever gets the files should know.
        minimum: Numbers of fewer people are hidden in summaries, with what would give them away.

    Raises:
        WarehouseError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        cover = read_cover(connection, minimum)
        (folder / README).write_text(readme(cover), encoding="utf-8")
        if export_format == "xlsx":
            return _write_workbook(connection, cover, folder / "terreng.xlsx")
        return tuple(_written(connection, cover, table, folder, export_format) for table in TABLES.values()), ()
    except OSError as error:
        raise WarehouseError(
            got=f"{error.strerror or error}", wanted="a folder with room", hint="choose another --to", file=str(folder)
        ) from error


def _written(connection: duckdb.DuckDBPyConnection, cover: Cover, table: Table, folder: Path, suffix: str) -> Path:
    """One table, first under another name: a file that stands is whole."""
    path = folder / f"{table.name}.{suffix}"
    unfinished = path.with_name(f".{path.name}.unfinished")
    is_flat = suffix == "csv"
    try:
        with _rows(connection, cover, table, is_flat) as rows:
            (_write_csv if is_flat else _write_parquet)(rows, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


@contextmanager
def _rows(
    connection: duckdb.DuckDBPyConnection, cover: Cover, table: Table, is_flat: bool
) -> Iterator[duckdb.DuckDBPyRelation]:
    """The table's columns in order; of a summary, what may be shown of it."""
    if not is_summary(table):
        told = f"SELECT * FROM {table.name}{order_by(table.name)}"  # before a map is shown as text: by its own column
        yield connection.sql(f"SELECT {_columns(table, table.names, is_flat)} FROM ({told})")
        return
    with duckdb.connect() as aside:  # the reader's connection is shut off from everything outside of the snapshot
        aside.execute("SET timezone = 'UTC'")
        aside.execute("SET enable_progress_bar = false")
        frame = covered_frame(connection, table, cover)
        aside.register("covered", frame.to_arrow())
        yield aside.sql(f"SELECT {_columns(table, frame.columns, is_flat)} FROM covered")


def _columns(table: Table, names: Sequence[str], is_flat: bool) -> str:
    """Maps and lists as JSON where the format knows only plain cells."""
    nested = {column.name for column in table.columns if column.type.startswith("MAP") or column.type.endswith("[]")}
    return ", ".join(f"to_json({name})::VARCHAR AS {name}" if is_flat and name in nested else name for name in names)


def _write_parquet(rows: duckdb.DuckDBPyRelation, path: Path) -> None:
    from pyarrow.parquet import ParquetWriter

    reader = rows.to_arrow_reader(BATCH_ROWS_N)
    with ParquetWriter(path, reader.schema, compression="zstd") as file:
        for batch in reader:
            file.write_batch(batch)


def _write_csv(rows: duckdb.DuckDBPyRelation, path: Path) -> None:
    with path.open("wb") as file:
        pl.DataFrame(schema=rows.columns).write_csv(file)
        for batch in rows.to_arrow_reader(BATCH_ROWS_N):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a record batch always is one
            disarmed(frame).write_csv(file, include_header=False, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")


def disarmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it, as spreadsheets themselves do."""
    names = [name for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(_disarmed(pl.col(name)).alias(name) for name in names)


def _disarmed(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all("\0", "\N{REPLACEMENT CHARACTER}", literal=True)  # it ends a text for many readers
    return pl.when(text.str.slice(0, 1).is_in(FORMULA_STARTS)).then(pl.lit("'") + text).otherwise(text)


def _write_workbook(
    connection: duckdb.DuckDBPyConnection, cover: Cover, path: Path
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """One sheet per table. Nothing in a cell is taken for a formula, a number or a link that is text in the table."""
    from xlsxwriter import Workbook

    notes: list[str] = []
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with Workbook(unfinished, {**options, "remove_timezone": True, "nan_inf_to_errors": True}) as book:
            for table in TABLES.values():
                rows_n = int(connection.sql(f"SELECT count(*) FROM {table.name}").fetchall()[0][0])
                if rows_n > SHEET_ROWS_N:
                    notes.append(f"{table.name}: {rows_n:,} rows are more than a sheet holds; use csv or parquet")
                    continue
                with _rows(connection, cover, table, is_flat=True) as rows:
                    rows.pl().write_excel(book, worksheet=table.name, autofit=rows_n < BATCH_ROWS_N)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return (path,), tuple(notes)
