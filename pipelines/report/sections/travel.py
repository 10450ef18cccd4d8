"""How journeys travel: through the phases, step by step over the map, and to their ends over time."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Block, Figure, Heading, Section
from pipelines.report.material import Material
from pipelines.report.travel.charts import flow_chart, funnel_chart, incidence_chart, segments_chart
from pipelines.report.travel.flow import phase_flow
from pipelines.report.travel.funnel import funnel
from pipelines.report.travel.incidence import incidence, incidence_by_segment


def section(m: Material) -> Section:
    """The section."""
    return Section("travel", tr("How journeys travel"), (*_flow(m), *_funnel(m), *_over_time(m)))


def _flow(m: Material) -> tuple[Block, ...]:
    title = tr("Through the phases")
    drawing = phase_flow(m.view, m.name("phase_flows"))
    if drawing is None:
        return ()
    note = tr(
        "Every journey is a part of the bands, which are as wide as journeys are many: as designed, by a detour (a"
        " departure from the map), or asking for help (a contact that the map does not have). What comes to a phase is"
        " what goes on from it or ends there: as it stands at the snapshot, with young journeys still on the way."
    )
    chart = flow_chart(m.view)
    return (*m.figure("phase_flows", title, drawing, "phase_flows", note=note, chart=chart), m.table("phase_flows"))


def _funnel(m: Material) -> tuple[Block, ...]:
    title = tr("Step by step")
    drawing = funnel(m.view, m.name("funnel"))
    if drawing is None:
        return ()
    note = tr(
        "All journeys at every step of the map. Who passes an optional step by, or takes another branch, is no loss, so"
        " such steps stand beside the funnel. Choices are one step, cut where one branch ends and the next begins;"
        " brackets hold steps that come in any order."
    )
    chart = funnel_chart(m.view)
    return (Heading(title), *m.figure("funnel", title, drawing, "funnel", note=note, chart=chart), m.table("funnel"))


def _over_time(m: Material) -> tuple[Block, ...]:
    title = tr("How journeys end over time")
    drawing = incidence(m.view, m.name("incidence"))
    if drawing is None:
        return ()
    note = tr(
        "Who has converted grows from below, who has left from above; between them are those who may still do either."
        " Shaded: the 95% interval. Journeys too young to be followed so long count as far as they were followed."
    )
    figures = m.figure("incidence", title, drawing, "incidence_curves", note=note, chart=incidence_chart(m.view))
    return (Heading(title), *figures, *_by_segment(m), m.table("incidence_curves"))


def _by_segment(m: Material) -> tuple[Figure, ...]:
    """A row of small pictures for each segment."""
    table = m.tables["incidence_curves"].name
    note = tr("Dotted: all journeys together. Where an end is of too few to be told, it is one with those on the way.")
    return tuple(
        Figure(
            m.name(f"incidence-{number}"),
            tr("How journeys end over time, by {segment}", segment=name),
            (drawing,),
            table,
            note if number == 0 else "",
            segments_chart(m.view, name),
        )
        for number, (name, drawing) in enumerate(incidence_by_segment(m.view, m.name("incidence")))
    )
