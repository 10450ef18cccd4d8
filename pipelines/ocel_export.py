"""The published journeys as one OCEL 2.0 log in SQLite: events, the journeys of every map, and persons.

The form is the relational one of the OCEL 2.0 specification (https://www.ocel-standard.org/specification/).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from schemas.errors import WarehouseError

NAME = "terreng.sqlite"
PERSON = "person"
BATCH_ROWS_N = 50_000
_TABLES = """
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event_object (ocel_event_id TEXT NOT NULL, ocel_object_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL);
CREATE TABLE object_object (ocel_source_id TEXT NOT NULL, ocel_target_id TEXT NOT NULL, ocel_qualifier TEXT NOT NULL);
"""
_TIME = "strftime(CAST({} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')"
# An event that several maps know has its name from the first of them; one that none knows keeps its activity's.
_EVENTS = f"""
SELECT e.source || ':' || e.event_id AS event_id,
       coalesce(arg_min(e.touchpoint, j.journey) FILTER (e.touchpoint IS NOT NULL), min(e.activity)) AS step,
       {_TIME.format("min(e.occurred_at)")}, min(e.activity), min(e.channel), min(e.source)
FROM journey_events AS e JOIN journeys AS j ON j.journey_id = e.journey_id WHERE j.rule = 'default'
GROUP BY e.source, e.event_id ORDER BY min(e.occurred_at), event_id
"""
_OF_JOURNEYS = """
SELECT e.source || ':' || e.event_id, j.journey_id, coalesce(e.touchpoint, 'not on the map')
FROM journey_events AS e JOIN journeys AS j ON j.journey_id = e.journey_id WHERE j.rule = 'default'
ORDER BY j.journey_id, e.position
"""
_OF_PERSONS = """
SELECT DISTINCT e.source || ':' || e.event_id AS event_id, 'person:' || j.person_id AS person_id, 'of'
FROM journey_events AS e JOIN journeys AS j ON j.journey_id = e.journey_id WHERE j.rule = 'default'
ORDER BY event_id, person_id
"""
_JOURNEYS = f"""
SELECT journey_id, journey, {_TIME.format("entered_at")}, status, map_version, exit_kind, touchpoint, assignment
FROM journeys WHERE rule = 'default' ORDER BY journey, entered_at, journey_id
"""
_PERSONS = f"""
SELECT 'person:' || person_id AS id, {_TIME.format("min(entered_at)")}
FROM journeys WHERE rule = 'default' GROUP BY person_id ORDER BY id
"""
_WHOSE = """
SELECT journey_id, 'person:' || person_id, 'of' FROM journeys WHERE rule = 'default' ORDER BY journey_id
"""


def write_ocel(connection: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """One SQLite file of the journeys under the default rule.

    Event types are touchpoints (the activity where no map knows it); object types are the maps, each journey being an
    object, and `person`. An event is about its journeys, with the touchpoint as the qualifier, and their persons.

    Args:
        connection: A reader's.
        folder: Where to.

    Raises:
        WarehouseError: The folder cannot be written.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_file(connection, path)
    except (OSError, sqlite3.OperationalError) as error:
        got = getattr(error, "strerror", None) or str(error)
        raise WarehouseError(got, "a folder with room", "choose another --to", str(folder)) from error
    return path


def _write_file(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The file, first under another name: one that stands is whole."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as log:
            log.execute("PRAGMA journal_mode = OFF")
            log.executescript(_TABLES)
            log.execute("BEGIN")
            _write(connection, log)
            log.execute("COMMIT")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(connection: duckdb.DuckDBPyConnection, log: sqlite3.Connection) -> None:
    _write_events(connection, log)
    _write_journeys(connection, log)
    _write_persons(connection, log)
    for sql in (_OF_JOURNEYS, _OF_PERSONS):
        log.executemany("INSERT INTO event_object VALUES (?, ?, ?)", _rows(connection, sql))
    log.executemany("INSERT INTO object_object VALUES (?, ?, ?)", _rows(connection, _WHOSE))


def _write_events(connection: duckdb.DuckDBPyConnection, log: sqlite3.Connection) -> None:
    log.execute("CREATE TEMP TABLE found (id TEXT, step TEXT, at TEXT, activity TEXT, channel TEXT, source TEXT)")
    log.executemany("INSERT INTO found VALUES (?, ?, ?, ?, ?, ?)", _rows(connection, _EVENTS))
    log.execute("INSERT INTO event SELECT id, step FROM found ORDER BY rowid")
    steps = [step for (step,) in log.execute("SELECT DISTINCT step FROM found ORDER BY step")]
    told = "activity TEXT, channel TEXT, source TEXT"
    columns = "id, at, activity, channel, source"
    for table, step in _mapped(log, "event", steps):
        log.execute(f"CREATE TABLE {table} (ocel_id TEXT, ocel_time TIMESTAMP, {told})")
        log.execute(f"INSERT INTO {table} SELECT {columns} FROM found WHERE step = ? ORDER BY rowid", [step])


def _write_journeys(connection: duckdb.DuckDBPyConnection, log: sqlite3.Connection) -> None:
    names = [name for (name,) in connection.execute("SELECT DISTINCT journey FROM journeys ORDER BY 1").fetchall()]
    columns = "ocel_id TEXT, ocel_time TIMESTAMP, status TEXT, map_version INTEGER, exit_kind TEXT, touchpoint TEXT"
    log.execute(f"CREATE TEMP TABLE begun (journey TEXT, {columns}, assignment TEXT)")
    rows = ((name, journey_id, *rest) for journey_id, name, *rest in _rows(connection, _JOURNEYS))
    log.executemany("INSERT INTO begun VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    log.execute("INSERT INTO object SELECT ocel_id, journey FROM begun ORDER BY rowid")
    for table, name in _mapped(log, "object", names):
        log.execute(f"CREATE TABLE {table} ({columns}, assignment TEXT, ocel_changed_field TEXT)")
        told = "ocel_id, ocel_time, status, map_version, exit_kind, touchpoint, assignment, NULL"
        log.execute(f"INSERT INTO {table} SELECT {told} FROM begun WHERE journey = ? ORDER BY rowid", [name])


def _write_persons(connection: duckdb.DuckDBPyConnection, log: sqlite3.Connection) -> None:
    maps = {name for (name,) in log.execute("SELECT ocel_type FROM object_map_type")}
    kind = PERSON if PERSON not in maps else f"{PERSON} behind"
    log.execute("INSERT INTO object_map_type VALUES (?, 'person')", [kind])
    log.execute("CREATE TABLE object_person (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT)")
    log.executemany("INSERT INTO object_person VALUES (?, ?, NULL)", _rows(connection, _PERSONS))
    log.execute("INSERT INTO object SELECT ocel_id, ? FROM object_person ORDER BY rowid", [kind])


def _mapped(log: sqlite3.Connection, kind: str, types: list[str]) -> Iterator[tuple[str, str]]:
    """Each type with the name of its table: numbered, so that what somebody typed never becomes SQL."""
    for number, name in enumerate(types, 1):
        log.execute(f"INSERT INTO {kind}_map_type VALUES (?, ?)", [name, f"type_{number}"])
        yield f"{kind}_type_{number}", name


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[object, ...]]:
    found = connection.execute(sql)
    while rows := found.fetchmany(BATCH_ROWS_N):
        yield from rows
