from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.automaton import compile_flow, is_same_language
from models.net import automaton_of, net_of
from pipelines.maps.formats.pnml import read
from pipelines.mining import read_pnml, to_pm4py
from schemas.blocks import Flow
from schemas.errors import MapError
from schemas.journey_map import load_map
from schemas.map_writing import yaml_text


def pnml(places: str, transitions: str, arcs: str, rest: str = "") -> str:
    """A net from "i=1 p o" (id, perhaps its tokens), "t:Label u" (id and label, silent without one), "i>t t>p"."""
    parts = []
    for place in places.split():
        name, _, tokens = place.partition("=")
        marked = f"<initialMarking><text>{tokens}</text></initialMarking>" if tokens else ""
        parts.append(f'<place id="{name}">{marked}</place>')
    for transition in transitions.split():
        name, _, label = transition.partition(":")
        silent = '<toolspecific tool="ProM" version="6.4" activity="$invisible$"/>'
        parts.append(f'<transition id="{name}"><name><text>{label}</text></name>{"" if label else silent}</transition>')
    for at, arc in enumerate(arcs.split()):
        source, _, target = arc.partition(">")
        parts.append(f'<arc id="a{at}" source="{source}" target="{target}"/>')
    return f'<pnml><net id="n"><name><text>Buy</text></name><page id="g">{"".join(parts)}</page>{rest}</net></pnml>'


FINAL = "<finalmarkings><marking><place idref='o'><text>1</text></place></marking></finalmarkings>"
LINE = ("i=1 p o", "t:Ask u:Buy", "i>t t>p p>u u>o")


def written(folder: Path, text: str) -> Path:
    path = folder / "net.pnml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_net_becomes_the_flow_that_it_means(tmp_path: Path) -> None:
    sketch = read(written(tmp_path, pnml(*LINE, FINAL)))
    assert sketch.tree == {"title": "Buy", "flow": [{"phase": "Journey", "steps": ["Ask", "Buy"]}]}
    assert sketch.notes == ()


def test_markings_that_are_not_told_are_guessed_where_there_is_one_way_to(tmp_path: Path) -> None:
    sketch = read(written(tmp_path, pnml("i p o", "t:Ask u:Buy", "i>t t>p p>u u>o")))
    assert len(sketch.notes) == 2
    with pytest.raises(MapError, match="2 places that could be it"):
        read(written(tmp_path, pnml("i j o", "t:Ask u:Buy", "i>t j>u t>o u>o")))


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("", "no valid XML"),
        ("<a/>", "with 0 nets"),
        ("<pnml/>", "with 0 nets"),
        ("<pnml><net/><net/></pnml>", "with 2 nets"),
        ("<pnml><net/></pnml>", "no first marking, and 0 places"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><pnml><net/></pnml>', "a document type"),
        (pnml("i=1 p o", "t:Ask u:Buy", "i>t t>p p>x u>o", FINAL), 'an arc from "p" to "x"'),
        (pnml("i=1 p o", "t:Ask u:Buy", "i>p t>p p>u u>o", FINAL), 'an arc from "i" to "p"'),
        (pnml("i=1 i o", "t:Ask", "i>t t>o", FINAL), 'a place with the id "i"'),
        (pnml("i=2 p o", "t:Ask u:Buy", "i>t t>p p>u u>o", FINAL), '2 tokens in "i"'),
        (pnml("i=x p o", "t:Ask u:Buy", "i>t t>p p>u u>o", FINAL), '"x" as initialMarking'),
        (pnml("i=1 o", "t", "i>t t>o", FINAL), "without a named transition"),
        (
            pnml("i=1 p q o", "t:Ask u:Buy v:Both", "i>t i>u t>p u>q p>v q>v v>o", FINAL),
            'stops at transition "Both" (id v)',
        ),
        (pnml("i=1 p o", "t:Ask u:Lost v:Buy", "i>t t>o p>u u>o", FINAL), "never reached"),
        (
            pnml(
                "i=1 p q r s x y z o",
                "t a:A b:B c:C d:D e",
                "i>t t>p t>q p>a a>r a>x q>b b>s r>c c>y s>d x>d d>z y>e z>e e>o",
                FINAL,
            ),
            "not blocks",
        ),
        (pnml(*LINE, "<place id='r'/><referencePlace id='x' ref='r'/>" + FINAL), "a referencePlace"),
        (pnml(*LINE, "<arc id='w' source='i' target='t'><inscription><text>2</text></inscription></arc>"), "a weight"),
        (pnml(*LINE, "<arc id='w' source='p' target='u'><arctype><text>inhibitor</text></arctype></arc>"), "inhibitor"),
    ],
)
def test_what_no_map_can_say_is_refused_by_its_name(text: str, got: str, tmp_path: Path) -> None:
    with pytest.raises(MapError) as caught:
        read(written(tmp_path, text))
    assert got in str(caught.value)
    assert "net.pnml" in str(caught.value)


def test_parallel_branches_are_told_to_be_blocks_or_not(tmp_path: Path) -> None:
    places, transitions = "i=1 p q r s o", "t a:A b:B u"
    steps: Any = read(written(tmp_path, pnml(places, transitions, "i>t t>p t>q p>a a>r q>b b>s r>u s>u u>o"))).tree
    assert steps["flow"][0]["steps"] == [{"all_of": ["A", "B"]}]


@pytest.mark.parametrize("name", ["data_petri_net.pnml", "roadtraffic.pnml"])
def test_a_public_net_allows_as_a_map_what_pm4py_says_that_it_allows(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "traffic_fines" / name
    back = tmp_path / "back.yaml"
    back.write_text(yaml_text({"journey": "j", "title": "J", **read(path).tree}), encoding="utf-8")
    assert is_same_language(compile_flow(load_map(back).flow), automaton_of(read_pnml(path)))


def test_every_random_map_comes_back_from_the_net_that_pm4py_writes(
    random_flow: Callable[[np.random.Generator], Flow], tmp_path: Path
) -> None:
    import pm4py

    rng = np.random.default_rng(7)
    for _ in range(25):
        flow = random_flow(rng)
        path, back = tmp_path / "net.pnml", tmp_path / "back.yaml"
        pm4py.write_pnml(*to_pm4py(net_of(flow)), str(path))
        back.write_text(yaml_text({"journey": "j", "title": "J", **read(path).tree}), encoding="utf-8")
        assert is_same_language(compile_flow(load_map(back).flow), compile_flow(flow))
