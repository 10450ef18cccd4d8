"""Exports: whole tables, and no cell that a spreadsheet would run."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import exports
from schemas.errors import WarehouseError
from schemas.tables import TABLES

FORMULAS = ("=1+1", "+1", "-1", "@A1", "\t=1")


@pytest.fixture
def published() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        connection.execute(table.ddl())
    for n, text in enumerate(("plain", *FORMULAS)):
        connection.execute("INSERT INTO variants VALUES (?, ?, ['=a', 'b'], 3, 1.5, 2, 'full', 1)", [text, f"v{n}"])
    return connection


def test_csv_and_parquet_have_every_table_with_every_row(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        paths, notes = exports.write_tables(published, suffix, tmp_path / suffix)
        assert sorted(path.name for path in paths) == sorted(f"{name}.{suffix}" for name in TABLES)
        assert notes == ()
        assert not list((tmp_path / suffix).glob(".*"))
    assert pl.read_parquet(tmp_path / "parquet" / "variants.parquet")["journey"].to_list() == ["plain", *FORMULAS]
    assert pl.read_csv(tmp_path / "csv" / "events.csv").columns == list(TABLES["events"].names)


def test_csv_disarms_text_that_a_spreadsheet_would_run(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    exports.write_tables(published, "csv", tmp_path)
    rows = pl.read_csv(tmp_path / "variants.csv")
    assert rows["journey"].to_list() == ["plain", *(f"'{text}" for text in FORMULAS)]
    assert rows["trace"].unique().to_list() == ['["=a","b"]']
    assert rows["cost"].unique().to_list() == [1.5]


def test_a_workbook_has_text_where_the_table_has_text(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (path,), _ = exports.write_tables(published, "xlsx", tmp_path)
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(TABLES)
    assert not any("<f>" in sheet for sheet in sheets)
    frame = pl.read_excel(path, sheet_name="variants", engine="calamine")
    assert frame["journey"].to_list() == ["plain", *FORMULAS]


def test_a_table_longer_than_a_sheet_is_left_out_and_told(
    published: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS_N", 5)
    _, notes = exports.write_tables(published, "xlsx", tmp_path)
    assert notes == ("variants: 6 rows are more than a sheet holds; use csv or parquet",)


def test_a_folder_that_cannot_be_written_is_told(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WarehouseError, match="another --to"):
        exports.write_tables(published, "csv", tmp_path / "file" / "below")
