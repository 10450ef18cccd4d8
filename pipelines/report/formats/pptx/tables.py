"""Tables that can be edited, ruled by lines alone; small ones beside and below each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.language import trn
from pipelines.report.formats.pdf.columns import column_widths
from pipelines.report.formats.pptx.deck import BODY, Deck, Place, Slide, Words, describe, theme_colour
from pipelines.report.formats.pptx.look import INK, MUTED, RULE
from pipelines.report.numbers import count
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short, wrap

_SIZE = 11.0
_HEAD, _TITLE, _REST = 0.46, 0.34, 0.42  # inches: the head, what stands above and below a table
_ABOVE_BELOW = 0.12  # inches beside the lines of a row
_BESIDE = 8.6  # points kept free on a cell's right
_GAP = 0.5
_TITLE_WIDTH = 4.0  # inches that a title has at least
_MOST = 12  # rows of a small table
_LONGEST_CELL = 70
_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's style without fills and lines


@dataclass(frozen=True)
class Grid:
    """What a table shows: headings, whether their columns are of numbers, and rows of texts.

    Attributes:
        rest: The line below it: how many rows are not shown, and where all are.
        size: Points of its type.
    """

    title: str
    heads: tuple[str, ...]
    is_number: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    rest: str = ""
    size: float = _SIZE

    def widths(self, room: float) -> list[float]:
        """Points for each column in a room of so many inches."""
        return column_widths(self.heads, self.rows, self.size, room * 72)

    def heights(self, room: float) -> list[float]:
        """Inches for each row in a room of so many inches, the head first."""
        widths = self.widths(room)
        lines = [
            max(len(wrap(text, wide - _BESIDE, self.size, 4)) for text, wide in zip(row, widths, strict=True))
            for row in self.rows
        ]
        return [_HEAD, *(max(1, lines_n) * self.size * 1.2 / 72 + _ABOVE_BELOW for lines_n in lines)]

    def height(self, room: float) -> float:
        """Inches that it takes with its title and the line below."""
        return _TITLE + sum(self.heights(room)) + _REST


def grid_of(data: DataTable, size: float = _SIZE, most: int = _MOST) -> Grid:
    """A table's first rows as the page tells them, in a type of so many points."""
    rows = tuple(tuple(short(text, _LONGEST_CELL) for text, _ in row) for row in data.rows[:most])
    rest_n = len(data.records) - len(rows)
    rest = trn("{n} more row in {file}", "{n} more rows in {file}", rest_n, n=count(rest_n), file=data.file)
    heads = tuple(clean(head.heading) for head in data.shown)
    numbers = tuple(head.is_number for head in data.shown)
    return Grid(clean(data.title), heads, numbers, rows, rest if rest_n else data.file, size)


@dataclass
class _Shelf:
    """A row of tables on a slide: where the next one begins, and where the highest ends; inches."""

    slide: Slide
    top: float = BODY.top
    left: float = BODY.left
    bottom: float = BODY.top
    notes: tuple[str, ...] = ()

    def takes(self, wide: float, high: float) -> bool:
        """Whether there is room beside what stands here, or else below it; moves on to where it is."""
        if self.left > BODY.left and self.left + wide > BODY.left + BODY.width:
            self.left, self.top = BODY.left, self.bottom
        return self.top + high <= BODY.top + BODY.height or self.bottom == BODY.top


def tables_slides(deck: Deck, title: str, about: str, tables: Iterable[DataTable]) -> None:
    """Tables on as few slides as they need, beside each other where they are narrow."""
    shelf: _Shelf | None = None
    shown = tuple(tables)
    for data in shown:
        grid = grid_of(data, _SIZE if len(shown) > 1 else _SIZE + 2)
        wide, high = max(_TITLE_WIDTH, sum(grid.widths(BODY.width)) / 72), grid.height(BODY.width)
        if shelf is None or not shelf.takes(wide, high):
            shelf = _Shelf(deck.slide(title, about))
        _put(shelf.slide, Place(shelf.left, shelf.top, wide, 0), grid, has_title=grid.title != title)
        shelf.left += wide + _GAP
        shelf.bottom = max(shelf.bottom, shelf.top + high)
        shelf.notes += (f"{grid.title}: {clean(data.note)} (tables/{data.file})",)
        shelf.slide.notes(shelf.notes)


def _put(slide: Slide, place: Place, grid: Grid, *, has_title: bool) -> None:
    top = place.top
    if has_title:
        slide.text(Place(place.left, top, place.width, _TITLE), [Words(grid.title, 13, INK, is_bold=True)])
        top += _TITLE
    below = put_grid(slide, Place(place.left, top, place.width, 0), grid) + 0.06
    slide.text(Place(place.left, below, place.width, 0.2), [Words(grid.rest, 9, MUTED)])


def put_grid(slide: Slide, place: Place, grid: Grid) -> float:
    """Puts a table's cells at a place, as high as they need.

    Returns:
        Where it ends, inches from the top.
    """
    from pptx.util import Inches

    widths, heights = grid.widths(place.width), grid.heights(place.width)
    at = (place.left, place.top, sum(widths) / 72, sum(heights))
    frame = slide.slide.shapes.add_table(len(grid.rows) + 1, len(grid.heads), *map(Inches, at))
    describe(frame, grid.title)
    frame._element.find(".//{*}tableStyleId").text = _PLAIN  # python-pptx cannot choose a style
    table = frame.table
    table.horz_banding = False
    for x, wide in enumerate(widths):
        table.columns[x].width = Inches(wide / 72)
    for y, cells in enumerate([grid.heads, *grid.rows]):
        table.rows[y].height = Inches(heights[y])
        for x, text in enumerate(cells):
            _write(table.cell(y, x), text, grid.size, is_head=y == 0, is_number=grid.is_number[x])
    return place.top + sum(heights)


def _write(cell: Any, text: str, size: float, *, is_head: bool, is_number: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    cell.margin_left, cell.margin_right = Inches(0), Inches(_BESIDE / 72)
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if is_head else MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size - (1 if is_head else 0)), is_head
    run.font.color.theme_color = theme_colour(MUTED if is_head else INK)
    _rule(cell, is_head=is_head)


def _rule(cell: Any, *, is_head: bool) -> None:
    """A line below the cell."""
    from lxml import etree

    colour = '<a:schemeClr val="tx2"/>' if is_head else f'<a:srgbClr val="{RULE}"/>'
    wide = 12700 if is_head else 6350
    xml = (
        f'<a:lnB xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="{wide}">'
        f"<a:solidFill>{colour}</a:solidFill></a:lnB>"
    )
    cell._tc.get_or_add_tcPr().insert(0, etree.fromstring(xml))  # python-pptx has no borders
