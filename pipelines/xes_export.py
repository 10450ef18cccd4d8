"""The published journeys as XES event logs, one file per journey map, for process-mining tools."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import quoteattr

import duckdb

from schemas.errors import WarehouseError

BATCH_ROWS_N = 10_000
HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<classifier name="Step" keys="concept:name"/>
"""
# One row per event in a journey: the trace is the journey, a step its touchpoint (the activity where it has none).
EVENTS = """
SELECT
    j.journey_id,
    j.status,
    j.person_id,
    coalesce(e.touchpoint, e.activity) AS step,
    e.activity,
    e.occurred_at,
    e.channel
FROM journeys AS j
JOIN journey_events AS e ON e.journey_id = j.journey_id
WHERE j.journey = $journey AND j.rule = 'default'
ORDER BY j.entered_at, j.journey_id, e.position
"""
Row = tuple[str, str, str, str, str, datetime, str | None]


def write_logs(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[Path, ...]:
    """One `<journey>.xes.gz` per map.

    Raises:
        WarehouseError: The folder cannot be written.
    """
    names = connection.sql("SELECT DISTINCT journey FROM journeys ORDER BY journey").fetchall()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_write_log(connection, name, folder / f"{name}.xes.gz") for (name,) in names)
    except OSError as error:
        raise WarehouseError(
            got=f"{error.strerror or error}", wanted="a folder with room", hint="choose another --to", file=str(folder)
        ) from error


def _write_log(connection: duckdb.DuckDBPyConnection, journey: str, path: Path) -> Path:
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with gzip.open(unfinished, "wt", encoding="utf-8") as file:
            file.write(HEADER)
            for _, rows in groupby(_rows(connection, journey), key=lambda row: row[0]):
                _write_trace(file, list(rows))
            file.write("</log>\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _rows(connection: duckdb.DuckDBPyConnection, journey: str) -> Iterator[Row]:
    found = connection.execute(EVENTS, {"journey": journey})
    while rows := found.fetchmany(BATCH_ROWS_N):
        yield from rows


def _write_trace(file: TextIO, rows: list[Row]) -> None:
    journey_id, status, person_id = rows[0][:3]
    file.write("<trace>" + _text("concept:name", journey_id) + _text("status", status) + _text("person_id", person_id))
    for _, _, _, step, activity, occurred_at, channel in rows:
        moment = occurred_at.astimezone(UTC).isoformat(timespec="milliseconds")
        time = f'<date key="time:timestamp" value="{moment}"/>'
        where = _text("channel", channel) if channel is not None else ""
        file.write(f"\n<event>{_text('concept:name', step)}{time}{_text('activity', activity)}{where}</event>")
    file.write("\n</trace>\n")


def _text(key: str, value: str) -> str:
    # Characters that XML 1.0 does not have at all would make the file unreadable.
    legal = "".join(c if c >= " " or c in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for c in value)
    return f"<string key={quoteattr(key)} value={quoteattr(legal)}/>"
