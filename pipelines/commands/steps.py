"""`terreng run` and the four commands that it is made of."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import prefect_server, terminal
from pipelines.commands.costs import between, money
from pipelines.commands.findings import NO_FINDINGS
from pipelines.commands.journey import known_maps
from pipelines.commands.workspace import in_language, open_workspace, parse_as_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.ingest import SourceReport
    from pipelines.run import RunSummary
    from pipelines.settings import Settings

SOURCE_COLUMNS = ("source", "files_n", "new_files_n", "rows_n", "accepted_n", "duplicate_n", "dropped_n", "rejected_n")


def run(workspace: Path, as_of: str, as_json: bool, language: str = "") -> None:
    """Run everything; through Prefect where a server is configured or stands, else directly."""
    from pipelines.run import refuse_unread

    settings = in_language(open_workspace(workspace), language)
    with terminal.progress() as tell:
        summary = run_workspace(settings, parse_as_of(as_of, settings.timezone), tell)
    show(settings, summary, as_json)
    refuse_unread(summary.sources)


def run_workspace(settings: Settings, as_of: datetime | None, tell: terminal.Tell) -> RunSummary:
    """The run itself, through Prefect where a server answers. The steps and their results are the same."""
    from pipelines import run as plain

    api_url = chosen_server(settings)
    if not api_url:
        return plain.run(settings, as_of, plain.directly(tell))
    os.environ.update(prefect_server.environment(settings, api_url))
    from pipelines.flow import run_by_hand

    return run_by_hand(settings, as_of, tell)


def chosen_server(settings: Settings) -> str:
    """The server that the user names, else the one that `terreng serve` keeps; "" if neither answers."""
    named = prefect_server.configured()
    if named and prefect_server.answers(named):
        return named
    if named:
        terminal.note(f"Prefect at {named} does not answer (PREFECT_API_URL); running without it")
    return prefect_server.standing(settings)


def ingest(workspace: Path, as_json: bool, accepted: tuple[str, ...] = ()) -> None:
    """Read what is new in the sources, and say what became of every row.

    Args:
        workspace: Its folder.
        as_json: For machines.
        accepted: Sources whose columns changed, and rightly so.
    """
    from pipelines.ingest import accept_columns
    from pipelines.run import directly, read_sources, refuse_unread
    from pipelines.warehouse import lock

    settings = open_workspace(workspace)
    with terminal.progress() as tell, lock(settings):
        accept_columns(settings, accepted)
        sources = read_sources(settings, directly(tell))
    if as_json:
        terminal.say_json([asdict(source) for source in sources])
    else:
        show_sources(sources)
    refuse_unread(sources)


def reconstruct(workspace: Path, as_of: str, as_json: bool) -> None:
    """Join ids into persons and events into journeys."""
    from pipelines import steps
    from pipelines.run import directly

    settings = open_workspace(workspace)
    maps = steps.load_maps(settings)
    with terminal.progress() as tell:
        call = directly(tell)
        call("Join ids into persons", partial(steps.resolve_persons, settings))
        moment = parse_as_of(as_of, settings.timezone) or steps.snapshot_time(settings, datetime.now(UTC))[0]
        journeys = call("Join events into journeys", partial(steps.reconstruct, settings, maps, moment))
    show_counts("journey", journeys, as_json)


def compare(workspace: Path, as_of: str, as_json: bool) -> None:
    """Lay the journeys over the maps, and publish."""
    from pipelines.run import compare_again, directly

    settings = open_workspace(workspace)
    with terminal.progress() as tell:
        counts = compare_again(settings, parse_as_of(as_of, settings.timezone), directly(tell))
    show_counts("table", counts, as_json)


def report(workspace: Path, as_json: bool, language: str = "") -> None:
    """Write the report of the last published run; without a language in that of the settings."""
    from pipelines import steps
    from pipelines.warehouse import last_run, reader
    from schemas.errors import WarehouseError

    settings = in_language(open_workspace(workspace), language)
    with reader(settings) as connection:
        last = last_run(connection, "succeeded")
    if last is None:
        raise WarehouseError(got="no run in the published tables", hint="run `terreng run` first")
    with terminal.progress() as tell:
        tell("Write the report")
        path = steps.report(settings, last.run_id)
    terminal.say_json({"run_id": last.run_id, "report": path}) if as_json else terminal.say(f"Report: {path}")


def show(settings: Settings, summary: RunSummary, as_json: bool) -> None:
    """The end of a run: what came in, the top findings, and where the report is."""
    from pipelines.steps import contested, top_findings

    top = top_findings(settings)
    if as_json:
        terminal.say_json(asdict(summary) | {"findings": [asdict(finding) for finding in top]})
        return
    show_sources(summary.sources)
    terminal.say(f"\n{people_line(summary.people)}")
    journeys = ", ".join(f"{name} {n:,}" for name, n in summary.journeys.items())
    terminal.say(f"Journeys: {journeys}; as of {summary.as_of:%Y-%m-%d %H:%M} UTC")
    if contested(settings):
        terminal.say("Some of them several maps claim, and count for one or none: see `terreng map list`")
    terminal.say("")
    if summary.as_of_note:
        terminal.say(f"{summary.as_of_note}\n")
    plans = {plan.journey: plan for plan in known_maps(settings)}
    lines = []
    for found in top:
        cost = between(vars(found), "lost_shrunk", "lost_low", "lost_high"), money(vars(found), "value", plans)
        lines.append((found.rank, found.headline, *cost, found.owner, found.state, found.journeys_n))
    header = ("#", "finding", "customers a month", "money a month", "owner", "state", "journeys")
    terminal.say_table(header, lines, empty=NO_FINDINGS)
    terminal.say(f"\nReport: {summary.report}")


def people_line(people: Mapping[str, int]) -> str:
    """How many people the ids are, and what guards refused; a broken guard is never silent."""
    known = f"{people['ids_n']:,} ids and {people['links_n']:,} links"
    line = f"People: {people['persons_n']:,} from {known} (default rule)"
    if people["links_not_taken_n"]:
        line += f"; {people['links_not_taken_n']:,} links not taken, see `terreng identity audit`"
    if people["parting_links_n"]:
        line += f"; {people['parting_links_n']:,} refused because they would have joined two people"
    return line


def show_sources(sources: tuple[SourceReport, ...]) -> None:
    """One line per source; rows in are accepted, duplicate, dropped or rejected."""
    terminal.say_table(SOURCE_COLUMNS, [[getattr(source, name) for name in SOURCE_COLUMNS] for source in sources])
    for source in sources:
        for note in source.notes:
            terminal.say(f"{source.source}: {note}")
        if source.problem:
            terminal.say(f"{source.source}: STOPPED: {source.problem}")


def show_counts(header: str, counts: dict[str, int], as_json: bool) -> None:
    """Names and numbers, for a person or a machine."""
    if as_json:
        terminal.say_json(counts)
    else:
        terminal.say_table((header, "rows"), list(counts.items()))
