"""The settings' column words as SQL: plain columns, constants, templates, mapped values, and rows to drop."""

from __future__ import annotations

import re

from pipelines.ingest.readers.landing import Landing, quoted
from pipelines.settings import Constant, Drop, Mapped, Template

Word = str | Constant | Template | Mapped | None
_PLACE = re.compile(r"\{([^{}]+)\}")


def word_sql(word: Word, landing: Landing) -> str:
    """SQL expression of the text that a word of `[sources.columns]` stands for; null where the row lacks it.

    Raises:
        SourceError: The word names a column that the file does not have.
    """
    match word:
        case None:
            return "CAST(NULL AS VARCHAR)"
        case Constant(value=value):
            return quoted(value)
        case Template(template=template):
            return _template_sql(template, landing)
        case Mapped(column=column, values=values):
            text = trimmed(landing.text_of(column))
            cases = " ".join(f"WHEN {quoted(got)} THEN {quoted(means)}" for got, means in values.items())
            return f"CASE {text} {cases} ELSE {text} END"
        case str():
            return trimmed(landing.text_of(word))


def trimmed(text: str) -> str:
    """A text without blanks around it; null where nothing is left."""
    # Blanks are rare, and trimming costs five times as much as looking for them.
    return f"CASE WHEN starts_with({text}, ' ') OR ends_with({text}, ' ') THEN nullif(trim({text}), '') ELSE {text} END"


def columns_of(word: Word) -> tuple[str, ...]:
    """Columns that a word needs."""
    match word:
        case str():
            return (word,)
        case Mapped(column=column):
            return (column,)
        case Template(template=template):
            return tuple(_PLACE.findall(template))
        case _:
            return ()


def drop_sql(drops: tuple[Drop, ...], landing: Landing) -> str:
    """SQL expression of the first drop rule's reason that takes a row; null where none does."""
    cases = []
    for drop in drops:
        tests = [_any_glob(landing.text_of(column), globs) for column, globs in drop.where.items()]
        cases.append(f"WHEN {' AND '.join(tests)} THEN {quoted(drop.reason)}")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _any_glob(text: str, globs: tuple[str, ...]) -> str:
    tests = " OR ".join(f"{text} LIKE {quoted(like_pattern(glob))} ESCAPE '\\'" for glob in globs)
    return f"coalesce({tests}, FALSE)"


def like_pattern(glob: str) -> str:
    """A glob of * and ? as a LIKE pattern."""
    escaped = re.sub(r"([\\%_])", r"\\\1", glob)
    return escaped.replace("*", "%").replace("?", "_")


def _template_sql(template: str, landing: Landing) -> str:
    parts = []
    for place, part in enumerate(_PLACE.split(template)):
        if place % 2:
            parts.append(trimmed(landing.text_of(part)))
        elif part:
            parts.append(quoted(part))
    return " || ".join(parts) or "''"
