"""Durations as people write them in maps and settings: `90s`, `30m`, `2h`, `21d`, `2w`."""

from __future__ import annotations

import re

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
LONGEST_S = 36_525 * SECONDS["d"]  # a century: beyond it a timestamp plus a duration may leave the calendar
WANTED = "a duration such as 30m, 2h, 21d or 2w"

_SHAPE = re.compile(r"(\d{1,12})\s*([smhdw])", re.ASCII)


def seconds(text: str) -> int:
    """Seconds of a duration: a whole number and one unit (s, m, h, d, w).

    Raises:
        ValueError: the text is no duration, is zero, or is longer than a century.
    """
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        raise ValueError(WANTED)
    length = int(shape[1]) * SECONDS[shape[2]]
    if not 0 < length <= LONGEST_S:
        raise ValueError(f"{WANTED}, more than nothing and at most a century")
    return length


def duration(length_s: int) -> str:
    """A length in seconds as the shortest duration that says it exactly: 7200 is `2h`."""
    unit = next(unit for unit in ("w", "d", "h", "m", "s") if length_s % SECONDS[unit] == 0)
    return f"{length_s // SECONDS[unit]}{unit}"
