"""The standing service, from outside: a scheduled run completes; neither a lost server nor a killed run ends it.

Each test takes the service as the one before left it, because a schedule costs a minute a look.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipelines.commands.init import init

if TYPE_CHECKING:
    from tests.conftest import Terreng


COMMAND = Path(sys.executable).with_name("terreng")
PATIENCE_S = 240  # a start takes 10 to 25 s and a schedule up to 60; the rest is for a busy machine


@dataclass(frozen=True)
class Service:
    """A served workspace."""

    workspace: Path
    port: int
    process: subprocess.Popen[str]

    def ask(self, what: str, **question: object) -> list[dict[str, Any]]:
        """The rows that Prefect's API has."""
        answer = httpx.post(f"http://127.0.0.1:{self.port}/api/{what}/filter", json=question, timeout=30)
        rows: list[dict[str, Any]] = answer.raise_for_status().json()
        return rows

    def runs(self, *states: str, is_scheduled: bool = True) -> list[dict[str, Any]]:
        """Flow runs in these states."""
        runs = self.ask("flow_runs", flow_runs={"state": {"type": {"any_": list(states)}}}, sort="START_TIME_DESC")
        return [run for run in runs if (run["deployment_id"] is not None) == is_scheduled]

    def children(self) -> dict[str, int]:
        """Process id of the server and of the runner; between an end and a new start there may be none."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        lines = [line.split() for line in listed.stdout.splitlines() if "pipelines.standing" in line]
        return {line[line.index("pipelines.standing") + 1]: int(line[0]) for line in lines}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    workspace = tmp_path_factory.mktemp("served") / "shop"
    init(workspace)
    rows = [
        f"2026-03-{1 + n % 20:02d}T1{hour}:00:00Z,{step},C{n}" for n in range(30) for hour, step in enumerate(STEPS)
    ]
    (workspace / "exports/shop/events.csv").write_text("\n".join(["time,event,customer", *rows]), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command: list[str | Path] = [COMMAND, "serve", "--workspace", workspace, "--cron", "* * * * *", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Serving My company (* * * * *); UI: http://127.0.0.1:")
        try:
            yield Service(workspace, port, process)
        finally:
            process.kill()


STEPS = ("visit", "signup", "order")


def wait_for(holds: Callable[[], object], what: str) -> Any:
    """Ask until the answer is true; the server may be away meanwhile."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if answer := holds():
                return answer
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    pytest.fail(f"no {what} within {PATIENCE_S} s")


def test_a_scheduled_run_completes_with_its_tasks_and_artifacts(service: Service) -> None:
    (run,) = wait_for(lambda: service.runs("COMPLETED"), "completed run")[:1]
    tasks = service.ask("task_runs", flow_runs={"id": {"any_": [run["id"]]}}, sort="EXPECTED_START_TIME_ASC")
    assert {task["state_type"] for task in tasks} == {"COMPLETED"}
    assert [task["name"].rsplit("-", 1)[0] for task in tasks] == [
        "Read shop",
        "Join ids into persons",
        "Join events into journeys",
        "Lay journeys over the maps",
        "Publish the tables",
        "Write the report",
    ]
    assert {"read-shop", "report"} <= {artifact["key"] for artifact in service.ask("artifacts")}
    assert (service.workspace / "published" / "terreng.duckdb").is_file()
    assert len(list((service.workspace / "reports").glob("*/report.html"))) >= 1


def test_a_run_by_hand_goes_through_the_standing_server(service: Service) -> None:
    done = wait_for(lambda: _ran(service.workspace), "run by hand between the scheduled ones")
    assert json.loads(done)["journeys"] == {"become_customer": 30}
    assert len(service.runs("COMPLETED", is_scheduled=False)) == 1


def _ran(workspace: Path) -> str:
    done = subprocess.run(
        [COMMAND, "run", "--workspace", workspace, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 6), done.stderr  # 6: a scheduled run had the workspace
    assert done.returncode == 6 or done.stderr == ""
    return done.stdout if done.returncode == 0 else ""


def test_a_second_service_of_the_workspace_or_on_the_port_is_refused(
    service: Service, terreng: Terreng, tmp_path: Path
) -> None:
    again = terreng("serve", "--workspace", service.workspace, "--cron", "* * * * *")
    assert (again.code, f"http://127.0.0.1:{service.port}" in again.err) == (6, True)
    init(tmp_path / "other")
    other = terreng("serve", "--workspace", tmp_path / "other", "--cron", "* * * * *", "--port", str(service.port))
    assert (other.code, f"port {service.port} is in use" in other.err) == (2, True)


def test_a_killed_run_is_crashed_and_the_next_one_completes(service: Service) -> None:
    published = service.workspace / "published" / "terreng.duckdb"
    killed = wait_for(lambda: _kill_a_run(service), "run to kill")
    whole = published.read_bytes()
    assert whole[8:12] == b"DUCK"
    wait_for(lambda: [run for run in service.runs("CRASHED") if run["id"] == killed], "crashed run")
    began = service.runs("CRASHED")[0]["start_time"] or ""
    wait_for(
        lambda: [run for run in service.runs("COMPLETED") if run["start_time"] > began], "run after the killed one"
    )


def _kill_a_run(service: Service) -> str:
    """Kill the process of a scheduled run as soon as one runs; its id."""
    running, runner = service.runs("RUNNING"), service.children().get("runner")
    if not running or runner is None:
        return ""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(runner)], capture_output=True, text=True, check=False)
    for pid in listed.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    return str(running[0]["id"]) if listed.stdout.split() else ""


def test_a_killed_server_is_started_again_and_the_schedule_goes_on(service: Service) -> None:
    known = {run["id"] for run in service.runs("COMPLETED")}
    former = service.children()
    os.kill(former["server"], signal.SIGKILL)
    wait_for(lambda: len(service.children()) == 2 and service.children() != former, "new server")
    done = wait_for(lambda: {run["id"] for run in service.runs("COMPLETED")} - known, "run after the server came back")
    assert done
    assert known <= {run["id"] for run in service.runs("COMPLETED")}


def test_the_service_ends_when_told_and_takes_its_children_with_it(service: Service) -> None:
    children = service.children()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(60) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children.values())
    assert not (service.workspace / ".terreng" / "serve.json").exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", service.port))
