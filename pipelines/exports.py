"""The published tables as files: CSV and Parquet in batches, XLSX as one workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from schemas.errors import WarehouseError
from schemas.table import Table
from schemas.tables import TABLES

BATCH_ROWS_N = 100_000
# A sheet of Excel's has 1,048,576 rows, one of them the header.
SHEET_ROWS_N = 1_048_575
# What a spreadsheet would run rather than show.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(
    connection: duckdb.DuckDBPyConnection, export_format: str, folder: Path
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Every published table. Returns the files, and what could not be written and why.

    Raises:
        WarehouseError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if export_format == "xlsx":
            return _write_workbook(connection, folder / "terreng.xlsx")
        write = _write_csv if export_format == "csv" else _write_parquet
        return tuple(_written(connection, table, folder, export_format, write) for table in TABLES.values()), ()
    except OSError as error:
        raise WarehouseError(
            got=f"{error.strerror or error}", wanted="a folder with room", hint="choose another --to", file=str(folder)
        ) from error


def _written(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    folder: Path,
    suffix: str,
    write: Callable[[duckdb.DuckDBPyRelation, Path], None],
) -> Path:
    """One table, first under another name: a file that stands is whole."""
    path = folder / f"{table.name}.{suffix}"
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        write(connection.sql(_select(table, is_flat=suffix == "csv")), unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _select(table: Table, is_flat: bool) -> str:
    """The table's columns in order; maps and lists as JSON where the format knows only plain cells."""
    nested = {column.name for column in table.columns if column.type.startswith("MAP") or column.type.endswith("[]")}
    columns = [f"to_json({name})::VARCHAR AS {name}" if is_flat and name in nested else name for name in table.names]
    return f"SELECT {', '.join(columns)} FROM {table.name}"


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
    return pl.when(text.str.slice(0, 1).is_in(FORMULA_STARTS)).then(pl.lit("'") + text).otherwise(text)


def _write_workbook(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
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
                frame = connection.sql(_select(table, is_flat=True)).pl()
                frame.write_excel(book, worksheet=table.name, autofit=rows_n < BATCH_ROWS_N)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return (path,), tuple(notes)
