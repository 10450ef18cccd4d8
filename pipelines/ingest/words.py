"""The settings' and the connectors' words as SQL: columns, constants, templates, mapped values, and rows to drop."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Protocol

import duckdb

from pipelines.ingest.readers.landing import quoted
from pipelines.settings import Constant, Drop, Mapped, Sql, Template
from schemas.errors import SourceError

Word = Constant | Template | Mapped | Sql | None
NULL = "CAST(NULL AS VARCHAR)"
_PLACE = re.compile(r"\{([^{}]+)\}")


class Row(Protocol):
    """What words are about: columns of text by their names."""

    @property
    def is_plain(self) -> bool:
        """Whether names and texts are exact, as in a plain table."""

    def text_of(self, column: str) -> str:
        """SQL expression of a column's text; null where it is empty."""

    def value_of(self, sql: str) -> str:
        """SQL expression of what a word's own SQL says about the row."""


def word_sql(word: Word, row: Row) -> str:
    """SQL expression of the text that a word stands for; null where the row lacks it.

    Raises:
        SourceError: The word names a column that the file does not have, or its SQL is none.
    """
    match word:
        case None:
            return NULL
        case Constant(value=value):
            return quoted(value)
        case Template(template=template):
            return _template_sql(template, row)
        case Sql(sql=sql):
            return row.value_of(sql)
        case Mapped():
            return _mapped_sql(word, trimmed(row.text_of(word.column)))


def _mapped_sql(word: Mapped, text: str) -> str:
    if text == NULL or (not word.values and word.otherwise is None):
        return text
    cases = " ".join(f"WHEN {quoted(got)} THEN {quoted(means)}" for got, means in word.values.items())
    if word.otherwise is None:
        return f"CASE {text} {cases} ELSE {text} END"
    told = f"CASE {text} {cases} ELSE {quoted(word.otherwise)} END" if cases else quoted(word.otherwise)
    return f"CASE WHEN {text} IS NOT NULL THEN {told} END"


def trimmed(text: str) -> str:
    """A text without blanks around it; null where nothing is left."""
    if text == NULL:
        return NULL
    # Blanks are rare, and trimming costs five times as much as looking for them. What is less than '!' begins with one,
    # or with a control character; comparing is faster than starts_with.
    return f"CASE WHEN {text} < '!' OR ends_with({text}, ' ') THEN nullif(trim({text}), '') ELSE {text} END"


def columns_of(word: Word) -> tuple[str, ...]:
    """Columns that a word needs."""
    match word:
        case Mapped(column=column):
            return (column,)
        case Template(template=template):
            return tuple(_PLACE.findall(template))
        case Sql(sql=sql):
            return columns_of_sql(sql)
        case _:
            return ()


@cache
def scratch() -> duckdb.DuckDBPyConnection:
    """A connection without any table, on which SQL is tried: opening one for each expression took longer."""
    con = duckdb.connect(":memory:")
    con.execute("SET threads = 1")
    return con


@cache
def columns_of_sql(sql: str) -> tuple[str, ...]:
    """Columns that a word's SQL looks at, and names that may be its own (a lambda's).

    Raises:
        SourceError: It is no SQL expression.
    """
    asked = scratch().execute("SELECT json_serialize_sql($text)", {"text": f"SELECT {sql}"})
    parsed = json.loads(asked.fetchall()[0][0])
    statements = parsed.get("statements", [])
    if parsed.get("error") or len(statements) != 1 or len(statements[0]["node"].get("select_list", [])) != 1:
        told = parsed.get("error_message") or "it is more than one expression"
        raise SourceError(f"sql = {sql!r} cannot be read: {told}", "one expression in DuckDB's SQL")
    if _has_query(statements[0]["node"]["select_list"]):
        raise SourceError(f"sql = {sql!r} has a query in it", "one expression over the row, which sees nothing else")
    found: dict[str, None] = {}
    _add_columns(statements[0]["node"], found)
    return tuple(found)


def _has_query(node: object) -> bool:
    """Whether a SELECT stands in an expression: it could read other tables, and files."""
    if isinstance(node, list):
        return any(_has_query(inner) for inner in node)
    if not isinstance(node, dict):
        return False
    return node.get("class") == "SUBQUERY" or any(_has_query(inner) for inner in node.values())


def _add_columns(node: object, found: dict[str, None]) -> None:
    if isinstance(node, list):
        for inner in node:
            _add_columns(inner, found)
    elif isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            found[node["column_names"][0]] = None
        for inner in node.values():
            _add_columns(inner, found)


def drop_sql(drops: tuple[Drop, ...], row: Row) -> str:
    """SQL expression of the first drop rule's reason that takes a row; null where none does."""
    cases = [f"WHEN {fits_sql(drop.where, drop.unless, row)} THEN {quoted(drop.reason)}" for drop in drops]
    return f"CASE {' '.join(cases)} END" if cases else NULL


def fits_sql(where: dict[str, tuple[str, ...]], unless: dict[str, tuple[str, ...]], row: Row) -> str:
    """SQL of whether every column of `where` matches one of its globs, and none of `unless` does."""
    like = "LIKE" if row.is_plain else "ILIKE"  # systems and their replicas write True, true and TRUE
    tests = [_any_glob(row.text_of(column), globs, like) for column, globs in where.items()]
    tests += [f"NOT {_any_glob(row.text_of(column), globs, like)}" for column, globs in unless.items()]
    return " AND ".join(tests) or "TRUE"


def _any_glob(text: str, globs: tuple[str, ...], like: str) -> str:
    if text == NULL:
        return "FALSE"
    tests = " OR ".join(f"{text} {like} {quoted(like_pattern(glob))} ESCAPE '\\'" for glob in globs)
    return f"coalesce({tests}, FALSE)"


def like_pattern(glob: str) -> str:
    """A glob of * and ? as a LIKE pattern."""
    escaped = re.sub(r"([\\%_])", r"\\\1", glob)
    return escaped.replace("*", "%").replace("?", "_")


def _template_sql(template: str, row: Row) -> str:
    parts = []
    for place, part in enumerate(_PLACE.split(template)):
        if place % 2:
            parts.append(trimmed(row.text_of(part)))
        elif part:
            parts.append(quoted(part))
    return " || ".join(parts) or "''"
