"""`terreng proposals`: deviations that help, each as a change to the map and what old traffic says of it."""

from __future__ import annotations

from pathlib import Path

from pipelines import terminal
from pipelines.commands.costs import between
from pipelines.commands.covered import Row, cell, covered_rows, plain

NOTHING = "No proposals: no deviation from the maps is associated with fewer customers lost."
_READ = (
    "SELECT proposals.*, -lost_shrunk AS kept_shrunk, -lost_high AS kept_low, -lost_low AS kept_high"
    " FROM proposals LEFT JOIN frictions USING (journey, touchpoint, signal)"
    " ORDER BY journey, proposals.reason IS NOT NULL, kept_shrunk DESC, touchpoint, signal"
)


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
    kept = between(row, "kept_shrunk", "kept_low", "kept_high")
    goes_with = f"is associated with {f'{kept} customers more kept a month' if kept else 'more customers kept'}"
    lines = [
        f"{row['journey']}: {row['said']}",
        f"  {row['signal'].replace('_', ' ')}, {row['touchpoint']}: {goes_with}",
    ]
    if row["change"] is None:
        return "\n".join([*lines, f"  {row['reason']}"])
    before, after = (cell("_share", row[name]) for name in ("fitting_share", "fitting_share_after"))
    lines.append(f"  journeys that fit the map: now {before}, with the change {after}")
    return "\n".join([*lines, *(f"    {line}" for line in row["change"].splitlines())])
