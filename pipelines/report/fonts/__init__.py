"""Inter, the font of everything that is drawn or printed: its files, and how wide its signs are.

Measured, drawn and embedded is the same font, so that what tests measure is what people see. Licence: OFL.txt.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

FAMILY_NAME = "Inter"
FAMILY = "Inter, Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif"
_WEIGHTS = {"Regular": 400, "SemiBold": 600, "Bold": 700}
_BOLD = re.compile(r'font-weight="?:?\s*(600|650|700|bold)')


@cache
def font_files() -> tuple[Path, ...]:
    """The font as TrueType files, one a weight: Latin, Greek and Cyrillic."""
    # An application is installed as files; they stay where they are, so the paths outlive the context.
    with as_file(files("pipelines.report.fonts")) as folder:
        return tuple(folder / f"{FAMILY_NAME}-{name}.ttf" for name in _WEIGHTS)


def font_css(svg: str | None = None) -> str:
    """The font for a page as `@font-face` with the data inside; for a picture only the weights that it has."""
    names = (
        ("Regular", "SemiBold", "Bold") if svg is None else ("Regular", *(("SemiBold",) if _BOLD.search(svg) else ()))
    )
    return "".join(_face(name) for name in names)


@cache
def _face(name: str) -> str:
    data = (files("pipelines.report.fonts") / f"{FAMILY_NAME}-{name}.woff2").read_bytes()
    source = f"url(data:font/woff2;base64,{b64encode(data).decode('ascii')}) format('woff2')"
    return (
        f"@font-face {{ font-family: {FAMILY_NAME}; font-weight: {_WEIGHTS[name]}; font-display: block; "
        f"src: {source}; }}\n"
    )


@cache
def advances(is_bold: bool = False) -> Mapping[str, float]:
    """How wide each sign of the font is, in parts of the font's size; bold is the weight 600 that pictures use."""
    name = "SemiBold" if is_bold else "Regular"
    text = (files("pipelines.report.fonts") / "advances.json").read_text(encoding="utf-8")
    return {sign: int(wide) / 2048 for wide, signs in json.loads(text)[name].items() for sign in signs}


def lacks(text: str) -> bool:
    """Whether a text has signs that the font does not have."""
    return not advances().keys() >= {sign for sign in text if sign > " "}
