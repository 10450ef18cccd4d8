"""`terreng proposals`: deviations that help, each as a change to the map and what old traffic says of it."""

from __future__ import annotations

from pathlib import Path

from pipelines import terminal
from pipelines.commands.covered import Row, cell, covered_rows, plain

NOTHING = "No proposals: no deviation from the maps is associated with fewer customers lost."
_READ = "SELECT * FROM proposals ORDER BY journey, reason IS NOT NULL, fitting_share_after DESC, touchpoint, signal"


def proposals(workspace: Path, as_json: bool) -> None:
    """List the proposals of the last run.

    Args:
        workspace: The folder.
        as_json: For machines.

    Raises:
        WarehouseError: Nothing is published.
    """
    rows = covered_rows(workspace, {"proposals": _READ})["proposals"]
    if as_json:
        terminal.say_json([plain(row) for row in rows])
        return
    terminal.say("\n\n".join(_text(row) for row in rows) or NOTHING)


def _text(row: Row) -> str:
    head = (
        f"{row['journey']}: {row['said']} ({row['signal'].replace('_', ' ')} at {row['touchpoint']} is associated with"
    )
    lines = [f"{head} fewer customers lost)"]
    if row["change"] is None:
        return "\n".join([*lines, f"  {row['reason']}"])
    before, after = (cell("_share", row[name]) for name in ("fitting_share", "fitting_share_after"))
    lines.append(f"  journeys that fit the map: now {before}, with the change {after}")
    return "\n".join([*lines, *(f"    {line}" for line in row["change"].splitlines())])
