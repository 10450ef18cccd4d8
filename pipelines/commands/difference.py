"""`terreng difference`: two segments, or two periods, of one map, number by number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import terminal
from pipelines.commands.ledger import unknown
from pipelines.commands.workspace import open_workspace
from schemas.errors import UsageError, WarehouseError

if TYPE_CHECKING:
    import duckdb

    from pipelines.differences.printing import Told
    from pipelines.settings import Settings
    from pipelines.study import Study
    from schemas.journey_map import JourneyMap


def difference(workspace: Path, journey: str, asked: tuple[str, str], as_json: bool) -> None:
    """Show in what two groups of journeys differ.

    Args:
        workspace: The folder.
        journey: Name of the map; "": the only one.
        asked: The two groups as typed.
        as_json: One document for machines.

    Raises:
        UsageError: There is no such map, segment, value or period.
        WarehouseError: Nothing is published.
    """
    from pipelines.differences.printing import document, lines
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    with reader(settings) as connection:
        study = _study(connection, settings, journey)
        told = _compared(connection, settings, study, asked)
    if as_json:
        terminal.say_json(document(told))
    else:
        terminal.say("\n".join(lines(told)))


def _study(connection: duckdb.DuckDBPyConnection, settings: Settings, journey: str) -> Study:
    """The version of the map in force at the last run, as it was then."""
    from pipelines.findings import in_force
    from pipelines.steps import load_maps
    from pipelines.study import studies
    from pipelines.warehouse import last_run

    last = last_run(connection, "succeeded")
    if last is None or last.as_of is None:
        raise WarehouseError(
            got="no run in the published tables", hint="run `terreng run` first", file=str(settings.published_db)
        )
    as_of = last.as_of.astimezone(UTC)
    plans = {plan.journey: plan for plan in in_force(load_maps(settings), as_of)}
    if not journey and len(plans) != 1:
        raise UsageError(
            got="no journey", wanted=f"one of: {', '.join(plans)}", hint="terreng difference JOURNEY --between ..."
        )
    name = journey or next(iter(plans))
    if name not in plans:
        raise unknown(f"no journey {name!r}", name, list(plans))
    _refuse_changed(connection, plans[name])
    return studies([plans[name]], as_of)[0]


def _refuse_changed(connection: duckdb.DuckDBPyConnection, plan: JourneyMap) -> None:
    rows = connection.execute(
        "SELECT content_hash FROM map_versions WHERE journey = ? AND map_version = ?", [plan.journey, plan.version]
    ).fetchall()
    if any(content_hash != plan.content_hash for (content_hash,) in rows):
        raise UsageError(
            got=f"a map {plan.journey} that is not the one of the last run",
            wanted="journeys that were laid over this map",
            hint="run `terreng run` first",
        )


def _compared(connection: duckdb.DuckDBPyConnection, settings: Settings, study: Study, asked: tuple[str, str]) -> Told:
    from models.differences import compare, judge
    from models.friction.risk_sets import risk_sets
    from pipelines.differences.covering import is_covered
    from pipelines.differences.groups import sides_of
    from pipelines.differences.numbers import read_numbers
    from pipelines.differences.people import read_people
    from pipelines.differences.printing import Told
    from pipelines.differences.restoring import IN_MEMORY, restore
    from pipelines.engine import DuckDBEngine
    from pipelines.friction.inputs import from_published
    from pipelines.privacy.cover import read_cover

    cover = read_cover(connection, settings.privacy.minimum_cell)
    connection.execute(IN_MEMORY)
    subject = restore(connection, settings, study, from_published(connection, study.plan, _moment(study)))
    engine = DuckDBEngine(connection)
    people = read_people(engine, study)
    sides = sides_of(*asked, people, settings.timezone)
    numbers = read_numbers(engine, study, people, subject, risk_sets(subject.journeys).compared)
    groups = (sides.one, sides.other)
    found = [compare(number, *groups, people.person) for number in numbers]
    judged = judge(found, [groups] * len(found), [sides.stratum] * len(found), people.person)
    hidden = [is_covered(each, groups, cover, study.plan.journey) for each in judged]
    return Told(study.plan, sides, tuple(zip(judged, hidden, strict=True)), cover.minimum)


def _moment(study: Study) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=study.as_of_us)
