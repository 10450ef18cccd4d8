"""Number formats of spreadsheets after the words of the page: "26%", "NOK 96,900", "8.3 days"."""

from __future__ import annotations

import re

from pipelines.language import told_number, tr
from pipelines.report.numbers import duration
from pipelines.report.text import clean

SHARE, POINTS, COUNT = "0.0%", "+0.0%;-0.0%;0.0%", "#,##0"
DAY_S = 86_400
_BREAKING = {ord('"'): None, ord(";"): None}  # they end the words, and the format
_NUMBER = re.compile(r"(?P<sign>[+\-\N{MINUS SIGN}])?(?P<whole>\d[\d,]*)(?:\.(?P<part>\d+))?")


def seconds_in_days(seconds: float) -> float:
    """A duration as spreadsheets reckon with it."""
    return seconds / DAY_S


def as_told(value: float, told: str) -> str:
    """The format in which a number reads as the page tells it; "" where its words do not show which one that is."""
    found = _NUMBER.search(_in_english(told))
    if found is None:
        return ""
    part = found["part"] or ""
    number = float(found["whole"].replace(",", "") + (f".{part}" if part else ""))
    before, after = told[: found.start()].strip(), told[found.end() :].split("(", maxsplit=1)[0].strip()
    is_bound, before = before.startswith(("<", ">")), before.strip("<>").strip()  # "<0.001" reads 0.000
    if after.startswith("%"):
        return _quoted(before, "", SHARE)
    if not value:
        return "" if before or after else _plain(part)
    if abs(abs(value) * 100 - number) <= 0.51 * 10 ** -len(part) and number > abs(value):
        return POINTS
    if not is_bound and abs(abs(value) - number) > max(0.51 * 10 ** -len(part), 0.06 * abs(value)):
        return ""  # told in another unit, or rounded beyond recognition: its words would be wrong
    # A sign of its own kind is shown: "+0.6" is a change, "0.6" is none.
    return _signed(_quoted(before, after, _plain(part)), found["sign"] == "+")


def is_duration(value: float, told: str) -> bool:
    """Whether seconds are told as a duration."""
    return bool(value) and clean(told).lstrip("+-\N{MINUS SIGN}") == clean(duration(abs(value)))


def duration_format(seconds: float, told: str, is_business: bool) -> str:
    """The format of a duration by how long it is; business time in hours, for a business day is no 24 of them."""
    if seconds < 0 or told.startswith("+"):  # no spreadsheet shows hours below nothing
        return _signed(_quoted("", tr("days"), "#,##0.0"), told.startswith("+") or seconds < 0)
    if is_business:
        unit = re.sub(r"^[\d\W]+", "", told)
        return _quoted("", unit, "[h]:mm")
    if seconds >= 2 * DAY_S:
        return _quoted("", tr("days"), "#,##0.0")
    if seconds >= 7_200:
        return '[h]" h "mm" min"'
    return '[m]" min"' if seconds >= 120 else '[s]" s"'


def _in_english(told: str) -> str:
    """A text with the number signs of English in place of those of the language spoken; every place stays its own."""
    group, decimal = told_number(","), told_number(".")
    return told.translate({ord(group[0]): ",", ord(decimal[0]): "."}) if group != "," else told


def _plain(part: str) -> str:
    return f"#,##0.{'0' * len(part)}" if part else COUNT


def _quoted(before: str, after: str, number: str) -> str:
    """A format with words around the number, which mean nothing to a spreadsheet."""
    words = [f'"{text}"' if text else "" for text in (before.translate(_BREAKING), after.translate(_BREAKING))]
    return " ".join(each for each in (words[0], number, words[1]) if each)


def _signed(number_format: str, is_signed: bool) -> str:
    return f"+{number_format};-{number_format};{number_format}" if is_signed else number_format
