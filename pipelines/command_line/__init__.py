"""The command line: what each command is called and takes; what it does is in `pipelines.commands`.

`--help` must answer within half a second, so nothing heavy is imported here.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from pipelines import failures
from pipelines.command_line import costs, differences, exploring, exporting, journeys, timing
from pipelines.command_line.maps import map_app
from pipelines.command_line.options import HERE, AsOf, Json, Language, Workspace
from schemas.words import Rule

app = typer.Typer(
    name="terreng",
    help="Lay the journeys that customers really made over the journey map that was designed.",
    epilog="Exit codes: 0 done, 1 a defect of ours, 2 wrong usage, 3 the map is wrong, "
    "4 settings or a source are wrong, "
    "5 a budget is broken, 6 another run holds the workspace, 7 done with too many rows refused.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
findings_app = typer.Typer(help="List findings, or accept one for a while.", rich_markup_mode=None)
identity_app = typer.Typer(help="See how ids were joined into persons.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(map_app, name="map")
app.add_typer(findings_app, name="findings", invoke_without_command=True)
app.add_typer(identity_app, name="identity")


def main() -> None:
    """Run the command line; every error that can escape ends here, with its exit code."""
    sys.excepthook = failures.report_defect
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    raise SystemExit(failures.guarded(typer.main.get_command(app)))


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"terreng {version('terreng')}")
        raise typer.Exit


@app.callback()
def terreng(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Lay the journeys that customers really made over the journey map that was designed."""
    del version  # its callback has shown it


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to make the example workspace.")] = Path("data/example"),
    as_json: Json = False,
) -> None:
    """Make the example workspace, run everything, print the top findings and the report's path."""
    from pipelines.commands import demo as command

    command.demo(folder, as_json)


