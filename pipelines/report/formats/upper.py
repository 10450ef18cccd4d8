"""The upper part of a high picture: the map without its lanes, for places where the whole would be too small."""

from __future__ import annotations

import re
from dataclasses import replace

from markupsafe import Markup

from pipelines.report.canvas import Drawing
from pipelines.report.formats.standalone import view_box

_HIGH = 0.75  # height over width from which the upper part is shown by itself
_ROOM = 10.0  # pixels kept below
_PANEL = re.compile(r'<rect x="[-\d.]+" y="([-\d.]+)" width="[\d.]+" height="([\d.]+)"[^>]*class="panel"')
_VIEW = re.compile(r'\bviewBox="[^"]*"')


def upper(drawing: Drawing) -> Drawing | None:
    """The picture down to where its panels end; None where it is low enough, or where nothing stands below them."""
    ends = [float(top) + float(high) + _ROOM for top, high in _PANEL.findall(drawing.svg)]
    if drawing.height <= _HIGH * drawing.width or not ends or max(ends) >= drawing.height - _ROOM:
        return None
    left, top, wide, _ = view_box(drawing.svg)
    svg = Markup(_VIEW.sub(f'viewBox="{left:g} {top:g} {wide:g} {max(ends):g}"', str(drawing.svg), count=1))  # noqa: S704  # numbers put into our own markup
    boxes = tuple(box for box in drawing.boxes if box.bottom <= max(ends))
    return replace(drawing, svg=svg, height=max(ends), boxes=boxes)
