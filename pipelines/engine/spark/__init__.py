"""Spark as an engine: the only folder that knows pyspark and sqlglot, both imported when they are needed."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.engine.home import DuckDBEngine
from pipelines.engine.spark.datasets import OURS, Storage
from schemas.errors import EngineError

if TYPE_CHECKING:
    from pipelines.engine.spark.engine import SparkEngine
    from pipelines.settings import Settings

_LAST: list[SparkEngine] = []


def spark_engine(connection: duckdb.DuckDBPyConnection, settings: Settings) -> SparkEngine:
    """The engine on the cluster that the settings name; one session serves a whole run.

    Args:
        connection: The warehouse at home, open for writing.
        settings: The workspace's.

    Raises:
        SettingsError: Something is missing on this machine.
        EngineError: The storage cannot be used, or the cluster does not answer.
    """
    refuse_unready(settings)
    from pipelines.engine.spark.engine import SparkEngine
    from pipelines.engine.spark.session import session_of

    storage = Storage(folder_of(settings))
    (events_n,) = connection.sql("SELECT count(*) FROM main.events").fetchall()[0]
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    session = session_of(settings.engine, int(events_n), settings.state_dir / "spark.log")
    if _LAST and (_LAST[0].connection, _LAST[0].session) == (connection, session):
        return _LAST[0]  # it knows what is held for a few steps
    _LAST[:] = [SparkEngine(DuckDBEngine(connection), session, storage, settings.engine.home_below_bytes)]
    return _LAST[0]


def folder_of(settings: Settings) -> Path:
    """Where a workspace's working tables lie on storage: several may share it."""
    own = hashlib.sha256(str(settings.warehouse).encode()).hexdigest()[:12]
    return (settings.root / Path(str(settings.engine.storage)).expanduser()).resolve() / f"{OURS}{own}"


def refuse_unready(settings: Settings) -> None:
    """Refuse what this machine can tell to be wrong, before Java starts.

    Raises:
        SettingsError: pyspark, sqlglot or Java is missing.
        EngineError: The storage is no folder that can be written to.
    """
    from pipelines.engine.spark.session import refuse_missing

    refuse_missing(settings.engine)
    storage = folder_of(settings).parent
    try:
        # A mount that is misspelt, or not there, must not become a folder on this machine alone.
        storage.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=storage).close()  # whether it can be written to
    except OSError as error:
        raise EngineError(
            got=f"storage = {settings.engine.storage!r}, which is no folder to write to ({error.strerror})",
            wanted="a folder that is there on this machine and on every worker",
            hint="make it, or correct its path; what was published before is untouched",
            file="terreng.toml",
        ) from error
