"""CJML there and back, and what its editors write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from pipelines.maps.formats.cjml.read import read
from pipelines.maps.formats.cjml.write import write
from pipelines.maps.formats.sketch import Sketch
from schemas.blocks import Flow
from schemas.errors import MapError
from schemas.journey_map import JourneyMap, load_map
from schemas.map_writing import yaml_text

ROOT = Path(__file__).resolve().parents[4]
FULL = ROOT / "tests/schemas/full_map.yaml"
MAPS = [
    FULL,
    *sorted((ROOT / "data/example/maps").glob("*.yaml")),
    *sorted((ROOT / "tests/acceptance/maps").glob("*.yaml")),
]


def read_text(text: str, folder: Path) -> Sketch:
    path = folder / "journey.xml"
    path.write_text(text, encoding="utf-8")
    return read(path)


def as_map(sketch: Sketch, folder: Path) -> JourneyMap:
    path = folder / "read.yaml"
    path.write_text(yaml_text({"journey": "j", "title": "J", **sketch.tree}, (), sketch.remarks), encoding="utf-8")
    return load_map(path)


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_map_keeps_its_language_in_cjml(path: Path, tmp_path: Path) -> None:
    journey_map = load_map(path)
    sketch = read_text(write(journey_map).text, tmp_path)
    again = as_map(sketch, tmp_path)
    assert again.flow == journey_map.flow
    assert again.phase_goals == journey_map.phase_goals
    for name, entry in again.touchpoints.items():
        planned = journey_map.touchpoints.get(name)
        if planned and planned.initiator:
            assert (entry.initiator, entry.need, entry.channels) == (
                planned.initiator,
                planned.need,
                planned.channels[:1],
            )
            assert again.title_of(name) == journey_map.title_of(name)
            assert again.owner_of(name) == journey_map.owner_of(name)


def test_random_flows_keep_their_language_in_cjml(
    random_flow: Callable[[np.random.Generator], Flow], same_language: Callable[[Flow, Flow], bool], tmp_path: Path
) -> None:
    rng = np.random.default_rng(12)
    for _ in range(60):
        flow = random_flow(rng)
        again = as_map(read_text(write(JourneyMap(journey="j", title="J", flow=flow)).text, tmp_path), tmp_path)
        assert same_language(again.flow, flow)


def test_touchpoints_that_recur_are_told_apart_in_the_file_and_one_in_the_map(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("journey: j\ntitle: J\nflow: [{phase: P, steps: [a, b, a]}]\n", encoding="utf-8")
    text = write(load_map(tmp_path / "map.yaml")).text
    assert [element.text for element in etree.fromstring(text.encode()).iter("touchpointID")] == ["a", "b", "a.2"]
    assert as_map(read_text(text, tmp_path), tmp_path).flow == load_map(tmp_path / "map.yaml").flow


def test_what_cjml_cannot_hold_is_told() -> None:
    told = write(load_map(FULL)).lost
    assert told[0].startswith("which steps exclude each other, which steps come in any order, which steps are optional")
    assert "the constraints" in told


def test_a_file_whose_steps_were_edited_elsewhere_is_a_line(tmp_path: Path) -> None:
    text = write(load_map(FULL)).text.replace("<touchpointID>verify_sms<", "<touchpointID>verify_call<")
    sketch = read_text(text, tmp_path)
    assert "the noted flow is not about these touchpoints any more, so they stand one after the other" in sketch.notes
    assert as_map(sketch, tmp_path).flow.phases[1].children[2].name == "verify_call"  # type: ignore[union-attr]  # a leaf


PLANNED = """<CJML version="2.0"><plannedJourney>
<journeyID>PJ1</journeyID><journeyTitle>Borrow a book</journeyTitle>
<journeyPhases><journeyPhase phaseID="1"><phaseName>Find</phaseName>
<phaseDescription>Know it is there</phaseDescription></journeyPhase>
<journeyPhase phaseID="2"><phaseName>Fetch</phaseName></journeyPhase></journeyPhases>
<actors><endUser actorID="U"><actorName>Reader</actorName></endUser>
<serviceProvider actorID="L"><companyName>Library desk</companyName></serviceProvider></actors>
<touchpoints>
<plannedAction><touchpointID>T1</touchpointID><belongsTo phaseIDref="1"/>
<initiator><refersTo actorIDref="U"/><initiatorLabel>Looks for the book</initiatorLabel></initiator></plannedAction>
<plannedCommunicationPoint><touchpointID>T2</touchpointID><belongsTo phaseIDref="2"/>
<initiator><refersTo actorIDref="L"/><initiatorLabel>Tells that it has come</initiatorLabel></initiator>
<receiver><refersTo actorIDref="U"/><receiverLabel>Knows where to fetch it</receiverLabel></receiver>
<channel><channelName>SMS</channelName></channel><message>Come soon</message></plannedCommunicationPoint>
</touchpoints></plannedJourney><actualJourney><journeyID>AJ1</journeyID></actualJourney></CJML>"""


def test_a_planned_journey_of_the_editors_is_read(tmp_path: Path) -> None:
    sketch = read_text(PLANNED, tmp_path)
    assert sketch.tree == {
        "journey": "PJ1",
        "title": "Borrow a book",
        "persona": "Reader",
        "channels": {"sms": "SMS"},
        "flow": [
            {"phase": "Find", "customer_goal": "Know it is there", "steps": ["looks_for_the_book"]},
            {"phase": "Fetch", "steps": ["tells_that_it_has_come"]},
        ],
        "touchpoints": {
            "looks_for_the_book": {"initiator": "customer"},
            "tells_that_it_has_come": {"channels": ["sms"], "initiator": "company", "owner": "Library desk"},
        },
    }
    assert sketch.remarks == {
        ("touchpoints", "tells_that_it_has_come"): "received as: Knows where to fetch it\nmessage: Come soon"
    }
    assert "the first of 2 journeys in the file was taken" in sketch.notes
    as_map(sketch, tmp_path)


def test_an_actual_journey_will_do_without_the_name_of_who_made_it(tmp_path: Path) -> None:
    sketch = read_text(PLANNED.replace("planned", "actual").replace("Reader", "Kari Nordmann"), tmp_path)
    assert "an actual journey was taken as the designed one, for the file plans none" in sketch.notes
    assert "Kari" not in yaml_text(sketch.tree, sketch.notes, sketch.remarks)


def test_the_shorter_form_of_the_editors_is_read(tmp_path: Path) -> None:
    text = (
        '<cjml><actor id="a1"><actorName>Per</actorName><actorRole>Customer</actorRole></actor>'
        '<actor id="a2"><actorName>Shop</actorName><actorRole>Provider</actorRole></actor>'
        '<touchpoint id="1" type="action"><initiator>a1</initiator>'
        "<initiatorDescription>Walks in</initiatorDescription></touchpoint>"
        '<touchpoint id="2" type="communication"><initiator>Shop</initiator>'
        "<initiatorDescription>Says hello</initiatorDescription><receiver>a1</receiver><channel>face to face</channel>"
        "</touchpoint></cjml>"
    )
    sketch = read_text(text, tmp_path)
    assert sketch.tree["touchpoints"] == {
        "walks_in": {"initiator": "customer"},
        "says_hello": {"channels": ["face_to_face"], "initiator": "company", "owner": "Shop"},
    }


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("", "no valid XML"),
        ("<CJML>", "no valid XML"),
        ("<bpmn/>", "the element <bpmn>"),
        ("<CJML/>", "a journey without touchpoints"),
        ('<!DOCTYPE c [<!ENTITY a "b">]><CJML>&a;</CJML>', "a document type"),
    ],
)
def test_a_file_that_is_no_cjml_is_refused_in_words(text: str, got: str, tmp_path: Path) -> None:
    with pytest.raises(MapError, match=got):
        read_text(text, tmp_path)


def test_two_hundred_damaged_files_are_read_or_refused_in_words(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    whole = [write(load_map(FULL)).text, PLANNED]
    for at in range(200):
        text = whole[at % 2]
        for _ in range(rng.integers(1, 6)):
            tags = [piece for piece in text.split("<") if piece]
            chosen, other = (str(tags[rng.integers(len(tags))]) for _ in range(2))
            text = text.replace(f"<{chosen}", rng.choice(["", f"<{other}", f"<{chosen}<{other}", f"< {chosen}"]), 1)
        text = text if rng.random() < 0.7 else text[: int(rng.integers(len(text) + 1))]
        try:
            as_map(read_text(text, tmp_path), tmp_path)
        except MapError as error:
            assert str(error)