@app.command()
def init(
    folder: Annotated[
        Path | None, typer.Argument(help="A new or empty folder; with --from the current one will do.")
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Further files of --from.")] = None,
    exports: Annotated[
        list[Path] | None, typer.Option("--from", metavar="FILE", help="Files or folders whose columns are looked at.")
    ] = None,
) -> None:
    """Make a workspace of your own: commented settings, a first map, folders; or settings for the files there are."""
    from pipelines.commands import init as command

    command.start(folder, more or [], exports or [])


@app.command()
def run(workspace: Workspace = HERE, as_of: AsOf = "", language: Language = "", as_json: Json = False) -> None:
    """Ingest, reconstruct, compare, publish and report, as one run."""
    from pipelines.commands import steps

    steps.run(workspace, as_of, as_json, language)


@app.command()
def ingest(
    workspace: Workspace = HERE,
    as_json: Json = False,
    accepted: Annotated[
        list[str] | None,
        typer.Option("--accept-columns", metavar="SOURCE", help="A source whose columns changed, and rightly so."),
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option("--rejected", metavar="DIR", help="Read nothing; write the refused rows there, to be mended."),
    ] = None,
    replay: Annotated[
        list[Path] | None,
        typer.Option("--replay", metavar="FILE", help="Read nothing; take in mended rows that --rejected wrote."),
    ] = None,
) -> None:
    """Read what is new in the sources."""
    from pipelines.commands import mending, steps

    if rejected is not None:
        mending.write_rejected(workspace, rejected)
    elif replay:
        mending.replay(workspace, tuple(replay), as_json)
    else:
        steps.ingest(workspace, as_json, tuple(accepted or ()))


@app.command()
def reconstruct(workspace: Workspace = HERE, as_of: AsOf = "", as_json: Json = False) -> None:
    """Join ids into persons and events into journeys."""
    from pipelines.commands import steps

    steps.reconstruct(workspace, as_of, as_json)


@app.command()
def compare(workspace: Workspace = HERE, as_of: AsOf = "", as_json: Json = False) -> None:
    """Lay the journeys over the maps, and publish the tables."""
    from pipelines.commands import steps

    steps.compare(workspace, as_of, as_json)


@app.command()
def report(workspace: Workspace = HERE, language: Language = "", as_json: Json = False) -> None:
    """Write the report of what was last published."""
    from pipelines.commands import steps

    steps.report(workspace, as_json, language)


@app.command()
def check(
    workspace: Workspace = HERE,
    as_json: Json = False,
    engine: Annotated[bool, typer.Option("--engine", help="Try what runs the models instead: `[engine]`.")] = False,
) -> None:
    """Hold the published numbers against the maps' budgets; exit 5 when one is broken."""
    from pipelines.commands import check as command

    if engine:
        command.check_engine(workspace)
    else:
        command.check(workspace, as_json)


journeys.add_to(app)
costs.add_to(app)
differences.add_to(app)
timing.add_to(app)
exploring.add_to(app)


@app.command()
def constraints(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List how many journeys keep the constraints of their maps, and how many break them, for good or so far."""
    from pipelines.commands import rules as command

    command.constraints(workspace, as_json)


@app.command()
def handovers(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List which owner hands journeys to which: how often, how long it takes, who is lost or waits in between."""
    from pipelines.commands import rules as command

    command.handovers(workspace, as_json)


@app.command()
def tracking(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List what could not be seen and is no friction, touchpoints that nobody reaches, and what no map knows."""
    from pipelines.commands import tracking as command

    command.tracking(workspace, as_json)


@app.command()
def ledger(
    journey: Annotated[str, typer.Argument(help="Name of a map. Default: all.")] = "",
    segment: Annotated[str, typer.Option("--segment", metavar="NAME=VALUE", help="Only journeys of this value.")] = "",
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Lead from planned to actual, completion and time: every journey and every hour charged to what took it."""
    from pipelines.commands import ledger as command

    command.ledger(workspace, journey, segment, as_json)


@findings_app.callback()
def findings(context: typer.Context, workspace: Workspace = HERE, as_json: Json = False) -> None:
    """List the findings of the last run, or accept one for a while."""
    from pipelines.commands import findings as command

    if context.invoked_subcommand is None:
        command.findings(workspace, as_json)


@findings_app.command("accept")
def findings_accept(
    finding_id: Annotated[str, typer.Argument(help="Id as listed by `terreng findings`.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is accepted.")],
    until: Annotated[str, typer.Option("--until", help="Until when, ISO 8601.")],
    workspace: Workspace = HERE,
) -> None:
    """Accept a finding until a date; from the next run on it is listed as accepted."""
    from pipelines.commands import findings as command

    command.accept(workspace, finding_id, reason, until)


exporting.add_to(app)


@app.command()
def mine(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """Discover the flow from the published journeys: directly-follows, BPMN, performance."""
    from pipelines.commands import mine as command

    command.mine(workspace, as_json)


@app.command()
def erase(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID...", help="type=id, or a pseudonym; `-` reads them from standard input."),
    ] = None,
    *,
    workspace: Workspace = HERE,
    id_type: Annotated[str, typer.Option("--type", help="Type of the ids, where they are given alone.")] = "",
    from_file: Annotated[Path | None, typer.Option("--from", help="A file with one id a line.")] = None,
    rule: Annotated[Rule, typer.Option("--rule", help="How far the chain of ids is followed.")] = Rule.DEFAULT,
    reason: Annotated[str, typer.Option("--reason", help="For the audit; without personal data.")] = "on request",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List the erasures so far, and erase nobody.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a person from every table and file, and keep her out of what is delivered later."""
    from pipelines.commands import erase as command

    if show:
        command.listed(workspace, as_json)
    else:
        command.erase(workspace, ids or [], id_type, from_file, rule=rule, reason=reason, yes=yes, as_json=as_json)


@identity_app.command("audit")
def identity_audit(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """Count persons, links and what guards refused, per rule and id type."""
    from pipelines.commands import identity

    identity.audit(workspace, as_json)


@identity_app.command("explain")
def identity_explain(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Pseudonym, type=id or plain id; - reads it from stdin.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Why are these two one person, or not?")] = "",
    rule: Annotated[Rule, typer.Option("--rule", help="The rule by which ids were joined.")] = Rule.DEFAULT,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Show which ids make up a person, and the chain of links by which an id belongs to her."""
    from pipelines.commands import identity

    identity.explain(workspace, (asked, other), rule, as_json)


@identity_app.command("map")
def identity_map(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where to write the CSV.")],
    rule: Annotated[Rule, typer.Option("--rule", help="The rule by which ids were joined.")] = Rule.DEFAULT,
    raw: Annotated[bool, typer.Option("--raw", help="With the ids in the clear; the file is yours to guard.")] = False,
    workspace: Workspace = HERE,
) -> None:
    """Write which ids belong to which person, as CSV: pseudonyms, unless --raw is given."""
    from pipelines.commands import identity

    identity.write_map(workspace, to, rule, raw)


@app.command()
def serve(
    cron: Annotated[str, typer.Option("--cron", help='When to run, such as "0 6 * * *", in the workspace\'s zone.')],
    workspace: Workspace = HERE,
    port: Annotated[int, typer.Option("--port", min=1024, max=65535, help="Port of the UI on this machine.")] = 4200,
) -> None:
    """Run on a schedule: one standing Prefect server with its UI on loopback, one run at a time."""
    from pipelines import serve as command

    command.serve(workspace, cron, port)
