"""The narrow waist between SQL models and what executes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import duckdb
import polars as pl

from models import sql

Values = Mapping[str, str | int]
"""What a model's `$names` stand for: SQL expressions and whole numbers."""


@dataclass(frozen=True)
class DuckDBEngine:
    """Runs SQL models in a DuckDB connection.

    Attributes:
        connection: An open connection; its tables are the models' tables.
    """

    connection: duckdb.DuckDBPyConnection
    dialect: str = "duckdb"

    def use(self, schema: str, *behind: str) -> None:
        """Put working tables into a schema of their own from now on; published tables stay visible by name.

        Args:
            schema: Where tables are made and looked up first.
            behind: Schemas in which they are looked up next.
        """
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        self.connection.execute(f"SET search_path = '{','.join((schema, *behind, 'main'))}'")

    def create(self, model: str, values: Values = MappingProxyType({}), name: str = "") -> None:
        """Make (or make again) a working table; default: named like the model's file."""
        self._make(model, f"CREATE OR REPLACE TABLE {name or model.rpartition('/')[2]} AS", values)

    def hold(self, model: str, values: Values = MappingProxyType({})) -> None:
        """Make (or make again) a working table that is needed for a few steps only: it is never written down."""
        self._make(model, f"CREATE OR REPLACE TEMP TABLE {model.rpartition('/')[2]} AS", values)

    def drop(self, *names: str) -> None:
        """Remove working tables that nothing needs any more."""
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def append(self, model: str, values: Values = MappingProxyType({}), table: str = "") -> None:
        """Add a model's rows to a published table, by name; default: the table named like the model's file."""
        self._make(model, f"INSERT INTO main.{table or model.rpartition('/')[2]} BY NAME", values)

    def frame(self, text: str) -> pl.DataFrame:
        """Rows of a query."""
        rows: pl.DataFrame = self.connection.sql(sql.expand(text, self.dialect)).pl()
        return rows

    def scalar(self, text: str) -> int:
        """The one whole number that a query gives; 0 where it gives null."""
        rows = self.connection.sql(sql.expand(text, self.dialect)).fetchall()
        return int(rows[0][0] or 0) if rows else 0

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Make (or make again) a working table from a small frame."""
        self.connection.register("incoming", frame.to_arrow())
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self.connection.unregister("incoming")

    def _make(self, model: str, head: str, values: Values) -> None:
        self.connection.execute(f"{head} {sql.render(model, self.dialect, **values)}")
