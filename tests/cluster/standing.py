"""A Spark cluster on loopback, of pyspark's own package: one master, workers of one core each, a Connect server.

Every daemon is a process of ours with a log of its own. Ports are free ones, which the daemons choose and tell.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 120
"""A daemon needs 3 to 8 seconds on a quiet machine."""
MASTER_READY = re.compile(r"Starting Spark master at (spark://\S+)")
MASTER_PAGE = re.compile(r"Successfully started service 'MasterUI' on port (\d+)")
WORKER_READY = re.compile(r"Successfully registered with master")
CONNECT_READY = re.compile(r"Spark Connect server started at: \S*?:(\d+)")
QUICK_JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""For processes of a minute: no threads for collecting, no second compiler."""
DEFAULTS = {
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": QUICK_JAVA,
    "spark.executor.memory": "1g",
    "spark.executor.extraJavaOptions": QUICK_JAVA,
    "spark.cores.max": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "3",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    # A worker that is killed is known to be gone at once; a busy one is not taken for gone.
    "spark.network.timeout": "300s",
}


@dataclass
class Daemon:
    """A process of the cluster, and where its log lies."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """Its log until now."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def children(self) -> tuple[int, ...]:
        """The processes that it started: a worker's are its executors."""
        asked = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return tuple(int(pid) for pid in asked.stdout.split())

    def wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """The first place of its log that matches.

        Raises:
            RuntimeError: If it ended, or did not say so in time.
        """
        until = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < until:
            if found := pattern.search(self.said):
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"{self.name} did not say {pattern.pattern!r}; it said:\n{self.said[-4000:]}")

    def kill(self) -> None:
        """Kill it and what it started, as a power cut would."""
        for pid in (self.process.pid, *self.children):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """End it and whatever it started: all of them are in a process group of their own."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=20)
            except ProcessLookupError:  # the whole group has ended
                return
            except subprocess.TimeoutExpired:
                continue


@dataclass
class Cluster:
    """A standing cluster.

    Attributes:
        folder: Logs, work directories, settings and storage of the cluster.
        options: Settings of its sessions beside or instead of `DEFAULTS`.
        worker_memory: What each worker has to give.
        daemons: What runs, by name.
        master: The address for a session: `spark://...`.
        connect: The address of the Connect server, once there is one: `sc://...`.
    """

    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)
    worker_memory: str = "1200m"
    daemons: dict[str, Daemon] = field(default_factory=dict)
    master: str = ""
    connect: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs in its environment, so that its sessions are told our defaults."""
        return {"SPARK_LOCAL_IP": LOOPBACK, "SPARK_CONF_DIR": str(self.folder / "conf")}

    @property
    def alive_n(self) -> int:
        """How many workers the master knows to be alive."""
        alive = self.state()["aliveworkers"]
        assert isinstance(alive, int)
        return alive

    @property
    def storage(self) -> Path:
        """A folder that this machine and all workers see."""
        return self.folder / "storage"

    def start(self, workers_n: int = 2) -> None:
        """Start the master and its workers, and wait until they know each other."""
        for name in ("conf", "events", "logs", "storage"):
            (self.folder / name).mkdir(parents=True)
        told = {**DEFAULTS, **self.options} | {"spark.eventLog.dir": (self.folder / "events").as_uri()}
        lines = "".join(f"{key} {value}\n" for key, value in told.items())
        (self.folder / "conf" / "spark-defaults.conf").write_text(lines, encoding="utf-8")
        master = self._start("master", "org.apache.spark.deploy.master.Master", "--port", "0", "--webui-port", "0")
        self.master = master.wait_for(MASTER_READY)[1]
        for number in range(workers_n):
            self.start_worker(f"worker-{number}")
        for number in range(workers_n):
            self.daemons[f"worker-{number}"].wait_for(WORKER_READY)

    def start_worker(self, name: str) -> Daemon:
        """Start a worker of one core; it registers by itself."""
        place = ("--work-dir", str(self.folder / name), "--webui-port", "0", "--port", "0")
        size = ("--cores", "1", "--memory", self.worker_memory)
        return self._start(name, "org.apache.spark.deploy.worker.Worker", *place, *size, self.master)

    def start_connect(self) -> str:
        """Start the Connect server, which holds all cores as long as it runs; its address."""
        port = (
            "--conf",
            f"spark.connect.grpc.binding.address={LOOPBACK}",
            "--conf",
            "spark.connect.grpc.binding.port=0",
        )
        server = ("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", self.master)
        daemon = self._launch("connect", "spark-submit", *server, "--name", "connect", *port, "spark-internal")
        self.connect = f"sc://{LOOPBACK}:{daemon.wait_for(CONNECT_READY)[1]}"
        return self.connect

    def state(self) -> dict[str, object]:
        """What the master says of its workers and applications."""
        page = self.daemons["master"].wait_for(MASTER_PAGE)[1]
        with urllib.request.urlopen(f"http://{LOOPBACK}:{page}/json/", timeout=30) as answer:
            found: dict[str, object] = json.load(answer)
        return found

    def tasks(self, application: str = "") -> Counter[str]:
        """How many tasks each worker's executors ended, over applications of that id; default: of all."""
        found: Counter[str] = Counter()
        for log in (self.folder / "events").iterdir():
            if application in log.name:
                found += _tasks(log)
        return found

    def stop(self) -> None:
        """End everything that still runs, the last one started first."""
        for daemon in reversed(self.daemons.values()):
            daemon.end()

    def _start(self, name: str, java_class: str, *arguments: str) -> Daemon:
        small = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": QUICK_JAVA}
        return self._launch(name, "spark-class", java_class, "--host", LOOPBACK, *arguments, **small)

    def _launch(self, name: str, program: str, *arguments: str, **environment: str) -> Daemon:
        log = self.folder / "logs" / f"{name}.log"
        around = {**os.environ, **self.environment, "SPARK_HOME": str(spark_home()), **environment}
        with log.open("wb") as told:
            process = subprocess.Popen(
                [str(spark_home() / "bin" / program), *arguments],
                cwd=self.folder,
                env=around,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.daemons[name] = Daemon(name, process, log)
        return self.daemons[name]


def spark_home() -> Path:
    """Where pyspark's package lies.

    Raises:
        RuntimeError: If it is not installed.
    """
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise RuntimeError("pyspark is not installed: uv sync")
    return Path(found.origin).parent


def eventually(holds: Callable[[], bool], what: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: If it never does.
    """
    until = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {timeout_s:.0f} s")
        time.sleep(0.1)


def _tasks(log: Path) -> Counter[str]:
    """Successful tasks by worker, named by its page's address."""
    found: Counter[str] = Counter()
    executors: dict[str, str] = {}
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"SparkListenerExecutorAdded"' in line:
                event = json.loads(line)
                executors[event["Executor ID"]] = _worker_of(event)
            elif '"SparkListenerTaskEnd"' in line:
                event = json.loads(line)
                if event["Task End Reason"]["Reason"] == "Success":
                    found[executors.get(event["Task Info"]["Executor ID"], "driver")] += 1
    return found


def _worker_of(added: Mapping[str, object]) -> str:
    """The address of the worker that an executor runs on: its log is shown there."""
    info = added["Executor Info"]
    assert isinstance(info, dict)
    return str(urlsplit(info["Log Urls"]["stdout"]).netloc)
