"""What the tests of the notebooks may ask for: the example with few people, after one run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import httpx
import pytest

from pipelines.demo import make_example
from pipelines.explore.desk import WORKSPACE, Desk, open_desk
from pipelines.run import run
from pipelines.settings import load_settings

T = TypeVar("T")
JOURNEY = "become_customer"
COMMAND = (sys.executable, "-c", "from pipelines.command_line import main; main()")
PATIENCE_S = 120


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace; nothing here writes into what was published, and nothing reads its report."""
    folder = tmp_path_factory.mktemp("explore") / "example"
    made = make_example(folder, people=600)
    _in_one_file(folder / "exports" / "web")
    run(load_settings(folder), made.as_of, _without_report)
    return folder


def _in_one_file(exports: Path) -> None:
    """All days of the web in the first day's file: each file that is read costs as much as thousands of rows."""
    first, *others = sorted(exports.glob("events_*.jsonl.gz"))
    with first.open("ab") as file:
        for each in others:
            file.write(each.read_bytes())  # gzip's files may follow one another
            each.unlink()


def _without_report(title: str, work: Callable[[], T], *, is_outside: bool = False) -> T:
    del is_outside
    return cast("T", Path()) if title == "Write the report" else work()


@pytest.fixture
def desk(example: Path) -> Desk:
    """The example, opened."""
    return open_desk(example)


@pytest.fixture
def looked_into(example: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as the workspace that notebooks look into."""
    monkeypatch.setenv(WORKSPACE, str(example))
    return example


@dataclass(frozen=True)
class Served:
    """`terreng explore` on the example: its address and its password."""

    process: subprocess.Popen[str]
    address: str
    password: str

    def ask(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(self.address + path, headers=headers, timeout=PATIENCE_S)


def started(workspace: Path, *options: str) -> subprocess.Popen[str]:
    """The command in a process of its own, on a free port; its first line is the address."""
    command = [*COMMAND, "explore", "--workspace", str(workspace), "--no-browser", "--port", "0", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="session")
def served(example: Path) -> Iterator[Served]:
    with started(example) as process:
        assert process.stdout is not None
        address, _, password = process.stdout.readline().strip().partition("?access_token=")
        try:
            yield Served(process, address.rstrip("/"), password)
        finally:
            process.kill()
