"""Small whole numbers, sorted out by counting: what numpy finds by sorting or hashing, in one pass."""

from __future__ import annotations

import numpy as np

from models.friction.parts import Flags, Integers, Numbers

_MOST_GAPS = 8
"""So many times more numbers than entries are counted; beyond, sorting is quicker."""


def wide(numbers: Numbers) -> Integers:
    """The same in eight bytes each: products of small ones would run over, and a kernel takes one kind."""
    return numbers.astype(np.int64)


def mask(numbers: Numbers, size: int) -> Flags:
    """Of the numbers from 0 to `size`, which occur."""
    found = np.zeros(size, dtype=np.bool_)
    found[numbers] = True
    return found


def distinct(numbers: Numbers) -> Integers:
    """The numbers that occur, ascending; none is below 0."""
    return np.flatnonzero(np.bincount(numbers)).astype(np.int64)


def dense(numbers: Numbers) -> tuple[int, Integers]:
    """How many distinct numbers there are, and the place of each entry among them; none is below 0."""
    if int(numbers.max(initial=0)) > _MOST_GAPS * numbers.size:
        names, place = np.unique(numbers, return_inverse=True)
        return int(names.size), np.asarray(place, dtype=np.int64)
    place = np.cumsum(np.bincount(numbers) > 0) - 1
    return int(place[-1]) + 1 if place.size else 0, np.asarray(place[numbers], dtype=np.int64)


def firsts(rising: Numbers) -> Integers:
    """Where each distinct number is met first, of numbers that never fall."""
    if rising.size == 0:
        return np.zeros(0, dtype=np.int64)
    return np.append(0, np.flatnonzero(np.diff(rising)) + 1).astype(np.int64)
