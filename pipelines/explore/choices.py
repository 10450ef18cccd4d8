"""What can be chosen: labels for people, each with what it stands for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from models.rules import quoted
from pipelines.explore.focus import Focus, month_name, months
from pipelines.language import tr
from pipelines.report.text import short

if TYPE_CHECKING:
    from pipelines.explore.desk import Desk

LONGEST = 60
_VALUES = """
SELECT segments[{name}] AS value, count(*) AS n FROM journeys
WHERE rule = 'default' AND assignment = 'this' AND journey = {journey} AND value IS NOT NULL
GROUP BY value HAVING n >= {minimum} ORDER BY value
"""


def map_choices(desk: Desk) -> dict[str, str]:
    """Titles of the maps to their names."""
    return _labelled({plan.journey: plan.title for plan in desk.maps})


def segment_choices(desk: Desk, journey: str) -> dict[str, dict[str, str]]:
    """Segments of a map to the labels of their values, each with the value; values of few journeys are left out."""
    from pipelines.warehouse import reader

    found: dict[str, dict[str, str]] = {}
    with reader(desk.settings) as connection:
        for name in desk.plans[journey].segments:
            asked = {"name": quoted(name), "journey": quoted(journey), "minimum": desk.settings.privacy.minimum_cell}
            values = [str(value) for value, _ in connection.execute(_VALUES.format(**asked)).fetchall()]
            found[name] = {tr("all"): "", **_labelled({value: value for value in values})}
    return found


def month_choices(desk: Desk, journey: str) -> dict[str, date | None]:
    """Months in which journeys of a map began."""
    data = desk.snapshot.journeys[journey]
    zone = desk.snapshot.zone
    return {tr("any"): None, **{month_name(each): each for each in months(data.first_at, data.last_at, zone)}}


def touchpoint_choices(desk: Desk, journey: str) -> dict[str, str]:
    """Touchpoints of a map, in designed order, then those beside the flow."""
    view = desk.view(journey)
    names = (*view.flow_names, *(name for name in view.map.names if name not in view.numbers))
    return {tr("none"): "", **_labelled({name: view.label(name) for name in names})}


def focus_of(
    journey: str,
    segments: dict[str, str],
    from_on: date | None,
    until_on: date | None,
    through: str,
) -> Focus:
    """What was chosen; a period that ends before it begins is taken the other way round.

    Args:
        journey: Name of the map.
        segments: Segment to the value that is wanted; "": any.
        from_on: First day of the first month; None: any.
        until_on: First day of the last month; None: any.
        through: Touchpoint that the journeys came to; "": any.
    """
    if from_on and until_on and until_on < from_on:
        from_on, until_on = until_on, from_on
    chosen = tuple((name, value) for name, value in sorted(segments.items()) if value)
    return Focus(journey, chosen, from_on, until_on, through)


def _labelled(titles: dict[str, str]) -> dict[str, str]:
    """Labels to names; where two have the same label, both get their names behind."""
    labels = {name: short(title, LONGEST) for name, title in titles.items()}
    told = list(labels.values())
    return {label if told.count(label) == 1 else f"{label} ({name})": name for name, label in labels.items()}
