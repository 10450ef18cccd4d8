"""What a user meets at the terminal: help, exit codes, and errors that end well."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from pipelines import failures
from schemas import errors
from schemas.errors import Problem
from schemas.map_schema import map_schema

if TYPE_CHECKING:
    from tests.conftest import Terreng


HEAVY = ("pm4py", "prefect", "pandera", "duckdb", "polars", "numba", "numpy", "plotly", "pydantic", "rich")


def test_help_answers_within_half_a_second() -> None:
    command = Path(sys.executable).with_name("terreng")
    took: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        done = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
        took.append(time.perf_counter() - began)
    assert "Usage: terreng" in done.stdout
    assert done.stderr == ""
    assert min(took) < 0.5, took


def test_the_command_line_imports_nothing_heavy() -> None:
    script = f"import sys, pipelines.command_line; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "Usage: terreng"),
        (("fly",), 2, "No such command 'fly'"),
        (("run", "--as-of"), 2, "requires an argument"),
        (("export", "--format", "docx"), 2, "docx"),
        (("run",), 4, "no terreng.toml"),
        (("ingest",), 4, "no terreng.toml"),
        (("findings",), 4, "terreng init DIR, or terreng demo"),
        (("map", "lint", "absent.yaml"), 2, "no file absent.yaml"),
        (("map", "diff", "absent.yaml", "other.yaml"), 2, "no file absent.yaml"),
    ],
)
def test_a_call_that_cannot_be_served_says_why(
    terreng: Terreng, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = terreng(*arguments)
    assert answer.code == code
    assert told in answer.err + answer.out


@pytest.mark.parametrize("as_of", ["yesterday", "2026-13-01", "01.02.2026"])
def test_a_snapshot_time_that_is_no_iso_time_is_wrong_usage(terreng: Terreng, tmp_path: Path, as_of: str) -> None:
    folder = tmp_path / "new"
    assert terreng("init", folder).code == 0
    answer = terreng("run", "--workspace", folder, "--as-of", as_of)
    assert (answer.code, "such as 2026-05-01" in answer.err) == (2, True)


ERRORS = (
    (errors.UsageError("x"), 2),
    (errors.MapError("x", problems=(Problem("maps/a.yaml", 3, "a", "b"),)), 3),
    (errors.SettingsError("x"), 4),
    (errors.SourceError("x"), 4),
    (errors.WarehouseError("x"), 4),
    (errors.BudgetError("x"), 5),
    (errors.WorkspaceBusyError("x"), 6),
    (errors.ToleranceError("x"), 7),
    (OSError(errno.EROFS, "read-only", "report.html"), 4),
    (PermissionError(errno.EACCES, "denied", "report.html"), 4),
    (OSError(errno.ENOSPC, "full", "report.html"), 4),
    (KeyboardInterrupt(), 130),
    (typer.Abort(), 130),
)


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_every_error_has_the_exit_code_of_the_contract_and_no_traceback(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(**_: object) -> None:
        raise error

    assert failures.guarded(command) == code
    told = capsys.readouterr().err
    assert "Traceback" not in told
    is_stopped = isinstance(error, KeyboardInterrupt | typer.Abort)
    assert told == "terreng: stopped\n" if is_stopped else "terreng: " in told


def test_ctrl_c_within_a_command_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    app = typer.Typer()
    app.command()(interrupted)
    monkeypatch.setattr(sys, "argv", ["terreng"])

    assert failures.guarded(typer.main.get_command(app)) == failures.INTERRUPTED
    assert capsys.readouterr().err == "terreng: stopped\n"


def test_an_error_of_the_machine_that_nobody_foresaw_is_a_defect() -> None:
    def command(**_: object) -> None:
        raise OSError(errno.EBADF, "bad descriptor")

    with pytest.raises(OSError, match="bad descriptor"):
        failures.guarded(command)


def test_the_version_is_told(terreng: Terreng) -> None:
    assert terreng("--version").out.startswith("terreng 0.")


def test_a_defect_goes_into_a_file_without_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".terreng").mkdir()
    try:
        int("kari@example.com")
    except ValueError as error:
        failures.report_defect(type(error), error, error.__traceback__)
    told = capsys.readouterr().err
    (file,) = (tmp_path / ".terreng").glob("*.traceback.txt")
    text = file.read_text(encoding="utf-8")
    assert str(file) in told
    assert "open an issue" in told
    assert "test_command_line.py" in text
    assert "ValueError (message left out" in text
    assert "kari@example.com" not in told + text.replace('int("kari@example.com")', "")


def test_a_defect_ends_with_one() -> None:
    script = (
        "import sys; from pipelines import failures; sys.excepthook = failures.report_defect\n"
        "def command(**_): None.absent\n"
        "raise SystemExit(failures.guarded(command))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    path = Path(done.stderr.split("What happened is in ")[1].split(";")[0])
    assert "AttributeError: 'NoneType' object has no attribute 'absent'" in path.read_text(encoding="utf-8")
    path.unlink()


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(repository: Path) -> None:
    maps = sorted((repository / "data" / "example" / "maps").glob("*.yaml"))
    command: list[str | Path] = [Path(sys.executable).with_name("terreng"), "map", "lint", *maps]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, cwd="/", check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_init_makes_a_workspace_whose_map_holds(terreng: Terreng, tmp_path: Path) -> None:
    folder = tmp_path / "journeys"
    assert terreng("init", folder).code == 0
    assert {path.name for path in folder.iterdir()} == {"terreng.toml", "maps", "exports", ".gitignore"}
    lint = terreng("map", "lint", folder / "maps" / "first.yaml", "--workspace", folder)
    assert (lint.code, lint.out) == (0, "1 map checked: 0 errors, 0 warnings\n")
    assert "could not check whether activities and attributes occur, for nothing is published yet" in lint.err


DIFF = """\
become_customer version 1 -> become_customer version 2

