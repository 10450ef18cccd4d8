from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import duckdb
import networkx as nx  # type: ignore[import-untyped]  # it has no types of its own
import polars as pl
import pytest

from pipelines import warehouse
from pipelines.identity import FAN_OUT_LIMITS, IdentityReport, UnknownIdError, resolve_persons
from pipelines.ingest import ingest
from pipelines.settings import Settings, load_settings
from schemas.words import Rule

Id = tuple[str, str]
Link = tuple[Id, Id]
Persons = set[frozenset[str]]
FIRST_SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def cookie(name: str) -> Id:
    return ("cookie", name)


def customer(name: str) -> Id:
    return ("customer", name)


def fill(connection: duckdb.DuckDBPyConnection, ids: Sequence[Id], links: Iterable[Link]) -> None:
    """Ids get their numbers in the order given; a pseudonym is the value itself, so that results can be read."""
    keys = {one: key for key, one in enumerate(ids)}
    pairs = [sorted((keys[left], keys[right])) for left, right in links]
    identifiers = pl.DataFrame(
        [(keys[one], one[0], f"raw {one[1]}", one[1]) for one in ids],
        schema={"id_key": pl.Int64, "id_type": pl.String, "value": pl.String, "id": pl.String},
        orient="row",
    )
    evidence = pl.DataFrame(pairs, schema={"left_key": pl.Int64, "right_key": pl.Int64}, orient="row")
    connection.execute("DELETE FROM identifiers")
    connection.execute("DELETE FROM link_evidence")
    connection.register("given_ids", identifiers.to_arrow())
    connection.register("given_pairs", evidence.to_arrow())
    connection.execute("INSERT INTO identifiers SELECT * FROM given_ids")
    connection.execute(
        "INSERT INTO link_evidence SELECT 'f', 'web', left_key, right_key, 1, $at FROM given_pairs", {"at": FIRST_SEEN}
    )


