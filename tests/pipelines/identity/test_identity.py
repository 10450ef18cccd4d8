from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise, permutations
from pathlib import Path

import duckdb
import networkx as nx  # type: ignore[import-untyped]  # it has no types of its own
import pytest

from pipelines import warehouse
from pipelines.identity import IdentityReport, UnknownIdError, resolve_persons
from pipelines.identity.guards import LIMITS, NAMES_FIRST, SUPER_NODE, limits_of, trust_of
from pipelines.ingest import ingest
from pipelines.settings import Settings, load_settings
from schemas.words import IdKind, Rule
from tests.pipelines.identity.worlds import NOON, Id, Link, fill

Persons = set[frozenset[str]]
SETTINGS = '[workspace]\nname = "Test"\n[warehouse]\nmemory_limit = "500MB"\nthreads = 2\n'


def cookie(name: str) -> Id:
    return ("cookie", name)


def customer(name: str) -> Id:
    return ("customer", name)


def email(address: str) -> Id:
    return ("email", address)


def with_source(folder: Path, source: str, more: str = "") -> Settings:
    """A workspace whose source `web` says something of its links."""
    columns = 'columns = {identities = {customer = "a", email = "b"}}'
    text = f'{SETTINGS}\n{more}\n[[sources]]\nname = "web"\nkind = "table"\npath = "x.csv"\n{columns}\n{source}\n'
    (folder / "terreng.toml").write_text(text, encoding="utf-8")
    return load_settings(folder)


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
    assert report == IdentityReport(0, 0, 0, none, none, none, 0, 0)


@pytest.mark.parametrize("rule", list(Rule))
def test_an_id_without_links_is_a_person_of_its_own_under_every_rule(settings: Settings, rule: Rule) -> None:
    assert resolve(settings, [cookie("a"), cookie("b")], [], rule) == {frozenset("a"), frozenset("b")}


@pytest.mark.parametrize("rule", list(Rule))
def test_a_customer_with_three_cookies_is_one_person_under_every_rule(settings: Settings, rule: Rule) -> None:
    cookies = several(cookie, 3)
    found = resolve(settings, [*cookies, customer("ann")], shared(customer("ann"), cookies), rule)
    assert found == {frozenset({"ann", "cookie000", "cookie001", "cookie002"})}


def test_strict_takes_what_systems_know_and_default_what_people_typed(settings: Settings) -> None:
    ids = [customer("ann"), cookie("phone"), ("ticket", "t"), email("a@x"), ("lead", "l"), cookie("pc")]
    links = [(ids[0], ids[1]), (ids[0], ids[2]), (ids[0], ids[3]), (ids[3], ids[4]), (ids[4], ids[5])]
    assert resolve(settings, ids, links, Rule.STRICT) == {
        frozenset({"ann", "phone", "t"}), frozenset({"a@x"}), frozenset({"l"}), frozenset({"pc"})
    }  # fmt: skip
    assert len(resolve(settings, ids, links, Rule.DEFAULT)) == 1


@pytest.mark.parametrize(
    ("links", "taken_by"),
    [("verified", set(Rule)), ("stated", {Rule.DEFAULT, Rule.LOOSE}), ("guessed", {Rule.LOOSE})],
)
def test_a_source_may_say_how_far_its_links_are_trusted(tmp_path: Path, links: str, taken_by: set[Rule]) -> None:
    settings = with_source(tmp_path, f'links = "{links}"')
    ids = [customer("ann"), email("a@x")]
    assert {rule for rule in Rule if len(resolve(settings, ids, [(ids[0], ids[1])], rule)) == 1} == taken_by


def test_of_several_sources_the_most_trusted_counts(tmp_path: Path) -> None:
    settings = with_source(tmp_path, 'links = "guessed"')
    ids = [customer("ann"), email("a@x")]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, [(ids[0], ids[1])])
        connection.execute("INSERT INTO link_evidence VALUES ('g', 'shop', 0, 1, 1, NULL)")
        resolve_persons(connection, settings)
        told = connection.sql("SELECT strength, trust, sources, evidence_n FROM identity_links").fetchall()
    assert told == [("default", "stated", ["shop", "web"], 2)]


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


