"""`terreng init --from`: a workspace that loads and takes in the files it was proposed for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terreng

HEAD = "time,event,customer\n"
ROWS = "".join(f"2026-03-01T10:{n:02d}:00Z,{('visit', 'order')[n % 2]},K{n % 9}\n" for n in range(40))


@pytest.mark.parametrize(
    ("files", "accepted"),
    [
        (("traffic_fines/traffic_fines.csv.gz",), {"traffic_fines": 34_724}),
        (("helpdesk",), {"helpdesk": 21_348}),
        (("loan_application",), {"log": 7_495}),
        (
            tuple(f"receipt_two_systems/{name}.csv" for name in ("receipt_even", "receipt_odd", "case_relations")),
            {"receipt_even": 4_443, "receipt_odd": 4_134, "case_relations": 1_318},
        ),
    ],
)
def test_real_logs_are_taken_in_as_proposed(
    terreng: Terreng, shared_data: Path, tmp_path: Path, files: tuple[str, ...], accepted: dict[str, int]
) -> None:
    first, *others = (shared_data / name for name in files)
    answer = terreng("init", tmp_path / "new", "--from", first, *others)
    assert (answer.code, answer.err) == (0, "")

    taken = terreng("ingest", "--workspace", tmp_path / "new", "--json")

    assert taken.code == 0
    report = {each["source"]: each["accepted_n"] for each in json.loads(taken.out)}
    assert report == accepted
    lint = terreng("map", "lint", tmp_path / "new" / "maps" / "first.yaml", "--workspace", tmp_path / "new")
    assert (lint.code, lint.out) == (0, "1 map checked: 0 errors, 0 warnings\n")


def test_a_folder_with_exports_becomes_a_workspace_and_keeps_what_is_in_it(
    terreng: Terreng, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "in" / name).write_text(HEAD + ROWS, encoding="utf-8")
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    answer = terreng("init", "--from", "in/a.csv", "in/b.csv")

    assert (answer.code, answer.err) == (0, "")
    text = (tmp_path / "terreng.toml").read_text(encoding="utf-8")
    assert 'path = "in/*.csv"' in text
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"
    assert terreng("init", "--from", "in").code == 2  # there is one now


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("init",), 2, "terreng init DIR"),
        (("init", "new", "more.csv"), 2, "more.csv without --from"),
        (("init", "new", "--from", "gone.csv"), 4, "gone.csv is not there"),
        (("init", "new", "--from", "prices.csv"), 2, "no column is a time"),
        (("init", "prices.csv", "--from", "prices.csv"), 2, "no column is a time"),
    ],
)
def test_what_cannot_become_a_workspace_is_told(
    terreng: Terreng, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.csv").write_text("product,price\nbike,2.5\ncar,3.5\n", encoding="utf-8")

    answer = terreng(*arguments)

    assert answer.code == code
    assert told in answer.err
    assert not (tmp_path / "new" / "terreng.toml").exists()
