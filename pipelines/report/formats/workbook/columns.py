"""A table's columns as cells of a sheet: numbers stay numbers, and look as the page tells them.

A column of the page may tell several columns of the table at once, "25% (22-28%)". Which ones it reads is seen by
letting it read: so each becomes a column of its own, with the page's heading and a number format after its words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.formats.workbook.number_formats import as_told, duration_format, is_duration, seconds_in_days
from pipelines.report.numbers import MISSING
from pipelines.report.tables import DataTable, Record, Shown, Value
from pipelines.report.text import clean

CellValue: TypeAlias = str | float | bool | datetime | None
DATE, TIME = "d mmm yyyy", "yyyy-mm-dd hh:mm"
_SURE = re.compile(r"\s*\(95\s*%\)$")


@dataclass(frozen=True)
class Cell:
    """One value, and the number format that it is seen with."""

    value: CellValue
    number_format: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        name: Column of the table that it holds as it is; "" where it holds what the page tells.
        is_main: A number that stands for itself, not an end of an interval: it may have bars.
        is_more: Not on the page: it is folded away.
    """

    heading: str
    cells: tuple[Cell, ...]
    name: str = ""
    is_main: bool = False
    is_more: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it holds no number and no date."""
        return not any(isinstance(cell.value, (int, float, datetime)) for cell in self.cells)


class _Read(dict[str, Value]):
    """A record that remembers what was read of it."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.names: list[str] = []

    def __getitem__(self, name: str) -> Value:
        self.names.append(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.append(name)
        return super().get(name, default)


def sheet_columns(table: DataTable, zone: ZoneInfo) -> tuple[Column, ...]:
    """The columns of a table as a sheet has them: those of the page, then all others."""
    shown = [column for each in table.shown for column in _shown(table.records, each, zone)]
    seen = {name for each in table.shown for name in _names_read(table.records, each)}
    more = [
        _more(table.records, name, zone) for name in (table.records[0] if table.records else ()) if name not in seen
    ]
    return (*shown, *(column for column in more if any(cell.value is not None for cell in column.cells)))


def _names_read(records: Sequence[Record], shown: Shown) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for record in records:
        read = _Read(record)
        shown.text(read)
        names |= dict.fromkeys(read.names)
    return tuple(names)


def _shown(records: Sequence[Record], shown: Shown, zone: ZoneInfo) -> Iterator[Column]:
    names = _names_read(records, shown)
    numbers = [name for name in names if shown.is_number and _has(records, name, (int, float))]
    dates = [name for name in names if _has(records, name, (datetime,))]
    told = [shown.text(record) for record in records]
    if len(dates) == 1 and not numbers:
        yield _dated(shown, records, dates[0], told, zone)
    elif len(numbers) == 1:
        yield from _numbered(shown, records, (numbers[0],), told)
    elif len(numbers) == 3 and "low" in numbers[1] and "high" in numbers[2]:
        yield from _numbered(shown, records, tuple(numbers), told)
    else:
        yield Column(shown.heading, tuple(Cell(_text(each)) for each in told))


def _has(records: Sequence[Record], name: str, kinds: tuple[type, ...]) -> bool:
    return any(isinstance(record[name], kinds) and not isinstance(record[name], bool) for record in records)


def _dated(shown: Shown, records: Sequence[Record], name: str, told: Sequence[str], zone: ZoneInfo) -> Column:
    cells = (
        Cell(at.astimezone(zone).replace(tzinfo=None), DATE) if isinstance(at, datetime) else Cell(_text(text))
        for at, text in zip((record[name] for record in records), told, strict=True)
    )
    return Column(shown.heading, tuple(cells), name)


def _numbered(shown: Shown, records: Sequence[Record], names: tuple[str, ...], told: Sequence[str]) -> Iterator[Column]:
    """A number, or a number and the two ends of its interval; the ends look like the number."""
    cells = _alike([_number(record, names[0], text) for record, text in zip(records, told, strict=True)])
    heading = _SURE.sub("", shown.heading) if len(names) > 1 else shown.heading
    yield Column(heading, tuple(cells), names[0], is_main=True)
    sides = (tr("{number}, 95% from", number=heading), tr("{number}, 95% to", number=heading))
    for side, name in zip(sides, names[1:], strict=False):
        yield Column(side, tuple(map(_like(name, names[0]), records, cells)), name)


def _like(name: str, main_name: str) -> Callable[[Record, Cell], Cell]:
    def cell(record: Record, main: Cell) -> Cell:
        value = record[name]
        if not isinstance(value, (int, float)) or isinstance(value, Withheld) or isinstance(main.value, str):
            return Cell(None)
        raw = record[main_name]
        is_other = isinstance(raw, (int, float)) and raw != main.value == seconds_in_days(raw)
        is_days = main_name.endswith("_s") or is_other
        return Cell(seconds_in_days(value) if is_days else value, main.number_format)

    return cell


def _number(record: Record, name: str, told: str) -> Cell:
    value = record[name]
    if not isinstance(value, (int, float)) or isinstance(value, Withheld):
        return Cell(_text(told))
    if name.endswith("_s") or is_duration(value, told):
        return Cell(seconds_in_days(value), duration_format(value, told, record.get("calendar") == "business"))
    return Cell(value, as_told(value, told))


def _alike(cells: list[Cell]) -> list[Cell]:
    """Numbers below each other have equally many decimals; what has no format of its own has the commonest."""
    formats = Counter(cell.number_format for cell in cells if cell.number_format)
    families: dict[str, str] = {}
    for each in formats:
        family = _family(each)
        families[family] = max(families.get(family, each), each, key=len)
    commonest = families[_family(formats.most_common(1)[0][0])] if formats else ""
    return [
        replace(cell, number_format=families.get(_family(cell.number_format), commonest))
        if isinstance(cell.value, (int, float))
        else cell
        for cell in cells
    ]


def _family(number_format: str) -> str:
    """Formats that differ in their decimals only are one family."""
    return re.sub(r"\.0+", "", number_format)


def _text(told: str) -> str | None:
    text = clean(told)
    return None if text in {MISSING, ""} else text


def _more(records: Sequence[Record], name: str, zone: ZoneInfo) -> Column:
    return Column(name, tuple(_raw(record[name], zone) for record in records), name, is_more=True)


def _raw(value: Any, zone: ZoneInfo) -> Cell:
    match value:
        case Withheld():
            return Cell(value.text)
        case datetime():
            return Cell(value.astimezone(zone).replace(tzinfo=None), TIME)
        case str():
            return Cell(clean(value) or None)
        case _:
            return Cell(value)
