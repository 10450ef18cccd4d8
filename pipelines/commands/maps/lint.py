"""`terreng map lint`: every mistake of map files at once, and what is doubtful about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from schemas.errors import MapError, Problem, UsageError

if TYPE_CHECKING:
    from pipelines.maps.published import Published


def lint(files: Sequence[Path], workspace: Path, as_json: bool) -> None:
    """Check map files, all of the workspace if none is named; with its published events also against those.

    Raises:
        MapError: At least one file has an error; warnings alone end with 0.
        UsageError: A file is not there.
    """
    from pipelines.maps.published import published

    is_whole, files = not files, files or _maps_of(workspace)
    for path in files:
        if not path.is_file():
            raise UsageError(got=f"no file {path}", wanted="a journey map, such as maps/first.yaml")
    with published(workspace) as events:
        problems = [problem for path in files for problem in problems_of(path, events)]
    if is_whole and not any(problem.level == "error" for problem in problems):
        problems += _between_versions(workspace / "maps")
    errors = tuple(problem for problem in problems if problem.level == "error")
    if as_json:
        terminal.say_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            if problem.level != "error":
                terminal.say(str(problem))
        warnings = _counted(len(problems) - len(errors), "warning")
        terminal.say(f"{_counted(len(files), 'map')} checked: {_counted(len(errors), 'error')}, {warnings}")
    if events is None:
        terminal.note(_unchecked(workspace))
    if errors:
        raise MapError(got=_counted(len(errors), "error"), problems=errors)


def _maps_of(workspace: Path) -> list[Path]:
    found = sorted(path for path in (workspace / "maps").glob("*") if path.suffix.lower() in (".yaml", ".yml"))
    if not found:
        hint = "name a file, or go into a workspace"
        raise UsageError(got=f"no map in {workspace / 'maps'}", wanted="a journey map (*.yaml)", hint=hint)
    return found


def _between_versions(folder: Path) -> tuple[Problem, ...]:
    """What contradicts between versions of one journey, where each file alone is right."""
    from schemas.journey_map import load_maps

    try:
        load_maps(folder)
    except MapError as error:
        return error.problems
    return ()


def _counted(n: int, thing: str) -> str:
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _unchecked(workspace: Path) -> str:
    from pipelines.maps.published import SETTINGS

    if (workspace / SETTINGS).is_file():
        why = "nothing is published yet: terreng run does"
    else:
        why = f"there is no workspace in {workspace.resolve()}: go into one, or name it with --workspace"
    return f"could not check whether activities and attributes occur, for {why}"


def problems_of(path: Path, events: Published | None) -> tuple[Problem, ...]:
    """Every problem of one map file, held against what was published where that is known."""
    from models.map_lint import lint as lint_map
    from schemas.journey_map import load_map

    try:
        journey_map = load_map(path)
    except MapError as error:
        return error.problems
    return lint_map(journey_map, events.seen_of(journey_map) if events else None, datetime.now(UTC))
