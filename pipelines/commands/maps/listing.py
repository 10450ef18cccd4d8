"""`terreng map list`: every version of the maps with what it judges, and whose journeys are that several maps claim."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pipelines import terminal
from pipelines.commands.covered import Row, cell, covered_rows, plain
from pipelines.commands.workspace import open_workspace
from pipelines.privacy.withheld import small

_VERSIONS = {
    "journey": "journey",
    "map_version": "version",
    "straddles": "went on under a later one",
    "valid_from": "in force from",
    "valid_until": "until",
    "journeys_n": "journeys",
    "converted_n": "converted",
    "exited_n": "said no",
    "abandoned_n": "fell silent",
    "in_flight_n": "on the way",
    "conforming_n": "as designed",
    "converted_share": "converted in time",
}
_ERRANDS = {"journey": "journey", "rival_journey": "claimed by, too", "verdict": "whose", "journeys_n": "journeys"}
_QUERIES = {
    "map_versions": "SELECT * FROM map_versions ORDER BY journey, map_version, straddles",
    "map_assignments": "SELECT journey, rival_journey, verdict, count(*) AS journeys_n FROM map_assignments"
    " GROUP BY journey, rival_journey, verdict ORDER BY journey, rival_journey, verdict",
}


def listing(workspace: Path, as_json: bool) -> None:
    """List the versions of the maps as of the last run, and the journeys that another map claims, too."""
    found = covered_rows(workspace, _QUERIES)
    minimum = open_workspace(workspace).privacy.minimum_cell
    for row in found["map_assignments"]:
        row["journeys_n"] = small(minimum) if row["journeys_n"] < minimum else row["journeys_n"]
    if as_json:
        terminal.say_json({table: [plain(row) for row in rows] for table, rows in found.items()})
        return
    for titles, table, empty in (
        (_VERSIONS, "map_versions", "No map has been compared yet."),
        (_ERRANDS, "map_assignments", "No journey is claimed by two maps."),
    ):
        terminal.say_table([*titles.values()], [_line(row, titles) for row in found[table]], empty=empty)
        terminal.say("")


def _line(row: Row, titles: dict[str, str]) -> list[object]:
    return [_day(row[name]) if isinstance(row[name], datetime) else cell(name, row[name]) for name in titles]


def _day(moment: datetime) -> str:
    """Versions come into force at midnight UTC."""
    return f"{moment:%Y-%m-%d}"
