"""Columns of the page's tables: how a record's value reads under a heading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.numbers import MISSING, count, day, share_with, withheld
from pipelines.report.stored import retold
from pipelines.report.tables import Record, Shown
from pipelines.report.vocabulary import word as told_word


def text(heading: str, name: str, missing: str = MISSING) -> Shown:
    """A text, or what stands for none."""
    return Shown(heading, lambda r: _said(r[name], str, missing))


def _said(value: object, told: Callable[[str], str], missing: str) -> str:
    if value is None:
        return missing
    return withheld(value) if isinstance(value, Withheld) else told(str(value))


def word(heading: str, name: str, missing: str = MISSING) -> Shown:
    """A word of a closed list."""
    return Shown(heading, lambda r: _said(r[name], told_word, missing))


def sentence(heading: str, name: str, missing: str = MISSING) -> Shown:
    """A sentence that stands in the table in English."""
    return Shown(heading, lambda r: _said(r[name], retold, missing))


def segment() -> Shown:
    """The segment, or that it is all of them."""
    return text(tr("Segment"), "segment", tr("all"))


def number(heading: str, name: str, form: Callable[[Any], str] = count) -> Shown:
    """A number, to the right."""
    return Shown(heading, lambda r: form(r[name]), is_number=True)


def interval(heading: str, name: str, low: str, high: str) -> Shown:
    """A share with its interval."""
    return Shown(heading, lambda r: share_with(r[name], r[low], r[high]), is_number=True)  # type: ignore[arg-type]  # these columns are numbers


def date(heading: str, name: str, zone: ZoneInfo, missing: str = MISSING) -> Shown:
    """The day of a time, in a zone."""

    def told(r: Record) -> str:
        at = r[name]
        return day(at, zone) if isinstance(at, datetime) else missing

    return Shown(heading, told)
