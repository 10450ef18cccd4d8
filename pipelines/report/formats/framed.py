"""A picture for those who have nothing else in hand: with its title, its legend, how to read it, and its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup

from pipelines.language import tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.document import Chapter, Document, Figure, Single, Singles
from pipelines.report.formats.standalone import alternative
from pipelines.report.svg import group, picture
from pipelines.report.text import short, width, wrap

MARGIN, GAP = 28.0, 18.0
_TITLE, _LEGEND, _NOTE, _SOURCE = 20.0, 12.0, 12.0, 11.0  # sizes of type
_ITEM = re.compile(r"<li\b[^>]*>(.*?)</li>", re.DOTALL)
_SIGN = re.compile(r"<svg\b([^>]*)>(.*?)</svg>", re.DOTALL)
_SIZE = re.compile(r'\bviewBox="0 0 ([\d.]+) ([\d.]+)"')
_TAG = re.compile(r"<[^>]+>")
_WORDS = re.compile(r"\s*<(title|desc)\b[^>]*>.*?</\1>", re.DOTALL)


@dataclass(frozen=True)
class Plate:
    """One picture that becomes a file: a figure of the report, or a card of single journeys.

    Attributes:
        name: Stem of its files.
        about: What is written small above the title: the map.
        captions: A line below each of the drawings, where it has one.
    """

    name: str
    about: str
    title: str
    drawings: tuple[Drawing, ...]
    note: str = ""
    legend: Markup | None = None
    captions: tuple[str, ...] = ()


def plates(document: Document) -> tuple[Plate, ...]:
    """Every picture of a report, in its order."""
    return tuple(plate for chapter in document.chapters for plate in _plates_of(chapter))


def _plates_of(chapter: Chapter) -> Iterator[Plate]:
    for section in chapter.sections:
        alone = Chapter(chapter.stem, chapter.title, (section,))
        for figure in alone.figures:
            yield of_figure(figure, _about(chapter.title, section.title, figure.title))
        for block in section.blocks:
            if isinstance(block, Singles):
                about = _about(chapter.title, section.title, "")
                yield from (_of_single(single, about) for single in block.cards if single.drawings)


def _about(chapter: str, section: str, title: str) -> str:
    """What a picture belongs to: the map and the section, where its title does not say so already."""
    if section.startswith(chapter):
        return short(section, 120)
    return short(chapter, 120) if section == title else f"{short(chapter, 80)} · {short(section, 60)}"


def of_figure(figure: Figure, about: str = "") -> Plate:
    """A figure of the report."""
    return Plate(figure.name, about, figure.title, figure.drawings, figure.note, figure.legend)


def _of_single(single: Single, about: str) -> Plate:
    captions = tuple(f"{name} {told}" for name, told in single.captions)
    return Plate(single.name, about, single.heading, single.drawings, single.where, captions=captions)


def framed(plate: Plate, document: Document) -> Drawing:
    """The picture with what it needs to be understood on its own."""
    wide = max(560.0, *(drawing.width for drawing in plate.drawings))
    canvas, y = Canvas(), MARGIN
    y = _head(canvas, plate, wide, y)
    y = _legend(canvas, plate.legend, wide, y)
    inside: list[Markup] = []
    for i, drawing in enumerate(plate.drawings):
        y += GAP
        inside.append(group([_bare(drawing)], transform=f"translate({MARGIN:g} {y:g})"))
        y += drawing.height
        if i < len(plate.captions):
            y += 14
            canvas.text(MARGIN, y, short(plate.captions[i], 160), size=_SOURCE, look="m")
    high = _foot(canvas, plate, document, wide, y + GAP)
    title, words = plate.title, " ".join(alternative(drawing.svg)[1] for drawing in plate.drawings)
    svg = picture([*inside, *canvas.parts()], (wide + 2 * MARGIN, high), f"{plate.name}-plate", title, words)
    return Drawing(svg, wide + 2 * MARGIN, high, tuple(canvas.boxes))


def _head(canvas: Canvas, plate: Plate, wide: float, y: float) -> float:
    if plate.about:
        canvas.text(MARGIN, y + 9, plate.about, size=_NOTE, look="m")
        y += 20
    lines = wrap(plate.title, wide, _TITLE, 3, is_bold=True)
    canvas.lines(MARGIN, y + 0.8 * _TITLE, lines, 1.25 * _TITLE, size=_TITLE, is_bold=True)
    return y + 1.25 * _TITLE * len(lines)


def _foot(canvas: Canvas, plate: Plate, document: Document, wide: float, y: float) -> float:
    """How to read it, and where it is from; returns the height of the whole."""
    lines = wrap(plate.note, min(wide, 900), _NOTE, 6)
    canvas.lines(MARGIN, y + 9, lines, 1.45 * _NOTE, size=_NOTE, look="m")
    y += 1.45 * _NOTE * len(lines) + (10 if lines else 0)
    source = tr(
        "{workspace}, as of {as_of}, run {run}. Made with Terreng.",
        workspace=short(document.workspace, 60),
        as_of=document.as_of,
        run=document.run_id,
    )
    canvas.add(
        "back", Markup('<path d="M{} {}H{}" class="rule"/>').format(f"{MARGIN:g}", f"{y:g}", f"{wide + MARGIN:g}")
    )
    canvas.text(MARGIN, y + 18, source, size=_SOURCE, look="m")
    return y + 18 + MARGIN * 0.8


def _bare(drawing: Drawing) -> Markup:
    """What is inside a picture, without the words that its frame tells for it."""
    svg = str(drawing.svg)
    inside = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    while found := _WORDS.match(inside):
        inside = inside[found.end() :]
    return Markup(inside)  # noqa: S704  # a part of our own markup


def _legend(canvas: Canvas, legend: Markup | None, wide: float, y: float) -> float:
    """The signs with their words, as many a line as fit; returns where they end."""
    left, pitch = MARGIN, 24.0
    items = list(_items(legend))
    if not items:
        return y
    y += 10
    for sign, (sign_wide, sign_high), text in items:
        room = sign_wide + 7 + width(text, _LEGEND)
        if left > MARGIN and left + room > wide + MARGIN:
            left, y = MARGIN, y + pitch
        canvas.add("marks", group([sign], transform=f"translate({left:g} {y + 9 - sign_high / 2:g})"))
        canvas.text(left + sign_wide + 7, y + 13, text, size=_LEGEND, look="m")
        left += room + 22
    return y + pitch


def _items(legend: Markup | None) -> Iterator[tuple[Markup, tuple[float, float], str]]:
    """Sign, its size, and its words, of each item of a legend."""
    for item in _ITEM.findall(str(legend or "")):
        found = _SIGN.search(item)
        size = _SIZE.search(found[1]) if found else None
        sign = Markup(found[2] if found else "")  # noqa: S704  # a part of our own markup
        text = short(unescape(_TAG.sub("", _SIGN.sub("", item))), 110)
        yield sign, (float(size[1]), float(size[2])) if size else (0.0, 18.0), text
