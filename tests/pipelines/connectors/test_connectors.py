"""Every connector on its fixture: what each row becomes, and that its page says what its file does."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent


def _writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_connectors", ROOT / "tests" / "write_connectors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITER = _writer()
KINDS: list[str] = WRITER.kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_a_connector_gives_what_its_fixture_expects(kind: str) -> None:
    found = WRITER.observed(kind)
    for name, text in found.items():
        assert text == (HERE / kind / name).read_text(encoding="utf-8"), f"run: python tests/write_connectors.py {kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_fixture_shows_events_or_links_of_every_table(kind: str) -> None:
    import csv

    with (HERE / kind / "expected_fates.csv").open(encoding="utf-8", newline="") as file:
        shown = {row["table"] for row in csv.DictReader(file) if int(row["accepted"]) > 0}
    from pipelines.connectors import load_connector

    read = {table.name for table in load_connector(kind).tables if table.role != "unused"}
    assert read - shown == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_what_the_connector_does(kind: str) -> None:
    text = (ROOT / "pipelines" / "connectors" / f"{kind}.md").read_text(encoding="utf-8")
    assert WRITER.with_written_part(kind, text) == text, "run: python tests/write_connectors.py"
