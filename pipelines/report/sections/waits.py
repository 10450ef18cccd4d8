"""Waits and promises, and the moment at which people stop waiting."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.charts import patience_chart, promises_chart
from pipelines.report.cost.patience import patience_picture
from pipelines.report.document import Block, Heading, Note, Section
from pipelines.report.material import Material
from pipelines.report.promises import promises


def section(m: Material) -> Section:
    """The section."""
    title = tr("Waits and promises")
    picture = m.figure("promises", title, promises(m.view, m.name("promises")), "waits", chart=promises_chart(m.view))
    none = Note(tr("No promise of the map was put to the test."))
    return Section("waits", title, (*(picture or (none,)), m.table("waits", is_open=True), *_patience(m)))


def _patience(m: Material) -> tuple[Block, ...]:
    title = tr("When people stop waiting")
    note = tr(
        "By how long people have waited: how many of those who still wait leave, and how many of those who are served"
        " then are lost right after. Pale: the 95% interval. Dashed: the promise. Red: from there on it is more than"
        " before. It goes with the wait; whether the wait is the cause only a change can tell."
    )
    drawing, chart = patience_picture(m.view, m.name("patience")), patience_chart(m.view)
    picture = m.figure("patience", title, drawing, "patience_curves", note=note, chart=chart)
    heading = (Heading(title),) if picture else ()
    return (*heading, *picture, m.table("patience_curves"))
