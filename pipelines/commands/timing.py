"""`terreng waits` and `terreng cohorts`: how long people wait, from when on they leave, and what each week comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines import terminal
from pipelines.commands.covered import Row, cell, length, plain
from pipelines.commands.ledger import unknown
from pipelines.commands.workspace import open_workspace
from pipelines.privacy.withheld import Withheld

_WAITS = {
    "from_touchpoint": "from",
    "to_touchpoint": "to",
    "n": "waits",
    "waiting_n": "waiting now",
    "p50_s": "half within",
    "p50_interval": "95 %",
    "p90_s": "9 of 10 within",
    "promised_s": "promised",
    "kept_share": "kept",
    "leaves_from_s": "leave from",
    "lost_from_s": "lost after, from",
    "calendar": "hours",
}
_COHORTS = {
    "week_at": "week of",
    "journeys_n": "began",
    "followed_d": "days followed",
    "converted_share": "converted by then",
    "expected_share": "mature weeks by then",
    "projected_share": "by the horizon",
    "projected_interval": "95 %",
    "abandoned_share": "abandoned",
    "refused": "",
}


def waits(workspace: Path, journey: str, segment: str, as_json: bool) -> None:
    """List the waits of the maps in force, those with a promise first.

    Args:
        workspace: The folder.
        journey: Name of a map; "": all.
        segment: `name=value`; "": all journeys.
        as_json: For machines.

    Raises:
        UsageError: No such map, or none with such a segment.
        WarehouseError: Nothing is published.
    """
    rows, _ = _read(workspace, "waits", journey, segment)
    if as_json:
        terminal.say_json([plain(row) for row in rows])
        return
    for name, of_journey in _by_journey(rows).items():
        _say(name, segment, _WAITS, [row | {"p50_interval": _lengths(row)} for row in of_journey])
    if not rows:
        terminal.say("No waits: nobody has begun to wait.")
    else:
        terminal.note(
            "quantiles are of those who go on, with those still waiting counted as such; “leave from”: the wait from"
            " which more leave than before; “lost after, from”: the wait from which more of the served are lost next."
            " Both go with the wait; they need not come of it"
        )


def cohorts(workspace: Path, journey: str, segment: str, as_json: bool) -> None:
    """List what the journeys of each week have come to, young weeks beside what mature ones had come to by then.

    Args:
        workspace: The folder.
        journey: Name of a map; "": all.
        segment: `name=value`; "": all journeys.
        as_json: For machines.

    Raises:
        UsageError: No such map, or none with such a segment.
        WarehouseError: Nothing is published.
    """
    rows, zone = _read(workspace, "cohorts", journey, segment)
    if as_json:
        terminal.say_json([plain(row) for row in rows])
        return
    for name, of_journey in _by_journey(rows).items():
        _say(name, segment, _COHORTS, [_week(row, zone) for row in of_journey])
    if not rows:
        terminal.say("No cohorts that may be shown: no journey has begun, or too few in any week.")
    elif not all(row["is_mature"] for row in rows):
        terminal.note(
            "young weeks are told as far as they were followed, beside what mature weeks had come to by then; “by the"
            " horizon” completes them as the mature ones went on, once half of it is usually in"
        )


def _read(workspace: Path, table: str, journey: str, segment: str) -> tuple[list[Row], str]:
    """Covered rows of a map and segment, in order, and the workspace's time zone."""
    from pipelines.privacy.cover import edge_rows, read_cover
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    minimum = settings.privacy.minimum_cell
    with reader(settings) as connection:
        cover = read_cover(connection, minimum)
        every = sorted(edge_rows(connection, table, minimum), key=_place)
        # Also of segments whose weeks are all of few: these are not told, but they are there.
        of_maps = connection.sql(f"SELECT DISTINCT journey, segment FROM {table} WHERE segment IS NOT NULL").fetchall()
        known = [name for (name,) in connection.sql("SELECT DISTINCT journey FROM map_versions ORDER BY 1").fetchall()]
    if journey and journey not in known:
        raise unknown(f"no journey {journey!r}", journey, known)
    of_journey = [row for row in every if not journey or row["journey"] == journey]
    segments = sorted({value for name, value in of_maps if not journey or name == journey})
    if segment and segment not in segments:
        raise unknown(f"no segment {segment!r}", segment, segments)
    chosen = [row for row in of_journey if row["segment"] == (segment or None)]
    return [row | cover.columns(table, row) for row in chosen], settings.timezone


def _place(row: Row) -> tuple[object, ...]:
    """Weeks in time; of waits those with a promise first."""
    if "week_at" in row:
        return row["journey"], row["week_at"]
    return row["journey"], row["promised_s"] is None, row["from_touchpoint"], row["to_touchpoint"]


def _by_journey(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["journey"], []).append(row)
    return found


def _say(journey: str, segment: str, titles: Mapping[str, str], rows: Sequence[Row]) -> None:
    terminal.say(f"{journey}, {segment}" if segment else journey)
    terminal.say_table([*titles.values()], [[cell(name, row[name]) for name in titles] for row in rows])
    terminal.say("")


def _week(row: Row, zone: str) -> Row:
    """A cohort for people: its Monday, its age in whole days, and one interval."""
    week: datetime = row["week_at"]
    return row | {
        "week_at": week.astimezone(ZoneInfo(zone)).date().isoformat(),
        "followed_d": f"{row['followed_d']:.0f}",
        "projected_interval": _between(*(_share(row[f"projected_{end}"]) for end in ("low", "high"))),
    }


def _lengths(row: Row) -> str | None:
    ends = (row["p50_low_s"], row["p50_high_s"])
    return None if any(isinstance(end, Withheld) for end in ends) else _between(*map(_length, ends))


def _between(low: str | None, high: str | None) -> str | None:
    return None if low is None else f"{low} to {high or 'not known'}"


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.1%}"


def _length(value: float | None) -> str | None:
    return None if value is None else length(value)
