"""The comparer sees what must be seen: each difference that an engine once made in silence."""

from __future__ import annotations

import duckdb
import pytest

from tests.cluster.comparing import difference, order_difference


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        ("SELECT 1 AS a", "SELECT 1 AS a", ""),
        ("SELECT 1.0::DOUBLE AS a", "SELECT 1.0000000001::DOUBLE AS a", ""),
        ("SELECT 'nan'::DOUBLE AS a", "SELECT 'nan'::DOUBLE AS a", ""),
        (
            "SELECT 1.0::DOUBLE AS a",
            "SELECT 1.00000001::DOUBLE AS a",
            "1 rows differ; paired by what else they say: a 1x",
        ),
        ("SELECT 1 AS a", "SELECT 1::BIGINT AS a", "columns ['a INTEGER'] against ['a BIGINT']"),
        ("SELECT 1 AS a, 2 AS b", "SELECT 2 AS b, 1 AS a", "columns ['a', 'b'] against ['b', 'a']"),
        ("SELECT 1 AS a UNION ALL SELECT 1", "SELECT 1 AS a", "1 rows only in the first, 0 only in the second"),
        ("SELECT NULL::INT AS a", "SELECT 0 AS a", "1 rows differ; paired by what else they say: a 1x"),
        ("SELECT ['x', 'y'] AS a", "SELECT ['y', 'x'] AS a", "1 rows differ; paired by what else they say: a 1x"),
        ("SELECT 'x' AS a, 1.5 AS b", "SELECT 'x' AS a, 1.5 AS b", ""),
        (
            "SELECT TIMESTAMPTZ '2026-03-01 10:00:00+00' AS a",
            "SELECT TIMESTAMP '2026-03-01 10:00:00' AS a",
            "columns ['a TIMESTAMP WITH TIME ZONE'] against ['a TIMESTAMP']",
        ),
    ],
)
def test_a_difference_is_told(left: str, right: str, told: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE a AS {left}; CREATE TABLE b AS {right}")

        assert difference(connection, "a", "b") == told


def test_rows_in_another_order_are_alike_and_their_order_is_told() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS FROM range(3); CREATE TABLE b AS FROM range(3) ORDER BY range DESC")

        assert difference(connection, "a", "b") == ""
        assert order_difference(connection, "a", "b") == "2 rows in another place"


def test_a_column_of_the_run_is_not_looked_at() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE a AS SELECT 1 AS x, 1 AS run_id; CREATE TABLE b AS SELECT 1 AS x, 2 AS run_id")

        assert difference(connection, "a", "b", {"run_id"}) == ""
