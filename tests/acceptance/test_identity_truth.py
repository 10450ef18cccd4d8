"""Who is who, against what is known to be true: real people with typos, and the example's planted ones."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import warehouse
from pipelines.demo import make_example
from pipelines.identity import resolve_persons
from pipelines.identity.probabilistic import compared
from pipelines.ingest import ingest
from pipelines.reconstruct import reconstruct
from pipelines.settings import Settings, load_settings
from pipelines.settings.identity import Probabilistic
from schemas.errors import SettingsError, SourceError
from schemas.journey_map import load_maps
from schemas.words import Rule
from tests.acceptance.days import join_days
from tests.acceptance.linkage_scores import Scores, scores

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PEOPLE = 3_000
FIELDS = 'names = ["first_name", "surname"]\ndates = ["dob"]\nemails = ["email"]\nexact = ["city"]'


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1, max_size=12))
def test_scores_are_those_that_counting_every_pair_gives(labels: list[tuple[str, str]]) -> None:
    pairs = list(combinations(labels, 2))
    joined, right = ([pair for pair in pairs if pair[0][side] == pair[1][side]] for side in range(2))
    both = [pair for pair in joined if pair in right]
    precision, recall = [], []
    for found, true in labels:
        mine, hers = ([label for label in labels if label[side] == (found, true)[side]] for side in range(2))
        agreeing = [label for label in labels if label == (found, true)]
        precision.append(len(agreeing) / len(mine))
        recall.append(len(agreeing) / len(hers))
    expected = (
        len(both) / len(joined) if joined else 1,
        len(both) / len(right) if right else 1,
        sum(precision) / len(labels),
        sum(recall) / len(labels),
    )
    told = scores(labels)
    assert (
        told.pair_precision, told.pair_recall, told.b_cubed_precision, told.b_cubed_recall
    ) == pytest.approx(expected)  # fmt: skip


def people_toml(folder: Path, people: Path, more: str = "") -> Settings:
    (folder / "terreng.toml").write_text(
        f'[workspace]\nname = "People"\n{more}\n[[sources]]\nname = "crm"\nkind = "table"\npath = "{people}"\n'
        'links = "verified"\ncolumns = {identities = {crm_record = "unique_id", email = "email"}}\n',
        encoding="utf-8",
    )
    return load_settings(folder)


def probabilistic(people: Path, fields: str = FIELDS) -> str:
    return f'[identity.probabilistic]\npath = "{people}"\nid = "unique_id"\nid_type = "crm_record"\n{fields}\n'


def scored(connection: duckdb.DuckDBPyConnection, truth: dict[tuple[str, str], str]) -> dict[Rule, Scores]:
    rows = connection.sql(
        "SELECT rule, person_id, id_type, value FROM person_keys JOIN identifiers USING (id_key)"
    ).fetchall()
    found = defaultdict(list)
    for rule, person_id, id_type, value in rows:
        if (owner := truth.get((id_type, value))) is not None:
            found[rule].append((person_id, owner))
    return {Rule(rule): scores(labels) for rule, labels in found.items()}


@pytest.fixture(scope="module")
def linked(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[Rule, Scores]]:
    """Scores of the thousand people with typos, by shared addresses alone, and with guesses."""
    people = shared_data / "people_linkage" / "people.csv"
    with duckdb.connect() as own:
        rows = own.sql(f"SELECT unique_id::VARCHAR, cluster::VARCHAR FROM read_csv('{people}')").fetchall()
    truth = {("crm_record", record): cluster for record, cluster in rows}
    found = {}
    for name, more in (("addresses", ""), ("guesses", probabilistic(people))):
        settings = people_toml(tmp_path_factory.mktemp(name), people, more)
        with warehouse.writer(settings) as connection:
            ingest(connection, settings, NOW)
            resolve_persons(connection, settings)
            found[name] = scored(connection, truth)
    return found


def test_people_with_typos_are_joined_surely_by_strict_and_mostly_by_loose(
    linked: dict[str, dict[Rule, Scores]],
) -> None:
    found = linked["guesses"]
    assert found[Rule.STRICT].pair_precision >= 0.98
    assert found[Rule.STRICT].pair_recall > 0.5  # not by joining nobody
    assert found[Rule.LOOSE].pair_recall >= 0.85
    assert found[Rule.LOOSE].pair_precision >= 0.95


def test_guesses_add_to_loose_and_change_nothing_else(linked: dict[str, dict[Rule, Scores]]) -> None:
    plain, guessed = linked["addresses"], linked["guesses"]
    assert plain[Rule.STRICT] == guessed[Rule.STRICT]
    assert plain[Rule.DEFAULT] == guessed[Rule.DEFAULT] == plain[Rule.LOOSE]
    assert guessed[Rule.LOOSE].pair_recall > plain[Rule.LOOSE].pair_recall + 0.2


def test_a_guess_leaves_no_name_behind_and_joins_no_two_numbers(shared_data: Path, tmp_path: Path) -> None:
    people = shared_data / "people_linkage" / "people.csv"
    numbers = '[identity.types]\ncrm_record = "person"\n'
    settings = people_toml(tmp_path, people, numbers + probabilistic(people))
    with warehouse.writer(settings) as connection:
        ingest(connection, settings, NOW)
        resolve_persons(connection, settings)
        assert connection.sql(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM persons WHERE id_type = 'crm_record'"
            " GROUP BY rule, person_id)"
        ).fetchall() == [(1,)]
        guesses = "SELECT DISTINCT evidence_n, trust, strength FROM identity_links WHERE sources = ['probabilistic']"
        assert connection.sql(guesses).fetchall() == [(0, "guessed", "none")]
        tables = connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()
        kept = [name for (name,) in tables if name not in {"identifiers", "rejected_rows"}]
        assert not any("Taylor" in str(connection.sql(f"SELECT * FROM {name}").fetchall()) for name in kept)
    assert not list((tmp_path / ".terreng" / "spill").iterdir())


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ('names = ["first_name", "nickname"]', "nickname"),
        ('names = ["first_name"]', "at least two columns"),
        ('names = ["first_name", "dob"]\ndates = ["dob"]', "named twice"),
    ],
)
def test_a_table_of_people_that_does_not_fit_is_told(shared_data: Path, tmp_path: Path, fields: str, told: str) -> None:
    people = shared_data / "people_linkage" / "people.csv"
    with pytest.raises((SettingsError, SourceError), match=told):
        settings = people_toml(tmp_path, people, probabilistic(people, fields))
        assert settings.identity.probabilistic is not None
        compared(settings.identity.probabilistic, tmp_path)


@pytest.mark.parametrize("text", ["id,a,b\n", "id,a,b\n1,x,y\n", "id,a,b\n1,x,y\n2,z,w\n", None])
def test_a_table_with_nobody_to_learn_from_is_told(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    told = Probabilistic(path="people.csv", id="id", id_type="record", names=("a", "b"))
    with pytest.raises(SourceError, match="people"):
        compared(told, tmp_path)


@dataclass(frozen=True)
class Example:
    """The example, resolved."""

    connection: duckdb.DuckDBPyConnection
    truth: dict[str, Any]
    owners: dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    root = tmp_path_factory.mktemp("nordlys") / "example"
    made = make_example(root, PEOPLE, seed=11)
    join_days(root)
    settings = load_settings(root)
    truth = json.loads((root / "truth.json").read_text(encoding="utf-8"))
    owners = {(kind, value): str(who) for kind, ids in truth["persons"].items() for value, who in ids.items()}
    with warehouse.writer(settings) as connection:
        ingest(connection, settings, NOW)
        resolve_persons(connection, settings)
        reconstruct(connection, settings, load_maps(root / "maps"), made.as_of)
        yield Example(connection, truth, owners)


def test_each_wider_rule_finds_more_of_the_examples_people_and_loose_alone_fuses_some(example: Example) -> None:
    found = scored(example.connection, example.owners)
    strict, default, loose = (found[rule] for rule in (Rule.STRICT, Rule.DEFAULT, Rule.LOOSE))
    assert strict.pair_precision == default.pair_precision == 1
    assert strict.b_cubed_precision == default.b_cubed_precision == 1
    assert 0.97 < loose.pair_precision < 1
    assert 0.97 < loose.b_cubed_precision < 1
    assert 0.6 < strict.pair_recall < default.pair_recall - 0.2
    assert 0.7 < strict.b_cubed_recall < default.b_cubed_recall - 0.2
    assert 0.98 < default.pair_recall < loose.pair_recall - 0.003 < 1
    assert 0.98 < default.b_cubed_recall < loose.b_cubed_recall - 0.003 < 1


def naive(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """Plain connected components of all links: what any tool does that knows no people."""
    graph = nx.Graph(connection.sql("SELECT left_key, right_key FROM link_evidence").fetchall())
    return {node: number for number, part in enumerate(nx.connected_components(graph)) for node in part}


def test_plain_components_would_mix_the_examples_people_up(example: Example) -> None:
    part_of = naive(example.connection)
    rows = example.connection.sql("SELECT id_key, id_type, value FROM identifiers").fetchall()
    labels = [
        (str(part_of.get(key, f"alone{key}")), example.owners[kind, value])
        for key, kind, value in rows
        if (kind, value) in example.owners
    ]
    assert scores(labels).pair_precision < 0.95


def shares(example: Example, journey: str) -> dict[str, float]:
    """Share of the journeys that reached the goal, under each rule."""
    query = "SELECT rule, avg((status = 'converted')::INTEGER) FROM journeys WHERE journey = $journey GROUP BY rule"
    return dict(example.connection.sql(query, params={"journey": journey}).fetchall())


def true_share(example: Example, journey: str) -> float:
    told: dict[str, int] = example.truth["journeys"][journey]["by_status"]
    return told["converted"] / sum(told.values())


@pytest.mark.parametrize("journey", ["become_customer", "get_help"])
def test_the_band_from_strict_to_loose_holds_the_true_conversion(example: Example, journey: str) -> None:
    """Strict finds too many people. Loose fuses more than it finds, by the vendor's mistakes that are planted."""
    found = shares(example, journey)
    assert found["strict"] < true_share(example, journey) < found["loose"]
    assert found["strict"] <= found["default"] <= found["loose"]
    assert found["loose"] - found["strict"] < 0.1  # a band that says something


