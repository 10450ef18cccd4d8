"""A table on paper: its first rows, and how wide each column stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.language import trn
from pipelines.report.formats.pdf.pictures import PAGE_WIDTH
from pipelines.report.numbers import count
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short, width

# Type size in points and the most characters of a cell, by the number of columns from which they are taken.
_TYPES = ((13, 6.3, 44), (9, 7.2, 60), (0, 8.0, 150))
_WIDEST = 260.0  # points that one column wants at most
_NARROWEST = 30.0
_GAP = 9.1  # what is kept free between two columns
_BREAK = "\N{ZERO WIDTH SPACE}"
_FIGURES = str.maketrans("123456789", "000000000")  # in columns all figures are as wide as the widest


def table(data: DataTable, most: int) -> dict[str, Any]:
    """A table's first rows as the page tells them, and where all of them are."""
    heads = [clean(head.heading) for head in data.shown]
    size, longest = next((size, longest) for least, size, longest in _TYPES if len(heads) >= least)
    rows = [[short(text, longest) for text, _ in row] for row in data.rows[:most]]
    widths = column_widths(heads, rows, size)
    return {
        "name": data.name,
        "title": clean(data.title),
        "note": clean(data.note),
        "heads": [
            {"text": breakable(head, wide, size), "is_number": column.is_number, "width": wide}
            for head, column, wide in zip(heads, data.shown, widths, strict=True)
        ],
        "rows": [[breakable(text, wide, size) for text, wide in zip(row, widths, strict=True)] for row in rows],
        "size": size,
        "empty": clean(data.empty),
        "file": _file_line(data, len(rows)),
    }


def _file_line(data: DataTable, shown_n: int) -> str:
    rest = len(data.records) - shown_n
    if not rest:
        return f"tables/{data.file}"
    return trn("{n} more row in tables/{file}", "{n} more rows in tables/{file}", rest, n=count(rest), file=data.file)


def column_widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], size: float, room: float = PAGE_WIDTH
) -> list[float]:
    """Points for each column: what its texts want, less for the widest where that is more than there is room for.

    A heading may stand in two lines.
    """
    wanted = [
        max([_of_head(head, size), *(_of_cell(row[i], size) for row in rows)], default=0.0)
        for i, head in enumerate(heads)
    ]
    wanted = [min(_WIDEST, max(_NARROWEST, wide)) + _GAP for wide in wanted]
    most = _level(wanted, room)
    return [round(min(wide, most), 1) for wide in wanted]


def _of_cell(text: str, size: float) -> float:
    return width(text.translate(_FIGURES), size) + 1


def _of_head(text: str, size: float) -> float:
    words = [width(word, size, is_bold=True) for word in text.split()]
    return max([*words, width(text, size, is_bold=True) * 0.62], default=0.0)


def _level(wanted: Sequence[float], room: float) -> float:
    """The width that no column may exceed, so that all have room: the narrow ones get what they want."""
    left = room
    for i, wide in enumerate(sorted(wanted)):
        share = left / (len(wanted) - i)
        if wide > share:
            return share
        left -= wide
    return room


def breakable(text: str, wide: float, size: float) -> str:
    """The text with places to break in words that are wider than the column."""
    return " ".join(_pieces(word, wide - _GAP, size) for word in text.split(" "))


def _pieces(word: str, wide: float, size: float) -> str:
    if _of_cell(word, size) <= wide + 1.5:
        return word
    pieces, line = [], ""
    for sign in word:
        if line and _of_cell(line + sign, size) > wide:
            pieces.append(line)
            line = ""
        line += sign
    return _BREAK.join([*pieces, line])
