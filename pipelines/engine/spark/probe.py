"""Whether a cluster can do what a run asks of it: read what home wrote, work on it, and write what home reads."""

from __future__ import annotations

import uuid

import duckdb
import polars as pl

from pipelines.engine.home import DuckDBEngine
from pipelines.engine.spark import folder_of
from pipelines.engine.spark.datasets import OURS, Storage
from pipelines.engine.spark.engine import SparkEngine
from pipelines.engine.spark.session import session_of, stop
from pipelines.settings import Settings

_ROWS = 1_000


def probe(settings: Settings) -> str:
    """Try the cluster with a small table, leave nothing behind, and say who answered.

    Raises:
        SettingsError: Something is missing on this machine.
        EngineError: The cluster does not answer, or does not see the storage.
    """
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    session = session_of(settings.engine, 0, settings.state_dir / "spark.log")
    # A folder of its own: the tables of the workspace are not in use now, and stay.
    storage = Storage(folder_of(settings).with_name(f"{OURS}probe-{uuid.uuid4().hex[:12]}"))
    try:
        with duckdb.connect() as home:
            engine = SparkEngine(DuckDBEngine(home), session, storage)
            engine.put("numbers", pl.DataFrame({"n": range(_ROWS)}))
            engine.derive("doubled", "select n, count(*) as n_n from numbers group by n")
            found = engine.scalar("select cast(sum(n_n) as bigint) as n_n from doubled")
            seen = engine.connection.sql("SELECT count(*) FROM doubled").fetchall()
        version = session.version
    finally:
        stop()
        storage.give_up()
    if (found, seen) != (_ROWS, [(_ROWS,)]):
        raise AssertionError(f"{found} and {seen} of {_ROWS} rows")
    return f"Spark {version} at {settings.engine.remote or settings.engine.master}, tables on {settings.engine.storage}"
