"""Which reader a file needs, by its kind, its first bytes and its extension."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import duckdb

from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, beside, open_unpacked, unreadable
from pipelines.ingest.readers.columnar import parquet_relation, xlsx_table
from pipelines.ingest.readers.delimited import TextRows
from pipelines.ingest.readers.json_documents import JsonDocument, recognised
from pipelines.ingest.readers.json_lines import land_json
from pipelines.ingest.readers.landing import Landing, Stream
from pipelines.ingest.readers.ocel import OcelEvents
from pipelines.ingest.readers.xes import XesEvents
from pipelines.ingest.text import UndecodableError, encodings_to_try, is_encoding, utf8_blocks
from pipelines.settings import Read, Source
from schemas.errors import SourceError

STREAM = "landing_stream"
_LINES = "landing_lines"
# A record is the same however the document is printed.
AS_PRINTED = "CASE WHEN json_valid(c0) THEN CAST(json(c0) AS VARCHAR) ELSE c0 END"
_HEAD_BYTES = 64 << 10
FEW_ROWS = 200  # of JSON, by which its columns are judged
_JSON = {".jsonl", ".ndjson", ".json"}


@contextmanager
def landed(  # noqa: PLR0917 (what a file is, and how it is read)
    con: duckdb.DuckDBPyConnection,
    source: Source,
    delivery: Delivery,
    encoding: str | None,
    read: Read,
    is_sample: bool = False,
) -> Iterator[Landing]:
    """The rows of a file as text that the connection can select from, once.

    Args:
        con: The connection.
        source: Whose file it is.
        delivery: The file.
        encoding: Of its text; None: it is no plain text.
        read: How its bytes are read.
        is_sample: Only the first rows will be looked at; of JSON only the first records are read, enough to see its
            columns.

    Raises:
        SourceError: The file cannot be read, or is not what it claims to be.
        UndecodableError: It is text in another encoding.
    """
    if source.kind == "xes":
        with _streamed(con, XesEvents(delivery)) as events:
            yield events.landing(STREAM)
    elif source.kind == "ocel":
        with _streamed(con, OcelEvents(delivery, source.objects)) as about:
            yield about.landing(STREAM)
    elif encoding is None:
        yield _columnar(con, delivery, read, is_sample)
    elif delivery.extension in {".parquet", ".xlsx"} and _head(delivery):
        raise SourceError(f"this is no {delivery.extension[1:]} file", "what its name says", "", delivery.shown)
    elif is_json(delivery, read):
        document = recognised(delivery, encoding, read.records, is_sample)
        with _streamed(con, document or TextRows(delivery, encoding, None, is_sample)) as records:
            yield _json(con, records, is_sample)
    else:
        with _streamed(con, TextRows(delivery, encoding, with_names(read, delivery), is_sample)) as rows:
            yield rows.landing(STREAM)


def read_into(con: duckdb.DuckDBPyConnection, landing: Landing, table: str, query: str) -> None:
    """Read the landing once, into a temporary table, and prove that every record that was counted is there.

    Raises:
        SourceError: The file cannot be read whole.
        UndecodableError: It is text in another encoding.
    """
    _prove(landing, _read(con, landing.stream, table, query), landing.stream)


def _read(con: duckdb.DuckDBPyConnection, stream: Stream | None, table: str, query: str) -> int:
    """Make the temporary table; returns how many rows it has."""
    try:
        made = con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}").fetchall()
    except duckdb.Error:
        if stream is not None and stream.failure is not None:
            raise stream.failure from None
        raise
    return int(made[0][0])


def _prove(landing: Landing, rows_n: int, stream: Stream | None) -> None:
    if stream is not None:
        stream.settle(landing, rows_n)
    if rows_n + len(landing.broken) != landing.records_n:
        got = f"{rows_n + len(landing.broken)} rows were read of {landing.records_n} that were counted"
        raise SourceError(got, "all of them", "deliver the file again", landing.delivery.shown)


def is_whole(landing: Landing) -> bool:
    """Whether a sample has every record of its file, which is proved then: the sample is all that need be read.

    Raises:
        SourceError: The file cannot be read whole.
    """
    if landing.sampled is None:
        return False
    stream, rows_n = landing.sampled
    no_objects, landing.broken = landing.broken, []
    _prove(landing, rows_n, stream)
    landing.broken += no_objects
    return True


Opened = TypeVar("Opened", TextRows, JsonDocument, TextRows | JsonDocument, XesEvents, OcelEvents)


@contextmanager
def _streamed(con: duckdb.DuckDBPyConnection, stream: Opened) -> Iterator[Opened]:
    con.register(STREAM, stream.reader())
    try:
        yield stream
    finally:
        stream.close()
        with suppress(duckdb.Error):  # a transaction that failed has taken the name with it
            con.unregister(STREAM)


def _json(con: duckdb.DuckDBPyConnection, records: TextRows | JsonDocument, is_sample: bool) -> Landing:
    landing = records.landing(STREAM)
    if records.is_empty:
        return landing
    raw = AS_PRINTED if isinstance(records, JsonDocument) else "c0"
    query = f"SELECT line, {raw} AS raw FROM {STREAM}"
    if is_sample:
        rows_n = _read(con, records, _LINES, f"{query} LIMIT {FEW_ROWS}")
        # The stream came to its end, and what is there is the whole file.
        landing.sampled = (records, rows_n) if rows_n < FEW_ROWS else None
    else:
        read_into(con, landing, _LINES, query)
    landing.stream = None
    land_json(con, landing, _LINES)
    return landing


def _columnar(con: duckdb.DuckDBPyConnection, delivery: Delivery, read: Read, is_sample: bool) -> Landing:
    if _head(delivery).startswith(b"PK"):
        table, landing = xlsx_table(delivery, read)
        con.register(STREAM, table)
        landing.relation = STREAM
        return landing
    relation, text, rows_n = parquet_relation(con, delivery)
    landing = Landing(delivery, relation, text or {}, records_n=rows_n)
    if text is None:
        land_json(con, landing, f"(SELECT * FROM {relation} LIMIT {FEW_ROWS})" if is_sample else relation)
    return landing


def is_json(delivery: Delivery, read: Read) -> bool:
    """Whether a file of text is JSON: by what the settings say, its extension and its first bytes."""
    if read.records is not None:
        return True
    if delivery.extension in {".csv", ".tsv"}:
        return False
    head = _head(delivery).removeprefix(codecs.BOM_UTF8).lstrip()
    return delivery.extension in _JSON or head.startswith(b"{") or re.match(rb"\[\s*[{\]]", head) is not None


def _head(delivery: Delivery) -> bytes:
    try:
        with open_unpacked(delivery) as file:
            return file.read(_HEAD_BYTES)
    except UNPACKING_ERRORS as error:
        raise unreadable(delivery, error) from error


def with_names(read: Read, delivery: Delivery) -> Read:
    """How the bytes are read, with the columns' names from the file beside the delivered one that has them.

    Raises:
        SourceError: That file is not there, or cannot be read.
    """
    if read.names_from is None:
        return read
    names_file = beside(delivery, read.names_from)
    try:
        with open_unpacked(names_file) as file:
            line = file.read().decode("utf-8-sig").splitlines()[0]
    except (*UNPACKING_ERRORS, SourceError, UnicodeDecodeError, IndexError) as error:
        got = "the file with the names of the columns cannot be read"
        wanted = f"{read.names_from} beside {delivery.name}"
        raise SourceError(got, wanted, "deliver it, too", names_file.shown) from error
    names = tuple(name.strip() for name in line.split("\t" if "\t" in line else ",") if name.strip())
    return read.model_copy(update={"names": names, "header_rows": 0})


def encodings(delivery: Delivery, source: Source, read: Read) -> tuple[str | None, ...]:
    """Encodings to try for a file, in order; only None where it is no plain text.

    Raises:
        SourceError: The settings name an encoding that does not exist.
    """
    head = _head(delivery)
    if source.kind in {"xes", "ocel"} or head.startswith((b"PAR1", b"PK\x03\x04")):
        return (None,)
    told = read.encoding
    if told is not None and not is_encoding(told):
        raise SourceError(f"source {source.name!r}: {told!r} is no encoding", "one like 'utf-8' or 'cp1252'")
    return encodings_to_try(head, told)


def settled_encoding(delivery: Delivery, source: Source, read: Read) -> str | None:
    """The encoding in which a file will be read, found by decoding it to its end; None where it is no plain text.

    Raises:
        SourceError: The file cannot be read, or the settings name an encoding that does not exist.
    """
    tries = encodings(delivery, source, read)
    for encoding in tries[:-1]:
        try:
            with open_unpacked(delivery) as file:
                for _ in utf8_blocks(file, encoding or ""):
                    pass
        except UndecodableError as error:
            if not error.is_mixed:
                continue
        except UNPACKING_ERRORS as error:
            raise unreadable(delivery, error) from error
        return encoding
    return tries[-1]
