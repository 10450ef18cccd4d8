"""The report as one HTML file: nothing from elsewhere, nothing of customers' that a browser would run."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from pipelines.language import mark, tr, trn
from pipelines.report.document import Block, Document, Figure, Section, kind
from pipelines.report.fonts import font_css
from pipelines.report.numbers import count
from pipelines.report.text import clean, short

_SHEETS = ("report.css", "page.css", "cards.css")
# What the navigation calls a section where its title is too long for it.
_NAMES = {
    "metro": mark("The map"),
    "travel": mark("Travel"),
    "drop-off": mark("Drop-off"),
    "waits": mark("Waits"),
    "frictions": mark("Cost"),
    "experience": mark("Experience"),
    "changes": mark("Changes"),
    "planned": mark("Planned and actual"),
    "singles": mark("Single journeys"),
    "process": mark("Process"),
    "seen": mark("Unseen"),
    "behind": mark("Tables"),
}
_TALL = 0.55  # of its width: such a picture is as high as the paper before it is as wide
# Hebrew, Arabic and their kin, with what stands between two of their words.
_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:[\s\d.,:/-]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*"
)


def render(document: Document, *, root: str = "", home: str = "", owners: Mapping[str, str] | None = None) -> str:
    """The document as one HTML file; every text is escaped, and cleaned of marks that turn or hide others.

    Args:
        document: What it says and shows.
        root: What leads from the file to the folder of the report: "../" for a page in a folder below.
        home: Address of the whole report, on a page that is a part of it.
        owners: Owner to the address of the owner's page.
    """
    script = _text("page.js")
    return (
        _template().render(
            document=document,
            root=root,
            home=home,
            owners=dict(owners or {}),
            css=Markup(font_css() + "".join(map(_text, _SHEETS))),  # noqa: S704  # our own files, no value of anybody in them
            script=Markup(script),  # noqa: S704  # the same
            script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        )
        + "\n"
    )


def fragment(blocks: Iterable[Block], title: str) -> str:
    """Blocks as HTML without a page around them.

    Args:
        blocks: What to show.
        title: What they are about.
    """
    template = _environment().from_string(
        '{% from "blocks.html" import block with context %}{% for b in blocks %}{{ block(b, c, "", {}) }}{% endfor %}'
    )
    return template.render(blocks=tuple(blocks), c={"title": title})


@cache
def _text(name: str) -> str:
    return (files("pipelines.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    return _environment().get_template("report.html")


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_told, trim_blocks=True, lstrip_blocks=True,
        loader=FunctionLoader(_text),
    )  # fmt: skip
    environment.filters |= {
        "short": short, "kind": kind, "count": count, "plain": _plain, "nav_name": _nav_name,
        "has_ground": _has_ground, "is_tall": _is_tall,
    }  # fmt: skip
    environment.globals |= {"tr": tr, "trn": trn}
    return environment


def _told(value: object) -> object:
    """A text as it may stand in the page: escaped, and words that run from right to left kept from turning others."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return Markup(_RIGHT_TO_LEFT.sub(r"<bdi>\g<0></bdi>", str(escape(clean(value)))))  # noqa: S704  # escaped in this line


def _plain(value: str) -> Markup:
    """A text for attributes and titles, which hold no elements."""
    return escape(clean(value))


def _nav_name(section: Section) -> str:
    return tr(_NAMES[section.key]) if section.key in _NAMES else section.title


def _has_ground(figure: Figure) -> bool:
    """Whether a picture brings panels of its own to stand on."""
    return any('class="panel' in drawing.svg for drawing in figure.drawings)


def _is_tall(figure: Figure) -> bool:
    """Whether a picture leaves room beside it on a page that lies, where its legend stands then."""
    return len(figure.drawings) == 1 and figure.drawings[0].height > _TALL * figure.drawings[0].width
