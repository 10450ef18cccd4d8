from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from models.automaton import compile_flow, is_same_language
from models.net import Net, automaton_of, net_of
from models.net_faults import Fault, fault_of
from models.net_trees import NotBlocks, tree_of_net
from models.process_trees import TAU, Leaf, Node, Operator, Tree, block_of, flow_of
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch

A, B, C, D = (Touch(name) for name in "abcd")


def net(*rows: str) -> Net:
    """A net from rows such as "i a p+q" (from places, label or -, to places); it begins in i and ends in o."""
    transitions, arcs, places = list[tuple[str, str | None]](), list[tuple[str, str]](), {"i": None, "o": None}
    for at, row in enumerate(rows):
        pre, label, post = row.split()
        transitions.append((f"t{at:02}", None if label == "-" else label))
        for place in pre.split("+"):
            arcs.append((place, f"t{at:02}"))
        for place in post.split("+"):
            arcs.append((f"t{at:02}", place))
        places |= dict.fromkeys((*pre.split("+"), *post.split("+")))
    return Net(tuple(places), tuple(transitions), tuple(arcs), frozenset({("i", 1)}), frozenset({("o", 1)}))


@pytest.mark.parametrize(
    ("rows", "block"),
    [
        (["i a p", "p b o"], Sequence((A, B))),
        (["i a o", "i b o", "i - o"], Optional(OneOf((A, B)))),
        (["i - p+q", "p a r", "q b s", "r+s - o"], AllOf((A, B))),
        (["i a p+q", "p b r", "q c s", "r+s d o"], Sequence((A, AllOf((B, C)), D))),
        (["i - p+q", "p a r", "q - s", "r+s b o"], Sequence((A, B))),
        (["i - p", "p a q", "q - p", "q - o"], Repeat(A)),
        (["i - p", "p a q", "q b p", "q - o"], Sequence((A, Optional(Repeat(Sequence((B, A))))))),
        (["i - p", "p a p", "p b p", "p - o"], Optional(Repeat(OneOf((A, B))))),
        (["i - p+w", "w c w", "p a q", "q+w - o"], AllOf((A, Optional(Repeat(C))))),
        # two ways out of a loop: no block, but steps of an automaton
        (["i - p", "p a q", "q b p", "p c o", "q d o"], None),
        # a jump into the middle of a sequence
        (["i a p", "p b q", "i c q", "q d o"], Sequence((OneOf((Sequence((A, B)), C)), D))),
    ],
)
def test_a_net_becomes_blocks_of_the_same_language(rows: list[str], block: Block | None) -> None:
    found = block_of(tree_of_net(net(*rows)))
    assert found is not None
    if block:
        assert found == block
    assert is_same_language(compile_flow(flow_of(found)), automaton_of(net(*rows)))


def test_a_state_machine_without_blocks_keeps_its_language() -> None:
    rows = ["i - p", "p a q", "q b p", "p c r", "q d r", "r a p", "r - o", "q - o"]
    found = block_of(tree_of_net(net(*rows)))
    assert found is not None
    assert is_same_language(compile_flow(flow_of(found)), automaton_of(net(*rows)))


def test_parallel_branches_that_cross_are_no_blocks() -> None:
    rows = ["i - p+q", "p a r+x", "q b s", "r c y", "s+x d z", "y+z - o"]
    with pytest.raises(NotBlocks) as caught:
        tree_of_net(net(*rows))
    assert fault_of(net(*rows)) is None
    assert {step.name for step in caught.value.steps} >= {"t01", "t04"}


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (["i a p", "i b q", "p+q c o"], Fault("stops", ("t02",))),
        (["i - p+q", "p a r", "q b r", "r c o"], Fault("twice", ("t03",))),
        (["i - p+q", "p a o", "q b r", "r c s"], Fault("goes on", ("t02",))),
        (["i a o", "x b o"], Fault("never", ("t01",))),
        (["i a p", "p b q", "q c p"], Fault("endless", ("t00",))),
        (["i a o", "i b p", "p c q", "q d p"], Fault("endless", ("t02",))),
    ],
)
def test_what_is_wrong_with_a_net_is_named(rows: list[str], fault: Fault | None) -> None:
    with pytest.raises(NotBlocks):
        tree_of_net(net(*rows))
    assert fault_of(net(*rows)) == fault


def test_alternatives_stand_in_the_order_that_is_asked_for() -> None:
    tree = tree_of_net(net("i a o", "i b o", "i - o"), {"b": 0, "a": 1})
    assert tree == Node(Operator.CHOICE, (Leaf("b"), Leaf("a"), TAU))


def test_every_random_flow_comes_back_from_its_net(random_flow: Callable[[np.random.Generator], Flow]) -> None:
    rng = np.random.default_rng(11)
    for _ in range(150):
        flow = random_flow(rng)
        block = block_of(tree_of_net(net_of(flow)))
        assert block is not None
        assert is_same_language(compile_flow(flow_of(block)), compile_flow(flow))


def _random_state_machine(rng: np.random.Generator) -> Net:
    places = ["i", *(f"p{n}" for n in range(rng.integers(2, 6))), "o"]
    rows = [f"{one} {rng.choice(list('abc-'))} {other}" for one, other in pairwise(places)]
    for _ in range(rng.integers(1, 5)):
        one, other = rng.choice(places[:-1]), rng.choice(places[1:])
        rows.append(f"{one} {rng.choice(list('abcd-'))} {other}")
    return net(*rows)


def test_every_random_state_machine_keeps_its_language() -> None:
    rng = np.random.default_rng(12)
    kept = 0
    for _ in range(300):
        machine = _random_state_machine(rng)
        block = block_of(tree_of_net(machine))
        if block is None:
            continue
        kept += 1
        assert is_same_language(compile_flow(flow_of(block)), automaton_of(machine))
    assert kept > 250


def test_a_place_that_holds_two_tokens_is_played_too() -> None:
    rows = ["i - p+q", "p a r", "q b r", "r c s", "s d o"]
    twice = net(*rows)
    ends = Net(twice.places, twice.transitions, twice.arcs, twice.initial, frozenset({("o", 2)}))
    automaton = automaton_of(ends)
    assert automaton.accepts(["a", "b", "c", "c", "d", "d"])
    assert not automaton.accepts(["a", "b", "c", "d"])


def test_the_order_of_transitions_does_not_change_the_tree() -> None:
    rows = ["i - p", "p a q", "q b p", "p c r", "q d r", "r a p", "r - o"]
    one = net(*rows)
    shuffled = Net(one.places[::-1], one.transitions[::-1], one.arcs[::-1], one.initial, one.final)
    assert tree_of_net(one) == tree_of_net(shuffled)


def test_repeats_come_back_as_repeats() -> None:
    flow = Flow((Phase("p", (Repeat(A, 3), Optional(Repeat(Sequence((B, C)), 2)))),))
    found: Tree = tree_of_net(net_of(flow))
    assert block_of(found) == Sequence((Repeat(A, 3), Optional(Repeat(Sequence((B, C)), 2))))
