"""One table as a sheet: title, how to read it, filters, bars, headings that stay; what no page shows is folded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from pipelines.exports import FORMULA_STARTS
from pipelines.language import tr, trn
from pipelines.report.formats.workbook.columns import Cell, Column
from pipelines.report.formats.workbook.looks import COUNT_BAR, SHARE_BAR, Looks, lay_out
from pipelines.report.formats.workbook.measure import characters, height, lines_n
from pipelines.report.formats.workbook.number_formats import COUNT, SHARE
from pipelines.report.numbers import count
from pipelines.report.tables import DataTable
from pipelines.report.text import clean

HEAD_ROW = 4  # above it: title, how to read it, links, air
_WIDEST, _NARROWEST, _NOTE_WIDE = 52.0, 10.0, 120.0  # characters of the sheet's font
_LONGEST_TEXT = 32_000  # a cell holds 32,767 signs
_LONGEST_LINK = 250
_BARS_FROM = 3  # rows; bars beside fewer tell nothing


def write_text(sheet: Any, at: tuple[int, int], text: str, looks: Looks, look: str) -> None:
    """A text that is never taken for a formula, a number or a link."""
    text = clean(text)[:_LONGEST_TEXT]
    sheet.write_string(*at, text, looks(look, is_quoted=text.startswith(FORMULA_STARTS)))


def write_link(sheet: Any, at: tuple[int, int], address: str, text: str, looks: Looks) -> None:
    """A link to a place in the workbook."""
    text = clean(text)[:_LONGEST_LINK]
    sheet.write_url(*at, address, looks("link", is_quoted=text.startswith(FORMULA_STARTS)), text)


def table_sheet(sheet: Any, table: DataTable, columns: Sequence[Column], looks: Looks, back: str) -> None:
    """Fills a sheet with a table.

    Args:
        sheet: An empty sheet.
        table: The table.
        columns: Its columns.
        looks: The workbook's formats.
        back: Address of the contents.
    """
    lay_out(sheet)
    widths = [_wide(column) for column in columns] if table.records else [60.0, 40.0]
    _head(sheet, table, widths, looks, back)
    if not columns or not table.records:
        write_text(sheet, (HEAD_ROW, 0), table.empty, looks, "note")
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 1, 40)
        return
    for i, (column, wide) in enumerate(zip(columns, widths, strict=True)):
        _column(sheet, i, column, wide, looks)
    _heights(sheet, columns, widths)
    last = HEAD_ROW + len(table.records)
    sheet.autofilter(HEAD_ROW, 0, last, len(columns) - 1)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    _bars(sheet, columns, last)
    sheet.repeat_rows(HEAD_ROW)
    sheet.print_area(0, 0, last, max(0, sum(1 for column in columns if not column.is_more) - 1))


def _head(sheet: Any, table: DataTable, widths: Sequence[float], looks: Looks, back: str) -> None:
    write_text(sheet, (0, 0), table.title, looks, "title")
    sheet.set_row(0, 30)
    # A note in one cell that the next ones are empty beside of would be cut by the frozen column: it gets its own room.
    across = max(1, _across(widths))
    lines = lines_n(table.note, sum(widths[: across + 1]) if widths else 60.0)
    if table.note and across:
        sheet.merge_range(1, 0, 1, across, "", looks("note"))
        write_text(sheet, (1, 0), table.note, looks, "note")
        sheet.set_row(1, height(lines))
    write_link(sheet, (2, 0), back, tr("Contents"), looks)
    rows = trn("{n} row", "{n} rows", len(table.records), n=count(len(table.records)))
    write_text(sheet, (2, 1), tr("{rows}; as a file: {file}", rows=rows, file=f"tables/{table.file}"), looks, "muted")
    sheet.set_row(3, 6)


def _across(widths: Sequence[float]) -> int:
    """The last column that a note of a readable width reaches to."""
    room = 0.0
    for i, wide in enumerate(widths):
        room += wide
        if room >= _NOTE_WIDE:
            return i
    return max(0, len(widths) - 1)


def _column(sheet: Any, i: int, column: Column, wide: float, looks: Looks) -> None:
    folded = {"level": 1, "hidden": True} if column.is_more else {}
    sheet.set_column(i, i, wide, None, folded)
    head = "head_more" if column.is_more else "head" if column.is_text else "head_number"
    write_text(sheet, (HEAD_ROW, i), column.heading, looks, head)
    text_look = "first" if i == 0 else "cell" if column.is_text or column.is_more else "told"
    for row, cell in enumerate(column.cells, HEAD_ROW + 1):
        _cell(sheet, (row, i), cell, looks, text_look)


def _heights(sheet: Any, columns: Sequence[Column], widths: Sequence[float]) -> None:
    """Rows as high as their longest text; in headings the filter's button takes room."""
    seen = [(column, wide) for column, wide in zip(columns, widths, strict=True) if not column.is_more]
    most = max(lines_n(column.heading, wide - 2.5, is_bold=True) for column, wide in seen)
    sheet.set_row(HEAD_ROW, height(most) + 6)
    for row in range(len(columns[0].cells)):
        texts = [(column.cells[row].value, wide, i == 0) for i, (column, wide) in enumerate(seen)]
        lines = (lines_n(text, wide, is_bold=is_bold) for text, wide, is_bold in texts if isinstance(text, str))
        sheet.set_row(HEAD_ROW + 1 + row, height(max(lines, default=1)) + 1)


