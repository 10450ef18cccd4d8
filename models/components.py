"""Who hangs together: connected components of links that must never join two people who are known to differ.

Without that ban, components alone would do, in any order and on any engine. With it the order counts: the link that
would join two people is refused, and which link that is depends on those taken before. So the strongest link goes
first, as in Kruskal's tree, and only where a plain component would mix people up; everywhere else the order makes no
difference and links are taken as they come. Ten million links are 160 MB here, and a few seconds on one core; a loop
of joins in SQL takes six times as long and could not keep the order. Links are judged in SQL, on any engine; what
comes here is two whole numbers for each.

Nodes are numbered in the order of their names, so that the smallest node of a component can name it, and ties in the
order of links depend on names alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.compiling import inner, lean

Whole: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True)
class Links:
    """Links of one rule: one place in each array for each link.

    Attributes:
        lefts: Node at one end.
        rights: Node at the other.
        trust: How far the link is trusted, 0 the most.
        evidence_n: Rows that show it.
        first_at: When it was first seen; the largest number where that is not known.
    """

    lefts: Whole
    rights: Whole
    trust: Whole
    evidence_n: Whole
    first_at: Whole

    def of(self, chosen: Mask) -> Links:
        """Some of the links."""
        return Links(*(each[chosen] for each in (self.lefts, self.rights, self.trust, self.evidence_n, self.first_at)))

    def strongest_first(self) -> Whole:
        """The order in which links are tried: trust, evidence, age, and the names at their ends."""
        ends = np.minimum(self.lefts, self.rights), np.maximum(self.lefts, self.rights)
        order: Whole = np.lexsort((ends[1], ends[0], self.first_at, -self.evidence_n, self.trust))
        return order


@dataclass(frozen=True)
class People:
    """Nodes of which one component may hold one of each class only.

    Attributes:
        nodes: The nodes.
        classes: Class of each (its id type), from 0.
        owners: Who each is; two nodes of one class and owner are one person by a record of a merge.
    """

    nodes: Whole
    classes: Whole
    owners: Whole

    @property
    def classes_n(self) -> int:
        """How many classes there are."""
        return int(self.classes.max(initial=-1)) + 1


@dataclass(frozen=True)
class Settled:
    """What became of links that were taken in order.

    Attributes:
        nodes: Persons before, each named by a node.
        roots: The person that each has become, named by the smallest of their nodes.
        refused: Which links would have joined two people.
    """

    nodes: Whole
    roots: Whole
    refused: Mask


def apart(nodes_n: int) -> Whole:
    """Every node on its own: what `join` and `join_people` start from."""
    return np.arange(nodes_n, dtype=np.int64)


def join(parents: Whole, lefts: Whole, rights: Whole) -> None:
    """Join the ends of all links, in place. Whatever the order, a root is the smallest node of its component."""
    _join(parents, lefts, rights)


def roots_of(parents: Whole) -> Whole:
    """The root of every node, which is the smallest node of its component."""
    found = np.empty_like(parents)
    _find_roots(parents, found)
    return found


def join_people(parents: Whole, links: Links, people: People) -> Mask:
    """Join the ends of links in place, except where that would join two people; returns which links were refused.

    Args:
        parents: What is joined already; no component of it holds two people.
        links: The links.
        people: Who must not be joined.
    """
    refused = np.zeros(len(links.lefts), dtype=np.bool_)
    tried = parents.copy()
    _join(tried, links.lefts, links.rights)
    roots = roots_of(tried)
    mixed = _mixed(roots, people)
    if not mixed.any():
        parents[:] = roots
        return refused
    in_doubt = mixed[roots[links.lefts]]
    _join(parents, links.lefts[~in_doubt], links.rights[~in_doubt])
    refused[in_doubt] = _join_in_order(parents, links.of(in_doubt), people, mixed[roots[people.nodes]])
    return refused


def _mixed(roots: Whole, people: People) -> Mask:
    """Which roots have two different people of one class."""
    mixed = np.zeros(len(roots), dtype=np.bool_)
    if not people.classes_n:
        return mixed
    places = roots[people.nodes] * people.classes_n + people.classes
    order = np.lexsort((people.owners, places))
    places, owners = places[order], people.owners[order]
    is_second = (places[1:] == places[:-1]) & (owners[1:] != owners[:-1])
    mixed[places[1:][is_second] // people.classes_n] = True
    return mixed


def join_strongest(links: Links, left_homes: Whole, right_homes: Whole, people: People) -> Settled:
    """Take links from the strongest to the weakest, except those that would join two people.

    Args:
        links: Links between ids.
        left_homes: The person, so far, at one end of each: a node that names her.
        right_homes: The person at the other end.
        people: Who must not be joined, by the nodes that name the persons who have them.
    """
    nodes, places = np.unique(np.concatenate((left_homes, right_homes)), return_inverse=True)
    held = np.full((len(nodes), people.classes_n), NOBODY, dtype=np.int64)
    if len(nodes):
        known = np.minimum(np.searchsorted(nodes, people.nodes), len(nodes) - 1)
        is_linked = nodes[known] == people.nodes
        held[known[is_linked], people.classes[is_linked]] = people.owners[is_linked]
    lefts, rights = places[: len(left_homes)], places[len(left_homes) :]
    order = links.strongest_first()
    local = apart(len(nodes))
    refused = np.zeros(len(links.lefts), dtype=np.bool_)
    mixing = np.zeros(len(links.lefts), dtype=np.bool_)
    _join_unless_mixed(local, held, (lefts[order], rights[order]), mixing)
    refused[order] = mixing
    return Settled(nodes, nodes[roots_of(local)], refused)


def _join_in_order(parents: Whole, links: Links, people: People, in_doubt: Mask) -> Mask:
    """Take links from the strongest to the weakest; returns the refused ones."""
    before = roots_of(parents)
    crowd = People(before[people.nodes[in_doubt]], people.classes[in_doubt], people.owners[in_doubt])
    settled = join_strongest(links, before[links.lefts], before[links.rights], crowd)
    _join(parents, settled.nodes, settled.roots)
    return settled.refused


@inner
def _root(parents: Whole, node: int) -> int:
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node


@lean
def _join(parents: Whole, lefts: Whole, rights: Whole) -> None:
    for at in range(len(lefts)):
        left, right = _root(parents, lefts[at]), _root(parents, rights[at])
        if left < right:
            parents[right] = left
        elif right < left:
            parents[left] = right


@lean
def _find_roots(parents: Whole, found: Whole) -> None:
    for node in range(len(parents)):  # a parent is never larger than its child, so it has been found already
        found[node] = node if parents[node] == node else found[parents[node]]


@lean
def _join_unless_mixed(parents: Whole, held: NDArray[np.int64], links: tuple[Whole, Whole], refused: Mask) -> None:
    lefts, rights = links
    for at in range(len(lefts)):
        left, right = _root(parents, lefts[at]), _root(parents, rights[at])
        if left == right:
            continue
        if right < left:
            left, right = right, left
        for each in range(held.shape[1]):
            if held[left, each] != NOBODY and held[right, each] != NOBODY and held[left, each] != held[right, each]:
                refused[at] = True
        if not refused[at]:
            parents[right] = left
            for each in range(held.shape[1]):
                if held[left, each] == NOBODY:
                    held[left, each] = held[right, each]
