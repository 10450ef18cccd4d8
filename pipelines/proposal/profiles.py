"""Columns by what stands in them: times and how they are written, addresses, numbers, words, free text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.proposal.look import Look

ENOUGH = 0.98  # share of a column's values that have to be of a form
_MOST = 0.5
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?P<clock>[T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(?P<zone>\s?(Z|UTC|[+-]\d\d(:?\d\d)?))?", re.ASCII
)
_EPOCH = re.compile(r"(?P<s>\d{10})(?P<ms>\d{3})?(?P<us>\d{3})?", re.ASCII)
_EPOCHS = (946_684_800, 2_524_608_000)  # 2000 to 2050, in seconds
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?", re.ASCII)
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(?=$|\s?(Z|UTC|[+-]\d))", re.ASCII)
# Day first, for most of the world writes so; where both fit, a person is asked.
_FORMATS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%d.%m.%y %H:%M", "%d.%m.%y", "%Y%m%d%H%M%S", "%Y%m%d",
)  # fmt: skip
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Times:
    """How a column's times are written.

    Attributes:
        formats: In the words of strptime, the commonest first; empty: ISO 8601, or numbers.
        unit: Of numbers: s, ms or us; "" where they are none.
        has_zone: They say their zone.
        is_days: Every one is a whole day.
        is_ambiguous: Days and months could be the other way round.
    """

    formats: tuple[str, ...] = ()
    unit: str = ""
    has_zone: bool = False
    is_days: bool = False
    is_ambiguous: bool = False


@dataclass(frozen=True)
class Column:
    """What stands in a column, by the rows that were looked at.

    Attributes:
        name: As delivered.
        rows_n: Rows.
        filled_n: Rows in which it is not empty.
        distinct_n: Different texts.
        length: Mean length.
        times: How its times are written; None: it has none.
        is_email: It has e-mail addresses; most will do where its name says so.
        is_number: It has numbers.
        is_whole: It has whole numbers.
        has_blanks: Most texts are several words.
        words: The texts in small letters where they are few; else empty.
    """

    name: str
    rows_n: int
    filled_n: int
    distinct_n: int
    length: float = 0.0
    times: Times | None = None
    is_email: bool = False
    is_number: bool = False
    is_whole: bool = False
    has_blanks: bool = False
    words: frozenset[str] = frozenset()

    @property
    def is_unique(self) -> bool:
        """Every row has another text."""
        return self.filled_n == self.rows_n == self.distinct_n and self.rows_n > 1

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words of its name: `Customer_Number__c` has customer, number and c."""
        parted = re.sub(r"(?<=[a-zæøåäö0-9])(?=[A-ZÆØÅÄÖ])", " ", self.name)
        return tuple(re.findall(r"[^\W_]+", parted.lower()))


def columns_of(seen: Look) -> tuple[Column, ...]:
    """The columns of a file."""
    by_column = zip(*seen.rows, strict=True)
    return tuple(_column(name, values) for name, values in zip(seen.names, by_column, strict=True))


def _column(name: str, values: Sequence[str | None]) -> Column:
    filled = [value.strip() for value in values if value is not None and value.strip()]
    distinct = dict.fromkeys(filled)
    if not filled:
        return Column(name, len(values), 0, 0)
    texts = list(distinct)
    return Column(
        name,
        len(values),
        len(filled),
        len(distinct),
        length=sum(map(len, texts)) / len(texts),
        times=_times(texts),
        is_email=_share(_EMAIL, texts) >= (_MOST if "mail" in name.lower() or "epost" in name.lower() else ENOUGH),
        is_number=_share(_NUMBER, texts) >= ENOUGH,
        is_whole=all(text.isdecimal() for text in texts),
        has_blanks=sum(" " in text for text in texts) > len(texts) / 2,
        words=frozenset(text.lower() for text in texts) if len(texts) <= 12 else frozenset(),
    )


def _share(pattern: re.Pattern[str], texts: list[str]) -> float:
    return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)


def _times(texts: list[str]) -> Times | None:
    found = [match for text in texts if (match := _ISO.fullmatch(text))]
    if len(found) >= ENOUGH * len(texts):
        has_zone = sum(match["zone"] is not None for match in found) >= ENOUGH * len(found)
        days = all(match["clock"] is None or _MIDNIGHT.search(match[0]) for match in found)
        return Times(has_zone=has_zone, is_days=days)
    return _epochs(texts) or _formatted(texts)


def _epochs(texts: list[str]) -> Times | None:
    found = [match for text in texts if (match := _EPOCH.fullmatch(text))]
    if len(found) < ENOUGH * len(texts) or not all(_EPOCHS[0] <= int(match["s"]) <= _EPOCHS[1] for match in found):
        return None
    units = {"us" if match["us"] else "ms" if match["ms"] else "s" for match in found}
    return Times(unit=units.pop(), has_zone=True) if len(units) == 1 else None


def _formatted(texts: list[str]) -> Times | None:
    """The formats that together read all texts, each chosen for how many it reads."""
    if sum(_DIGITS.search(text) is not None for text in texts) < len(texts) or max(map(len, texts)) > 24:
        return None
    left = texts[:1_000]
    chosen: list[str] = []
    total = len(left)
    while left and len(chosen) < 3:
        read = {form: [text for text in left if _reads(form, text)] for form in _FORMATS}
        best = max(_FORMATS, key=lambda form: len(read[form]))
        if not read[best]:
            break
        chosen.append(best)
        fitting = set(read[best])
        left = [text for text in left if text not in fitting]
    if not chosen or len(left) > (1 - ENOUGH) * total:
        return None
    turned = chosen[0].replace("%d/%m", "%m/%d")
    is_ambiguous = turned != chosen[0] and all(_reads(turned, text) for text in texts[:1_000])
    return Times(
        tuple(chosen), is_days=all("%H" not in form and "%I" not in form for form in chosen), is_ambiguous=is_ambiguous
    )


def _reads(form: str, text: str) -> bool:
    try:
        return 1980 <= datetime.strptime(text, form).year <= 2100
    except ValueError:
        return False
