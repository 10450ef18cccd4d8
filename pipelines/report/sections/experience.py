"""What customers said, beside what they did."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.charts import quadrants_chart
from pipelines.report.cost.quadrants import quadrants_picture
from pipelines.report.document import Section
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    title = tr("What customers said")
    picture = quadrants_picture(m.view, m.name("quadrants"))
    return Section(
        "experience",
        title,
        (
            *m.figure("quadrants", title, picture, "experience_quadrants", chart=quadrants_chart(m.view)),
            m.table("experience"),
            m.table("experience_quadrants"),
            m.table("customer_value"),
        ),
    )
