"""Regular text, fast: records of as many fields as there are columns, one to a line, without a quote.

Most of most files is like that, and needs no parser that knows every way of writing: each field is named by where it
lies (an Arrow string view), and no byte of it is copied. Whatever is not like that is left to the parser that knows.
The records are counted twice, by the line ends alone and by what became a row; the two must agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_WORD = 8
_PADDING = 3 * _WORD  # the last field is read in whole words
_VIEW = 16  # bytes of a string view
_ASCII_MAX = 127
_NEWLINE = 10
# All numbers of the kernel are unsigned: a sign would cost it a third of its speed. ONE times a byte repeats it.
_U0, _U1, _U2, _U3, _U7, _U8, _U12, _U32, _U58, _U64 = (np.uint64(n) for n in (0, 1, 2, 3, 7, 8, 12, 32, 58, 64))
_ONES, _LOW = np.uint64(0x0101010101010101), np.uint64(0x7F7F7F7F7F7F7F7F)
# Which bit is the only one set: multiplied by this number, each leaves six different bits at the top.
_DE_BRUIJN = 0x03F79D71B4CB0A89
_SIX_BITS = np.uint64(_DE_BRUIJN)
_BITS = np.zeros(64, np.uint64)
for _bit in range(64):
    _BITS[((_DE_BRUIJN << _bit) & 0xFFFFFFFFFFFFFFFF) >> 58] = _bit


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _marks(word: Any, repeated: Any) -> Any:
    """The top bit of every byte of the word that is the repeated one."""
    other = word ^ repeated
    return ~(((other & _LOW) + _LOW) | other | _LOW)


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _bytes_at(words: Any, start: Any) -> Any:
    """Eight bytes from any place on."""
    shift = (start & _U7) * _U8
    found = words[start >> _U3] >> shift
    if shift:
        found |= words[(start >> _U3) + _U1] << (_U64 - shift)
    return found


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _first(word: Any, size: Any) -> Any:
    """The first bytes of a word; the others are zero."""
    return word & ((_U1 << (_U8 * size)) - _U1) if size < _U8 else word


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _split(words: Any, shape: tuple[int, int, int], sign: Any, returns: Any, views: Any) -> int:
    """Name every field, column by column; the number of records, or -1 where one has not so many fields."""
    length, fields_n, rows_n = shape
    size_of_text, last_field, room = np.uint64(length), np.uint64(fields_n - 1), np.uint64(rows_n)
    newlines, signs = _ONES * np.uint64(_NEWLINE), _ONES * sign
    row, field, start = _U0, _U0, _U0
    for place in range((length + 7) >> 3):
        ends = _marks(words[place], newlines)
        found = ends | _marks(words[place], signs)
        while found:
            mark = found & (~found + _U1)
            found ^= mark
            end = (np.uint64(place) << _U3) + (_BITS[(mark * _SIX_BITS) >> _U58] >> _U3)
            size, at = end - start, (field * room + row) * _U2
            if ends & mark:
                if field != last_field or size < returns or row == room or (size == returns and field == _U0):
                    return -1
                size -= returns
                row, field = row + _U1, _U0
            elif field == last_field or row == room:
                return -1
            else:
                field += _U1
            # A view is the size and the first four bytes, then the other eight, or where all of them are.
            first = _first(_bytes_at(words, start), size)
            views[at] = size | (first << _U32)
            if size > _U12:
                views[at + _U1] = start << _U32
            elif size > _U8:
                views[at + _U1] = (first >> _U32) | (_first(_bytes_at(words, start + _U8), size - _U8) << _U32)
            else:
                views[at + _U1] = first >> _U32
            start = end + _U1
    return int(row) if field == _U0 and start == size_of_text else -1


def regular_rows(text: bytes, fields_n: int, delimiter: str, is_quoted: bool) -> list[pa.Array] | None:
    """The columns of lines of UTF-8 text, or None where not every line is a plain record.

    Args:
        text: Whole lines, the last one ended, too.
        fields_n: Fields of every record.
        delimiter: Between fields.
        is_quoted: A quote has a meaning.
    """
    import pyarrow as pa

    if not text or (is_quoted and b'"' in text) or ord(delimiter) > _ASCII_MAX:
        return None
    signs = np.frombuffer(text, np.uint8)
    rows_n, returns = int(np.count_nonzero(signs == _NEWLINE)), b"\r" in text
    if returns and not text.count(b"\r") == text.count(b"\r\n") == rows_n:
        return None
    # Arrow's own memory: releasing it from Arrow's threads needs no interpreter.
    data = pa.allocate_buffer(len(text) + _PADDING & -_WORD)
    views = pa.allocate_buffer(_VIEW * fields_n * rows_n)
    copy = np.frombuffer(data, np.uint8)
    copy[: len(text)] = signs
    copy[len(text) :] = 0
    words, room = np.frombuffer(data, np.uint64), np.frombuffer(views, np.uint64)
    found = _split(words, (len(text), fields_n, rows_n), np.uint64(ord(delimiter)), np.uint64(returns), room)
    if found != rows_n:
        return None
    column = _VIEW * rows_n
    parts = [views.slice(place * column, column) for place in range(fields_n)]
    return [pa.Array.from_buffers(pa.string_view(), rows_n, [None, part, data]) for part in parts]
