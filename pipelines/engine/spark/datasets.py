"""Working tables as Parquet on storage that home and all workers see: one folder per table and version."""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from pipelines.engine.spark.types import in_spark, portable
from schemas.errors import EngineError

Columns = tuple[tuple[str, str], ...]
"""Name and type in Spark's words, in their order."""
OURS = "terreng-"
"""How the folder of a warehouse on storage is called; its hash follows."""
MARK = "terreng on spark: "
"""How the comment of a view at home begins that shows a dataset; the rest names its folders."""


@dataclass(frozen=True)
class Dataset:
    """Rows that lie on storage.

    Attributes:
        folders: Where; rows of later ones were added.
        columns: Name to type, in Spark's words.
    """

    folders: tuple[str, ...]
    columns: Columns

    @property
    def ddl(self) -> str:
        """Its columns as Spark reads them."""
        return ", ".join(f"`{name}` {kind}" for name, kind in self.columns)


@dataclass(frozen=True)
class Storage:
    """The folder of one warehouse's working tables.

    Attributes:
        folder: Absolute; the same path for home and all workers.
    """

    folder: Path

    def fresh(self, name: str) -> str:
        """A folder that nobody has used: runs that were killed leave theirs behind."""
        return str(self.folder / f"{name}-{uuid.uuid4().hex[:12]}")

    def write(self, connection: duckdb.DuckDBPyConnection, name: str, source: str) -> Dataset:
        """Write what a table or query at home says; no cluster is needed for it."""
        folder = self.fresh(name)
        Path(folder).mkdir(parents=True)
        kinds = _kinds(connection, source)
        cast = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in kinds)
        target = f"{folder}/part-0.parquet".replace("'", "''")
        connection.execute(f"COPY (SELECT {cast} FROM {source}) TO '{target}' (FORMAT parquet)")
        return Dataset((folder,), tuple((column, in_spark(kind)) for column, kind in kinds))

    def arrived(self, connection: duckdb.DuckDBPyConnection, folder: str, columns: Columns, written_n: int) -> Dataset:
        """What the cluster wrote, as home sees it.

        Args:
            connection: Home.
            folder: Where it wrote.
            columns: Which.
            written_n: How many rows, as its workers counted them.

        Raises:
            EngineError: Home does not see all of them: a worker wrote to a folder of its own.
        """
        dataset = Dataset((folder,), columns)
        seen_n = 0
        if files_of(dataset):
            seen_n = int(connection.sql(f"SELECT count(*) FROM {reading(dataset)}").fetchall()[0][0])
        if seen_n != written_n or not files_of(dataset):
            raise EngineError(
                got=f"{seen_n} rows in {folder}, where the cluster says that it wrote {written_n}",
                wanted="the same folder under the same path on this machine and on every worker",
                hint="mount the storage on all of them; what was published before is untouched",
                file="terreng.toml",
            )
        return dataset

    @staticmethod
    def columns(connection: duckdb.DuckDBPyConnection, name: str) -> Columns:
        """Columns of a table at home, and their types in Spark's words."""
        return tuple((column, in_spark(kind)) for column, kind in _kinds(connection, name))

    def remove(self, dataset: Dataset) -> None:
        """Remove its files: nothing reads them any more."""
        for folder in dataset.folders:
            if Path(folder).parent == self.folder:
                shutil.rmtree(folder, ignore_errors=True)

    def give_up(self) -> None:
        """Remove the folder as a whole."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def sweep(self, kept: set[str]) -> None:
        """Remove all folders but these: what runs that were killed left."""
        for folder in self.folder.iterdir() if self.folder.exists() else ():
            if str(folder) not in kept and folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)


def _kinds(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    described = connection.sql(f"DESCRIBE FROM {source}").fetchall()
    return [(str(row[0]), portable(str(row[1]))) for row in described]


def files_of(dataset: Dataset) -> list[str]:
    """Its files, in the order of their rows."""
    return [str(file) for folder in dataset.folders for file in sorted(Path(folder).glob("*.parquet"))]


@lru_cache(maxsize=4096)
def size_of(dataset: Dataset) -> int:
    """Bytes of its files; they never change."""
    return sum(Path(file).stat().st_size for file in files_of(dataset))


def leave(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove every working table that lies on storage, and all else that was written there for this warehouse."""
    shown = shown_at_home(connection)
    for folder in {Path(each).parent for dataset in shown.values() for each in dataset.folders}:
        if folder.name.startswith(OURS):
            shutil.rmtree(folder, ignore_errors=True)
    for schema, table in shown:
        connection.execute(f"DROP VIEW {schema}.{table}")


def reading(dataset: Dataset) -> str:
    """The relation of DuckDB's that reads it."""
    files = ", ".join("'" + file.replace("'", "''") + "'" for file in files_of(dataset))
    return f"read_parquet([{files}], hive_partitioning = false)"


def show_at_home(connection: duckdb.DuckDBPyConnection, name: str, dataset: Dataset, kind: str = "") -> None:
    """Make a table readable at home under its name; `kind` may be TEMP."""
    schema, _, table = name.rpartition(".")
    if _is_table(connection, schema, table):
        connection.execute(f"DROP TABLE {name}")
    note = json.dumps({"folders": dataset.folders, "columns": dataset.columns}).replace("'", "''")
    columns = ", ".join(f'"{column}"' for column, _ in dataset.columns)
    connection.execute(f"CREATE OR REPLACE {kind} VIEW {name} AS SELECT {columns} FROM {reading(dataset)}")
    connection.execute(f"COMMENT ON VIEW {name} IS '{MARK}{note}'")


def hide_at_home(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Remove a name, whether it shows a dataset or is a table at home."""
    schema, _, table = name.rpartition(".")
    connection.execute(f"DROP {'TABLE' if _is_table(connection, schema, table) else 'VIEW'} IF EXISTS {name}")


def shown_at_home(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Dataset]:
    """Schema and table to the dataset, of all that are shown at home."""
    rows = connection.execute(
        "SELECT schema_name, view_name, comment FROM duckdb_views()"
        " WHERE comment IS NOT NULL AND starts_with(comment, ?) AND database_name = current_database()",
        [MARK],
    ).fetchall()
    found = {}
    for schema, table, comment in rows:
        note = json.loads(str(comment).removeprefix(MARK))
        columns = tuple((str(name), str(kind)) for name, kind in note["columns"])
        found[str(schema), str(table)] = Dataset(tuple(note["folders"]), columns)
    return found


def _is_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Asked, not tried: within a transaction nothing works after a statement that fails."""
    known = (
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = ? AND schema_name = ?"
        " AND database_name = current_database()"
    )
    return connection.execute(known, [table, schema]).fetchall() != [(0,)]
