"""The portable subset of SQL: what is read alike by every engine, and what a text has that is not in it.

What is forbidden was seen to fail, or to differ silently, when DuckDB's text was put into Spark's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp

from models import sql

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
