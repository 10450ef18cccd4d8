"""`terreng constraints` and `terreng handovers`: what the last run published of them, small numbers covered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines import terminal
from pipelines.commands.covered import cell, covered_rows, plain

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
    rows = covered_rows(workspace, {table: f"SELECT * FROM {table}"})[table]
    if as_json:
        terminal.say_json([plain(row) for row in rows])
    else:
        shown = [[_shown(name, row[name]) for name in titles] for row in rows]
        terminal.say_table([*titles.values()], shown, empty=empty)


def _shown(name: str, value: object) -> object:
    return "one of several" if name == "to_owner" and value is None else cell(name, value)
