from __future__ import annotations

from itertools import chain, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch, leaves
from schemas.flow_shape import before, can_be_skipped, firsts, lasts, mandatory

Runs = frozenset[tuple[str, ...]]


def shuffled(left: tuple[str, ...], right: tuple[str, ...]) -> Runs:
    if not left or not right:
        return frozenset({left + right})
    return frozenset(
        [(left[0], *rest) for rest in shuffled(left[1:], right)]
        + [(right[0], *rest) for rest in shuffled(left, right[1:])]
    )


def runs(block: Block) -> Runs:
    """Every complete run through a block, by trying everything; repeats up to twice."""
    match block:
        case Touch(name):
            return frozenset({(name,)})
        case Optional(child):
            return runs(child) | {()}
        case OneOf(children):
            return frozenset(chain.from_iterable(map(runs, children)))
        case Repeat(child, at_most):
            twice = frozenset(one + other for one, other in product(runs(child), repeat=2))
            return runs(child) | (twice if at_most != 1 else frozenset())
        case AllOf(children):
            found: Runs = frozenset({()})
            for child in children:
                found = frozenset(chain.from_iterable(shuffled(a, b) for a, b in product(found, runs(child))))
            return found
        case Sequence(children):
            return frozenset(tuple(chain.from_iterable(parts)) for parts in product(*map(runs, children)))


_leaf = st.sampled_from("abcd").map(Touch)


def _larger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    some = st.lists(inner, min_size=2, max_size=2).map(tuple)
    return st.one_of(
        some.map(Sequence),
        some.map(OneOf),
        some.map(AllOf),
        inner.map(Optional),
        st.builds(Repeat, inner, st.sampled_from([None, 1, 2])),
    )


blocks = st.recursive(_leaf, _larger, max_leaves=5)


@given(blocks)
def test_what_is_read_off_the_tree_is_what_its_runs_show(block: Block) -> None:
    found = runs(block)
    assert can_be_skipped(block) == (() in found)
    assert mandatory(block) == frozenset.intersection(*map(frozenset, found))
    assert set(firsts(block)) == {run[0] for run in found if run}
    assert set(lasts(block)) == {run[-1] for run in found if run}
    assert before(block) == {(run[i], name) for run in found for i in range(len(run)) for name in run[i + 1 :]}


@pytest.mark.parametrize(
    ("children", "first", "last"),
    [
        ((Touch("a"), Touch("b")), ("a",), ("b",)),
        ((Optional(Touch("a")), Touch("b"), Optional(Touch("c"))), ("a", "b"), ("b", "c")),
        ((OneOf((Touch("a"), Touch("b"))), AllOf((Touch("c"), Touch("d")))), ("a", "b"), ("c", "d")),
    ],
)
def test_ends_come_in_designed_order_across_phases(
    children: tuple[Block, ...], first: tuple[str, ...], last: tuple[str, ...]
) -> None:
    flow = Flow(tuple(Phase(str(i), (child,)) for i, child in enumerate(children)))
    assert (firsts(flow), lasts(flow)) == (first, last)
    assert set(leaves(flow)) >= set(first)
