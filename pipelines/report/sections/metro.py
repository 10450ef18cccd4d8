"""The metro map: the designed journey with the observed one on it."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Block, Figure, Modes, Note, Section, Table
from pipelines.report.journey_tables import BESIDE
from pipelines.report.material import Material
from pipelines.report.metro.beside import left_out
from pipelines.report.metro.legend import legend
from pipelines.report.metro.map import metro_map
from pipelines.report.metro.modes import Mode, modes_of
from pipelines.report.metro.sides import report_sides
from pipelines.report.metro.tables import sides_table
from pipelines.report.tables import DataTable
from pipelines.report.text import short
from pipelines.report.view import JourneyView

_TABLES = {
    "friction": "drop_off",
    "volume": "flows",
    "wait": "waits",
    "emotion": "experience",
    "in_flight": "drop_off",
}


def section(m: Material) -> Section:
    """The section: the map in every mode that it has anything for."""
    title = tr("{title}, as it is travelled", title=short(m.view.map.title, 160))
    sides = report_sides(m.view)
    beside = sides_table(m.view, sides, m.stem)
    figures = tuple(_figure(m, mode, beside) for mode in modes_of(m.view, sides))
    label = tr("Look at the map for")
    maps: Block = Modes(m.name("metro-modes"), label, figures) if len(figures) > 1 else figures[0]
    tables = (m.table("flows"), m.table("beside"), *((Table(beside),) if sides else ()))
    return Section("metro", title, (maps, Note(_note(m.view)), *tables))


def _figure(m: Material, mode: Mode, beside: DataTable) -> Figure:
    """One mode; the first keeps the plain name, by which files and links know it."""
    name = m.name("metro" if mode.key == "friction" else f"metro-{mode.key.replace('_', '-')}")
    drawings = metro_map(m.view, name, mode, stem=m.stem)
    table = beside if mode.key == "difference" else m.tables[_TABLES[mode.key]]
    return Figure(name, tr(mode.title), drawings, table.name, tr(mode.note), legend=legend(drawings, mode))


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
