"""The language of what people read: texts by gettext, numbers and dates by the locale's own signs.

Texts stand in the code in English; `pipelines/locale/<language>.po` holds the others. A page is made in one language
at a time: `with speaking("nb"): ...`. Outside of that everything is English, unless a process was told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import NullTranslations
from importlib.resources import files

from schemas.errors import SettingsError

LANGUAGES = {"en": "English", "nb": "norsk bokmål", "sv": "svenska", "da": "dansk"}
"""Language code to its own name."""
# The British short names: June and July in full, and four letters of September.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_OTHER_NAMES = {"no": "nb", "en_gb": "en", "en_us": "en", "nb_no": "nb", "sv_se": "sv", "da_dk": "da"}


class _Catalogue(NullTranslations):
    """The messages of one language, read from its catalogue."""

    def __init__(self, messages: dict[str, str], plurals: dict[tuple[str, str], tuple[str, str]]) -> None:
        super().__init__()
        self._messages = messages
        self._plurals = plurals

    def gettext(self, message: str) -> str:
        return self._messages.get(message) or message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        one, many = self._plurals.get((msgid1, msgid2)) or (msgid1, msgid2)
        return one if n == 1 else many


@dataclass(frozen=True)
class Tongue:
    """One language with its signs: `1,234.5`, `25%` and `3 May 2026` in English.

    Attributes:
        code: Its code.
        texts: Its catalogue.
        signs: What stands for the comma and the point of an English number.
        percent: What stands behind a number of per cent.
        months: Short names of the months.
        ordinal: What stands behind the number of a day.
    """

    code: str
    texts: NullTranslations
    signs: dict[int, str]
    percent: str
    months: tuple[str, ...]
    ordinal: str


_SPOKEN: ContextVar[str | None] = ContextVar("terreng_language", default=None)
_USUAL = ["en"]  # in a list, for every thread of the process sees the same one


def language_code(name: str) -> str:
    """The code of a language by any of its usual names.

    Raises:
        SettingsError: it is none of ours.
    """
    code = name.strip().lower().replace("-", "_")
    code = _OTHER_NAMES.get(code, code)
    if code in LANGUAGES:
        return code
    raise SettingsError(
        got=f"language {name!r}", wanted=f"one of {', '.join(LANGUAGES)}", hint="`no` is taken for nb, bokmål"
    )


@contextmanager
def speaking(name: str) -> Iterator[Tongue]:
    """Everything told inside is told in the language.

    Raises:
        SettingsError: the language is none of ours.
    """
    token = _SPOKEN.set(language_code(name))
    try:
        yield tongue()
    finally:
        _SPOKEN.reset(token)


def speak_usually(name: str) -> None:
    """From here on everything outside of `speaking` is told in this language, in every thread.

    It is for a process that shows one workspace to people, whose threads it does not start itself.

    Raises:
        SettingsError: the language is none of ours.
    """
    _USUAL[0] = language_code(name)


def tongue() -> Tongue:
    """The language that is spoken here."""
    return _tongue(_SPOKEN.get() or _USUAL[0])


_ENGLISH = Tongue("en", NullTranslations(), {ord(","): ",", ord("."): "."}, "%", _MONTHS, "")


@cache
def _tongue(code: str) -> Tongue:
    if code == "en":
        return _ENGLISH
    from babel import Locale

    locale = Locale.parse(code)
    symbols = locale.number_symbols["latn"]
    signs = {ord(","): symbols["group"], ord("."): symbols["decimal"]}
    percent = locale.percent_formats[None].pattern.removeprefix("#,##0")
    months = tuple(locale.months["format"]["abbreviated"][i] for i in range(1, 13))
    ordinal = "." if "d." in locale.date_formats["medium"].pattern else ""
    return Tongue(code, _catalogue(code), signs, percent, months, ordinal)


def _catalogue(code: str) -> NullTranslations:
    from babel.messages.pofile import read_po

    with (files("pipelines") / "locale" / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    messages: dict[str, str] = {}
    plurals: dict[tuple[str, str], tuple[str, str]] = {}
    for message in catalogue:
        told = message.string
        if isinstance(message.id, str) and isinstance(told, str):
            messages[message.id] = told
        elif not isinstance(told, str) and told and all(told):
            plurals[(message.id[0], message.id[1])] = (told[0], told[-1])
    return _Catalogue(messages, plurals)


def tr(text: str, /, **values: object) -> str:
    """A text in the language spoken, with its values put in: `tr("{n} journeys", n=count(12))`."""
    told = tongue().texts.gettext(text)
    return told.format(**values) if values else told


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """A text by number: `trn("{n} journey", "{n} journeys", 12, n=count(12))`."""
    return tongue().texts.ngettext(one, many, n).format(**values)


def mark(text: str) -> str:
    """A text of a constant: it is collected for translation here, and told by `tr(CONSTANT)` where it is used."""
    return text


def any_of(names: Iterable[str]) -> str:
    """Names of which one is meant: "a or b"."""
    return _joined(names, mark("{first} or {second}"))


def all_of(names: Iterable[str]) -> str:
    """Names that are all meant: "a and b"."""
    return _joined(names, mark("{first} and {second}"))


def _joined(names: Iterable[str], text: str) -> str:
    first, *others = names
    for second in others:
        first = tr(text, first=first, second=second)
    return first


def and_more(names: Sequence[str], most: int) -> str:
    """The first names, and how many more there are: "a, b and 3 more"."""
    told = ", ".join(names[:most])
    return tr("{names} and {n} more", names=told, n=len(names) - most) if len(names) > most else told


def quoted(name: str) -> str:
    """A name in the quotation marks of the language."""
    return tr("“{name}”", name=name)


def told_number(text: str) -> str:
    """A number in English signs, `1,234.5`, in those of the language spoken."""
    spoken = tongue()
    return text if spoken.code == "en" else text.translate(spoken.signs)


def told_percent(text: str) -> str:
    """A number of per cent in English signs, `12.5` or `10–15`, in the language spoken, with its sign."""
    return told_number(text) + tongue().percent


def told_day(at: date, with_year: bool = True) -> str:
    """A day in words: "3 May 2026", or without its year."""
    spoken = tongue()
    day = f"{at.day}{spoken.ordinal} {spoken.months[at.month - 1]}"
    return f"{day} {at.year}" if with_year else day


def told_date(at: date, form: str) -> str:
    """A date by a pattern of Unicode's, such as `EEEE d MMMM y`."""
    from babel.dates import format_date

    return format_date(at, form, locale=tongue().code)
