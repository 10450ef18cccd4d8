"""Every text on a picture has its box; no two boxes overlap, whatever the map."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from pipelines.language import speaking
from pipelines.report.canvas import Box, Drawing
from pipelines.report.drop_off import drop_off
from pipelines.report.metro.beside import band, left_out
from pipelines.report.metro.layout import plan
from pipelines.report.metro.legend import legend
from pipelines.report.metro.map import metro_map
from pipelines.report.metro.modes import friction_class, modes_of
from pipelines.report.metro.sides import Side
from pipelines.report.promises import promises
from pipelines.report.rows import FlowRow, JourneyData, SideRow
from pipelines.report.view import JourneyView
from schemas.blocks import AllOf, Flow, OneOf, Phase, Touch, leaves
from schemas.journey_map import JourneyMap
from schemas.map_parts import Owner, Touchpoint
from tests.pipelines.report.drawn import runs_through
from tests.pipelines.report.sample_maps import LONG
from tests.pipelines.report.test_layout import random_blocks

EMPTY = JourneyData({}, 0, None, None, {}, 0, 0, 0, 0, (), (), (), (), (), (), (), (), ())
OWNER = Owner(business="Kundesenter")
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


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("touchpoints_n", [5, 8, 12, 13, 17, 22, 25])
def test_labels_never_collide_and_never_leave_the_picture_in_any_mode(
    view: Callable[..., JourneyView], touchpoints_n: int, language: str
) -> None:
    shown = view(touchpoints_n)
    side = Side("region: Troms", shown.outcomes)
    with speaking(language):
        for mode in modes_of(shown, (side, side)):
            for drawing in metro_map(shown, "m", mode, stem="s"):
                assert collisions(drawing.boxes) == []
                assert beyond(drawing) == []
                ElementTree.fromstring(str(drawing.svg))  # noqa: S314  # our own text


def walked(seed: int) -> JourneyView:
    """A map of three phases with nested branches, walked as designed and in forty other ways."""
    chance = random.Random(seed)  # noqa: S311  # a seeded case, no secret
    flow = Flow(tuple(Phase(f"Fase {i} {chance.choice(LONG)}", random_blocks(chance, 3)) for i in range(3)))
    names = leaves(flow)
    known = {name: Touchpoint(title=chance.choice(LONG), moment_of_truth=chance.random() < 0.3) for name in names}
    off_map = {"chat": Touchpoint(title="Support chat")}
    drawn = JourneyMap(journey="j", title="J", flow=flow, touchpoints=known, owner=OWNER, off_map=off_map)
    pairs = {pair: chance.randint(1, 20_000) for pair in sorted(plan(flow).designed())}
    pairs |= {(chance.choice(names), chance.choice(names)): chance.randint(1, 20_000) for _ in range(40)}
    flows = tuple(FlowRow(a, b, None, n, n, 5.0) for (a, b), n in pairs.items())
    sides = tuple(SideRow(name, "chat", 300, 90) for name in names if chance.random() < 0.4)
    return JourneyView(drawn, replace(EMPTY, flows=flows, sides=sides, statuses={"converted": 1_234_567}))


@pytest.mark.parametrize("seed", range(24))
def test_no_label_collides_and_no_line_runs_through_a_label_whatever_the_flow(seed: int) -> None:
    for drawing in metro_map(walked(seed), "m"):
        assert collisions(drawing.boxes) == []
        assert beyond(drawing) == []
        assert runs_through(drawing, "way", "detour", "dotted") == []


def test_a_line_through_a_label_would_be_found() -> None:
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg"><path class="way" d="M0 10C20 10 20 10 40 10" stroke-width="4"/></svg>'
    )
    boxes = (Box(30, 0, 50, 9, "through"), Box(30, 20, 50, 30, "below"))
    assert runs_through(Drawing(Markup(text), 50, 50, boxes), "way") == ["way / through"]  # noqa: S704  # our own text


ODD_FLOWS = {
    "one touchpoint": Flow((Phase("Only", (Touch("a"),)),)),
    "25 in one phase": Flow((Phase("All", tuple(Touch(f"a{i}") for i in range(25))),)),
    "12 phases": Flow(tuple(Phase(f"Phase number {i}", (Touch(f"a{i}"),)) for i in range(12))),
    "8 branches": Flow((Phase("Choose", (Touch("a"), OneOf(tuple(Touch(f"b{i}") for i in range(8))), Touch("c"))),)),
    "8 in any order": Flow((Phase("All of", (AllOf(tuple(Touch(f"b{i}") for i in range(8))), Touch("c"))),)),
}


@pytest.mark.parametrize("name", ODD_FLOWS)
@pytest.mark.parametrize(
    "title", ["Kredittvurderingsgodkjenning", "W" * 500, "\u202eمرحبا بالعالم", "\U0001f600 emoji"]
)
def test_odd_maps_with_200_ways_beside_the_design_stay_legible(name: str, title: str) -> None:
    flow = ODD_FLOWS[name]
    names = leaves(flow)
    chance = random.Random(name)  # noqa: S311  # a seeded case, no secret
    known = {each: Touchpoint(title=f"{title} {i}") for i, each in enumerate(names)}
    drawn = JourneyMap(journey="j", title=title, flow=flow, touchpoints=known)
    pairs = {(chance.choice(names), chance.choice(names)): chance.randint(1, 900) for _ in range(200)}
    flows = tuple(FlowRow(a, b, None, n, n, 5.0) for (a, b), n in sorted(pairs.items()))
    for drawing in metro_map(JourneyView(drawn, replace(EMPTY, flows=flows, statuses={"converted": 900})), "m"):
        assert collisions(drawing.boxes) == []
        assert beyond(drawing) == []
        assert runs_through(drawing, "way", "detour", "dotted") == []
        assert len(drawing.svg) < 60_000


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
    assert title.text == "Metro map of Become a broadband customer: Friction"
    assert "200 journeys" in str(description.text)


def picture_of(view: JourneyView) -> str:
    return "".join(drawing.svg for drawing in metro_map(view, "m"))


def small_map(**touchpoints: Touchpoint) -> JourneyMap:
    flow = Flow((Phase("p", (Touch("a"), OneOf((Touch("b"), Touch("c"))), Touch("d"))),), ("chat", "faq"))
    off = {f"off{i}": Touchpoint(title=f"Off {i}") for i in range(4)}
    return JourneyMap(journey="j", title="J", flow=flow, touchpoints=touchpoints, off_map=off)


def came(*rows: tuple[str, str, int]) -> JourneyData:
    return replace(EMPTY, sides=tuple(SideRow(at, name, n, n) for at, name, n in rows), statuses={"converted": 9_000})


@pytest.mark.parametrize("is_moment", [False, True])
def test_a_goal_has_a_second_outline_whatever_its_shape(is_moment: bool) -> None:
    drawn = picture_of(JourneyView(small_map(d=Touchpoint(title="D", moment_of_truth=is_moment)), EMPTY))
    assert drawn.count('class="goal') == 1
    assert ('class="goal truth"' in drawn) == is_moment


def test_what_is_off_the_map_has_a_line_before_what_is_welcome_and_the_rest_is_named() -> None:
    beside = [("a", "chat", 900), ("a", "faq", 800), *(("a", f"off{i}", 10 - i) for i in range(4))]
    shown = JourneyView(small_map(), came(*beside))
    (strip,) = shown.plan.strips
    assert band(shown, strip) == ("off0", "off1", "off2", "off3", "chat")
    assert left_out(shown) == ("faq",)


def test_a_stop_below_parallel_stations_says_of_which_it_tells() -> None:
    shown = JourneyView(small_map(), came(("b", "off0", 5), ("c", "off0", 6), ("c", "off1", 7), ("a", "off1", 8)))
    texts = [box.text for drawing in metro_map(shown, "m") for box in drawing.boxes]
    assert [text for text in texts if text.endswith(":")] == ["3:", "2 or 3:"]
    assert {"11", "7", "8"} <= set(texts)


def test_every_line_that_was_not_designed_names_its_two_stations() -> None:
    shown = JourneyView(small_map(), replace(EMPTY, flows=(FlowRow("a", "d", None, 5, 5, 1.0),)))
    assert "1→4: 5" in [box.text for drawing in metro_map(shown, "m") for box in drawing.boxes]


@pytest.mark.parametrize(
    ("flows", "words", "missing"),
    [
        ((), {"goal: a second outline"}, {"moment of truth", "may be passed by", "back (below)", "skips ahead"}),
        ((FlowRow("a", "d", None, 5, 5, 1.0),), {"skips ahead"}, {"back (below)", "off the map"}),
        ((FlowRow("d", "a", None, 5, 5, 1.0),), {"back (below)"}, {"skips ahead"}),
        ((FlowRow("d", "d", None, 5, 5, 1.0),), {"again at once, beyond the design"}, {"as designed</li>"}),
    ],
)
def test_a_legend_tells_only_what_the_picture_has(
    flows: tuple[FlowRow, ...], words: set[str], missing: set[str]
) -> None:
    told = legend(metro_map(JourneyView(small_map(), replace(EMPTY, flows=flows)), "m"))
    assert [word for word in words if word not in told] == []
    assert [word for word in missing if word in told] == []
