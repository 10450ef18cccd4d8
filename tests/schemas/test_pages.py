"""The pages on settings and maps: every key is in them, and every example can be copied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from ruamel.yaml import YAML

from models.map_lint import lint
from pipelines import settings
from pipelines.command_line.maps import map_app
from pipelines.settings import load_settings
from schemas import map_flow
from schemas.errors import MapError, Problem
from schemas.journey_map import JourneyMap, load_map
from schemas.map_parts import RULE_COLUMNS
from schemas.map_schema import map_schema
from schemas.words import Observability

PAGES = Path(__file__).parents[2] / "schemas"
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


def text_of(page: str) -> str:
    return (PAGES / page).read_text(encoding="utf-8")


def examples_of(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), flags=re.MULTILINE | re.DOTALL)


def keys_of(kind: object) -> Iterator[str]:
    """Every key of a model and of the models in it, as it is written in the file."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield field.alias or name
            yield from keys_of(field.annotation)
            for extra in field.metadata:
                yield from keys_of(extra)
    for inner in get_args(kind):
        yield from keys_of(inner)


def untold(page: str, keys: set[str]) -> set[str]:
    told = set(re.findall(r"[\w.]+", " ".join(re.findall(r"`[^`\n]+`", text_of(page)))))
    return keys - told


def test_every_key_of_the_settings_is_told() -> None:
    keys = set(keys_of(settings._File))
    assert {"salt_env", "header_rows", "template", "unit", "where", "until"} <= keys
    assert untold("SETTINGS.md", keys) == set()


def test_every_key_of_a_map_is_told() -> None:
    written_otherwise = {"phase goals": "phase", "patience.default": "default"}
    keys = {written_otherwise.get(key, key) for key in keys_of(JourneyMap)}
    assert {"emotion", "why", "within", "promise_kept_at_least", "per_conversion"} <= keys
    words = {*map_flow.WORDS, *map_flow.PHASE_KEYS, *RULE_COLUMNS, *Observability, "at_most"}
    assert untold("MAPS.md", keys | words) == set()


@pytest.mark.parametrize("number", range(len(examples_of("SETTINGS.md", "toml"))))
def test_every_example_of_settings_loads(number: int, tmp_path: Path) -> None:
    text = examples_of("SETTINGS.md", "toml")[number]
    whole = text if "[workspace]" in text else f'[workspace]\nname = "x"\n{text}'
    (tmp_path / "terreng.toml").write_text(whole, encoding="utf-8")
    found = load_settings(tmp_path)
    assert found.sources or found.engine.kind == "spark"


def sections(text: str) -> dict[str, str]:
    """Top-level key to its lines."""
    parts = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    return {part.split(":", 1)[0]: part for part in parts if part}


def doubts(text: str, folder: Path) -> tuple[Problem, ...]:
    (folder / "map.yaml").write_text(text, encoding="utf-8")
    return lint(load_map(folder / "map.yaml"), None, AS_OF)


@pytest.mark.parametrize("number", range(len(examples_of("MAPS.md", "yaml"))))
def test_every_example_of_a_map_holds(number: int, tmp_path: Path) -> None:
    """The first one is whole; of the others each stands for the same key of the first."""
    examples = [sections(text) for text in examples_of("MAPS.md", "yaml")]
    frame = {key: examples[0][key] for key in ("journey", "title", "owner", "flow", "anytime")}
    assert doubts("".join((frame | examples[number]).values()), tmp_path) == ()


def test_the_mistaken_map_is_answered_as_the_page_says(tmp_path: Path) -> None:
    (text,), (answer,) = examples_of("MAPS.md", "yaml mistaken"), examples_of("MAPS.md", "text lint")
    path = tmp_path / "buy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapError) as caught:
        load_map(path, "buy.yaml")
    assert f"{caught.value}\n" == answer


def test_editors_are_told_nothing_wrong_about_an_example() -> None:
    examples = [sections(text) for text in examples_of("MAPS.md", "yaml")]
    for example in examples:
        tree = YAML(typ="safe", pure=True).load("".join((examples[0] | example).values()))
        as_json = json.loads(json.dumps(tree, default=str))
        assert [error.message for error in Draft202012Validator(map_schema()).iter_errors(as_json)] == []


@pytest.mark.parametrize("word", map_flow.WORDS)
def test_every_word_of_the_flow_has_an_example_with_traces(word: str) -> None:
    of_word = [
        text for text in examples_of("MAPS.md", "yaml") if "conforming" in text and re.search(rf"\b{word}:", text)
    ]
    assert of_word


def test_every_command_on_maps_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`terreng map (\w+)", text_of("MAPS.md")))
    assert named - {command.name for command in map_app.registered_commands} == set()
    assert {"lint", "diff", "schema"} <= named


def test_the_readme_and_the_template_point_to_the_pages() -> None:
    readme = (PAGES.parent / "README.md").read_text(encoding="utf-8")
    template = PAGES.parent / "pipelines" / "commands" / "template"
    for page, name in (("SETTINGS.md", "terreng.toml"), ("MAPS.md", "maps/first.yaml")):
        assert f"(schemas/{page})" in readme
        assert f"schemas/{page}" in (template / name).read_text(encoding="utf-8")
