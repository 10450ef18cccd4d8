"""The process as a part of the journeys went through it, with as many of its steps and ways as one wants to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.explore.html import note
from pipelines.explore.shown import picture
from pipelines.language import tr
from pipelines.report.document import Figure
from pipelines.report.process.picture import process_map

if TYPE_CHECKING:
    from pipelines.explore.part import Part


def process(part: Part, activities_share: float, paths_share: float) -> str:
    """The process map as HTML.

    Args:
        part: Whose journeys.
        activities_share: Share of the steps that is drawn, the most frequent ones, 0 to 1.
        paths_share: Share of the ways between them, 0 to 1.
    """
    if part.view is None:
        return ""
    view = part.view
    title = tr("The process as it was observed")
    drawing = process_map(view.data.observed, activities_share, paths_share, title=title, designed=view.plan.designed())
    if drawing is None:
        return note(tr("There is nothing of this kind in this part."))
    return picture(Figure("part-process", title, (drawing,)))
