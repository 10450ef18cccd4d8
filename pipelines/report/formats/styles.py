"""The report's style sheet for pictures that stand alone: a theme's colours put in, and only the rules that apply.

Programs that draw SVG outside of a browser know classes, but neither variables nor media queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Theme = Literal["light", "dark", "print"]
THEMES: tuple[Theme, ...] = ("light", "dark", "print")

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PIECE = re.compile(r"([^{};]*)([{};])")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)")
_CLASS = re.compile(r"\.([\w-]+)")
_CLASSES = re.compile(r'\bclass="([^"]*)"')
_MEDIA: Mapping[Theme, str] = {"light": "no media", "dark": "prefers-color-scheme: dark", "print": "print"}


@dataclass(frozen=True)
class Rule:
    """One selector with its declarations, under a media query or under none."""

    media: str
    selector: str
    declarations: tuple[tuple[str, str], ...]


@cache
def style_rules() -> tuple[Rule, ...]:
    """Every rule of the report's style sheets in order, the page's own first."""
    folder = files("pipelines.report") / "templates"
    sheets = sorted((each for each in folder.iterdir() if each.name.endswith(".css")), key=_page_first)
    return tuple(rule for sheet in sheets for rule in read_rules(sheet.read_text(encoding="utf-8")))


def _page_first(sheet: Traversable) -> tuple[bool, str]:
    return sheet.name != "report.css", sheet.name


def read_rules(css: str) -> Iterator[Rule]:
    """The rules of a style sheet, one for each selector; what stands in other blocks than media queries is left out."""
    blocks: list[str] = []
    declarations: list[str] = []
    for text, end in _PIECE.findall(_COMMENT.sub("", css)):
        if end == "{":
            blocks.append(" ".join(text.split()))
            declarations = []
            continue
        declarations.append(text)
        if end == "}" and blocks:
            yield from _rules_of(blocks, declarations)
            blocks.pop()
            declarations = []


def _rules_of(blocks: list[str], declarations: list[str]) -> Iterator[Rule]:
    *around, selectors = blocks
    pairs = tuple(
        (name.strip(), value.strip()) for name, colon, value in (each.partition(":") for each in declarations) if colon
    )
    if not pairs or selectors.startswith("@") or any(not each.startswith("@media") for each in around):
        return
    for selector in selectors.split(","):
        yield Rule(" ".join(around), selector.strip(), pairs)


@cache
def palette(theme: Theme) -> Mapping[str, str]:
    """The variables of a theme, `--bg` and the like, with their values."""
    return {
        name: value
        for rule in style_rules()
        if rule.selector.startswith(":root") and _applies(rule, theme)
        for name, value in rule.declarations
        if name.startswith("--")
    }


def _applies(rule: Rule, theme: Theme) -> bool:
    return not rule.media or _MEDIA[theme] in rule.media


def picture_css(svg: str, theme: Theme) -> str:
    """The rules that a picture needs, in the theme's colours, without variables.

    A picture without panels stands on the page's ground, and so does what its halos hide.
    """
    colours = dict(palette(theme))
    used = {word for classes in _CLASSES.findall(svg) for word in classes.split()}
    if "panel" not in used:
        colours["--panel"] = colours["--bg"]
    return "\n".join(
        f"{rule.selector} {{ {'; '.join(f'{name}: {_plain(value, colours)}' for name, value in rule.declarations)} }}"
        for rule in style_rules()
        if _applies(rule, theme) and _is_of(rule.selector, used)
    )


def _is_of(selector: str, used: set[str]) -> bool:
    """A rule for pictures, all classes of which the picture has; states such as :hover are for screens."""
    return selector.startswith("svg ") and ":" not in selector and used.issuperset(_CLASS.findall(selector))


def _plain(value: str, colours: Mapping[str, str]) -> str:
    for _ in range(4):  # a variable may stand for another, but not for ever
        value = _VARIABLE.sub(lambda found: colours.get(found[1], (found[2] or "").strip() or "none"), value)
    return value
