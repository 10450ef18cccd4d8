"""Counts the records of a delimited text, independently of the parser that reads them.

It knows quotes, doubled quotes and line ends of all three kinds, and nothing else. What it counts must be what the
parser delivers: parsers were seen to lose rows in silence.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

_NO_BYTE = -1
_QUOTE, _RETURN, _NEWLINE = 34, 13, 10
_FIELD_START, _PLAIN, _QUOTED, _QUOTE_SEEN = 0, 1, 2, 3
# Places in the scanner's state.
_MODE, _LINE, _FIELDS, _START, _BYTES, _AFTER_RETURN, _LONGEST, _LONGEST_AT = range(8)

Numbers = npt.NDArray[np.int64]


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _scan(block: Any, marks: tuple[int, int], state: Any, starts: Any, fields: Any) -> tuple[int, int]:
    delimiter, quote = marks
    mode, line, count = state[0], state[1], state[2]
    start, size, after_return = state[3], state[4], state[5]
    longest, longest_at = state[6], state[7]
    found, cut = 0, 0
    for place in range(len(block)):
        byte = block[place]
        if byte == 10 and after_return == 1:
            after_return = 0
            if mode == 0 and size == 0:
                cut = place + 1
            continue
        after_return = 1 if byte == 13 else 0
        if byte in (10, 13):
            line += 1
            if mode == 2:
                size += 1
                continue
            if size > 0:
                starts[found] = start
                fields[found] = count
                found += 1
                if line - start > longest:
                    longest, longest_at = line - start, start
            mode, count, size, start, cut = 0, 1, 0, line, place + 1
            continue
        size += 1
        if mode == 2:
            if byte == quote:
                mode = 3
        elif byte == delimiter:
            count += 1
            mode = 0
        elif byte == quote:
            mode = 2 if mode in (0, 3) else mode
        else:
            mode = 1
    state[0], state[1], state[2] = mode, line, count
    state[3], state[4], state[5] = start, size, after_return
    state[6], state[7] = longest, longest_at
    return found, cut


class RecordCounter:
    """Takes a text block by block and tells where its records begin and how many fields they have.

    Attributes:
        good_n: Records with the wanted number of fields so far.
        broken: Line of every record with another number, in order.
    """

    def __init__(self, fields_n: int, first_line: int, delimiter: str, is_quoted: bool = True) -> None:
        self._fields_n = fields_n
        self._marks = (ord(delimiter), _QUOTE if is_quoted else _NO_BYTE)
        self._state = np.zeros(8, np.int64)
        self._state[[_LINE, _START]] = first_line
        self._state[_FIELDS] = 1
        self._lines: list[Numbers] = []
        self._taken = 0
        self.good_n = 0
        self.broken: list[int] = []

    def feed(self, block: bytes) -> int:
        """Count on through the next block; returns how many of its bytes end a record, 0 if it ends none."""
        room = block.count(b"\n") + block.count(b"\r") + 1
        starts, fields = np.empty(room, np.int64), np.empty(room, np.int64)
        found, cut = _scan(np.frombuffer(block, np.uint8), self._marks, self._state, starts, fields)
        self._keep(starts[:found], fields[:found])
        return int(cut)

    def finish(self) -> None:
        """The text is over: a last record without a line end counts, too."""
        if self._state[_BYTES] > 0:
            self._keep(self._state[[_START]], self._state[[_FIELDS]])
            self._state[_BYTES] = 0

    @property
    def open_quote_line(self) -> int:
        """Line of the record whose quote is still open; 0 when none is."""
        return int(self._state[_START]) if self._state[_MODE] == _QUOTED else 0

    def give_up(self) -> None:
        """Leave out the record whose quote is still open at the end of the text."""
        self._state[[_MODE, _BYTES]] = 0

    def rewind(self) -> None:
        """Forget the record that has begun: it will be fed again from its first byte."""
        self._state[_LINE] = self._state[_START]
        self._state[[_MODE, _BYTES, _AFTER_RETURN]] = 0
        self._state[_FIELDS] = 1

    def pass_over(self, rows_n: int) -> None:
        """Count records that were counted elsewhere, one to a line."""
        first = int(self._state[_LINE])
        self._lines.append(np.arange(first, first + rows_n, dtype=np.int64))
        self.good_n += rows_n
        self._state[[_LINE, _START]] = first + rows_n
        self._state[_AFTER_RETURN] = 0

    @property
    def longest(self) -> tuple[int, int]:
        """Most lines that one record takes, the open one included, and the line where it begins."""
        still_open = int(self._state[_LINE] - self._state[_START])
        if still_open > self._state[_LONGEST]:
            return still_open, int(self._state[_START])
        return int(self._state[_LONGEST]), int(self._state[_LONGEST_AT])

    def take(self, rows_n: int) -> Numbers:
        """Lines of the next good records, as many as the parser has delivered; fewer where they run out."""
        parts: list[Numbers] = []
        while rows_n > 0 and self._lines:
            first = self._lines[0]
            part = first[self._taken : self._taken + rows_n]
            parts.append(part)
            rows_n -= len(part)
            self._taken += len(part)
            if self._taken == len(first):
                self._lines.pop(0)
                self._taken = 0
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _keep(self, starts: Numbers, fields: Numbers) -> None:
        is_good = fields == self._fields_n
        good = starts if is_good.all() else starts[is_good]
        if len(good) < len(starts):
            self.broken += starts[~is_good].tolist()
        if len(good):
            self._lines.append(good)
            self.good_n += len(good)
