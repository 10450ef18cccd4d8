"""`terreng check`: the published numbers held against the maps' budgets, or what runs the models tried out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pipelines import terminal
from pipelines.commands.workspace import open_workspace
from schemas.errors import BudgetError

HEADER = ("journey", "budget", "limit", "measured", "low", "high", "n", "verdict")


def check_engine(workspace: Path) -> None:
    """Try what runs the models, without a run.

    Raises:
        EngineError: The cluster does not answer, or does not see the storage.
    """
    from pipelines.engine import probe

    with terminal.progress() as tell:
        tell("Try the engine")
        told = probe(open_workspace(workspace))
    terminal.say(f"{told}: works")


def check(workspace: Path, as_json: bool) -> None:
    """Show every budget with what was measured.

    Raises:
        BudgetError: At least one is broken.
    """
    from pipelines.budgets import measured
    from pipelines.steps import load_maps
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    maps = load_maps(settings)
    with reader(settings) as connection:
        lines = measured(connection, maps)
    if as_json:
        terminal.say_json([asdict(line) | {"verdict": line.verdict} for line in lines])
    else:
        rows = [(x.journey, x.budget, x.limit, x.share, x.low, x.high, x.n, x.verdict) for x in lines]
        terminal.say_table(HEADER, rows, empty="No map has a budget.")
    broken = [line for line in lines if line.verdict == "broken"]
    if broken:
        raise BudgetError(
            got=f"{len(broken)} of {len(lines)} budgets are broken: {', '.join(line.budget for line in broken)}"
        )
