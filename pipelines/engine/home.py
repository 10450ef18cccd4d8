"""DuckDB on this machine: the default engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import duckdb
import polars as pl

from models import sql

Values = Mapping[str, str | int]
"""What a model's `$names` stand for: SQL expressions and whole numbers."""
NO_VALUES: Values = MappingProxyType({})


@dataclass(frozen=True)
class DuckDBEngine:
    """Runs SQL models in a DuckDB connection.

    Attributes:
        connection: An open connection; its tables are the models' tables.
    """

    connection: duckdb.DuckDBPyConnection
    dialect: str = "duckdb"

    @property
    def path(self) -> tuple[str, ...]:
        """The schemas in which names are looked up, in order."""
        (row,) = self.connection.sql("SELECT current_setting('search_path')").fetchall()
        return tuple(str(row[0]).split(",")) if row[0] else ("main",)

    def use(self, schema: str, *behind: str) -> None:
        """Put working tables into a schema of their own from now on; published tables stay visible by name.

        Args:
            schema: Where tables are made and looked up first.
            behind: Schemas in which they are looked up next.
        """
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        path = dict.fromkeys((schema, *behind, "main"))
        self.connection.execute(f"SET search_path = '{','.join(path)}'")

    def has(self, name: str) -> bool:
        """Whether there is such a table: `schema.table`, or a name that is looked up along the path."""
        schema, _, table = name.rpartition(".")
        schemas = ", ".join(f"'{each}'" for each in ((schema,) if schema else self.path))
        known = "SELECT count(*) FROM information_schema.tables WHERE table_catalog = current_database()"
        return self.scalar(f"{known} AND table_name = '{table}' AND table_schema IN ({schemas})") > 0

    def create(self, model: str, values: Values = NO_VALUES, name: str = "") -> None:
        """Make (or make again) a working table; default: named like the model's file."""
        self._make(model, f"CREATE OR REPLACE TABLE {name or model.rpartition('/')[2]} AS", values)

    def hold(self, model: str, values: Values = NO_VALUES) -> None:
        """Make (or make again) a working table that is needed for a few steps only: it is never written down."""
        self._make(model, f"CREATE OR REPLACE TEMP TABLE {model.rpartition('/')[2]} AS", values)

    def derive(self, name: str, text: str) -> None:
        """Make (or make again) a working table from a query."""
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql.expand(text, self.dialect)}")

    def extend(self, name: str, text: str) -> None:
        """Add a query's rows to a working table, by name."""
        self.connection.execute(f"INSERT INTO {name} BY NAME {sql.expand(text, self.dialect)}")

    def restrict(self, name: str, condition: str) -> None:
        """Keep those rows of a working table for which a condition is true."""
        self.connection.execute(f"DELETE FROM {name} WHERE ({sql.expand(condition, self.dialect)}) IS NOT TRUE")

    def rename(self, name: str, new: str) -> None:
        """Give a working table another name; one of that name is replaced."""
        self.drop(new)
        self.connection.execute(f"ALTER TABLE {name} RENAME TO {new}")

    def show(self, name: str, text: str) -> None:
        """Make a name stand for a query, whatever the path, until the run ends."""
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql.expand(text, self.dialect)}")

    def drop(self, *names: str) -> None:
        """Remove working tables that nothing needs any more."""
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def forget(self, schema: str) -> None:
        """Remove a schema with its working tables."""
        self.connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")

    def clear(self, *tables: str) -> None:
        """Remove all rows of published tables."""
        for table in tables:
            self.connection.execute(f"DELETE FROM main.{table}")

    def append(self, model: str, values: Values = NO_VALUES, table: str = "") -> None:
        """Add a model's rows to a published table, by name; default: the table named like the model's file."""
        self._make(model, f"INSERT INTO main.{table or model.rpartition('/')[2]} BY NAME", values)

    def append_frame(self, table: str, frame: pl.DataFrame) -> None:
        """Add the rows of a frame to a published table, by name."""
        if frame.is_empty():
            return
        self.connection.register("incoming", frame.to_arrow())
        self.connection.execute(f"INSERT INTO main.{table} BY NAME SELECT * FROM incoming")
        self.connection.unregister("incoming")

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
