"""OCEL 2.0 in its three forms: events and objects, one after another, as JSON, XML or SQLite have them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol, TypeVar

from pipelines.fetch.texts import text_of
from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, open_unpacked, unreadable
from schemas.errors import SourceError

SQLITE = b"SQLite format 3\x00"
WANTED = "an OCEL 2.0 log in JSON, XML or SQLite"
Item = TypeVar("Item")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class OcelEvent:
    """An event: its number in the log, its texts, and the objects it is about, with their qualifiers."""

    number: int
    event_id: str | None
    activity: str | None
    time: str | None
    attributes: Pairs = field(default_factory=list)
    objects: Pairs = field(default_factory=list)


@dataclass(frozen=True)
class OcelObject:
    """An object: its values as (time, attribute, text), the time "" for what held from the beginning."""

    object_id: str
    kind: str
    values: list[tuple[str, str, str]] = field(default_factory=list)
    objects: Pairs = field(default_factory=list)


class Form(Protocol):
    """A log in one of the forms."""

    def objects(self) -> Iterator[OcelObject]:
        """Every object, in the order of the file."""

    def events(self) -> Iterator[OcelEvent]:
        """Every event, in the order of the file."""


def form_of(delivery: Delivery) -> Form:
    """The form that a file is in, by its first bytes.

    Raises:
        SourceError: It is in none, or cannot be read.
    """
    try:
        with open_unpacked(delivery) as file:
            head = file.read(64)
        with delivery.path.open("rb") as file:
            is_plain = file.read(16) == SQLITE
    except UNPACKING_ERRORS as error:
        raise unreadable(delivery, error) from error
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(SQLITE):
        if not is_plain:
            raise SourceError("a packed SQLite file", "the file itself", "unpack it", delivery.shown)
        return Sqlite(delivery)
    if text.startswith(b"{"):
        return Json(delivery)
    if text.startswith(b"<"):
        return Xml(delivery)
    raise SourceError("this is no OCEL log", WANTED, "", delivery.shown)


class Json:
    """One JSON document, streamed."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def objects(self) -> Iterator[OcelObject]:
        """Every object, in the order of the file."""
        return self._items("objects", _json_object)

    def events(self) -> Iterator[OcelEvent]:
        """Every event, in the order of the file."""
        return self._items("events", _json_event)

    def _items(self, section: str, made: Callable[[int, Any], Item]) -> Iterator[Item]:
        import ijson

        number = 0
        with open_unpacked(self._delivery) as file:
            try:
                for number, item in enumerate(ijson.items(file, f"{section}.item"), start=1):
                    yield made(number, item)
            except ijson.JSONError as error:  # its own words quote the file
                got = f"the file is no whole JSON after number {number} of its {section}"
                raise SourceError(got, WANTED, "deliver it again", self._delivery.shown) from error
            except UNPACKING_ERRORS as error:
                raise unreadable(self._delivery, error) from error
            except (AttributeError, TypeError) as error:
                got = f"number {number} of its {section} is not as OCEL 2.0 has them"
                raise SourceError(got, WANTED, "", self._delivery.shown) from error


def _json_object(number: int, item: Any) -> OcelObject:
    del number
    values = [
        (_text(value.get("time")) or "", _text(value.get("name")) or "", text)
        for value in item.get("attributes") or ()
        if (text := _text(value.get("value"))) is not None
    ]
    return OcelObject(_text(item.get("id")) or "", _text(item.get("type")) or "", values, _related(item))


def _json_event(number: int, item: Any) -> OcelEvent:
    attributes = [
        (_text(value.get("name")) or "", text)
        for value in item.get("attributes") or ()
        if (text := _text(value.get("value"))) is not None
    ]
    told = (_text(item.get("id")), _text(item.get("type")), _text(item.get("time")))
    return OcelEvent(number, *told, attributes, _related(item))


def _related(item: Any) -> Pairs:
    found = item.get("relationships") or ()
    return [(_text(related.get("objectId")) or "", _text(related.get("qualifier")) or "") for related in found]


def _text(value: object) -> str | None:
    return text_of(value) or None


