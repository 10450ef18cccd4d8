from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse.failures import explain
from schemas.errors import WarehouseError, WorkspaceBusyError

WAREHOUSE = Path("/w/warehouse.duckdb")


@pytest.mark.parametrize(
    ("error", "got"),
    [
        (
            duckdb.IOException('Could not write file "/w/.terreng/spill/x.tmp": No space left on device'),
            "the disk is full",
        ),
        (OSError(28, "No space left on device", "/w/published/terreng.duckdb"), "the disk is full"),
        (duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"), "the memory limit is too small"),
        (
            duckdb.IOException('"/w/warehouse.duckdb" is not a valid DuckDB database file!'),
            "a file",
        ),
        (PermissionError(13, "Permission denied", "/w/warehouse.duckdb"), "no permission"),
    ],
)
def test_each_failure_of_the_machine_or_the_file_is_the_users_error(error: Exception, got: str) -> None:
    told = explain(error, WAREHOUSE)
    assert isinstance(told, WarehouseError)
    assert told.got.startswith(got)
    assert told.wanted
    assert told.hint


def test_a_rival_is_named_by_its_process_and_program() -> None:
    error = duckdb.IOException(
        'IO Error: Could not set lock on "/w/warehouse.duckdb": Conflicting lock is held in /usr/bin/dbeaver (PID 42)'
    )
    told = explain(error, WAREHOUSE)
    assert isinstance(told, WorkspaceBusyError)
    assert told.got == "process 42 (dbeaver) has the file open"


@pytest.mark.parametrize(
    "error",
    [
        duckdb.IOException('Cannot open file "exports/shop.csv": No such file or directory'),
        FileNotFoundError(2, "No such file or directory", "exports/shop.csv"),
        duckdb.CatalogException("Table warehouse.duckdb does not exist"),
    ],
)
def test_errors_about_other_files_and_errors_of_ours_are_left_alone(error: Exception) -> None:
    assert explain(error, WAREHOUSE) is None
