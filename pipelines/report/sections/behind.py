"""What stands behind the map's numbers."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Section
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    is_empty = not m.view.data.journeys_n
    return Section(
        "behind",
        tr("What stands behind it"),
        (m.table("touchpoints"), m.table("unmapped", is_open=is_empty), m.table("identity")),
    )
