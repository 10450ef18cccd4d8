"""From judged links to persons: each rule starts from the persons of the narrower one and adds its own links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from models.components import Links, Mask, People, Whole, apart, join, join_people, roots_of
from pipelines.identity.working import put
from schemas.words import Rule

RULES = (Rule.STRICT, Rule.DEFAULT, Rule.LOOSE)


@dataclass(frozen=True)
class Joined:
    """Who is who under each rule.

    Attributes:
        id_keys: Internal number of the id of each node, in the order of names.
        people: Nodes of customer numbers, logins and the like.
        roots: Rule to the node that names the person of each node.
        refused_n: Pairs that would have joined two people.
    """

    id_keys: Whole
    people: Whole
    roots: Mapping[Rule, Whole]
    refused_n: int

    def person_keys(self, rule: Rule) -> Whole:
        """The person of each node, persons being numbered in the order of their names."""
        roots = self.roots[rule]
        numbers: Whole = (np.cumsum(roots == apart(len(roots))) - 1)[roots]
        return numbers

    def sizes(self, rule: Rule) -> Whole:
        """How many ids each person has."""
        return np.bincount(self.person_keys(rule)).astype(np.int64)

    @contextmanager
    def parts(self, connection: duckdb.DuckDBPyConnection, rule: Rule) -> Iterator[None]:
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
        connection.register("identity_parts", pa.table({name: pa.array(each) for name, each in columns.items()}))
        try:
            yield
        finally:
            connection.unregister("identity_parts")


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


def put_owners(connection: duckdb.DuckDBPyConnection) -> None:
    """Who each merged number is: a working table of those ids that a record of a merge makes another's."""
    rows = connection.sql("SELECT left_key, right_key FROM identity_typed WHERE is_merge = 1 ORDER BY ALL").fetchall()
    keys = np.unique(np.array(rows, dtype=np.int64).reshape(-1, 2))
    pairs = np.searchsorted(keys, np.array(rows, dtype=np.int64).reshape(-1, 2))
    parents = apart(len(keys))
    join(parents, pairs[:, 0].copy(), pairs[:, 1].copy())
    owners = keys[roots_of(parents)]
    put(connection, "identity_owners", {"id_key": pa.array(keys), "owner_key": pa.array(owners)})


def join_ids(connection: duckdb.DuckDBPyConnection) -> Joined:
    """Find who is who under each rule, and fill the working table `identity_refused`."""
    nodes = _nodes(connection)
    parents = apart(len(nodes.id_keys))
    refused: list[tuple[Whole, Whole]] = []
    roots: dict[Rule, Whole] = {}
    for rule in RULES:
        for chunk in _links(connection, rule):
            left_keys, right_keys = chunk.lefts, chunk.rights
            ends = nodes.places[left_keys], nodes.places[right_keys]
            links = Links(*ends, chunk.trust, chunk.evidence_n, chunk.first_at)
            is_refused: Mask = join_people(parents, links, nodes.people)
            refused.append((left_keys[is_refused], right_keys[is_refused]))
        roots[rule] = roots_of(parents)
    lefts, rights = (np.concatenate([pair[side] for pair in refused] or [apart(0)]) for side in range(2))
    put(connection, "identity_refused", {"left_key": pa.array(lefts), "right_key": pa.array(rights)})
    return Joined(nodes.id_keys, nodes.people.nodes, roots, len(lefts))


def _nodes(connection: duckdb.DuckDBPyConnection) -> Nodes:
    named = _arrays(connection, "SELECT id_key, node FROM identity_nodes")
    places = np.full(int(named["id_key"].max(initial=-1)) + 1, -1, dtype=np.int64)
    places[named["id_key"]] = named["node"]
    people = _arrays(
        connection,
        "SELECT nodes.node, nodes.type_n::BIGINT AS class,"
        " coalesce(owners.owner_key, nodes.id_key) AS owner FROM identity_nodes nodes"
        " LEFT JOIN identity_owners owners USING (id_key) WHERE nodes.is_person = 1 ORDER BY nodes.node",
    )
    classes = np.unique(people["class"], return_inverse=True)[1].astype(np.int64)
    id_keys = np.empty_like(named["id_key"])
    id_keys[named["node"]] = named["id_key"]
    return Nodes(id_keys, places, People(people["node"], classes, people["owner"]))


def _links(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Iterator[Links]:
    """The links that a rule is the narrowest to take: merges, which say who is who; all others; then guesses."""
    turns = connection.sql(f"SELECT DISTINCT turn FROM identity_strengths WHERE strength = '{rule}' ORDER BY turn")
    for (turn,) in turns.fetchall():
        found = _arrays(
            connection,
            "SELECT left_key, right_key, trust::BIGINT AS trust, evidence_n,"
            " coalesce(epoch_us(first_seen_at), 9223372036854775807) AS first_at FROM identity_strengths"
            f" WHERE strength = '{rule}' AND turn = {turn}",
        )
        yield Links(found["left_key"], found["right_key"], found["trust"], found["evidence_n"], found["first_at"])


def _arrays(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Whole]:
    table = connection.sql(query).to_arrow_table()
    return {name: table[name].to_numpy().astype(np.int64, copy=False) for name in table.column_names}