class Xml:
    """One XML document, streamed: sections below the root, items below the sections."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def objects(self) -> Iterator[OcelObject]:
        """Every object, in the order of the file."""
        for item in self._items("objects"):
            values = [
                (value.get("time") or "", value.get("name") or "", value.text)
                for value in item.iterfind("./{*}attributes/{*}attribute")
                if value.text
            ]
            yield OcelObject(item.get("id") or "", item.get("type") or "", values, _linked(item))

    def events(self) -> Iterator[OcelEvent]:
        """Every event, in the order of the file."""
        for number, item in enumerate(self._items("events"), start=1):
            found = item.iterfind("./{*}attributes/{*}attribute")
            attributes = [(value.get("name") or "", value.text) for value in found if value.text]
            told = (item.get("id"), item.get("type"), item.get("time"))
            yield OcelEvent(number, *told, attributes, _linked(item))

    def _items(self, section: str) -> Iterator[Any]:
        # Expat, not lxml: see readers.xes.
        from xml.etree import ElementTree

        above: list[Any] = []
        with open_unpacked(self._delivery) as file:
            try:
                for event, element in ElementTree.iterparse(file, events=("start", "end")):  # noqa: S314 -- see xes
                    if event == "start":
                        above.append(element)
                        continue
                    above.pop()
                    if len(above) == 2:
                        if _tag(above[1]) == section:
                            yield element
                        above[1].clear()
            except ElementTree.ParseError as error:
                got = f"the file is no whole XML: {error.msg.partition(':')[0]}"
                raise SourceError(got, WANTED, "deliver it again", self._delivery.shown, error.position[0]) from error
            except UNPACKING_ERRORS as error:
                raise unreadable(self._delivery, error) from error


def _linked(item: Any) -> Pairs:
    # Drafts of the standard called the relationship `object`.
    return [(each.get("object-id") or "", each.get("qualifier") or "") for each in item.iterfind("./{*}objects/*")]


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


class Sqlite:
    """A database with a table for each type."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def objects(self) -> Iterator[OcelObject]:
        """Every object; those of one type stand together."""
        query = "SELECT ocel_source_id, ocel_target_id, ocel_qualifier FROM object_object"
        related: dict[str, Pairs] = {}
        for origin, target, qualifier in self._rows(query):
            related.setdefault(str(origin), []).append((str(target), str(qualifier or "")))
        for kind in self._types("object"):
            for object_id, rows in groupby(self._typed("object", kind, ""), key=lambda row: row["ocel_id"]):
                values = [value for row in rows for value in _values(row)]
                yield OcelObject(str(object_id), kind, values, related.pop(str(object_id), []))

    def events(self) -> Iterator[OcelEvent]:
        """Every event; those of one type stand together, each with its row's number."""
        join = "LEFT JOIN event_object r ON r.ocel_event_id = e.ocel_id"
        for kind in self._types("event"):
            for number, rows in groupby(self._typed("event", kind, join), key=lambda row: row["ocel:number"]):
                found = list(rows)
                objects = [
                    (str(row["ocel:object"]), str(row["ocel:qualifier"] or ""))
                    for row in found
                    if row["ocel:object"] is not None
                ]
                told = (_text(found[0]["ocel_id"]), kind or None, _text(found[0]["ocel:time"]))
                yield OcelEvent(int(number), *told, _attributes(found[0]), objects)

    def _types(self, what: str) -> list[str]:
        return [str(kind or "") for (kind,) in self._rows(f"SELECT DISTINCT ocel_type FROM {what} ORDER BY 1")]

    def _typed(self, what: str, kind: str, join: str) -> Iterator[dict[str, Any]]:
        """Rows of one type with what their own table says of them; a type without a table has none to say it."""
        mapped = self._rows(f"SELECT ocel_type_map FROM {what}_map_type WHERE ocel_type = ?", kind)
        table = next((_identifier(f"{what}_{name}") for (name,) in mapped), "")
        columns = [str(row[1]) for row in self._rows(f"PRAGMA table_info({table})")] if table else []
        own = "".join(f", t.{_identifier(name)}" for name in columns if name != "ocel_id")
        time = "t.ocel_time" if "ocel_time" in columns else "NULL"
        more = ", r.ocel_object_id, r.ocel_qualifier" if join else ""
        names = ["ocel:number", "ocel_id", "ocel:time", *(["ocel:object", "ocel:qualifier"] if join else [])]
        names += [name for name in columns if name != "ocel_id"]
        rows = self._rows(
            f"SELECT e.rowid, e.ocel_id, {time}{more}{own} FROM {what} e"
            f" {f'LEFT JOIN {table} t ON t.ocel_id = e.ocel_id' if table else ''} {join}"
            f" WHERE coalesce(e.ocel_type, '') = ? ORDER BY e.rowid{', r.rowid' if join else ''}",
            kind,
        )
        for row in rows:
            yield dict(zip(names, row, strict=True))

    def _rows(self, query: str, *values: str) -> Iterator[tuple[Any, ...]]:
        where = f"{self._delivery.path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            # DuckDB asks for batches from threads of its own, one after the other.
            with closing(sqlite3.connect(where, uri=True, check_same_thread=False)) as con:
                yield from con.execute(query, values)
        except sqlite3.Error as error:
            got = f"the SQLite file cannot be read: {error}"
            raise SourceError(got, WANTED, "", self._delivery.shown) from error


_OWN = {"ocel_id", "ocel_time", "ocel_changed_field"}


def _attributes(row: dict[str, Any]) -> Pairs:
    return [
        (name, text)
        for name, value in row.items()
        if name not in _OWN and not name.startswith("ocel:") and (text := _text(value)) is not None
    ]


def _values(row: dict[str, Any]) -> list[tuple[str, str, str]]:
    changed, time = row.get("ocel_changed_field"), _text(row.get("ocel:time")) or ""
    return [(time, name, text) for name, text in _attributes(row) if changed in {None, "", name}]


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
