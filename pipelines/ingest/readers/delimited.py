"""Delimited text (CSV, TSV), and lines of text, streamed into DuckDB as Arrow batches of text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, open_unpacked, unreadable
from pipelines.ingest.dialect import Dialect, recognise_dialect
from pipelines.ingest.readers.landing import Broken, Landing, shape_of
from pipelines.ingest.text import BLOCK, UndecodableError, utf8_blocks
from schemas.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.csv import InvalidRow

    from pipelines.ingest.records import RecordCounter
    from pipelines.settings import Read

MAX_RECORD_LINES = 1_000  # a row of more lines is an unclosed quote that swallowed good rows
LINES = Dialect("\x01", ".", ("raw",), 0, 1)  # JSON allows no control character: every line is one field


class TextRows:
    """The rows of one text file, as a stream of Arrow batches: `c0`, `c1`, ... and `line`.

    An error inside the stream reaches DuckDB as text only; `failure` keeps it whole.
    """

    def __init__(self, delivery: Delivery, encoding: str, read: Read | None) -> None:
        self.delivery, self.encoding = delivery, encoding
        self.failure: Exception | None = None
        self.rows_n = 0
        self._file = open_unpacked(delivery)
        self._blocks = utf8_blocks(self._file, encoding)
        try:
            head = self._guarded_next()
            self.dialect = LINES if read is None else recognise_dialect(head, read, delivery.extension)
        except BaseException:  # nobody has this object yet who could close the file
            self._file.close()
            raise
        self.is_empty = not head.strip()
        self._head = head[self.dialect.header_bytes :]
        self._is_quoted = read is not None
        self._counter = self._new_counter()
        self._invalid: list[tuple[int | None, str]] = []

    def landing(self, relation: str) -> Landing:
        """The landing of the stream under a name in SQL."""
        names = () if self.is_empty else self.dialect.names
        text = {name: f"nullif(c{place}, '')" for place, name in enumerate(names)}
        return Landing(
            self.delivery, relation, text, notes=self._recognised(), decimal=self.dialect.decimal, stream=self
        )

    def _recognised(self) -> list[str]:
        """What was told or recognised and is not the common case."""
        dialect, notes = self.dialect, []
        if self.encoding not in {"utf-8", "utf-8-sig"}:
            notes.append(f"read as {self.encoding}")
        if self._is_quoted and dialect.delimiter != ",":
            notes.append(f"fields end with {dialect.delimiter!r}")
        if dialect.decimal != ".":
            notes.append(f"numbers have {dialect.decimal!r}")
        return notes

    def reader(self) -> pa.RecordBatchReader:
        """The stream, for one reading."""
        import pyarrow as pa

        fields = [pa.field(f"c{place}", pa.string()) for place in range(len(self.dialect.names))]
        schema = pa.schema([*fields, pa.field("line", pa.int64())])
        return pa.RecordBatchReader.from_batches(schema, self._kept_failure())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def settle(self, landing: Landing, landed_n: int) -> None:
        """Compare what landed with what was counted, and hand over the broken records.

        Raises:
            SourceError: The two do not agree, or a quote was never closed.
        """
        counter = self._counter
        self._refuse_swallowed(counter)
        if landed_n != counter.good_n or len(self._invalid) != len(counter.broken):
            counted = counter.good_n + len(counter.broken)
            got = f"{landed_n + len(self._invalid)} rows were read of {counted} that were counted"
            raise SourceError(got, "all of them", "check its quotes and line ends", self.delivery.shown)
        landing.records_n = counter.good_n + len(counter.broken)
        wanted = len(self.dialect.names)
        for line, (found, text) in zip(counter.broken, self._invalid, strict=True):
            reason = f"{found} fields instead of {wanted}" if self._is_quoted else "not one JSON object"
            landing.broken.append(Broken(line, reason, shape_of(text)))

    def _refuse_swallowed(self, counter: RecordCounter) -> None:
        lines, start = counter.longest
        line = counter.open_quote_line or (start if lines > MAX_RECORD_LINES else 0)
        if line:
            got = "a quote that is opened here is not closed" if counter.open_quote_line else f"a row of {lines} lines"
            hint = "close the quote, or double it if it belongs to the text"
            raise SourceError(got, "rows whose quotes are closed", hint, self.delivery.shown, line)

    def _new_counter(self) -> RecordCounter:
        from pipelines.ingest.records import RecordCounter

        dialect = self.dialect
        return RecordCounter(len(dialect.names), dialect.first_line, dialect.delimiter, self._is_quoted)

    def _guarded_next(self) -> bytes:
        try:
            return next(self._blocks, b"")
        except UNPACKING_ERRORS as error:
            raise unreadable(self.delivery, error) from error

    def _counted_blocks(self) -> Iterator[bytes]:
        block = self._head
        self._head = b""
        while True:
            if block:
                self._counter.feed(block)
                yield block
            block = self._guarded_next()
            if not block:
                self._counter.finish()
                return

    def _kept_failure(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._batches()
        except (SourceError, UndecodableError) as error:
            self.failure = error
            raise

    def _batches(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyarrow import csv

        names = [f"c{place}" for place in range(len(self.dialect.names))]
        if not names or self.is_empty:
            self._counter.finish()
            return
        stream = _BlockFile(self._counted_blocks())
        try:
            batches = csv.open_csv(
                pa.PythonFile(stream, mode="r"),
                read_options=csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=names),
                parse_options=csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    quote_char='"' if self._is_quoted else False,
                    newlines_in_values=self._is_quoted,
                    invalid_row_handler=self._note_invalid,
                ),
                convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
            )
            for batch in batches:
                yield self._with_lines(batch)
        except pa.ArrowInvalid as error:
            self._explain(error, stream)

    def _explain(self, error: Exception, stream: _BlockFile) -> None:
        """Raise Arrow's complaint in our words; nothing but broken rows is no complaint."""
        if stream.failure is not None:
            raise stream.failure
        if "Empty CSV" in str(error):
            return
        self._refuse_swallowed(self._counter)
        # Arrow's own words may quote the row, and with it somebody's id.
        wanted, hint = f"rows below {BLOCK >> 20} MB", "look for a quote that is not closed, or a huge field"
        raise SourceError("the rows cannot be told apart", wanted, hint, self.delivery.shown) from error

    def _with_lines(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa

        lines = self._counter.take(batch.num_rows)
        if len(lines) < batch.num_rows:
            got = f"{self.rows_n + batch.num_rows} rows were read of {self._counter.good_n} that were counted"
            raise SourceError(got, "all of them", "check its quotes and line ends", self.delivery.shown)
        self.rows_n += batch.num_rows
        return batch.append_column("line", pa.array(lines))

    def _note_invalid(self, row: InvalidRow) -> str:
        self._invalid.append((row.actual_columns, row.text))
        return "skip"


class _BlockFile(io.RawIOBase):
    """Blocks as a file that Arrow reads from; an error on the way is kept as it was."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            block = self._rest or next(self._blocks, b"")
        except (SourceError, UndecodableError) as error:
            self.failure = error
            raise
        if size < 0:
            size = len(block)
        self._rest = block[size:]
        return block[:size]
