from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.globs import matches
from models.rules import code_expression, rule_columns
from schemas.blocks import Flow, Phase, Touch
from schemas.journey_map import JourneyMap
from schemas.map_parts import RULE_COLUMNS, Exit, Touchpoint

Rule = dict[str, tuple[str, ...]]
Event = dict[str, str | None]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        columns = ", ".join(f"{column} VARCHAR" for column in RULE_COLUMNS)
        connection.execute(f"CREATE TABLE events (line INTEGER, {columns}, attributes MAP(VARCHAR, VARCHAR))")
        yield connection


def a_map(rules: Mapping[str, tuple[Rule, ...]], exits: Mapping[str, tuple[Rule, ...]] | None = None) -> JourneyMap:
    return JourneyMap(
        journey="test",
        title="Test",
        version=1,
        flow=Flow((Phase("all", tuple(Touch(name) for name in rules)),)),
        touchpoints={name: Touchpoint(when=when) for name, when in rules.items()},
        exits={name: Exit(when=when) for name, when in (exits or {}).items()},
    )


def codes(con: duckdb.DuckDBPyConnection, journey_map: JourneyMap, events: list[Event]) -> list[str | None]:
    """Name of each event according to DuckDB."""
    con.execute("DELETE FROM events")
    for line, event in enumerate(events):
        attributes = {key: value for key, value in event.items() if key not in RULE_COLUMNS and value is not None}
        values = [event.get(column) for column in RULE_COLUMNS]
        keys, texts = list(attributes), list(attributes.values())
        con.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, map(?, ?))", [line, *values, keys, texts])
    rows = con.execute(f"SELECT {code_expression(journey_map)} FROM events e ORDER BY line").fetchall()
    return [None if code is None else journey_map.names[code] for (code,) in rows]


def naive(journey_map: JourneyMap, event: Event) -> str | None:
    """The same, one rule after the other."""
    for name in journey_map.rule_order:
        for rule in journey_map.rules_of(name):
            if all(_fits(patterns, event.get(key)) for key, patterns in rule.items()):
                return name
    return None


def _fits(patterns: tuple[str, ...], value: str | None) -> bool:
    return value is not None and any(matches(pattern, value) for pattern in patterns)


@pytest.mark.parametrize(
    ("when", "event", "expected"),
    [
        ({}, {"activity": "pay"}, True),
        ({}, {"activity": "Pay"}, False),
        ({"activity": ("a", "b")}, {"activity": "b"}, True),
        ({"activity": ("a*", "b")}, {"activity": "b"}, True),
        ({"activity": ("a*", "b")}, {"activity": "abc"}, True),
        ({"activity": ("a",), "stage": ("won",)}, {"activity": "a", "stage": "won"}, True),
        ({"activity": ("a",), "stage": ("won",)}, {"activity": "a"}, False),
        ({"channel": ("*",)}, {"activity": "a", "channel": None}, False),
        ({"channel": ("*",)}, {"activity": "a", "channel": ""}, True),
        ({"channel": ("",)}, {"activity": "a", "channel": ""}, True),
        ({"activity": ("100%_*",)}, {"activity": "100%_x"}, True),
        ({"activity": ("100%_*",)}, {"activity": "100abx"}, False),
        ({"activity": ("a^?",)}, {"activity": "a^b"}, True),
        ({"activity": (r"a\*",)}, {"activity": "a*"}, True),
        ({"activity": ("'; DROP TABLE events; --",)}, {"activity": "'; DROP TABLE events; --"}, True),
        ({"it's": ("o'k",)}, {"activity": "a", "it's": "o'k"}, True),
    ],
)
def test_a_rule_matches_what_it_says(con: duckdb.DuckDBPyConnection, when: Rule, event: Event, expected: bool) -> None:
    journey_map = a_map({"pay": (when,) if when else ()})
    assert codes(con, journey_map, [event]) == ["pay" if expected else None]


def test_the_first_rule_in_file_order_wins(con: duckdb.DuckDBPyConnection) -> None:
    journey_map = a_map({"narrow": ({"activity": ("ab*",)},), "wide": ({"activity": ("a*",)},)})
    assert codes(con, journey_map, [{"activity": "abc"}, {"activity": "acb"}]) == ["narrow", "wide"]


def test_an_exit_has_a_code_after_all_touchpoints() -> None:
    journey_map = a_map({"visit": ()}, {"declined": ({"activity": ("no",)},)})
    assert code_expression(journey_map) == (
        "CASE WHEN e.activity = 'visit' THEN 0 WHEN e.activity = 'no' THEN 1 ELSE NULL END"
    )


def test_the_columns_that_decide_are_named() -> None:
    journey_map = a_map({"visit": ({"source": ("web",), "case:kind": ("x",)},)})
    assert rule_columns(journey_map) == ("e.attributes['case:kind']", "e.source")


_text = st.text(alphabet="ab'%_^\\*?\n🧭", max_size=3)
_key = st.sampled_from(["source", "activity", "channel", "status", "o'key", "Key"])
_rule = st.dictionaries(_key, st.lists(_text, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2)
_rules = st.lists(st.lists(_rule, min_size=1, max_size=2).map(tuple), min_size=1, max_size=3)
_event = st.dictionaries(_key, st.one_of(st.none(), _text), max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=_rules, events=st.lists(_event, min_size=1, max_size=8))
def test_the_expression_agrees_with_a_plain_reading_of_the_rules(
    con: duckdb.DuckDBPyConnection, rules: list[tuple[Rule, ...]], events: list[Event]
) -> None:
    journey_map = a_map({f"t{i}": when for i, when in enumerate(rules)})
    assert codes(con, journey_map, events) == [naive(journey_map, event) for event in events]