def persons(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Persons:
    rows = connection.sql(
        "SELECT list(id) FROM persons WHERE rule = $rule GROUP BY person_id", params={"rule": str(rule)}
    ).fetchall()
    return {frozenset(ids) for (ids,) in rows}


def resolve(settings: Settings, ids: Sequence[Id], links: Sequence[Link], rule: Rule = Rule.DEFAULT) -> Persons:
    with warehouse.writer(settings) as connection:
        fill(connection, ids, links)
        resolve_persons(connection, settings)
        return persons(connection, rule)


def shared(hub: Id, others: Sequence[Id]) -> list[Link]:
    return [(hub, other) for other in others]


def several(make: Callable[[str], Id], many: int) -> list[Id]:
    return [make(f"{make('')[0]}{number:03}") for number in range(many)]


def test_without_any_id_there_is_nobody(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        report = resolve_persons(connection, settings)
        assert persons(connection, Rule.DEFAULT) == set()
    none = {"strict": 0, "default": 0, "loose": 0}
    assert report == IdentityReport(0, 0, 0, none, none, none, 0)


@pytest.mark.parametrize("rule", list(Rule))
def test_an_id_without_links_is_a_person_of_its_own_under_every_rule(settings: Settings, rule: Rule) -> None:
    assert resolve(settings, [cookie("a"), cookie("b")], [], rule) == {frozenset("a"), frozenset("b")}


@pytest.mark.parametrize("rule", list(Rule))
def test_a_customer_with_three_cookies_is_one_person_under_every_rule(settings: Settings, rule: Rule) -> None:
    cookies = several(cookie, 3)
    found = resolve(settings, [*cookies, customer("ann")], shared(customer("ann"), cookies), rule)
    assert found == {frozenset({"ann", "cookie000", "cookie001", "cookie002"})}


@pytest.mark.parametrize("rule", list(Rule))
def test_a_kiosks_cookie_joins_none_of_its_two_hundred_customers(settings: Settings, rule: Rule) -> None:
    customers = several(customer, 200)
    found = resolve(settings, [cookie("kiosk"), *customers], shared(cookie("kiosk"), customers), rule)
    assert found == {frozenset({"kiosk"}), *(frozenset({name}) for _, name in customers)}


def test_a_kiosk_does_not_part_a_customer_from_her_own_phone(settings: Settings) -> None:
    customers = several(customer, 200)
    links = [*shared(cookie("kiosk"), customers), (cookie("phone"), customers[7])]
    found = resolve(settings, [cookie("kiosk"), cookie("phone"), *customers], links)
    assert frozenset({"phone", "customer007"}) in found
    assert len(found) == 201


@pytest.mark.parametrize(
    ("fan", "taken_by"),
    [
        (3, {Rule.STRICT, Rule.DEFAULT, Rule.LOOSE}),
        (4, {Rule.DEFAULT, Rule.LOOSE}),
        (10, {Rule.DEFAULT, Rule.LOOSE}),
        (11, {Rule.LOOSE}),
        (50, {Rule.LOOSE}),
        (51, set()),
    ],
)
def test_each_rule_takes_links_up_to_its_own_limit(settings: Settings, fan: int, taken_by: set[Rule]) -> None:
    cookies = several(cookie, fan)
    with warehouse.writer(settings) as connection:
        fill(connection, [customer("ann"), *cookies], shared(customer("ann"), cookies))
        resolve_persons(connection, settings)
        assert {rule for rule in Rule if len(persons(connection, rule)) == 1} == taken_by


def test_fanning_out_is_counted_per_id_type(settings: Settings) -> None:
    """Three cookies, three phones and three mail addresses are a rich life, not a kiosk."""
    others = [(kind, f"{kind}{number}") for kind in ("cookie", "email", "phone") for number in range(3)]
    found = resolve(settings, [customer("ann"), *others], shared(customer("ann"), others), Rule.STRICT)
    assert len(found) == 1


def test_links_of_several_systems_chain_up(settings: Settings) -> None:
    ids = [cookie("c"), ("email", "e"), ("ticket", "t"), customer("a"), customer("b")]
    links = [(cookie("c"), ("email", "e")), (("email", "e"), ("ticket", "t")), (("ticket", "t"), customer("a"))]
    assert resolve(settings, ids, links) == {frozenset("ceta"), frozenset("b")}


def test_links_tell_how_strong_they_are_and_what_blocks_them(settings: Settings) -> None:
    cookies, customers = several(cookie, 4), several(customer, 11)
    links = [*shared(customer("ann"), cookies), *shared(cookie("desk"), customers), (("email", "e"), customer("ann"))]
    with warehouse.writer(settings) as connection:
        fill(connection, [("email", "e"), customer("ann"), cookie("desk"), *cookies, *customers], [*links, links[-1]])
        report = resolve_persons(connection, settings)
        rows = connection.sql(
            "SELECT left_type, left_id, right_type, right_id, evidence_n, strength, first_seen_at, blocked_by"
            " FROM identity_links WHERE left_id IN ('cookie000', 'e') OR right_id IN ('customer000', 'e') ORDER BY ALL"
        ).fetchall()
    assert rows == [
        ("cookie", "cookie000", "customer", "ann", 1, "default", FIRST_SEEN, None),
        ("cookie", "desk", "customer", "customer000", 1, "loose", FIRST_SEEN, "fan_out"),
        ("customer", "ann", "email", "e", 2, "strict", FIRST_SEEN, None),
    ]
    assert report == IdentityReport(
        ids_n=18,
        links_n=16,
        blocked_n=11,
        taken_n={"strict": 1, "default": 5, "loose": 16},
        persons_n={"strict": 17, "default": 13, "loose": 2},
        largest_n={"strict": 2, "default": 6, "loose": 12},
        rounds_n=3,
    )


def test_a_person_is_named_after_its_smallest_pseudonym_and_numbered_without_gaps(settings: Settings) -> None:
    ids = [cookie("z"), customer("m"), cookie("a"), customer("q")]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, [(cookie("z"), customer("m")), (cookie("a"), customer("q"))])
        resolve_persons(connection, settings)
        named = connection.sql("SELECT id, person_id FROM persons WHERE rule = 'strict' ORDER BY id").fetchall()
        keyed = connection.sql(
            "SELECT id_key, person_key, person_id FROM person_keys WHERE rule = 'strict' ORDER BY id_key"
        ).fetchall()
    assert named == [("a", "p_a"), ("m", "p_m"), ("q", "p_a"), ("z", "p_m")]
    assert keyed == [(0, 1, "p_m"), (1, 1, "p_m"), (2, 0, "p_a"), (3, 0, "p_a")]


def test_resolving_again_changes_nothing_and_leaves_no_working_tables(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, [cookie("a"), customer("b")], [(cookie("a"), customer("b"))])
        first = resolve_persons(connection, settings)
        assert resolve_persons(connection, settings) == first
        assert connection.sql("SELECT count(*) FROM persons").fetchall() == [(6,)]
        assert connection.sql("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchall() == [(0,)]


def test_a_link_to_an_unknown_id_is_never_passed_over(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute("INSERT INTO identifiers VALUES (0, 'cookie', 'raw', 'a')")
        connection.execute("INSERT INTO link_evidence VALUES ('f', 'web', 0, 1, 1, NULL)")
        with pytest.raises(UnknownIdError, match="1 links"):
            resolve_persons(connection, settings)


def random_world(seed: int) -> tuple[list[Id], list[Link]]:
    chance = random.Random(seed)  # noqa: S311 - a reproducible world, not a secret
    ids = [(chance.choice(("cookie", "email", "customer")), f"{number:04}") for number in range(chance.randint(2, 300))]
    links = [(chance.choice(ids), chance.choice(ids)) for _ in range(chance.randint(1, 500))]
    hubs = [(ids[0], other) for other in ids[1 : chance.randint(2, 60)]]
    return ids, [link for link in links + hubs if link[0] != link[1]]


def components(ids: Sequence[Id], links: Sequence[Link], limit: int) -> Persons:
    """The same by another road: networkx, link by link."""
    seen = nx.Graph(links)

    def fan(one: Id, kind: str) -> int:
        return sum(other[0] == kind for other in seen[one])

    kept = nx.Graph()
    kept.add_nodes_from(ids)
    kept.add_edges_from((a, b) for a, b in seen.edges if max(fan(a, b[0]), fan(b, a[0])) <= limit)
    return {frozenset(name for _, name in part) for part in nx.connected_components(kept)}


@pytest.mark.parametrize("seed", range(25))
def test_persons_are_the_connected_components_of_the_links_taken(settings: Settings, seed: int) -> None:
    ids, links = random_world(seed)
    with warehouse.writer(settings) as connection:
        fill(connection, ids, links)
        resolve_persons(connection, settings)
        for rule in Rule:
            assert persons(connection, rule) == components(ids, links, FAN_OUT_LIMITS[rule])


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_ids_and_links_arrive_changes_nothing(settings: Settings, seed: int) -> None:
    ids, links = random_world(seed)
    query = "SELECT * FROM persons ORDER BY ALL"
    tables = []
    chance = random.Random(seed)  # noqa: S311 - a reproducible shuffle, not a secret
    with warehouse.writer(settings) as connection:
        for _ in range(3):
            fill(connection, ids, links)
            resolve_persons(connection, settings)
            told = connection.sql(query).fetchall()
            numbered = connection.sql(
                "SELECT keys.rule, id, person_key, person_id FROM person_keys AS keys"
                " JOIN identifiers USING (id_key) ORDER BY ALL"
            ).fetchall()
            tables.append((told, numbered, connection.sql("SELECT * FROM identity_links ORDER BY ALL").fetchall()))
            chance.shuffle(ids)
            chance.shuffle(links)
    assert tables[0] == tables[1] == tables[2]


@pytest.mark.parametrize("order", ["along", "against", "random", "zigzag"])
def test_a_chain_of_twenty_thousand_ids_is_resolved_in_few_rounds(settings: Settings, order: str) -> None:
    many = 20_000
    numbers = {
        "along": list(range(many)),
        "against": list(range(many))[::-1],
        "random": random.Random(1).sample(range(many), many),  # noqa: S311 - reproducible, not a secret
        "zigzag": [n // 2 if n % 2 == 0 else many // 2 + n // 2 for n in range(many)],
    }[order]
    ids = [cookie(f"{number:05}") for number in range(many)]
    chain = [(ids[a], ids[b]) for a, b in pairwise(numbers)]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, chain)
        report = resolve_persons(connection, settings)
    assert report.persons_n["strict"] == 1
    assert report.rounds_n <= 20


def system(name: str, identity: str, file: Path) -> str:
    columns = 'occurred_at = "time:timestamp"\nactivity = "concept:name"\nevent_id = "concept:instance"'
    return (
        f'\n[[sources]]\nname = "{name}"\nkind = "table"\npath = "{file}"\n[sources.columns]\n{columns}\n'
        f'identities = {{{identity} = "case:concept:name"}}\n'
    )


def test_two_systems_joined_by_a_link_table_have_1434_persons(tmp_path: Path, shared_data: Path) -> None:
    folder = shared_data / "receipt_two_systems"
    links = (
        f'\n[[sources]]\nname = "links"\nkind = "table"\npath = "{folder / "case_relations.csv"}"\n[sources.columns]\n'
        'identities = {left_case = "case:concept:name_LEFT", right_case = "case:concept:name_RIGHT"}\n'
    )
    sources = system("even", "left_case", folder / "receipt_even.csv")
    sources += system("odd", "right_case", folder / "receipt_odd.csv")
    (tmp_path / "terreng.toml").write_text(f'[workspace]\nname = "Receipt"\ntimezone = "UTC"\n{sources}{links}')
    settings = load_settings(tmp_path)
    with warehouse.writer(settings) as connection:
        ingest(connection, settings, datetime.now(UTC))
        report = resolve_persons(connection, settings)
        events_of = connection.sql(
            "SELECT count(*), count(DISTINCT person_id) FROM events JOIN person_keys USING (id_key)"
            " WHERE rule = 'default'"
        ).fetchall()
    assert report.persons_n == {"strict": 1434, "default": 1434, "loose": 1434}
    assert events_of == [(8577, 1434)]
