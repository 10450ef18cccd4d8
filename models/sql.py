"""The SQL models: text in a portable subset of DuckDB's dialect, with macros where dialects differ.

`$name` takes a value or an expression when a model is rendered; `@NAME(...)` is a macro from the dispatch table below.
Arguments of macros have no parentheses. Time is whole microseconds since 1970 (UTC) wherever it is ordered or
subtracted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from string import Template

MACROS: Mapping[str, Mapping[str, str]] = {
    "duckdb": {
        "MICROS": "epoch_us({0})",
        "TIME": "make_timestamptz({0})",
        "NUMBER": "try_cast(case when translate({0}, '+-.0123456789Ee ', '') = '' then {0} end as double)",
        "MEDIAN": "quantile_disc({0}, 0.5)",
        "P90": "quantile_disc({0}, 0.9)",
        "P99": "quantile_disc({0}, 0.99)",
        "PATH": "string_agg(cast({0} as varchar), '>' order by {1})",
        "MAP_OF": "map(list({0} order by {0}), list({1} order by {0}))",
        "EMPTY_MAP": "cast(map() as map(varchar, varchar))",
        "SET_OF": "list(distinct {0} order by {0})",
        "IN_ORDER": "list({0} order by {1})",
        "ENTRIES": "unnest(map_entries({0}))",
    },
    "spark": {
        "MICROS": "unix_micros({0})",
        "TIME": "timestamp_micros({0})",
        "NUMBER": "try_cast(case when translate({0}, '+-.0123456789Ee ', '') = '' then {0} end as double)",
        "MEDIAN": "cast(percentile_disc(0.5) within group (order by {0}) as bigint)",
        "P90": "cast(percentile_disc(0.9) within group (order by {0}) as bigint)",
        "P99": "cast(percentile_disc(0.99) within group (order by {0}) as bigint)",
        "PATH": "listagg(cast({0} as string), '>') within group (order by {1})",
        "MAP_OF": "map_from_entries(array_sort(collect_list(struct({0}, {1}))))",
        "EMPTY_MAP": "cast(map() as map<string, string>)",
        "SET_OF": "array_sort(collect_set({0}))",
        "IN_ORDER": "transform(array_sort(collect_list(struct({1}, {0}))), pair -> pair.{0})",
        "ENTRIES": "explode(map_entries({0}))",
    },
}
# What stands in a comment or in somebody's text is no macro: an activity may be called `@home(new)`.
_MACRO = re.compile(r"--[^\n]*|'(?:[^']|'')*'|@([A-Z0-9_]+)\(([^()]*)\)")


def load(name: str, dialect: str = "duckdb") -> str:
    """The text of a model, by its path without suffix, such as `staging/steps`.

    Spark's texts are kept in `models/spark`: `python tests/write_spark_sql.py` makes them from the others.
    """
    folder, _, file = name.rpartition("/")
    home = resources.files("models") if dialect == "duckdb" else resources.files("models").joinpath(dialect)
    return home.joinpath(folder, f"{file}.sql").read_text(encoding="utf-8")


def names() -> tuple[str, ...]:
    """All models, sorted."""
    found = (
        f"{folder}/{file.name.removesuffix('.sql')}"
        for folder in ("staging", "marts")
        for file in resources.files("models").joinpath(folder).iterdir()
        if file.name.endswith(".sql")
    )
    return tuple(sorted(found))


def render(name: str, dialect: str = "duckdb", **values: str | int) -> str:
    """A model with its values filled in and its macros expanded for a dialect; the values are in its words."""
    words = values if dialect != "duckdb" else {key: _own_words(value) for key, value in values.items()}
    return Template(expand(load(name, dialect), dialect)).substitute(words)


def _own_words(value: str | int) -> str | int:
    return expand(value) if isinstance(value, str) else value


def expand(text: str, dialect: str = "duckdb") -> str:
    """SQL with its macros expanded."""

    def expanded(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        arguments = [part.strip() for part in found[2].split(",")]
        return MACROS[dialect][found[1]].format(*arguments)

    return _MACRO.sub(expanded, text)
