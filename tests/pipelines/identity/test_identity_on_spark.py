"""Who is who on Spark is who is who on DuckDB, joined at home or on the cluster."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines import identity, warehouse
from pipelines.engine import DuckDBEngine
from pipelines.engine.spark.datasets import Storage
from pipelines.engine.spark.engine import SparkEngine
from pipelines.engine.spark.session import session_of, stop
from pipelines.identity import jumping, resolve_persons
from pipelines.settings import Engine as Wanted
from pipelines.settings import Settings
from tests.pipelines.identity.test_jumping import GRAPHS, components, crowd, rows
from tests.pipelines.identity.worlds import Id, Link, fill, happen

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Fill = Callable[[duckdb.DuckDBPyConnection, Path], None]
OPTIONS = {
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    # Java's and Spark's compilers cost more than they save where nothing lasts.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
}


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    yield session_of(Wanted(kind="spark", master="local[2]", storage="unused", options=OPTIONS), 0)
    stop()


@pytest.mark.slow
def test_components_of_the_cluster_are_those_of_any_graph(session: SparkSession, tmp_path: Path) -> None:
    """All graphs at once, each with nodes of its own."""
    edges = [(at * 10_000 + low, at * 10_000 + high) for at, each in enumerate(GRAPHS.values()) for low, high in each]
    with duckdb.connect() as connection:
        wanted = components(DuckDBEngine(connection), edges)
    with duckdb.connect() as connection:
        assert components(SparkEngine(DuckDBEngine(connection), session, Storage(tmp_path)), edges) == wanted


def people(path: Path) -> tuple[list[Id], list[Link]]:
    """A table of people: each record with its address and its town, which many share."""
    with path.open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    links = [
        (("crm_id", row["unique_id"]), (kind, row[column]))
        for row in told
        for kind, column in (("email", "email"), ("ticket", "dob"), ("cookie", "city"))
        if row[column]
    ]
    return list(dict.fromkeys(one for link in links for one in link)), links


def a_crowd(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    del data
    fill(connection, *crowd(2))


def shared_devices(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    del data
    ann, bo = {"customer": "ann", "cookie": "tablet"}, {"customer": "bo", "cookie": "tablet"}
    happen(connection, [(0, {"cookie": "tablet"}), (5, ann), (90, bo), (95, {"cookie": "tablet"})])


def super_nodes_only(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    del data
    orders = [("order", f"o{number}") for number in range(2100)]
    fill(connection, [("cookie", "kiosk"), *orders], [(("cookie", "kiosk"), order) for order in orders])


def nobody(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    del connection, data


def linked_people(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    fill(connection, *people(data / "people_linkage" / "people.csv"))


def two_systems(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Cases of one system, and the same cases in another."""
    with (data / "receipt_two_systems" / "case_relations.csv").open(encoding="utf-8") as file:
        pairs = list(csv.reader(file))[1:]
    links: list[Link] = [(("left_case", left), ("right_case", right)) for left, right in pairs]
    fill(connection, list(dict.fromkeys(one for link in links for one in link)), links)


@pytest.mark.slow
@pytest.mark.parametrize("is_jumping", [True, False])
@pytest.mark.parametrize(
    "fill_in",
    [a_crowd, shared_devices, super_nodes_only, nobody, linked_people, two_systems],
    ids=lambda each: each.__name__,
)
def test_every_table_is_that_of_duckdb(
    session: SparkSession,
    settings: Settings,
    shared_data: Path,
    monkeypatch: pytest.MonkeyPatch,
    fill_in: Fill,
    is_jumping: bool,
) -> None:
    with warehouse.writer(settings) as connection:
        fill_in(connection, shared_data)
        report = resolve_persons(connection, settings)
        wanted = rows(connection)
        engine = SparkEngine(DuckDBEngine(connection), session, Storage(settings.root / "storage"))
        monkeypatch.setattr(identity, "engine_of", lambda connection, settings: engine)
        monkeypatch.setattr(jumping, "is_wanted", lambda engine, settings: is_jumping)
        assert resolve_persons(connection, settings) == report
        assert rows(connection) == wanted
        assert connection.sql("SELECT count(*) FROM person_changes").fetchall() == [(0,)]