def test_visits_that_no_row_links_to_anybody_lower_the_conversion_until_somebody_guesses(example: Example) -> None:
    """Some come back on another machine without ever logging in there: no system knows, and only a guess can tell."""
    found, true = shares(example, "become_customer"), true_share(example, "become_customer")
    assert 0.005 < true - found["default"] < 0.02
    assert found["strict"] == pytest.approx(found["default"], abs=0.001)
    devices_n, none_n, found_n = (len(known_again(example, rule)) for rule in (None, Rule.DEFAULT, Rule.LOOSE))
    assert none_n == 0
    assert 0.6 < found_n / devices_n < 0.9  # most, not all


def known_again(example: Example, rule: Rule | None) -> list[str]:
    """Devices of people with several ids that no source but the vendor's links: those that a rule knows even so."""
    rows = example.connection.sql(
        "SELECT person_id, id_type, value, id_key IN (SELECT unnest([left_key, right_key]) FROM link_evidence"
        " WHERE source <> 'devices') FROM person_keys JOIN identifiers USING (id_key) WHERE rule = $rule",
        params={"rule": rule or Rule.STRICT},
    ).fetchall()
    of_person = defaultdict(list)
    for person_id, id_type, value, is_linked in rows:
        if (owner := example.owners.get((id_type, value))) is not None:
            of_person[owner].append((person_id, value, is_linked))
    return [
        value
        for ids in of_person.values()
        for person_id, value, is_linked in ids
        if not is_linked and len(ids) > 1 and (rule is None or [each for each, _, _ in ids].count(person_id) > 1)
    ]
