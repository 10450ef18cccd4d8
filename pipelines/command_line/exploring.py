"""The command that opens the notebooks."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from pipelines.command_line.options import HERE, Workspace


class Notebook(StrEnum):
    """The apps that `terreng explore` serves, by their paths."""

    TOUR = "tour"
    EXPLORE = "explore"
    WORKSHOP = "workshop"
    OWN_DATA = "own_data"


def explore(
    workspace: Workspace = HERE,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0: a free one.")] = 2718,
    notebook: Annotated[Notebook, typer.Option("--notebook", help="The page to begin with.")] = Notebook.EXPLORE,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address only.")] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Let in everybody who is on this machine.")
    ] = False,
) -> None:
    """Look into the published journeys: map, segment, period, single journeys, SQL; a read-only app on loopback."""
    from pipelines.explore import serving

    serving.explore(workspace, port, str(notebook), with_browser=not no_browser, with_password=not no_password)


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(explore)
