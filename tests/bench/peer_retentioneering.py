"""What Retentioneering takes for the same log, in an environment of its own: it wants other versions than we do.

Called by another Python as a script, it measures; imported by ours, it makes that environment and calls the script.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WANTED = "retentioneering==5.2.4"
STEPS = 10
TIMES = "load", "directly-follows", "directly-follows and waits", "sessions", "step matrix"


def measured(folder: Path, environment: Path) -> dict[str, Any] | None:
    """Costs of its steps over the folder's log; nothing, with a line that says so, where it cannot be installed."""
    python = environment / "bin" / "python"
    if not python.exists() and not _install(environment, python):
        sys.stdout.write(f"{WANTED} cannot be installed here: it is left out\n")
        return None
    command = [str(python), str(Path(__file__).resolve()), str(folder / "log.csv")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _install(environment: Path, python: Path) -> bool:
    uv = shutil.which("uv") or "uv"
    commands = (
        (uv, "venv", "--quiet", "--python", sys.executable, str(environment)),
        (uv, "pip", "install", "--quiet", "--python", str(python), WANTED),
    )
    return all(subprocess.run(command, check=False).returncode == 0 for command in commands)


def main(log: str) -> None:
    """Measure; the answer is one line of JSON."""
    import resource

    sys.modules["posthog"] = None  # type: ignore[assignment]  # it tells its makers of every call: not from here
    import pandas as pd
    import retentioneering  # type: ignore[import-not-found]  # installed beside, not in our environment

    frame = pd.read_csv(log).assign(timestamp=lambda rows: pd.to_datetime(rows["timestamp"], utc=True))
    schema = {"path_cols": ["case"], "event_col": "activity", "timestamp_col": "timestamp"}
    cpu_s: dict[str, float] = {}
    wall_s: dict[str, float] = {}
    stream = retentioneering.Eventstream(frame.head(1_000), schema)
    stream.transition_graph_data(edge_weight="count")  # what is imported late is not the work's
    works: tuple[Callable[[], Any], ...] = (
        lambda: retentioneering.Eventstream(frame, schema),
        lambda: stream.transition_graph_data(edge_weight="count"),
        lambda: stream.transition_graph_data(edge_weight="time_median"),
        lambda: stream.split_sessions(timeout="30m"),
        lambda: stream.step_matrix_data(max_steps=STEPS),
    )
    for name, work in zip(TIMES, works, strict=True):
        cpu, wall = time.process_time(), time.perf_counter()
        found = work()
        cpu_s[name], wall_s[name] = time.process_time() - cpu, time.perf_counter() - wall
        stream = found if name == "load" else stream
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    answer = {"cpu_s": cpu_s, "wall_s": wall_s, "peak_gb": {}, "numbers": {"rows": len(frame)}, "process_gb": peak}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
