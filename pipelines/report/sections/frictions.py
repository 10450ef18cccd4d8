"""What departures cost: customers and money a month, with what else could explain it."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.charts import frictions_chart
from pipelines.report.cost.forest import frictions_picture
from pipelines.report.cost.section import causes, joint, notes, tried
from pipelines.report.document import Block, Heading, Modes, Note, Points, Section
from pipelines.report.heatmap import cost_grid, heatmap, rate_grid
from pipelines.report.material import Material


def section(m: Material) -> Section:
    """The section."""
    title = tr("What it costs")
    caution = tr("Everything here is associated with leaving; only a change made on purpose proves a cause.")
    drawing = frictions_picture(m.view, m.name("frictions"))
    said = tried(m.view)
    together = joint(m.view)
    lines = (*causes(m.view), *notes(m.view))
    return Section(
        "frictions",
        title,
        (
            *((Note(f"{said} {caution}"),) if said else ()),
            *m.figure("frictions", title, drawing, "frictions", chart=frictions_chart(m.view)),
            *((Note(together),) if together else ()),
            *((Points(lines),) if lines else ()),
            *_heatmaps(m),
            m.table("frictions"),
            m.table("root_causes"),
            m.table("proposals", is_open=bool(m.tables["proposals"].records)),
            m.table("segment_differences"),
            m.table("identity_ranges"),
        ),
    )


def _heatmaps(m: Material) -> tuple[Block, ...]:
    """Touchpoint by signal: what it costs, or how often it comes."""
    view = m.view
    cost = heatmap(view, m.name("heat-cost"), cost_grid(view))
    rate = heatmap(view, m.name("heat-rate"), rate_grid(view))
    note = tr("Every signal at every touchpoint where it was met. A dot: it was not met there, or cannot be.")
    figures = (
        *m.figure(
            "heat-cost", tr("By customers lost a month"), cost, "frictions", note=note, chart=frictions_chart(view)
        ),
        *m.figure("heat-rate", tr("By how often it comes"), rate, "deviations", note=note),
    )
    if not figures:
        return ()
    title = tr("Touchpoint by signal")
    return Heading(title), *((Modes(m.name("heat"), title, figures),) if len(figures) > 1 else figures)
