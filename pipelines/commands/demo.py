"""`terreng demo`: the example company, from nothing to a report."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from pipelines import terminal, warehouse
from pipelines.commands.steps import run_workspace, show
from pipelines.commands.workspace import open_workspace
from pipelines.settings import SETTINGS_FILE


def _held(folder: Path) -> AbstractContextManager[None]:
    """The lock of a workspace that is there already: a run that reads its exports must not lose them."""
    return warehouse.lock(open_workspace(folder)) if (folder / SETTINGS_FILE).is_file() else nullcontext()


def demo(folder: Path, as_json: bool) -> None:
    """Make the example workspace and run it as of the end of its story."""
    from pipelines.demo import make_example
    from pipelines.run import refuse_unread

    with terminal.progress() as tell, _held(folder):
        tell("Make the exports of the example company")
        example = make_example(folder)
        settings = open_workspace(folder)
        summary = run_workspace(settings, example.as_of, tell)
    if not as_json:
        terminal.say(f"Made {folder}: {example.people_n:,} people, {example.rows_n:,} rows of exports\n")
    show(settings, summary, as_json)
    refuse_unread(summary.sources)
