"""`terreng journey`: one journey on its map, or which journeys a person made. Pseudonyms only."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipelines import terminal
from pipelines.commands.identity import known_ids
from pipelines.commands.workspace import open_workspace
from schemas.errors import MapError, UsageError, WarehouseError

if TYPE_CHECKING:
    import duckdb

    from pipelines.journeys.laid import LaidJourney
    from pipelines.settings import Settings
    from schemas.journey_map import JourneyMap

COLUMNS = ("journey_id", "journey", "status", "entered_at", "last_at", "touchpoint", "events_n", "assignment")
_STILL_AHEAD = ("in_flight", "abandoned")


def journey(workspace: Path, asked: str, svg: Path | None, as_json: bool) -> None:
    """Show a journey on its map; of a person with several, list them.

    Args:
        workspace: The folder.
        asked: A journey's pseudonym, or an id of a person as `identity explain` takes it; "-": read from stdin.
        svg: Where to write the picture.
        as_json: For machines.

    Raises:
        UsageError: No journey and no person has this id. What was typed is not repeated.
        WarehouseError: Nothing is published, or the picture cannot be written.
    """
    from pipelines.journeys.reading import journeys_of_person, read_journeys
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    text = sys.stdin.readline().strip() if asked == "-" else asked
    maps = known_maps(settings)
    titles = {plan.journey: plan.title for plan in maps}
    with reader(settings) as connection:
        found = read_journeys(connection, [text], titles)
        if not found:
            _refuse_other_rule(connection, text)
            hers = journeys_of_person(connection, known_ids(connection, settings, text))
            if len(hers) != 1:
                _list(hers, settings.timezone, as_json)
                return
            found = read_journeys(connection, [hers[0]["journey_id"]], titles)
    (laid,) = found.values()
    if svg is not None:
        _write(svg, laid)
    ahead = _ahead(laid, maps)
    if as_json:
        terminal.say_json({**_document(laid), "next_by_design": ahead})
    elif svg is None:
        _say(laid, settings, ahead)
    else:
        terminal.say(str(svg))


def known_maps(settings: Settings) -> tuple[JourneyMap, ...]:
    """The workspace's maps as they are now; none where they cannot be read, for what is published stands without."""
    from schemas.journey_map import load_maps

    try:
        return load_maps(settings.root / "maps")
    except MapError:
        terminal.note("the maps cannot be read (see `terreng map lint`), so titles of maps are left out")
        return ()


def _ahead(laid: LaidJourney, maps: tuple[JourneyMap, ...]) -> list[str]:
    """Titles of what may come next by design, while the map that judged the journey is still at hand."""
    from models.automaton import compile_flow

    plan = next((each for each in maps if (each.journey, each.version) == (laid.journey, laid.map_version)), None)
    if plan is None or laid.status not in _STILL_AHEAD:
        return []
    automaton = compile_flow(plan.flow)
    state = automaton.walk(laid.planned)
    if state is None:
        return []
    letters = automaton.letter[automaton.source == state].tolist()
    names = (automaton.letters[letter] for letter in letters)
    return [plan.title_of(name) for name in names if plan.role(name) == "flow"]


def _refuse_other_rule(connection: duckdb.DuckDBPyConnection, journey_id: str) -> None:
    from pipelines.journeys.reading import rule_of

    rule = rule_of(connection, journey_id)
    if rule is not None:
        raise UsageError(
            got=f"a journey under the {rule} rule",
            wanted="a journey under the default rule: only these are compared with the map, event by event",
            hint="`terreng journey TYPE=ID` lists a person's journeys",
        )


def _list(found: list[dict[str, Any]], zone: str, as_json: bool) -> None:
    rows = [[row[name] for name in COLUMNS] for row in found]
    if as_json:
        terminal.say_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
        return
    shown = [[_told(each, ZoneInfo(zone)) if isinstance(each, datetime) else each for each in row] for row in rows]
    terminal.say_table(COLUMNS, shown, empty="This person is on no journey of these maps.")


def _told(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _document(laid: LaidJourney) -> dict[str, Any]:
    document = {**asdict(laid), "segments": dict(laid.segments), "events_n": laid.events_n}
    del document["titles"]
    for column, told in zip(laid.columns, document["columns"], strict=True):
        told["differs"] = list(laid.differs(column))
    return {**document, **{name: list(document[name]) for name in ("columns", "promises", "verdicts")}}


def _say(laid: LaidJourney, settings: Settings, ahead: list[str]) -> None:
    from pipelines.journeys.printing import journey_text

    width = shutil.get_terminal_size((100, 24)).columns
    terminal.say("\n".join(journey_text(laid, width, ZoneInfo(settings.timezone), ahead)))


def _write(to: Path, laid: LaidJourney) -> None:
    from pipelines.report.cards import standalone_svg

    try:
        to.write_text(standalone_svg(laid), encoding="utf-8")
    except OSError as error:
        raise WarehouseError(
            f"{error.strerror}", "a file that can be written", "choose another --svg", str(to)
        ) from error
