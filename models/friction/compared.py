"""The risk sets of all signals of a map, held in few bytes: each is made whole when it is judged, and let go after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np

from models.friction.journeys import FOREVER_US, Stays
from models.friction.numbers import wide
from models.friction.parts import Flags, Integers, Numbers, RiskSet, Shorts, Steps
from models.friction.placement import Place


@dataclass(frozen=True)
class Held:
    """Who is compared for one signal, as rows of the stages: what these say is not held for each signal anew.

    Attributes:
        stays: all stages.
        place_in_steps: of each stage, its row in `Steps`.
        row: per unit, its stage in `stays`.
        stratum: see `RiskSet`.
        is_exposed: see `RiskSet`.
        entered_us: per unit, when it enters the comparison; None: when its stage begins.
        months: see `RiskSet`.
        is_entry: see `RiskSet`.
    """

    stays: Stays
    place_in_steps: Shorts
    row: Shorts
    stratum: Shorts
    is_exposed: Flags
    entered_us: Integers | None
    months: float
    is_entry: bool

    def risk_set(self, refused: str | None) -> RiskSet:
        """All that is known of each unit."""
        stays, row = self.stays, self.row
        entered_us = stays.reached_us[row] if self.entered_us is None else self.entered_us
        next_us = stays.next_us[row]
        return RiskSet(
            person=wide(stays.person[row]),
            stratum=wide(self.stratum),
            base=wide(stays.base[row]),
            step=wide(self.place_in_steps[row]),
            is_exposed=self.is_exposed,
            is_lost=stays.is_lost[row],
            fate=wide(stays.fate[row]),
            code=wide(stays.code[row]),
            went_on_s=np.where(next_us < FOREVER_US, (next_us - entered_us) / 1e6, np.nan),
            months=self.months,
            refused=refused,
            is_entry=self.is_entry,
        )


@dataclass(frozen=True)
class Compared:
    """The risk set of one signal, with what it is about.

    Attributes:
        signal: a deviation kind, or the signal's name.
        target: what it is charged to: a code, the letter of an activity off the map, or -1 - block number.
        place: where it is judged, and how it is known there.
        held: who is compared.
        from_us: first entry; None where nobody entered.
        until_us: the freeze.
        note: what else to know, as a sentence; None: nothing.
        refused: why it cannot be judged, as a sentence; None: it can.
    """

    signal: str
    target: int
    place: Place
    held: Held
    from_us: int | None
    until_us: int
    note: str | None
    refused: str | None

    @property
    def units(self) -> RiskSet:
        """Who is compared, made anew at each call: ask once, and let it go."""
        return self.held.risk_set(self.refused)

    @property
    def row(self) -> Shorts:
        """Per unit, its stage in `Stays`."""
        return self.held.row

    @property
    def journey(self) -> Shorts:
        """Per unit, row of its journey in `FrictionInputs.journeys`; made anew at each call."""
        return self.held.stays.journey[self.held.row]

    @property
    def exposed_journeys(self) -> Shorts:
        """The same of the units with the signal alone."""
        return self.held.stays.journey[self.held.row[self.held.is_exposed]]


@dataclass(frozen=True)
class RiskSets:
    """All risk sets of one map, and the stages that they were made of."""

    compared: tuple[Compared, ...]
    stays: Stays
    steps: Steps


class Made(Sequence[RiskSet]):
    """The risk sets of some signals, each made when it is asked for."""

    def __init__(self, compared: Iterable[Compared]) -> None:
        """Of these, in their order."""
        self._compared = tuple(compared)

    def __len__(self) -> int:
        """How many."""
        return len(self._compared)

    @overload
    def __getitem__(self, place: int) -> RiskSet: ...
    @overload
    def __getitem__(self, place: slice) -> Made: ...
    def __getitem__(self, place: int | slice) -> RiskSet | Made:
        """One of them, or some, which are not made yet."""
        return Made(self._compared[place]) if isinstance(place, slice) else self._compared[place].units


@dataclass
class Alike:
    """Rows and strata that were held already: most signals of a place are judged among the same units."""

    rows: dict[tuple[int, ...], list[Shorts]] = field(default_factory=dict)
    strata: dict[tuple[int, ...], list[Shorts]] = field(default_factory=dict)

    def row(self, codes: tuple[int, ...], row: Numbers) -> Shorts:
        """These rows, or the very same ones that another signal of the place has."""
        return _one(self.rows.setdefault(codes, []), row)

    def stratum(self, codes: tuple[int, ...], stratum: Numbers) -> Shorts:
        """These strata, or the very same ones."""
        return _one(self.strata.setdefault(codes, []), stratum)


def _one(known: list[Shorts], numbers: Numbers) -> Shorts:
    for each in known:
        if np.array_equal(each, numbers):
            return each
    known.append(numbers.astype(np.int32))
    return known[-1]
