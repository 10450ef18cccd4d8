"""Pictures on paper: how large they stand, the words for those who cannot see them, and the signs of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.report.canvas import Drawing
from pipelines.report.document import Figure, Single
from pipelines.report.formats.standalone import alternative, standalone, view_box
from pipelines.report.formats.upper import upper
from pipelines.report.text import clean, short

Content = dict[str, Any]

PAGE_WIDTH = 756.8  # points between the margins of A4, lying: 267 mm
PAGE_HEIGHT = 498.9  # 176 mm
# A picture is made for 1,280 pixels; all stand at one scale, so that their texts are of one size.
SCALE = PAGE_WIDTH / 1280
# A picture higher than this part of a page takes a page of its own, and all that is left of it.
_LARGE = 0.66
_TALL = 1.15  # height over width
_SIGN_SCALE = 0.62
_HALF = (PAGE_WIDTH - 25.6) / 2
_SMALLEST = 0.5


def strips(drawings: Sequence[Drawing]) -> list[Content]:
    """Drawings at their sizes on the page.

    Where one is large, each has a page of its own, and all of it that the texts above leave. Of a high one its upper
    part comes first, then the whole.
    """
    parts = [part for drawing in drawings for part in (upper(drawing), drawing) if part is not None]
    has_pages = any(map(is_large, parts))
    return [
        {**strip(part), "fills_page": has_pages, "starts_page": has_pages and i > 0} for i, part in enumerate(parts)
    ]


def strip(drawing: Drawing) -> Content:
    """A drawing at its size on the page."""
    scale = min(SCALE, PAGE_WIDTH / drawing.width)
    return {
        "svg": _on_paper(drawing.svg),
        "width": round(drawing.width * scale, 2),
        "alt": _told(drawing.svg),
        "fills_page": False,
        "starts_page": False,
    }


def is_tall(drawing: Drawing) -> bool:
    """Whether it is much larger on a standing page."""
    return drawing.height > _TALL * drawing.width


def is_large(drawing: Drawing) -> bool:
    """Whether it needs a page of its own."""
    return drawing.height * min(SCALE, PAGE_WIDTH / drawing.width) > PAGE_HEIGHT * _LARGE


def _on_paper(svg: str) -> str:
    return standalone(svg, "print", with_ground=False)


def _told(svg: str) -> str:
    """Words for those who cannot see it; a picture without any would not be let into the file."""
    return clean(". ".join(part for part in alternative(svg) if part)) or "–"


def singles_rows(cards: Sequence[Single]) -> list[list[Content | None]]:
    """The first journey of each card, two beside each other where they are short enough; None is left empty."""
    rows: list[list[Content]] = []
    for card in cards:
        shown = _single(card)
        if rows and len(rows[-1]) == 1 and rows[-1][0]["is_half"] and shown["is_half"]:
            rows[-1].append(shown)
        else:
            rows.append([shown])
    return [[*row, None] if len(row) == 1 and row[0]["is_half"] else [*row] for row in rows]


def _single(card: Single) -> Content:
    drawing = card.drawings[0]
    is_half = drawing.width * _SMALLEST <= _HALF
    scale = min(SCALE, (_HALF if is_half else PAGE_WIDTH) / drawing.width)
    return {
        "is_half": is_half,
        "heading": short(card.heading, 120),
        "where": clean(card.where),
        "strip": {**strip(drawing), "width": round(drawing.width * scale, 2)},
        "caption": clean(" ".join(card.captions[0])),
    }


def signs(figure: Figure) -> list[Content]:
    """The signs of a legend with their words; the legend is a list of our own making, so its markup is known."""
    from lxml import etree

    if not figure.legend:
        return []
    items = etree.fromstring(str(figure.legend)).iter("li")
    return [_sign(item) for item in items]


def _sign(item: Any) -> Content:
    from lxml import etree

    text = clean("".join(item.itertext()))
    drawn = item.find("svg")
    if drawn is None:
        return {"svg": "", "height": 0, "text": text}
    drawn.set("xmlns", "http://www.w3.org/2000/svg")
    svg = etree.tostring(drawn, encoding="unicode", with_tail=False)
    return {"svg": _on_paper(svg), "height": round(view_box(svg)[3] * _SIGN_SCALE, 2), "text": text}
