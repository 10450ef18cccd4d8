"""`terreng map import` and `terreng map export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.maps.formats import FORMATS, format_of, reader, writer
from schemas.blocks import Flow
from schemas.errors import UsageError
from schemas.journey_map import load_map

if TYPE_CHECKING:
    from tests.conftest import Terreng

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "data/example/maps/become_customer.yaml"
TABLE = "Phase,Step,Owner,Pain points\nLook,Search,Marketing,slow\nBuy,Pay,Billing,\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "My journey.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_table_becomes_a_map_that_lints(terreng: Terreng, table: Path, tmp_path: Path) -> None:
    target = tmp_path / "map.yaml"
    answer = terreng("map", "import", table, "--to", target)
    assert answer.code == 0
    assert answer.out.startswith(f"Wrote {target}; say under `when` which events each touchpoint is")
    assert "kept as comments, for a map has no key for them: pain" in answer.err
    journey_map = load_map(target)
    assert (journey_map.journey, journey_map.names) == ("my_journey", ("search", "pay"))
    assert terreng("map", "lint", target, "--workspace", tmp_path).code == 0
    assert target.read_text(encoding="utf-8").startswith("# Imported from My journey.csv (csv).\n# - kept as comments")


def test_without_a_target_the_map_goes_to_stdout_and_notes_to_stderr(terreng: Terreng, table: Path) -> None:
    answer = terreng("map", "import", table, "--journey", "buy")
    assert "\njourney: buy\ntitle: Buy\n" in answer.out
    assert answer.err == "terreng: kept as comments, for a map has no key for them: pain\n"


def test_nothing_is_overwritten_unasked(terreng: Terreng, table: Path, tmp_path: Path) -> None:
    target = tmp_path / "map.yaml"
    target.write_text("mine", encoding="utf-8")
    refused = terreng("map", "import", table, "--to", target)
    assert (refused.code, target.read_text(encoding="utf-8")) == (2, "mine")
    assert "--force overwrites it" in refused.err
    assert terreng("map", "export", EXAMPLE, "--format", "csv", "--to", target).code == 2
    assert terreng("map", "import", table, "--to", target, "--force").code == 0
    assert "search" in target.read_text(encoding="utf-8")


def test_what_is_no_map_yet_is_written_and_says_what_to_mend(terreng: Terreng, tmp_path: Path) -> None:
    table, target = tmp_path / "t.csv", tmp_path / "map.yaml"
    table.write_text("Phase,Step,Flow\nP,Pay,\nP,Pay,anytime\n", encoding="utf-8")
    answer = terreng("map", "import", table, "--to", target)
    assert answer.code == 3
    assert f"{target}:" in answer.err
    assert '"pay", which is a step of this phase' in answer.err
    assert target.exists()


def test_a_machine_reads_what_was_read(terreng: Terreng, table: Path) -> None:
    told = json.loads(terreng("map", "import", table, "--json").out)
    assert told["format"] == "csv"
    assert told["map"]["flow"] == [{"phase": "Look", "steps": ["search"]}, {"phase": "Buy", "steps": ["pay"]}]
    assert told["notes"] == ["kept as comments, for a map has no key for them: pain"]
    assert [problem["level"] for problem in told["problems"]] in ([], ["warning"])


@pytest.mark.parametrize("name", [each.name for each in FORMATS if each.writes])
def test_every_format_is_exported_the_same_each_time(name: str, terreng: Terreng, tmp_path: Path) -> None:
    first, second = (terreng("map", "export", EXAMPLE, "--format", name) for _ in range(2))
    assert first.code == 0
    assert first.out == second.out
    assert f"{name} does not hold: " in first.err
    target = tmp_path / f"map{next(each.suffixes[0] for each in FORMATS if each.name == name)}"
    assert terreng("map", "export", EXAMPLE, "--to", target).out == f"Wrote {target}\n"
    assert target.read_text(encoding="utf-8") == first.out
    told = json.loads(terreng("map", "export", EXAMPLE, "--format", name, "--json").out)
    assert told["text"] == first.out
    assert told["lost"]


@pytest.mark.parametrize("name", [each.name for each in FORMATS if each.writes and each.reads])
def test_what_is_exported_is_imported_with_its_language_and_lints(
    name: str, terreng: Terreng, same_language: Callable[[Flow, Flow], bool], tmp_path: Path
) -> None:
    exported, imported = tmp_path / f"map.{name}", tmp_path / "again.yaml"
    assert terreng("map", "export", EXAMPLE, "--format", name, "--to", exported).code == 0
    assert terreng("map", "import", exported, "--to", imported).code == 0
    assert same_language(load_map(imported).flow, load_map(EXAMPLE).flow)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("import", "nowhere.bpmn"), "no file nowhere.bpmn"),
        (("import", str(EXAMPLE)), "whose format cannot be told from its name"),
        (("import", str(EXAMPLE), "--format", "visio"), 'the format "visio"'),
        (("import", str(EXAMPLE), "--format", "svg"), 'the format "svg"'),
        (("import", str(EXAMPLE), "--format", "csv", "--to", "nowhere/map.yaml"), "a folder that is there"),
        (("export", "nowhere.yaml", "--format", "csv"), "no file nowhere.yaml"),
        (("export", str(EXAMPLE)), "no --format"),
        (("export", str(EXAMPLE), "--to", "map.doc"), "map.doc, whose name tells no format"),
        (("export", str(EXAMPLE), "--format", "xlsx"), 'the format "xlsx"'),
    ],
)
def test_wrong_usage_is_told_in_words(arguments: tuple[str, ...], told: str, terreng: Terreng) -> None:
    answer = terreng("map", *arguments)
    assert answer.code == 2
    assert told in answer.err


def test_a_map_that_is_wrong_is_not_exported(terreng: Terreng, tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("journey: j\ntitle: J\n", encoding="utf-8")
    answer = terreng("map", "export", path, "--format", "svg")
    assert (answer.code, answer.out) == (3, "")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('<?xml version="1.0"?><bpmn:definitions/>', "bpmn"),
        ("<pnml/>", "pnml"),
        ('<CJML version="2.0"/>', "cjml"),
        ("<ptml/>", "tree"),
    ],
)
def test_an_xml_file_is_known_by_its_first_element(content: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    path.write_text(content, encoding="utf-8")
    assert format_of(path) == name


def test_an_xml_file_of_something_else_is_asked_for_its_format(tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    path.write_text("<html/>", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be told"):
        format_of(path)


def test_every_format_is_there() -> None:
    for each in FORMATS:
        assert not each.reads or callable(reader(each.name))
        assert not each.writes or callable(writer(each.name))
