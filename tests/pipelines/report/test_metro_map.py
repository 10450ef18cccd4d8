"""Every text on a picture has its box; no two boxes overlap, whatever the map."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest

from pipelines.report.canvas import Box
from pipelines.report.drop_off import drop_off
from pipelines.report.metro_map import Drawing, friction_class, metro_map
from pipelines.report.promises import promises
from pipelines.report.rows import FlowRow, JourneyData
from pipelines.report.view import JourneyView
from schemas.blocks import Flow, Phase, leaves
from schemas.journey_map import JourneyMap
from schemas.map_parts import Owner, Touchpoint
from tests.pipelines.report.sample_maps import LONG
from tests.pipelines.report.test_layout import random_blocks

EMPTY = JourneyData({}, 0, None, None, {}, 0, 0, 0, 0, (), (), (), (), (), (), (), (), ())
LONG_TITLES = (
    "Førstegangsinnloggingsbekreftelseskode",
    "W" * 500,
    "i" * 5000,
    "Å " * 90,
    "<script>alert(1)</script> & \U0001f600",
)


def collisions(boxes: tuple[Box, ...]) -> list[str]:
    return [f"{a.text} / {b.text}" for a, b in combinations(boxes, 2) if a.overlaps(b)]


def beyond(drawing: Drawing) -> list[str]:
    return [
        box.text
        for box in drawing.boxes
        if box.left < 0 or box.right > drawing.width + 1 or box.top < 0 or box.bottom > drawing.height + 1
    ]


@pytest.mark.parametrize("touchpoints_n", [5, 6, 8, 10, 12, 13, 15, 17, 20, 22, 25])
def test_labels_never_collide_and_never_leave_the_picture(view: Callable[..., JourneyView], touchpoints_n: int) -> None:
    shown = view(touchpoints_n)
    for drawing in metro_map(shown, "m"):
        assert collisions(drawing.boxes) == []
        assert beyond(drawing) == []
        ElementTree.fromstring(str(drawing.svg))  # noqa: S314  # our own text


@pytest.mark.parametrize("seed", range(40))
def test_labels_never_collide_whatever_the_flow_and_the_ways_that_people_took(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a seeded case, no secret
    flow = Flow(tuple(Phase(f"Fase {i} {chance.choice(LONG)}", random_blocks(chance, 3)) for i in range(3)))
    names = leaves(flow)
    titles = {name: Touchpoint(title=chance.choice(LONG)) for name in names}
    drawn = JourneyMap(journey="j", title="J", flow=flow, touchpoints=titles, owner=Owner(business="Kundesenter"))
    pairs = {(chance.choice(names), chance.choice(names)): chance.randint(1, 20_000) for _ in range(40)}
    flows = tuple(FlowRow(a, b, None, n, n, 5.0) for (a, b), n in pairs.items())
    shown = JourneyView(drawn, replace(EMPTY, flows=flows, statuses={"converted": 1_234_567}))
    for drawing in metro_map(shown, "m"):
        assert collisions(drawing.boxes) == []
        assert beyond(drawing) == []


@pytest.mark.parametrize("title", LONG_TITLES)
def test_any_title_keeps_to_its_room(view: Callable[..., JourneyView], title: str) -> None:
    shown = view(12, title=title)
    for drawing in metro_map(shown, "m"):
        assert collisions(drawing.boxes) == []
        ElementTree.fromstring(str(drawing.svg))  # noqa: S314  # our own text
    picture = drop_off(shown, "d")
    assert picture is not None
    assert collisions(picture.boxes) == []
    picture = promises(shown, "p")
    assert picture is not None
    assert collisions(picture.boxes) == []


@pytest.mark.parametrize(
    ("hazard", "look"), [(None, "fx"), (0.0, "f0"), (0.02, "f1"), (0.07, "f2"), (0.1, "f3"), (0.2, "f4"), (1.0, "f4")]
)
def test_a_colour_stands_for_the_same_share_in_every_report(hazard: float | None, look: str) -> None:
    assert friction_class(hazard) == look


def test_a_map_that_nobody_walked_is_drawn_as_it_was_designed(view: Callable[..., JourneyView]) -> None:
    shown = view(12, people_n=0)
    (drawing,) = metro_map(shown, "m")
    assert collisions(drawing.boxes) == []
    assert drop_off(shown, "d") is None
    assert promises(shown, "p") is None


def test_every_picture_has_a_title_and_a_description(view: Callable[..., JourneyView]) -> None:
    (drawing,) = metro_map(view(5), "m")
    root = ElementTree.fromstring(str(drawing.svg))  # noqa: S314  # our own text
    title, description, *_ = root
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Metro map of Become a broadband customer"
    assert "200 journeys" in str(description.text)
