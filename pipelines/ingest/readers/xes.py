"""XES event logs, streamed: one row per event, the trace's attributes on each with the prefix `case:`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, open_unpacked, unreadable
from pipelines.ingest.readers.landing import Landing
from pipelines.settings import Columns
from schemas.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 20_000  # events per Arrow batch
# A trace is a sequence: events of one instant keep the order in which it lists them.
XES_COLUMNS = Columns(
    occurred_at="time:timestamp",
    activity="concept:name",
    identities={"case": "case:concept:name"},
    order="place in the trace",
)
_TEXT = {
    "case:concept:name": "c0",
    "concept:name": "c1",
    "time:timestamp": "c2",
    "place in the trace": "CAST(place AS VARCHAR)",
}
_ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id", "list", "container"}


class XesEvents:
    """The events of one XES file, as a stream of Arrow batches.

    An error inside the stream reaches DuckDB as text only; `failure` keeps it whole.
    """

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.failure: Exception | None = None
        self.events_n = 0

    def landing(self, relation: str) -> Landing:
        """The landing of the stream under a name in SQL. The line is the event's number in the file."""
        return Landing(
            self.delivery,
            relation,
            dict(_TEXT),
            rest="rest",
            stream=self,
            # The index tells repeated events of one trace apart.
            row_hash="md5(concat_ws(chr(31), c0, place, c1, c2, CAST(rest AS VARCHAR)))",
        )

    def reader(self) -> pa.RecordBatchReader:
        """The stream, for one reading."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(_schema(), self._kept_failure())

    def settle(self, landing: Landing, landed_n: int) -> None:
        """Tell the landing how many events were read."""
        del landed_n  # compared by the caller
        landing.records_n = self.events_n

    def close(self) -> None:
        """Nothing is open outside the reading."""

    def _kept_failure(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        rows: list[tuple[Any, ...]] = []
        try:
            for row in self._events():
                rows.append(row)
                if len(rows) == BATCH:
                    yield pa.RecordBatch.from_arrays(_arrays(rows), schema=_schema())
                    rows = []
            yield pa.RecordBatch.from_arrays(_arrays(rows), schema=_schema())
        except SourceError as error:
            self.failure = error
            raise

    def _events(self) -> Iterator[tuple[Any, ...]]:
        # Not lxml: DuckDB asks for batches from threads of its own, and a document of lxml's that is freed in another
        # thread than it was parsed in aborts the process. Expat fetches nothing and bounds what entities expand to.
        from xml.etree import ElementTree

        with open_unpacked(self.delivery) as file:
            try:
                parser = ElementTree.iterparse(file, events=("start", "end"))  # noqa: S314 -- see above
                root = None
                for event, element in parser:
                    root = element if root is None else root
                    if event == "end" and _tag(element) == "trace":
                        yield from self._events_of(element)
                        root.clear()
            except ElementTree.ParseError as error:
                got = f"the file is no whole XML: {error.msg.partition(':')[0]}"
                line = error.position[0]
                raise SourceError(got, "an XES log", "deliver it again", self.delivery.shown, line) from error
            except UNPACKING_ERRORS as error:
                raise unreadable(self.delivery, error) from error

    def _events_of(self, trace: Any) -> Iterator[tuple[Any, ...]]:
        about_trace = {f"case:{key}": value for key, value in _attributes(trace)}
        case = about_trace.pop("case:concept:name", None)
        for place, event in enumerate(element for element in trace if _tag(element) == "event"):
            about = {**about_trace, **dict(_attributes(event))}
            activity, time = about.pop("concept:name", None), about.pop("time:timestamp", None)
            self.events_n += 1
            yield self.events_n, place, case, activity, time, list(about.items())


def _attributes(element: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Keys and texts of an element's attributes; attributes of attributes get dotted keys."""
    for child in element:
        if _tag(child) not in _ATTRIBUTES:
            if _tag(child) == "values":
                yield from _attributes(child, prefix)
            continue
        key, value = f"{prefix}{child.get('key', '')}", child.get("value")
        if value:
            yield key, value
        yield from _attributes(child, f"{key}.")


def _tag(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            ("line", pa.int64()),
            ("place", pa.int64()),
            ("c0", text),
            ("c1", text),
            ("c2", text),
            ("rest", pa.map_(text, text)),
        ]
    )


def _arrays(rows: list[tuple[Any, ...]]) -> list[pa.Array]:
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(_schema())
    return [pa.array(column, field.type) for column, field in zip(columns, _schema(), strict=True)]
