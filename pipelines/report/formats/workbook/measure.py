"""How much room texts take in cells: spreadsheets do not grow rows by themselves where cells are merged."""

from __future__ import annotations

from functools import lru_cache

from pipelines.report.text import clean, width, wrap

CHARACTER = 7.0  # pixels that one character of a column's width stands for
_POINT = 96 / 72  # pixels
_NARROWER = 0.9  # Arial, in which cells are written, beside our own font, in which texts are measured
_MOST_LINES = 60


@lru_cache(maxsize=10_000)
def characters(text: str, size: float = 10, *, is_bold: bool = False) -> float:
    """Width of a text in characters of a column."""
    return width(text, size * _POINT * _NARROWER, is_bold) / CHARACTER


def lines_n(text: str, wide: float, size: float = 10, *, is_bold: bool = False) -> int:
    """Lines that a text takes in a column of so many characters, at least one."""
    if characters(text[:2_000], size, is_bold=is_bold) <= wide - 0.5:
        return 1
    room = (wide - 0.5) * CHARACTER
    return max(1, len(wrap(clean(text), room, size * _POINT * _NARROWER, _MOST_LINES, is_bold)))


def height(lines: int, size: float = 10) -> float:
    """Height of a row with so many lines, in points."""
    return round(1.3 * size * lines + 3, 1)
