"""A picture that stands alone: the report's colours inside, for light and dark screens and for paper."""

from __future__ import annotations

import re
from importlib.resources import files

from pipelines.journeys.laid import LaidJourney
from pipelines.report.cards.lines import two_lines

_THEME = re.compile(r"^(:root \{.*?^\}|@media \(prefers-color-scheme: dark\) \{.*?^\})", re.DOTALL | re.MULTILINE)
_FONT = 'font-family="Inter, Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif"'


def standalone_svg(laid: LaidJourney) -> str:
    """One journey as an SVG file."""
    drawing = two_lines(laid, "journey")
    size = f'width="{drawing.width:.0f}" height="{drawing.height:.0f}"'
    svg = str(drawing.svg).replace('font-family="inherit"', _FONT, 1).replace('width="100%"', size, 1)
    head, _, rest = svg.partition(">")
    return f"{head}><style>{picture_css()}</style>{rest}\n"


def picture_css() -> str:
    """What a picture needs of the report's style sheet."""
    folder = files("pipelines.report") / "templates"
    page = (folder / "report.css").read_text(encoding="utf-8")
    texts = "\n".join(line for line in page.splitlines() if line.startswith(("svg text {", "svg .m {", "svg .halo {")))
    cards = (folder / "cards.css").read_text(encoding="utf-8")
    marks = "\n".join(line for line in cards.splitlines() if line.startswith("svg "))
    ground = "svg { background: var(--bg); --panel: var(--bg); }"
    return "\n".join([*_THEME.findall(page), texts, marks, ground])
