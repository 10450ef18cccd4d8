from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from schemas.blocks import AllOf, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch
from schemas.journey_map import JourneyMap, load_map
from schemas.map_file import read_yaml
from schemas.map_parts import Exit, Promise, Touchpoint
from schemas.map_writing import flow_tree, map_tree, yaml_text

ROOT = Path(__file__).resolve().parents[2]
MAPS = [
    ROOT / "tests/schemas/full_map.yaml",
    ROOT / "pipelines/commands/template/maps/first.yaml",
    *sorted((ROOT / "data/example/maps").glob("*.yaml")),
    *sorted((ROOT / "tests/acceptance/maps").glob("*.yaml")),
]


def read_back(journey_map: JourneyMap, folder: Path) -> JourneyMap:
    path = folder / "written.yaml"
    path.write_text(yaml_text(map_tree(journey_map)), encoding="utf-8")
    return load_map(path)


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_map_is_written_as_it_was_read(path: Path, tmp_path: Path) -> None:
    journey_map = load_map(path)
    again = read_back(journey_map, tmp_path)
    assert again.content_hash == journey_map.content_hash
    assert yaml_text(map_tree(again)) == yaml_text(map_tree(journey_map))


def test_only_what_is_said_is_written() -> None:
    journey_map = JourneyMap(journey="j", title="J", flow=Flow((Phase("One", (Touch("a"),)),)))
    assert yaml_text(map_tree(journey_map)) == "journey: j\ntitle: J\nflow:\n  - phase: One\n    steps: [a]\n"


def test_rules_are_tried_in_the_same_order_wherever_the_sections_stand(tmp_path: Path) -> None:
    written = (
        "exits: {no: {when: {activity: n}}}\noff_map: {chat: {when: {activity: c}}}\n"
        "touchpoints: {b: {when: {activity: x}}, a: {when: {activity: x, way: y}}}\nanytime: [z]\n"
        "journey: j\ntitle: J\nflow:\n- phase: One\n  anytime: [help]\n  steps: [a, b, c]\n"
    )
    path = tmp_path / "map.yaml"
    path.write_text(written, encoding="utf-8")
    journey_map = load_map(path)
    assert journey_map.rule_order == ("no", "chat", "b", "a", "z", "help", "c")
    assert read_back(journey_map, tmp_path).content_hash == journey_map.content_hash


def test_a_map_made_by_a_program_keeps_its_rules_order(tmp_path: Path) -> None:
    journey_map = JourneyMap(
        journey="j",
        title="J",
        flow=Flow((Phase("One", (Touch("a"), Touch("b"))),)),
        touchpoints={"b": Touchpoint(title="B", promise=Promise(next="a", within=7_200))},
        exits={"no": Exit(title="No")},
    )
    assert read_back(journey_map, tmp_path).content_hash == journey_map.content_hash


def test_random_flows_are_read_back(random_flow: Callable[[np.random.Generator], Flow], tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        journey_map = JourneyMap(journey="j", title="J", flow=random_flow(rng))
        assert read_back(journey_map, tmp_path).flow == journey_map.flow


def test_every_word_of_the_flow_is_written_as_people_write_it() -> None:
    a, b, c = Touch("a"), Touch("b"), Touch("c")
    steps = (
        OneOf((Sequence((a, b)), Optional(Sequence((b, c))))),
        AllOf((a, Sequence((b, c)))),
        Repeat(OneOf((a, b)), 3),
        Repeat(Sequence((a, b))),
        Sequence((a, b)),
        Sequence((a,)),
    )
    assert flow_tree(Flow((Phase("One", steps, ("help",)),))) == [
        {
            "phase": "One",
            "steps": [
                {"one_of": [["a", "b"], {"optional": ["b", "c"]}]},
                {"all_of": ["a", ["b", "c"]]},
                {"repeat": {"one_of": ["a", "b"]}, "at_most": 3},
                {"repeat": ["a", "b"]},
                {"sequence": ["a", "b"]},
                "a",
            ],
            "anytime": ["help"],
        }
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Paid", "Paid"),
        ("What's on, today?", "What's on, today?"),
        (["a, b", "c"], '["a, b", c]'),
        ("no", '"no"'),
        ("007", '"007"'),
        ("1e5", '"1e5"'),
        ("2h", "2h"),
        ("2026-01-01", "2026-01-01"),
        ("~", '"~"'),
        ("", '""'),
        ("page: /x", '"page: /x"'),
        ("a # b", '"a # b"'),
        ("*", '"*"'),
        ("two\nlines", '"two\\nlines"'),
        ("\x85\u2028", '"\\u0085\\u2028"'),
        (4800.0, "4800"),
        (0.35, "0.35"),
        (True, "true"),
        (None, "null"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_a_value_has_quotes_where_it_needs_them(value: object, text: str) -> None:
    assert yaml_text({"key": value}) == f"key: {text}\n"


def test_remarks_stand_above_what_they_are_about() -> None:
    tree = {"flow": [{"phase": "One", "steps": ["a", "b"]}], "touchpoints": {"a": {"title": "A"}}}
    remarks = {("flow", 0, "steps", 1): "guessed", ("touchpoints", "a", "title"): "guessed,\ntoo"}
    assert yaml_text(tree, ["A draft", ""], remarks).splitlines() == [
        "# A draft",
        "#",
        "flow:",
        "  - phase: One",
        "    steps:",
        "      - a",
        "      # guessed",
        "      - b",
        "touchpoints:",
        "  a:",
        "    # guessed,",
        "    # too",
        "    title: A",
    ]


texts = st.text(max_size=30) | st.sampled_from(["no", "1_000", "0x1f", "-", "- a", "?", "a: b", "a #b", "'", '"', "@"])
trees = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(texts, trees, min_size=1, max_size=5))
def test_whatever_is_written_is_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object]
) -> None:
    text = yaml_text(tree, ["head: [", "\x07"], {(key,): "a\x00\nb" for key in tree})
    assert YAML(typ="safe", pure=True).load(text) == tree
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_yaml(path)[0] == tree
