"""The report's document as plain data for its printed form: texts cleaned, numbers as the page tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipelines.language import tr, trn
from pipelines.report.document import (
    Block,
    Cards,
    Chapter,
    Document,
    Facts,
    Figure,
    Heading,
    Lead,
    Modes,
    Note,
    Points,
    Section,
    Singles,
    Table,
    Tiles,
    Warn,
)
from pipelines.report.formats.pdf.pictures import signs, strip
from pipelines.report.numbers import count
from pipelines.report.sentences import Card, Tile
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short

Content = dict[str, Any]

MOST_OPEN = 15  # rows of a table in the text; its CSV has all
MOST_BEHIND = 8  # rows of one in the appendix
LONGEST_CELL = 150  # characters


def content(document: Document, as_of: datetime) -> Content:
    """Everything that the printed report says, in order."""
    first = next(iter(document.maps), None)
    lead = _lead(first)
    return {
        "title": clean(document.title),
        "headline": clean(lead.headline.text) if lead else tr("There is no map yet"),
        "detail": clean(lead.headline.detail) if lead else "",
        "tiles": [_tile(tile) for tile in _tiles(first)],
        "others": [_other(chapter) for chapter in document.maps[1:]],
        "warning": clean(document.snapshot_line),
        "workspace": short(document.workspace, 80),
        "when": tr("as of {at}, run {run}", at=document.as_of, run=document.run_id),
        "date": {"year": as_of.year, "month": as_of.month, "day": as_of.day},
        "language": document.language,
        "words": _words(),
        "chapters": [_chapter(chapter) for chapter in document.chapters],
    }


def _words() -> dict[str, str]:
    return {
        "contents": tr("Contents"),
        "made_by": tr("Made by Terreng. People appear in counts only."),
        "tables": tr("In the appendix:"),
        "appendix": tr("Appendix: the tables behind it"),
        "about_appendix": tr(
            "The first rows of every table that does not stand beside its picture. The files named below them lie in"
            " the folder “tables” beside the report, and have all rows."
        ),
    }


def _lead(chapter: Chapter | None) -> Lead | None:
    return next((block for block in chapter.blocks if isinstance(block, Lead)), None) if chapter else None


def _tiles(chapter: Chapter | None) -> tuple[Tile, ...]:
    block = next((block for block in chapter.blocks if isinstance(block, Tiles)), None) if chapter else None
    return block.tiles if block else ()


def _other(chapter: Chapter) -> Content:
    lead = _lead(chapter)
    return {
        "title": short(chapter.title, 60),
        "headline": clean(lead.headline.text) if lead else short(chapter.title, 60),
        "stem": chapter.stem,
    }


def _chapter(chapter: Chapter) -> Content:
    return {
        "stem": chapter.stem,
        "title": short(chapter.title, 120),
        "sections": [_section(chapter, section) for section in chapter.sections],
        "tables": [table(each, MOST_BEHIND) for section in chapter.sections for each in _behind(section)],
    }


def _section(chapter: Chapter, section: Section) -> Content:
    is_first = section is chapter.sections[0]
    blocks = [shown for block in section.blocks for shown in _blocks(block, section)]
    return {
        "title": "" if is_first and section.title == chapter.title else short(section.title, 160),
        "anchor": chapter.anchor(section),
        "starts_page": not is_first and _is_large(section),
        "blocks": blocks,
        "tables": [{"name": each.name, "title": each.title} for each in _behind(section)],
    }


def _is_large(section: Section) -> bool:
    """A picture that needs most of a page takes one of its own."""
    return any(isinstance(block, Figure | Modes | Cards) for block in section.blocks)


def _behind(section: Section) -> list[DataTable]:
    """Tables that stand in the appendix: those that a page keeps folded, and that have a row."""
    blocks = (block for block in section.blocks if isinstance(block, Table) and not block.is_open)
    return [block.table for block in blocks if block.table.records]


def _blocks(block: Block, section: Section) -> list[Content]:
    """A block as data; nothing for what stands in the appendix."""
    match block:
        case Modes():
            return [_figure(figure, section) for figure in block.figures[:1]]
        case Table():
            return [{"kind": "table", **table(block.table, MOST_OPEN)}] if block.is_open else []
        case Figure():
            return [_figure(block, section)]
        case Singles():
            return [_singles(block)]
        case _:
            return [_text_block(block)]


def _text_block(block: Block) -> Content:
    match block:
        case Lead(headline, about):
            told = {"text": clean(headline.text), "detail": clean(headline.detail), "about": clean(about)}
            return {"kind": "lead", **told}
        case Heading(text):
            return {"kind": "heading", "text": clean(text)}
        case Note(text):
            return {"kind": "note", "text": clean(text)}
        case Warn(text):
            return {"kind": "warn", "text": clean(text)}
        case Points(lines):
            return {"kind": "points", "lines": [clean(line) for line in lines]}
        case Tiles(tiles):
            return {"kind": "tiles", "tiles": [_tile(tile) for tile in tiles]}
        case Cards(cards, none):
            return {"kind": "cards", "cards": [_card(card) for card in cards], "none": clean(none)}
        case Facts(facts):
            return {"kind": "facts", "facts": [[clean(term), short(text, 200)] for term, text in facts]}
        case _:
            raise TypeError(f"no printed form of {block!r}")


def _tile(tile: Tile) -> Content:
    return {"value": clean(tile.value), "label": clean(tile.label), "detail": clean(tile.detail)}


def _card(card: Card) -> Content:
    evidence = " ".join(clean(part) for part in (f"{card.evidence}.", card.association) if part)
    return {
        "where": clean(card.where),
        "owner": clean(card.owner),
        "state": tr(card.state),
        "headline": clean(card.headline),
        "evidence": evidence,
        "step": clean(card.step),
        "is_gap": card.is_gap,
    }


def _figure(figure: Figure, section: Section) -> Content:
    is_alone = figure.title in {"", section.title}
    return {
        "kind": "figure",
        "name": figure.name,
        "title": "" if is_alone else clean(figure.title),
        "note": clean(figure.note),
        "legend": signs(figure),
        "strips": [strip(drawing) for drawing in figure.drawings],
        "table": "",
        "see": "",
    }


def _singles(singles: Singles) -> Content:
    cards = [
        {
            "heading": clean(card.heading),
            "where": clean(card.where),
            "strips": [
                {**strip(drawing), "caption": clean(" ".join(caption))}
                for drawing, caption in zip(card.drawings, card.captions, strict=True)
            ],
        }
        for card in singles.cards
    ]
    return {"kind": "singles", "title": clean(singles.summary), "note": clean(singles.note), "cards": cards}


def table(data: DataTable, most: int) -> Content:
    """A table's first rows as the page tells them, and where all of them are."""
    rows = [[short(text, LONGEST_CELL) for text, _ in row] for row in data.rows[:most]]
    return {
        "name": data.name,
        "title": clean(data.title),
        "note": clean(data.note),
        "heads": [{"text": clean(head.heading), "is_number": head.is_number} for head in data.shown],
        "rows": rows,
        "size": 8 if len(data.shown) < 9 else 7.2,
        "empty": clean(data.empty),
        "file": _file_line(data, len(rows)),
    }


def _file_line(data: DataTable, shown_n: int) -> str:
    rest = len(data.records) - shown_n
    if not rest:
        return f"tables/{data.file}"
    return trn(
        "{n} more row in tables/{file}", "{n} more rows in tables/{file}", rest, n=count(rest), file=data.file
    )
