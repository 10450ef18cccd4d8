"""Delimited text (CSV, TSV), and lines of text, streamed into DuckDB as Arrow batches of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, open_unpacked, unreadable
from pipelines.ingest.dialect import Dialect, recognise_dialect
from pipelines.ingest.readers.arrays import integers, owned
from pipelines.ingest.readers.landing import SAMPLE_ROWS, Broken, Landing, shape_of
from pipelines.ingest.text import BLOCK, SAMPLE_BLOCK, UndecodableError, utf8_blocks
from schemas.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.csv import InvalidRow

    from pipelines.ingest.records import RecordCounter
    from pipelines.settings import Read

MAX_RECORD_BYTES = 32 << 20  # a row as long is no row of a table
MAX_RECORD_LINES = 1_000  # a row of more lines is an unclosed quote that swallowed good rows
UNCLOSED_MOST_BYTES = 64 << 10  # of the end of a file that a quote may leave unreadable; beyond, the file is refused
LINES = Dialect("\x01", ".", ("raw",), 0, 1)  # JSON allows no control character: every line is one field


class TextRows:
    """The rows of one text file, as a stream of Arrow batches: `c0`, `c1`, ... and `line`.

    An error inside the stream reaches DuckDB as text only; `failure` keeps it whole.
    """

    def __init__(self, delivery: Delivery, encoding: str, read: Read | None, is_sample: bool = False) -> None:
        """A sample ends after the first rows: DuckDB reads a stream to its end, whatever LIMIT says."""
        self.delivery, self.encoding = delivery, encoding
        self.failure: Exception | None = None
        self.rows_n = 0
        self._file = open_unpacked(delivery)
        self._blocks = utf8_blocks(self._file, encoding, SAMPLE_BLOCK if is_sample else BLOCK)
        self._most = SAMPLE_ROWS if is_sample else None
        try:
            head = self._guarded_next()
            self.dialect = LINES if read is None else recognise_dialect(head, read, delivery.extension)
        except BaseException:  # nobody has this object yet who could close the file
            self._file.close()
            raise
        self.is_empty = not head.strip()
        self._head = head[self.dialect.header_bytes :]
        self._is_quoted = read is not None and read.quote != ""
        self._counter = self._new_counter()
        self._is_over = False
        self._invalid: list[tuple[int | None, str]] = []
        self._unclosed: list[Broken] = []

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

        fields = [pa.field(f"c{place}", pa.string_view()) for place in range(len(self.dialect.names))]
        schema = pa.schema([*fields, pa.field("line", pa.int64())])
        return pa.RecordBatchReader.from_batches(schema, self._kept_failure())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def settle(self, landing: Landing, landed_n: int) -> None:
        """Compare what landed with what was counted, and hand over the broken records.

        Raises:
            SourceError: The two do not agree.
        """
        counter = self._counter
        if landed_n != counter.good_n or len(self._invalid) != len(counter.broken):
            counted = counter.good_n + len(counter.broken)
            got = f"{landed_n + len(self._invalid)} rows were read of {counted} that were counted"
            raise SourceError(got, "all of them", "check its quotes and line ends", self.delivery.shown)
        landing.records_n = counter.good_n + len(counter.broken) + len(self._unclosed)
        wanted = len(self.dialect.names)
        for line, (found, text) in zip(counter.broken, self._invalid, strict=True):
            reason = f"{found} fields instead of {wanted}" if self._is_quoted else "not one JSON object"
            landing.broken.append(Broken(line, reason, shape_of(text)))
        landing.broken += self._unclosed
        if self._unclosed:
            refused = "1 line is" if len(self._unclosed) == 1 else f"{len(self._unclosed)} lines are"
            landing.notes.append(f"{self._unclosed[0].reason}; the last {refused} refused")

    def _set_aside(self, record: bytes) -> None:
        """A quote that is never closed hides where the last rows end, so each of their lines counts as a row."""
        line = self._counter.open_quote_line
        reason = f"a quote that is opened in line {line} is not closed"
        texts = record.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n").split("\n")
        self._counter.give_up()
        self._unclosed = [Broken(line + place, reason, shape_of(text)) for place, text in enumerate(texts) if text]

    def _is_too_long(self) -> bool:
        return self._counter.longest[0] > MAX_RECORD_LINES

    def _refuse_long(self, size: int) -> None:
        if size > MAX_RECORD_BYTES:
            raise SourceError(f"a row of more than {size >> 20} MB", "shorter rows", "", self.delivery.shown)

    def _refuse_swallowed(self) -> None:
        lines, start = self._counter.longest
        is_long, open_line = self._is_too_long(), self._counter.open_quote_line
        if open_line and (self._is_over or is_long):
            got, line = "a quote that is opened here is not closed", open_line
        elif is_long:
            got, line = f"a row of {lines} lines", start
        else:
            return
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

    def _pieces(self) -> Iterator[tuple[bytes, list[pa.Array] | None]]:
        """The text cut where a record ends, and its columns where all its lines are regular."""
        text, fed_n = b"", 0  # what is left, and how much of it the counter has seen
        block, self._head = self._head, b""
        while block or (block := self._guarded_next()):
            text, block = text + block, b""
            columns, cut = (None, 0) if fed_n else self._regular(text)
            if columns is None:
                cut = self._counter.feed(text[fed_n:] if fed_n else text)
                cut += fed_n if cut else 0
            # A record that began in an earlier block ends here, or not yet.
            self._refuse_long(text.find(b"\n", fed_n) if cut and fed_n else 0 if cut else len(text))
            if cut:
                yield text[:cut], columns
                text, fed_n = text[cut:], 0
                if text and columns is None:
                    self._counter.rewind()
            else:
                fed_n = len(text)
                self._refuse_swallowed()
        yield from self._last_piece(text, fed_n)

    def _last_piece(self, text: bytes, fed_n: int) -> Iterator[tuple[bytes, None]]:
        """What follows the last line end; an old Mac's lines may be among it."""
        if text and not fed_n and (cut := self._counter.feed(text)):
            yield text[:cut], None
            text = text[cut:]
        self._is_over = True
        if self._counter.open_quote_line and len(text) <= UNCLOSED_MOST_BYTES and not self._is_too_long():
            self._set_aside(text)
            return
        self._counter.finish()
        self._refuse_swallowed()
        if text:
            yield text, None

    def _regular(self, text: bytes) -> tuple[list[pa.Array] | None, int]:
        """The columns of all whole lines and where they end; None where some line is not regular."""
        from pipelines.ingest.regular import regular_rows

        cut = text.rfind(b"\n") + 1
        columns = regular_rows(text[:cut], len(self.dialect.names), self.dialect.delimiter, self._is_quoted)
        if columns is not None:
            self._counter.pass_over(len(columns[0]))
        return columns, cut if columns is not None else 0

    def _kept_failure(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.batches()
        except (SourceError, UndecodableError) as error:
            self.failure = error
            raise

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, for one reading without DuckDB.

        Raises:
            SourceError: The file cannot be read whole; what `UNPACKING_ERRORS` lists, too.
            UndecodableError: It is text in another encoding.
        """
        if not self.dialect.names or self.is_empty:
            self._counter.finish()
            return
        import pyarrow as pa

        schema = pa.schema([(f"c{place}", pa.string_view()) for place in range(len(self.dialect.names))])
        for chunk, columns in self._pieces():
            rows = self._parsed(chunk).cast(schema) if columns is None else pa.table(columns, schema=schema)
            for batch in rows.to_batches():
                yield self._with_lines(batch)
            if self._most is not None and self.rows_n >= self._most:
                return

    def _parsed(self, chunk: bytes) -> pa.Table:
        """Whole records, parsed at once: Arrow's streaming reader would call Python from a thread of its own."""
        import pyarrow as pa
        from pyarrow import csv

        names = [f"c{place}" for place in range(len(self.dialect.names))]
        try:
            return csv.read_csv(
                pa.BufferReader(owned(chunk)),
                read_options=csv.ReadOptions(use_threads=False, block_size=len(chunk) + 1, column_names=names),
                parse_options=csv.ParseOptions(
                    delimiter=self.dialect.delimiter,
                    quote_char='"' if self._is_quoted else False,
                    newlines_in_values=self._is_quoted,
                    invalid_row_handler=self._note_invalid,
                ),
                convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
            )
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):  # nothing but blank lines
                return pa.table({name: pa.array([], pa.string()) for name in names})
            # Arrow's own words may quote the row, and with it somebody's id.
            hint = "look for a quote that is not closed"
            raise SourceError("the rows cannot be told apart", "delimited rows", hint, self.delivery.shown) from error

    def _with_lines(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        lines = self._counter.take(batch.num_rows)
        if len(lines) < batch.num_rows:
            got = f"{self.rows_n + batch.num_rows} rows were read of {self._counter.good_n} that were counted"
            raise SourceError(got, "all of them", "check its quotes and line ends", self.delivery.shown)
        self.rows_n += batch.num_rows
        return batch.append_column("line", integers(lines))

    def _note_invalid(self, row: InvalidRow) -> str:
        self._invalid.append((row.actual_columns, row.text))
        return "skip"
