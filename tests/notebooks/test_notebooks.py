from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.explore.desk import WORKSPACE
from pipelines.explore.serving import NOTEBOOKS, notebooks_folder

_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")  # ids of marimo's elements, new each time
NAMES = tuple(NOTEBOOKS.values())


def _tree(name: str) -> ast.Module:
    return ast.parse((notebooks_folder() / f"{name}.py").read_text(encoding="utf-8"))


def _app(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"notebook_{name}", notebooks_folder() / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


def _outputs(name: str) -> str:
    """Everything that a notebook shows, as text."""
    outputs, _ = _app(name).run()
    return "\n".join(getattr(output, "text", str(output)) for output in outputs if output is not None)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_defines_nothing_but_its_cells(name: str) -> None:
    tree = _tree(name)
    cells = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert cells
    assert all(cell.name == "_" and ast.unparse(cell.decorator_list[0]) == "app.cell" for cell in cells)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert [node for cell in cells for node in ast.walk(cell) if isinstance(node, kinds) and node is not cell] == []


def test_every_notebook_is_served_and_packed(repository: Path) -> None:
    files = {path.stem for path in (repository / "notebooks").glob("*.py")}
    assert files == set(NAMES)
    packed = (repository / "pyproject.toml").read_text(encoding="utf-8")
    for path in sorted((repository / "notebooks").iterdir()):
        if path.is_file():
            assert f'"notebooks/{path.name}" = "pipelines/explore/notebooks/{path.name}"' in packed


def test_marimo_finds_nothing_wrong_with_them(repository: Path) -> None:
    files = sorted(str(path) for path in (repository / "notebooks").glob("*.py"))
    command = [sys.executable, "-m", "marimo", "check", "--strict", *files]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("looked_into")
def test_a_notebook_runs_on_the_example_and_shows_the_same_each_time(name: str) -> None:
    shown = _outputs(name)
    assert "terreng" in shown
    assert "trouble" not in shown.split("</style>", 1)[1]
    assert _RANDOM.sub("", _outputs(name)) == _RANDOM.sub("", shown)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "04_own_data"])
def test_without_a_run_a_notebook_says_what_to_do(name: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WORKSPACE, str(workspace))
    assert "run `terreng run` first" in _outputs(name)
