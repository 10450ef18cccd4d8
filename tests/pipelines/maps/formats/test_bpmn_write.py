from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from models.automaton import Automaton, compile_flow, is_same_language
from models.net import automaton_of
from pipelines.maps.formats.bpmn.read import read
from pipelines.maps.formats.bpmn.write import write
from pipelines.mining import read_bpmn
from schemas.blocks import Flow
from schemas.journey_map import JourneyMap, load_map
from schemas.map_writing import flow_tree, yaml_text

B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"

MAPS = (
    "data/example/maps/become_customer.yaml",
    "data/example/maps/get_help.yaml",
    "tests/schemas/full_map.yaml",
    "tests/acceptance/maps/helpdesk.yaml",
    "tests/acceptance/maps/loan_application.yaml",
    "tests/acceptance/maps/receipt_two_systems.yaml",
    "tests/acceptance/maps/traffic_fines.yaml",
)


def map_from(folder: Path, tree: Mapping[str, object]) -> JourneyMap:
    path = folder / "map.yaml"
    said = {key: value for key, value in {"journey": "j", "title": "J", **tree}.items() if value}
    path.write_text(yaml_text(said), encoding="utf-8")
    return load_map(path)


def there_and_back(journey_map: JourneyMap, folder: Path, change: Callable[[str], str] = str) -> JourneyMap:
    path = folder / "drawn.bpmn"
    path.write_text(change(write(journey_map).text), encoding="utf-8")
    return map_from(folder, read(path).tree)


@pytest.mark.parametrize("name", MAPS)
def test_a_map_comes_back_whole_and_says_the_same_to_pm4py(name: str, repository: Path, tmp_path: Path) -> None:
    journey_map = load_map(repository / name)
    back = there_and_back(journey_map, tmp_path)
    assert back.content_hash == journey_map.content_hash
    assert read(tmp_path / "drawn.bpmn").notes == ()
    theirs, ours = automaton_of(read_bpmn(tmp_path / "drawn.bpmn")), compile_flow(journey_map.flow)
    assert theirs.states_n == ours.states_n  # titles stand for names there
    assert sorted(theirs.letters) == sorted(journey_map.title_of(letter) for letter in ours.letters)


def test_the_file_is_the_same_every_time(repository: Path) -> None:
    journey_map = load_map(repository / MAPS[0])
    assert write(journey_map).text == write(journey_map).text


def test_every_random_map_comes_back_with_its_phases(
    random_flow: Callable[[np.random.Generator], Flow], tmp_path: Path
) -> None:
    rng = np.random.default_rng(8)
    for _ in range(40):
        flow = random_flow(rng)
        journey_map = map_from(tmp_path, {"flow": flow_tree(flow), "anytime": list(flow.anytime)})
        back = there_and_back(journey_map, tmp_path)
        assert is_same_language(compile_flow(back.flow), compile_flow(flow))
        assert [(phase.name, phase.anytime) for phase in back.flow.phases] == [
            (phase.name, phase.anytime) for phase in flow.phases
        ]
        assert back.flow.anytime == flow.anytime
        assert is_same_language(automaton_of(read_bpmn(tmp_path / "drawn.bpmn")), _titled(journey_map))


def _titled(journey_map: JourneyMap) -> Automaton:
    """The automaton with titles for letters: T1 for t1, in the same order."""
    automaton = compile_flow(journey_map.flow)
    return replace(automaton, letters=tuple(journey_map.title_of(name) for name in automaton.letters))


def test_blocks_that_only_repeat_at_will_stay_blocks_beside_what_is_welcome_anytime(tmp_path: Path) -> None:
    flow = [
        {"phase": "One", "steps": ["a", {"all_of": ["b", {"optional": {"repeat": "c"}}]}], "anytime": ["d"]},
        {"phase": "Two", "steps": [{"repeat": ["e", "f"], "at_most": 3}, {"optional": {"repeat": "g"}}]},
    ]
    journey_map = map_from(tmp_path, {"flow": flow, "anytime": ["h", "i"]})
    assert there_and_back(journey_map, tmp_path).flow == journey_map.flow


