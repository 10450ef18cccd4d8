"""`terreng map draft`: a first map from the events of a workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError


def draft(
    workspace: Path,
    to: Path | None,
    *,
    journey: str,
    per: str,
    opens: tuple[str, ...],
    goals: tuple[str, ...],
    force: bool,
    as_json: bool,
) -> None:
    """Drafts a map and writes it, or prints it.

    Args:
        workspace: Its folder.
        to: The map file; None: stdout.
        journey: Short name of the journey; "": as the file is called.
        per: Whose journeys; "": guessed.
        opens: Activities at which a journey opens.
        goals: Activities with which it reaches its goal.
        force: Whether a file that is there may be overwritten.
        as_json: For machines.

    Raises:
        UsageError: The file is there already, or an activity or id type is not known, or there are too few journeys.
        WarehouseError: Nothing has been taken in yet.
    """
    _refuse_taken(to, force)
    settings = open_workspace(workspace)
    from pipelines.maps.draft import Wanted, draft_map
    from schemas.map_writing import yaml_text

    wanted = Wanted(journey or (to.stem if to else "draft"), per, opens, goals)
    with terminal.progress() as tell:
        found = draft_map(settings, wanted, datetime.now(UTC), tell)
    text = yaml_text(found.tree, found.head, found.remarks)
    if to is not None:
        to.write_text(text, encoding="utf-8", newline="")
    if as_json:
        told = {"to": to, "journeys_n": found.journeys_n, "fitting_n": found.fitting_n}
        terminal.say_json({**told, "map": found.tree, "notes": list(found.head)})
    elif to is None:
        terminal.say(text.removesuffix("\n"))
    else:
        terminal.say(f"Wrote {to}, a draft. {found.head[1]}")
        terminal.say(f"Next: read it, correct it, then terreng map lint {to}, and terreng map backtest {to}")


def _refuse_taken(to: Path | None, force: bool) -> None:
    if to is None:
        return
    if to.is_dir() or not to.parent.is_dir():
        raise UsageError(got=f"--to {to}", wanted="a file in a folder that is there, such as maps/draft.yaml")
    if to.exists() and not force:
        raise UsageError(got=f"{to}, which is there already", wanted="a new file", hint="--force overwrites it")
