"""Small JSON files, read whole and landed beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, open_unpacked
from pipelines.ingest.landings import AS_PRINTED, FEW_ROWS, encodings, is_json
from pipelines.ingest.readers.arrays import integers
from pipelines.ingest.readers.delimited import TextRows
from pipelines.ingest.readers.json_documents import JsonDocument, recognised
from pipelines.ingest.text import UndecodableError
from schemas.errors import SourceError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from pipelines.ingest.readers.landing import Landing
    from pipelines.settings import Source, TableMapping

LINES = "batch_lines"
BIGGEST = 8 << 20  # bytes of a file, unpacked; what a larger one costs is its rows
# Of a batch. Fewer rows than a row group: one thread reads them, in their order.
ROWS_MOST, BYTES_MOST = 100_000, 64 << 20
_STREAM = "batch_stream"


@dataclass
class Member:
    """One file of a batch.

    Attributes:
        file_id: Content hash.
        delivery: The file.
        landing: What was recognised in it, how many records it has, and which of them are broken.
        batches: Its lines, until they have landed.
        size: Its bytes, unpacked.
        is_printed: Its records stand in a document.
    """

    file_id: str
    delivery: Delivery
    landing: Landing
    batches: list[pa.RecordBatch]
    size: int
    is_printed: bool

    @property
    def lines_n(self) -> int:
        """Lines that land."""
        return sum(batch.num_rows for batch in self.batches)


def read_member(
    source: Source, table: TableMapping, file_id: str, delivery: Delivery, is_sample: bool = False
) -> Member | None:
    """Read a file's records into memory, all of them or the first; None where it is not small, or odd in any way."""
    try:
        held = delivery if is_sample else _held(delivery)
        if held is None or held.extension in {".parquet", ".xlsx"}:
            return None
        encoding = encodings(held, source, table.read)[0]
        if encoding not in {"utf-8", "utf-8-sig"} or not is_json(held, table.read):
            return None
        stream = recognised(held, encoding, table.read.records, is_sample) or TextRows(held, encoding, None, is_sample)
        with closing(stream):
            return _read(replace(held, unpacked=None), file_id, stream, len(held.unpacked or b""), is_sample)
    except (SourceError, UndecodableError, *UNPACKING_ERRORS):
        return None  # alone, it says what is wrong


def _held(delivery: Delivery) -> Delivery | None:
    if not delivery.member and (not delivery.path.exists() or delivery.path.stat().st_size > BIGGEST):
        return None
    with open_unpacked(delivery) as file:
        content = file.read(BIGGEST + 1)
    return replace(delivery, unpacked=content) if len(content) <= BIGGEST else None


def _read(
    delivery: Delivery, file_id: str, stream: TextRows | JsonDocument, size: int, is_sample: bool
) -> Member | None:
    if stream.is_empty:
        return None
    batches = list(stream.batches())
    if is_sample:
        batches = [batch.slice(0, FEW_ROWS) for batch in batches[:1]]  # a block has more
    landing = stream.landing(LINES)
    landing.delivery, landing.stream = delivery, None
    found = Member(file_id, delivery, landing, batches, size, isinstance(stream, JsonDocument))
    if not is_sample:
        stream.settle(landing, found.lines_n)
    return found if found.lines_n and not landing.broken else None


def land(con: duckdb.DuckDBPyConnection, members: Sequence[Member]) -> None:
    """Land the files' lines in one table: the file's number, the record's place in the file, its line and text."""
    import pyarrow as pa

    kinds = (("of_file", pa.int64()), ("at_row", pa.int64()), ("line", pa.int64()), ("c0", pa.large_string()))
    schema = pa.schema([pa.field(name, kind) for name, kind in kinds])
    landed = [batch for number, member in enumerate(members) for batch in _numbered(number, member, schema)]
    printed = [str(number) for number, member in enumerate(members) if member.is_printed]
    raw = f"CASE WHEN of_file IN ({', '.join(printed)}) THEN {AS_PRINTED} ELSE c0 END" if printed else "c0"
    con.register(_STREAM, pa.RecordBatchReader.from_batches(schema, landed))
    try:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {LINES} AS SELECT of_file, at_row, line, {raw} AS raw FROM {_STREAM}"
        )
    finally:
        con.unregister(_STREAM)


def _numbered(number: int, member: Member, schema: pa.Schema) -> list[pa.RecordBatch]:
    import pyarrow as pa

    numbered, first = [], 0
    for batch in member.batches:
        rows_n = batch.num_rows
        places = integers(np.arange(first, first + rows_n, dtype=np.int64))
        text = batch.column("c0").cast(pa.large_string())
        of_file = integers(np.full(rows_n, number, np.int64))
        numbered.append(pa.record_batch([of_file, places, batch.column("line"), text], schema=schema))
        first += rows_n
    member.batches = []
    return numbered
