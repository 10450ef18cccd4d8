"""The JSON schema for editors takes the maps that the reader takes, and refuses what it refuses for its shape."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from schemas.journey_map import JourneyMap, _build
from schemas.map_file import Notes
from schemas.map_flow import WORDS
from schemas.map_schema import map_schema

ROOT = Path(__file__).parents[2]
FULL = Path(__file__).parent / "full_map.yaml"
MAPS = [
    FULL,
    ROOT / "pipelines" / "commands" / "template" / "maps" / "first.yaml",
    *sorted((ROOT / "data" / "example" / "maps").glob("*.yaml")),
    *sorted((ROOT / "tests" / "acceptance" / "maps").glob("*.yaml")),
]
Where = tuple[str | int, ...]


@cache
def validator() -> Any:
    return jsonschema.Draft202012Validator(map_schema(), format_checker=jsonschema.FormatChecker())


def as_an_editor_reads(text: str) -> Any:
    """YAML 1.2 core: numbers and true are no texts, dates are."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


def as_written(tree: Any) -> Any:
    """The tree as the reader has it: every value is the text that stands in the file."""
    match tree:
        case dict():
            return {key: as_written(value) for key, value in tree.items()}
        case list():
            return [as_written(value) for value in tree]
        case None | str():
            return tree
        case _:
            return json.dumps(tree)


def is_shaped(tree: Any) -> bool:
    """Whether the reader finds nothing wrong before it asks whether names exist."""
    notes = Notes("map.yaml")
    return isinstance(_build(as_written(tree), notes), JourneyMap) and not notes.problems


def places(tree: Any, where: Where = ()) -> Iterator[Where]:
    """Every key and item, as a path."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inside:
        yield (*where, key)
        yield from places(value, (*where, key))


def changed(tree: Any, where: Where, value: object = ...) -> Any:
    """The tree with another value at a place, or without it."""
    new = copy.deepcopy(tree)
    *around, last = where
    inside = new
    for key in around:
        inside = inside[key]
    if value is ...:
        del inside[last]
    else:
        inside[last] = value
    return new


OTHERS: tuple[object, ...] = (..., None, "", "a|b", -7, 0.5, 3000, True, {}, {"x": "y"}, [], ["a"], ["a", "a", "b"])


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(map_schema())


def described(part: Any) -> Iterator[tuple[str, bool]]:
    """Every key of the schema, and whether it says what it means."""
    for name, definition in ({"map": part} | part["$defs"]).items():
        for key, value in definition.get("properties", {}).items():
            yield f"{name}.{key}", "description" in value


def test_every_key_says_what_it_means() -> None:
    words = {f"step.{word}" for word in (*WORDS, "at_most")} | {"JourneyIs.default"}
    assert {key for key, is_described in described(map_schema()) if not is_described} - words == set()


def test_a_key_is_completed_with_its_meaning_and_its_words() -> None:
    schema = map_schema()
    assert schema["properties"]["exits"]["description"] == "Ways to say no"
    assert schema["$defs"]["Initiator"]["enum"] == ["customer", "company"]
    assert list(schema["$defs"]["step"]["anyOf"][2]["properties"]) == [*WORDS, "at_most"]


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.name)
def test_every_map_of_the_repository_is_valid(path: Path) -> None:
    errors = validator().iter_errors(as_an_editor_reads(path.read_text(encoding="utf-8")))
    assert [f"{error.json_path} {error.message}" for error in errors] == []


@pytest.mark.parametrize("section", list(as_an_editor_reads(FULL.read_text(encoding="utf-8"))))
def test_schema_and_reader_agree_on_every_change_of_a_value(section: str) -> None:
    whole = as_an_editor_reads(FULL.read_text(encoding="utf-8"))
    tree = {key: whole[key] for key in ("journey", "title", "flow")} | {section: whole[section]}
    disagreed = []
    for where in places({section: tree[section]}):
        for value in OTHERS:
            mutant = changed(tree, where, value)
            reader, schema = is_shaped(mutant), validator().is_valid(mutant)
            if reader != schema:
                disagreed.append((where, value, "reader" if reader else "schema"))
    assert disagreed == []
