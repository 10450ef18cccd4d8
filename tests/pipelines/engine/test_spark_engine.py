"""The engine on Spark, on this machine: what it makes is what DuckDB makes, here and at home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest
from pyspark.errors import UnsupportedOperationException

from pipelines.engine import DuckDBEngine, Engine, probe
from pipelines.engine.spark.datasets import Storage, leave
from pipelines.engine.spark.engine import SparkEngine
from pipelines.engine.spark.rows import Counted
from pipelines.engine.spark.session import session_of, stop
from pipelines.settings import Engine as Wanted
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

QUICK = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Java's and Spark's compilers cost more than they save where nothing lasts."""
PEOPLE = pl.DataFrame({"id": [1, 2, 3, 4], "name": ["Ann", "Bo", None, "Di"], "tags": [["a"], [], None, ["b", "c"]]})


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    options = {"spark.driver.memory": "1g", "spark.driver.host": "127.0.0.1", **QUICK}
    yield session_of(Wanted(kind="spark", master="local[2]", storage="unused", options=options), 0)
    stop()


@pytest.fixture
def home() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        yield connection


@pytest.fixture
def spark(session: SparkSession, home: duckdb.DuckDBPyConnection, tmp_path: Path) -> SparkEngine:
    return SparkEngine(DuckDBEngine(home), session, Storage(tmp_path / "terreng-x"))


@pytest.fixture
def thrifty(session: SparkSession, home: duckdb.DuckDBPyConnection, tmp_path: Path) -> SparkEngine:
    """Nothing in these tests is so large that it would take the cluster."""
    return SparkEngine(DuckDBEngine(home), session, Storage(tmp_path / "terreng-x"), home_below=1_000_000)


def lived_through(engine: Engine) -> list[list[tuple[object, ...]]]:
    """The same life of a few tables, and what each step leaves."""
    engine.use("work")
    engine.put("people", PEOPLE)
    engine.derive(
        "named", "select id, name, row_number() over (order by id) as place from people where name is not null"
    )
    seen = [engine.frame("select * from named order by id").rows()]
    engine.extend("named", "select name, id from people where name is null")
    engine.restrict("named", "id > 1")
    seen.append(engine.frame("select * from work.named order by id").rows())
    engine.show("shown", "select max(named.id) as id from named")
    engine.restrict("named", "id < 4")
    engine.rename("named", "renamed")
    engine.derive("named", "select id from renamed where id = 3")
    seen.append(engine.frame("select id from shown").rows())
    engine.derive("named", "select id from renamed where false")
    seen.append(engine.frame("select * from named").rows())
    seen.append([(engine.scalar("select max(id) from named"), engine.has("renamed"), engine.has("gone"))])
    return [*seen, engine.connection.sql("SELECT * FROM renamed ORDER BY id").fetchall()]


def test_tables_live_the_same_life_on_both_engines(spark: SparkEngine) -> None:
    with duckdb.connect() as plain:
        wanted = lived_through(DuckDBEngine(plain))

    assert lived_through(spark) == wanted


def test_tables_live_the_same_life_where_small_ones_are_made_at_home(thrifty: SparkEngine) -> None:
    with duckdb.connect() as plain:
        wanted = lived_through(DuckDBEngine(plain))

    assert lived_through(thrifty) == wanted


def test_tables_of_a_cluster_that_is_left_are_gone_and_leave_their_names_to_others(
    thrifty: SparkEngine, home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lived_through(thrifty)

    leave(home)

    assert list(tmp_path.iterdir()) == []
    assert lived_through(DuckDBEngine(home)) == lived_through(DuckDBEngine(duckdb.connect()))


def test_types_at_home_are_those_of_duckdb(spark: SparkEngine) -> None:
    text = "select id, name, tags, cast(id as integer) as small, id / 2 as half, name is null as is_null from people"
    kinds = []
    with duckdb.connect() as plain:
        for engine in (DuckDBEngine(plain), spark):
            engine.use("work")
            engine.put("people", PEOPLE)
            engine.derive("typed", text)
            kinds.append(engine.connection.sql("DESCRIBE typed").fetchall())

    assert kinds[1] == kinds[0]


def test_tables_at_home_reach_the_cluster_anew_when_they_change(
    spark: SparkEngine, home: duckdb.DuckDBPyConnection
) -> None:
    home.execute("CREATE TABLE sources (source VARCHAR, rank BIGINT)")
    home.execute("INSERT INTO sources VALUES ('shop', 1)")
    before = spark.scalar("select count(*) from sources")
    home.execute("INSERT INTO sources VALUES ('web', 2)")

    assert (before, spark.scalar("select count(*) from sources")) == (1, 2)


def test_what_killed_runs_left_on_storage_is_swept_out(
    session: SparkSession, home: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "terreng-x" / "left-123").mkdir(parents=True)
    engine = SparkEngine(DuckDBEngine(home), session, Storage(tmp_path / "terreng-x"))
    engine.put("kept", PEOPLE)

    again = SparkEngine(DuckDBEngine(home), session, Storage(tmp_path / "terreng-x"))

    assert again.frame("select id from kept order by id")["id"].to_list() == [1, 2, 3, 4]
    assert [folder.name[:4] for folder in (tmp_path / "terreng-x").iterdir()] == ["kept"]


def test_a_server_that_cannot_count_in_passing_counts_after(
    spark: SparkEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        @property
        def write(self) -> object:
            raise UnsupportedOperationException("collect metrics")

    monkeypatch.setattr("pipelines.engine.spark.rows.count_when_read", lambda rows: Counted(Refusing(), rows))  # type: ignore[arg-type]  # a stand-in
    spark.derive("written", "select 1 as a union all select 2 as a")

    assert spark.connection.sql("SELECT a FROM written ORDER BY a").fetchall() == [(1,), (2,)]


def test_a_cluster_is_tried_without_a_run(tmp_path: Path) -> None:
    options = {"spark.driver.memory": "1g", "spark.driver.host": "127.0.0.1", **QUICK}
    wanted = Wanted(kind="spark", master="local[2]", storage="storage", options=options)

    told = probe(Settings(root=tmp_path, name="Shop", engine=wanted))

    assert "at local[2], tables on storage" in told
    assert list((tmp_path / "storage").iterdir()) == []
