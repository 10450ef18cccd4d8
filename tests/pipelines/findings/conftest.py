"""Published tables by hand: a warehouse in memory with the rows that a test gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.engine import DuckDBEngine
from schemas.journey_map import JourneyMap, load_map
from schemas.table import FLAG, INT, REAL, TIME
from schemas.tables import TABLES

MAP = """
journey: buy
title: Buy
owner: Sales
flow:
  - phase: Order
    steps: [visit, order, {one_of: [card, invoice]}, deliver]
touchpoints:
  visit: {title: Visit the shop}
  card: {title: Pay by card, owner: Billing}
  invoice: {title: Pay by invoice}
value: {per_conversion: 4000, margin: 0.5, currency: NOK}
"""
_PLAIN = {INT: 0, REAL: 0.0, FLAG: False, TIME: datetime(2026, 1, 1, tzinfo=UTC)}
Fill = Callable[..., None]
MakeMap = Callable[..., JourneyMap]


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """Every published table, empty."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET timezone = 'UTC'")
        for table in TABLES.values():
            connection.execute(table.ddl())
        yield DuckDBEngine(connection)


@pytest.fixture
def fill(engine: DuckDBEngine) -> Fill:
    """Puts rows into a table instead of those that are there; what a row does not say is null, 0, no or "x"."""

    def put(table: str, *rows: Mapping[str, object]) -> None:
        columns = TABLES[table].columns
        plain = {each.name: None if each.nullable else _PLAIN.get(each.type, "x") for each in columns}
        engine.connection.execute(f"DELETE FROM main.{table}")
        for row in rows:
            assert row.keys() <= plain.keys(), row.keys() - plain.keys()
            engine.connection.register("one", pl.DataFrame([{**plain, **row}]).to_arrow())
            engine.connection.execute(f"INSERT INTO main.{table} BY NAME SELECT * FROM one")
            engine.connection.unregister("one")

    return put


@pytest.fixture
def make_map(tmp_path: Path) -> MakeMap:
    """Reads a map from text; default: a small shop's."""

    def make(text: str = MAP) -> JourneyMap:
        path = tmp_path / "map.yaml"
        path.write_text(text, encoding="utf-8")
        return load_map(path)

    return make
