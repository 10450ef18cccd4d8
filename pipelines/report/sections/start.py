"""Where to start: the findings that cost most, each with its owner and a next step."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.document import Cards, Section
from pipelines.report.finding_numbers import with_numbers
from pipelines.report.material import Material
from pipelines.report.sentences import cards

MOST = 9  # cards: three rows of three


def section(m: Material) -> Section:
    """The section."""
    none = (
        tr("Nothing stands out in this run.")
        if m.view.data.journeys_n
        else tr("Without journeys there is nothing to find.")
    )
    tables = {name: table.name for name, table in m.tables.items()}
    found = with_numbers(m.view, cards(m.view, MOST), tables)
    has_goals = bool(m.tables["goals"].records)
    return Section(
        "start",
        tr("Where to start"),
        (Cards(found, none), m.table("goals", is_open=has_goals), m.table("findings"), m.table("deviations")),
    )
