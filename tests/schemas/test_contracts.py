"""The contracts of the tables: good rows pass, and a broken one is told without its values."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl
import pytest

from schemas.contracts import TYPES, ContractError, check, contract
from schemas.tables import EVENTS, TABLES

ROW: dict[str, Any] = {
    "event_id": "e1", "source": "shop", "occurred_at": datetime(2026, 3, 1, tzinfo=UTC), "activity": "visit",
    "channel": None, "initiator": "customer", "status": None, "session_id": None, "ids": {"c": "p"},
    "attributes": {}, "ingested_at": datetime(2026, 3, 2, tzinfo=UTC), "file_id": "f", "line": 2, "event_key": 1,
    "id_key": 1, "tie": 2,
}  # fmt: skip


def events(**changes: object) -> pl.DataFrame:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    con.execute(EVENTS.ddl().replace(" NOT NULL", ""))
    row = ROW | changes
    values = ", ".join(f"${name}" for name in row)
    con.execute(f"INSERT INTO events ({', '.join(row)}) VALUES ({values})", row)
    return pl.DataFrame(con.sql("SELECT * FROM events").to_arrow_table())


def test_a_row_as_described_passes() -> None:
    check(EVENTS, events())
    check(EVENTS, events().clear())
    check(EVENTS, events().select("initiator", "status"), ("initiator", "status"))


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (events(initiator="robot"), "events: initiator"),
        (events(status="perhaps"), "events: status"),
        (events(activity=None), "events: activity"),
        (events().with_columns(line=pl.lit("2")), "events: line"),
        (events().with_columns(ids=pl.lit("2")), "events: ids"),
        (events().drop("tie"), "events: "),
        (events().with_columns(more=pl.lit(1)), "events: "),
    ],
)
def test_a_broken_row_is_told_by_column_and_without_its_value(frame: pl.DataFrame, told: str) -> None:
    with pytest.raises(ContractError, match=told) as caught:
        check(EVENTS, frame)

    assert "robot" not in str(caught.value)
    assert "perhaps" not in str(caught.value)


@pytest.mark.parametrize("name", TABLES)
def test_every_published_table_has_a_contract(name: str) -> None:
    assert list(contract(name).columns) == list(TABLES[name].names)
    assert {column.type for column in TABLES[name].columns} <= set(TYPES)


def test_pandera_takes_no_pyspark_along_and_binds_no_driver() -> None:
    code = (
        "import os, sys; import schemas.contracts;"
        " print([name for name in sys.modules if name.startswith('pyspark')], 'SPARK_LOCAL_IP' in os.environ);"
        " import pyspark"
    )
    plain = {name: value for name, value in os.environ.items() if name != "SPARK_LOCAL_IP"}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=plain)

    assert told.stdout == "[] False\n"
