"""Free text at the door: it goes no further than a number between -1 (bad) and 1 (good).

The scores are asent's: words rated by people, turned by negations, raised by words like "very", halved before a "but".
Its word lists have holes and mistakes that matter to customers' comments; `sentiment_words.toml` mends them, and a
workspace adds words of its own. Nothing here learns, guesses a language or calls out, so a text always has one score.

A score is a rough word on one comment and a fair one on the mean of many. Irony, and words that only a trade knows as
good or bad, are beyond it.
"""

from __future__ import annotations

import threading
import tomllib
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from schemas.errors import SettingsError

if TYPE_CHECKING:
    import duckdb
    from spacy.tokens import Doc

# Ours to spaCy's: Norwegian is two written languages there. Finnish is not here: the one list that may be used was made
# by a machine and rates words like "only" and "one".
LANGUAGES: Mapping[str, str] = {"en": "en", "no": "nb", "sv": "sv", "da": "da"}
# Longer comments say nothing more; a field may hold a whole mailbox.
MAX_CHARACTERS = 10_000
DECIMALS = 4
SQL_FUNCTION = "sentiment_of"
_ANY = "en"
_WORDS = "sentiment_words.toml"
# asent hangs its word lists on spaCy's classes, so one language at a time.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class WordLists:
    """What a language's score is made of, in small letters.

    Attributes:
        ratings: Word to how good it is, from -5 to 5.
        negations: Words that turn what follows.
        intensifiers: Words that raise or lower what follows.
        contrasts: Words after which the rest counts more.
    """

    ratings: Mapping[str, float]
    negations: frozenset[str]
    intensifiers: Mapping[str, float]
    contrasts: frozenset[str]


def sentiment_scores(
    texts: Sequence[str | None], language: str, words: Mapping[str, float] | None = None
) -> list[float | None]:
    """How good or bad texts sound, each between -1 and 1; None for a text that is empty.

    Args:
        texts: The texts; each distinct one is looked at once.
        language: One of `LANGUAGES`.
        words: Ratings of the workspace's own words, from -5 to 5; they go before ours.

    Raises:
        SettingsError: The language is not covered, or the library is not installed.
    """
    refuse_language(language)
    distinct = sorted({text for text in texts if text is not None and text.strip()})
    if not distinct:
        return [None] * len(texts)
    with _ONE_AT_A_TIME:
        score = _scorer(language, tuple(sorted((words or {}).items())))
        known = {text: score(text) for text in distinct}
    return [known.get(text) if text is not None else None for text in texts]


def refuse_language(language: str) -> None:
    """See that a language is covered.

    Raises:
        SettingsError: It is not.
    """
    if language not in LANGUAGES:
        raise SettingsError(
            f"sentiment in the language {language!r}",
            f"one of {', '.join(sorted(LANGUAGES))}",
            "for other languages no word list that people made may be used; leave sentiment out",
        )


def add_sentiment(con: duckdb.DuckDBPyConnection, words: Mapping[str, float], language: str | None) -> None:
    """Give a connection the function `sentiment_of(language, text)`: the score as text; null for other languages.

    Args:
        con: The connection; what it had of that name is replaced.
        words: Ratings of the workspace's own words.
        language: Of all texts; None: each row says its own.

    Raises:
        SettingsError: The language is not covered, or the library is not installed.
    """
    import duckdb
    from duckdb.func import FunctionNullHandling, PythonUDFType

    refuse_language(language or _ANY)
    _word_lists(language or _ANY)

    def told(languages: Any, texts: Any) -> Any:  # DuckDB looks at what stands here
        import pyarrow as pa

        asked = list(zip(languages.to_pylist(), texts.to_pylist(), strict=True))
        found: dict[tuple[str, str], float | None] = {}
        for covered in sorted(LANGUAGES):
            of_it = sorted({text for other, text in asked if other == covered and text is not None})
            scored = sentiment_scores(of_it, covered, words)
            found |= {(covered, text): score for text, score in zip(of_it, scored, strict=True)}
        scores = (found.get(pair) for pair in asked)
        return pa.array([None if score is None else f"{score:g}" for score in scores], pa.string())

    with suppress(duckdb.InvalidInputException, duckdb.CatalogException):
        con.remove_function(SQL_FUNCTION)
    text, kind = duckdb.sqltypes.VARCHAR, PythonUDFType.ARROW
    con.create_function(SQL_FUNCTION, told, [text, text], text, type=kind, null_handling=FunctionNullHandling.SPECIAL)


@lru_cache(maxsize=1)  # the last one built is the one whose words spaCy's classes have
def _scorer(language: str, words: tuple[tuple[str, float], ...]) -> Callable[[str], float]:
    lists = _word_lists(language)
    with warnings.catch_warnings():
        _hush()
        import spacy
        from asent.component import Asent

        pipe = spacy.blank(LANGUAGES[language])
        pipe.add_pipe("sentencizer")
        judge: Callable[[Doc], Any] = Asent(
            pipe,
            lexicon={**lists.ratings, **{word.lower(): rating for word, rating in words}},
            intensifiers=dict(lists.intensifiers),
            negations=lists.negations,
            contrastive_conjugations=lists.contrasts,
            lowercase=True,
            lemmatize=False,
            force=True,
        )

    def score(text: str) -> float:
        found = judge(pipe(text[:MAX_CHARACTERS]))._.polarity.compound
        return round(max(-1.0, min(1.0, float(found))), DECIMALS) + 0.0  # no -0.0

    return score


@cache
def _word_lists(language: str) -> WordLists:
    """Asent's lists for a language, mended by ours."""
    try:
        with warnings.catch_warnings():
            _hush()
            from asent import lexicons
    except ImportError as error:
        raise SettingsError(
            "sentiment is asked for, and asent is not installed", "it", "pip install 'terreng[sentiment]'"
        ) from error
    ours = tomllib.loads((resources.files("pipelines.ingest") / _WORDS).read_text(encoding="utf-8"))[language]
    theirs = {kind: _registered(lexicons, kind, language) for kind in ("negations", "intensifiers", "contrastive_conj")}
    return WordLists(
        ratings={**lexicons.get(f"lexicon_{language}_v1"), **ours["ratings"]},
        negations=frozenset({*theirs["negations"], *ours["negations"]}),
        intensifiers={**_small(theirs["intensifiers"], ours["judging"]), **ours["intensifiers"]},
        contrasts=frozenset({*theirs["contrastive_conj"], *ours["contrasts"]}),
    )


def _registered(lexicons: Any, kind: str, language: str) -> Any:
    """A list of asent's; it has no words of contrast for Swedish."""
    name = f"{kind}_{language}_v1"
    return lexicons.get(name) if name in lexicons else {}


def _small(intensifiers: Mapping[str, float], but: Sequence[str]) -> dict[str, float]:
    """Asent looks words up in small letters, and writes some of its own with a capital and a space behind."""
    small = {word.strip().lower(): by for word, by in intensifiers.items()}
    return {word: by for word, by in small.items() if word not in but}


def _hush() -> None:
    """Asent and what it loads speak to their own developers about forms of pydantic and others that will go."""
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", FutureWarning)
