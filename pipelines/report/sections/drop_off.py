"""Where journeys end, with those still on the way told apart."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.charts import cohorts_chart, drop_off_chart
from pipelines.report.cost.trend import cohorts_picture
from pipelines.report.document import Block, Heading, Note, Section
from pipelines.report.drop_off import drop_off
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    note = tr(
        "Dot: share that leaves here, silently or saying no, with its 95% interval. Ticks: the same with half and with"
        " twice the patience. Open diamond: the part of it that says no. Dashed part of a bar: journeys standing here"
        " now; they are no loss."
    )
    title = tr("Where journeys end")
    drawing, chart = drop_off(m.view, m.name("drop-off")), drop_off_chart(m.view)
    picture = m.figure("drop-off", title, drawing, "drop_off", note=note, chart=chart)
    none = Note(tr("No journey has reached a touchpoint of this map, so there is no drop-off to show."))
    return Section(
        "drop-off",
        title,
        (
            *(picture or (none,)),
            m.table("drop_off", is_open=True),
            m.table("outcomes"),
            *_weeks(m),
            m.table("statuses"),
        ),
    )


def _weeks(m: Material) -> tuple[Block, ...]:
    title = tr("Week by week")
    picture = m.figure(
        "cohorts", title, cohorts_picture(m.view, m.name("cohorts")), "cohorts", chart=cohorts_chart(m.view)
    )
    heading = (Heading(title),) if picture else ()
    return (*heading, *picture, m.table("cohorts"))
