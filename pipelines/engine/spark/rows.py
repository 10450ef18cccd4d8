"""Rows of a query on the cluster, made fit for where they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.engine.spark.datasets import Columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Observation

_WHOLE = ("tinyint", "smallint", "int", "bigint")


def columns_of(rows: DataFrame) -> Columns:
    """What a query gives; no job is needed to know it."""
    return tuple((each.name, each.dataType.simpleString()) for each in rows.schema.fields)


@dataclass(frozen=True)
class Counted:
    """Rows that are counted while somebody else reads them.

    Attributes:
        rows: Read these.
        seen: What is known of them after.
    """

    rows: DataFrame
    seen: Observation

    @property
    def n(self) -> int:
        """How many there were; ask when they have been read."""
        return int(self.seen.get["n"])


def count_when_read(rows: DataFrame) -> Counted:
    """Let rows be counted in passing: no job of its own."""
    from pyspark.sql import Observation
    from pyspark.sql.functions import count, lit

    seen = Observation()
    return Counted(rows.observe(seen, count(lit(1)).alias("n")), seen)


def written_n(rows: DataFrame, target: str) -> int:
    """Write rows to a folder, and say how many the cluster says that they were."""
    from pyspark.errors import UnsupportedOperationException

    counted = count_when_read(rows)
    try:
        counted.rows.write.parquet(target)
    except UnsupportedOperationException:
        # Not every server of the protocol counts in passing; then it counts what its workers see.
        rows.write.mode("overwrite").parquet(target)
        return rows.sparkSession.read.parquet(target).count()
    return counted.n


def without_voids(rows: DataFrame) -> DataFrame:
    """The same rows where a bare NULL is a whole number, as in DuckDB: no file can hold a column without a type."""
    if all(kind != "void" for _, kind in columns_of(rows)):
        return rows
    return rows.selectExpr(
        *(f"cast(`{name}` as int) as `{name}`" if kind == "void" else f"`{name}`" for name, kind in columns_of(rows))
    )


def fitted(rows: DataFrame, columns: Columns) -> DataFrame | None:
    """The rows with a table's columns, null where they have none; None where only DuckDB can tell how a value fits."""
    given = dict(columns_of(rows))
    if not all(_fits(given[name], kind) for name, kind in columns if name in given):
        return None
    return lined_up(rows, columns)


def lined_up(rows: DataFrame, columns: Columns) -> DataFrame:
    """The rows with a table's columns and types, null where they have none."""
    given = dict(columns_of(rows))
    return rows.selectExpr(
        *(f"cast({f'`{name}`' if name in given else 'null'} as {kind}) as `{name}`" for name, kind in columns)
    )


def _fits(given: str, wanted: str) -> bool:
    is_wider = given in _WHOLE and wanted in _WHOLE and _WHOLE.index(given) <= _WHOLE.index(wanted)
    return given in (wanted, "void") or is_wider or (given.startswith("decimal") and wanted == "double")