@pytest.mark.parametrize("shared_id", [cookie("tablet"), email("us@home"), ("phone", "+4722334455")])
def test_what_two_customers_share_is_neithers_but_under_loose_the_more_frequent_ones(
    settings: Settings, shared_id: Id
) -> None:
    ids = [customer("ann"), customer("bo"), shared_id]
    links = [(shared_id, ids[0]), (shared_id, ids[1]), (shared_id, ids[1])]
    alone = {frozenset({"ann"}), frozenset({"bo"}), frozenset({shared_id[1]})}
    assert resolve(settings, ids, links, Rule.STRICT) == resolve(settings, ids, links, Rule.DEFAULT) == alone
    assert resolve(settings, ids, links, Rule.LOOSE) == {frozenset({"ann"}), frozenset({"bo", shared_id[1]})}


def test_what_two_customers_share_joins_nothing_else_either(settings: Settings) -> None:
    """The lead that has the household's address is not therefore the lead of one of the two."""
    ids = [customer("ann"), customer("bo"), email("us@home"), ("lead", "l")]
    links = [(ids[2], ids[0]), (ids[2], ids[1]), (ids[2], ids[3])]
    assert len(resolve(settings, ids, links, Rule.DEFAULT)) == 4


@pytest.mark.parametrize(
    ("fan", "taken_by"),
    [
        (20, {Rule.STRICT, Rule.DEFAULT, Rule.LOOSE}),
        (21, {Rule.DEFAULT, Rule.LOOSE}),
        (50, {Rule.DEFAULT, Rule.LOOSE}),
        (51, {Rule.LOOSE}),
        (200, {Rule.LOOSE}),
        (201, set()),
    ],
)
def test_each_rule_takes_a_customers_cookies_up_to_its_own_limit(
    settings: Settings, fan: int, taken_by: set[Rule]
) -> None:
    cookies = several(cookie, fan)
    with warehouse.writer(settings) as connection:
        fill(connection, [customer("ann"), *cookies], shared(customer("ann"), cookies))
        resolve_persons(connection, settings)
        assert {rule for rule in Rule if len(persons(connection, rule)) == 1} == taken_by


def test_the_settings_may_set_a_limit_of_their_own(tmp_path: Path) -> None:
    settings = with_source(tmp_path, "", "[identity.limits]\nticket = {email = 1}")
    ids = [("ticket", "t"), email("a@x"), email("b@x")]
    links = shared(ids[0], ids[1:])
    assert len(resolve(settings, ids, links, Rule.LOOSE)) == 3


def test_fanning_out_is_counted_per_id_type(settings: Settings) -> None:
    """Three cookies, three mail addresses and three orders are a rich life, not a kiosk."""
    others = [(kind, f"{kind}{number}") for kind in ("cookie", "email", "order") for number in range(3)]
    found = resolve(settings, [customer("ann"), *others], shared(customer("ann"), others))
    assert len(found) == 1


def test_an_id_with_thousands_of_links_joins_nothing(settings: Settings) -> None:
    orders = several(lambda name: ("order", name), SUPER_NODE + 1)
    links = [*shared(cookie("proxy"), orders), (orders[0], customer("ann"))]
    found = resolve(settings, [cookie("proxy"), customer("ann"), *orders], links, Rule.LOOSE)
    assert frozenset({"proxy"}) in found
    assert frozenset({"ann", orders[0][1]}) in found


@pytest.mark.parametrize(
    "nobody",
    [
        email("info@firm.no"), email("post@x.no"), email("noreply@x.no"), email("test@test.com"), email("a@a.com"),
        cookie("unknown"), cookie("0"), cookie("00000"), cookie("-"), ("phone", "0000000000"), ("phone", "+4799999999"),
        ("phone", "113"), ("phone", "12345678"), customer("guest"),
    ],
)  # fmt: skip
def test_addresses_of_roles_and_stand_ins_join_nobody(settings: Settings, nobody: Id) -> None:
    ids = [nobody, ("ticket", "t"), ("ticket", "u")]
    found = resolve(settings, ids, [(nobody, ids[1]), (nobody, ids[2])], Rule.LOOSE)
    assert len(found) == (3 if nobody[1] != "+4799999999" else 1)  # a country and a number: it may be somebody's


def test_a_ticket_0_is_a_ticket(settings: Settings) -> None:
    ids = [customer("ann"), ("ticket", "0")]
    assert len(resolve(settings, ids, [(ids[0], ids[1])])) == 1


def test_the_settings_add_to_the_block_list(tmp_path: Path) -> None:
    settings = with_source(tmp_path, "", '[identity.block]\nemail = ["Shop*@firm_?.no"]')
    ids = [email("shop17@firm_a.no"), email("shop17@firmxa.no"), ("ticket", "t")]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, shared(ids[2], ids[:2]))
        resolve_persons(connection, settings)
        told = connection.sql("SELECT left_id, strength, blocked_by FROM identity_links ORDER BY 1").fetchall()
    assert told == [("shop17@firm_a.no", "none", "block_list"), ("shop17@firmxa.no", "default", None)]


