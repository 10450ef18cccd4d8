"""Answers to the three questions that surveys ask everywhere, as numbers within their ranges, and free text's score."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import duckdb

from pipelines.ingest.readers.landing import quoted
from pipelines.ingest.sentiment import SQL_FUNCTION, add_sentiment
from pipelines.ingest.words import Row, trimmed, word_sql
from pipelines.settings import Constant, TableMapping
from pipelines.settings.tables import Sentiment

# Lowest and highest answer. CSAT is asked on many scales, up to percent; CES on five or seven steps.
RANGES = {"nps": (0, 10), "csat": (0, 100), "ces": (0, 10)}
NPS_GROUP = "nps_group"
SENTIMENT = "sentiment"
_ANSWER = r"[-+]?\d{1,9}([.,]\d{1,9})?"
_DETRACTOR_MOST, _PASSIVE_MOST = 6, 8


def score_attributes(table: TableMapping) -> dict[str, Callable[[Row], str]]:
    """Attributes that a table's answers become, and what makes the SQL of each."""
    made: dict[str, Callable[[Row], str]] = {name: partial(_score_sql, table, name) for name in table.scores}
    if "nps" in table.scores:
        made[NPS_GROUP] = partial(_group_sql, table)
    if table.sentiment is not None:
        made[SENTIMENT] = partial(_sentiment_sql, table.sentiment)
    return made


def prepare_scores(con: duckdb.DuckDBPyConnection, table: TableMapping) -> None:
    """Give the connection what the SQL of a table's scores calls.

    Raises:
        SettingsError: Sentiment is asked for in a language that is not covered, or without its library.
    """
    if table.sentiment is not None:
        told = table.sentiment.language
        add_sentiment(con, table.sentiment.words, told.value if isinstance(told, Constant) else None)


def _sentiment_sql(sentiment: Sentiment, row: Row) -> str:
    return f"{SQL_FUNCTION}({word_sql(sentiment.language, row)}, {trimmed(row.text_of(sentiment.column))})"


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
    """No exponents, infinities or nans: nobody answers that."""
    return f"CASE WHEN regexp_full_match({text}, {quoted(_ANSWER)}) THEN CAST(replace({text}, ',', '.') AS DOUBLE) END"
