"""The engine on Spark: models run on the cluster, their tables lie on storage, and home sees them by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines import terminal
from pipelines.engine.home import NO_VALUES, DuckDBEngine, Values
from pipelines.engine.spark.binding import bind, references
from pipelines.engine.spark.datasets import (
    Dataset,
    Storage,
    hide_at_home,
    reading,
    show_at_home,
    shown_at_home,
    size_of,
)
from pipelines.engine.spark.failures import explained
from pipelines.engine.spark.mirror import Mirrors
from pipelines.engine.spark.rows import columns_of, fitted, lined_up, without_voids, written_n
from pipelines.engine.spark.translate import Text

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

HELD = "temp"
"""Schema of tables that are held for a few steps: as in DuckDB, looked up before the path."""
ROW_SIZED = frozenset(
    {
        *("journeys", "journey_events", "deviations", "journey_stages", "journey_signals", "journey_answers"),
        *("journey_phases", "constraint_verdicts", "persons", "person_keys", "identity_links", "event_owners"),
    }
)
"""Tables of home with as many rows as there are ids, journeys or events: they come home through storage."""
_BYTES_OF_A_CELL = 8


@dataclass
class SparkEngine:
    """Runs SQL models on a cluster.

    Attributes:
        home: The warehouse, as an engine of its own.
        session: On the cluster.
        storage: Where working tables lie.
        home_below: Bytes: what reads less is done at home, on the same files.
        tables: Schema and table to the rows, of every working table.
    """

    home: DuckDBEngine
    session: SparkSession
    storage: Storage
    home_below: int = 0
    dialect: str = "spark"
    tables: dict[tuple[str, str], Dataset] = field(default_factory=dict)
    _texts: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    _views: dict[Dataset, str] = field(default_factory=dict)
    _mirrors: Mirrors = field(init=False)

    def __post_init__(self) -> None:
        """Finds the tables of earlier runs, and sweeps out what no name leads to."""
        self.tables |= shown_at_home(self.connection)
        self.storage.folder.mkdir(parents=True, exist_ok=True)
        self._mirrors = Mirrors(self.connection, self.storage)
        in_use = {folder for dataset in self.tables.values() for folder in dataset.folders}
        self.storage.sweep(in_use | self._mirrors.folders)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The warehouse at home."""
        return self.home.connection

    @property
    def path(self) -> tuple[str, ...]:
        """The schemas in which names are looked up, in order."""
        return self.home.path

    def use(self, schema: str, *behind: str) -> None:
        """Put working tables into a schema of their own from now on; published tables stay visible by name."""
        self.home.use(schema, *behind)

    def has(self, name: str) -> bool:
        """Whether there is such a table: `schema.table`, or a name that is looked up along the path."""
        return self.home.has(name)

    def create(self, model: str, values: Values = NO_VALUES, name: str = "") -> None:
        """Make (or make again) a working table; default: named like the model's file."""
        self._keep(name or model.rpartition("/")[2], Text.of_model(model, values))

    def hold(self, model: str, values: Values = NO_VALUES) -> None:
        """The same for a table that is needed for a few steps only."""
        self._keep(f"{HELD}.{model.rpartition('/')[2]}", Text.of_model(model, values))

    def derive(self, name: str, text: str) -> None:
        """Make (or make again) a working table from a query."""
        self._keep(name, Text.of(text))

    def extend(self, name: str, text: str) -> None:
        """Add a query's rows to a working table, by name."""
        key, old = self._found(name)
        added = self._added_at_home(key, old, Text.of(text))
        if added is None:
            with explained():
                rows = lined_up(self._query(Text.of(text)), old.columns)
            added = self._write(key[1], rows)
        self._set(key, Dataset((*old.folders, *added.folders), old.columns), old, is_kept=True)

    def restrict(self, name: str, condition: str) -> None:
        """Keep those rows of a working table for which a condition is true."""
        self._keep(name, Text.of(f"SELECT * FROM {name} WHERE coalesce(({condition}), false)"))

    def rename(self, name: str, new: str) -> None:
        """Give a working table another name; one of that name is replaced."""
        key, dataset = self._found(name)
        target = (key[0], new.rpartition(".")[2])
        self.drop(".".join(target))
        del self.tables[key]
        hide_at_home(self.connection, ".".join(key))
        self._set(target, dataset, None)

    def show(self, name: str, text: str) -> None:
        """Make a name stand for a query, whatever the path, until the run ends."""
        self._texts[name] = (Text.of(text).spark, self.path)
        self.home.show(name, text)

    def drop(self, *names: str) -> None:
        """Remove working tables that nothing needs any more."""
        for name in names:
            key = self._key(name)
            hide_at_home(self.connection, ".".join(key))
            if (old := self.tables.pop(key, None)) is not None:
                self._remove(old)

    def forget(self, schema: str) -> None:
        """Remove a schema with its working tables."""
        self.drop(*(".".join(key) for key in tuple(self.tables) if key[0] == schema))
        self.home.forget(schema)

    def clear(self, *tables: str) -> None:
        """Remove all rows of published tables."""
        self.home.clear(*tables)

    def append(self, model: str, values: Values = NO_VALUES, table: str = "") -> None:
        """Add a model's rows to a published table, by name; default: the table named like the model's file."""
        target, text = table or model.rpartition("/")[2], Text.of_model(model, values)
        if self._is_small(text):
            self.home.append(model, values, table)
            return
        rows = self._query(text)
        if target not in ROW_SIZED:
            with explained():
                arrived = rows.toArrow()
            self._insert(target, arrived)
            return
        name = f"main.{target}"
        was_empty = self.home.scalar(f"SELECT count(*) FROM {name}") == 0
        is_more = not was_empty and self._mirrors.is_current(name)
        with explained():
            fitting = fitted(rows, self.storage.columns(self.connection, name))
        written = self._write(target, rows if fitting is None else fitting)
        self.connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM {reading(written)}")
        if fitting is not None and (was_empty or is_more):
            self._mirrors.arrived(name, written, is_more=is_more)
        else:
            self.storage.remove(written)

    def append_frame(self, table: str, frame: pl.DataFrame) -> None:
        """Add the rows of a frame to a published table, by name."""
        self.home.append_frame(table, frame)

    def frame(self, text: str) -> pl.DataFrame:
        """Rows of a query: it runs on the cluster, and its result comes home."""
        query = Text.of(text)
        if self._is_small(query):
            return self.home.frame(text)
        with explained():
            rows = self._query(query).toArrow()
        self.connection.register("arrived", rows)
        frame: pl.DataFrame = self.connection.sql("SELECT * FROM arrived").pl()
        self.connection.unregister("arrived")
        return frame

    def scalar(self, text: str) -> int:
        """The one whole number that a query gives; 0 where it gives null."""
        query = Text.of(text)
        if self._is_small(query):
            return self.home.scalar(text)
        with explained():
            rows = self._query(query).take(1)
        return int(rows[0][0] or 0) if rows else 0

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Make (or make again) a working table from a small frame."""
        key = self._key(name)
        self.connection.register("incoming", frame.to_arrow())
        written = self.storage.write(self.connection, key[1], "incoming")
        self.connection.unregister("incoming")
        self._set(key, written, self.tables.get(key))

    def _insert(self, table: str, rows: object) -> None:
        self.connection.register("arrived", rows)
        self.connection.execute(f"INSERT INTO main.{table} BY NAME SELECT * FROM arrived")
        self.connection.unregister("arrived")

    def _keep(self, name: str, text: Text) -> None:
        """Write a query's rows and give them a name."""
        key = self._key(name)
        if self._is_small(text):
            written = self.storage.write(self.connection, key[1], f"({text.portable})")
        else:
            written = self._write(key[1], self._query(text))
        self._set(key, written, self.tables.get(key))

    def _added_at_home(self, key: tuple[str, str], old: Dataset, text: Text) -> Dataset | None:
        """Rows for a table that is there, in its columns; None where they are many, or need other types."""
        if not self._is_small(text):
            return None
        lined_up = f"(SELECT * FROM {'.'.join(key)} WHERE false UNION ALL BY NAME ({text.portable}))"
        added = self.storage.write(self.connection, key[1], lined_up)
        if added.columns != old.columns:
            self.storage.remove(added)
            return None
        return added

    def _query(self, text: Text) -> DataFrame:
        with explained():
            return self.session.sql(bind(text.spark, self._resolve))

    def _is_small(self, text: Text) -> bool:
        """Whether what a query reads is so little that this machine is done with it before a cluster has begun."""
        left = self.home_below
        for schema, table in self._inputs(text.spark, self.path):
            left -= self._size(schema, table)
            if left < 0:
                return False
        return left > 0

    def _inputs(self, text: str, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Schema and table of everything that a text reads."""
        for schema, table, *_ in references(text):
            if not schema and table in self._texts:
                yield from self._inputs(*self._texts[table])
            else:
                yield schema or self._place(table, path), table

    def _size(self, schema: str, table: str) -> int:
        """Bytes of a table, on storage or (about) at home."""
        if (dataset := self.tables.get((schema, table))) is not None:
            return size_of(dataset)
        known = (
            "SELECT sum(estimated_size * column_count) FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?"
        )
        ((cells,),) = self.connection.execute(known, [schema, table]).fetchall()
        return self.home_below + 1 if cells is None else int(cells) * _BYTES_OF_A_CELL

    def _write(self, name: str, rows: DataFrame) -> Dataset:
        folder = self.storage.fresh(name)
        terminal.detail(name.replace("_", " "))
        with explained():
            rows = without_voids(rows)
            columns, rows_n = columns_of(rows), written_n(rows, f"file://{folder}")
        return self.storage.arrived(self.connection, folder, columns, rows_n)

    def _set(self, key: tuple[str, str], new: Dataset, old: Dataset | None, *, is_kept: bool = False) -> None:
        """Let a name mean other rows; those that it meant before are removed."""
        self.tables[key] = new
        name = key[1] if key[0] == HELD else ".".join(key)
        show_at_home(self.connection, name, new, "TEMP" if key[0] == HELD else "")
        if old is not None:
            self._remove(old, files_too=not is_kept)

    def _remove(self, dataset: Dataset, *, files_too: bool = True) -> None:
        if (view := self._views.pop(dataset, None)) is not None:
            self.session.catalog.dropTempView(view)
        if files_too:
            self.storage.remove(dataset)

    def _key(self, name: str) -> tuple[str, str]:
        """Where a working table of this name is made, or already lies."""
        schema, _, table = name.rpartition(".")
        if schema:
            return schema, table
        return next(
            (key for key in ((HELD, table), (self.path[0], table)) if key in self.tables), (self.path[0], table)
        )

    def _place(self, table: str, path: tuple[str, ...]) -> str:
        """The schema in which a name is found along a path."""
        places = (HELD, *path)
        found = (
            place
            for place in places
            if (place, table) in self.tables or (place != HELD and self.home.has(f"{place}.{table}"))
        )
        place = next(found, None)
        if place is None:
            raise AssertionError(f"no table {table} along {', '.join(places)}")
        return place

    def _found(self, name: str) -> tuple[tuple[str, str], Dataset]:
        """A working table along the path; one that lies at home only is taken to storage."""
        schema, _, table = name.rpartition(".")
        key = (schema or self._place(table, self.path), table)
        return key, self.tables[key] if key in self.tables else self._mirror(*key)

    def _mirror(self, schema: str, table: str) -> Dataset:
        """A table that lies at home, written to storage once per content."""
        dataset, gone = self._mirrors.of(f"{schema}.{table}")
        for each in gone:
            self._remove(each, files_too=not set(each.folders) & set(dataset.folders))
        return dataset

    def _resolve(self, schema: str, table: str) -> str:
        if not schema and table in self._texts:
            text, path = self._texts[table]
            return f"({bind(text, lambda s, t: self._resolve_along(path, s, t))})"
        return self._view(self._found(f"{schema}.{table}" if schema else table)[1])

    def _resolve_along(self, path: tuple[str, ...], schema: str, table: str) -> str:
        is_shown = not schema and table in self._texts
        return self._resolve(schema if schema or is_shown else self._place(table, path), table)

    def _view(self, dataset: Dataset) -> str:
        """The name of Spark's under which a dataset can be read."""
        if dataset not in self._views:
            rows = self.session.read.schema(dataset.ddl).parquet(*(f"file://{each}" for each in dataset.folders))
            name = "terreng_" + hashlib.sha256("\n".join(dataset.folders).encode()).hexdigest()[:20]
            rows.createOrReplaceTempView(name)
            self._views[dataset] = name
        return self._views[dataset]
