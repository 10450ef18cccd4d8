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

FORMULAS = ("=1+1", "+1", "-1", "@A1", "\t=1", "\n=1", "\uff1d1+1")


@pytest.fixture
def published() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        connection.execute(table.ddl())
    for n, text in enumerate(("plain", *FORMULAS)):
        connection.execute("INSERT INTO variants VALUES (?, ?, ['=a', 'b'], 30, 1.5, 2, 'full', 1)", [text, f"v{n}"])
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
    assert notes == ("variants: 8 rows are more than a sheet holds; use csv or parquet",)


def test_a_folder_that_cannot_be_written_is_told(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WarehouseError, match="another --to"):
        exports.write_tables(published, "csv", tmp_path / "file" / "below")


def test_a_sign_that_ends_texts_elsewhere_is_replaced(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    published.execute("INSERT INTO variants VALUES ('with a ' || chr(0) || ' in it', 'v', [], 30, 1.5, 2, 'full', 1)")
    exports.write_tables(published, "csv", tmp_path)
    assert b"\0" not in (tmp_path / "variants.csv").read_bytes()
    assert "with a \ufffd in it" in pl.read_csv(tmp_path / "variants.csv")["journey"].to_list()


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_small_numbers_and_those_that_would_give_them_away_are_left_empty(
    suffix: str, published: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    published.execute("DELETE FROM variants")
    for name, n in (("rare", 2), ("common", 90), ("seldom", 7)):
        published.execute("INSERT INTO variants VALUES ('buy', ?, ['a'], ?, 1, 1, 'full', 1)", [name, n])
    exports.write_tables(published, suffix, tmp_path)
    frame = {
        "csv": lambda: pl.read_csv(tmp_path / "variants.csv"),
        "parquet": lambda: pl.read_parquet(tmp_path / "variants.parquet"),
        "xlsx": lambda: pl.read_excel(tmp_path / "terreng.xlsx", sheet_name="variants", engine="calamine"),
    }[suffix]()
    found = dict(zip(frame["variant_id"], zip(frame["journeys_n"], frame["hidden"], strict=True), strict=True))
    assert found == {"common": (90, None), "rare": (None, "journeys_n"), "seldom": (None, "journeys_n")}
    assert "fewer than 5 are left empty" in (tmp_path / "README.txt").read_text(encoding="utf-8")


def test_a_minimum_of_one_hides_nothing(published: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    published.execute("INSERT INTO variants VALUES ('buy', 'rare', ['a'], 1, 1, 1, 'full', 1)")
    exports.write_tables(published, "csv", tmp_path, 1)
    frame = pl.read_csv(tmp_path / "variants.csv")
    assert frame.filter(pl.col("variant_id") == "rare")["journeys_n"].to_list() == [1]
    assert "hidden" not in frame.columns
