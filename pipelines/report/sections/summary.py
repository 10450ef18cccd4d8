"""What the map's owner must know: the finding, and the numbers of the first screen."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report import quality
from pipelines.report.document import Lead, Note, Section, Tiles, Warn
from pipelines.report.material import Material
from pipelines.report.sentences import headline, tiles
from pipelines.report.text import short
from pipelines.report.view import JourneyView


def section(m: Material) -> Section:
    """The section. Its title stands over the map, for it begins it."""
    names = {name: table.name for name, table in m.tables.items()}
    line = tr(
        "{rows}. Of this map: {journeys}.", rows=quality.rows_line(m.snapshot), journeys=quality.journey_line(m.view)
    )
    return Section(
        "summary",
        m.view.map.title,
        (
            Lead(headline(m.view), _about(m.view)),
            Tiles(tiles(m.view, names)),
            Note(line),
            *(Warn(warning) for warning in quality.warnings(m.view)),
        ),
    )


def _about(view: JourneyView) -> str:
    plan = view.map
    parts = [tr("map version {version}", version=plan.version)]
    told = (
        (tr("owner {owner}"), "owner", plan.owner.business or plan.owner.operations, 60),
        (tr("for {persona}"), "persona", plan.persona, 80),
        (tr("goal of the customer: {goal}"), "goal", plan.customer_goal, 120),
    )
    parts += [text.format(**{name: short(value, most)}) for text, name, value, most in told if value]
    return " · ".join(parts)
