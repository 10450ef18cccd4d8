"""The metro map: the designed journey with the observed one on it."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Figure, Note, Section
from pipelines.report.journey_tables import BESIDE
from pipelines.report.legend import legend
from pipelines.report.material import Material
from pipelines.report.metro_map import left_out, metro_map
from pipelines.report.text import short
from pipelines.report.view import JourneyView


def section(m: Material) -> Section:
    """The section."""
    drawings = metro_map(m.view, m.name("metro"))
    title = tr("{title}, as it is travelled", title=short(m.view.map.title, 160))
    figure = Figure(m.name("metro"), title, drawings, m.tables["drop_off"].name, legend=legend(drawings))
    return Section("metro", title, (figure, Note(_note(m.view)), m.table("flows"), m.table("beside")))


def _note(view: JourneyView) -> str:
    if not view.data.journeys_n:
        return tr("The design, with nobody on it yet.")
    note = tr(
        "Point at a station, a line or a stop for its numbers. Lines and loops count journeys that went from one"
        " station to the other, or came again, with no other station between. The lanes and cards count deviations by"
        " alignment with the map, also where something came between, so the two may differ a little. Stops on the"
        " dotted lines count how often it came while journeys stood at the station above."
    )
    return f"{note} {_not_drawn(view)}".strip()


def _not_drawn(view: JourneyView) -> str:
    names = left_out(view)
    if not names:
        return ""
    told = ", ".join(f"“{short(view.title(name), 60)}”" for name in names[:5])
    if len(names) > 5:
        told = tr("{names} and {n} more", names=told, n=len(names) - 5)
    return tr(
        "Not every line beside the flow is drawn: for {names} see the table “{table}” below.",
        names=told,
        table=tr(BESIDE),
    )
