"""Pictures on paper: how large they stand, the words for those who cannot see them, and the signs of a legend."""

from __future__ import annotations

from functools import partial
from html import unescape
from typing import Any

from pipelines.report.canvas import Drawing
from pipelines.report.document import Figure
from pipelines.report.formats.standalone import alternative, standalone

PAGE_WIDTH = 756.8  # points between the margins of A4, lying: 267 mm
PAGE_HEIGHT = 504.5  # 178 mm
# A picture is made for 1,280 pixels; all stand at one scale, so that their texts are of one size.
SCALE = PAGE_WIDTH / 1280
# What stands above and below a picture on its page: heading, note, legend and the line that names its table.
AROUND = 62.0
SIGN_SCALE = 0.62

print_svg = partial(standalone, theme="print", with_ground=False)


def strip(drawing: Drawing, around: float = AROUND) -> dict[str, Any]:
    """A drawing at the size at which it fits a page that has so much else on it."""
    scale = min(SCALE, PAGE_WIDTH / drawing.width, (PAGE_HEIGHT - around) / drawing.height)
    title, words = alternative(drawing.svg)
    return {
        "svg": print_svg(drawing.svg),
        "width": round(drawing.width * scale, 2),
        "height": round(drawing.height * scale, 2),
        "alt": ". ".join(part for part in (title, words) if part) or "-",
    }


def signs(figure: Figure) -> list[dict[str, Any]]:
    """The signs of a legend with their words; the legend is a list of our own making, so its markup is known."""
    from lxml import html

    if not figure.legend:
        return []
    items = html.fragment_fromstring(str(figure.legend), create_parent="div").iter("li")
    return [_sign(item, html.tostring) for item in items]


def _sign(item: Any, written: Any) -> dict[str, Any]:
    drawn = next(iter(item.iter("svg")), None)
    text = " ".join("".join(item.itertext()).split())
    if drawn is None:
        return {"svg": "", "height": 0, "alt": "", "text": text}
    svg = unescape_case(written(drawn, encoding="unicode", with_tail=False))
    return {"svg": print_svg(svg), "height": _height(svg), "alt": text or "-", "text": text}


def unescape_case(svg: str) -> str:
    """HTML knows no capitals in names of attributes; SVG does, and a name space."""
    return svg.replace("viewbox=", "viewBox=").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _height(svg: str) -> float:
    from pipelines.report.formats.standalone import view_box

    return round(view_box(svg)[3] * SIGN_SCALE, 2)


__all__ = ["AROUND", "signs", "strip", "unescape"]
