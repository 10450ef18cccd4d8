"""The page about other tools' formats says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.maps.formats import FORMATS
from pipelines.maps.formats.cjml.read import read as read_cjml
from pipelines.maps.formats.rows.headers import role_of
from pipelines.maps.formats.rows.read import read as read_rows
from pipelines.maps.formats.rows.write import COLUMNS
from schemas.journey_map import load_map
from schemas.map_writing import yaml_text

PAGE = Path(__file__).resolve().parents[4] / "pipelines/maps/formats/README.md"
TEXT = PAGE.read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


def test_every_format_stands_on_the_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (yes)? ?\| ?(yes)? ?\|", TEXT, flags=re.MULTILINE)
    told = {name: (bool(reads), bool(writes)) for name, _, reads, writes in rows}
    assert told == {each.name: (bool(each.reads), bool(each.writes)) for each in FORMATS}


def test_every_column_stands_on_the_page_and_is_read() -> None:
    assert [name for name in COLUMNS if f"`{name}`" not in TEXT or role_of(name) is None] == []


@pytest.mark.parametrize("text", examples("csv"))
def test_every_table_of_the_page_is_a_map(text: str, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    sketch = read_rows(tmp_path / "table.csv")
    tree = {"journey": "j", "title": "J", **sketch.tree}
    (tmp_path / "map.yaml").write_text(yaml_text(tree, (), sketch.remarks), encoding="utf-8")
    assert load_map(tmp_path / "map.yaml").names


def test_the_page_s_own_table_has_every_place(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(examples("csv")[-1], encoding="utf-8")
    tree = read_rows(tmp_path / "table.csv").tree
    assert tree["flow"] == [
        {
            "phase": "Order",
            "anytime": ["faq"],
            "steps": ["signup", {"one_of": ["verify_bankid", {"repeat": "verify_sms", "at_most": 2}]}],
        }
    ]
    assert (tree["anytime"], list(tree["off_map"]), list(tree["exits"])) == (["survey"], ["support_chat"], ["declined"])  # type: ignore[call-overload]  # plain values


def test_the_page_s_cjml_is_read(tmp_path: Path) -> None:
    (tmp_path / "journey.cjml").write_text(examples("xml")[0], encoding="utf-8")
    assert read_cjml(tmp_path / "journey.cjml").tree["flow"] == [{"phase": "Find", "steps": ["search", "notice"]}]
