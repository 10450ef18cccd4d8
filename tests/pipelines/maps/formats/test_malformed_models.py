"""Models that somebody cut, retyped, duplicated or booby-trapped: an answer for people each time, never a traceback."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from models.net import net_of
from models.process_trees import tree_of
from pipelines.maps.formats import reader
from pipelines.maps.formats.bpmn.write import write as write_bpmn
from pipelines.maps.formats.process_tree import write as write_tree
from pipelines.mining import to_pm4py, tree_to_pm4py
from schemas.errors import MapError
from schemas.journey_map import load_map
from schemas.map_writing import yaml_text

MUTANTS_N = 200
_TEXTS = (
    "",
    " ",
    "\u0000",
    "x" * 5_000,
    "-1",
    "1e9",
    "task_1",
    "\u202e",
    "\U0001f600",
    "a|b*?",
    "'",
    '"',
    "]]>",
    "&b;",
    "é",
)
_BOMB = (
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">'
    + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10 if n else "&b;" * 10}">' for n in range(9))
    + "]>"
)


def _cut(text: str, rng: random.Random) -> bytes:
    return text.encode()[: rng.randrange(len(text))]


def _garbled(text: str, rng: random.Random) -> bytes:
    content = bytearray(text.encode())
    for _ in range(rng.randint(1, 8)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


def _with_text(text: str, rng: random.Random) -> bytes:
    at = rng.randrange(len(text))
    return (text[:at] + rng.choice(_TEXTS) + text[at + rng.randint(0, 3) :]).encode()


def _bombed(text: str, rng: random.Random) -> bytes:
    head, _, rest = text.partition("?>")
    bomb = rng.choice([_BOMB, '<!DOCTYPE a SYSTEM "file:///etc/passwd">', "<!DOCTYPE a>"])
    name = "&b8;" if rng.random() < 0.5 else "x"
    return (f"{head}?>{bomb}{rest}" if rest else f"{bomb}{text}").replace('name="', f'name="{name}', 3).encode()


def _encoded(text: str, rng: random.Random) -> bytes:
    claimed = rng.choice(["UTF-16", "latin-1", "ascii", "none-such", "UTF-7"])
    return text.replace("UTF-8", claimed).replace("utf-8", claimed).encode(rng.choice(["utf-8", "utf-16", "utf-8-sig"]))


def _deep(text: str, rng: random.Random) -> bytes:
    n = rng.choice([30, 300, 3_000])
    if "<" not in text:
        return ("->( " * n + text + " )" * n).encode()
    at = text.index(">", text.index("<", len(text) // 3)) + 1
    return (text[:at] + "<subProcess>" * n + "</subProcess>" * n + text[at:]).encode()


def _on_tree(change: Callable[[etree._Element, list[etree._Element], random.Random], None]) -> Any:
    def changed(text: str, rng: random.Random) -> bytes:
        try:
            root = etree.fromstring(text.encode())
        except etree.XMLSyntaxError:  # the text of a process tree
            return _with_text(text, rng)
        change(root, list(root.iter()), rng)
        return etree.tostring(root)

    return changed


def _gone(root: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    for element in rng.sample(elements[1:], min(3, len(elements) - 1)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _doubled(root: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    element = rng.choice(elements[1:])
    parent = element.getparent()
    if parent is not None:
        parent.append(etree.fromstring(etree.tostring(element)))


def _moved(root: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    one, other = rng.sample(elements[1:], 2)
    if other not in one.iter():
        other.append(one)


def _retyped(root: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    for _ in range(3):
        one, other = rng.choice(elements), rng.choice(elements)
        one.tag = other.tag


def _said_otherwise(root: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    values = [value for element in elements for value in element.attrib.values()]
    for element in rng.sample(elements, min(4, len(elements))):
        for key in list(element.attrib):
            if rng.random() < 0.5:
                element.set(key, rng.choice([rng.choice(values), "", "no such thing", "-1", "x" * 3_000]))
            elif rng.random() < 0.3:
                del element.attrib[key]


def _turned_round(root: etree._Element, elements: list[etree._Element], rng: random.Random) -> None:
    """Flows, arcs and lines that lead back: cycles, and ends that begin."""
    for element in elements:
        for one, other in (("sourceRef", "targetRef"), ("source", "target"), ("sourceId", "targetId")):
            ends = element.get(one), element.get(other)
            if ends[0] and ends[1] and rng.random() < 0.2:
                element.set(one, ends[1])
                element.set(other, ends[0])


MUTATIONS: tuple[Callable[[str, random.Random], bytes], ...] = (
    _cut,
    _garbled,
    _with_text,
    _bombed,
    _encoded,
    _deep,
    *map(_on_tree, (_gone, _doubled, _moved, _retyped, _said_otherwise, _turned_round)),
)


@pytest.fixture(scope="module")
def models(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One sound model in each format."""
    import pm4py

    folder = tmp_path_factory.mktemp("models")
    journey_map = load_map(repository / "data" / "example" / "maps" / "get_help.yaml")
    pm4py.write_pnml(*to_pm4py(net_of(journey_map.flow)), str(folder / "a.pnml"))
    pm4py.write_ptml(tree_to_pm4py(tree_of(journey_map.flow)), str(folder / "a.ptml"))
    return {
        "bpmn": write_bpmn(journey_map).text,
        "pnml": (folder / "a.pnml").read_text(encoding="utf-8"),
        "ptml": (folder / "a.ptml").read_text(encoding="utf-8"),
        "tree": write_tree(journey_map).text,
    }


@pytest.mark.parametrize("name", ["bpmn", "pnml", "ptml", "tree"])
def test_two_hundred_malformed_models_are_refused_in_words_or_read(
    name: str, models: dict[str, str], tmp_path: Path
) -> None:
    read = reader("tree" if name == "ptml" else name)
    rng = random.Random(name)  # noqa: S311 -- the same mutants every time, no secret
    refused = 0
    for at in range(MUTANTS_N):
        path = tmp_path / f"mutant.{name}"
        path.write_bytes(MUTATIONS[at % len(MUTATIONS)](models[name], rng))
        try:
            tree = read(path).tree
            back = tmp_path / "back.yaml"
            back.write_text(yaml_text({"journey": "j", "title": "J", **tree}), encoding="utf-8")
            load_map(back)
        except MapError as error:
            refused += 1
            assert str(error).strip()
            assert "Traceback" not in str(error)
    assert refused > MUTANTS_N / 4


@pytest.mark.parametrize("name", ["bpmn", "pnml", "ptml"])
def test_a_document_type_is_refused_before_anything_is_made_of_it(
    name: str, models: dict[str, str], tmp_path: Path
) -> None:
    head, _, rest = models[name].partition("?>")
    path = tmp_path / f"bomb.{name}"
    path.write_text(f"{head}?>{_BOMB}{rest}", encoding="utf-8")
    with pytest.raises(MapError, match="a document type in the file"):
        reader("tree" if name == "ptml" else name)(path)


def test_the_command_line_ends_with_3_and_without_a_traceback(
    models: dict[str, str], tmp_path: Path, terreng: Callable[..., Any]
) -> None:
    rng = random.Random(3)  # noqa: S311 -- the same mutants every time, no secret
    for at in range(24):
        name = ("bpmn", "pnml")[at % 2]
        path = tmp_path / f"mutant.{name}"
        path.write_bytes(MUTATIONS[at // 2 % len(MUTATIONS)](models[name], rng))
        answer = terreng("map", "import", path)
        assert answer.code in (0, 3), answer.err
        assert "Traceback" not in answer.err
