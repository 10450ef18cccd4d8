"""OCEL 2.0 event logs, streamed: a row for each event and object of its main type, and rows that only link objects.

An identity is an object: of type, say, `Customer`. An event about several customers happened to each of them, and is a
row for each. Of other types the first object stands on those rows; for each further one a row links it to the first
of the main type, and so does a row for each relation between two objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.readers.landing import Landing, quoted
from pipelines.ingest.readers.ocel_forms import WANTED, OcelEvent, OcelObject, form_of
from pipelines.settings import Drop, Mapped, Source, TimeColumn
from pipelines.settings.tables import EventMapping, TableMapping
from schemas.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 20_000  # rows per Arrow batch
EVENT, LINK, ALONE = "event", "link", "alone"  # what a row is, in the column `ocel:row`
_TEXT = {"ocel:id": "c0", "ocel:activity": "c1", "ocel:timestamp": "c2", "ocel:row": "c3"}
Row = tuple[int, str | None, str | None, str | None, str, dict[str, str], list[tuple[str, str]]]


def ocel_table(source: Source) -> TableMapping:
    """How the rows of such a log become events and links, for a source of kind `ocel`."""
    happened = EventMapping(
        activity=Mapped(column="ocel:activity"),
        occurred_at=TimeColumn(column="ocel:timestamp", timezone="UTC"),
        event_id=Mapped(column="ocel:id"),
        where={"ocel:row": (EVENT,)},
    )
    return TableMapping(
        name="ocel",
        identities={id_type: Mapped(column=id_type) for id_type in source.objects.values()},
        events=(happened,),
        drop=(*source.drop, Drop(reason="no_object", where={"ocel:row": (ALONE,)})),
    )


class OcelEvents:
    """The events of one OCEL file, as a stream of Arrow batches.

    An error inside the stream reaches DuckDB as text only; `failure` keeps it whole.

    Attributes:
        types: Object types that are identities: type to column, in the order in which they are an event's main one.
    """

    def __init__(self, delivery: Delivery, chosen: dict[str, str]) -> None:
        """Read what the file says of its objects.

        Args:
            delivery: The file.
            chosen: Object types that are identities, to their id types.

        Raises:
            SourceError: The file is no OCEL log, or has no object of a chosen type.
        """
        self.delivery = delivery
        self.failure: Exception | None = None
        self.rows_n = 0
        self._form = form_of(delivery)
        self._objects: dict[str, OcelObject] = {}
        found: set[str] = set()
        for each in self._form.objects():
            found.add(each.kind)
            if each.kind in chosen:
                each.values.sort(key=lambda value: _instant(value[0]))
                self._objects[each.object_id] = each
        if not found:
            hint = "OCEL 1.0 is not read: convert it"
            raise SourceError("the file has no objects", WANTED, hint, delivery.shown)
        if absent := [kind for kind in chosen if kind not in found]:
            known = ", ".join(sorted(found)) or "none"
            hint = "correct [sources.objects] in terreng.toml"
            raise SourceError(f"there is no object of type {absent[0]!r}", f"one of {known}", hint, delivery.shown)
        self.types = chosen

    def landing(self, relation: str) -> Landing:
        """The landing of the stream under a name in SQL. The line is the event's number in the file."""
        ids = {id_type: f"map_extract_value(ids, {quoted(kind)})" for kind, id_type in self.types.items()}
        return Landing(self.delivery, relation, {**_TEXT, **ids}, rest="rest", stream=self)

    def reader(self) -> pa.RecordBatchReader:
        """The stream, for one reading."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(_schema(), self._kept_failure())

    def settle(self, landing: Landing, landed_n: int) -> None:
        """Tell the landing how many rows were read."""
        del landed_n  # compared by the caller
        landing.records_n = self.rows_n

    def close(self) -> None:
        """Nothing is open outside the reading."""

    def _kept_failure(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        rows: list[Row] = []
        try:
            for row in self._rows():
                self.rows_n += 1
                rows.append(row)
                if len(rows) == BATCH:
                    yield pa.RecordBatch.from_arrays(_arrays(rows), schema=_schema())
                    rows = []
            yield pa.RecordBatch.from_arrays(_arrays(rows), schema=_schema())
        except SourceError as error:
            self.failure = error
            raise

    def _rows(self) -> Iterator[Row]:
        for event in self._form.events():
            yield from self._rows_of(event)
        for number, each in enumerate(self._objects.values(), start=1):
            for other_id, _ in each.objects:
                other = self._objects.get(other_id)
                if other is not None and other.kind != each.kind:
                    yield _link(number, {each.kind: each.object_id, other.kind: other_id})

    def _rows_of(self, event: OcelEvent) -> Iterator[Row]:
        about = self._about(event)
        told = (event.activity, event.time)
        if not about:
            yield event.number, event.event_id, *told, ALONE, {}, event.attributes
            return
        main = next(iter(about))
        others = {kind: objects[0].object_id for kind, objects in about.items() if kind != main}
        rest = [*event.attributes, *self._attributes(event, about)]
        for place, each in enumerate(about[main]):
            event_id = event.event_id if not place else f"{event.event_id}#{place + 1}"
            own = [(f"{main}.{name}", text) for name, text in _as_of(each, event.time).items()]
            yield event.number, event_id, *told, EVENT, {main: each.object_id, **others}, [*rest, *own]
        for kind, objects in about.items():
            for further in objects[1:] if kind != main else ():
                yield _link(event.number, {main: about[main][0].object_id, kind: further.object_id})

    def _about(self, event: OcelEvent) -> dict[str, list[OcelObject]]:
        """The event's objects by type, in the order of the types; each once, however often it is related."""
        found: dict[str, list[OcelObject]] = {kind: [] for kind in self.types}
        for object_id in dict.fromkeys(object_id for object_id, _ in event.objects):
            if object_id in self._objects:
                found[self._objects[object_id].kind].append(self._objects[object_id])
        return {kind: objects for kind, objects in found.items() if objects}

    def _attributes(self, event: OcelEvent, about: dict[str, list[OcelObject]]) -> Iterator[tuple[str, str]]:
        """What the objects were at the time, and as what they took part."""
        main, *others = about
        for kind in others:
            for name, text in _as_of(about[kind][0], event.time).items():
                yield f"{kind}.{name}", text
        for kind in (main, *others):
            ids = {each.object_id for each in about[kind]}
            said = dict.fromkeys(text for object_id, text in event.objects if object_id in ids and text)
            if said:
                yield f"{kind}.qualifier", ", ".join(said)


def _as_of(each: OcelObject, time: str | None) -> dict[str, str]:
    """An object's values at a time: of each attribute the last one that had been set."""
    at = _instant(time or "")
    return {name: text for set_at, name, text in each.values if _instant(set_at) <= at}


def _instant(time: str) -> datetime:
    """The beginning of time for what is no time: it is for staging to refuse an event."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _link(number: int, ids: dict[str, str]) -> Row:
    return number, None, None, None, LINK, ids, []


def _schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    texts = pa.map_(text, text)
    names = ("c0", "c1", "c2", "c3")
    return pa.schema([("line", pa.int64()), *((name, text) for name in names), ("ids", texts), ("rest", texts)])


def _arrays(rows: list[Row]) -> list[Any]:
    import pyarrow as pa

    # A map has every key once: the last of two attributes of one name counts.
    listed = [(*row[:5], list(row[5].items()), list(dict(row[6]).items())) for row in rows]
    columns = list(zip(*listed, strict=True)) or [()] * len(_schema())
    return [pa.array(column, field.type) for column, field in zip(columns, _schema(), strict=True)]
