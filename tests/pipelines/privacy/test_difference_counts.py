"""Small numbers in `segment_differences` and `root_causes` are covered where they leave."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipelines.privacy.cover import read_cover
from schemas.tables import TABLES


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        con.execute(table.ddl())
    return con


def put(con: duckdb.DuckDBPyConnection, table: str, **values: Any) -> dict[str, Any]:
    given = {"journey": "buy"} | values
    names = ", ".join(given)
    con.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(given))})", list(given.values()))
    return dict.fromkeys(TABLES[table].names) | given


def difference(con: duckdb.DuckDBPyConnection, segment: str, share: float, others_share: float) -> dict[str, Any]:
    return put(con, "segment_differences", segment=segment, measure="deviation", touchpoint="pay", signal="failed",
               n=100, others_n=400, share=share, others_share=others_share, family_n=20, is_simpson=False)  # fmt: skip


def cause(con: duckdb.DuckDBPyConnection, value: str, reached_n: int, exposed_n: int, share: float) -> dict[str, Any]:
    return put(con, "root_causes", touchpoint="pay", signal="failed", attribute="device", value=value,
               reached_n=reached_n, exposed_n=exposed_n, share_of_exposed=share, exposed_share=0.5,
               others_exposed_share=0.1, family_n=20, said="...", place=1)  # fmt: skip


def test_a_share_of_few_or_of_all_but_few_goes(tables: duckdb.DuckDBPyConnection) -> None:
    told = difference(tables, "region=Oslo", 0.40, 0.30)
    few = difference(tables, "region=Agder", 0.03, 0.30)
    all_but_few = difference(tables, "region=Troms", 0.40, 0.995)
    cover = read_cover(tables, 5)
    assert cover.columns("segment_differences", told) == {}
    for row in (few, all_but_few):
        assert {"share", "others_share", "difference", "adjusted"} <= set(cover.columns("segment_differences", row))


def test_a_cause_goes_with_its_sentence_where_few_have_it_or_few_have_not(tables: duckdb.DuckDBPyConnection) -> None:
    told = cause(tables, "iOS", 100, 50, 0.5)
    rows = [cause(tables, "Android", 13, 10, 0.5), cause(tables, "Windows", 100, 50, 0.98)]
    cover = read_cover(tables, 5)
    assert cover.columns("root_causes", told) == {}
    for row in rows:
        assert {"said", "exposed_n", "share_of_exposed", "lift"} <= set(cover.columns("root_causes", row))
