"""Journeys read from the published snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipelines.journeys.laid import Column, Departure, Judged, LaidJourney, promises_of, with_departures

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, Any]

_JOURNEYS = """
SELECT j.*, v.cost
FROM journeys AS j JOIN variants AS v ON v.journey = j.journey AND v.variant_id = j.variant_id
WHERE j.rule = 'default' AND list_contains($ids, j.journey_id)
"""
_MOVES = """
SELECT j.journey_id, m.move, m.touchpoint, m.position, e.event_id, e.occurred_at, e.channel, e.source
FROM journeys AS j
JOIN variant_moves AS m ON m.journey = j.journey AND m.variant_id = j.variant_id
LEFT JOIN journey_events AS e ON e.journey_id = j.journey_id AND e.position = m.position
WHERE j.rule = 'default' AND list_contains($ids, j.journey_id)
ORDER BY j.journey_id, m.move_no
"""
_DEPARTURES = """
SELECT journey_id, kind, touchpoint, block, owner, position, wait_s, promised_s
FROM deviations WHERE list_contains($ids, journey_id)
ORDER BY journey_id, position NULLS LAST, kind, touchpoint, block
"""
_VERDICTS = """
SELECT v.journey_id, c.said, v.verdict, c.owner
FROM constraint_verdicts AS v
JOIN constraints AS c ON c.journey = v.journey AND c.constraint_id = v.constraint_id
WHERE list_contains($ids, v.journey_id) ORDER BY v.journey_id, v.constraint_id
"""
_PROMISES = """
SELECT journey, from_touchpoint, to_touchpoint, promised_s, calendar
FROM waits WHERE promised_s IS NOT NULL AND segment IS NULL ORDER BY ALL
"""
_TOUCHPOINTS = "SELECT journey, touchpoint, title, owner FROM touchpoints ORDER BY journey, place"
_RULES = "SELECT rule FROM journeys WHERE journey_id = $id"
_OF_PERSON = """
SELECT journey, journey_id, status, entered_at, last_at, touchpoint, events_n, assignment
FROM journeys WHERE rule = 'default' AND list_contains($persons, person_id) ORDER BY entered_at, journey, journey_id
"""
_PERSONS = "SELECT DISTINCT person_id FROM persons WHERE rule = 'default' AND list_contains($ids, id) ORDER BY 1"


def read_journeys(
    connection: duckdb.DuckDBPyConnection, ids: Iterable[str], map_titles: Mapping[str, str] = MappingProxyType({})
) -> dict[str, LaidJourney]:
    """Journeys of the default rule by their id; an id that is none is left out.

    Args:
        connection: A reader of the published snapshot.
        ids: Pseudonyms of journeys.
        map_titles: Name of a map to its title; a map without one is called by its name.
    """
    wanted: dict[str, object] = {"ids": sorted(set(ids))}
    journeys = rows_of(connection, _JOURNEYS, wanted)
    moves = _by_journey(rows_of(connection, _MOVES, wanted))
    departures = _by_journey(rows_of(connection, _DEPARTURES, wanted))
    verdicts = _by_journey(rows_of(connection, _VERDICTS, wanted))
    promises = rows_of(connection, _PROMISES)
    touchpoints = rows_of(connection, _TOUCHPOINTS)
    found = {}
    for row in journeys:
        name, of_map = row["journey_id"], row["journey"]
        pairs = [tuple(each.values())[1:] for each in promises if each["journey"] == of_map]
        mine = [each for each in touchpoints if each["journey"] == of_map]
        told = {**row, "title": map_titles.get(of_map, of_map)}
        found[name] = _laid(told, moves[name], departures[name], verdicts[name], pairs, mine)
    return found


def rule_of(connection: duckdb.DuckDBPyConnection, journey_id: str) -> str | None:
    """The identity rule under which this is a journey; None: it is none."""
    rows = connection.execute(_RULES, {"id": journey_id}).fetchall()
    return str(rows[0][0]) if rows else None


def journeys_of_person(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Journeys of those who have one of these pseudonyms, from the earliest on."""
    persons = [row[0] for row in connection.execute(_PERSONS, {"ids": list(ids)}).fetchall()]
    return rows_of(connection, _OF_PERSON, {"persons": [*persons, *ids]})


def _laid(  # noqa: PLR0917 -- the parts of one journey, each from a table of its own
    row: Row,
    moves: Sequence[Row],
    departures: Sequence[Row],
    verdicts: Sequence[Row],
    pairs: Sequence[tuple[Any, ...]],
    touchpoints: Sequence[Row],
) -> LaidJourney:
    known = tuple(Departure(**_without(each, "journey_id")) for each in departures)
    columns = with_departures(_columns(moves), known)
    owners = {each["touchpoint"]: each["owner"] for each in touchpoints}
    taken = (
        *(
            "journey",
            "title",
            "map_version",
            "journey_id",
            "person_id",
            "variant_id",
            "assignment",
            "status",
            "exit_kind",
        ),
        *("entered_at", "last_at", "ended_at", "touchpoint", "phase", "cost"),
    )
    return LaidJourney(
        **{name: row[name] for name in taken},
        owner=owners.get(row["touchpoint"]),
        segments=dict(row["segments"]),
        columns=columns,
        promises=promises_of(columns, pairs, known, row["status"] == "in_flight"),
        verdicts=tuple(Judged(**_without(each, "journey_id")) for each in verdicts),
        titles={each["touchpoint"]: each["title"] for each in touchpoints},
    )


def _columns(moves: Sequence[Row]) -> tuple[Column, ...]:
    """The moves as columns, each event with the seconds since the one before."""
    times = [move["occurred_at"] for move in moves if move["position"] is not None]
    waits = [None, *((after - before).total_seconds() for before, after in pairwise(times))]
    return tuple(
        Column(
            planned=move["touchpoint"] if move["move"] in {"sync", "model"} else None,
            actual=None if move["move"] == "model" else move["touchpoint"],
            wait_s=None if move["position"] is None else waits[move["position"]],
            **_without(move, "journey_id", "touchpoint"),
        )
        for move in moves
    )


def _without(row: Row, *names: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}


def _by_journey(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["journey_id"]].append(row)
    return found


def rows_of(
    connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """Rows of a query as records."""
    found = connection.execute(query, dict(values))
    names = [entry[0] for entry in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
