from __future__ import annotations

import pytest

from schemas.blocks import AllOf, Block, OneOf, Optional, Repeat, Sequence, Touch
from schemas.map_file import Notes, Tree
from schemas.map_flow import read_flow

A, B, C = Touch("a"), Touch("b"), Touch("c")


def steps(*items: Tree) -> tuple[tuple[Block, ...], list[str]]:
    """The blocks of one phase with these steps, and what was wrong."""
    notes = Notes("map.yaml")
    flow, _ = read_flow({"flow": [{"phase": "one", "steps": list(items)}]}, notes)
    return flow.phases[0].children, [problem.got for problem in notes.problems]


@pytest.mark.parametrize(
    ("item", "block"),
    [
        ("a", A),
        ({"sequence": ["a", "b"]}, Sequence((A, B))),
        (["a", "b"], Sequence((A, B))),
        ({"one_of": ["a", ["b", "c"]]}, OneOf((A, Sequence((B, C))))),
        ({"all_of": ["a", {"sequence": ["b", "c"]}]}, AllOf((A, Sequence((B, C))))),
        ({"optional": "a"}, Optional(A)),
        ({"optional": ["a", "b"]}, Optional(Sequence((A, B)))),
        ({"repeat": "a"}, Repeat(A)),
        ({"repeat": "a", "at_most": "2"}, Repeat(A, 2)),
        ({"repeat": {"one_of": ["a", "b"]}, "at_most": "3"}, Repeat(OneOf((A, B)), 3)),
    ],
)
def test_five_words_are_the_grammar(item: Tree, block: Block) -> None:
    assert steps(item) == ((block,), [])


@pytest.mark.parametrize(
    ("item", "got", "block"),
    [
        ({"one_off": ["a", "b"]}, 'the word "one_off" in the flow', OneOf((A, B))),
        ({"xyz": ["a", "b"]}, 'the word "xyz" in the flow', Sequence((A, B))),
        ({"one_of": ["a"]}, "one_of with one branch", OneOf((A,))),
        ({"all_of": []}, "all_of with a list of 0", None),
        ({"one_of": "a"}, "one_of with one branch", OneOf((A,))),
        ({"optional": []}, "a list of 0", None),
        (
            {"optional": "a", "one_of": ["b", "c"]},
            "a step with optional, one_of",
            Sequence((Optional(A), OneOf((B, C)))),
        ),
        ({}, "a step with no word", None),
        ({"repeat": "a", "at_most": "0"}, 'at_most "0"', Repeat(A)),
        ({"repeat": "a", "at_most": "-1"}, 'at_most "-1"', Repeat(A)),
        ({"repeat": "a", "at_most": None}, "at_most nothing", Repeat(A)),
        ({"optional": "a", "at_most": "2"}, "at_most with optional", Optional(A)),
        (None, "nothing", None),
        ("a | b", 'the name "a | b"', Touch("a | b")),
        ("a*", 'the name "a*"', Touch("a*")),
        (" a", 'the name " a"', Touch(" a")),
    ],
)
def test_a_wrong_block_is_noted_and_its_touchpoints_stay_known(item: Tree, got: str, block: Block | None) -> None:
    assert steps(item, "c") == (((block,) if block else ()) + (C,), [got])


@pytest.mark.parametrize(
    ("tree", "got"),
    [
        ({}, ["no flow"]),
        ({"flow": None}, ["nothing"]),
        ({"flow": []}, ["a list of 0"]),
        ({"flow": "visit"}, ['"visit"']),
        ({"flow": ["visit"]}, ['"visit"']),
        ({"flow": [{"phase": "one", "steps": []}]}, ["a list of 0"]),
        ({"flow": [{"phase": "one"}]}, ["nothing"]),
        ({"flow": [{"steps": ["a"]}]}, ["nothing"]),
        ({"flow": [{"phase": "one", "step": ["a"]}]}, ['the key "step" in a phase', "nothing"]),
        ({"flow": [{"phase": "one", "steps": ["a"], "anytime": ["b", "b"]}]}, ['"b" again']),
        ({"flow": [{"phase": "one", "steps": ["a"], "customer_goal": ["x"]}]}, ["a list of 1"]),
    ],
)
def test_a_flow_is_a_list_of_phases_with_steps(tree: dict[str, Tree], got: list[str]) -> None:
    notes = Notes("map.yaml")
    read_flow(tree, notes)
    assert [problem.got for problem in notes.problems] == got


def test_a_phase_has_a_goal_and_touchpoints_welcome_anytime() -> None:
    notes = Notes("map.yaml")
    phase: Tree = {"phase": "one", "customer_goal": "learn", "steps": ["a"], "anytime": "b"}
    flow, goals = read_flow({"flow": [phase], "anytime": ["c"]}, notes)
    assert (flow.phases[0].anytime, flow.anytime, goals, notes.problems) == (("b",), ("c",), {"one": "learn"}, [])
