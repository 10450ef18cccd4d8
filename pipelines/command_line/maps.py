"""`terreng map ...`: what each command is called and takes; what it does is in `pipelines.commands.maps`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.command_line.options import HERE, Json, Workspace

map_app = typer.Typer(help="Work on journey maps.", no_args_is_help=True, rich_markup_mode=None)


@map_app.command("lint")
def map_lint(
    files: Annotated[list[Path], typer.Argument(help="Map files.")], workspace: Workspace = HERE, as_json: Json = False
) -> None:
    """Check maps: spelling, rules, reachability, their own examples; exit 3 when one is wrong."""
    from pipelines.commands.maps import lint

    lint.lint(files, workspace, as_json)
