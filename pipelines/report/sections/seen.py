"""What could not be seen, so that nobody takes a hole in the data for friction."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Points, Section
from pipelines.report.gap.section import seen
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    return Section(
        "seen",
        tr("What could not be seen"),
        (
            Points(seen(m.view)),
            m.table("backlog", is_open=bool(m.tables["backlog"].records)),
            m.table("coverage"),
            m.table("errands"),
            m.table("versions"),
        ),
    )
