"""A session on the cluster, with the settings without which Spark's rows would differ from DuckDB's."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.engine.spark.failures import errors_of_spark, explained
from pipelines.engine.spark.watch import Watch
from pipelines.settings import Engine as Wanted
from schemas.errors import EngineError, SettingsError, TerrengError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FORCED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Its default type comes back without the zone.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.caseSensitive": "false",
    # `${x}` in the name of somebody's activity is no variable.
    "spark.sql.variable.substitute": "false",
}
_AT_START = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
_EVENTS_PER_PART = 500_000
_PARTS_AT_LEAST, _PARTS_AT_MOST = 2, 2_000
_ANSWERS_WITHIN_S = 10
_ENDS_WITHIN_S = 5
_RETRIES, _WAIT_AT_MOST_MS = 8, 20_000
"""A server that is away for about a minute does not end a run."""


@dataclass
class _Open:
    """The one session of this process, for which settings it was opened, and who looks whether its cluster is there."""

    sessions: list[tuple[Wanted, SparkSession]] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)


_OPEN = _Open()


def session_of(wanted: Wanted, events_n: int, log: Path | None = None) -> SparkSession:
    """A session as the settings want it; the one that is open already, where it serves.

    Args:
        wanted: The workspace's `[engine]`.
        events_n: Events in the warehouse: after them go the parts into which rows are shuffled.
        log: File for what Java says on this machine; default: the terminal.

    Raises:
        SettingsError: pyspark or Java is missing.
        EngineError: The cluster does not answer.
    """
    if not (_OPEN.sessions and _OPEN.sessions[0][0] == wanted and _is_alive(_OPEN.sessions[0][1])):
        stop()
        refuse_missing(wanted)
        _refuse_silent(wanted)
        with explained(), _said_to(log), _ended_if_interrupted():
            _OPEN.sessions.append((wanted, _opened(wanted)))
            if str(wanted.master).startswith("spark://"):
                _OPEN.watches.append(Watch(_OPEN.sessions[0][1], str(wanted.master)))
    session = _OPEN.sessions[0][1]
    parts = wanted.partitions or min(max(events_n // _EVENTS_PER_PART, _PARTS_AT_LEAST), _PARTS_AT_MOST)
    with explained():
        session.conf.set("spark.sql.shuffle.partitions", str(parts))
    return session


def stop() -> None:
    """End this process's session, if there is one; a cluster that is gone already is no matter."""
    while _OPEN.watches:
        _OPEN.watches.pop().end()
    while _OPEN.sessions:
        wanted, session = _OPEN.sessions.pop()
        with suppress(*errors_of_spark(), TerrengError), explained():
            if wanted.remote:
                _be_patient(session, 1)
            session.stop()


