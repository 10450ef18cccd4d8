"""`terreng demo`: the example company, from nothing to a report."""

from __future__ import annotations

from pathlib import Path

from pipelines import terminal
from pipelines.commands.steps import run_workspace, show
from pipelines.commands.workspace import open_workspace


def demo(folder: Path, as_json: bool) -> None:
    """Make the example workspace and run it as of the end of its story."""
    from pipelines.demo import make_example
    from pipelines.run import refuse_beyond_tolerance

    with terminal.progress() as tell:
        tell("Make the exports of the example company")
        example = make_example(folder)
        settings = open_workspace(folder)
        summary = run_workspace(settings, example.as_of, tell)
    if not as_json:
        terminal.say(f"Made {folder}: {example.people_n:,} people, {example.rows_n:,} rows of exports\n")
    show(settings, summary, as_json)
    refuse_beyond_tolerance(summary.sources)
