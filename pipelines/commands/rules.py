"""`terreng constraints` and `terreng handovers`: what the last run published of them, small numbers covered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from pipelines.privacy.withheld import Withheld

Row = dict[str, object]

_CONSTRAINTS = {
    "journey": "journey",
    "said": "constraint",
    "owner": "owner",
    "journeys_n": "journeys",
    "satisfied_final_n": "kept",
    "satisfied_now_n": "kept so far",
    "violated_now_n": "open",
    "violated_final_n": "broken",
    "unjudged_n": "unseen",
    "violated_share": "broken, of ended",
}
_HANDOVERS = {
    "journey": "journey",
    "from_owner": "from",
    "to_owner": "to",
    "is_designed": "designed",
    "n": "times",
    "journeys_n": "journeys",
    "p50_s": "half within",
    "p90_s": "9 of 10 within",
    "lost_n": "lost there",
    "waiting_n": "waiting there",
}


def constraints(workspace: Path, as_json: bool) -> None:
    """List the constraints of the maps with their verdicts, in the order of the maps."""
    _list(workspace, "constraints", _CONSTRAINTS, as_json, "No constraints: the maps have none.")


def handovers(workspace: Path, as_json: bool) -> None:
    """List who hands journeys to whom, with waits and losses."""
    _list(workspace, "handovers", _HANDOVERS, as_json, "No hand-overs: each map has one owner, or none.")


def _list(workspace: Path, table: str, titles: Mapping[str, str], as_json: bool, empty: str) -> None:
    rows = _covered(workspace, table)
    if as_json:
        terminal.say_json([_plain(row) for row in rows])
    else:
        shown = [[_shown(name, row[name]) for name in titles] for row in rows]
        terminal.say_table([*titles.values()], shown, empty=empty)


def _covered(workspace: Path, table: str) -> list[Row]:
    """The published rows; in place of a number that is not shown stands what says so."""
    from pipelines.privacy.cover import read_cover
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    with reader(settings) as connection:
        cover = read_cover(connection, settings.privacy.minimum_cell)
        found = connection.sql(f"SELECT * FROM {table}")
        rows = [dict(zip(found.columns, values, strict=True)) for values in found.fetchall()]
    return [row | cover.columns(table, row) for row in rows]


def _plain(row: Row) -> Row:
    """A row for machines: hidden numbers are null, and named."""
    hidden = [name for name, value in row.items() if isinstance(value, Withheld)]
    return row | dict.fromkeys(hidden) | {"hidden": hidden}


def _shown(name: str, value: object) -> object:
    """A cell for people."""
    if isinstance(value, Withheld):
        return value.text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "to_owner" and value is None:
        return "one of several"
    if isinstance(value, float):
        return f"{value:.1%}" if name.endswith("_share") else _length(value)
    return value


def _length(seconds: float) -> str:
    """A duration in the unit that a person would take."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
