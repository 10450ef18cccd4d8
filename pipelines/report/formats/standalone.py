"""A picture of the report as one that stands alone: sized, coloured by one theme, on its ground, in our own font."""

from __future__ import annotations

import re
from html import unescape

from pipelines.report.fonts import FAMILY, font_css
from pipelines.report.formats.styles import Theme, palette, picture_css

_VIEW = re.compile(r'\bviewBox="\s*([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)\s*"')
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title>", re.DOTALL)
_DESCRIPTION = re.compile(r"<desc\b[^>]*>(.*?)</desc>", re.DOTALL)
_WORDS_END = re.compile(r"</desc>|</title>(?!<desc)")


def standalone(svg: str, theme: Theme = "light", *, with_font: bool = False, with_ground: bool = True) -> str:
    """A picture as an SVG document of its own.

    Args:
        svg: The picture as the report has it (`Drawing.svg`).
        theme: Whose colours are put in.
        with_font: Our font goes into the file (some 60 KB), for programs that do not have it.
        with_ground: The theme's ground is painted below the picture; without it the picture is see-through.

    Returns:
        SVG with its width and height in pixels and a plain style sheet: no variable, no media query.
    """
    svg = str(svg)  # markup would escape what is put into it here
    left, top, wide, high = view_box(svg)
    head, _, rest = svg.partition(">")
    head = head.replace('font-family="inherit"', f'font-family="{FAMILY}"', 1)
    head = head.replace(' width="100%"', f' width="{wide:g}" height="{high:g}"', 1)
    style = f"<style>{font_css(svg) if with_font else ''}{picture_css(svg, theme)}</style>"
    ground = f'<rect x="{left:g}" y="{top:g}" width="{wide:g}" height="{high:g}" fill="{palette(theme)["--bg"]}"/>'
    words_end = _WORDS_END.search(rest)
    at = words_end.end() if words_end else 0  # title and description stay the first children, as readers expect
    return f"{head}>{rest[:at]}{style}{ground if with_ground else ''}{rest[at:]}"


def view_box(svg: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of a picture in pixels.

    Raises:
        ValueError: It has none: it is no picture of ours.
    """
    found = _VIEW.search(svg)
    if found is None:
        raise ValueError(f"a picture without viewBox: {svg[:60]}")
    left, top, wide, high = (float(each) for each in found.groups())
    return left, top, wide, high


def alternative(svg: str) -> tuple[str, str]:
    """The title of a picture and its description, as plain text for those who cannot see it."""
    title, words = _TITLE.search(svg), _DESCRIPTION.search(svg)
    return unescape(title[1]) if title else "", unescape(words[1]) if words else ""
