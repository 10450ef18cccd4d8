"""The report as a document of blocks: what it says and shows, before any format.

HTML, PDF, slides, the workbook and the picture files walk the same document, so that none of them says more, less or
something else than another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from markupsafe import Markup

from pipelines.report.canvas import Drawing
from pipelines.report.sentences import Card, Headline, Tile
from pipelines.report.tables import DataTable

_NO_LEGEND = Markup("")


Look: TypeAlias = Literal["", "done", "lost", "said_no", "skipped", "active", "help"]


@dataclass(frozen=True)
class Series:
    """One series of a chart: a value for each category, None where none is told, with its interval where it has one.

    Attributes:
        look: What it stands for, so that it has the same colour in every chart; "" where it stands for itself alone.
    """

    name: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    look: Look = ""


@dataclass(frozen=True)
class Chart:
    """A figure's numbers for programs that draw charts of their own.

    Attributes:
        kind: How it is drawn: bars beside each other, bars on each other, lines, or dots.
        unit: What the values are: shares of 0 to 1, counts, seconds, or money in the map's currency.
        highlight: The category that it is about, or none.
    """

    kind: Literal["bar", "stacked", "line", "dot"]
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: Literal["share", "count", "seconds", "money"] = "share"
    highlight: str = ""


@dataclass(frozen=True)
class Figure:
    """One picture.

    Attributes:
        name: Its anchor, and the stem of its files.
        title: Title for people.
        drawings: The picture; a wide map is several strips, from first to last.
        table: Name of the table that holds its numbers.
        note: How to read it.
        chart: Its numbers for charts that can be edited.
        legend: Signs with their words, as a list.
    """

    name: str
    title: str
    drawings: tuple[Drawing, ...]
    table: str = ""
    note: str = ""
    chart: Chart | None = None
    legend: Markup = _NO_LEGEND


@dataclass(frozen=True)
class Modes:
    """Figures of which one is looked at at a time, the first to begin with; on paper only the first."""

    name: str
    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Lead:
    """What a chapter begins with: the finding as a headline, the numbers behind it, and what the chapter is about."""

    headline: Headline
    about: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Note:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Warn:
    """A paragraph that must not be overlooked."""

    text: str


@dataclass(frozen=True)
class Points:
    """Sentences as a list."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Tiles:
    """The numbers of the first screen."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Cards:
    """Findings as cards, or what it means that there is none."""

    cards: tuple[Card, ...]
    none: str


@dataclass(frozen=True)
class Table:
    """A table; on a screen it is folded unless it is open."""

    table: DataTable
    is_open: bool = False


@dataclass(frozen=True)
class Single:
    """One deviation with single journeys that show it: each a picture with its caption; and the SQL for the others."""

    name: str
    heading: str
    where: str
    drawings: tuple[Drawing, ...]
    captions: tuple[tuple[str, str], ...]
    sql: str


@dataclass(frozen=True)
class Singles:
    """Cards of single journeys; on a screen they are folded."""

    name: str
    summary: str
    note: str
    cards: tuple[Single, ...]


@dataclass(frozen=True)
class Facts:
    """Terms and what they are."""

    facts: tuple[tuple[str, str], ...]


Block: TypeAlias = Lead | Heading | Note | Warn | Points | Tiles | Cards | Figure | Modes | Table | Singles | Facts


def kind(block: Block) -> str:
    """What a block is, for templates: "figure", "table", ..."""
    return type(block).__name__.lower()


@dataclass(frozen=True)
class Section:
    """One question of a chapter and its answers. `key` is the same in every chapter and every language."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Chapter:
    """One map, or the data behind all of them; its sections in order, none of them empty."""

    stem: str
    title: str
    sections: tuple[Section, ...]

    def anchor(self, section: Section) -> str:
        """A section's anchor on the page."""
        return f"{self.stem}--{section.key}"

    @property
    def blocks(self) -> Iterator[Block]:
        """Its blocks in order."""
        return (block for section in self.sections for block in section.blocks)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its pictures in order, those of every mode too."""
        return tuple(figure for block in self.blocks for figure in _figures(block))

    @property
    def tables(self) -> tuple[DataTable, ...]:
        """Its tables in order."""
        return tuple(block.table for block in self.blocks if isinstance(block, Table))


def _figures(block: Block) -> tuple[Figure, ...]:
    match block:
        case Figure():
            return (block,)
        case Modes():
            return block.figures
        case _:
            return ()


@dataclass(frozen=True)
class Document:
    """The whole report.

    Attributes:
        title: The first finding, with the workspace's name.
        snapshot_line: What is wrong with the snapshot as a whole, or nothing.
        maps: A chapter for each map.
        data: The chapter on data, people and methods.
        language: Code of the language that it speaks.
    """

    title: str
    workspace: str
    run_id: str
    as_of: str
    snapshot_line: str
    maps: tuple[Chapter, ...]
    data: Chapter
    language: str = "en"
    facts: tuple[tuple[str, str], ...] = field(default=())

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Every chapter in order."""
        return (*self.maps, self.data)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every picture."""
        return tuple(figure for chapter in self.chapters for figure in chapter.figures)

    @property
    def tables(self) -> tuple[DataTable, ...]:
        """Every table."""
        return tuple(table for chapter in self.chapters for table in chapter.tables)
