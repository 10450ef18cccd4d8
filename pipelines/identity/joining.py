"""From judged links to persons: each rule starts from the persons of the narrower one and adds its own links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from models.components import Links, Mask, People, Whole, apart, join, join_people, roots_of
from pipelines.identity.working import make, model, put
from schemas.words import Rule

RULES = (Rule.STRICT, Rule.DEFAULT, Rule.LOOSE)
TURNS = range(3)
_KEYS_DDL = (
    "CREATE OR REPLACE TEMP TABLE identity_person_keys"
    " (rule VARCHAR, id_key BIGINT, person_key BIGINT, person_id VARCHAR)"
)


@dataclass(frozen=True)
class Nodes:
    """The ids as numbers.

    Attributes:
        places: Internal number of an id to its node; -1 where there is none.
        people: Nodes that two of may not be one person.
        nodes_n: How many there are.
    """

    places: Whole
    people: People
    nodes_n: int


def put_owners(connection: duckdb.DuckDBPyConnection) -> None:
    """Who each merged number is: a working table of those ids that a record of a merge makes another's."""
    rows = connection.sql("SELECT left_key, right_key FROM identity_typed WHERE is_merge = 1 ORDER BY ALL").fetchall()
    keys = np.unique(np.array(rows, dtype=np.int64).reshape(-1, 2))
    pairs = np.searchsorted(keys, np.array(rows, dtype=np.int64).reshape(-1, 2))
    parents = apart(len(keys))
    join(parents, pairs[:, 0].copy(), pairs[:, 1].copy())
    owners = keys[roots_of(parents)]
    put(connection, "identity_owners", {"id_key": pa.array(keys), "owner_key": pa.array(owners)})


def join_ids(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the working tables `identity_person_keys` (who is who under each rule) and `identity_refused`."""
    nodes = _nodes(connection)
    connection.execute(_KEYS_DDL)
    parents = apart(nodes.nodes_n)
    refused: list[tuple[Whole, Whole]] = []
    for rule in RULES:
        for chunk in _links(connection, rule):
            left_keys, right_keys = chunk.lefts, chunk.rights
            ends = nodes.places[left_keys], nodes.places[right_keys]
            links = Links(*ends, chunk.trust, chunk.evidence_n, chunk.first_at)
            is_refused: Mask = join_people(parents, links, nodes.people)
            refused.append((left_keys[is_refused], right_keys[is_refused]))
        _keep(connection, rule, roots_of(parents))
    lefts, rights = (np.concatenate([pair[side] for pair in refused] or [apart(0)]) for side in range(2))
    put(connection, "identity_refused", {"left_key": pa.array(lefts), "right_key": pa.array(rights)})


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
    return Nodes(places, People(people["node"], classes, people["owner"]), len(named["node"]))


def _links(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Iterator[Links]:
    """The links that a rule is the narrowest to take: merges, which say who is who; all others; then guesses."""
    for turn in TURNS:
        found = _arrays(
            connection,
            "SELECT left_key, right_key, trust::BIGINT AS trust, evidence_n,"
            " coalesce(epoch_us(first_seen_at), 9223372036854775807) AS first_at FROM identity_strengths"
            f" WHERE strength = '{rule}' AND turn = {turn}",
        )
        if len(found["trust"]):
            yield Links(found["left_key"], found["right_key"], found["trust"], found["evidence_n"], found["first_at"])


def _keep(connection: duckdb.DuckDBPyConnection, rule: Rule, roots: Whole) -> None:
    """Number the persons of a rule in the order of their names, and keep them."""
    nodes = apart(len(roots))
    person_keys = (np.cumsum(roots == nodes) - 1)[roots]
    parts = {"node": pa.array(nodes), "root": pa.array(roots), "person_key": pa.array(person_keys)}
    put(connection, "identity_parts", parts)
    connection.execute(f"INSERT INTO identity_person_keys {model('person_keys', rule=_quoted(rule))}")
    make(connection, "identity_parts", "SELECT 1 WHERE FALSE")


def _arrays(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Whole]:
    table = connection.sql(query).to_arrow_table()
    return {name: table[name].to_numpy().astype(np.int64, copy=False) for name in table.column_names}


def _quoted(rule: Rule) -> str:
    return f"'{rule}'"
