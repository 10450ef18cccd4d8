"""From planned to actual: the ledger of every journey, and where the time goes."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.charts import ledger_chart, states_chart
from pipelines.report.document import Block, Heading, Note, Section
from pipelines.report.gap.section import errands
from pipelines.report.gap.timeline import time_picture
from pipelines.report.gap.waterfall import waterfall
from pipelines.report.gap.where import states_picture
from pipelines.report.handovers.picture import handovers_picture
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    other = errands(m.view)
    return Section(
        "planned",
        tr("From planned to actual"),
        (
            *_ledger(m),
            *((Note(other),) if other else ()),
            *_time(m),
            m.table("ledger"),
            *_states(m),
            m.table("states"),
            *_handovers(m),
            m.table("handovers"),
            m.table("constraints", is_open=bool(m.tables["constraints"].records)),
        ),
    )


def _ledger(m: Material) -> tuple[Block, ...]:
    note = tr(
        "Every journey that did not reach the goal, at the touchpoint where it ended or stands, and the last thing"
        " there that was not as designed. That came before; it need not be the cause."
    )
    drawing = waterfall(m.view, m.name("ledger"))
    return m.figure("ledger", tr("From planned to actual"), drawing, "ledger", note=note, chart=ledger_chart(m.view))


def _time(m: Material) -> tuple[Block, ...]:
    title = tr("Where the time of those who converted goes")
    picture = m.figure("time", title, time_picture(m.view, m.name("time")), "ledger")
    return (Heading(title), *picture) if picture else ()


def _handovers(m: Material) -> tuple[Block, ...]:
    title = tr("Hand-overs between owners")
    picture = m.figure("handovers", title, handovers_picture(m.view, m.name("handovers")), "handovers")
    return (Heading(title), *picture) if picture else ()


def _states(m: Material) -> tuple[Block, ...]:
    title = tr("Every journey at every touchpoint")
    picture = m.figure("states", title, states_picture(m.view, m.name("states")), "states", chart=states_chart(m.view))
    return (Heading(title), *picture) if picture else ()
