"""From the portable subset of DuckDB's SQL to Spark's words.

Macros (`@NAME(...)`) and parameters (`$name`) are put out of the translator's sight first: it would read
`percentile_disc` as an approximation and drop the order of a list, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from models import sql

# Comments and literals are matched as well, and left as they are.
_MACRO = re.compile(r"--[^\n]*|'(?:[^']|'')*'|@([A-Z0-9_]+)\([^()]*\)")
_PARAMETER = re.compile(r"\$(\w+)")
_HIDDEN_MACRO = re.compile(r"hidden_macro_(\d+)\(\)", re.IGNORECASE)
_HIDDEN_PARAMETER = re.compile(r"hidden_parameter_(\w+)")
_COMMENT = re.compile(r"\A((?:--[^\n]*\n)*)")
# What a value may be without brackets around it.
_ATOMS = (exp.Column, exp.Literal, exp.Func, exp.Boolean, exp.Null, exp.Paren)


@dataclass(frozen=True)
class Text:
    """A query in the words of both engines, its parameters filled in.

    Attributes:
        portable: As DuckDB reads it.
        spark: As Spark reads it, with the names of tables as they are written.
    """

    portable: str
    spark: str

    @classmethod
    def of(cls, text: str) -> Text:
        """A query of Python's own."""
        return cls(sql.expand(text), text_in_spark(text))

    @classmethod
    def of_model(cls, model: str, values: Mapping[str, str | int]) -> Text:
        """A model, and what its parameters stand for."""
        words = {name: value_in_spark(each) if isinstance(each, str) else each for name, each in values.items()}
        return cls(sql.render(model, "duckdb", **values), sql.render(model, "spark", **words))


def model_in_spark(text: str) -> str:
    """A whole model in Spark's words, ready to be kept as a file: macros expanded, parameters as they are."""
    head: str = _COMMENT.findall(text)[0]
    return head + _in_spark(text[len(head) :], pretty=True) + "\n"


@lru_cache(maxsize=4096)
def text_in_spark(text: str) -> str:
    """A query or an expression in Spark's words."""
    return _in_spark(text, pretty=False)


@lru_cache(maxsize=4096)
def value_in_spark(value: str) -> str:
    """What a parameter stands for in Spark's words: in brackets, unless it is a name, a literal or a function."""
    words: str = text_in_spark(value)
    tree = sqlglot.parse_one(words, read="spark")
    return words if isinstance(tree, _ATOMS) and not isinstance(tree, exp.And | exp.Or) else f"({words})"


def _in_spark(text: str, *, pretty: bool) -> str:
    macros: list[str] = []

    def hide(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        macros.append(found[0])
        return f"hidden_macro_{len(macros) - 1}()"

    def show(found: re.Match[str]) -> str:
        return _expanded(macros[int(found[1])])

    hidden = _PARAMETER.sub(r"hidden_parameter_\1", _MACRO.sub(hide, text))
    tree = sqlglot.parse_one(hidden, read="duckdb").transform(_same_meaning)
    words: str = tree.sql(
        dialect="spark",
        pretty=pretty,
        comments=False,
        normalize_functions=False,
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )
    return _HIDDEN_PARAMETER.sub(r"$\1", _HIDDEN_MACRO.sub(show, words))


def _expanded(macro: str) -> str:
    name, _, rest = macro[1:].partition("(")
    return sql.MACROS["spark"][name].format(*(part.strip() for part in rest[:-1].split(",")))


def _same_meaning(node: exp.Expr) -> exp.Expr:
    """What Spark would take for something else, without an error."""
    if isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber):
        # It counts in 32 bits.
        return exp.cast(node, exp.DType.BIGINT)
    return node
