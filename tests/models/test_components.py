"""Components of links that never join two people."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx  # type: ignore[import-untyped]  # it has no types of its own
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.components import Links, People, apart, join, join_people, roots_of

LATE = np.iinfo(np.int64).max


def whole(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, dtype=np.int64)


def links(*rows: tuple[int, int] | tuple[int, int, int, int]) -> Links:
    """(left, right) or (left, right, trust, evidence)."""
    full = [(*row, 0, 1)[:4] if len(row) == 2 else row for row in rows]
    lefts, rights, trust, evidence_n = (whole(*(row[at] for row in full)) for at in range(4))
    return Links(lefts, rights, trust, evidence_n, whole(*(LATE for _ in full)))


def people(*nodes: int) -> People:
    """All of one class, each an owner of its own."""
    return People(whole(*nodes), whole(*(0 for _ in nodes)), whole(*nodes))


def parts(parents: np.ndarray[tuple[int], np.dtype[np.int64]]) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for node, root in enumerate(roots_of(parents).tolist()):
        found.setdefault(root, set()).add(node)
    return {frozenset(part) for part in found.values()}


def test_what_hangs_together_is_named_by_its_smallest_node() -> None:
    parents = apart(6)
    join(parents, whole(5, 3), whole(3, 1))
    assert roots_of(parents).tolist() == [0, 1, 2, 1, 4, 1]


def test_a_long_chain_is_one_part_whatever_its_order() -> None:
    order = np.random.default_rng(1).permutation(20_000).astype(np.int64)
    parents = apart(20_000)
    join(parents, order[:-1], order[1:])
    assert set(roots_of(parents).tolist()) == {0}


def test_links_without_people_in_the_way_are_all_taken() -> None:
    parents = apart(5)
    assert not join_people(parents, links((0, 1), (1, 2), (3, 4)), people(0, 3)).any()
    assert parts(parents) == {frozenset({0, 1, 2}), frozenset({3, 4})}


def test_the_weakest_link_between_two_people_is_refused() -> None:
    """Ann (0) and Bo (1) meet over mail (2) and a tablet (3); the tablet was once seen with Bo's mail."""
    parents = apart(4)
    refused = join_people(parents, links((0, 3, 0, 9), (3, 2, 1, 1), (2, 1, 1, 5)), people(0, 1))
    assert refused.tolist() == [False, True, False]
    assert parts(parents) == {frozenset({0, 3}), frozenset({1, 2})}


def test_trust_counts_more_than_evidence_and_age_more_than_names() -> None:
    by_trust, by_age = apart(3), apart(3)
    join_people(by_trust, links((2, 0, 1, 99), (2, 1, 0, 1)), people(0, 1))
    assert parts(by_trust) == {frozenset({0}), frozenset({1, 2})}
    aged = Links(whole(2, 2), whole(0, 1), whole(0, 0), whole(1, 1), whole(20, 10))
    join_people(by_age, aged, people(0, 1))
    assert parts(by_age) == {frozenset({0}), frozenset({1, 2})}


def test_a_record_of_a_merge_makes_two_numbers_one_person() -> None:
    parents = apart(3)
    one_owner = People(whole(0, 1), whole(0, 0), whole(0, 0))
    assert not join_people(parents, links((0, 2), (2, 1)), one_owner).any()
    assert parts(parents) == {frozenset({0, 1, 2})}


def test_people_of_different_classes_may_be_one() -> None:
    parents = apart(2)
    assert not join_people(parents, links((0, 1)), People(whole(0, 1), whole(0, 1), whole(0, 1))).any()


def test_what_was_joined_before_keeps_its_people() -> None:
    """A wider rule starts from the persons of the narrower one."""
    parents = apart(4)
    join(parents, whole(0), whole(2))
    join(parents, whole(1), whole(3))
    assert join_people(parents, links((2, 3)), people(0, 1)).tolist() == [True]
    assert parts(parents) == {frozenset({0, 2}), frozenset({1, 3})}


World = tuple[int, list[tuple[int, int, int, int]], list[tuple[int, int]]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    nodes_n = draw(st.integers(2, 12))
    node = st.integers(0, nodes_n - 1)
    rows = draw(st.lists(st.tuples(node, node, st.integers(0, 1), st.integers(1, 2)), max_size=20))
    chosen = draw(st.lists(st.tuples(node, st.integers(0, 1)), max_size=6, unique_by=lambda pair: pair[0]))
    return nodes_n, [row for row in rows if row[0] != row[1]], chosen


@given(worlds())
def test_links_are_taken_as_if_one_by_one_from_the_strongest(world: World) -> None:
    nodes_n, rows, chosen = world
    parents = apart(nodes_n)
    crowd = People(whole(*(n for n, _ in chosen)), whole(*(c for _, c in chosen)), whole(*(n for n, _ in chosen)))
    join_people(parents, links(*rows), crowd)
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes_n))
    class_of = dict(chosen)
    for left, right, _, _ in sorted(rows, key=lambda row: (row[2], -row[3], min(row[:2]), max(row[:2]))):
        both = nx.node_connected_component(graph, left) | nx.node_connected_component(graph, right)
        classes = [class_of[node] for node in both if node in class_of]
        if len(classes) == len(set(classes)):
            graph.add_edge(left, right)
    assert parts(parents) == {frozenset(part) for part in nx.connected_components(graph)}


@given(worlds())
def test_the_order_of_links_changes_nothing(world: World) -> None:
    nodes_n, rows, chosen = world
    found = []
    for turn in (rows, rows[::-1], sorted(rows)):
        parents = apart(nodes_n)
        join_people(parents, links(*turn), people(*(n for n, _ in chosen)))
        found.append(roots_of(parents).tolist())
    assert all(one == other for one, other in pairwise(found))


@pytest.mark.parametrize("nodes_n", [0, 1])
def test_without_links_nothing_is_joined(nodes_n: int) -> None:
    parents = apart(nodes_n)
    assert join_people(parents, links(), people()).tolist() == []
    assert roots_of(parents).tolist() == list(range(nodes_n))
