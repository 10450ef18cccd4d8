"""The tables behind every number: how they read on the page, and what stands in their CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from pipelines.exports import FORMULA_STARTS
from pipelines.language import tr
from pipelines.privacy.withheld import Withheld

Value: TypeAlias = str | float | bool | datetime | None
Record: TypeAlias = Mapping[str, Value]

# A cell that begins so is a formula to a spreadsheet; an apostrophe in front makes it text again.
_FORMULA = (*FORMULA_STARTS, "|", "%")
MOST_SHOWN = 15  # rows on the page; the CSV has them all
MOST_TOUCHPOINTS = 40  # of tables with a row for each touchpoint, which are read beside the map


def _nothing() -> str:
    return tr("Nothing to show.")


@dataclass(frozen=True)
class Shown:
    """One column on the page: its heading, and how a record reads in it."""

    heading: str
    text: Callable[[Record], str]
    is_number: bool = False


@dataclass(frozen=True)
class DataTable:
    """One table.

    Attributes:
        name: Stem of its CSV file, and its anchor on the page.
        title: Title for people.
        records: Rows; every one has the same keys, which are the CSV's header.
        shown: Columns on the page.
        names: Header of the CSV where there is no record.
        note: What to know when reading it.
        empty: What an empty table means.
        most: Rows on the page; the CSV has them all.
    """

    name: str
    title: str
    records: tuple[Record, ...]
    shown: tuple[Shown, ...]
    names: tuple[str, ...] = ()
    note: str = ""
    empty: str = field(default_factory=_nothing)
    most: int = MOST_SHOWN

    @property
    def rows(self) -> tuple[tuple[tuple[str, bool], ...], ...]:
        """Cells on the page: text, and whether it is a number."""
        return tuple(
            tuple((column.text(record), column.is_number) for column in self.shown)
            for record in self.records[: self.most]
        )

    @property
    def hidden_n(self) -> int:
        """Rows that only the CSV has."""
        return max(0, len(self.records) - self.most)

    @property
    def file(self) -> str:
        """Name of the CSV file."""
        return f"{self.name}.csv"


def write_tables(tables: Iterable[DataTable], folder: Path) -> None:
    """One CSV for each table: UTF-8, comma, raw values (shares 0 to 1, seconds, UTC times), formulas made harmless."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        names = tuple(table.records[0]) if table.records else table.names
        with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(names)
            out.writerows([harmless(record[name]) for name in names] for record in table.records)


def harmless(value: Value) -> str | float:
    """A value as a cell that no spreadsheet executes."""
    match value:
        case None:
            return ""
        case Withheld():
            return value.text
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case str():
            # A lone carriage return ends a row for spreadsheets, but csv does not quote it; NUL ends a text for many.
            text = value.replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
            return f"'{text}" if text.startswith(_FORMULA) else text
        case _:
            return value
