"""The house keeps its own rules: documents that say what the code says, and code of the size that was agreed."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from pipelines.command_line import app
from schemas import errors
from schemas.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("schemas", "models", "pipelines")
MOST_LINES_IN_A_FILE = 350
ONE_LIST = ("schemas/tables.py",)  # every published column: one list is found more easily than four
MOST_LINES_IN_A_FUNCTION = 50  # one screen
SHORT_FUNCTION = 20


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _glossary_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_glossary", ROOT / "tests" / "write_glossary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


def _sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def _functions() -> Iterator[tuple[str, int]]:
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def _commands() -> set[str]:
    """Every command as it is typed, groups with their sub-commands."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    names: set[str] = set()
    for name, command in root.commands.items():
        children = list(command.commands) if isinstance(command, TyperGroup) else []
        names |= {f"terreng {name} {child}" for child in children} or {f"terreng {name}"}
    return names


def test_every_table_and_column_is_in_the_glossary() -> None:
    module = _glossary_module()
    text = _text("schemas/README.md")
    assert module.with_written_part(text) == text, "run: python tests/write_glossary.py"
    for table in TABLES.values():
        section = text.split(f"### `{table.name}`\n", 1)[1].split("\n### ", 1)[0]
        assert all(f"| `{column}` |" in section for column in table.names), table.name


def test_every_word_of_every_closed_list_is_in_the_glossary() -> None:
    text = _text("schemas/README.md")
    for each in _glossary_module().closed_lists():
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {each.__name__} |"))
        assert all(f"`{word.value}`" in row for word in each), each.__name__


def test_every_command_is_in_the_readme() -> None:
    readme = _text("README.md")
    parts_of_run = {"terreng ingest", "terreng reconstruct", "terreng compare", "terreng report"}
    for command in _commands() - parts_of_run:
        assert f"`{command}" in readme, command
    for command in parts_of_run:
        assert f"`{command.removeprefix('terreng ')}`" in readme, command


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    roots = {command.split()[1] for command in _commands()}
    named = set(re.findall(r"terreng ([a-z]+)", re.sub(r"Terreng.*", "", _text("README.md"))))
    assert named <= roots


def test_the_readme_has_every_exit_code_of_the_error_tree() -> None:
    codes = {each.exit_code for each in errors.TerrengError.__subclasses__()}
    rows = set(re.findall(r"^\| (\d) \|", _text("README.md"), flags=re.MULTILINE))
    assert {str(code) for code in codes | {0, 1}} == rows


def test_the_gate_is_the_command_of_the_readme() -> None:
    (last,) = re.findall(r"^python3 .*gate.py$", _text("README.md"), flags=re.MULTILINE)
    assert _text(".ci/run").rstrip().endswith(last)


def test_the_version_has_its_place_in_the_changelog() -> None:
    version = tomllib.loads(_text("pyproject.toml"))["project"]["version"]
    assert f"## {version}" in _text("CHANGELOG.md")


def test_the_licence_is_whole() -> None:
    text = _text("LICENSE")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_no_file_outgrows_its_idea() -> None:
    sizes = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in _sources()}
    assert {str(path): n for path, n in sizes.items() if n > MOST_LINES_IN_A_FILE and str(path) not in ONE_LIST} == {}


def test_functions_fit_on_a_screen_and_most_are_short() -> None:
    sizes = dict(_functions())
    assert {name: n for name, n in sizes.items() if n > MOST_LINES_IN_A_FUNCTION} == {}
    assert sum(n <= SHORT_FUNCTION for n in sizes.values()) >= 0.8 * len(sizes)


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_except_catches_everything(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _is_broad(node.type)):
            assert any(isinstance(child, ast.Raise) for child in ast.walk(node)), f"line {node.lineno} swallows"


def _is_broad(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")


def test_every_ignore_has_its_reason() -> None:
    bare = re.compile(r"#\s*(noqa(: ?[A-Z0-9, ]+)?|type: ignore(\[[a-z, -]+\])?)\s*$", flags=re.MULTILINE)
    assert [str(path) for path in _sources() if bare.search(path.read_text(encoding="utf-8"))] == []


def test_tests_are_no_package_and_no_package_hides_a_room() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
    hidden = [p for room in ROOMS for name in ROOMS for p in (ROOT / room).rglob(name) if p.is_dir()]
    hidden += [p for room in ROOMS for name in ROOMS for p in (ROOT / room).rglob(f"{name}.py")]
    assert hidden == []
