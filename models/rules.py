"""A map's `when` rules as one SQL expression, and which columns it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models import globs
from schemas.journey_map import JourneyMap
from schemas.map_parts import RULE_COLUMNS

_ESCAPE = "^"  # not a backslash: Spark reads that inside a literal too


def code_expression(journey_map: JourneyMap) -> str:
    r"""One CASE over the columns of alias `e`: the place of an event's name in `journey_map.names`, else NULL.

    The first rule in file order wins. A rule matches when all of its conditions do; a condition on a column or
    attribute that is null does not match. Texts compare exactly, case included; `*` stands for any text, `?` for one
    character, `\*`, `\?` and `\\` for the sign itself.
    """
    places = {name: place for place, name in enumerate(journey_map.names)}
    branches = [
        f"WHEN {_condition(rule)} THEN {places[name]}"
        for name in journey_map.rule_order
        for rule in journey_map.rules_of(name)
    ]
    return f"CASE {' '.join(branches)} ELSE NULL END" if branches else "CAST(NULL AS INTEGER)"


def rules_condition(rules: Iterable[Mapping[str, tuple[str, ...]]]) -> str:
    """SQL: whether an event `e` matches one of some rules; false without any."""
    return " OR ".join(f"({_condition(rule)})" for rule in rules) or "FALSE"


def rule_columns(journey_map: JourneyMap) -> tuple[str, ...]:
    """Columns of `e` that decide the code, as SQL: events equal in all of them have the same code."""
    rules = [rule for name in journey_map.rule_order for rule in journey_map.rules_of(name)]
    return tuple(sorted({_column(key) for rule in rules for key in rule}))


def _condition(rule: Mapping[str, tuple[str, ...]]) -> str:
    return " AND ".join(_matches(_column(key), patterns) for key, patterns in rule.items())


def _column(key: str) -> str:
    return f"e.{key}" if key in RULE_COLUMNS else f"e.attributes[{quoted(key)}]"


def _matches(column: str, patterns: tuple[str, ...]) -> str:
    """Whether a column matches one of the patterns: plain texts as equality or IN, globs as LIKE."""
    texts = [globs.plain(pattern) for pattern in patterns if not globs.is_glob(pattern)]
    tests = [f"{column} LIKE {_like(pattern)}" for pattern in patterns if globs.is_glob(pattern)]
    if len(texts) == 1:
        tests.insert(0, f"{column} = {quoted(texts[0])}")
    elif texts:
        tests.insert(0, f"{column} IN ({', '.join(map(quoted, texts))})")
    return tests[0] if len(tests) == 1 else f"({' OR '.join(tests)})"


def _like(pattern: str) -> str:
    """A glob as the pattern of a LIKE."""
    wild = {"*": "%", "?": "_"}
    signs = (wild[sign] if is_wild else _literal(sign) for sign, is_wild in globs.tokens(pattern))
    return f"{quoted(''.join(signs))} ESCAPE '{_ESCAPE}'"


def _literal(sign: str) -> str:
    return _ESCAPE + sign if sign in ("%", "_", _ESCAPE) else sign


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
