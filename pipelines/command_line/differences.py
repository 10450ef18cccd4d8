"""`terreng difference`: what it is called and takes."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.command_line.options import HERE, Json, Workspace


def difference(
    journey: Annotated[str, typer.Argument(help="Name of a map. Default: the only one.")] = "",
    between: Annotated[
        str, typer.Option("--between", metavar="GROUP", help="name=value of a segment, or a period: 2026-05..2026-06.")
    ] = "",
    other: Annotated[str, typer.Option("--and", metavar="GROUP", help="What it is held against: the same kind.")] = "",
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Tell in which numbers two segments, or two periods, of one map differ by more than chance."""
    from pipelines.commands import difference as command

    command.difference(workspace, journey, (between, other), as_json)


def add_to(app: typer.Typer) -> None:
    """Give the command line this command."""
    app.command()(difference)
