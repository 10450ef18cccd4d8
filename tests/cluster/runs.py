"""Whole runs as a user starts them: a process of its own, told by one line of terreng.toml where its models run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.run import run
from pipelines.settings import load_settings

MAIN = "from pipelines.command_line import main; main()"
SALT = "salt"
FINISHED = (0, 4, 7)
"""Published; 4: a source stopped (few people fill few columns), 7: more rows were refused than tolerated."""
RUN_TIMEOUT_S = 7_200
ELSEWHERE = "America/Los_Angeles"


@dataclass(frozen=True)
class Left:
    """What a run left, copied aside: the next one takes its place.

    Attributes:
        published: The database.
        report: The report's text, without the run's number and times.
    """

    published: Path
    report: str


def run_here(workspace: Path) -> None:
    """Run a workspace within this process: what the command does, without waiting for it to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERRENG_SALT", SALT)
        run(load_settings(workspace))


def started(workspace: Path, environment: Mapping[str, str], first: str = "") -> subprocess.Popen[bytes]:
    """Start `terreng run`, after a first line of Python; what it says is kept beside the workspace."""
    said = (workspace.parent / f"{workspace.name}.log").open("wb")
    with said:
        return subprocess.Popen(
            [sys.executable, "-c", f"{first}\n{MAIN}", "run", "--workspace", str(workspace)],
            env={**os.environ, "TERRENG_SALT": SALT, **environment},
            stdout=said,
            stderr=subprocess.STDOUT,
        )


def ended(process: subprocess.Popen[bytes], workspace: Path) -> str:
    """Wait for a run and return what it said.

    Raises:
        AssertionError: If it failed.
    """
    code = process.wait(timeout=RUN_TIMEOUT_S)
    said = (workspace.parent / f"{workspace.name}.log").read_text(encoding="utf-8", errors="replace")
    assert code in FINISHED, said[-6000:]
    return said


def on_spark(workspace: Path, address: str, storage: Path, home_below: str = "0MB") -> None:
    """Let a workspace's models run on a cluster; as it stands, however small what they read is.

    Args:
        workspace: Its folder.
        address: `spark://...` or `sc://...`.
        storage: A folder that all workers see.
        home_below: What a model must read to be sent there.
    """
    key = "remote" if address.startswith("sc:") else "master"
    on_engine(workspace, f'kind = "spark"\n{key} = "{address}"\nstorage = "{storage}"\nhome_below = "{home_below}"\n')


def on_engine(workspace: Path, engine: str) -> None:
    """Let a workspace's models run elsewhere: its `[engine]`, or none for DuckDB."""
    path = workspace / "terreng.toml"
    before = re.sub(r"\n# where the models run\n.*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    path.write_text(before + (f"\n# where the models run\n[engine]\n{engine}" if engine else ""), encoding="utf-8")


def kept(workspace: Path, folder: Path) -> Left:
    """Copy what the last run left."""
    folder.mkdir(parents=True)
    settings = load_settings(workspace)
    shutil.copy(settings.published_db, folder / "published.duckdb")
    newest = max((workspace / "reports").iterdir(), key=lambda each: each.stat().st_mtime)
    return Left(folder / "published.duckdb", _without_run((newest / "report.html").read_text(encoding="utf-8"), newest))


def _without_run(text: str, folder: Path) -> str:
    """A report's text without its run's number and the minutes of its day: the demo's own days are long before."""
    began = datetime.strptime(folder.name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    days = "|".join(f"{began + timedelta(hours=hours):%Y-%m-%d}" for hours in (-12, 0, 12))
    return re.sub(rf"({days}) \d\d:\d\d", "TIME", text.replace(folder.name, "RUN"))
