"""Budgets against published numbers: small tables in, verdicts out."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.budgets import measured
from schemas.journey_map import load_map
from schemas.tables import TABLES

MAP = """
journey: buy
title: Buy
journey_is: {{per: person, opens_with: visit, goal: pay}}
flow:
  - {{phase: Look, steps: [visit, choose]}}
  - {{phase: Buy, steps: [pay]}}
touchpoints:
  visit: {{promise: {{next: choose, within: 2h}}}}
budget: [{budget}]
"""


def _insert(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """One row; columns that are not named take a value that does not matter."""
    fill = {
        "VARCHAR": "''",
        "BIGINT": "0",
        "DOUBLE": "0",
        "BOOLEAN": "false",
        "TIMESTAMPTZ": "TIMESTAMPTZ '2026-01-01'",
    }
    columns = TABLES[table].columns
    names = [column.name for column in columns]
    cells = [
        "?" if name in values else "NULL" if column.nullable else fill.get(column.type, "MAP {}")
        for name, column in zip(names, columns, strict=True)
    ]
    row = [values[name] for name in names if name in values]
    connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(cells)})", row)


@pytest.fixture
def published() -> duckdb.DuckDBPyConnection:
    """Nine journeys visit, four of them choose, one stands at the visit in flight."""
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        connection.execute(table.ddl())
    for place, name, phase in ((0, "visit", "Look"), (1, "choose", "Look"), (2, "pay", "Buy")):
        _insert(connection, "touchpoints", journey="buy", touchpoint=name, phase=phase, place=place, role="flow")
    for name, hazard, followed in (("visit", 0.25, 8), ("choose", 0.5, 4), ("pay", None, 0)):
        _insert(connection, "touchpoint_outcomes", journey="buy", touchpoint=name, hazard=hazard, followed_n=followed)
    for n in range(9):
        status = "in_flight" if n == 8 else "abandoned" if n % 2 else "converted"
        phase = "Buy" if status == "converted" else "Look"
        _insert(connection, "journeys", rule="default", journey="buy", journey_id=f"j{n}", status=status, phase=phase)
        for touchpoint in ("visit", "choose") if n < 4 else ("visit",):
            _insert(connection, "journey_events", journey_id=f"j{n}", touchpoint=touchpoint)
    _insert(
        connection, "waits", journey="buy", from_touchpoint="visit", to_touchpoint="choose",
        promised_s=7200.0, kept_share=0.7, kept_low=0.6, kept_high=0.8, n=20,
    )  # fmt: skip
    return connection


@pytest.mark.parametrize(
    ("budget", "share", "n", "verdict"),
    [
        ("{touchpoint: visit, promise_kept_at_least: 0.7}", 0.7, 20, "kept"),
        ("{touchpoint: visit, promise_kept_at_least: 0.71}", 0.7, 20, "broken"),
        ("{touchpoint: visit, drop_off_at_most: 0.25}", 0.25, 8, "kept"),
        ("{touchpoint: choose, drop_off_at_most: 0.4}", 0.5, 4, "broken"),
        ("{touchpoint: pay, drop_off_at_most: 0.1}", None, 0, "not measured"),
        # 8 visited and do not stand there, 4 chose: (8 * 0.25 + 4 * 0.5) / 8
        ("{phase: Look, drop_off_at_most: 0.5}", 0.5, 8, "kept"),
        ("{phase: Look, drop_off_at_most: 0.49}", 0.5, 8, "broken"),
        ("{phase: Buy, drop_off_at_most: 0.49}", None, 0, "not measured"),
    ],
)
def test_a_budget_is_kept_broken_or_not_measured(
    published: duckdb.DuckDBPyConnection, tmp_path: Path, budget: str, share: float | None, n: int, verdict: str
) -> None:
    path = tmp_path / "buy.yaml"
    path.write_text(MAP.format(budget=budget), encoding="utf-8")
    (line,) = measured(published, (load_map(path),))
    assert (line.share, line.n, line.verdict) == (share, n, verdict)
