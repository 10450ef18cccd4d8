"""JSON documents: a list of records, a page of an interface that wraps one, or records printed over many lines.

They are streamed: what is in memory at a time is one block and the record that is open. A record's line is its number
in the document, because the records of many documents stand on one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from pipelines.ingest.deliveries import UNPACKING_ERRORS, Delivery, open_unpacked, unreadable
from pipelines.ingest.readers.arrays import integers, texts
from pipelines.ingest.readers.landing import SAMPLE_ROWS, Landing
from pipelines.ingest.text import BLOCK, SAMPLE_BLOCK, UndecodableError, utf8_blocks
from schemas.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

MAX_RECORD_BYTES = 32 << 20
_HEAD_BYTES = 256 << 10
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
# What interfaces write beside the list: never part of a record.
_PAGING_NAMES = """
after afterurl aftercursor before beforeurl beforecursor count cursor endofstream endtime exportedat generatedat hasmore
limit links meta metadata next nextcursor nextlink nextpage nexturl object offset ok page pagecount pages pagesize
paging pagination perpage prev previous previouspage requestid size starttime status success total totalcount totalitems
totalpages totalresults type version
"""
_PAGING = frozenset(_PAGING_NAMES.split())
Path = tuple[str, ...]


class JsonDocument:
    """The records of one document, as a stream of Arrow batches: `c0` and `line`.

    An error inside the stream reaches DuckDB as text only; `failure` keeps it whole.
    """

    def __init__(self, delivery: Delivery, encoding: str, path: Path | None, is_sample: bool = False) -> None:
        """`path` leads to the list of records, () is a list at the top, and None takes the values at the top.

        A sample ends after the first records: DuckDB reads a stream to its end, whatever LIMIT says.
        """
        self.delivery = delivery
        self.failure: Exception | None = None
        self.is_empty = False
        self._file, self._encoding, self._path = open_unpacked(delivery), encoding, path
        self._landed_n, self._is_sample = 0, is_sample

    def landing(self, relation: str) -> Landing:
        """The landing of the stream under a name in SQL."""
        notes = [] if self._encoding in {"utf-8", "utf-8-sig"} else [f"read as {self._encoding}"]
        if self._path:
            notes.append(f"records are the list {'.'.join(self._path)!r}")
        return Landing(self.delivery, relation, {"raw": "c0"}, notes=notes, stream=self)

    def reader(self) -> pa.RecordBatchReader:
        """The stream, for one reading."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(_schema(), self._kept_failure())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def settle(self, landing: Landing, landed_n: int) -> None:
        """Tell how many records there were."""
        landing.records_n = self._landed_n
        if landed_n != self._landed_n:
            got = f"{landed_n} records were read of {self._landed_n}"
            raise SourceError(got, "all of them", "deliver the file again", self.delivery.shown)

    def _kept_failure(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.batches()
        except (SourceError, UndecodableError) as error:
            self.failure = error
            raise
        except UNPACKING_ERRORS as error:
            self.failure = unreadable(self.delivery, error)
            raise self.failure from error

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, for one reading without DuckDB.

        Raises:
            SourceError: The file cannot be read whole; what `UNPACKING_ERRORS` lists, too.
            UndecodableError: It is text in another encoding.
        """
        import pyarrow as pa

        from pipelines.ingest.json_scan import RecordScanner

        scanner, shown = RecordScanner(self._path), self.delivery.shown
        for block in utf8_blocks(self._file, self._encoding, SAMPLE_BLOCK if self._is_sample else BLOCK):
            records = scanner.feed(block)
            if scanner.carried_n > MAX_RECORD_BYTES:
                raise SourceError(f"a record of more than {scanner.carried_n >> 20} MB", "shorter records", "", shown)
            if records:
                lines = np.arange(self._landed_n + 1, self._landed_n + 1 + len(records), dtype=np.int64)
                self._landed_n += len(records)
                yield pa.record_batch([texts(records), integers(lines)], schema=_schema())
            if self._is_sample and self._landed_n >= SAMPLE_ROWS:
                return
        if not scanner.is_whole:
            raise SourceError("the document is cut off", "a whole JSON document", "deliver it again", shown)
        if not scanner.has_list:
            got = f"there is no list {'.'.join(self._path)!r}" if self._path else "there is no list"
            raise SourceError(got, "the name of the list of records", "correct records under [sources.read]", shown)


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([pa.field("c0", pa.large_string()), pa.field("line", pa.int64())])


def recognised(delivery: Delivery, encoding: str, told: str | None, is_sample: bool = False) -> JsonDocument | None:
    """The file as a document; None where every line is a record of its own.

    Args:
        delivery: The file.
        encoding: Of its text.
        told: Name of the list of records as the settings tell it, with dots where it lies deeper.
        is_sample: Only the first records will be read.

    Raises:
        SourceError: It cannot be opened, or has several lists and nobody told which has the records.
        UndecodableError: It is text in another encoding.
    """
    if told is not None:
        return JsonDocument(delivery, encoding, tuple(told.split(".")), is_sample)
    head, is_all = _head_of(delivery, encoding)
    if re.match(rb"\[\s*(\{|\]|$)", head):
        return JsonDocument(delivery, encoding, (), is_sample)
    if not head.startswith(b"{") or not _is_document(head):
        return None
    members, is_closed = members_of(head)
    lists = [name for name, kind in members if kind == "records"]
    others = [name for name, kind in members if kind != "records"]
    is_wrapper = all(_is_paging(name) for name in others) and (is_closed or not is_all or len(lists) > 0)
    if is_wrapper and len(lists) > 1:
        got, wanted = f"several lists: {', '.join(lists)}", "one that has the records"
        raise SourceError(got, wanted, f'write records = "{lists[0]}" under [sources.read]', delivery.shown)
    if is_wrapper and lists:
        return JsonDocument(delivery, encoding, (lists[0],), is_sample)
    is_one_line = b"\n" not in head.strip()
    return None if is_one_line else JsonDocument(delivery, encoding, None, is_sample)


def members_of(head: bytes) -> tuple[list[tuple[str, str]], bool]:
    """The members of the object that a text begins with, as far as it goes: names, and what they hold.

    Returns:
        Names with "records" (a list of objects, or an empty one) or "other", and whether the object is closed.
    """
    members: list[tuple[str, str]] = []
    depth, name, tokens = 0, b"", [b"", b"", b""]
    for match in _TOKEN.finditer(head):
        token = match.group()
        tokens = [*tokens[1:], token]
        if depth == 1 and token == b":":
            name = tokens[1]
        elif depth == 1 and name and tokens[1] == b":":
            members.append((_text(name), "other"))
        elif depth == 2 and members and tokens[0] == b":" and tokens[1] == b"[" and token in {b"{", b"]"}:
            members[-1] = (members[-1][0], "records")
        depth += (token in {b"{", b"["}) - (token in {b"}", b"]"})
        if depth == 0:
            return members, True
    return members, False


def _head_of(delivery: Delivery, encoding: str) -> tuple[bytes, bool]:
    try:
        with open_unpacked(delivery) as file:
            block = next(utf8_blocks(file, encoding, SAMPLE_BLOCK), b"").lstrip()
    except UNPACKING_ERRORS as error:
        raise unreadable(delivery, error) from error
    return block[:_HEAD_BYTES], len(block) < _HEAD_BYTES


def _is_document(head: bytes) -> bool:
    """Whether the first record ends on another line than it begins, or the file is one line alone."""
    first, newline, rest = head.partition(b"\n")
    following = rest.lstrip()
    if not newline or not following:
        return True
    if _is_json(first):
        return False
    return first.rstrip().endswith((b"{", b"[", b",", b":")) or following.startswith((b'"', b"}", b"]", b","))


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_paging(name: str) -> bool:
    plain = re.sub(r"[^a-z]", "", name.lower())
    return plain in _PAGING or name.startswith("@odata.")


def _text(token: bytes) -> str:
    return token.strip(b'"').decode("utf-8", "replace")
