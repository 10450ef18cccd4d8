"""A whole run on a cluster of Spark on this machine: one master, two workers of one core each, over loopback."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.settings.workspace import Engine
from tests.bench import stages
from tests.bench.measure import Costs, children_of, cpu_of, largest_gb
from tests.cluster.standing import Cluster

TASKS = {
    "shuffle_gb": ("Shuffle Write Metrics", "Shuffle Bytes Written"),
    "read_gb": ("Input Metrics", "Bytes Read"),
    "written_gb": ("Output Metrics", "Bytes Written"),
}
_GB = 1e9
LARGE = {
    "spark.driver.memory": "2g",
    "spark.executor.memory": "2g",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",
    "spark.executor.extraJavaOptions": "-XX:+UseSerialGC",
}
"""For runs of many minutes, unlike those of the tests: Java's second compiler, and room for millions of rows."""


@dataclass
class CostsOfCluster(Costs):
    """Costs of this process and of all that it has started: driver, master, workers, executors.

    Attributes:
        windows: When each stage began and ended, seconds of the clock.
    """

    windows: dict[str, tuple[float, float]] = field(default_factory=dict)
    largest_gb: float = 0.0

    def cpu(self) -> float:
        """Processor seconds until now, of all these processes."""
        return super().cpu() + sum(cpu_of(process) for process in children_of(os.getpid()))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A step of a whole run, and the window of its tasks."""
        begun = time.time()
        with super().stage(name):
            yield
        self.windows[name] = (begun, time.time())
        each = [largest_gb(process) for process in children_of(os.getpid())]
        self.largest_gb = max(self.largest_gb, *each, 0.0)


def run(folder: Path, memory: str) -> Costs:
    """Ingest to report, with the models on the cluster; what tasks shuffled, read and wrote, by stage."""
    costs, place = CostsOfCluster(), folder / "cluster"
    shutil.rmtree(place, ignore_errors=True)
    cluster = Cluster(place, LARGE, worker_memory="2600m")
    os.environ |= cluster.environment
    try:
        with costs.step("start of the cluster"):
            cluster.start()
        engine = Engine(kind="spark", master=cluster.master, storage=str(cluster.storage))
        settings = stages.settings_of(folder / "workspace_on_spark", memory, engine=engine)
        stages.fresh(settings, folder / "log.csv")
        stages.all_stages(settings, stages.AS_OF, costs)
        costs.numbers |= stages.counts(settings)
        _stop_session()
    finally:
        cluster.stop()
    costs.numbers |= _of_tasks((place / "events").iterdir(), costs.windows)
    costs.numbers |= {"largest_process_gb": costs.largest_gb}
    shutil.rmtree(place)
    shutil.rmtree(settings.root)
    return costs


def _stop_session() -> None:
    """The run has ended it; if not, its log would have no end."""
    from pyspark.sql import SparkSession

    if (session := SparkSession.getActiveSession()) is not None:
        session.stop()


def _of_tasks(logs: Iterable[Path], windows: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Sums over all tasks, by what and stage; tasks and their executors' processor seconds too."""
    found: dict[str, float] = {}
    shuffles: dict[tuple[str, int], float] = {}
    memory = 0
    for place, task in _tasks(logs):
        ended = task["Task Info"]["Finish Time"] / 1_000
        stage = next((name for name, (begun, over) in windows.items() if begun <= ended <= over), "between")
        metrics = task.get("Task Metrics") or {}
        told = {what: metrics.get(group, {}).get(name, 0) / _GB for what, (group, name) in TASKS.items()}
        told |= {
            "tasks": 1,
            "executors_cpu_s": metrics.get("Executor CPU Time", 0) / 1e9,
            "spilled_gb": metrics.get("Disk Bytes Spilled", 0) / _GB,
        }
        shuffle = place, task["Stage ID"]
        shuffles[shuffle] = shuffles.get(shuffle, 0.0) + told["shuffle_gb"]
        memory = max(memory, metrics.get("Peak Execution Memory", 0))
        for what, number in told.items():
            found[f"{what}, {stage}"] = found.get(f"{what}, {stage}", 0.0) + number
    return found | {"largest_shuffle_gb": max(shuffles.values(), default=0.0), "largest_task_gb": memory / _GB}


def _tasks(logs: Iterable[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every task that ended, with the name of its application's log."""
    for log in logs:
        with log.open(encoding="utf-8", errors="replace") as lines:
            yield from ((log.name, json.loads(line)) for line in lines if '"SparkListenerTaskEnd"' in line)
