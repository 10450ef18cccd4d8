"""What few people said, and what would give it away."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipelines.privacy.cover import Cover, read_cover
from schemas.tables import TABLES


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        con.execute(table.ddl())
    return con


def put(con: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    given = {"journey": "buy"} | values
    con.execute(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})", [*given.values()])


def told(con: duckdb.DuckDBPyConnection, cover: Cover, table: str) -> list[dict[str, str]]:
    found = con.sql(f"SELECT * FROM {table}")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return [{name: value.text for name, value in cover.columns(table, row).items()} for row in rows]


def test_answers_of_few_go_and_another_value_of_their_segment_with_them(tables: duckdb.DuckDBPyConnection) -> None:
    for segment, n in ((None, 60), ("region=n", 3), ("region=s", 57)):
        put(tables, "experience", measure="nps", segment=segment, answers_n=n, score=10.0)
    whole, north, south = told(tables, read_cover(tables, 5), "experience")

    assert north["answers_n"] == north["score"] == "< 5"
    assert "answers_n" in whole or "answers_n" in south


@pytest.mark.parametrize(("share", "is_shown"), [(0.5, True), (0.0, True), (1.0, True), (0.02, False), (0.98, False)])
def test_a_response_rate_that_tells_of_few_is_hidden(
    tables: duckdb.DuckDBPyConnection, share: float, is_shown: bool
) -> None:
    put(tables, "experience", measure="nps", answers_n=50, asked_n=100, response_share=share)
    (hidden,) = told(tables, read_cover(tables, 5), "experience")

    assert ("response_share" not in hidden) is is_shown


@pytest.mark.parametrize(
    ("journeys", "lost", "hidden"),
    [(50, 20, set()), (50, 3, {"lost_n"}), (50, 48, {"lost_n"}), (3, 3, {"journeys_n", "lost_n"}), (50, 0, set())],
)
def test_a_quadrant_of_few_is_hidden(
    tables: duckdb.DuckDBPyConnection, journeys: int, lost: int, hidden: set[str]
) -> None:
    put(tables, "experience_quadrants", behaviour="bad", survey="silent", journeys_n=journeys, lost_n=lost)
    assert told(tables, read_cover(tables, 5), "experience_quadrants")[0].keys() == hidden


def test_few_who_came_again_are_not_told_by_what_customers_are_worth(tables: duckdb.DuckDBPyConnection) -> None:
    put(tables, "customer_value", customers_n=100, repurchase_share=0.03, churn_share=0.4, lifetime_value=103.0)
    (hidden,) = told(tables, read_cover(tables, 5), "customer_value")

    assert {"repurchase_share", "lifetime_value"} <= hidden.keys()
    assert "churn_share" not in hidden
