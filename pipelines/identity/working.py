"""Small steps on working tables, which live as long as one resolution."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from models import sql

PREFIX = "identity_"


def model(name: str, **values: str) -> str:
    """The text of a staging model."""
    return sql.render(f"staging/{name}", **values)


def make(connection: duckdb.DuckDBPyConnection, name: str, select: str) -> int:
    """Make (or make again) a working table; returns how many rows it has."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")
    return number(connection, f"SELECT count(*) FROM {name}")


def put(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, pa.Array]) -> None:
    """Make (or make again) a working table from arrays."""
    connection.register("identity_incoming", pa.table(columns))
    make(connection, name, "SELECT * FROM identity_incoming")
    connection.unregister("identity_incoming")


def refill(
    connection: duckdb.DuckDBPyConnection, table: str, select: str, columns: tuple[str, ...] = (), by: str = ""
) -> None:
    """Replace all rows of a kept table, in the order `by`."""
    names = f" ({', '.join(columns)})" if columns else ""
    connection.execute(f"DELETE FROM {table}")
    connection.execute(f"INSERT INTO {table}{names} {select}{f' ORDER BY {by}' if by else ''}")


def forget(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Drop working tables, so that a long run does not keep their memory; without names: all."""
    chosen = names or tuple(
        str(name)
        for (name,) in connection.sql(
            f"SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, '{PREFIX}')"
        ).fetchall()
    )
    for name in chosen:
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")


def number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one whole number that a query gives."""
    return int(connection.sql(query).fetchall()[0][0])
