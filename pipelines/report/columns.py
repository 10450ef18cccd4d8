"""Columns of the page's tables: how a record's value reads under a heading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.report.numbers import MISSING, count, day, share_with
from pipelines.report.tables import Record, Shown


def text(heading: str, name: str, missing: str = MISSING) -> Shown:
    """A text, or what stands for none."""
    return Shown(heading, lambda r: str(r[name]) if r[name] is not None else missing)


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
