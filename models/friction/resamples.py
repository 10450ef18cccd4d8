"""Bootstrap by person: how often each person counts in each resample, and counts of all resamples at once.

A person's weight follows from her hash and the number of the resample alone, so it is the same in every risk set and
whatever the order of the rows, the number of threads or the seed of Python's hashes.
"""

from __future__ import annotations

from math import exp, factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.compiling import inner, lean

Weights = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Integers = NDArray[np.int64]
Shorts = NDArray[np.int32]
Counts = NDArray[np.int32]

_MOST: Final = 12  # more often than that a person is not drawn: once in 10^10
_POISSON: Final = np.cumsum([exp(-1.0) / factorial(times) for times in range(_MOST)])
_STEPS: Final = np.array([round(share * 2**32) for share in _POISSON], dtype=np.uint64)


@inner
def _mixed(value: np.uint64) -> np.uint64:
    """The finishing steps of splitmix64: every bit of the input sways every bit of the output."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@lean
def _fill(person_hash: Hashes, first: int, steps: Hashes, out: Weights) -> None:
    for person in range(out.shape[0]):
        start = _mixed(person_hash[person] + np.uint64(0x9E3779B97F4A7C15))
        for place in range(out.shape[1]):
            drawn = _mixed(start + np.uint64(first + place + 1) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
            # Four comparisons without a branch are faster than a loop that stops where nobody can foresee it.
            times = (drawn >= steps[0]) + (drawn >= steps[1]) + (drawn >= steps[2]) + (drawn >= steps[3])
            while times >= 4 and times < len(steps) and drawn >= steps[times]:
                times += 1
            out[person, place] = times


def person_weights(person_hash: Hashes, resamples_n: int, first: int = 0) -> Weights:
    """How often each person counts in each resample: Poisson with mean 1.

    Args:
        person_hash: a hash of each person's id that does not change between runs.
        resamples_n: how many resamples.
        first: number of the first of them; resample 7 is the same whether asked for alone or among others.

    Returns:
        One row per person, one column per resample.
    """
    out = np.empty((len(person_hash), resamples_n), dtype=np.uint8)
    _fill(np.ascontiguousarray(person_hash, dtype=np.uint64), first, _STEPS, out)
    return out


@lean
def _accumulate(cell: Shorts, person: Integers, weights: Weights, out: Counts) -> None:
    for unit in range(len(cell)):
        if cell[unit] < 0:
            continue
        into, drawn = out[cell[unit]], weights[person[unit]]
        for place in range(len(drawn)):
            into[place] += drawn[place]


def weighted_counts(cell: Integers | Shorts, person: Integers, weights: Weights, cells_n: int) -> Counts:
    """How many units each cell holds in each resample.

    Args:
        cell: cell of each unit, from 0; negative: in none.
        person: row of `weights` of each unit.
        weights: see `person_weights`.
        cells_n: how many cells there are.

    Returns:
        One row per cell, one column per resample; whole numbers, so that the order of units does not show.
    """
    out = np.zeros((cells_n, weights.shape[1]), dtype=np.int32)
    _accumulate(np.asarray(cell, dtype=np.int32), person, weights, out)
    return out
