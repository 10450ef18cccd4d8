"""HTML for notebooks: pictures and texts in the report's own style, kept from the style of the page around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from pipelines.report.canvas import Drawing
from pipelines.report.svg import el
from schemas.errors import TerrengError


@cache
def style() -> str:
    """The report's style, for what stands inside of `.terreng` alone; the page around has names of its own."""
    folder = files("pipelines.report") / "templates"
    css = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("report.css", "cards.css"))
    own = (files("pipelines.explore") / "explore.css").read_text(encoding="utf-8")
    css = re.sub(r"@page\s*\{[^}]*\}", "", css)
    css = re.sub(r"(?m)^(\s*)(:root|body|html)\b", r"\1&", css)
    return f"<style>.terreng {{\n{css}\n{own}\n}}</style>"


def framed(*parts: Markup, look: str = "") -> str:
    """Parts inside the report's style, as the plain text that notebooks take."""
    return "".join(el("div", *parts, class_=f"terreng {look}".strip()))


def figure(drawings: Iterable[Drawing]) -> str:
    """Pictures, one below the other, each scrolled rather than made too small to read."""
    return framed(*(el("figure", drawing.svg) for drawing in drawings))


def trouble(error: TerrengError) -> str:
    """What is wrong, and what to do."""
    wanted = (el("p", error.wanted[:1].upper() + error.wanted[1:]),) if error.wanted else ()
    hint = (el("p", error.hint, class_="note"),) if error.hint else ()
    return framed(el("h2", error.got[:1].upper() + error.got[1:]), *wanted, *hint, look="trouble")
