"""One line of terreng.toml moves a workspace to a cluster and back: published tables and the report are the same."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from pipelines import prefect_server
from pipelines.demo import make_example
from pipelines.demo.example import FEWEST_PEOPLE
from pipelines.settings import load_settings
from tests.acceptance.test_real_logs import MAPS, SETTINGS
from tests.cluster.comparing import published_differences
from tests.cluster.runs import ended, kept, on_engine, on_spark, run_here, started
from tests.cluster.standing import Cluster, eventually

COMMAND = Path(sys.executable).with_name("terreng")
ENGINE_EXIT = 4
YEARLY = "0 0 1 1 *"
IMPATIENT = (
    "from pipelines import terminal; terminal._LONG_S = 0.0; "
    "from pipelines.engine.spark import watch; watch.TOLD_AFTER_S, watch.GONE_AFTER_S = 0.0, 3.0"
)
FIRST_MINUTES_PEOPLE = 20_000
FOR_SOME = "50KB"
"""Of the demo with the fewest people, what has a row for each event, journey or link goes to the cluster: 800 tasks."""
TASKS_BEFORE = 20
"""Tasks that each worker has ended before one is killed: then it holds rows that others need."""


def _there_and_back(workspace: Path, cluster: Cluster, home_below: str = "0MB") -> None:
    """Run on DuckDB, on the cluster while a worker is killed, and on DuckDB again; hold all three to be alike."""
    kept_in = workspace.parent
    run_here(workspace)
    run_here(workspace)  # nothing new to read from now on
    before = kept(workspace, kept_in / "before")
    on_spark(workspace, cluster.master, cluster.storage, home_below)
    _run_while_a_worker_is_killed(workspace, cluster)
    away = kept(workspace, kept_in / "away")
    on_engine(workspace, "")
    run_here(workspace)
    after = kept(workspace, kept_in / "after")

    assert published_differences(before.published, away.published) == {}
    assert published_differences(before.published, after.published) == {}
    assert away.report == before.report == after.report


def _run_while_a_worker_is_killed(workspace: Path, cluster: Cluster) -> None:
    before = cluster.tasks()
    killed = min(name for name in cluster.daemons if name.startswith("worker"))
    process = started(workspace, cluster.environment)
    try:

        def both_have_worked() -> bool:
            busy = [worker for worker, n in (cluster.tasks() - before).items() if n >= TASKS_BEFORE]
            return process.poll() is not None or len(busy) == 2

        eventually(both_have_worked, "both workers have ended tasks", timeout_s=600)
        assert process.poll() is None, ended(process, workspace)
        cluster.daemons.pop(killed).kill()
        cluster.start_worker(f"{killed}-again")
        ended(process, workspace)
    finally:
        process.kill()
    worked = [worker for worker, n in (cluster.tasks() - before).items() if worker != "driver" and n]
    assert len(worked) == 3, "the one that came in the place of the killed one worked as well"
    assert cluster.alive_n == 2


def test_the_demo_moves_to_the_cluster_and_back(cluster: Cluster, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    make_example(workspace, people=FEWEST_PEOPLE)

    _there_and_back(workspace, cluster, FOR_SOME)


def test_a_cluster_that_is_gone_ends_the_run_and_leaves_what_was_published(
    workspace: Path, elsewhere: None, tmp_path: Path
) -> None:
    del elsewhere
    run_here(workspace)
    before = kept(workspace, tmp_path / "before")
    doomed = Cluster(tmp_path / "doomed")
    try:
        doomed.start(workers_n=1)
        on_spark(workspace, doomed.master, doomed.storage)
        said = _run_while_all_are_killed(workspace, doomed, tuple(doomed.daemons))
    finally:
        doomed.stop()
    assert "waiting for workers" in said
    assert published_differences(before.published, load_settings(workspace).published_db) == {}


def _run_while_all_are_killed(workspace: Path, cluster: Cluster, names: tuple[str, ...]) -> str:
    """Start a run, kill these daemons once a task has ended, hold the run to a clear end, and return what it said."""
    before = cluster.tasks()
    process = started(workspace, cluster.environment, IMPATIENT)
    try:
        eventually(lambda: process.poll() is not None or bool(cluster.tasks() - before), "a task has ended", 300)
        assert process.poll() is None, ended(process, workspace)
        for name in names:
            cluster.daemons.pop(name).kill()
        assert process.wait(timeout=300) == ENGINE_EXIT
    finally:
        process.kill()
    said = (workspace.parent / f"{workspace.name}.log").read_text(encoding="utf-8")
    assert "published before is untouched" in said
    assert "Traceback" not in said
    return said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("people", "home_below"),
    [
        (FEWEST_PEOPLE, "0MB"),  # every model on the cluster
        (FIRST_MINUTES_PEOPLE, "16MB"),  # as a workspace has it
        (FIRST_MINUTES_PEOPLE, "0MB"),
    ],
)
def test_the_whole_demo_moves_to_the_cluster_and_back(
    people: int, home_below: str, cluster: Cluster, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    make_example(workspace, people=people)

    _there_and_back(workspace, cluster, home_below)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_a_real_log_is_the_same_on_the_cluster(name: str, shared_data: Path, cluster: Cluster, tmp_path: Path) -> None:
    workspace = tmp_path / name
    (workspace / "maps").mkdir(parents=True)
    shutil.copy(MAPS / f"{name}.yaml", workspace / "maps")
    text = f'[workspace]\nname = "{name}"\ntimezone = "UTC"\n' + SETTINGS[name].format(data=shared_data)
    (workspace / "terreng.toml").write_text(text, encoding="utf-8")

    _same_as_at_home(workspace, cluster, cluster.master)


@pytest.mark.slow
def test_a_workspace_is_the_same_through_connect(workspace: Path, cluster: Cluster) -> None:
    address = cluster.start_connect()
    try:
        _same_as_at_home(workspace, cluster, address)
    finally:
        cluster.daemons.pop("connect").end()


@pytest.mark.slow
def test_a_connect_server_that_is_gone_ends_the_run_and_leaves_what_was_published(
    workspace: Path, cluster: Cluster, tmp_path: Path
) -> None:
    run_here(workspace)
    before = kept(workspace, tmp_path / "before")
    on_spark(workspace, cluster.start_connect(), cluster.storage)
    _run_while_all_are_killed(workspace, cluster, ("connect",))
    assert published_differences(before.published, load_settings(workspace).published_db) == {}


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [5, 7, 9, 30])  # while Java starts; while the cluster works
def test_ctrl_c_ends_a_run_and_its_java_in_one_word(workspace: Path, cluster: Cluster, after_s: int) -> None:
    on_spark(workspace, cluster.master, cluster.storage)
    process = subprocess.Popen(
        [COMMAND, "run", "--workspace", workspace],
        env={**os.environ, "TERRENG_SALT": "salt", **cluster.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)  # Java holds the pipe as long as it lives

    assert (process.returncode, said) == (130, "terreng: stopped\n")


@pytest.mark.slow
def test_a_run_through_prefect_is_the_same_on_the_cluster(workspace: Path, cluster: Cluster) -> None:
    settings = load_settings(workspace)
    with socket.socket() as probe:
        probe.bind((prefect_server.LOOPBACK, 0))
        port = str(probe.getsockname()[1])
    served = subprocess.Popen(
        [COMMAND, "serve", "--workspace", workspace, "--port", port, "--cron", YEARLY],
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        eventually(lambda: bool(prefect_server.standing(settings)), "the service answers", timeout_s=240)
        _same_as_at_home(workspace, cluster, cluster.master)
        url = prefect_server.standing(settings)
        completed = {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
        seen = httpx.post(f"{url}/task_runs/filter", json=completed, timeout=30).raise_for_status().json()
    finally:
        served.terminate()
        served.wait()
    assert {"Join events into journeys", "Lay journeys over the maps"} <= {
        each["name"].rsplit("-", 1)[0] for each in seen
    }


def _same_as_at_home(workspace: Path, cluster: Cluster, address: str) -> None:
    for _ in range(2):  # nothing new to read from the second on
        run_here(workspace)
    before = kept(workspace, workspace.parent / "before")
    on_spark(workspace, address, cluster.storage)
    ended(started(workspace, cluster.environment), workspace)
    away = kept(workspace, workspace.parent / "away")

    assert published_differences(before.published, away.published) == {}
    assert away.report == before.report
