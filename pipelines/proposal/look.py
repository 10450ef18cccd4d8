"""A first look at a file: what it is, its columns, and its first rows. Nothing of it is kept or shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb

from pipelines.ingest.archives import is_tar, is_zip, members
from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, open_unpacked, unreadable
from pipelines.ingest.landings import encodings, landed
from pipelines.ingest.readers.landing import Landing
from pipelines.ingest.readers.ocel_forms import SQLITE, form_of
from pipelines.ingest.text import UndecodableError
from pipelines.settings import Read, Source
from schemas.errors import SourceError

SAMPLE_ROWS = 5_000
_HEAD_BYTES = 64 << 10
# What can be a source; in a folder everything else is passed over.
_DATA = {
    ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xes", ".xml", ".sqlite", ".db",
    ".jsonocel", ".xmlocel", ".zip", ".tar", ".tgz",
}  # fmt: skip
Rows = list[tuple[str | None, ...]]


@dataclass(frozen=True)
class Look:
    """What a file is.

    Attributes:
        path: The file, absolute.
        kind: `table`, `xes`, `ocel`, or "" where it cannot be a source.
        names: Its columns, or the types of its objects.
        rows: Its first rows, as texts in the order of the names.
        notes: How it is written, where that is not the common way.
        problem: Why it cannot be a source.
    """

    path: Path
    kind: str
    names: tuple[str, ...] = ()
    rows: Rows = field(default_factory=list, repr=False)
    notes: tuple[str, ...] = ()
    problem: str = ""


def files_of(named: list[Path]) -> list[Path]:
    """The files that are named, and those with data in the folders that are, each once.

    Raises:
        SourceError: One of them is not there.
    """
    found: dict[Path, None] = {}
    for path in named:
        if path.is_dir():
            inner = [each for each in sorted(path.rglob("*")) if each.is_file() and is_data(each)]
            visible = [each for each in inner if not any(part.startswith(".") for part in each.relative_to(path).parts)]
            found |= dict.fromkeys(each.resolve() for each in visible)
        elif path.is_file():
            found[path.resolve()] = None
        else:
            raise SourceError(f"{path} is not there", "a file or a folder", "", str(path))
    return list(found)


def is_data(path: Path) -> bool:
    """Whether a file's name is one of data."""
    return Delivery(path, path.name).extension in _DATA


def look(con: duckdb.DuckDBPyConnection, path: Path) -> Look:
    """A first look at a file."""
    try:
        delivery = _first(path)
        kind = _kind_of(delivery)
        if kind == "ocel":
            types = tuple(sorted({each.kind for each in form_of(delivery).objects()}))
            return Look(path, kind, types) if types else Look(path, "", problem="it has no objects")
        return _table(con, delivery) if kind == "table" else Look(path, kind)
    except SourceError as error:
        return Look(path, "", problem=error.got)


def _first(path: Path) -> Delivery:
    """The file; of an archive, the first one in it: the others are deliveries of the same."""
    try:
        inner = next(iter(members(path, path.name)), "") if is_tar(path) or is_zip(path) else ""
    except OSError as error:
        raise unreadable(Delivery(path, path.name), error) from error
    return Delivery(path, path.name, inner)


def _kind_of(delivery: Delivery) -> str:
    try:
        with open_unpacked(delivery) as file:
            head = file.read(_HEAD_BYTES)
    except UNPACKING_ERRORS as error:
        raise unreadable(delivery, error) from error
    if head.startswith(SQLITE):
        if b"event_map_type" in head:
            return "ocel"
        raise SourceError("it is a SQLite database: a source of kind 'sql' reads one by a query", "a file of rows")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        if b"<object-types" in head or b"<event-types" in head:
            return "ocel"
        if b"<log" in head:
            return "xes"
        raise SourceError("it is XML, and no event log", "an XES or OCEL log")
    return "ocel" if start.startswith(b"{") and (b'"objectTypes"' in head or b'"eventTypes"' in head) else "table"


def _table(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> Look:
    stated = {"name": "look", "kind": "table", "path": "x", "columns": {"identities": {"a": "a", "b": "b"}}}
    source = Source.model_validate(stated)
    tries = encodings(delivery, source, Read())
    for place, encoding in enumerate(tries):
        try:
            with landed(con, source, delivery, encoding, Read()) as landing:
                return _looked(con, landing)
        except UndecodableError:
            if place + 1 == len(tries):
                raise SourceError("its text is in no encoding that fits", "UTF-8, UTF-16 or cp1252") from None
    raise AssertionError("there is always one encoding to try")


def _looked(con: duckdb.DuckDBPyConnection, landing: Landing) -> Look:
    names = tuple(landing.text)
    if not names:
        return Look(landing.delivery.path, "", problem="it is empty")
    texts = ", ".join(landing.text.values())
    try:
        rows = con.sql(f"SELECT {texts} FROM {landing.relation} LIMIT {SAMPLE_ROWS}").fetchall()
    except duckdb.Error:
        if landing.stream is not None and landing.stream.failure is not None:
            raise landing.stream.failure from None
        raise
    if not rows:
        return Look(landing.delivery.path, "", names, problem="it has no rows")
    return Look(landing.delivery.path, "table", names, list(islice(rows, SAMPLE_ROWS)), tuple(landing.notes))
