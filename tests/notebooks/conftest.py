"""What the tests of the notebooks may ask for: the example with few people, after one run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import pytest

from pipelines.demo import make_example
from pipelines.explore.desk import WORKSPACE, Desk, open_desk
from pipelines.run import run
from pipelines.settings import load_settings

T = TypeVar("T")
JOURNEY = "become_customer"


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
