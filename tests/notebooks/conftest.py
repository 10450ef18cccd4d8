"""What the tests of the notebooks may ask for: the example with few people, after one run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from typer.main import get_command

from pipelines import failures
from pipelines.command_line import app
from pipelines.demo import make_example
from pipelines.explore.desk import WORKSPACE, Desk, open_desk

JOURNEY = "become_customer"


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace; nothing here writes into what was published."""
    folder = tmp_path_factory.mktemp("explore") / "example"
    made = make_example(folder, people=600)
    run = ["run", "--workspace", str(folder), "--as-of", made.as_of.isoformat()]
    assert failures.guarded(partial(get_command(app), run, "terreng")) == 0
    return folder


@pytest.fixture
def desk(example: Path) -> Desk:
    """The example, opened."""
    return open_desk(example)


@pytest.fixture
def looked_into(example: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as the workspace that notebooks look into."""
    monkeypatch.setenv(WORKSPACE, str(example))
    return example
