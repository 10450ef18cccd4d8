"""What a chapter says, as a sheet: headline, numbers, findings and notes, with links to its tables and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.language import tr
from pipelines.report.document import (
    Block,
    Cards,
    Chapter,
    Facts,
    Figure,
    Heading,
    Lead,
    Modes,
    Note,
    Points,
    Singles,
    Table,
    Tiles,
    Warn,
)
from pipelines.report.formats.workbook.looks import Looks, lay_out
from pipelines.report.formats.workbook.measure import height, lines_n
from pipelines.report.formats.workbook.table_sheet import write_link, write_text
from pipelines.report.sentences import Card, Tile

_WIDTHS = (24.0, 34.0, 18.0, 30.0, 36.0, 36.0)
_LAST = len(_WIDTHS) - 1
_TILES = 3  # in a row, each two columns wide


class ReportSheet:
    """Writes a chapter from top to bottom.

    Args:
        sheet: An empty sheet.
        looks: The workbook's formats.
        addresses: Name of a table or a picture to its address in the workbook.
    """

    def __init__(self, sheet: Any, looks: Looks, addresses: Mapping[str, str]) -> None:
        self._sheet, self._looks, self._addresses, self._row = sheet, looks, addresses, 0
        for i, wide in enumerate(_WIDTHS):
            sheet.set_column(i, i, wide)
        lay_out(sheet)

    def write(self, chapter: Chapter, over: str, back: str) -> None:
        """The whole chapter. `over` is the line above it, `back` the address of the contents."""
        write_link(self._sheet, (0, 0), back, tr("Contents"), self._looks)
        write_text(self._sheet, (0, 1), over, self._looks, "muted")
        self._row = 1
        for i, section in enumerate(chapter.sections):
            if i or not any(isinstance(block, Lead) for block in section.blocks):
                self._row += 1
                self._line(section.title, "section", 24)
            for block in section.blocks:
                self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Lead(headline, about):
                self._line(headline.text, "headline", 30, 22)
                self._line(headline.detail, "wrap")
                self._line(about, "note")
            case Heading(text):
                self._line(text, "sub", 20)
            case Note(text):
                self._line(text, "note")
            case Warn(text):
                self._line(text, "warn")
            case Points(lines):
                for each in lines:
                    self._line(f"•  {each}", "wrap")
            case Tiles(tiles):
                self._tiles(tiles)
            case Cards(cards, none):
                self._cards(cards, none)
            case Facts(facts):
                for term, told in facts:
                    self._pair(term, told)
            case _:
                self._elsewhere(block)

    def _elsewhere(self, block: Block) -> None:
        """What has a sheet of its own: a link to it."""
        match block:
            case Table(table):
                self._link(tr("Table: {title}", title=table.title), table.name)
            case Figure():
                self._figure(block)
            case Modes(figures=figures):
                for figure in figures:
                    self._figure(figure)
            case Singles(note=note, cards=cards):
                self._line(note, "note")
                for each in cards:
                    self._pair(each.heading, each.where)
            case _:
                raise AssertionError(block)  # every kind of block stands above

    def _figure(self, figure: Figure) -> None:
        self._link(tr("Picture: {title}", title=figure.title), figure.name)
        if figure.note:
            self._line(figure.note, "note")

    def _link(self, text: str, name: str) -> None:
        if name in self._addresses:
            self._sheet.merge_range(self._row, 0, self._row, 1, "", self._looks("link"))
            write_link(self._sheet, (self._row, 0), self._addresses[name], text, self._looks)
            self._row += 1

    def _line(self, text: str, look: str, least: float = 15.0, size: float = 10.0) -> None:
        """A paragraph across the sheet, as high as its lines."""
        if not text:
            return
        self._sheet.merge_range(self._row, 0, self._row, _LAST, "", self._looks(look))
        write_text(self._sheet, (self._row, 0), text, self._looks, look)
        lines = lines_n(text, sum(_WIDTHS), size, is_bold=size > 10)
        self._sheet.set_row(self._row, max(least, height(lines, size)))
        self._row += 1

    def _pair(self, term: str, told: str) -> None:
        write_text(self._sheet, (self._row, 0), term, self._looks, "note")
        self._sheet.merge_range(self._row, 1, self._row, _LAST, "", self._looks("wrap"))
        write_text(self._sheet, (self._row, 1), told, self._looks, "wrap")
        lines = max(lines_n(term, _WIDTHS[0]), lines_n(told, sum(_WIDTHS[1:])))
        self._sheet.set_row(self._row, height(lines))
        self._row += 1

    def _tiles(self, tiles: Sequence[Tile]) -> None:
        self._row += 1
        for start in range(0, len(tiles), _TILES):
            row = tiles[start : start + _TILES]
            for i, tile in enumerate(row):
                self._tile(tile, 2 * i)
            self._sheet.set_row(self._row, 28)
            wide = [_WIDTHS[2 * i] + _WIDTHS[2 * i + 1] for i in range(len(row))]
            labels = max(lines_n(tile.label, wide[i], 11) for i, tile in enumerate(row))
            details = max(lines_n(tile.detail, wide[i]) for i, tile in enumerate(row))
            self._sheet.set_row(self._row + 1, height(labels, 11))
            self._sheet.set_row(self._row + 2, height(details) + 6)
            self._row += 3
        self._row += 1

    def _tile(self, tile: Tile, column: int) -> None:
        for i, (text, look) in enumerate(((tile.value, "value"), (tile.label, "label"), (tile.detail, "note"))):
            self._sheet.merge_range(self._row + i, column, self._row + i, column + 1, "", self._looks(look))
            write_text(self._sheet, (self._row + i, column), text, self._looks, look)

    def _cards(self, cards: Sequence[Card], none: str) -> None:
        if not cards:
            self._line(none, "wrap")
            return
        heads = (tr("Where"), tr("Finding"), tr("Owner"), tr("Evidence"), tr("What goes with it"), tr("Next step"))
        for i, head in enumerate(heads):
            write_text(self._sheet, (self._row, i), head, self._looks, "head")
        self._sheet.set_row(self._row, 20)
        self._row += 1
        for card in cards:
            self._card(card)
        self._row += 1

    def _card(self, card: Card) -> None:
        owner = tr("{owner} ({state})", owner=card.owner, state=card.state)
        told = (card.where, card.headline, owner, card.evidence, card.association, card.step)
        for i, text in enumerate(told):
            write_text(self._sheet, (self._row, i), text, self._looks, "first" if i == 1 else "cell")
        fits = (lines_n(text, _WIDTHS[i], is_bold=i == 1) for i, text in enumerate(told))
        self._sheet.set_row(self._row, height(max(fits)) + 4)
        self._row += 1
