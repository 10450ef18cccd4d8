"""The blocks of a section as plain data for its printed form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.language import tr, trn
from pipelines.report.document import (
    Block,
    Cards,
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
    kind,
)
from pipelines.report.formats.pdf.columns import table
from pipelines.report.formats.pdf.pictures import Content, is_large, is_tall, signs, singles_rows, strips
from pipelines.report.numbers import count
from pipelines.report.sentences import Card, Tile
from pipelines.report.tables import DataTable
from pipelines.report.text import clean, short

MOST_OPEN = 15  # rows of a table in the text; its CSV has all
MOST_SINGLES = 8
_EVERY_MODE = frozenset({"metro"})  # sections whose picture is printed in every light, not only in the first


@dataclass(frozen=True)
class Around:
    """What a block's printed form depends on beside the block.

    Attributes:
        key: The section's key.
        beside: Names of the tables that stand in the section.
        behind: Names of those in the appendix.
        said: Titles that need not be said again.
    """

    key: str
    beside: Collection[str]
    behind: Mapping[str, DataTable]
    said: set[str]


def begins_page(section: Section) -> bool:
    """Whether its first picture or cards fill most of a page, so that it had better begin one."""
    first = _first(section)
    return isinstance(first, Cards) or (isinstance(first, Figure) and any(map(is_large, first.drawings)))


def stands(section: Section) -> bool:
    """Whether it is printed on a standing page, for its first picture is tall."""
    first = _first(section)
    return isinstance(first, Figure) and any(map(is_tall, first.drawings)) and begins_page(section)


def _first(section: Section) -> Cards | Figure | None:
    first = next((block for block in section.blocks if isinstance(block, Cards | Figure | Modes)), None)
    return first.figures[0] if isinstance(first, Modes) else first


def shown_blocks(section: Section, behind: Mapping[str, DataTable]) -> list[Content]:
    """The blocks that stand in the text; folded tables stand in the appendix.

    Args:
        section: Whose blocks.
        behind: The tables of the appendix by name.
    """
    beside = {block.table.name for block in section.blocks if isinstance(block, Table) and block.is_open}
    around = Around(section.key, beside, behind, {section.title})
    blocks = [shown for block in section.blocks for shown in _shown(block, around)]
    on_first_page = _first_figure(blocks) if begins_page(section) else None
    for i, shown in enumerate(blocks):
        is_new = ends_full(blocks[:i]) and shown["kind"] != "note"
        if is_new or (_fills_page(shown) and shown is not on_first_page):
            # A heading goes with its picture.
            begun = blocks[i - 1] if i and blocks[i - 1]["kind"] == "heading" else shown
            begun["starts_page"] = True
    return blocks


def _first_figure(blocks: Sequence[Content]) -> Content | None:
    return next((shown for shown in blocks if shown["kind"] == "figure"), None)


def ends_full(blocks: Sequence[Content]) -> bool:
    """Whether the last of the blocks, notes below it aside, is a picture that takes all the room of its page."""
    last = next((shown for shown in reversed(blocks) if shown["kind"] != "note"), None)
    return last is not None and _fills_page(last)


def _fills_page(shown: Content) -> bool:
    return any(drawn["fills_page"] for drawn in shown.get("strips", ()))


def _shown(block: Block, around: Around) -> Iterator[Content]:
    """A block's data; it starts no page of its own unless that is said later."""
    yield from ({"starts_page": False, **shown} for shown in _told(block, around))


def _told(block: Block, around: Around) -> Iterator[Content]:
    match block:
        case Modes(_, _, figures):
            shown = figures if around.key in _EVERY_MODE else figures[:1]
            yield from (_figure(figure, around) for figure in shown)
        case Figure():
            yield _figure(block, around)
        case Table(data, is_open) if is_open:
            yield {"kind": "table", **table(data, MOST_OPEN)}
        case Table():
            pass
        case Heading(text):
            around.said.add(text)
            yield {"kind": "heading", "text": clean(text)}
        case Singles():
            yield _singles(block)
        case _:
            yield _text(block)


def _text(block: Block) -> Content:
    match block:
        case Lead(headline, about):
            told = {"text": clean(headline.text), "detail": clean(headline.detail), "about": clean(about)}
            return {"kind": "lead", **told}
        case Note(text) | Warn(text):
            return {"kind": kind(block), "text": clean(text)}
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
    """A finding; what its numbers tell one by one is not told again in its sentences."""
    evidence = card.association if card.numbers else f"{card.evidence}. {card.association}"
    return {
        "where": clean(card.where),
        "owner": clean(card.owner),
        "state": clean(card.state),
        "headline": clean(card.occurs or card.headline),
        "numbers": [_tile(tile) for tile in card.numbers],
        "evidence": clean(evidence),
        "step": clean(card.step),
        "is_gap": card.is_gap,
    }


def _figure(figure: Figure, around: Around) -> Content:
    return {
        "kind": "figure",
        "title": "" if figure.title in around.said else clean(figure.title),
        "note": clean(figure.note),
        "legend": signs(figure),
        "strips": strips(figure.drawings),
        "see": None if figure.table in around.beside else _see(around.behind.get(figure.table)),
    }


def _see(data: DataTable | None) -> Content | None:
    if data is None:
        return None
    return {"name": data.name, "text": tr("Its numbers: {table}", table=clean(data.title))}


def _singles(singles: Singles) -> Content:
    rest = max(0, len(singles.cards) - MOST_SINGLES)
    more = trn("{n} more stands on the page.", "{n} more stand on the page.", rest, n=count(rest)) if rest else ""
    return {
        "kind": "singles",
        "title": clean(singles.summary),
        "note": clean(singles.note),
        "rows": singles_rows(singles.cards[:MOST_SINGLES]),
        "more": more,
    }
