"""Persons joined by SQL, round by round, are those that are joined at home, link by link."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import duckdb
import networkx as nx  # type: ignore[import-untyped]  # it has no types of its own
import polars as pl
import pytest

from pipelines import identity, warehouse
from pipelines.engine import DuckDBEngine, Engine
from pipelines.identity import joining, jumping, resolve_persons
from pipelines.identity.persons import RULES, Persons
from pipelines.identity.working import workroom
from pipelines.settings import Settings
from tests.pipelines.identity.worlds import Id, Link, fill, happen

TABLES = ("identity_links", "persons", "person_keys", "event_owners", "stitching")


def crowd(seed: int, people_n: int = 60) -> tuple[list[Id], list[Link]]:
    """A town in which too many share addresses and machines, some under two numbers that a record merges."""
    chance = random.Random(seed)  # noqa: S311 (a made-up town, not a secret)
    customers = [("customer", f"c{number}") for number in range(people_n)]
    logins = [("login", f"u{number}") for number in range(people_n // 3)]
    others = [
        (kind, f"{kind[0]}{number}@x") for kind in ("email", "cookie", "ticket", "lead") for number in range(people_n)
    ]
    links = [(chance.choice(customers + logins), chance.choice(others)) for _ in range(2 * people_n)]
    links += [(chance.choice(others), chance.choice(others)) for _ in range(people_n)]
    links += [(chance.choice(customers), chance.choice(customers)) for _ in range(people_n // 10)]
    ids = [*customers, *logins, *others]
    chance.shuffle(ids)
    chance.shuffle(links)
    return ids, [link for link in links if link[0] != link[1]]


def told(engine: Engine, joined: Persons) -> list[object]:
    """All that a way of joining says: persons under each rule, their sizes, and what it refuses."""
    found: list[object] = [joined.refused_n]
    for rule in RULES:
        found.append(joined.sizes(rule))
        with joined.parts(rule) as parts:
            columns = "id_key, root, person_key, is_stitched, is_known"
            found.append(engine.frame(f"SELECT {columns} FROM {parts} ORDER BY id_key").rows())
    return [*found, engine.frame("SELECT * FROM identity_refused ORDER BY left_key, right_key").rows()]


@pytest.mark.parametrize("seed", range(4))
def test_joining_by_rounds_gives_the_persons_of_joining_link_by_link(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, *crowd(seed))
        engine = DuckDBEngine(connection)
        with workroom(engine):
            identity._judge_links(engine, settings)
            owners = engine.frame("SELECT * FROM identity_owners ORDER BY id_key").rows()
            at_home = told(engine, joining.join_ids(engine))
            monkeypatch.setattr(jumping, "is_wanted", lambda engine, settings: True)
            identity._judge_links(engine, settings)
            assert engine.frame("SELECT * FROM identity_owners ORDER BY id_key").rows() == owners
            assert told(engine, jumping.join_ids(engine)) == at_home
    assert owners  # some are merged
    assert at_home[0]  # some links are refused


def rows(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {name: connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in TABLES}


@pytest.mark.parametrize("world", ["events", "nobody", "super-nodes only"])
def test_every_table_is_the_same_whichever_way_persons_are_joined(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, world: str
) -> None:
    ann, bo = {"customer": "ann", "cookie": "tablet"}, {"customer": "bo", "cookie": "tablet"}
    kiosk = ("cookie", "kiosk")
    orders = [("order", f"o{number}") for number in range(2100)]
    with warehouse.writer(settings) as connection:
        if world == "events":
            happen(connection, [(0, {"cookie": "tablet"}), (5, ann), (90, bo), (95, {"cookie": "tablet"})])
        elif world == "super-nodes only":
            fill(connection, [kiosk, *orders], [(kiosk, order) for order in orders])
        report = resolve_persons(connection, settings)
        at_home = rows(connection)
        monkeypatch.setattr(jumping, "is_wanted", lambda engine, settings: True)
        assert resolve_persons(connection, settings) == report
        assert rows(connection) == at_home
        assert connection.sql("SELECT count(*) FROM person_changes").fetchall() == [(0,)]


def components(engine: Engine, edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Node to the smallest of its component, for nodes that have an edge."""
    pairs = [(min(pair), max(pair)) for pair in edges]
    engine.put("identity_edges", pl.DataFrame(pairs, schema={"low": pl.Int64, "high": pl.Int64}, orient="row"))
    jumping._find_components(engine)
    return dict(engine.frame("SELECT node, label FROM identity_labels").rows())


def shuffled_chain(length: int) -> list[tuple[int, int]]:
    order = random.Random(length).sample(range(length), length)  # noqa: S311 (an order, not a secret)
    return list(pairwise(order))


GRAPHS = {
    "none": [],
    "a chain in order": [(at, at + 1) for at in range(700)],
    "a chain in no order": shuffled_chain(700),
    "a chain of peaks and valleys": [(at // 2, 1000 - (at + 1) // 2) for at in range(700)],
    "a star around the last": [(at, 900) for at in range(700)],
    "two halves that meet in the middle": [*((at, at + 2) for at in range(700)), (700, 701)],
    "many small ones": [(at, at + 1) for at in range(0, 900) if at % 3],
}


@pytest.mark.parametrize("name", GRAPHS)
def test_components_are_named_by_their_smallest_node(name: str) -> None:
    wanted = {node: min(part) for part in nx.connected_components(nx.Graph(GRAPHS[name])) for node in part}
    with duckdb.connect() as connection:
        engine = DuckDBEngine(connection)
        assert components(engine, GRAPHS[name]) == wanted
        assert components(engine, reversed(GRAPHS[name])) == wanted


def test_a_chain_of_thousands_needs_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumping, "ROUNDS", 9)
    with duckdb.connect() as connection:
        assert set(components(DuckDBEngine(connection), shuffled_chain(3000)).values()) == {0}


def test_rounds_without_end_are_a_defect_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumping, "ROUNDS", 1)
    with duckdb.connect() as connection, pytest.raises(jumping.RoundsError):
        components(DuckDBEngine(connection), shuffled_chain(100))


@pytest.mark.parametrize(
    ("dialect", "home_below", "ids_n", "is_jumping"),
    [
        ("duckdb", "0MB", 9, False),
        ("spark", "0MB", 1, True),
        ("spark", "16MB", 3, False),
        ("spark", "16MB", 4, True),
    ],
)
def test_persons_are_joined_on_the_engine_where_they_are_many_or_the_settings_say_so(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    dialect: str,
    home_below: str,
    ids_n: int,
    is_jumping: bool,
) -> None:
    monkeypatch.setattr(jumping, "AT_HOME", 3)
    wanted = replace(settings, engine=settings.engine.model_copy(update={"home_below": home_below}))
    with warehouse.writer(settings) as connection:
        fill(connection, [("cookie", str(at)) for at in range(ids_n)], [])
        assert jumping.is_wanted(DuckDBEngine(connection, dialect), wanted) is is_jumping
