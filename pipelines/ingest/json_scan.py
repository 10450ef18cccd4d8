"""Finds the records of a JSON document while it streams by: the elements of one list, or values one after another.

It knows strings, escapes and brackets, and nothing else; whether a record is JSON the database says, as for lines.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

# Places in the scanner's state.
(
    _DEPTH, _IN_TEXT, _ESCAPED, _ON_PATH, _WANTS_KEY, _IS_PENDING, _LIST_DEPTH, _START, _KEY_LENGTH, _IS_KEY, _LISTS
) = range(11)  # fmt: skip
_IDLE, _CARRIED = -1, -2  # no record is open; one is, and began in an earlier block
_KEY_BYTES = 256
_QUOTE, _COMMA, _BACKSLASH = 34, 44, 92
_LIST_OPENS, _LIST_CLOSES, _OBJECT_OPENS, _OBJECT_CLOSES = 91, 93, 123, 125
_NOTHING_ENDS, _ENDS_BEFORE, _ENDS_HERE = 0, 1, 2


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _is_next(path: Any, lengths: Any, state: Any, key: Any) -> int:
    """Whether the key that was just read is the next one on the path."""
    at = state[_ON_PATH] - 1
    if at >= len(lengths) or state[_KEY_LENGTH] != lengths[at]:
        return 0
    for place in range(lengths[at]):
        if key[place] != path[at, place]:
            return 0
    return 1


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _read_text(byte: int, names: Any, state: Any, key: Any) -> None:
    path, lengths = names
    if state[_ESCAPED] == 1:
        state[_ESCAPED] = 0
    elif byte == _BACKSLASH:
        state[_ESCAPED] = 1
    elif byte == _QUOTE:
        state[_IN_TEXT] = 0
        if state[_IS_KEY] == 1:
            state[_IS_KEY], state[_WANTS_KEY] = 0, 0
            state[_IS_PENDING] = _is_next(path, lengths, state, key)
        return
    if state[_IS_KEY] == 1:
        if state[_KEY_LENGTH] < _KEY_BYTES:
            key[state[_KEY_LENGTH]] = byte
        state[_KEY_LENGTH] += 1


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _open(byte: int, path_n: int, state: Any) -> None:
    state[_DEPTH] += 1
    depth, is_object = state[_DEPTH], byte == _OBJECT_OPENS
    is_list = False
    if is_object and path_n > 0 and depth == 1:
        state[_ON_PATH], state[_WANTS_KEY] = 1, 1
    elif state[_IS_PENDING] == 1 and depth == state[_ON_PATH] + 1:
        state[_IS_PENDING] = 0
        if is_object and state[_ON_PATH] < path_n:
            state[_ON_PATH], state[_WANTS_KEY] = depth, 1
        is_list = not is_object and state[_ON_PATH] == path_n
    elif path_n == 0 and not is_object:
        is_list = depth == 1 and state[_LIST_DEPTH] == -1
    if is_list:
        state[_LIST_DEPTH] = depth
        state[_LISTS] += 1


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _close(state: Any) -> int:
    """Close a bracket; returns where the open record ends, if it does."""
    ends = _NOTHING_ENDS
    if state[_DEPTH] == state[_LIST_DEPTH] and state[_LIST_DEPTH] > 0:
        state[_LIST_DEPTH] = -1
        ends = _ENDS_BEFORE
    if state[_DEPTH] == state[_ON_PATH]:
        state[_ON_PATH] -= 1
    state[_DEPTH] -= 1
    return _ENDS_HERE if state[_DEPTH] == 0 and state[_LIST_DEPTH] == 0 else ends


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _read_mark(byte: int, path_n: int, state: Any) -> int:
    """Read one byte outside of a text; returns where the open record ends, if it does."""
    if byte == _QUOTE:
        state[_IN_TEXT] = 1
        if state[_ON_PATH] > 0 and state[_DEPTH] == state[_ON_PATH] and state[_WANTS_KEY] == 1:
            state[_IS_KEY], state[_KEY_LENGTH] = 1, 0
    elif byte in (_OBJECT_OPENS, _LIST_OPENS):
        _open(byte, path_n, state)
    elif byte in (_OBJECT_CLOSES, _LIST_CLOSES):
        return int(_close(state))
    elif byte == _COMMA:
        if state[_DEPTH] == state[_ON_PATH]:
            state[_WANTS_KEY], state[_IS_PENDING] = 1, 0
        if state[_DEPTH] == state[_LIST_DEPTH]:
            return _ENDS_BEFORE
    return _NOTHING_ENDS


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator, unused-ignore]  # numba ships no types
def _scan(block: Any, names: Any, state: Any, key: Any, cuts: Any) -> int:
    found, path_n = 0, len(names[1])
    for place in range(len(block)):
        byte = block[place]
        if state[_IN_TEXT] == 1:
            _read_text(byte, names, state, key)
            continue
        ends = _NOTHING_ENDS
        if byte in (32, 10, 13, 9):
            if state[_LIST_DEPTH] == 0 and state[_DEPTH] == 0:  # a bare word among values
                ends = _ENDS_BEFORE
        else:
            is_first = state[_START] == _IDLE and state[_DEPTH] == state[_LIST_DEPTH]
            if is_first and byte not in (_COMMA, _LIST_CLOSES):
                state[_START] = place
            ends = _read_mark(byte, path_n, state)
        if ends != _NOTHING_ENDS and state[_START] != _IDLE:
            cuts[found, 0], cuts[found, 1] = state[_START], place + (1 if ends == _ENDS_HERE else 0)
            state[_START] = _IDLE
            found += 1
        if state[_DEPTH] < 0:
            break
    return found


class RecordScanner:
    """Takes a document block by block and gives the text of its records.

    Attributes:
        records_n: Records so far.
    """

    def __init__(self, path: tuple[str, ...] | None) -> None:
        """`path` leads to the list of records, () is a list at the top, and None takes the values at the top."""
        keys = [name.encode() for name in path or ()]
        self._lengths = np.array([len(name) for name in keys], np.int64)
        self._path = np.zeros((max(len(keys), 1), _KEY_BYTES), np.uint8)
        for place, name in enumerate(keys):
            self._path[place, : len(name)] = np.frombuffer(name, np.uint8)
        self._key = np.zeros(_KEY_BYTES, np.uint8)
        self._state = np.zeros(11, np.int64)
        self._state[_LIST_DEPTH], self._state[_START] = (0 if path is None else -1), _IDLE
        self._carried = b""
        self.records_n = 0

    def feed(self, block: bytes) -> list[bytes]:
        """Scan on through the next block; returns the records that end in it."""
        room = block.count(b",") + block.count(b"]") + block.count(b"}") + block.count(b"\n") + block.count(b" ") + 2
        cuts = np.empty((room, 2), np.int64)
        texts: npt.NDArray[np.uint8] = np.frombuffer(block, np.uint8)
        found = _scan(texts, (self._path, self._lengths), self._state, self._key, cuts)
        records = []
        for start, end in cuts[:found].tolist():
            records.append(self._carried + block[:end] if start == _CARRIED else block[start:end])
            self._carried = b""
        if self._state[_START] >= 0:
            self._carried, self._state[_START] = block[int(self._state[_START]) :], _CARRIED
        elif self._state[_START] == _CARRIED:
            self._carried += block
        self.records_n += len(records)
        return records

    @property
    def carried_n(self) -> int:
        """Bytes of the record that is open."""
        return len(self._carried)

    @property
    def is_whole(self) -> bool:
        """Whether every bracket and every text is closed."""
        return int(self._state[_DEPTH]) == 0 and not self._state[_IN_TEXT]

    @property
    def has_list(self) -> bool:
        """Whether the list was there at all; always, where values at the top are the records."""
        return bool(self._state[_LISTS]) or int(self._state[_LIST_DEPTH]) == 0
