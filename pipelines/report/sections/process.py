"""The process map as it was observed, for those who want it."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Section
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    return Section("process", tr("The process as it was observed"), ())