def test_a_limit_beyond_what_is_drawn_is_told_to_be_lost(tmp_path: Path) -> None:
    flow = [{"phase": "One", "steps": [{"repeat": "a", "at_most": 21}, {"repeat": "b", "at_most": 4}]}]
    journey_map = map_from(tmp_path, {"flow": flow})
    assert write(journey_map).lost == ("at_most 21 of a: written without a limit, above 20",)
    assert there_and_back(journey_map, tmp_path).flow.phases[0].children[1] == journey_map.flow.phases[0].children[1]


LOOK = [{"phase": "Look", "steps": ["visit", "ask"]}]
VISIT = {"title": "Visit the shop", "owner": "Sales", "need": "Find it", "channels": ["web"]}


@pytest.mark.parametrize(
    ("old", "new", "name", "key", "value"),
    [
        ('name="Visit the shop"', 'name="Come by"', "visit", "title", "Come by"),
        ('name="Billing"', 'name="Finance"', "pay", "owner", "Finance"),
        ("Find it", "Find it soon", "visit", "need", "Find it soon"),
    ],
)
def test_what_people_changed_in_the_drawing_counts(
    tmp_path: Path, old: str, new: str, name: str, key: str, value: str
) -> None:
    flow = [*LOOK, {"phase": "Order", "steps": ["pay"]}]
    shop = {"flow": flow, "touchpoints": {"visit": VISIT, "pay": {"owner": "Billing"}}}
    journey_map = map_from(tmp_path, shop)
    back = there_and_back(
        journey_map,
        tmp_path,
        # in the drawing alone: what we wrote beside it stays as it was
        lambda text: text.replace(f">{old}<", f">{new}<") if key == "need" else text.replace(f" {old}", f" {new}"),
    )
    assert getattr(back.entry(name), key) == value
    assert back.flow == journey_map.flow
    unchanged = {"title", "owner", "need", "channels"} - {key}
    for each in unchanged:
        assert getattr(back.entry("visit"), each) == getattr(journey_map.entry("visit"), each)


def test_a_copied_task_with_a_new_name_is_a_touchpoint_of_its_own(tmp_path: Path) -> None:
    shop = {"flow": LOOK}

    def copied(text: str) -> str:
        return text.replace('name="Ask" terreng:touchpoint="ask"', 'name="Call" terreng:touchpoint="visit"')

    back = there_and_back(map_from(tmp_path, shop), tmp_path, copied)
    assert [phase.children for phase in back.flow.phases] != []
    assert set(back.names) == {"visit", "Call"}


def test_what_somebody_made_of_our_own_text_is_nothing_rather_than_an_error(tmp_path: Path) -> None:
    shop = {"flow": LOOK}
    for broken in ("{", "[]", '{"touchpoints": 3}', '{"title": ' + "[" * 5_000 + "]" * 5_000 + "}"):
        journey_map = map_from(tmp_path, shop)
        text = write(journey_map).text
        start, end = text.index("<terreng:map>") + 13, text.index("</terreng:map>")
        path = tmp_path / "drawn.bpmn"
        path.write_text(text[:start] + broken + text[end:], encoding="utf-8")
        assert map_from(tmp_path, {"title": "J", **read(path).tree}).flow == journey_map.flow


@pytest.mark.parametrize("name", MAPS)
def test_a_drawing_has_every_element_once_in_a_place_of_its_own(name: str, repository: Path) -> None:
    root = etree.fromstring(write(load_map(repository / name)).text.encode())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    drawn = {shape.get("bpmnElement"): shape for shape in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    process = root.find(f"{B}process")
    assert process is not None
    elements = [element for element in process if element.tag not in (f"{B}extensionElements", f"{B}laneSet")]
    assert {element.get("id") for element in elements} <= set(drawn)
    boxes = {
        name: _box(shape) for name, shape in drawn.items() if str(name).split("_")[0] in ("task", "choice", "parallel")
    }
    for (_, one), (_, other) in combinations(boxes.items(), 2):
        assert not _overlap(one, other)
    for lane in process.iter(f"{B}lane"):
        around = _box(drawn[lane.get("id")])
        for each in lane.iter(f"{B}flowNodeRef"):
            assert _holds(around, _box(drawn[each.text]))


Box = tuple[float, float, float, float]


def _box(shape: etree._Element) -> Box:
    bounds = shape.find(f"{DC}Bounds")
    assert bounds is not None
    x, y, width, height = (float(bounds.get(key) or "nan") for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(one: Box, other: Box) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and other[2] <= one[2] and other[3] <= one[3]
