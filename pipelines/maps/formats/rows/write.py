"""A map as CSV: one row for each touchpoint."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import count

from pipelines.maps.formats.losses import NAME, lost
from pipelines.maps.formats.rows.cells import listed
from pipelines.maps.formats.rows.paths import paths
from pipelines.maps.formats.sketch import Written
from schemas.journey_map import JourneyMap
from schemas.map_writing import map_tree

COLUMNS = ("phase", "phase_goal", "touchpoint", "title", "flow", "channels", "initiator", "owner", "need", "emotion",
           "moment_of_truth", "promise", "observability", "mandate", "effort_to_change", "after", "when")  # fmt: skip
_TOUCHPOINT = ("title", "channels", "initiator", "owner", "need", "emotion", "moment_of_truth", "promise",
               "observability", "mandate", "effort", "when")  # fmt: skip
_COLUMN = {"effort": "effort_to_change"}  # maps of others have the customer's effort in a column of that name
_LISTS = ("channels", "after", "mandate")
_HELD = frozenset({"phase_goals", "off_map", "exits", "anytime", *(f"touchpoint.{key}" for key in _TOUCHPOINT)})


def write(journey_map: JourneyMap) -> Written:
    """The map as a table that spreadsheets open, and that `terreng map import` reads back."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    table.writeheader()
    entries = {
        name: entry
        for section in ("touchpoints", "off_map", "exits")
        for name, entry in _mapping(map_tree(journey_map).get(section)).items()
    }
    told: set[str] = set()
    for row in _places(journey_map):
        name = row["touchpoint"]
        entry = {} if name in told else _mapping(entries.get(name))  # a touchpoint that recurs is described once
        told.add(name)
        table.writerow({key: _harmless(cell) for key, cell in {**row, **_cells(entry)}.items()})
    return Written(text.getvalue(), (NAME, *lost(journey_map, _HELD)))


def _places(journey_map: JourneyMap) -> Iterator[dict[str, str]]:
    """Where each touchpoint stands, in designed order."""
    numbers = count(1)
    for phase in journey_map.flow.phases:
        goal = journey_map.phase_goals.get(phase.name, "")
        for name, path in paths(phase.children, numbers):
            yield {"phase": phase.name, "phase_goal": goal, "touchpoint": name, "flow": path}
            goal = ""
        for name in phase.anytime:
            yield {"phase": phase.name, "touchpoint": name, "flow": "anytime"}
    for place, names in (
        ("anytime", journey_map.flow.anytime),
        ("off the map", journey_map.off_map),
        ("exit", journey_map.exits),
    ):
        yield from ({"touchpoint": name, "flow": place} for name in names)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _cells(entry: dict[str, object]) -> dict[str, str]:
    return {_COLUMN.get(key, key): _cell(key, value) for key, value in entry.items()}


def _cell(key: str, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list() if key in _LISTS:
            return listed([str(each) for each in value])
        case str() if key in _LISTS:
            return listed([value])
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def _harmless(cell: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe; a number is none."""
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r") and not cell.lstrip("+-").isdigit() else cell
