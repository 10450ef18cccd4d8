"""From judged links to persons where the links are too many for one machine: joined where they are, by SQL.

Each round hooks every person to the smallest neighbour, follows the hooks to their ends, and goes on with what is
left between these ends: pointer jumping on an ever smaller graph. In two rounds at least half of the persons are
gone, so rounds grow with the logarithm of the links; each table is written down before the next one rests on it.

Only where two people would meet in one component does the order of links count (see `models.components`); components
do not depend on each other. So the links of these come home, and are joined here as all links are on one machine: of
the bench's million links, in which one cookie in thirty has two customers, 32,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.components import Links, People, Whole, join_strongest
from pipelines.engine import Engine
from pipelines.identity.persons import RULES, Sizes
from pipelines.identity.working import arrays, count, quoted, text
from pipelines.settings import Settings
from schemas.words import Rule

AT_HOME = 2_000_000
"""Ids and links up to which they are joined at home, on any engine: 200 MB and a few seconds, where each round of a
cluster takes as long."""
ROUNDS = 100
"""Beyond this the edges do not shrink: 2 to the power of 50 persons would need as many."""


class RoundsError(RuntimeError):
    """Components were not found within the rounds that any graph needs: a defect of ours or of the engine."""


@dataclass(frozen=True)
class Jumped:
    """Who is who under each rule, on the engine.

    Attributes:
        engine: Where the tables are.
        tables: Rule to the table of its persons.
        refused_n: Pairs that would have joined two people.
    """

    engine: Engine
    tables: Mapping[Rule, str]
    refused_n: int

    def sizes(self, rule: Rule) -> Sizes:
        """How many persons there are, and how large."""
        persons = f"SELECT root, count(*) AS ids_n FROM {self.tables[rule]} GROUP BY root"
        found = arrays(
            self.engine, f"SELECT count(*) AS persons_n, coalesce(max(ids_n), 0) AS largest_n FROM ({persons}) persons"
        )
        return Sizes(int(found["persons_n"][0]), int(found["largest_n"][0]))

    @contextmanager
    def parts(self, rule: Rule) -> Iterator[str]:
        """The table of the rule's persons."""
        yield self.tables[rule]


def is_wanted(engine: Engine, settings: Settings) -> bool:
    """Whether links are to be joined on the engine: DuckDB's are at home anyway, others where they are many.

    Where the settings say that nothing is small enough to be done at home, this is not either.
    """
    if engine.dialect == "duckdb":
        return False
    if not settings.engine.home_below_bytes:
        return True
    known = "SELECT (SELECT count(*) FROM main.identifiers), (SELECT count(*) FROM main.link_evidence)"
    return bool(max(engine.connection.sql(known).fetchall()[0]) > AT_HOME)


def put_owners(engine: Engine) -> None:
    """Who each merged number is: a working table of those ids that a record of a merge makes another's."""
    engine.derive("identity_edges", text("identity_merge_edges"))
    _find_components(engine)
    engine.derive("identity_owners", "SELECT node AS id_key, label AS owner_key FROM identity_labels")


def join_ids(engine: Engine) -> Jumped:
    """Find who is who under each rule, and fill the working table `identity_refused`."""
    engine.create("staging/identity_roots")
    turns = engine.frame("SELECT DISTINCT strength, turn FROM identity_strengths ORDER BY strength, turn").rows()
    refused: list[pl.DataFrame] = [pl.DataFrame(schema={"left_key": pl.Int64, "right_key": pl.Int64})]
    tables: dict[Rule, str] = {}
    for rule in RULES:
        chosen = [turn for strength, turn in turns if strength == rule]
        refused += [_join_turn(engine, {"rule": quoted(rule), "turn": turn}) for turn in chosen]
        if chosen or not tables:
            tables[rule] = f"identity_parts_{rule}"
            engine.create("staging/identity_parts", name=tables[rule])
        else:  # the rule adds nothing to the one before
            tables[rule] = list(tables.values())[-1]
    engine.put("identity_refused", pl.concat(refused))
    engine.drop("identity_roots", "identity_edges", "identity_labels")
    return Jumped(engine, tables, sum(map(len, refused)))


def _join_turn(engine: Engine, values: Mapping[str, str | int]) -> pl.DataFrame:
    """Join persons by the links of one rule and turn; returns the pairs that it refuses."""
    nobody = pl.DataFrame(schema={"left_key": pl.Int64, "right_key": pl.Int64})
    engine.create("staging/identity_edges", values)
    if not count(engine, "identity_edges"):
        return nobody
    _find_components(engine)
    engine.create("staging/identity_mixed")
    refused = _settle(engine, values) if count(engine, "identity_mixed") else nobody
    engine.create("staging/identity_joined_roots", name="identity_roots")
    engine.drop("identity_mixed")
    return refused


def _find_components(engine: Engine) -> None:
    """From `identity_edges`, which it uses up, to `identity_labels`: the smallest node of each one's component."""
    rounds_n = 0
    while count(engine, "identity_edges"):
        if rounds_n == ROUNDS:
            raise RoundsError(f"components are not found after {ROUNDS} rounds")
        engine.create("staging/identity_hooks")
        engine.create("staging/identity_jumps", {"hooks": "identity_hooks"})
        while engine.scalar("SELECT count(*) FROM identity_jumps WHERE is_open = 1"):
            engine.create("staging/identity_jumps", {"hooks": "identity_jumps"})
        engine.create("staging/identity_contracted", name="identity_edges")
        if rounds_n:
            engine.create("staging/identity_relabelled", name="identity_labels")
        else:
            engine.rename("identity_jumps", "identity_labels")
        engine.drop("identity_hooks", "identity_jumps")
        rounds_n += 1
    if not rounds_n:
        engine.derive("identity_labels", "SELECT low AS node, low AS label FROM identity_edges")


def _settle(engine: Engine, values: Mapping[str, str | int]) -> pl.DataFrame:
    """Join at home what would join two people, the strongest link first; returns the refused pairs."""
    doubts = arrays(engine, text("identity_doubts", **values))
    held = arrays(engine, text("identity_held"))
    classes: Whole = np.unique(held["person_type"], return_inverse=True)[1].astype(np.int64)
    settled = join_strongest(
        Links(doubts["left_node"], doubts["right_node"], doubts["trust"], doubts["evidence_n"], doubts["first_us"]),
        doubts["left_root"],
        doubts["right_root"],
        People(held["root"], classes, held["owner"]),
    )
    engine.put("identity_settled", pl.DataFrame({"node": settled.nodes, "label": settled.roots}))
    engine.create("staging/identity_settled_labels", name="identity_labels")
    engine.drop("identity_settled")
    return pl.DataFrame({name: doubts[name][settled.refused] for name in ("left_key", "right_key")})
