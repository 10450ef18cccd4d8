"""Sets the report as PDF by typst, with our own font first and the machine's for what it lacks."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from pipelines.report.document import Document
from pipelines.report.fonts import FAMILY_NAME, advances, font_files
from pipelines.report.formats.pdf.content import content

if TYPE_CHECKING:
    from typst import Fonts

STANDARD: Literal["ua-1"] = "ua-1"  # what readers for the blind ask for; typst refuses what breaks it
INSTEAD = "\N{WHITE SQUARE}"  # stands for a sign that no font of the machine has
_MISSING = re.compile(r'the text `("(?:[^"\\]|\\.)*")` could not be displayed')
_PROBE = """
#set document(title: "-")
#set page(width: 500pt, height: auto)
#for sign in json(bytes(sys.inputs.content)) [#par(text(lang: "en", sign))]
"""


def pdf(document: Document, as_of: datetime) -> bytes:
    """The document as PDF.

    Args:
        document: What the report says.
        as_of: The moment at which everything was judged. It is the file's date, so that the same run gives the same
            bytes.
    """
    told = json.dumps({**content(document, as_of), "fonts": [FAMILY_NAME]}, ensure_ascii=False)
    template = (files("pipelines.report.formats.pdf") / "report.typ").read_bytes()
    return _compiled(template, _printable(told), as_of)


def _compiled(source: bytes, told: str, as_of: datetime) -> bytes:
    from typst import Compiler

    compiler = Compiler(source, font_paths=_fonts(), sys_inputs={"content": told})
    made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=int(as_of.timestamp()))
    assert isinstance(made, bytes)  # noqa: S101  # a PDF is one file, not one a page
    return made


@cache
def _fonts() -> Fonts:
    from typst import Fonts

    return Fonts(font_paths=[path.parent for path in font_files()[:1]])


def _printable(told: str) -> str:
    """The text with a white square for each sign that could not be printed: the standard forbids holes in a text."""
    strange = sorted(sign for sign in set(told) - advances().keys() if sign.isprintable() and sign != " ")
    missing = _missing(strange) if strange else frozenset()
    return told.translate({ord(sign): INSTEAD for sign in missing})


def _missing(signs: list[str]) -> frozenset[str]:
    """Those of the signs that no font of the machine has: what typst complains of when each is set alone."""
    from typst import Compiler, TypstError

    compiler = Compiler(_PROBE.encode(), font_paths=_fonts(), sys_inputs={"content": json.dumps(signs)})
    try:
        compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=0)
    except TypstError as error:
        told = (json.loads(each) for each in _MISSING.findall(error.diagnostic))
        return frozenset(sign for text in told for sign in text)
    return frozenset()
