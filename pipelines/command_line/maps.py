"""`terreng map ...`: what each command is called and takes; what it does is in `pipelines.commands.maps`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.command_line.options import HERE, AsOf, Json, Workspace

map_app = typer.Typer(help="Work on journey maps.", no_args_is_help=True, rich_markup_mode=None)


@map_app.command("lint")
def map_lint(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Map files.", show_default="all of the workspace, and their versions")
    ] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Check maps: spelling, rules, reachability, their own examples; exit 3 when one is wrong."""
    from pipelines.commands.maps import lint

    lint.lint(files or (), workspace, as_json)


@map_app.command("draft")
def map_draft(
    workspace: Workspace = HERE,
    *,
    to: Annotated[Path | None, typer.Option("--to", help="Map file to write. Default: stdout.")] = None,
    journey: Annotated[str, typer.Option("--journey", help="Short name of the journey. Default: the file's.")] = "",
    per: Annotated[str, typer.Option("--per", help="Whose journeys: person, or an id type. Default: guessed.")] = "",
    opens: Annotated[
        list[str] | None, typer.Option("--from", metavar="ACTIVITY", help="Where a journey opens. Default: anywhere.")
    ] = None,
    goals: Annotated[
        list[str] | None,
        typer.Option("--goal", metavar="ACTIVITY", help="Where it reaches its goal. Default: guessed."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Propose a first map from the events: what mostly happens, to be named, corrected and owned."""
    from pipelines.commands.maps import draft

    opened, reached = tuple(opens or ()), tuple(goals or ())
    draft.draft(workspace, to, journey=journey, per=per, opens=opened, goals=reached, force=force, as_json=as_json)


@map_app.command("backtest")
def map_backtest(
    file: Annotated[Path, typer.Argument(help="The map, in any state: it need not be among the workspace's.")],
    workspace: Workspace = HERE,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Judge old traffic by a new map, beside the one in force; publishes nothing."""
    from pipelines.commands.maps import backtest

    backtest.backtest(file, workspace, as_of, as_json)


@map_app.command("import")
def map_import(
    file: Annotated[Path, typer.Argument(help="BPMN, PNML, process tree, CJML, CSV or spreadsheet.")],
    *,
    named: Annotated[str, typer.Option("--format", "-f", help="Its format, where its name does not tell.")] = "",
    to: Annotated[Path | None, typer.Option("--to", help="Map file to write. Default: stdout.")] = None,
    journey: Annotated[str, typer.Option("--journey", help="Short name of the journey.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Make a map of another tool's file; what it could not take over is told."""
    from pipelines.commands.maps import exchange

    exchange.import_map(file, named=named, journey=journey, to=to, force=force, as_json=as_json)


@map_app.command("export")
def map_export(
    file: Annotated[Path, typer.Argument(help="Map file.")],
    *,
    named: Annotated[str, typer.Option("--format", "-f", help="bpmn, tree, cjml, csv, mermaid or svg.")] = "",
    to: Annotated[Path | None, typer.Option("--to", help="File to write. Default: stdout.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write a map in another tool's format; what that cannot hold is told."""
    from pipelines.commands.maps import exchange

    exchange.export_map(file, named=named, to=to, force=force, as_json=as_json)


@map_app.command("diff")
def map_diff(
    older: Annotated[Path, typer.Argument(help="The map file before.")],
    newer: Annotated[Path, typer.Argument(help="The map file after.")],
    as_json: Json = False,
) -> None:
    """Tell in words what the newer map says differently, and which journeys it allows or no longer allows."""
    from pipelines.commands.maps import diff

    diff.diff(older, newer, as_json)


@map_app.command("list")
def map_list(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List every version of the maps with what it judges, and journeys that several maps claim."""
    from pipelines.commands.maps import listing

    listing.listing(workspace, as_json)


@map_app.command("schema")
def map_schema() -> None:
    """Print the file format of maps as a JSON schema (2020-12), for editors that complete keys and mark mistakes."""
    from pipelines.commands.maps import schema

    schema.schema()
