"""The design as a picture and as a flowchart."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from pipelines.maps.formats import mermaid, svg
from schemas.blocks import Flow, leaves
from schemas.journey_map import JourneyMap, load_map

ROOT = Path(__file__).resolve().parents[4]
MAPS = [
    ROOT / "tests/schemas/full_map.yaml",
    *sorted((ROOT / "data/example/maps").glob("*.yaml")),
    *sorted((ROOT / "tests/acceptance/maps").glob("*.yaml")),
]
WORDS = ("Kredittvurderingsgodkjenning", "Personopplysningssamtykkeerklæring", "Førstegangspålogging")


@pytest.fixture
def long_map(tmp_path: Path) -> JourneyMap:
    """26 touchpoints with long Norwegian words, every word of the flow, one touchpoint twice."""
    entries = "".join(
        f"  t{i}: {{title: {WORDS[i % 3]} {i}, owner: Avdeling for {WORDS[(i + 1) % 3]}, channels: [web],"
        f" initiator: customer, need: Vite hvor langt saken er kommet uten å ringe, emotion: {i % 5 - 2},"
        f" moment_of_truth: {str(i % 6 == 0).lower()}}}\n"
        for i in range(26)
    )
    text = (
        "journey: long\ntitle: Bli kunde\nchannels: {web: Nettside og app}\nflow:\n"
        "  - phase: Oppdagelse\n    anytime: [x1, x2]\n"
        "    steps: [{repeat: [t0, {optional: t1}, t2], at_most: 3},"
        " {all_of: [[t3, t4], {optional: t5}, {repeat: t6}]}]\n"
        "  - phase: Beslutning\n"
        "    steps: [t7, {one_of: [t8, [t9, t10], {all_of: [t11, t12]}]}, {repeat: {one_of: [t13, t14]}}, t15]\n"
        "  - phase: Bruk\n    customer_goal: Slippe å ringe noen\n"
        "    steps: [t16, t17, {optional: [t18, t19]}, t20, t21, {repeat: t22, at_most: 2}, t23, t0, t24, t25]\n"
        f"anytime: [y1]\ntouchpoints:\n{entries}exits: {{no: {{title: Nei takk}}}}\n"
    )
    (tmp_path / "long.yaml").write_text(text, encoding="utf-8")
    return load_map(tmp_path / "long.yaml")


def test_no_two_texts_of_a_picture_collide(long_map: JourneyMap) -> None:
    for journey_map in (long_map, *map(load_map, MAPS)):
        boxes = svg.drawing(journey_map)[1]
        met = [(a.text, b.text) for a, b in combinations(boxes, 2) if a.overlaps(b)]
        assert met == []


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_picture_is_a_file_of_its_own_with_every_touchpoint(path: Path) -> None:
    journey_map = load_map(path)
    written = svg.write(journey_map).text
    root = etree.fromstring(written.encode())
    told = " ".join("".join(map(str, element.itertext())) for element in root.iter("{http://www.w3.org/2000/svg}title"))
    assert [name for name in leaves(journey_map.flow) if journey_map.title_of(name) not in told] == []
    assert not re.search(r"(?:href|src|url\()=?\W?(?:https?:)?//", written.replace("http://www.w3.org/2000/svg", ""))
    assert "var(--" not in written  # drawing programs do not know variables
    assert svg.write(journey_map).text == written


def test_what_a_picture_shows_of_the_design(long_map: JourneyMap) -> None:
    told = svg.write(long_map).text
    assert "at most 3" in told  # a way back
    assert told.count('class="bar"') == 4  # two blocks whose order is free
    assert "as 1 before" in told  # a touchpoint that recurs
    assert "anytime: X1" in told
    assert "Nei takk" in told
    assert not [each for each in svg.write(long_map).lost if "emotions" in each or "exits" in each]


def test_a_way_back_leaves_from_the_end_of_what_repeats(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    steps = "[a, {optional: {repeat: [b, c, a]}}, d]"
    path.write_text(f"journey: j\ntitle: J\nflow: [{{phase: P, steps: {steps}}}]\n", encoding="utf-8")
    boxes = {box.text: box for box in svg.drawing(load_map(path))[1]}
    assert boxes["B"].left < boxes["1→2 again"].left < boxes["as 1 before"].left


def test_a_loop_below_other_stations_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    steps = "[a, {one_of: [{repeat: b, at_most: 3}, c]}, {repeat: {one_of: [d, e]}}, {repeat: f}]"
    path.write_text(f"journey: j\ntitle: J\nflow: [{{phase: P, steps: {steps}}}]\n", encoding="utf-8")
    told = {box.text for box in svg.drawing(load_map(path))[1]}
    assert told >= {"2 at most 3", "4, 5 again", "again"}


def test_texts_of_a_map_are_no_markup_of_a_picture(tmp_path: Path) -> None:
    text = "journey: j\ntitle: <script>alert(1)</script>\nflow: [{phase: 'A & <b>', steps: [a]}]\n"
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    root = etree.fromstring(svg.write(load_map(tmp_path / "map.yaml")).text.encode())
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def arrows(text: str) -> set[tuple[str, str]]:
    """Arrows of a flowchart by labels."""
    nodes = dict(re.findall(r'^ {4}(n\d+)[^"]*"([^"]*)"', text, re.MULTILINE))
    return {(nodes[a], nodes[b]) for a, b in re.findall(r"(n\d+) -\.?->(?:\|[^|]*\|)? (n\d+)", text)}


def test_a_flowchart_has_the_arrows_of_the_design(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(
        "journey: j\ntitle: J\nflow: [{phase: P, steps: [a, {optional: b}, {one_of: [c, d]}, {repeat: e, at_most: 2}]},"
        " {phase: Q, steps: [{all_of: [f, {optional: g}]}]}]\n",
        encoding="utf-8",
    )
    written = mermaid.write(load_map(path))
    fork, join = "all, in any order", "all done"
    assert arrows(written.text) == {
        ("begin", "A"),
        ("A", "B"),
        ("A", "C"),
        ("A", "D"),
        ("B", "C"),
        ("B", "D"),
        ("C", "E"),
        ("D", "E"),
        ("E", "E"),
        ("E", fork),
        (fork, "F"),
        (fork, "G"),
        (fork, join),
        ("F", join),
        ("G", join),
        (join, "goal"),
    }
    assert "again, at most 2 in all" in written.text


def test_signs_of_a_flowchart_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    text = 'journey: j\ntitle: "A \\"b\\"; #1"\nflow: [{phase: "P]", steps: [a]}]\n'
    text += 'touchpoints: {a: {title: "x --> \\"y\\""}}\n'
    path.write_text(text, encoding="utf-8")
    written = mermaid.write(load_map(path)).text
    assert 'title: "A \\"b\\"; #1"' in written
    assert '("x --#gt; #quot;y#quot;")' in written


def test_random_flows_can_be_drawn(random_flow: Callable[[np.random.Generator], Flow]) -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        journey_map = JourneyMap(journey="j", title="J", flow=random_flow(rng))
        etree.fromstring(svg.write(journey_map).text.encode())
        assert "flowchart LR" in mermaid.write(journey_map).text
