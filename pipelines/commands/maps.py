"""`terreng map`: what can be done with map files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from schemas.errors import MapError, Problem, UsageError

if TYPE_CHECKING:
    import polars as pl

ACTIVITIES = "SELECT source, activity, count(*) AS events_n FROM events GROUP BY ALL ORDER BY ALL"


def lint(files: Sequence[Path], workspace: Path, as_json: bool) -> None:
    """Check map files; with the published events of a workspace also whether the rules match anything.

    Raises:
        MapError: At least one file has an error; warnings alone end with 0.
        UsageError: A file is not there.
    """
    for path in files:
        if not path.is_file():
            raise UsageError(got=f"no file {path}", wanted="a journey map, such as maps/first.yaml")
    activities = published_activities(workspace)
    problems = [problem for path in files for problem in problems_of(path, activities)]
    errors = tuple(problem for problem in problems if problem.level == "error")
    if as_json:
        terminal.say_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            if problem.level != "error":
                terminal.say(str(problem))
        terminal.say(f"{len(files)} maps checked: {len(errors)} errors, {len(problems) - len(errors)} warnings")
    if errors:
        raise MapError(got=f"{len(errors)} errors", problems=errors)


def problems_of(path: Path, activities: pl.DataFrame | None) -> tuple[Problem, ...]:
    """Every problem of one map file."""
    from models.map_lint import lint as lint_map
    from schemas.journey_map import load_map

    try:
        journey_map = load_map(path)
    except MapError as error:
        return error.problems
    return lint_map(journey_map, activities, datetime.now(UTC))


def published_activities(workspace: Path) -> pl.DataFrame | None:
    """Sources and activities with their counts; None outside a workspace or before its first run."""
    if not (workspace / "terreng.toml").is_file():
        return None
    from pipelines.settings import load_settings
    from pipelines.warehouse import reader

    settings = load_settings(workspace.resolve())
    if not settings.published_db.is_file():
        return None
    with reader(settings) as connection:
        activities: pl.DataFrame = connection.sql(ACTIVITIES).pl()
        return activities