@pytest.mark.parametrize("rule", list(Rule))
def test_a_chain_between_two_customers_breaks_at_its_weakest_link(settings: Settings, rule: Rule) -> None:
    """Plain components make one person of them."""
    ids = [customer("ann"), email("a@x"), ("lead", "l"), email("b@x"), customer("bo")]
    links = list(pairwise(ids))
    assert {frozenset(name for _, name in part) for part in nx.connected_components(nx.Graph(links))} == {
        frozenset({"ann", "a@x", "l", "b@x", "bo"})
    }
    weak = (ids[2], ids[3])
    found = resolve(settings, ids, [*links, *(link for link in links if link != weak)], rule)
    if rule is Rule.STRICT:
        assert len(found) == 5
    else:
        assert found == {frozenset({"ann", "a@x", "l"}), frozenset({"b@x", "bo"})}


def test_a_refused_link_is_told(settings: Settings) -> None:
    ids = [customer("ann"), email("a@x"), ("lead", "l"), email("b@x"), customer("bo")]
    links = list(pairwise(ids))
    with warehouse.writer(settings) as connection:
        fill(connection, ids, [*links, links[0], links[1], links[3]])
        report = resolve_persons(connection, settings)
        rows = connection.sql("SELECT left_id, right_id, strength, blocked_by FROM identity_links ORDER BY ALL")
        refused = [row for row in rows.fetchall() if row[3] == "two_people"]
    assert refused == [("b@x", "l", "none", "two_people")]
    assert report.refused_n == 1


@pytest.mark.parametrize("rule", list(Rule))
def test_two_customers_at_one_tablet_stay_two_whatever_else_they_share(settings: Settings, rule: Rule) -> None:
    ann, bo = customer("ann"), customer("bo")
    common = [cookie("tablet"), cookie("tv"), email("us@home"), ("phone", "+4722334455"), ("ticket", "t")]
    links = [*shared(ann, common), *shared(bo, common), *pairwise(common)]
    found = resolve(settings, [ann, bo, *common], links, rule)
    assert not any({"ann", "bo"} <= part for part in found)


@pytest.mark.parametrize("rule", list(Rule))
def test_a_record_of_a_merge_makes_two_customer_numbers_one_person(settings: Settings, rule: Rule) -> None:
    """The row has `contact` and `merged_contact`, which is of the same type."""
    ids = [customer("old"), customer("new"), cookie("c"), cookie("d")]
    links = [(ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2]), (ids[1], ids[3])]
    assert resolve(settings, ids, links, rule) == {frozenset({"old", "new", "c", "d"})}


def test_a_chain_of_merges_is_one_person_and_a_guessed_one_is_none(tmp_path: Path) -> None:
    chain = several(customer, 4)
    links = list(pairwise(chain))
    assert len(resolve(with_source(tmp_path, ""), chain, links, Rule.STRICT)) == 1
    guessing = tmp_path / "guessing"
    guessing.mkdir()
    assert len(resolve(with_source(guessing, 'links = "guessed"'), chain, links, Rule.LOOSE)) == 4


def test_links_of_several_systems_chain_up(settings: Settings) -> None:
    ids = [cookie("c"), email("e"), ("ticket", "t"), customer("a"), customer("b")]
    links = [(cookie("c"), email("e")), (email("e"), ("ticket", "t")), (("ticket", "t"), customer("a"))]
    assert resolve(settings, ids, links) == {frozenset("ceta"), frozenset("b")}


def test_links_tell_how_strong_they_are_and_what_blocks_them(settings: Settings) -> None:
    cookies, customers = several(cookie, 4), several(customer, 6)
    mail = email("e@x")
    links = [*shared(customer("ann"), cookies), *shared(cookie("desk"), customers), (mail, customer("ann"))]
    with warehouse.writer(settings) as connection:
        fill(connection, [mail, customer("ann"), cookie("desk"), *cookies, *customers], [*links, links[-1]])
        report = resolve_persons(connection, settings)
        rows = connection.sql(
            "SELECT left_type, left_id, right_type, right_id, evidence_n, strength, first_seen_at, blocked_by"
            " FROM identity_links WHERE left_id IN ('cookie000', 'e@x') OR right_id IN ('customer000', 'e@x')"
            " ORDER BY ALL"
        ).fetchall()
    assert rows == [
        ("cookie", "cookie000", "customer", "ann", 1, "strict", NOON, None),
        ("cookie", "desk", "customer", "customer000", 1, "none", NOON, "cardinality"),
        ("customer", "ann", "email", "e@x", 2, "default", NOON, None),
    ]
    assert report == IdentityReport(
        ids_n=13,
        links_n=11,
        blocked_n=6,
        taken_n={"strict": 4, "default": 5, "loose": 5},
        persons_n={"strict": 9, "default": 8, "loose": 8},
        largest_n={"strict": 5, "default": 6, "loose": 6},
        refused_n=0,
        lent_n=0,
    )


