"""A session on the cluster, with the settings without which Spark's rows would differ from DuckDB's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.settings import Engine as Wanted

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FORCED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Its default type comes back without the zone.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.caseSensitive": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
_AT_START = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_EVENTS_PER_PART = 500_000
_PARTS_AT_LEAST, _PARTS_AT_MOST = 2, 2_000


def session_of(wanted: Wanted, events_n: int) -> SparkSession:
    """A session as the settings want it.

    Args:
        wanted: The workspace's `[engine]`.
        events_n: Events in the warehouse: after them go the parts into which rows are shuffled.
    """
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("terreng")
    if wanted.remote:
        builder = builder.remote(wanted.remote)
    else:
        builder = builder.master(str(wanted.master))
        for name, value in (_AT_START | wanted.options).items():
            builder = builder.config(name, value)
    session = builder.getOrCreate()
    parts = wanted.partitions or min(max(events_n // _EVENTS_PER_PART, _PARTS_AT_LEAST), _PARTS_AT_MOST)
    runtime = {} if wanted.master else wanted.options
    for name, value in (runtime | FORCED | {"spark.sql.shuffle.partitions": str(parts)}).items():
        session.conf.set(name, value)
    return session


def stop() -> None:
    """End this process's session, if there is one."""
    from pyspark.sql import SparkSession

    if (session := SparkSession.getActiveSession()) is not None:
        session.stop()
