"""How journeys travel through the phases."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Section
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    return Section("travel", tr("How journeys travel"), ())
