"""Answers to the three questions that surveys ask everywhere: as numbers, within their ranges."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pipelines.ingest.words import Row, word_sql
from pipelines.settings import TableMapping

# Lowest and highest answer. CSAT is asked on many scales, up to percent; CES on five or seven steps.
RANGES = {"nps": (0, 10), "csat": (0, 100), "ces": (0, 10)}
NPS_GROUP = "nps_group"
_DETRACTOR_MOST, _PASSIVE_MOST = 6, 8


def score_attributes(table: TableMapping) -> dict[str, Callable[[Row], str]]:
    """Attributes that a table's answers become, and what makes the SQL of each."""
    made: dict[str, Callable[[Row], str]] = {name: partial(_score_sql, table, name) for name in table.scores}
    if "nps" in table.scores:
        made[NPS_GROUP] = partial(_group_sql, table)
    return made


def wrong_score_sql(table: TableMapping, row: Row) -> str:
    """SQL of whether an answer is filled in that is no number or out of its range."""
    tests = []
    for name, word in table.scores.items():
        low, high = RANGES[name]
        text = word_sql(word, row)
        fits = f"coalesce({_number(text)} BETWEEN {low} AND {high}, FALSE)"
        whole = f" AND {_number(text)} = floor({_number(text)})" if name == "nps" else ""
        tests.append(f"({text} IS NOT NULL AND NOT ({fits}{whole}))")
    return " OR ".join(tests) or "FALSE"


def _score_sql(table: TableMapping, name: str, row: Row) -> str:
    """The answer as a number's shortest text."""
    number = _number(word_sql(table.scores[name], row))
    whole = f"CAST(CAST({number} AS BIGINT) AS VARCHAR)"
    return f"CASE WHEN {number} = floor({number}) THEN {whole} ELSE CAST({number} AS VARCHAR) END"


def _group_sql(table: TableMapping, row: Row) -> str:
    number = _number(word_sql(table.scores["nps"], row))
    return (
        f"CASE WHEN {number} <= {_DETRACTOR_MOST} THEN 'detractor' WHEN {number} <= {_PASSIVE_MOST} THEN 'passive'"
        f" WHEN {number} IS NOT NULL THEN 'promoter' END"
    )


def _number(text: str) -> str:
    return f"TRY_CAST(replace({text}, ',', '.') AS DOUBLE)"
