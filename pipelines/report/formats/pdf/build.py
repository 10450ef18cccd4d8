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
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")  # how typst quotes signs that combine with the one before
_JOINED = "text with missing codepoints"  # what typst says of scripts whose signs are joined
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
    """The PDF by the standard; where it has scripts that typst cannot set by it, tagged all the same.

    Such scripts join signs to one drawn sign, which the standard's check of every sign takes for a hole. A name as it
    was written is worth more to readers than the standard's mark on the file.
    """
    from typst import TypstError

    try:
        return _set(source, told, as_of, STANDARD)
    except TypstError as error:
        if _JOINED not in str(error):
            raise
        return _set(source, told, as_of, None)


def _set(source: bytes, told: str, as_of: datetime, standard: Literal["ua-1"] | None) -> bytes:
    from typst import Compiler

    compiler = Compiler(source, font_paths=_fonts(), sys_inputs={"content": told})
    made = compiler.compile(format="pdf", pdf_standards=standard, timestamp=int(as_of.timestamp()))
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
        told = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(_MISSING.findall(error.diagnostic)))
        return frozenset(told).intersection(signs)
    return frozenset()
