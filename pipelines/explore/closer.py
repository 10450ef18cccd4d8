"""One touchpoint: what was designed for it, and every row of the tables of a part that tells of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.explore.html import framed
from pipelines.explore.shown import material
from pipelines.language import tr
from pipelines.report.document import Table
from pipelines.report.html import fragment
from pipelines.report.numbers import duration
from pipelines.report.svg import el
from pipelines.report.tables import DataTable, Record

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk
    from pipelines.explore.part import Part
    from pipelines.report.view import JourneyView

_PLACES = ("touchpoint", "at_touchpoint", "from_touchpoint", "to_touchpoint")


def closer(desk: Desk, part: Part, touchpoint: str) -> str:
    """All that is known of one touchpoint.

    Args:
        desk: What is looked into.
        part: The part.
        touchpoint: Its name; "": none.
    """
    if part.view is None or not touchpoint:
        return framed(el("p", tr("Choose a touchpoint to look closer at it."), class_="note"))
    tables = material(desk, part.view).tables.values()
    told = [Table(cut, is_open=True) for cut in (_about(table, touchpoint) for table in tables) if cut.records]
    rest = Markup(fragment(told, part.view.map.title))  # noqa: S704 - made of escaped blocks
    return framed(el("h2", part.view.label(touchpoint)), _designed(part.view, touchpoint), rest, look="part")


def _about(table: DataTable, touchpoint: str) -> DataTable:
    """The rows that tell of it, all segments together where rows are told by segment."""
    return replace(table, records=tuple(row for row in table.records if _tells_of(row, touchpoint)), note="")


def _tells_of(row: Record, touchpoint: str) -> bool:
    return row.get("segment") is None and any(row.get(place) == touchpoint for place in _PLACES)


def _designed(view: JourneyView, touchpoint: str) -> Markup:
    """What the map says of it."""
    plan = view.map
    entry = plan.touchpoints.get(touchpoint) or plan.off_map.get(touchpoint)
    facts = [(tr("Phase"), plan.phase_of(touchpoint)), (tr("Owner"), plan.owner_of(touchpoint))]
    if entry is not None:
        facts += [(tr("Need"), entry.need), (tr("Channels"), ", ".join(entry.channels))]
        facts += [(tr("Designed emotion"), None if entry.emotion is None else f"{entry.emotion:+d}")]
        if entry.promise is not None:
            promise = tr(
                "{touchpoint} within {time}",
                touchpoint=plan.title_of(entry.promise.next),
                time=duration(entry.promise.within_s),
            )
            facts.append((tr("Promise"), promise))
    told = (part for term, text in facts if text for part in (el("dt", term), el("dd", text)))
    return el("dl", *told)