def refuse_missing(wanted: Wanted) -> None:
    """Refuse to start without what Spark needs on this machine.

    Raises:
        SettingsError: pyspark, sqlglot or Java is missing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what pyspark thinks of the installed pandas, which it is not used with
            import grpc
            import pyspark.sql
            import sqlglot
    except ImportError as error:
        raise SettingsError(
            got="[engine] kind = 'spark' without pyspark and sqlglot",
            wanted="the packages that speak to a cluster",
            hint="install terreng with its extra: terreng[spark]",
            file="terreng.toml",
        ) from error
    del grpc, pyspark, sqlglot
    home = os.environ.get("JAVA_HOME")
    if wanted.master and not (home and Path(home, "bin", "java").exists()) and shutil.which("java") is None:
        raise SettingsError(
            got="[engine] master without Java on this machine",
            wanted="Java 17 or newer, on the path or in JAVA_HOME",
            hint="install it, or name a Spark Connect server: remote = 'sc://host:15002' needs none",
            file="terreng.toml",
        )


def _refuse_silent(wanted: Wanted) -> None:
    """Spark itself would ask a host that is not there for minutes."""
    address = urlsplit((wanted.remote or str(wanted.master)).split(",")[0])
    if address.scheme not in ("sc", "spark") or not address.hostname:
        return
    port = address.port or (15002 if address.scheme == "sc" else 7077)
    try:
        socket.create_connection((address.hostname, port), timeout=_ANSWERS_WITHIN_S).close()
    except OSError as error:
        raise EngineError(
            got=f"nothing answers at {address.hostname}:{port} ({error.strerror or 'no answer'})",
            wanted="the cluster of [engine] in terreng.toml",
            hint="start it, or correct the address; what was published before is untouched",
            file="terreng.toml",
        ) from error
    if address.scheme == "sc" and not address.path.strip("/"):  # what follows a slash may ask for a closed channel
        _refuse_other_language(f"{address.hostname}:{port}")


def _refuse_other_language(address: str) -> None:
    """Whoever speaks no gRPC, such as the master of a cluster, would let a client wait for ever."""
    import grpc

    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=_ANSWERS_WITHIN_S)
        except grpc.FutureTimeoutError as error:
            raise EngineError(
                got=f"what answers at {address} is no Spark Connect server",
                wanted="one, as remote of [engine] in terreng.toml; its port is 15002 by default",
                hint="the address of a cluster's master is master = 'spark://host:7077'",
                file="terreng.toml",
            ) from error


def _opened(wanted: Wanted) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("terreng")
    if wanted.remote:
        session = builder.remote(wanted.remote).getOrCreate()
        _be_patient(session, _RETRIES)
        for name, value in wanted.options.items():
            session.conf.set(name, value)
    else:
        builder = builder.master(str(wanted.master))
        for name, value in (_AT_START | wanted.options).items():
            builder = builder.config(name, value)
        session = _with_our_own_signals(builder)
    for name, value in FORCED.items():
        session.conf.set(name, value)
    return session


def _with_our_own_signals(builder: SparkSession.Builder) -> SparkSession:
    """Opens a session that leaves Ctrl-C to us: pyspark would ask Java to cancel, in the middle of asking it something.

    And what its bridge to Java logs of an interruption is for nobody: without a handler Python shows it on a terminal.
    """
    atexit.register(_end_if_left)
    with _interrupted_later():
        session = builder.getOrCreate()
    if not logging.getLogger().hasHandlers():
        logging.getLogger().addHandler(logging.NullHandler())
    return session


@contextmanager
def _interrupted_later() -> Iterator[None]:
    """A first Ctrl-C waits for the end of this: until Java has answered nobody knows its process, to end it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []

    def note(number: int, _frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    former = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
    if pressed:
        raise KeyboardInterrupt


@contextmanager
def _ended_if_interrupted() -> Iterator[None]:
    """A Java process that is interrupted while it starts a session does not end with us by itself."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        _end_java()
        raise


def _end_if_left() -> None:
    """At the end of this process: whoever stopped it in the middle of a question has not ended the session."""
    if any(wanted.master for wanted, _ in _OPEN.sessions):
        _end_java()


def _end_java() -> None:
    """End the Java process on this machine; it is not asked, for it may be busy with a question of ours."""
    from pyspark import SparkContext

    java = getattr(SparkContext._gateway, "proc", None)
    if java is None:
        return
    java.terminate()
    try:
        java.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        java.kill()


def _be_patient(session: SparkSession, retries: int) -> None:
    """By itself a client asks a server that is gone for ten minutes, and at every question anew."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    policy = DefaultPolicy(max_retries=retries, max_backoff=_WAIT_AT_MOST_MS)
    session.client.set_retry_policies([policy])


def _is_alive(session: SparkSession) -> bool:
    try:
        return bool(session.conf.get("spark.sql.ansi.enabled"))
    except errors_of_spark():
        return False


@contextmanager
def _said_to(log: Path | None) -> Iterator[None]:
    """While Java starts, standard error is a file: Java keeps it, and a terminal is for people."""
    if log is None:
        yield
        return
    kept = os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
