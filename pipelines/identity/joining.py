"""From judged links to persons: each rule starts from the persons of the narrower one and adds its own links.

Here they are joined in memory: two whole numbers for each link. Where there are too many, see `jumping`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.components import Links, Mask, People, Whole, apart, join, join_people, roots_of
from pipelines.engine import Engine
from pipelines.identity.persons import RULES, Sizes
from pipelines.identity.working import arrays, text
from schemas.words import Rule


@dataclass(frozen=True)
class Joined:
    """Who is who under each rule.

    Attributes:
        engine: Where the tables are.
        id_keys: Internal number of the id of each node, in the order of names.
        people: Nodes of customer numbers, logins and the like.
        roots: Rule to the node that names the person of each node.
        refused_n: Pairs that would have joined two people.
    """

    engine: Engine
    id_keys: Whole
    people: Whole
    roots: Mapping[Rule, Whole]
    refused_n: int

    def person_keys(self, rule: Rule) -> Whole:
        """The person of each node, persons being numbered in the order of their names."""
        roots = self.roots[rule]
        numbers: Whole = (np.cumsum(roots == apart(len(roots))) - 1)[roots]
        return numbers

    def sizes(self, rule: Rule) -> Sizes:
        """How many persons there are, and how large."""
        sizes = np.bincount(self.person_keys(rule))
        return Sizes(len(sizes), int(sizes.max(initial=0)))

    @contextmanager
    def parts(self, rule: Rule) -> Iterator[str]:
        """Show the persons of a rule as the relation `identity_parts`, one row per id in the order of names."""
        person_keys = self.person_keys(rule)
        sizes = np.bincount(person_keys)
        is_known = np.zeros(len(sizes), dtype=np.int8)
        is_known[person_keys[self.people]] = 1
        columns = {
            "id_key": self.id_keys,
            "root": self.roots[rule],
            "person_key": person_keys,
            "is_stitched": (sizes > 1).astype(np.int8)[person_keys],
            "is_known": is_known[person_keys],
        }
        frame = pl.DataFrame(columns)
        if self.engine.dialect != "duckdb":
            self.engine.put("identity_parts", frame)
            yield "identity_parts"
            return
        # At home the arrays are read where they are, which spares a copy of every id.
        self.engine.connection.register("identity_parts", frame.to_arrow())
        try:
            yield "identity_parts"
        finally:
            self.engine.connection.unregister("identity_parts")


@dataclass(frozen=True)
class Nodes:
    """The ids as numbers.

    Attributes:
        id_keys: Internal number of each node's id.
        places: Internal number of an id to its node; -1 where there is none.
        people: Nodes that two of may not be one person.
    """

    id_keys: Whole
    places: Whole
    people: People


def put_owners(engine: Engine) -> None:
    """Who each merged number is: a working table of those ids that a record of a merge makes another's."""
    found = arrays(engine, text("identity_merge_edges"))
    keys = np.unique(np.concatenate((found["low"], found["high"])))
    parents = apart(len(keys))
    join(parents, np.searchsorted(keys, found["low"]), np.searchsorted(keys, found["high"]))
    engine.put("identity_owners", pl.DataFrame({"id_key": keys, "owner_key": keys[roots_of(parents)]}))


def join_ids(engine: Engine) -> Joined:
    """Find who is who under each rule, and fill the working table `identity_refused`."""
    nodes = _nodes(engine)
    parents = apart(len(nodes.id_keys))
    refused: list[tuple[Whole, Whole]] = []
    roots: dict[Rule, Whole] = {}
    for rule in RULES:
        for chunk in _links(engine, rule):
            left_keys, right_keys = chunk.lefts, chunk.rights
            ends = nodes.places[left_keys], nodes.places[right_keys]
            links = Links(*ends, chunk.trust, chunk.evidence_n, chunk.first_at)
            is_refused: Mask = join_people(parents, links, nodes.people)
            refused.append((left_keys[is_refused], right_keys[is_refused]))
        roots[rule] = roots_of(parents)
    lefts, rights = (np.concatenate([pair[side] for pair in refused] or [apart(0)]) for side in range(2))
    engine.put("identity_refused", pl.DataFrame({"left_key": lefts, "right_key": rights}))
    return Joined(engine, nodes.id_keys, nodes.people.nodes, roots, len(lefts))


def _nodes(engine: Engine) -> Nodes:
    named = arrays(engine, "SELECT id_key, node FROM identity_nodes")
    places = np.full(int(named["id_key"].max(initial=-1)) + 1, -1, dtype=np.int64)
    places[named["id_key"]] = named["node"]
    people = arrays(
        engine,
        "SELECT nodes.node, nodes.type_n AS class, coalesce(owners.owner_key, nodes.id_key) AS owner"
        " FROM identity_nodes nodes LEFT JOIN identity_owners owners ON owners.id_key = nodes.id_key"
        " WHERE nodes.is_person = 1 ORDER BY nodes.node",
    )
    classes = np.unique(people["class"], return_inverse=True)[1].astype(np.int64)
    id_keys = np.empty_like(named["id_key"])
    id_keys[named["node"]] = named["id_key"]
    return Nodes(id_keys, places, People(people["node"], classes, people["owner"]))


def _links(engine: Engine, rule: Rule) -> Iterator[Links]:
    """The links that a rule is the narrowest to take: merges, which say who is who; all others; then guesses."""
    turns = engine.frame(f"SELECT DISTINCT turn FROM identity_strengths WHERE strength = '{rule}' ORDER BY turn")
    for turn in turns["turn"].to_list():
        found = arrays(
            engine,
            "SELECT left_key, right_key, trust, evidence_n,"
            " coalesce(@MICROS(first_seen_at), 9223372036854775807) AS first_at FROM identity_strengths"
            f" WHERE strength = '{rule}' AND turn = {turn}",
        )
        yield Links(found["left_key"], found["right_key"], found["trust"], found["evidence_n"], found["first_at"])
