"""The process map as it was observed, for those who want it: from the main ways to all that may be told."""

from __future__ import annotations

from pipelines.language import mark, tr
from pipelines.report.canvas import Drawing
from pipelines.report.document import Block, Chart, Figure, Modes, Section, Series
from pipelines.report.material import Material
from pipelines.report.process.picture import process_map
from pipelines.report.process.tables import WAYS
from pipelines.report.view import JourneyView

# The share of the steps and of the ways between them that each level draws.
_LEVELS = (
    ("more", mark("The most travelled ways"), 0.9, 0.65),
    ("main", mark("The main ways alone"), 0.6, 0.5),
    ("all", mark("All that may be told"), 1.0, 1.0),
)
_CHARTED = 12
_WIDEST = 1600.0  # pixels; beyond them words are smaller than seven points on paper
_LEAST = 0.05


def section(m: Material) -> Section:
    """The section."""
    figures = tuple(figure for each in _LEVELS for figure in _level(m, each))
    if not figures:
        return Section("process", tr("The process as it was observed"), ())
    modes: Block = Modes(m.name("process"), tr("How much of it"), figures) if len(figures) > 1 else figures[0]
    return Section("process", tr("The process as it was observed"), (modes, m.table(WAYS)))


def _level(m: Material, wanted: tuple[str, str, float, float]) -> tuple[Figure, ...]:
    key, title, activities_share, paths_share = wanted
    view = m.view
    drawing = _fitting(view, m.name(f"process-{key}"), activities_share, paths_share)
    note = tr(
        "What really followed what, the most frequent steps and ways first; no design went into it but the colours."
        " “terreng mine” writes the same as BPMN; “terreng explore” has it with sliders."
    )
    short_name = f"process-{key}"
    return m.figure(short_name, tr(title), drawing, WAYS, note=note, chart=_chart(m))


def _fitting(view: JourneyView, name: str, activities_share: float, paths_share: float) -> Drawing | None:
    """The level's picture; where so many ways would make it too wide to be read, fewer of them."""
    title = tr("The process as it was observed: {map}", map=view.map.title)
    designed = view.plan.designed()
    while True:
        drawing = process_map(
            view.data.observed, activities_share, paths_share, name=name, title=title, designed=designed
        )
        if drawing is None or drawing.width <= _WIDEST or paths_share < _LEAST:
            return drawing
        paths_share *= _WIDEST / drawing.width


def _chart(m: Material) -> Chart:
    """The most travelled ways, for programs that draw no maps."""
    between = [way for way in m.view.data.observed.shown if way.from_step and way.to_step][:_CHARTED]
    titles = {step.name: step.title for step in m.view.data.observed.steps}
    names = tuple(f"{titles[str(way.from_step)]} → {titles[str(way.to_step)]}" for way in between)
    return Chart("bar", names, (Series(tr("Journeys"), tuple(float(way.journeys_n) for way in between)),), "count")
