"""Tables' names in a text of Spark's, put right where they stand: the rest of the text is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp

Resolve = Callable[[str, str], str]
"""Schema ("" where none is named) and table to the name that Spark knows."""


def bind(text: str, resolve: Resolve) -> str:
    """A text with every name of a table replaced; names that the text itself makes (WITH) are left."""
    bound: list[str] = []
    last = 0
    for schema, table, start, end, is_bare in references(text):
        # Columns may be named after the table: it keeps its name.
        bound += [text[last:start], resolve(schema, table), f" AS {table}" if is_bare else ""]
        last = end + 1
    return "".join((*bound, text[last:]))


@lru_cache(maxsize=4096)
def references(text: str) -> tuple[tuple[str, str, int, int, bool], ...]:
    """Schema, table, first and last place, and whether no alias follows, of every name of a table, in their order."""
    return tuple(sorted(_found(text), key=lambda found: found[2]))


def _found(text: str) -> Iterator[tuple[str, str, int, int, bool]]:
    for table in sqlglot.parse_one(text, read="spark").find_all(exp.Table):
        if table.db or table.name not in set(_made_around(table)):
            first = table.args["db"] if table.db else table.this
            yield table.db, table.name, first.meta["start"], table.this.meta["end"], not table.alias


def _made_around(table: exp.Expr) -> Iterator[str]:
    """Names made by WITH that a table may mean: a step sees the steps before it, not itself."""
    inner, node = table, table.parent
    while node is not None:
        if isinstance(node, exp.With):
            before = node.expressions[: node.expressions.index(inner)]
            yield from (step.alias for step in before)
        elif (with_ := node.args.get("with_")) is not None and with_ is not inner:
            yield from (step.alias for step in with_.expressions)
        inner, node = node, node.parent
