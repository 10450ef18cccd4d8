"""The portable subset of SQL, in which every model is written, so that another engine gives the same rows."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot

from models import sql
from models.rules import code_expression
from schemas.journey_map import load_map
from tests.portable_sql import problems, tree_of


def _sample(name: str) -> str | int:
    """A value of the kind that a parameter takes."""
    texts = {"journey", "rival_journey", "rule", "segment", "attribute", "per", "id_type", "device_type", "person_type"}
    numbers = ("_us", "_n", "_from", "_limit", "version")
    names: dict[str, str | int] = {
        "pick": "min",
        "ids": "journey_ids",
        "named_id": "e.session_id",
        "main_id": "e.id_key",
        **{
            "ends": "ends",
            "hooks": "hooks",
            "parts": "parts",
            "latter": "latter",
            "changes": "changes",
            "turn": 1,
            "guesser": -1,
        },
        "code": "case when e.status is null then 1 end",
    }
    if name in texts:
        return f"'{name}'"
    return 1 if name.endswith(numbers) else names.get(name, "true")


@pytest.mark.parametrize("name", sql.names())
def test_model_keeps_to_the_portable_subset(name: str) -> None:
    assert problems(sql.load(name)) == []


@pytest.mark.parametrize("name", sql.names())
def test_model_begins_with_its_grain(name: str) -> None:
    assert sql.load(name).startswith("-- One row per ")


@pytest.mark.parametrize("name", sql.names())
def test_model_renders_to_one_statement_that_duckdb_reads(name: str) -> None:
    parameters = re.findall(r"\$(\w+)", sql.load(name))
    text = sql.render(name, "duckdb", **{parameter: _sample(parameter) for parameter in parameters})

    assert "@" not in text.replace("@>", "")
    assert len(duckdb.extract_statements(text)) == 1


@pytest.mark.parametrize("name", sql.names())
def test_model_has_words_in_sparks_dialect(name: str) -> None:
    tree_of(sql.load(name)).sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def test_rules_of_a_map_keep_to_the_portable_subset(repository: Path) -> None:
    journey_map = load_map(repository / "tests" / "schemas" / "full_map.yaml")

    assert problems(f"select {code_expression(journey_map)} as code from events e") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("select percentile_cont(0.9) within group (order by x) as p from t", "function percentile_cont"),
        ("select quantile_cont(x, 0.9) as p from t", "function percentile_cont"),
        ("select median(x) as p from t", "function median"),
        ("select list(a order by b) as path from t", "function array_agg"),
        ("select string_agg(a, '>' order by b) as path from t", "function group_concat"),
        ("select * from t qualify row_number() over (partition by a order by event_key) = 1", "QUALIFY"),
        ("select cast(x as timestamptz) at time zone 'UTC' as y from t", "AT TIME ZONE"),
        ("select cast(x as timestamptz) as y from t", "type TIMESTAMPTZ"),
        ("select epoch_ms(x) as y from t", "function unix_to_time"),
        ("select date_diff('minute', a, b) as y from t", "function datediff"),
        ("select strptime(x, '%Y') as y from t", "function str_to_time"),
        ("select x + interval 1 day as y from t", "INTERVAL"),
        ("select unnest(xs) as x from t", "function explode"),
        ("select list_transform(xs, lambda x: x + 1) as y from t", "a lambda"),
        ("select concat(a, b) as y from t", "function concat"),
        ("select hash(a) as y from t", "function hash"),
        ("select round(a, 2) as y from t", "function round"),
        ("select lower(a) as y from t", "function lower"),
        ("select try_cast(a as bigint) as y from t", "TRY_CAST"),
        ("select a, count(*) as n from t group by all", "GROUP BY ALL"),
        ("select * exclude (a) from t", "SELECT * EXCLUDE"),
        ("select distinct on (a) a, b from t", "DISTINCT ON"),
        ("with recursive r as (select 1 as n union all select n from r) select n from r", "WITH RECURSIVE"),
        ("select * from t union all select * from u", "SELECT * in a UNION"),
        ("select sum(a) as n from t", "SUM outside CAST(... AS BIGINT)"),
        ("select lag(a) over (partition by b order by at_us) as y from t", "a window ordered last by at_us"),
        ("select row_number() over (partition by b) as y from t", "a window without an order"),
        ("select a / b as y from t", "a division by what may be zero"),
        ("select a // 2 as y from t", "integer division"),
        (
            "select lead(a) over w - a as y from t window w as (partition by b order by position)",
            "a named window before a minus",
        ),
    ],
)
def test_natural_but_unportable_sql_is_flagged(text: str, problem: str) -> None:
    assert problem in problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "select cast(sum(a) as bigint) as n from t",
        "select cast(coalesce(sum(a) over w, 0) as bigint) as n from t window w as (order by at_us, event_key)",
        "select a / nullif(b, 0) as y, a / 1e6 as z from t",
        "select @MEDIAN(a) as p50 from t",
        "select a from t union all select b as a from u",
    ],
)
def test_portable_sql_is_not_flagged(text: str) -> None:
    assert problems(text) == []
