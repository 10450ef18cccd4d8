from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.automaton import compile_flow, is_same_language
from models.process_trees import tree_of
from pipelines.maps.formats.losses import NAME
from pipelines.maps.formats.process_tree import read, text_of, write
from pipelines.mining import tree_to_pm4py
from schemas.blocks import Flow
from schemas.errors import MapError
from schemas.journey_map import JourneyMap, load_map
from schemas.map_writing import yaml_text

Steps = list[Any]


def steps(path: Path) -> Steps:
    flow: Any = read(path).tree["flow"]
    return list(flow[0]["steps"])


def written(folder: Path, text: str, name: str = "a.tree") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("->( 'a', X( 'b', tau ) )", ["a", {"optional": "b"}]),
        ("'a'", ["a"]),
        ("+('a','b')", [{"all_of": ["a", "b"]}]),
        ("*( 'a', tau )", [{"repeat": "a"}]),
        ("*( 'a', 'b', 'c' )", ["a", {"optional": {"repeat": ["b", "a"]}}, "c"]),
        ("→( \"it's\", 'it''s' , ×( 'b c', τ ))", ["it's", "it's", {"optional": "b c"}]),
        ("->('x?')", ["x"]),
    ],
)
def test_the_text_of_a_tree_is_a_flow(text: str, wanted: Steps, tmp_path: Path) -> None:
    assert steps(written(tmp_path, text)) == wanted


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("", "an end in the middle"),
        ("->( 'a', ", "an end in the middle"),
        ("->( 'a' 'b' )", "no comma"),
        ("->( 'a' ) 'b'", "behind the tree"),
        ("O( 'a', 'b' )", '"O"'),
        ("<>( 'a', 'b' )", '"<>"'),
        ("-> 'a'", "without brackets"),
        ("->()", "without anything below"),
        ("*( 'a' )", "a loop, with 1 children"),
        ("*( 'a', 'b', 'c', 'd' )", "with 4 children"),
        ("tau", "without a named step"),
        ("->( 'a'\n, 'b\n", ":2: "),
        ("->(" * 60 + "'a'" + ")" * 60, "nested more than"),
        ("+(" + ",".join(f"'{n}'" for n in range(2_000)) + ")", "a tree of 2,000 steps"),
        ("<ptml", "no valid XML"),
        ("<a/>", "with 0 process trees"),
        ("<ptml><processTree root='x'/></ptml>", 'the node "x"'),
        ("<ptml><processTree root='x'><or id='x'/></processTree></ptml>", 'the operator "or"'),
        (
            "<ptml><processTree root='x'><and id='x'/><parentsNode sourceId='x' targetId='x'/></processTree></ptml>",
            "below itself",
        ),
        (
            "<ptml><processTree root='x'><and id='x'/><manualTask id='y' name='a'/>"
            "<parentsNode sourceId='x' targetId='y'/><parentsNode sourceId='x' targetId='y'/></processTree></ptml>",
            "a second line",
        ),
        ("<ptml><processTree root='x'><and id='x'/><parentsNode sourceId='x'/></processTree></ptml>", "a line from"),
        ("<ptml><processTree root='x'><and id='x'/><and id='x'/></processTree></ptml>", 'the id "x" again'),
    ],
)
def test_what_is_no_tree_is_refused_where_it_stands(text: str, got: str, tmp_path: Path) -> None:
    with pytest.raises(MapError) as caught:
        read(written(tmp_path, text))
    assert got in str(caught.value)
    assert "a.tree" in str(caught.value)


def test_bytes_that_are_not_utf_8_and_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tree").write_bytes(b"'\xff'")
    with pytest.raises(MapError, match="not UTF-8"):
        read(tmp_path / "a.tree")
    with pytest.raises(MapError, match="cannot be read"):
        read(tmp_path / "none.tree")


def a_map(folder: Path, flow: Flow) -> JourneyMap:
    from schemas.map_writing import flow_tree

    tree = {"journey": "j", "title": "J", "flow": flow_tree(flow), "anytime": list(flow.anytime)}
    path = written(folder, yaml_text({key: value for key, value in tree.items() if value}), "a.yaml")
    return load_map(path)


def test_every_random_map_comes_back_from_the_text_and_from_the_file_that_pm4py_writes(
    random_flow: Callable[[np.random.Generator], Flow], tmp_path: Path
) -> None:
    import pm4py

    rng = np.random.default_rng(5)
    for _ in range(25):
        flow = random_flow(rng)
        text = written(tmp_path, write(a_map(tmp_path, flow)).text)
        pm4py.write_ptml(tree_to_pm4py(tree_of(flow)), str(tmp_path / "b.ptml"))
        for path in (text, tmp_path / "b.ptml"):
            tree = read(path).tree
            back = load_map(written(tmp_path, yaml_text({"journey": "j", "title": "J", **tree}), "back.yaml"))
            assert is_same_language(compile_flow(back.flow), compile_flow(flow))


def test_pm4py_reads_the_text_that_we_write(random_flow: Callable[[np.random.Generator], Flow]) -> None:
    import pm4py

    rng = np.random.default_rng(6)
    for _ in range(10):
        tree = tree_of(random_flow(rng))
        assert str(pm4py.parse_process_tree(text_of(tree))) == text_of(tree) == str(tree_to_pm4py(tree))


def test_what_a_tree_cannot_hold_is_told(repository: Path) -> None:
    found = write(load_map(repository / "tests" / "schemas" / "full_map.yaml"))
    assert {"the persona", "the phases", NAME} <= {*found.lost}
    assert not any("anytime" in lost for lost in found.lost)
