"""What changed since the last run."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Section
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    return Section("changes", tr("What changed since the last run"), ())
