"""The process map as it was observed, for those who want it: from the main ways to all that may be told."""

from __future__ import annotations

from pipelines.language import mark, tr
from pipelines.report.canvas import Drawing
from pipelines.report.document import Block, Chart, Figure, Modes, Section, Series
from pipelines.report.material import Material
from pipelines.report.process.fitting import Shares, packed_shares
from pipelines.report.process.levels import Level, level
from pipelines.report.process.picture import process_map
from pipelines.report.process.tables import WAYS

# The share of the steps and of the ways between them that each level draws.
_LEVELS = (
    ("more", mark("The most travelled ways"), 0.9, 0.65),
    ("main", mark("The main ways alone"), 0.6, 0.5),
    ("all", mark("All that may be told"), 1.0, 1.0),
)
_CHARTED = 12
_WIDEST = 1600.0  # pixels; beyond them words are smaller than seven points on paper


def section(m: Material) -> Section:
    """The section."""
    figures: tuple[Figure, ...] = ()
    levels: list[Level] = []
    for key, title, *wanted in _LEVELS:
        drawn, drawing = _fitting(m, m.name(f"process-{key}"), (wanted[0], wanted[1]))
        if drawn not in levels:  # where little fits, all of them may come to the same
            levels.append(drawn)
            figures += _figure(m, key, title, drawing)
    if not figures:
        return Section("process", tr("The process as it was observed"), ())
    modes: Block = Modes(m.name("process"), tr("How much of it"), figures) if len(figures) > 1 else figures[0]
    return Section("process", tr("The process as it was observed"), (modes, m.table(WAYS)))


def _figure(m: Material, key: str, title: str, drawing: Drawing | None) -> tuple[Figure, ...]:
    note = tr(
        "What really followed what, the most frequent steps and ways first; no design went into it but the colours."
        " “terreng mine” writes the same as BPMN; “terreng explore” has it with sliders."
    )
    return m.figure(f"process-{key}", tr(title), drawing, WAYS, note=note, chart=_chart(m))


def _fitting(m: Material, name: str, wanted: Shares) -> tuple[Level, Drawing | None]:
    """A level with its picture: what is wanted of steps and ways, or as many of them as can be read.

    Laying out costs most, and what it comes to is hardly wider than its fullest row closely packed, which costs little.
    """
    observed, designed = m.view.data.observed, m.view.plan.designed()
    title = tr("The process as it was observed: {map}", map=m.view.map.title)
    packed = _WIDEST
    while True:
        shares = packed_shares(observed, wanted, packed)
        drawing = process_map(observed, *shares, name=name, title=title, designed=designed)
        if drawing is None or drawing.width <= _WIDEST or packed < _WIDEST / 2:
            return level(observed, *shares), drawing
        packed *= _WIDEST / drawing.width


def _chart(m: Material) -> Chart:
    """The most travelled ways, for programs that draw no maps."""
    between = [way for way in m.view.data.observed.shown if way.from_step and way.to_step][:_CHARTED]
    titles = {step.name: step.title for step in m.view.data.observed.steps}
    names = tuple(f"{titles[str(way.from_step)]} → {titles[str(way.to_step)]}" for way in between)
    return Chart("bar", names, (Series(tr("Journeys"), tuple(float(way.journeys_n) for way in between)),), "count")