def test_a_person_is_named_after_what_lasts_longest_and_numbered_without_gaps(settings: Settings) -> None:
    ids = [cookie("a"), customer("m"), cookie("z"), customer("q"), cookie("b")]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, [(cookie("z"), customer("m")), (cookie("a"), customer("q"))])
        resolve_persons(connection, settings)
        named = connection.sql("SELECT id, person_id FROM persons WHERE rule = 'strict' ORDER BY id").fetchall()
        keyed = connection.sql(
            "SELECT id_key, person_key, person_id FROM person_keys WHERE rule = 'strict' ORDER BY id_key"
        ).fetchall()
    assert named == [("a", "p_q"), ("b", "p_b"), ("m", "p_m"), ("q", "p_q"), ("z", "p_m")]
    assert keyed == [(0, 1, "p_q"), (1, 0, "p_m"), (2, 0, "p_m"), (3, 1, "p_q"), (4, 2, "p_b")]


def test_a_new_cookie_does_not_rename_a_customer(settings: Settings) -> None:
    ids = [customer("m"), cookie("z")]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, [(ids[0], ids[1])])
        resolve_persons(connection, settings)
        fill(connection, [*ids, cookie("a")], [(ids[0], ids[1]), (ids[0], cookie("a"))])
        resolve_persons(connection, settings)
        names = connection.sql("SELECT DISTINCT person_id FROM persons").fetchall()
        assert connection.sql("SELECT count(*) FROM person_changes").fetchall() == [(0,)]
    assert names == [("p_m",)]


