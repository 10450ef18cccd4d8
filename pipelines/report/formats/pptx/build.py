"""The report's document as a deck: what stands on which slide, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import TypeVar

from pipelines.language import tr
from pipelines.report.document import (
    Block,
    Cards,
    Chapter,
    Document,
    Figure,
    Lead,
    Modes,
    Points,
    Section,
    Table,
    Tiles,
)
from pipelines.report.formats.pptx.charts import can_be_read
from pipelines.report.formats.pptx.deck import Deck
from pipelines.report.formats.pptx.repeatable import repeatable
from pipelines.report.formats.pptx.slides import (
    chart_slide,
    finding_slide,
    findings_slide,
    overview_slide,
    picture_slides,
    sentences_slides,
    title_slide,
)
from pipelines.report.formats.pptx.tables import tables_slides
from pipelines.report.sentences import Card
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short

# Sections of the data's chapter whose open tables are slides: how good the data is, and who is who.
_DATA_TABLES = ("rows", "people")
# Pictures that say more than their chart: shown before it, or in its place.
_SEEN_FIRST = frozenset({"phase_flows", "ledger"})
_SEEN_ONLY = frozenset({"quadrants"})
_BlockT = TypeVar("_BlockT", bound=Block)


def pptx(document: Document, as_of: datetime) -> bytes:
    """The document as PPTX.

    Args:
        document: What the report says.
        as_of: The moment at which everything was judged. It is the file's date, so that the same run gives the same
            bytes.
    """
    when = tr("as of {at}, run {run}", at=document.as_of, run=document.run_id)
    deck = Deck(document.title, f"{short(document.workspace, 60)} · {when}", document.language)
    title_slide(deck, document, next((_first(chapter, Lead) for chapter in document.maps), None))
    for chapter in document.maps:
        _chapter(deck, chapter)
    _data(deck, document.data)
    file = BytesIO()
    deck.file.save(file)
    return repeatable(file.getvalue(), as_of)


def _first(chapter: Chapter, kind: type[_BlockT]) -> _BlockT | None:
    return next((block for block in chapter.blocks if isinstance(block, kind)), None)


def _chapter(deck: Deck, chapter: Chapter) -> None:
    lead, tiles = _first(chapter, Lead), _first(chapter, Tiles)
    if lead is not None:
        shown = tiles.tiles if tiles else ()
        overview_slide(deck, chapter.title, lead, shown, _sources(chapter, {tile.table for tile in shown}))
    for section in chapter.sections:
        for block in section.blocks:
            _block(deck, chapter, section, block)


def _block(deck: Deck, chapter: Chapter, section: Section, block: Block) -> None:
    match block:
        case Cards(cards) if cards:
            findings_slide(deck, chapter.title, section.title, cards, _of_cards(chapter, cards))
            for number, card in enumerate(cards, 1):
                finding_slide(deck, number, card, _of_cards(chapter, [card]))
        case Modes(_, _, figures):
            for figure in figures if section.key == "metro" else figures[:1]:
                _figure(deck, chapter, tr("{title}: {mode}", title=section.title, mode=figure.title), figure)
        case Figure(title=title):
            _figure(deck, chapter, title or section.title, block)
        case Table(data, is_open) if is_open and section.key == "start" and data.records:
            tables_slides(deck, data.title, chapter.title, [data])
        case _:
            pass


def _figure(deck: Deck, chapter: Chapter, title: str, figure: Figure) -> None:
    """As a chart where that can be read and is not the one of a figure before; else as the picture, or as both."""
    name, sources = figure.name.removeprefix(f"{chapter.stem}-"), _sources(chapter, {figure.table})
    before = (other.chart for other in chapter.figures[: chapter.figures.index(figure)])
    is_chart = (
        figure.chart is not None and name not in _SEEN_ONLY and can_be_read(figure.chart) and figure.chart not in before
    )
    if not is_chart or name in _SEEN_FIRST:
        for drawing in figure.drawings:
            picture_slides(deck, clean(title), chapter.title, drawing, [figure.note, *sources])
    if is_chart:
        told = tr("{title}: the numbers", title=title) if name in _SEEN_FIRST else title
        chart_slide(deck, clean(told), chapter.title, figure, sources)


def _of_cards(chapter: Chapter, cards: Sequence[Card]) -> list[str]:
    return _sources(chapter, {tile.table for card in cards for tile in card.numbers})


def _sources(chapter: Chapter, names: set[str]) -> list[str]:
    """Where the numbers of a slide stand, for its notes."""
    found = (table for table in chapter.tables if table.name in names)
    return [tr("Numbers: {title} (tables/{file})", title=clean(table.title), file=table.file) for table in found]


def _data(deck: Deck, chapter: Chapter) -> None:
    """How good the data is, who is who, and the methods in plain words."""
    for section in chapter.sections:
        tables_slides(deck, section.title, chapter.title, _open_tables(section))
        lines = [line for block in section.blocks if isinstance(block, Points) for line in block.lines]
        sentences_slides(deck, section.title, chapter.title, lines)


def _open_tables(section: Section) -> Iterator[DataTable]:
    if section.key in _DATA_TABLES:
        tables = (block.table for block in section.blocks if isinstance(block, Table) and block.is_open)
        yield from (table for table in tables if table.records)
