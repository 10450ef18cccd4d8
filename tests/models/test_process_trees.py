from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.automaton import Automaton, compile_flow
from models.process_trees import (
    TAU,
    Leaf,
    Node,
    Operator,
    Part,
    Tree,
    anytime_lifted,
    block_of,
    flow_of,
    limits_lost,
    one_of,
    parts_of,
    repeat,
    sequence,
    tree_of,
)
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch

A, B, C = Touch("a"), Touch("b"), Touch("c")
a, b, c = Leaf("a"), Leaf("b"), Leaf("c")


def seq(*children: Tree) -> Node:
    return Node(Operator.SEQUENCE, children)


def xor(*children: Tree) -> Node:
    return Node(Operator.CHOICE, children)


def par(*children: Tree) -> Node:
    return Node(Operator.PARALLEL, children)


def loop(do: Tree, redo: Tree) -> Node:
    return Node(Operator.LOOP, (do, redo))


@pytest.mark.parametrize(
    ("tree", "block"),
    [
        (a, A),
        (TAU, None),
        (seq(TAU, xor(TAU, TAU)), None),
        (seq(a, seq(TAU, b)), Sequence((A, B))),
        (xor(a, xor(b, TAU)), Optional(OneOf((A, B)))),
        (xor(a, a, b), OneOf((A, B))),
        (par(a, par(b, c)), AllOf((A, B, C))),
        (par(a, TAU), A),
        (loop(a, TAU), Repeat(A)),
        (loop(TAU, a), Optional(Repeat(A))),
        (loop(TAU, TAU), None),
        (loop(a, b), Sequence((A, Optional(Repeat(Sequence((B, A))))))),
        (loop(xor(a, TAU), TAU), Optional(Repeat(A))),
        (loop(loop(a, TAU), TAU), Repeat(A)),
        (loop(TAU, xor(a, loop(b, TAU))), Optional(Repeat(OneOf((A, B))))),
        (seq(a, xor(TAU, seq(a, xor(TAU, a)))), Repeat(A, 3)),
        (seq(c, a, b, xor(TAU, seq(a, b))), Sequence((C, Repeat(Sequence((A, B)), 2)))),
        (seq(loop(TAU, a), a, b), Sequence((Repeat(A), B))),
        (xor(TAU, xor(TAU, loop(TAU, a))), Optional(Repeat(A))),
    ],
)
def test_a_tree_becomes_the_shortest_blocks(tree: Tree, block: Block | None) -> None:
    assert block_of(tree) == block


def test_a_leaf_may_stand_for_any_block() -> None:
    blocks: dict[str, Block | None] = {"a": Repeat(A, 2), "b": None}
    assert block_of(seq(a, b), blocks.__getitem__) == Repeat(A, 2)


@pytest.mark.parametrize(
    ("part", "tree"),
    [
        (Repeat(A, 3), seq(a, xor(seq(a, xor(a, TAU)), TAU))),
        (Optional(OneOf((A, B))), xor(a, b, TAU)),
        (Sequence((C, A, Optional(Repeat(Sequence((B, A)))))), seq(c, loop(a, b))),
        (Flow((Phase("one", (A,), ("b",)), Phase("two", (C,))), ()), seq(par(a, loop(TAU, b)), c)),
        (Flow((Phase("one", (A,)),), ("b", "c")), par(a, loop(TAU, xor(b, c)))),
    ],
)
def test_blocks_become_a_tree(part: Block | Flow, tree: Tree) -> None:
    assert tree_of(part) == tree


def test_a_branch_of_single_touchpoints_at_will_is_anytime() -> None:
    welcome = Optional(Repeat(OneOf((A, B))))
    assert anytime_lifted(AllOf((C, welcome))) == (C, ("a", "b"))
    assert anytime_lifted(AllOf((Sequence((A, C)), welcome))) == (AllOf((Sequence((A, C)), welcome)), ())
    assert anytime_lifted(C) == (C, ())


def test_a_flow_is_cut_where_what_is_welcome_changes() -> None:
    block = Sequence((A, AllOf((B, Optional(Repeat(Touch("x"))))), C))
    assert parts_of(block) == (Part((A,)), Part((B,), ("x",)), Part((C,)))
    assert [phase.name for phase in flow_of(block).phases] == ["Journey 1", "Journey 2", "Journey 3"]


def language(automaton: Automaton) -> tuple[object, ...]:
    columns = (automaton.source, automaton.letter, automaton.target, automaton.accepting)
    return automaton.letters, *(column.tolist() for column in columns)


def _larger(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    signs = st.sampled_from([Operator.SEQUENCE, Operator.CHOICE, Operator.PARALLEL])
    return st.one_of(st.builds(Node, signs, several), st.builds(loop, inner, inner))


_leaves: st.SearchStrategy[Tree] = st.sampled_from([a, b, c, TAU])
_trees = st.recursive(_leaves, _larger, max_leaves=7)


def _literal(tree: Tree) -> Block:
    """The tree as blocks without any cleverness; silence is a touchpoint that a map welcomes and a trace never has."""
    silence = Optional(Touch("z"))
    if isinstance(tree, Leaf):
        return Touch(tree.label) if tree.label else silence
    children = tuple(map(_literal, tree.children))
    match tree.operator:
        case Operator.SEQUENCE:
            return Sequence(children)
        case Operator.CHOICE:
            return OneOf(children) if len(children) > 1 else children[0]
        case Operator.PARALLEL:
            return AllOf(children)
        case Operator.LOOP:
            return Sequence((children[0], Optional(Repeat(Sequence((children[1], children[0]))))))


def words(block: Block | None, longest: int = 4) -> set[tuple[str, ...]]:
    """Every trace of a, b and c up to a length that the block allows."""
    if block is None:
        return {()}
    automaton = compile_flow(Flow((Phase("p", (block,)),)))
    found = set[tuple[str, ...]]()
    open_: list[tuple[str, ...]] = [()]
    for trace in open_:
        if automaton.accepts(trace):
            found.add(trace)
        if len(trace) < longest and automaton.accepts_prefix(trace):
            open_.extend((*trace, name) for name in "abc")
    return found


@given(_trees)
def test_the_shortest_blocks_allow_what_the_tree_allows(tree: Tree) -> None:
    assert words(block_of(tree)) == words(_literal(tree))


@given(_trees)
def test_blocks_survive_the_way_to_a_tree_and_back(tree: Tree) -> None:
    block = block_of(tree)
    if block:
        assert words(block_of(tree_of(block))) == words(block)


def test_random_flows_survive_the_way_to_a_tree_and_back(
    random_flow: Callable[[np.random.Generator], Flow],
) -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        flow = random_flow(rng)
        block = block_of(tree_of(flow))
        assert block is not None
        assert language(compile_flow(flow_of(block))) == language(compile_flow(flow))


def test_a_limit_that_a_tree_cannot_have_is_told() -> None:
    flow = Flow((Phase("p", (Repeat(A, 20), Optional(Repeat(B, 21)))),))
    assert list(limits_lost(flow)) == [Repeat(B, 21)]
    assert block_of(tree_of(flow)) == Sequence((Repeat(A, 20), Optional(Repeat(B))))


def test_constructors_take_what_nobody_builds() -> None:
    assert sequence([]) is None
    assert one_of([None]) is None
    assert repeat(A, 1) == A
    assert repeat(Repeat(A, 2), 3) == Repeat(A, 6)
    assert repeat(Optional(A), 3) == Optional(Repeat(A, 3))
    assert replace(Part((A,)), anytime=("x",)) == Part((A,), ("x",))
