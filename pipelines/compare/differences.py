"""Fill `segment_differences`: each value of each segment against all its other values, in every number of the map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from models.comparable import Effects, Number, Waits
from models.differences import Difference, Group, compare, judge, screened
from models.friction.family import FALSE_DISCOVERY
from models.intervals import Integers
from pipelines.differences import numbers as reading  # by module: it reads waits as this package tells them
from pipelines.differences.people import NO_VALUE, People, read_people
from pipelines.engine import Engine
from pipelines.friction.judge import Judged
from pipelines.study import Study

MOST_VALUES: Final = 50
"""A segment of more values is cut too finely to be compared one by one."""
SCREEN: Final = 0.2
"""A difference with a larger p at a glance is not looked at closely; it counts in the family all the same."""
_REALS: Final = (
    "share", "others_share", "difference", "difference_low", "difference_high", "q_value",
    "adjusted", "adjusted_low", "adjusted_high",
)  # fmt: skip
_COUNTS: Final = ("n", "others_n", "family_n")
SCHEMA: Final = {
    **dict.fromkeys(("segment", "measure", "touchpoint", "signal"), pl.String),
    **dict.fromkeys(_REALS, pl.Float64),
    **dict.fromkeys(_COUNTS, pl.Int64),
    "is_simpson": pl.Boolean,
}


def segment_differences(engine: Engine, study: Study, judged: Judged) -> pl.DataFrame:
    """The rows of `segment_differences`, those that are least likely chance first.

    Args:
        engine: It uses the working tables of the study.
        study: One version of a map.
        judged: Its signals.
    """
    if not study.plan.segments:
        return pl.DataFrame(schema=SCHEMA)
    engine.create("staging/chances")
    people = read_people(engine, study)
    numbers = reading.read_numbers(engine, study, people, judged.subject, judged.compared)
    engine.drop("chances")
    found, groups, strata, others = [], [], [], []
    for split in _splits(people):
        for number in numbers:
            for place, p_value in enumerate(screened(number, split.code, len(split.labels))):
                if p_value > SCREEN and not isinstance(number, Effects):
                    others.append(p_value)
                    continue
                sides = split.sides(place)
                found.append(compare(number, *sides, people.person))
                groups.append(sides)
                strata.append(split.stratum)
    every = judge(found, groups, strata, people.person, np.array(others))
    told = [row_of(each) for each in sorted(filter(_differs, every), key=_order)]
    return pl.DataFrame(told, schema=SCHEMA)


@dataclass(frozen=True)
class _Split:
    """The values of one segment.

    Attributes:
        labels: `name=value`.
        code: Which of them each journey has; -1: none.
        stratum: What is held still beside it.
    """

    labels: tuple[str, ...]
    code: Integers
    stratum: Integers

    def sides(self, place: int) -> tuple[Group, Group]:
        """One value and all others; who has none is in neither."""
        label, is_in = self.labels[place], self.code == place
        return Group(label, is_in), Group(f"not {label}", (self.code >= 0) & ~is_in)


def _splits(people: People) -> Iterator[_Split]:
    """Every segment that is not cut too finely."""
    for name, values in people.segments.items():
        known, code = np.unique(values, return_inverse=True)
        is_value = known != NO_VALUE
        if 2 <= np.count_nonzero(is_value) <= MOST_VALUES:
            places = np.where(is_value, np.cumsum(is_value) - 1, -1)
            labels = tuple(f"{name}={value}" for value in known[is_value])
            yield _Split(labels, places[code].astype(np.int64), people.held_still(but=(name,)))


def _differs(found: Difference) -> bool:
    return found.q_value is not None and found.q_value <= FALSE_DISCOVERY


def _order(found: Difference) -> tuple[object, ...]:
    number: Number = found.number
    return (found.q_value, found.group, number.measure, number.touchpoint or "", number.signal or "")


def row_of(found: Difference) -> dict[str, object]:
    """A difference as columns; null where it is refused."""
    number, still = found.number, found.adjusted
    row: dict[str, object] = {
        "segment": found.group,
        "measure": number.measure,
        "touchpoint": number.touchpoint,
        "signal": number.signal,
        "n": found.n,
        "others_n": found.others_n,
        "q_value": _shown(found.q_value),
        "family_n": found.family_n,
        "is_simpson": found.is_simpson,
    }
    if found.found is not None and found.one is not None and found.others is not None:
        row |= {"share": _shown(found.one.value), "others_share": _shown(found.others.value)}
        row |= {"difference": _shown(found.found.difference)}
        row |= {"difference_low": _shown(found.found.low), "difference_high": _shown(found.found.high)}
    if still is not None and not isinstance(number, Waits):  # that one is in shares, not in seconds
        row |= {"adjusted": _shown(still.difference)}
        row |= {"adjusted_low": _shown(still.low), "adjusted_high": _shown(still.high)}
    return row


def _shown(number: float | None) -> float | None:
    """Rounded to where the order of summation no longer shows, so that equal input gives equal bytes."""
    return None if number is None else round(float(number), 9)
