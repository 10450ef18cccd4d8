"""How cells look: few formats, each made once for a workbook."""

from __future__ import annotations

from typing import Any

INK, MUTED, RULE, HEAD, PANEL = "#1B2230", "#5F6B7E", "#DFE4EA", "#1B2230", "#F3F5F8"
SHARE_BAR, COUNT_BAR = "#FBDDB8", "#DDE3EB"
TABS = ("#A9123A", "#0A7562", "#6A45C4", "#C06A1E", "#35507A")
SERIES = ("#1B2230", "#A9123A", "#0A7562", "#6A45C4", "#DE6A3A", "#96A3B5")
BAR, HIGHLIGHT = "#96A3B5", "#A9123A"
MEANINGS = {
    "done": "#96A3B5", "lost": "#A9123A", "said_no": "#F5B266",
    "skipped": "#6A45C4", "active": "#CBD3DE", "help": "#0A7562",
}  # fmt: skip
"""What a series stands for to its colour: the same in every chart of the report, and on its slides."""
FONT = "Arial"  # there wherever spreadsheets are

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top"}
_LOOKS: dict[str, dict[str, Any]] = {
    "text": {},
    "wrap": {"text_wrap": True},
    "bold": {"bold": True, "text_wrap": True},
    "muted": {"font_color": MUTED},
    "note": {"font_color": MUTED, "text_wrap": True},
    "warn": {"text_wrap": True, "left": 5, "left_color": "#A9123A", "bg_color": "#FDF1F4", "indent": 1},
    "title": {"font_size": 18, "bold": True, "valign": "vcenter"},
    "headline": {"font_size": 22, "bold": True, "text_wrap": True, "valign": "vcenter"},
    "section": {"font_size": 14, "bold": True, "bottom": 2, "bottom_color": INK, "valign": "bottom"},
    "sub": {"font_size": 11, "bold": True},
    "label": {"font_size": 11, "bold": True, "text_wrap": True},
    "link": {"font_color": "#1F4E9E", "underline": 1},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "text_wrap": True, "valign": "vcenter"},
    "head_number": {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "text_wrap": True, "valign": "vcenter"}
    | {"align": "right", "indent": 1},
    "head_more": {"font_color": MUTED, "bg_color": PANEL, "text_wrap": True, "valign": "vcenter"},
    "cell": {"bottom": 1, "bottom_color": RULE, "text_wrap": True},
    "first": {"bottom": 1, "bottom_color": RULE, "text_wrap": True, "bold": True},
    "number": {"bottom": 1, "bottom_color": RULE, "align": "right"},
    "told": {"bottom": 1, "bottom_color": RULE, "align": "right", "font_color": MUTED, "text_wrap": True},
    "value": {"font_size": 20, "bold": True, "align": "left", "valign": "vcenter"},
}


class Looks:
    """The formats of one workbook, made when they are first asked for."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, str, bool], Any] = {}

    def __call__(self, look: str, number_format: str = "", *, is_quoted: bool = False) -> Any:
        """A format.

        Args:
            look: Its name above.
            number_format: How numbers read.
            is_quoted: The text begins with a sign of formulas: it stays text also when somebody edits the cell.
        """
        key = (look, number_format, is_quoted)
        if key not in self._made:
            more = {"num_format": _with_air(number_format)} if number_format else {}
            quoted = {"quote_prefix": True} if is_quoted else {}
            self._made[key] = self._book.add_format({**_BASE, **_LOOKS[look], **more, **quoted})
        return self._made[key]


def _with_air(number_format: str) -> str:
    """A number format with some room to the right of the number, as wide as a bracket."""
    return ";".join(f"{part}_)" for part in number_format.split(";"))


def lay_out(sheet: Any, pages_high: int = 0) -> None:
    """A sheet as it is seen and printed: without grid, A4 across, as wide as the paper, with its name and page number.

    Args:
        sheet: A sheet.
        pages_high: How many pages it is squeezed into; 0 for as many as it takes.
    """
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, pages_high)
    sheet.set_footer("&L&8&A&R&8&P / &N")
