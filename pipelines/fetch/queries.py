"""The result of a query, or a whole table, as a Parquet file of text: streamed, in bounded memory, private."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipelines.fetch.databases import connected
from pipelines.fetch.texts import Fingerprint, Row, text_of
from pipelines.settings.elsewhere import reading
from schemas.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa

    from pipelines.settings import Settings, Source

BATCH_ROWS = 2_000  # rows that are asked for at a time
BATCH_BYTES = 32 << 20  # of texts that are kept until they are written
_OVERHEAD = 64  # bytes that a text takes beside its letters
BEGINNING = datetime(1753, 1, 1, tzinfo=UTC)  # the earliest time that every database can compare with
_SINCE = re.compile(r"(?<![:\w\\]):since\b")


@dataclass(frozen=True)
class Fetched:
    """Rows that were read from a database.

    Attributes:
        path: The Parquet file.
        shown: What people know it as.
        content: Hash of its rows in any order.
    """

    path: Path
    shown: str
    content: str


def query_text(settings: Settings, source: Source) -> str:
    """The source's query.

    Raises:
        SourceError: Its file cannot be read, or would do something else than read.
    """
    if source.query is not None:
        return source.query
    name = source.query_file or ""
    try:
        return reading((settings.root / name).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SourceError(f"source {source.name!r}: the query cannot be read: {told}", "a file", "", name) from error
    except ValueError as error:
        got, _, wanted = str(error).partition("; ")
        raise SourceError(got, wanted, "", name) from error


def fetch_query(settings: Settings, source: Source, since: datetime | None, folder: Path) -> Fetched:
    """The rows of the source's query.

    Args:
        settings: The workspace.
        source: A source of kind `sql`.
        since: What `:since` stands for; None: the beginning of time.
        folder: Where the file is written.

    Raises:
        SourceError: The database cannot be reached or refuses the query. Nothing of it is kept.
    """
    import sqlalchemy as sa

    query = query_text(settings, source)
    # Every other colon belongs to the query: a cast, a time, a path into JSON.
    parts = [part.replace(":", r"\:") for part in _SINCE.split(query)]
    statement = sa.text(" :since ".join(parts))
    if len(parts) > 1:
        moment = sa.bindparam("since", since or BEGINNING, type_=sa.TIMESTAMP(timezone=True))
        statement = statement.bindparams(moment)
    with connected(source) as connection:
        return _written(connection, source, statement, folder / "query.parquet", "query")


def fetch_tables(source: Source, wanted: Sequence[str], folder: Path) -> tuple[Fetched, ...]:
    """Whole tables of the source's schema, by the names that `schema_tables` found.

    Raises:
        SourceError: The database cannot be reached or does not let us read one of them.
    """
    import sqlalchemy as sa

    found = []
    for name in wanted:
        with connected(source) as connection:
            table = sa.table(name, schema=source.schema_name)
            statement = sa.select(sa.text("*")).select_from(table)
            found.append(_written(connection, source, statement, folder / f"{_safe(name)}.parquet", f"table {name}"))
    return tuple(found)


def schema_tables(source: Source) -> tuple[str, ...]:
    """Names of the tables and views of the source's schema, in their order.

    Raises:
        SourceError: The database cannot be reached, or the schema is not there.
    """
    import sqlalchemy as sa

    with connected(source) as connection:
        seen = sa.inspect(connection)
        names = {*seen.get_table_names(source.schema_name), *seen.get_view_names(source.schema_name)}
    return tuple(sorted(names))


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def _written(connection: sa.Connection, source: Source, statement: sa.Executable, path: Path, shown: str) -> Fetched:
    from pyarrow import parquet

    streaming = connection.execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
    with streaming.execute(statement) as result:
        names = _names(source, list(result.keys()))
        schema, fingerprint = _schema(names), Fingerprint(names)
        with _private(path) as file, parquet.ParquetWriter(file, schema, compression="zstd") as writer:
            for rows in _batches(result):
                fingerprint.add(rows)
                writer.write_batch(_record_batch(rows, schema))
    return Fetched(path, shown, fingerprint.hexdigest())


def _names(source: Source, names: list[str]) -> list[str]:
    folded = [name.casefold() for name in names]
    if twice := [name for name in names if folded.count(name.casefold()) > 1]:
        got = f"source {source.name!r}: two columns of the query are called {twice[0]!r}"
        raise SourceError(got, "a name for each column", "name them: SELECT a.id AS a_id, b.id AS b_id")
    return names


def _batches(result: sa.CursorResult[tuple[object, ...]]) -> Iterator[list[Row]]:
    rows: list[Row] = []
    size = 0
    for partition in result.partitions(BATCH_ROWS):
        for row in partition:
            texts = tuple(map(text_of, row))
            size += sum(_OVERHEAD if text is None else _OVERHEAD + len(text) for text in texts)
            rows.append(texts)
            if size > BATCH_BYTES:
                yield rows
                rows, size = [], 0
    yield rows


def _schema(names: list[str]) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in names])


def _record_batch(rows: list[Row], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], schema=schema)


def _private(path: Path) -> BinaryIO:
    """A new file that only we may read: it has ids in the clear."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
