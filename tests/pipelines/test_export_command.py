from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.conftest import Terreng

FILES = {"pdf": b"%PDF-", "pptx": b"PK", "xlsx": b"PK", "json": b"{", "svg": b"<svg"}


def unpacked(data: bytes) -> bytes:
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(BytesIO(data)) as book:
        return b"".join(book.read(name) for name in book.namelist())


# One run for all that leaves of it: it is what takes the time.
def test_the_report_leaves_in_every_format_language_and_theme_and_no_id_with_it(
    terreng: Terreng, workspace: Path
) -> None:
    assert terreng("run", "-w", workspace).code == 0
    (page,) = workspace.glob("reports/*/report.html")

    for suffix, start in FILES.items():
        answer = terreng("export", "-f", suffix, "-w", workspace, "--language", "no", "--theme", "dark", "--json")
        assert (answer.code, answer.err) == (0, "")
        paths = [Path(path) for path in json.loads(answer.out)["files"]]
        assert {path.suffix for path in paths} >= {f".{suffix}"}
        assert all(path.is_relative_to(page.parent / "exports") for path in paths)
        assert all(path.read_bytes().startswith(start) for path in paths if path.suffix == f".{suffix}")

    left = [path for path in page.parent.rglob("*") if path.is_file()]
    told = json.loads((page.parent / "exports" / "findings.json").read_text(encoding="utf-8"))
    drawn = [path.read_text(encoding="utf-8") for path in left if path.name.endswith(".dark.svg")]
    assert told["language"] == "nb"
    assert [svg for svg in drawn if "kjøring" in svg] == drawn != []
    assert page.with_name("findings.json") in left
    assert [path for path in left if b"C012" in unpacked(path.read_bytes())] == []


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("-f", "xlsx"), 4, "nothing is published yet"),
        (("-f", "json", "--language", "fi"), 2, "one of en, nb, sv, da"),
        (("-f", "docx"), 2, "docx"),
    ],
)
def test_what_cannot_be_written_is_told_without_a_traceback(
    terreng: Terreng, workspace: Path, more: tuple[str, ...], code: int, told: str
) -> None:
    answer = terreng("export", *more, "-w", workspace)

    assert answer.code == code
    assert told in answer.err
    assert "Traceback" not in answer.err