def test_resolving_again_changes_nothing_and_leaves_no_working_tables(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        fill(connection, [cookie("a"), customer("b")], [(cookie("a"), customer("b"))])
        first = resolve_persons(connection, settings)
        assert resolve_persons(connection, settings) == first
        assert connection.sql("SELECT count(*) FROM persons").fetchall() == [(6,)]
        assert connection.sql("SELECT count(*) FROM person_changes").fetchall() == [(0,)]
        left = "SELECT count(*) FROM duckdb_tables() WHERE temporary OR schema_name <> 'main'"
        assert connection.sql(left).fetchall() == [(0,)]
        views = "SELECT view_name FROM duckdb_views() WHERE temporary AND starts_with(view_name, 'identity')"
        assert connection.sql(views).fetchall() == []


def test_a_link_to_an_unknown_id_is_never_passed_over(settings: Settings) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute("INSERT INTO identifiers VALUES (0, 'cookie', 'raw', 'a')")
        connection.execute("INSERT INTO link_evidence VALUES ('f', 'web', 0, 1, 1, NULL)")
        with pytest.raises(UnknownIdError, match="1 links"):
            resolve_persons(connection, settings)


KINDS = {
    "cookie": IdKind.DEVICE,
    "email": IdKind.EMAIL,
    "customer": IdKind.PERSON,
    "contact": IdKind.PERSON,
    "ticket": IdKind.RECORD,
}


def random_world(seed: int) -> tuple[list[Id], list[Link]]:
    chance = random.Random(seed)  # noqa: S311 - a reproducible world, not a secret
    ids = [(chance.choice(tuple(KINDS)), f"n{number:04}") for number in range(chance.randint(2, 300))]
    links = [(chance.choice(ids), chance.choice(ids)) for _ in range(chance.randint(1, 500))]
    hubs = [(ids[0], other) for other in ids[1 : chance.randint(2, 60)]]
    is_merge_likely = seed % 2

    def may_be(link: Link) -> bool:
        is_merge = link[0][0] == link[1][0] and KINDS[link[0][0]] == IdKind.PERSON
        return link[0] != link[1] and (not is_merge or is_merge_likely == 1)

    return ids, [link for link in links + hubs if may_be(link)]


def by_hand(settings: Settings, ids: Sequence[Id], links: Sequence[Link]) -> dict[Rule, Persons]:
    """The same by another road: networkx, link by link, each judged from all of them."""
    rows = Counter(frozenset(link) for link in links)
    merges = nx.Graph()
    merges.add_nodes_from(ids)
    merges.add_edges_from(pair for pair in map(tuple, rows) if is_merge(*pair))
    owner = {one: min(part) for part in nx.connected_components(merges) for one in part}
    graph = nx.Graph()
    graph.add_nodes_from(ids)
    graph.add_edges_from(merges.edges)
    taken, found = {frozenset(edge) for edge in merges.edges}, {}
    for place, rule in enumerate((Rule.STRICT, Rule.DEFAULT, Rule.LOOSE)):
        trusted = [pair for pair in rows if trust_of(*(KINDS[kind] for kind, _ in pair)) <= place]
        fans: dict[tuple[Id, str], set[Id]] = defaultdict(set)
        for left, right in map(tuple, trusted):
            fans[left, right[0]].add(owner[right])
            fans[right, left[0]].add(owner[left])

        def is_few(one: Id, kind: str, fans: dict[tuple[Id, str], set[Id]] = fans, place: int = place) -> bool:
            return len(fans[one, kind]) <= limits_of(settings, one[0], kind, KINDS[kind])[place]

        def tells(one: Id, is_few: Callable[[Id, str], bool] = is_few) -> bool:
            """An id of two people says of neither who she is, whatever it was seen with."""
            people = [kind for kind in KINDS if KINDS[kind] == IdKind.PERSON]
            return KINDS[one[0]] == IdKind.PERSON or all(is_few(one, kind) for kind in people)

        def fits(
            pair: frozenset[Id],
            is_few: Callable[[Id, str], bool] = is_few,
            tells: Callable[[Id], bool] = tells,
        ) -> bool:
            return all(tells(one) and is_few(one, other[0]) for one, other in permutations(pair))

        new = [pair for pair in trusted if pair not in taken and fits(pair)]
        taken |= set(new)
        for pair in sorted(new, key=lambda pair: (trust_of(*(KINDS[k] for k, _ in pair)), -rows[pair], ranks(pair))):
            left, right = pair
            both = nx.node_connected_component(graph, left) | nx.node_connected_component(graph, right)
            numbers = {(kind, owner[kind, name]) for kind, name in both if KINDS[kind] == IdKind.PERSON}
            if len({kind for kind, _ in numbers}) == len(numbers):
                graph.add_edge(left, right)
        found[rule] = {frozenset(name for _, name in part) for part in nx.connected_components(graph)}
    return found


def is_merge(left: Id, right: Id) -> bool:
    return left[0] == right[0] and KINDS[left[0]] == IdKind.PERSON


def ranks(pair: frozenset[Id]) -> list[tuple[int, str]]:
    """Ids in the order of names: by kind, then by pseudonym."""
    return sorted((NAMES_FIRST.index(KINDS[kind]), name) for kind, name in pair)


@pytest.mark.parametrize("seed", range(30))
def test_persons_are_those_that_link_by_link_reasoning_finds(settings: Settings, seed: int) -> None:
    ids, links = random_world(seed)
    with warehouse.writer(settings) as connection:
        fill(connection, ids, links)
        resolve_persons(connection, settings)
        assert {rule: persons(connection, rule) for rule in Rule} == by_hand(settings, ids, links)


@pytest.mark.parametrize("seed", range(30))
def test_a_wider_rule_never_parts_what_a_narrower_one_joins(settings: Settings, seed: int) -> None:
    ids, links = random_world(seed)
    with warehouse.writer(settings) as connection:
        fill(connection, ids, links)
        resolve_persons(connection, settings)
        for narrow, wide in pairwise((Rule.STRICT, Rule.DEFAULT, Rule.LOOSE)):
            wider = persons(connection, wide)
            assert all(any(part <= whole for whole in wider) for part in persons(connection, narrow))
        numbers = connection.sql(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM persons WHERE id_type = 'customer' GROUP BY rule, person_id)"
        ).fetchall()[0][0]
    if not seed % 2:  # no record of a merge
        assert numbers in (None, 1)


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


@pytest.mark.parametrize("other", list(IdKind))
def test_limits_never_fall_from_a_narrower_rule_to_a_wider_one(other: IdKind) -> None:
    strict, default, loose = LIMITS.get(other, (1, 1, 1))
    assert strict <= default <= loose


def test_a_chain_of_twenty_thousand_ids_is_one_person(settings: Settings) -> None:
    ids = [("order", f"{number:05}") for number in range(20_000)]
    with warehouse.writer(settings) as connection:
        fill(connection, ids, list(pairwise(ids)))
        report = resolve_persons(connection, settings)
    assert report.persons_n["strict"] == 1


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
