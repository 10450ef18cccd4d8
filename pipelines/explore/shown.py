"""What the notebooks show of a part: the report's own sections, and what is said above them."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.explore.html import framed
from pipelines.language import mark, tr, trn
from pipelines.report.document import Block, Figure, Modes, Table
from pipelines.report.html import fragment
from pipelines.report.material import Material
from pipelines.report.numbers import count, moment
from pipelines.report.sentences import tiles
from pipelines.report.svg import el

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk
    from pipelines.explore.part import Part
    from pipelines.report.view import JourneyView

MOST_ROWS = 500
SECTIONS = {
    "travel": mark("How they travel"),
    "drop_off": mark("Where they end"),
    "waits": mark("Waits and promises"),
    "singles": mark("Departures, one by one"),
}
"""Sections of the report that a part can be shown by, and what their tabs are called."""


def material(desk: Desk, view: JourneyView) -> Material:
    """What the report's sections are made from."""
    return Material(view, "part", desk.snapshot)


def header(desk: Desk) -> str:
    """Whose journeys these are, and as of when."""
    at = tr("as of {at}", at=moment(desk.as_of, desk.snapshot.zone))
    return framed(el("p", el("b", desk.settings.name), at), look="who")


def lead(desk: Desk, part: Part) -> str:
    """Who is looked at, how many they are, and their numbers."""
    view = part.view
    if view is None:
        return ""
    n, whole_n = view.data.journeys_n, desk.snapshot.journeys[part.focus.journey].journeys_n
    told = trn("{n} journey", "{n} journeys", n, n=count(n))
    if not part.focus.is_whole:
        told = tr("{journeys} of {whole}", journeys=told, whole=count(whole_n))
    names = {name: table.name for name, table in material(desk, view).tables.items()}
    shown = tiles(view, names)[1:]  # the first one tells how many journeys there are, as the heading does
    strip = el("ul", *(_tile(tile.value, tile.label, tile.detail) for tile in shown), class_="tiles")
    who = part.focus.words(view.map)
    return framed(el("p", view.map.title, class_="over"), el("h1", told), el("p", who, class_="detail"), strip)


def _tile(value: str, label: str, detail: str) -> Markup:
    spans = (("value", value), ("label", label), ("sure", detail))
    return el("li", *(el("span", text, class_=look) for look, text in spans), class_="tile")


def metro_figures(desk: Desk, part: Part) -> dict[str, Figure]:
    """The ways in which the map can be drawn: label to picture; none where there is nothing to show."""
    if part.view is None:
        return {}
    found: dict[str, Figure] = {}
    for block in _blocks(desk, part.view, "metro"):
        match block:
            case Figure():
                found[block.title] = block
            case Modes():
                found |= {figure.title: figure for figure in block.figures}
    return found


def picture(figure: Figure) -> str:
    """One picture."""
    return framed(Markup(fragment((replace(figure, table=""),), "")))  # noqa: S704 - made of escaped blocks


def section(desk: Desk, part: Part, name: str) -> str:
    """A section of the report, told of the part.

    Args:
        desk: What is looked into.
        part: The part.
        name: A key of `SECTIONS`, or any other section of the report.
    """
    if part.view is None:
        return ""
    blocks = [_whole(block) for block in _blocks(desk, part.view, name) if not _is_empty(block, part)]
    empty = el("p", tr("There is nothing of this kind in this part."))
    told = Markup(fragment(blocks, part.view.map.title)) if blocks else empty  # noqa: S704 - made of escaped blocks
    return framed(told, look="part")


def _blocks(desk: Desk, view: JourneyView, name: str) -> tuple[Block, ...]:
    made = import_module(f"pipelines.report.sections.{name}").section(material(desk, view))
    found: tuple[Block, ...] = made.blocks
    return found


def _is_empty(block: Block, part: Part) -> bool:
    """A table without rows: in a part it may be one that is told of all journeys only."""
    return not part.focus.is_whole and isinstance(block, Table) and not block.table.records


def _whole(block: Block) -> Block:
    """Tables with more rows than on the page of a report: there is no file beside this one."""
    return Table(replace(block.table, most=MOST_ROWS), block.is_open) if isinstance(block, Table) else block