The map
  ~ version: 2 (before: 1)

What a journey may do
  + Pay the first invoice (pay) may come up to 3 times (before: twice)
  + now a journey as designed, and not before, for example:
      visit > check_address > signup > verify_bankid > choose_plan > credit_check > pay > pay > pay > confirm > \
book_technician > technician_visit > activate > first_value

Promises
  ~ Pay the first invoice (pay), promise: confirm within 1d (before: confirm within 3h)
"""


def test_a_diff_tells_in_words_what_a_newer_map_says(terreng: Terreng, tmp_path: Path, repository: Path) -> None:
    older, newer = repository / "data" / "example" / "maps" / "become_customer.yaml", tmp_path / "newer.yaml"
    text = older.read_text(encoding="utf-8")
    for was, now in (
        ("version: 1", "version: 2"),
        ("within: 3h", "within: 1d"),
        ("pay, at_most: 2", "pay, at_most: 3"),
    ):
        text = text.replace(was, now)
    newer.write_text(text, encoding="utf-8")
    assert terreng("map", "diff", older, newer).out == DIFF
    told = json.loads(terreng("map", "diff", older, newer, "--json").out)
    assert [(change["part"], change["kind"], change["name"]) for change in told] == [
        ("map", "changed", "version"),
        ("flow", "allowed", "pay"),
        ("flow", "allowed", "flow"),
        ("promises", "changed", "pay"),
    ]
    assert terreng("map", "diff", older, older).out.endswith("Both maps say the same.\n")


def test_lint_without_a_file_checks_all_maps_of_the_workspace_and_their_versions(
    terreng: Terreng, tmp_path: Path
) -> None:
    folder = tmp_path / "journeys"
    assert terreng("init", folder).code == 0
    assert terreng("map", "lint", "-w", folder).out == "1 map checked: 0 errors, 0 warnings\n"
    (folder / "maps" / "again.yml").write_bytes((folder / "maps" / "first.yaml").read_bytes())
    again = terreng("map", "lint", "-w", folder)
    assert (again.code, "got become_customer version 1 again" in again.err) == (3, True)
    none = terreng("map", "lint", "-w", tmp_path)
    assert (none.code, f"no map in {tmp_path / 'maps'}" in none.err) == (2, True)


def test_lint_outside_a_workspace_says_what_it_could_not_check(terreng: Terreng, tmp_path: Path) -> None:
    assert terreng("init", tmp_path / "journeys").code == 0
    lint = terreng("map", "lint", tmp_path / "journeys" / "maps" / "first.yaml", "--workspace", tmp_path)
    assert (lint.code, f"there is no workspace in {tmp_path}" in lint.err) == (0, True)


def test_init_leaves_alone_what_is_there(terreng: Terreng, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    answer = terreng("init", tmp_path)
    assert (answer.code, "new or empty folder" in answer.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_schema_of_maps_is_printed_whole(terreng: Terreng) -> None:
    told = terreng("map", "schema")
    assert (told.code, told.err) == (0, "")
    assert json.loads(told.out) == map_schema()
