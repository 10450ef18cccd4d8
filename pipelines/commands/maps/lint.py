"""`terreng map`: what can be done with map files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from schemas.errors import MapError, Problem, UsageError

if TYPE_CHECKING:
    import polars as pl

SETTINGS = "terreng.toml"
ACTIVITIES = "SELECT source, activity, count(*) AS events_n FROM events GROUP BY ALL ORDER BY ALL"
# Whole lists of keys repeat: distinct ones first.
ATTRIBUTES = "SELECT DISTINCT unnest(keys) FROM (SELECT DISTINCT map_keys(attributes) AS keys FROM events)"


@dataclass(frozen=True)
class Seen:
    """What the published events have: one row per source and activity, and every attribute."""

    activities: pl.DataFrame
    attributes: frozenset[str]


def lint(files: Sequence[Path], workspace: Path, as_json: bool) -> None:
    """Check map files; with the published events of a workspace also whether the rules match anything.

    Raises:
        MapError: At least one file has an error; warnings alone end with 0.
        UsageError: A file is not there.
    """
    for path in files:
        if not path.is_file():
            raise UsageError(got=f"no file {path}", wanted="a journey map, such as maps/first.yaml")
    seen = published(workspace)
    problems = [problem for path in files for problem in problems_of(path, seen)]
    errors = tuple(problem for problem in problems if problem.level == "error")
    if as_json:
        terminal.say_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            if problem.level != "error":
                terminal.say(str(problem))
        warnings = _counted(len(problems) - len(errors), "warning")
        terminal.say(f"{_counted(len(files), 'map')} checked: {_counted(len(errors), 'error')}, {warnings}")
    if seen is None:
        terminal.note(_unchecked(workspace))
    if errors:
        raise MapError(got=_counted(len(errors), "error"), problems=errors)


def _counted(n: int, thing: str) -> str:
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _unchecked(workspace: Path) -> str:
    if (workspace / SETTINGS).is_file():
        why = "nothing is published yet: terreng run does"
    else:
        why = f"there is no workspace in {workspace.resolve()}: go into one, or name it with --workspace"
    return f"could not check whether activities and attributes occur, for {why}"


def problems_of(path: Path, seen: Seen | None) -> tuple[Problem, ...]:
    """Every problem of one map file."""
    from models.map_lint import lint as lint_map
    from schemas.journey_map import load_map

    try:
        journey_map = load_map(path)
    except MapError as error:
        return error.problems
    activities, attributes = (seen.activities, seen.attributes) if seen else (None, None)
    return lint_map(journey_map, activities, datetime.now(UTC), attributes)


def published(workspace: Path) -> Seen | None:
    """What the published events have; None outside a workspace, before its first run, or without any event."""
    if not (workspace / SETTINGS).is_file():
        return None
    from pipelines.settings import load_settings
    from pipelines.warehouse import reader

    settings = load_settings(workspace.resolve())
    if not settings.published_db.is_file():
        return None
    with reader(settings) as connection:
        activities: pl.DataFrame = connection.sql(ACTIVITIES).pl()
        attributes = frozenset(str(key) for (key,) in connection.sql(ATTRIBUTES).fetchall())
    return None if activities.is_empty() else Seen(activities, attributes)
