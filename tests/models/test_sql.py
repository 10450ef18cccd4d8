"""The portable subset of SQL: what every model may use, so that another engine gives the same rows.

What is forbidden was seen to fail, or to differ silently, when DuckDB's text was put into Spark's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from models import sql
from models.rules import code_expression
from schemas.journey_map import load_map

FUNCTIONS = {
    *(exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least),
    *(exp.Count, exp.Min, exp.Max, exp.Sum),
    *(exp.RowNumber, exp.Lag, exp.Lead, exp.MD5, exp.Substring),
}
"""Functions that agree on every engine, nulls and empty texts included. What differs is a macro of models.sql."""
TYPES = {exp.DType.BIGINT, exp.DType.INT, exp.DType.DOUBLE, exp.DType.BOOLEAN, exp.DType.VARCHAR, exp.DType.TEXT}
UNIQUE_LAST = {
    "event_key": "unique in the warehouse",
    "place": "unique within an entity",
    "position": "unique within a journey",
    "episode": "after the entity",
    "is_full": "after the trace",
    "activity": "of distinct activities",
    "id_key": "unique in the warehouse",
    "rival_journey_id": "unique across maps, among the rivals of one journey",
    "phase_at": "the first code of a phase; a touchpoint belongs to one phase",
    "journey_id": "unique across maps and rules",
    "head": "of distinct heads",
    "root": "of distinct persons",
}
"""Columns that may end the ORDER BY of a window, and why no two of its rows share one."""
PARAMETER = "param_"

Rule = Callable[[exp.Expr], Iterator[str]]


def tree_of(text: str) -> exp.Expr:
    """A model's syntax tree, macros as functions and parameters as names of their own."""
    plain = re.sub(r"@([A-Z0-9_]+)\(", lambda found: f"macro_{found[1].lower()}(", text)
    return sqlglot.parse_one(re.sub(r"\$(\w+)", rf"{PARAMETER}\1", plain), read="duckdb")


def problems(text: str) -> list[str]:
    """What a model uses that other engines read differently."""
    tree = tree_of(text)
    return sorted({problem for rule in RULES for problem in rule(tree)})


def _known_nodes(tree: exp.Expr) -> Iterator[str]:
    forbidden = {
        exp.Qualify: "QUALIFY",
        exp.Interval: "INTERVAL",
        exp.AtTimeZone: "AT TIME ZONE",
        exp.Lambda: "a lambda",
        exp.Pivot: "PIVOT",
        exp.TryCast: "TRY_CAST",
        exp.ILike: "ILIKE",
        exp.Lateral: "LATERAL",
        exp.Values: "VALUES",
        exp.IntDiv: "integer division",
    }
    for kind, name in forbidden.items():
        if tree.find(kind):
            yield name
    if any(with_.args.get("recursive") for with_ in tree.find_all(exp.With)):
        yield "WITH RECURSIVE"
    if any(distinct.args.get("on") for distinct in tree.find_all(exp.Distinct)):
        yield "DISTINCT ON"
    if any(group.args.get("all") for group in tree.find_all(exp.Group)):
        yield "GROUP BY ALL"
    if any(star.args.get("except_") or star.args.get("replace") for star in tree.find_all(exp.Star)):
        yield "SELECT * EXCLUDE"


def _known_functions(tree: exp.Expr) -> Iterator[str]:
    macros = {f"macro_{name.lower()}" for name in sql.MACROS["duckdb"]}
    for function in tree.find_all(exp.Func):
        if isinstance(function, exp.Anonymous):
            if function.name not in macros and not function.name.startswith(PARAMETER):
                yield f"function {function.name}"
        elif type(function) not in FUNCTIONS:
            yield f"function {function.sql_name().lower()}"


def _known_types(tree: exp.Expr) -> Iterator[str]:
    for cast in tree.find_all(exp.Cast):
        if cast.to.this not in TYPES:
            yield f"type {cast.to.sql(dialect='duckdb')}"


def _no_star_in_union(tree: exp.Expr) -> Iterator[str]:
    for union in tree.find_all(exp.SetOperation):
        for side in (union.left, union.right):
            if isinstance(side, exp.Select) and side.is_star:
                yield "SELECT * in a UNION"


def _sums_are_whole(tree: exp.Expr) -> Iterator[str]:
    """A SUM of whole numbers is as wide as 128 bits in DuckDB, and a DOUBLE once it was in Parquet."""
    for total in tree.find_all(exp.Sum):
        around = total.parent
        while isinstance(around, exp.Window | exp.Coalesce):
            around = around.parent
        if not (isinstance(around, exp.Cast) and around.to.this == exp.DType.BIGINT):
            yield "SUM outside CAST(... AS BIGINT)"


def _windows_are_ordered(tree: exp.Expr) -> Iterator[str]:
    for window in tree.find_all(exp.Window):
        order = window.args.get("order")
        if order is None and window.args.get("alias") is None:
            yield "a window without an order"
        elif order is not None:
            last = order.expressions[-1].this
            if not (isinstance(last, exp.Column) and last.name in UNIQUE_LAST):
                yield f"a window ordered last by {last.sql()}"


def _named_windows_stand_alone(tree: exp.Expr) -> Iterator[str]:
    """Spark reads `over w - x` as a window called `w-x`."""
    for window in tree.find_all(exp.Window):
        is_named = window.args.get("alias") is not None and not isinstance(window.parent, exp.Select)
        if is_named and isinstance(window.parent, exp.Sub) and window.parent.this is window:
            yield "a named window before a minus"


def _divisions_are_safe(tree: exp.Expr) -> Iterator[str]:
    for division in tree.find_all(exp.Div, exp.Mod):
        if not isinstance(division.expression.unnest(), exp.Literal | exp.Nullif):
            yield "a division by what may be zero"


RULES: tuple[Rule, ...] = (
    _known_nodes,
    _known_functions,
    _known_types,
    _no_star_in_union,
    _sums_are_whole,
    _windows_are_ordered,
    _named_windows_stand_alone,
    _divisions_are_safe,
)


def _sample(name: str) -> str | int:
    """A value of the kind that a parameter takes."""
    texts = {"journey", "rival_journey", "rule", "segment", "attribute", "per", "id_type", "device_type", "person_type"}
    numbers = ("_us", "_n", "_from", "_limit", "version")
    names: dict[str, str | int] = {
        "pick": "min",
        "ids": "journey_ids",
        "named_id": "e.session_id",
        "main_id": "e.id_key",
        **{"ends": "ends", "hooks": "hooks", "parts": "parts", "changes": "changes", "turn": 1, "guesser": -1},
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
