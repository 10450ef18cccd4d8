"""What changed since the last run: what became of the findings, and headline numbers then and now."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.changes.compared import Change, change_table, compared
from pipelines.report.changes.findings import finding_changes, is_first, state_tiles
from pipelines.report.changes.kept import Earlier
from pipelines.report.changes.numbers import headline_numbers
from pipelines.report.changes.picture import changes_chart, changes_picture
from pipelines.report.document import Block, Figure, Heading, Note, Section, Table, Tiles
from pipelines.report.material import Material
from pipelines.report.numbers import day


def section(m: Material) -> Section:
    """The section."""
    earlier = m.snapshot.earlier
    title = tr("What changed since the last run")
    if not m.view.data.journeys_n:
        return Section("changes", title, ())
    if earlier is None and is_first(m.view):
        first = tr(
            "This is the first run that tells of this map. The next one will say what is new, worse, back or fixed."
        )
        return Section("changes", title, (Note(first),))
    table = finding_changes(m.view, m.stem)
    tiles = Tiles(state_tiles(m.view, table.name))
    rest = (tiles, Table(table, is_open=bool(table.records)), *_numbers(m, earlier))
    return Section("changes", title, (*_since(m, earlier), *rest))


def _since(m: Material, earlier: Earlier | None) -> tuple[Block, ...]:
    if earlier is None:
        return ()
    at = day(earlier.as_of, m.view.zone)
    return (Note(tr("Compared with how things stood on {date}, as run {run} told it.", date=at, run=earlier.run_id)),)


def _numbers(m: Material, earlier: Earlier | None) -> tuple[Block, ...]:
    """Headline numbers then and now; nothing where the last run told none of this map."""
    changes = compared(earlier.numbers.get(m.view.map.journey, ()), headline_numbers(m.view)) if earlier else ()
    if not changes:
        return ()
    table = change_table(changes, m.stem)
    return (Heading(tr("Headline numbers then and now")), *_figure(m, changes, table.name), Table(table))


def _figure(m: Material, changes: tuple[Change, ...], table: str) -> tuple[Figure, ...]:
    drawing = changes_picture(changes, m.name("changes-picture"))
    if drawing is None:
        return ()
    title = tr("Headline numbers then and now")
    return (Figure(m.name("changes-picture"), title, (drawing,), table, chart=changes_chart(changes)),)
