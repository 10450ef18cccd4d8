"""`terreng tracking`: what could not be seen, which touchpoints are ghosts, and what lies outside every map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines import terminal
from pipelines.commands.covered import Row, covered_rows, plain
from pipelines.commands.workspace import open_workspace
from pipelines.privacy.withheld import Withheld

REASONS = {
    "declared": "the map says so",
    "outage": "its source was down",
    "sudden_zero": "fell silent",
    "only_later_seen": "suddenly lacking",
}
_GAPS = {
    "journey": "journey",
    "place": "touchpoint",
    "source": "source",
    "reason": "why",
    "from_at": "from",
    "until_at": "until",
    "journeys_n": "journeys",
    "evidence": "what was seen",
}
_GHOSTS = {"journey": "journey", "touchpoint": "ghost", "owner": "owner", "last_event_at": "last event"}
_COVERAGE = {
    "journey": "journey",
    "journeys_n": "journeys",
    "events_n": "events",
    "dark_n": "dark events",
    "dark_share": "of all",
    "dark_time_share": "dark time",
    "dark_journeys_n": "half dark",
    "other_map_n": "known to another map",
}
_TABLES = {
    "backlog": ("tracking_backlog", "SELECT * FROM tracking_backlog"),
    "ghosts": (
        "touchpoints",
        "SELECT journey, touchpoint, title, phase, owner, last_event_at, events_n, journeys_n FROM touchpoints"
        " WHERE is_ghost ORDER BY journey, place",
    ),
    "coverage": ("coverage", "SELECT * FROM coverage ORDER BY journey"),
}


def tracking(workspace: Path, as_json: bool) -> None:
    """List the tracking backlog, ghosts and coverage that the last run published, small numbers covered."""
    settings = open_workspace(workspace)
    by_table = covered_rows(workspace, dict(_TABLES.values()))
    found = {name: by_table[table] for name, (table, _) in _TABLES.items()}
    if as_json:
        terminal.say_json({name: [plain(row) for row in rows] for name, rows in found.items()})
        return
    zone = ZoneInfo(settings.timezone)
    gaps = [row | {"place": _place(row), "reason": REASONS[str(row["reason"])]} for row in found["backlog"]]
    _say(gaps, _GAPS, zone, "Nothing that could not be seen: no gap was declared, and none was found out.")
    hints = {(str(row["place"]), str(row["hint"])) for row in gaps if row["hint"] is not None}
    for place, hint in sorted(hints):
        terminal.say(f"{place}: {hint}")
    terminal.say("")
    _say(found["ghosts"], _GHOSTS, zone, "No ghosts: every designed touchpoint had an event in the last 90 days.")
    terminal.say("")
    _say(found["coverage"], _COVERAGE, zone, "No coverage: no map has been compared yet.")


def _place(row: Row) -> str:
    return str(row["touchpoint"] or row["block"] or f"all of {row['source']}")


def _say(rows: list[Row], titles: Mapping[str, str], zone: ZoneInfo, empty: str) -> None:
    shown = [[_cell(name, row[name], zone) for name in titles] for row in rows]
    terminal.say_table([*titles.values()], shown, empty=empty)


def _cell(name: str, value: object, zone: ZoneInfo) -> object:
    if isinstance(value, Withheld):
        return value.text
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if value is None and name in {"from_at", "until_at"}:
        return "ever" if name == "from_at" else "still"
    return f"{value:.1%}" if isinstance(value, float) else value
