"""`terreng journey`, `terreng deviations` and `terreng experience`: what they are called and take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.command_line.options import HERE, Json, Workspace


def journey(
    asked: Annotated[
        str, typer.Argument(metavar="ID", help="A journey's pseudonym, or an id of a person; - reads it from stdin.")
    ],
    workspace: Workspace = HERE,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write it as a picture.")] = None,
    as_json: Json = False,
) -> None:
    """Show one journey on its map, planned line above, actual line below; of a person, which journeys there are."""
    from pipelines.commands import journey as command

    command.journey(workspace, asked, svg, as_json)


def deviations(
    asked: Annotated[
        str, typer.Argument(metavar="[KIND[:TOUCHPOINT]]", help="Show these with their three shortest journeys.")
    ] = "",
    workspace: Workspace = HERE,
    journey: Annotated[str, typer.Option("--journey", metavar="NAME", help="Of this map alone.")] = "",
    as_json: Json = False,
) -> None:
    """List how journeys differ from their maps, or show examples of it and the SQL for the rest."""
    from pipelines.commands import deviations as command

    command.deviations(workspace, asked, journey, as_json)


def experience(
    journey: Annotated[str, typer.Argument(metavar="[JOURNEY]", help="Of this map alone.")] = "",
    workspace: Workspace = HERE,
    segment: Annotated[str, typer.Option("--segment", metavar="NAME=VALUE", help="Of this group alone.")] = "",
    as_json: Json = False,
) -> None:
    """Tell what customers say beside what they do, whether they come back, and what they are worth."""
    from pipelines.commands import experience as command

    command.experience(workspace, journey, segment, as_json)


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(journey)
    app.command()(deviations)
    app.command()(experience)
