"""The narrow waist between SQL models and what executes them: DuckDB on this machine, or a Spark cluster.

Everything that makes or reads working tables goes through an `Engine`. Its texts are in the portable subset of SQL
(`models.sql`), so that another engine gives the same rows.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Protocol

from pipelines.engine.home import NO_VALUES, DuckDBEngine, Values
from pipelines.engine.spark.datasets import leave

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from pipelines.settings import Settings

__all__ = ["NO_VALUES", "DuckDBEngine", "Engine", "Values", "close", "engine_of", "forget_all", "probe"]


class Engine(Protocol):
    """What the steps of a run need from whatever executes their SQL.

    Working tables lie in the schema that `use` named last; published tables lie in `main` and are visible by name.

    Attributes:
        connection: The warehouse at home. Working tables of any engine can be read there, by name.
        dialect: Of the SQL that it executes: a key of `models.sql.MACROS`.
    """

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The warehouse at home."""
        ...

    @property
    def dialect(self) -> str:
        """Of the SQL that it executes."""
        ...

    @property
    def path(self) -> tuple[str, ...]:
        """The schemas in which names are looked up, in order: what `use` was called with last."""
        ...

    def use(self, schema: str, *behind: str) -> None:
        """Put working tables into a schema of their own from now on, and look names up there and then behind it."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is such a table: `schema.table`, or a name that is looked up along the path."""
        ...

    def create(self, model: str, values: Values = NO_VALUES, name: str = "") -> None:
        """Make (or make again) a working table from a model; default: named like the model's file."""
        ...

    def hold(self, model: str, values: Values = NO_VALUES) -> None:
        """The same for a table that is needed for a few steps only."""
        ...

    def derive(self, name: str, text: str) -> None:
        """Make (or make again) a working table (`table` or `schema.table`) from a query."""
        ...

    def extend(self, name: str, text: str) -> None:
        """Add a query's rows to a working table, by name."""
        ...

    def restrict(self, name: str, condition: str) -> None:
        """Keep those rows of a working table for which a condition is true."""
        ...

    def rename(self, name: str, new: str) -> None:
        """Give a working table another name; one of that name is replaced."""
        ...

    def show(self, name: str, text: str) -> None:
        """Make a name stand for a query, whatever the path, until the run ends."""
        ...

    def drop(self, *names: str) -> None:
        """Remove working tables that nothing needs any more."""
        ...

    def forget(self, schema: str) -> None:
        """Remove a schema with its working tables."""
        ...

    def clear(self, *tables: str) -> None:
        """Remove all rows of published tables."""
        ...

    def append(self, model: str, values: Values = NO_VALUES, table: str = "") -> None:
        """Add a model's rows to a published table, by name; default: the table named like the model's file."""
        ...

    def append_frame(self, table: str, frame: pl.DataFrame) -> None:
        """Add the rows of a frame to a published table, by name."""
        ...

    def frame(self, text: str) -> pl.DataFrame:
        """Rows of a query."""
        ...

    def scalar(self, text: str) -> int:
        """The one whole number that a query gives; 0 where it gives null."""
        ...

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Make (or make again) a working table from a small frame."""
        ...


def engine_of(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Engine:
    """What executes the models of a workspace.

    Args:
        connection: Its warehouse, open for writing.
        settings: The workspace's.
    """
    if settings.engine.kind == "spark":
        from pipelines.engine.spark import spark_engine

        return spark_engine(connection, settings)
    leave(connection)  # tables of a cluster that is named no more stand where new ones are made
    return DuckDBEngine(connection)


def probe(settings: Settings) -> str:
    """Try what executes the models, and say what it is.

    Raises:
        SettingsError: Something is missing on this machine.
        EngineError: The cluster does not answer, or does not see the storage.
    """
    if settings.engine.kind != "spark":
        return f"DuckDB on this machine, {settings.memory_limit}, {settings.threads} threads"
    from pipelines.engine.spark import refuse_unready

    refuse_unready(settings)
    from pipelines.engine.spark.probe import probe as tried

    return tried(settings)


def close() -> None:
    """End the session on the cluster, if this process has one."""
    if "pipelines.engine.spark.session" in sys.modules:
        from pipelines.engine.spark.session import stop

        stop()


def forget_all(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Remove what lies outside the warehouse, if anything does: nothing of a person may be left there.

    Args:
        connection: The warehouse, open for writing.
        settings: The workspace's.
    """
    leave(connection)
    if settings.engine.storage is not None:
        from pipelines.engine.spark import folder_of

        shutil.rmtree(folder_of(settings), ignore_errors=True)
