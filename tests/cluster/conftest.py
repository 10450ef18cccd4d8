"""A standing cluster for the tests of this room, and what a run on DuckDB gave its models."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from pipelines.demo import make_example
from tests.cluster.on_spark import Bench, local_session
from tests.cluster.recording import Demo, Recorder
from tests.cluster.runs import ELSEWHERE, run_here
from tests.cluster.standing import Cluster

PEOPLE = 300


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo with few people: every kind of table has rows."""
    folder, recorder = tmp_path_factory.mktemp("demo") / "workspace", Recorder(each=2)
    make_example(folder, people=PEOPLE)
    with recorder.listening():
        run_here(folder)
    return Demo(folder, recorder)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Spark within this machine, in another time zone, beside DuckDB."""
    with local_session(f"-Duser.timezone={ELSEWHERE}") as session:
        yield Bench(session, tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[None]:
    """Processes that are started live in another time zone than UTC, and than the workspace."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", ELSEWHERE)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, elsewhere: None) -> Iterator[Cluster]:
    """A master and two workers of one core each, on loopback, in another time zone."""
    del elsewhere
    assert os.environ["TZ"] == ELSEWHERE
    made = Cluster(tmp_path_factory.mktemp("cluster") / "standing")
    try:
        made.start()
        yield made
    finally:
        made.stop()
