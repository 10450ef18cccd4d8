"""HTML for notebooks: pictures and texts in the report's own style, kept from the style of the page around them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from pipelines.language import mark, tongue, tr
from pipelines.report.fonts import font_css
from pipelines.report.svg import el
from schemas.errors import TerrengError

_NOTEBOOKS = {
    "tour": mark("The example, explained"),
    "explore": mark("Explore"),
    "workshop": mark("Map workshop"),
    "own_data": mark("Own data"),
}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PAGE = re.compile(r"@page[^{]*\{(?:[^{}]|\{[^{}]*\})*\}")  # paper has no place inside of a rule
_ROOT = re.compile(r"(?<![\w.#-])(:root|body|html)(?=[\s{,:\[])")


@cache
def style() -> str:
    """The report's style, for what stands inside of `.terreng` alone; the page around has names of its own."""
    folder = files("pipelines.report") / "templates"
    css = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("report.css", "page.css", "cards.css"))
    own = (files("pipelines.explore") / "explore.css").read_text(encoding="utf-8")
    css = _PAGE.sub("", _COMMENT.sub("", css))
    css = _ROOT.sub("&", css)
    return f"<style>{font_css()}\n.terreng {{\n{css}\n{own}\n}}</style>"


def framed(*parts: Markup, look: str = "") -> str:
    """Parts inside the report's style, as the plain text that notebooks take."""
    code = tongue().code  # the page around says that it is English
    return "".join(el("div", *parts, class_=f"terreng {look}".strip(), lang=None if code == "en" else code))


def trouble(error: TerrengError | None) -> str:
    """What is wrong, and what to do; nothing where nothing is."""
    if error is None:
        return ""
    wanted = (el("p", error.wanted[:1].upper() + error.wanted[1:]),) if error.wanted else ()
    hint = (el("p", error.hint, class_="note"),) if error.hint else ()
    return framed(el("h2", error.got[:1].upper() + error.got[1:]), *wanted, *hint, look="trouble")


def heading(text: str) -> str:
    """A heading between controls."""
    return framed(el("h3", text), look="heading")


def title(text: str, about: str) -> str:
    """What a notebook is called, and what it is for."""
    return framed(el("h1", text), el("p", about, class_="detail"))


def section(text: str, inside: str) -> str:
    """A heading with what was made for below it."""
    return framed(el("h2", text), Markup(inside))  # noqa: S704 - made by `framed`


def note(text: str) -> str:
    """A paragraph."""
    return framed(el("p", text, class_="note"))


def links(here: str) -> str:
    """The other notebooks, by the paths under which `terreng explore` serves them.

    Args:
        here: Path of this one.
    """
    found = (
        el("a", tr(title), href=f"/{path}/", aria_current="page" if path == here else None)
        for path, title in _NOTEBOOKS.items()
    )
    return framed(el("nav", *found, aria_label=tr("Notebooks")), look="links")
