"""What a cluster says when it fails, as a person gets to read it."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import duckdb
import pytest
from pyspark.errors import AnalysisException, PySparkException

from pipelines.engine.spark import session
from pipelines.engine.spark.datasets import Storage
from pipelines.engine.spark.failures import explain, explained
from pipelines.engine.spark.session import refuse_missing, session_of
from pipelines.settings import Engine as Wanted
from schemas.errors import EngineError, SettingsError

SOMEBODY = "ann@example.org"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Job aborted: java.lang.OutOfMemoryError: Java heap space, ExecutorLostFailure", "ran out of memory"),
        ("ExecutorLostFailure (executor 3 exited caused by one of the running tasks): worker lost", "were lost"),
        ("java.io.FileNotFoundException: /mnt/x/part-0.parquet", "does not see a file"),
        ("java.nio.file.AccessDeniedException: /mnt/x", "may not read or write"),
        ("Mkdirs failed to create file:/mnt/x/_temporary", "may not read or write"),
        ("IOException: No space left on device", "is full"),
        ("All masters are unresponsive! Giving up.", "is gone"),
        ("StatusCode.UNAVAILABLE: failed to connect to all addresses", "is gone"),
        ("[SESSION_CLOSED] Session was closed", "is gone"),
        ("[NOT_IMPLEMENTED] collect metrics", "does not know something"),
        ("StatusCode.UNAUTHENTICATED", "refuses who asks"),
        ("[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number.", "does not start"),
        ("Could not parse Master URL: 'local[x]'", "does not start"),
        ("Job 7 cancelled as part of cancellation of all jobs", "no worker"),
        ("Total size of serialized results is bigger than spark.driver.maxResultSize", "larger than the driver takes"),
    ],
)
def test_a_cluster_that_fails_is_told_in_a_sentence_without_its_own_words(said: str, told: str) -> None:
    with pytest.raises(EngineError) as caught, explained():
        raise PySparkException(f"{said}; the row was {SOMEBODY}")

    assert told in str(caught.value)
    assert "published before is untouched" in str(caught.value)
    assert SOMEBODY not in str(caught.value)


def test_a_text_that_spark_cannot_read_is_a_defect_of_ours() -> None:
    assert explain(AnalysisException("[UNRESOLVED_COLUMN] connection refused_n")) is None


def test_an_unknown_failure_is_passed_on() -> None:
    with pytest.raises(PySparkException), explained():
        raise PySparkException("[INTERNAL_ERROR] never seen")


def test_rows_that_a_worker_wrote_where_home_does_not_look_end_the_run(tmp_path: Path) -> None:
    storage, folder = Storage(tmp_path), tmp_path / "seen"
    with duckdb.connect() as home:
        home.execute("CREATE TABLE t AS SELECT 1 AS a")
        columns = storage.write(home, "t", "t").columns
        folder.mkdir()
        home.execute(f"COPY t TO '{folder}/part-0.parquet'")

        assert storage.arrived(home, str(folder), columns, 1).folders == (str(folder),)
        with pytest.raises(EngineError, match=r"1 rows in .*seen.* says that it wrote 3"):
            storage.arrived(home, str(folder), columns, 3)
        with pytest.raises(EngineError, match="0 rows in"):
            storage.arrived(home, str(tmp_path / "nowhere"), columns, 0)


@pytest.mark.parametrize("address", ["sc://127.0.0.1:{port}", "spark://127.0.0.1:{port}"])
def test_an_address_at_which_nothing_answers_is_told_at_once(address: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = {"remote" if address.startswith("sc") else "master": address.format(port=port)}

    with pytest.raises(EngineError, match=f"nothing answers at 127.0.0.1:{port}"):
        session_of(Wanted(kind="spark", storage="s", remote=where.get("remote"), master=where.get("master")), 0)


def test_who_answers_and_is_no_connect_server_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_ANSWERS_WITHIN_S", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(EngineError, match=f"what answers at {address} is no Spark Connect server"):
            session_of(Wanted(kind="spark", storage="s", remote=f"sc://{address}"), 0)


def test_a_master_without_java_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(SettingsError, match="without Java"):
        refuse_missing(Wanted(kind="spark", master="spark://host:7077", storage="s"))
    refuse_missing(Wanted(kind="spark", remote="sc://host:15002", storage="s"))


def test_a_missing_extra_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)

    with pytest.raises(SettingsError, match=r"terreng\[spark\]"):
        refuse_missing(Wanted(kind="spark", remote="sc://host:15002", storage="s"))
