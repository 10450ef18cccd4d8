"""A model on both engines, without anything of a run around it: the same rows in, and what came out of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from models import sql
from pipelines.engine.spark.binding import bind
from pipelines.engine.spark.session import FORCED
from pipelines.engine.spark.translate import value_in_spark
from pipelines.engine.spark.types import in_spark
from tests.cluster.comparing import difference
from tests.cluster.recording import Case
from tests.cluster.standing import LOOPBACK, QUICK_JAVA

LOCAL = {
    "spark.driver.memory": "1g",
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def local_session(java: str) -> Iterator[SparkSession]:
    """Spark within this machine, with the settings that the engine forces.

    Args:
        java: Options of its process.
    """
    options = {**LOCAL, "spark.driver.extraJavaOptions": f"{QUICK_JAVA} {java}", **FORCED}
    builder = SparkSession.builder.master("local[2]").appName("models")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        session.sparkContext.setLogLevel("ERROR")
        yield session
    finally:
        session.stop()


@dataclass
class Bench:
    """Where models are put to both engines.

    Attributes:
        session: Spark's.
        folder: For the rows that Spark reads.
        parts: Files that a table is cut into, and parts that rows are shuffled into.
        threads: Of DuckDB.
        seed: Of the order of the rows that Spark and DuckDB read.
    """

    session: SparkSession
    folder: Path
    parts: int = 2
    threads: int = 2
    seed: int = 0
    _views: dict[tuple[int, int, int], tuple[str, pa.Table]] = field(default_factory=dict)

    def told(self, case: Case, text: str = "") -> str:
        """How Spark's rows differ from DuckDB's; empty where they do not.

        Args:
            case: A model and what it reads.
            text: Spark's text, its parameters filled in; default: the golden file's.
        """
        with duckdb.connect(config={"threads": self.threads}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.register("l", self.in_duckdb(in_duckdbs_words(case), case.inputs))
            connection.register("r", self.in_spark(text or in_sparks_words(case), case.inputs))
            return difference(connection, "l", "r")

    def is_decided(self, case: Case) -> bool:
        """Whether DuckDB gives the same rows whatever the order of those that it reads, and one for every text."""
        other = replace(self, seed=self.seed + 1, threads=1)
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            try:
                connection.register("l", self.in_duckdb(in_duckdbs_words(case), case.inputs))
                connection.register("r", other.in_duckdb(in_duckdbs_words(case), case.inputs))
            except duckdb.Error:  # a key twice in a map, or a text where a number must be
                return False
            return difference(connection, "l", "r") == ""

    def in_duckdb(self, text: str, inputs: Mapping[str, pa.Table]) -> pa.Table:
        """Rows that DuckDB gives for a text of its own."""
        with duckdb.connect(config={"threads": self.threads}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for name, rows in inputs.items():
                schema, _, table = name.rpartition(".")
                if schema:
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                connection.register("incoming", self._shuffled(rows))
                connection.execute(f"CREATE TABLE {name if schema else table} AS SELECT * FROM incoming")
            return connection.sql(text).to_arrow_table()

    def in_spark(self, text: str, inputs: Mapping[str, pa.Table]) -> pa.Table:
        """Rows that Spark gives for a text of its own."""
        self.session.conf.set("spark.sql.shuffle.partitions", str(self.parts))

        def view(schema: str, table: str) -> str:
            return self._view(inputs[f"{schema}.{table}" if schema else table])

        return self.session.sql(bind(text, view)).toArrow()

    def _shuffled(self, rows: pa.Table) -> pa.Table:
        return rows.take(np.random.default_rng(self.seed).permutation(rows.num_rows)) if self.seed else rows

    def _view(self, rows: pa.Table) -> str:
        key = (id(rows), self.parts, self.seed)
        if key not in self._views:
            name = f"rows_{len(self._views)}"
            (self.folder / name).mkdir()
            shuffled = self._shuffled(rows)
            size = -(-rows.num_rows // self.parts)
            for part in range(self.parts):
                pq.write_table(shuffled.slice(part * size, size), self.folder / name / f"{part}.parquet")
            read = self.session.read.schema(_ddl(rows)).parquet(f"file://{self.folder / name}")
            read.createOrReplaceTempView(name)
            self._views[key] = (name, rows)  # the rows are kept, so that no others get their number
        return self._views[key][0]


def in_duckdbs_words(case: Case) -> str:
    """The model's text with its parameters filled in."""
    return sql.render(case.model, "duckdb", **case.values)


def in_sparks_words(case: Case) -> str:
    """The golden text with its parameters filled in, as the engine does it."""
    words = {name: value_in_spark(each) if isinstance(each, str) else each for name, each in case.values.items()}
    return sql.render(case.model, "spark", **words)


def _ddl(rows: pa.Table) -> str:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("incoming", rows.slice(0, 0))
        described = connection.sql("DESCRIBE SELECT * FROM incoming").fetchall()
    return ", ".join(f"`{row[0]}` {in_spark(str(row[1]))}" for row in described)