def _cell(sheet: Any, at: tuple[int, int], cell: Cell, looks: Looks, text_look: str) -> None:
    value = cell.value
    match value:
        case None:
            sheet.write_blank(*at, None, looks(text_look))
        case bool():
            sheet.write_boolean(*at, value, looks("cell"))
        case datetime():
            sheet.write_datetime(*at, value, looks("number", cell.number_format))
        case str():
            write_text(sheet, at, value, looks, text_look)
        case _:
            sheet.write_number(*at, value, looks("number", cell.number_format))


def _wide(column: Column) -> float:
    """Characters that a column needs: all but the longest texts in one line, headings broken between words only."""
    told = sorted(characters(_told(cell), is_bold=True) for cell in column.cells[:400])
    usual = told[int(0.95 * (len(told) - 1))] if told else 0.0
    words = clean(column.heading).split() or [""]
    longest = max(characters(word, is_bold=True) for word in words) + 3.5  # the filter's button
    pairs = max((characters(f"{a} {b}", is_bold=True) + 3.5 for a, b in pairwise(words)), default=0.0)
    return round(min(_WIDEST, max(_NARROWEST, usual + 2.5, longest, min(pairs, 18.0))), 1)


def _told(cell: Cell) -> str:
    match cell.value:
        case str():
            return cell.value
        case datetime():
            return "00 Mmm 0000"
        case None | bool():
            return ""
        case _:
            return f"{cell.value:,.0f}00 {cell.number_format.count(chr(34)) * '0'}"


def _bars(sheet: Any, columns: Sequence[Column], last: int) -> None:
    """Bars in cells: beside every share that stands for itself, and beside the first count."""
    if last - HEAD_ROW < _BARS_FROM:
        return
    first_count = next((i for i, column in enumerate(columns) if column.is_main and _is(column, COUNT)), None)
    for i, column in enumerate(columns):
        if column.is_main and not column.is_more and (i == first_count or _is(column, SHARE)):
            sheet.conditional_format(
                HEAD_ROW + 1, i, last, i,
                {
                    "type": "data_bar",
                    "bar_color": COUNT_BAR if i == first_count else SHARE_BAR,
                    "bar_solid": True,
                    "bar_border_color": COUNT_BAR if i == first_count else SHARE_BAR,
                    "min_type": "num", "min_value": 0, "max_type": "max",
                    "data_bar_2010": True,
                },
            )  # fmt: skip


def _is(column: Column, number_format: str) -> bool:
    """Whether all numbers of a column read so, and none is below nothing."""
    numbers = [cell for cell in column.cells if isinstance(cell.value, (int, float))]
    return bool(numbers) and all(cell.number_format == number_format and (cell.value or 0) >= 0 for cell in numbers)  # type: ignore[operator]  # they are numbers
