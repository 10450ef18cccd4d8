"""`terreng start`, `frictions`, `whatif` and `proposals`: what they are called and take."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.command_line.options import HERE, Json, Workspace


def start(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List where to start: the frictions that cost most, at most ten, with owner, effort and mandate."""
    from pipelines.commands import start as command

    command.start(workspace, as_json)


def frictions(
    workspace: Workspace = HERE,
    journey: Annotated[str, typer.Option("--journey", metavar="NAME", help="Of this map alone.")] = "",
    identity: Annotated[
        bool, typer.Option("--identity", help="The headline numbers under each rule of who is taken for whom.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what each sign of trouble costs, which could not be judged and why."""
    from pipelines.commands import frictions as command

    command.frictions(workspace, journey, identity, as_json)


def whatif(
    fixes: Annotated[
        list[str] | None,
        typer.Option("--fix", metavar="TOUCHPOINT:SIGNAL", help="What to fix, as `terreng frictions` names it."),
    ] = None,
    journey: Annotated[str, typer.Option("--journey", metavar="NAME", help="Of this map.")] = "",
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Tell what fixing one friction, or several together, would give back a month: conversions, money, time."""
    from pipelines.commands import whatif as command

    command.whatif(workspace, tuple(fixes or ()), journey, as_json)


def proposals(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List deviations that help, each as a change to the map and how many journeys would fit it."""
    from pipelines.commands import proposals as command

    command.proposals(workspace, as_json)


def add_to(app: typer.Typer) -> None:
    """Give the command line these commands."""
    app.command()(start)
    app.command()(frictions)
    app.command()(whatif)
    app.command()(proposals)
