"""Which differences are not shown at the edges: those that tell how few people did something."""

from __future__ import annotations

import numpy as np

from models.comparable import Effects, Flags, Incidences, Number, Shares
from models.differences import Difference, Group
from pipelines.privacy.cover import Cover

_SAME = {"drop_off": "silent", "exit": "say_no"}
"""Measures that are numbers of `touchpoint_outcomes` too, and what they are called there."""


def is_covered(found: Difference, sides: tuple[Group, Group], cover: Cover, journey: str) -> bool:
    """Whether one of the two shares stands for a few people, or would give away a number that does.

    Args:
        found: The difference.
        sides: Its two groups.
        cover: What is hidden of the snapshot.
        journey: Name of the map.
    """
    if cover.minimum <= 1:
        return False
    number = found.number
    if any(_is_hidden(number, side.name, cover, journey) for side in sides):
        return True
    return any(0 < n < cover.minimum for side in sides for n in _cells(number, side))


def _is_hidden(number: Number, segment: str, cover: Cover, journey: str) -> bool:
    known = _SAME.get(number.measure)
    return known is not None and (journey, known, number.touchpoint, segment) in cover.hidden


def _cells(number: Number, side: Group) -> list[int]:
    """How many of a group do it, and how many do not; for an effect, with the signal and without."""
    is_in = side.is_in[number.journey]
    match number:
        case Shares():
            return _both(number.is_hit[is_in])
        case Incidences():
            hits = (number.cause == number.wanted) & (number.until_us <= number.horizon_us)
            return _both(hits[is_in])
        case Effects():
            parts = (is_in & number.is_exposed, is_in & ~number.is_exposed)
            return [n for part in parts for n in _both(number.is_lost[part])]
        case _:
            return []


def _both(is_hit: Flags) -> list[int]:
    hits = int(np.count_nonzero(is_hit))
    return [hits, int(is_hit.size) - hits]
