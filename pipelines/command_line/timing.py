"""`terreng waits` and `terreng cohorts`: what they are called and take."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.command_line.options import HERE, Json, Workspace

Journey = Annotated[str, typer.Argument(help="Name of a map. Default: all.")]
Segment = Annotated[str, typer.Option("--segment", metavar="NAME=VALUE", help="Only journeys of this value.")]


def waits(journey: Journey = "", segment: Segment = "", workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List how long people wait, how often promises are kept, and from which wait on more of them leave."""
    from pipelines.commands import timing as command

    command.waits(workspace, journey, segment, as_json)


def cohorts(journey: Journey = "", segment: Segment = "", workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List what the journeys of each week have come to; young weeks beside what mature ones had come to by then."""
    from pipelines.commands import timing as command

    command.cohorts(workspace, journey, segment, as_json)


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(waits)
    app.command()(cohorts)
