"""The risk sets of all signals of a map, held in few bytes: each is made whole when it is judged, and let go after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Final, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from models.friction.journeys import FOREVER_US, Stays
from models.friction.numbers import wide
from models.friction.parts import Flags, Floats, Integers, Numbers, RiskSet, Shorts, Steps
from models.friction.placement import Place

_Kind = TypeVar("_Kind", bound=np.signedinteger)


@dataclass(frozen=True)
class Held:
    """Who is compared for one signal, as rows of the stages: what these say is not held for each signal anew.

    Attributes:
        stays: all stages.
        place_in_steps: of each stage, its row in `Steps`.
        row: per unit, its stage in `stays`.
        stratum: see `RiskSet`.
        exposed_bits: `RiskSet.is_exposed`, eight units to a byte.
        entered_us: per unit, when it enters the comparison; None: when its stage begins.
        months: see `RiskSet`.
        is_entry: see `RiskSet`.
    """

    stays: Stays
    place_in_steps: Shorts
    row: Shorts
    stratum: Numbers
    exposed_bits: NDArray[np.uint8]
    entered_us: Integers | None
    months: float
    is_entry: bool

    @property
    def is_exposed(self) -> Flags:
        """See `RiskSet`; made anew at each call."""
        return np.unpackbits(self.exposed_bits, count=self.row.size).view(np.bool_)


def _went_on_s(held: Held) -> Floats:
    stays, row = held.stays, held.row
    entered_us = stays.reached_us[row] if held.entered_us is None else held.entered_us
    next_us = stays.next_us[row]
    return np.where(next_us < FOREVER_US, (next_us - entered_us) / 1e6, np.nan)


_MADE_OF: Final[Mapping[str, Callable[[Held], Integers | Floats | Flags]]] = {
    "person": lambda held: wide(held.stays.person(held.row)),
    "stratum": lambda held: wide(held.stratum),
    "base": lambda held: wide(held.stays.base(held.row)),
    "step": lambda held: wide(held.place_in_steps[held.row]),
    "is_exposed": lambda held: held.is_exposed,
    "is_lost": lambda held: held.stays.is_lost[held.row],
    "fate": lambda held: wide(held.stays.fate[held.row]),
    "code": lambda held: wide(held.stays.code[held.row]),
    "went_on_s": _went_on_s,
}
"""The arrays of a risk set, of what is held of it."""


class OnDemand(RiskSet):
    """A risk set of which each array is made when it is asked for: hardly anybody needs all of them."""

    held: Held

    def __init__(self, held: Held, refused: str | None, known: Mapping[str, Integers] = MappingProxyType({})) -> None:
        """Of these units.

        Args:
            held: The units.
            refused: See `RiskSet`.
            known: Arrays that are there already, by name.
        """
        own = {"held": held, "refused": refused, "months": held.months, "is_entry": held.is_entry}
        vars(self).update({**own, **known})

    def within(self, stratum: Integers) -> RiskSet:
        """The same units, compared within other strata."""
        known = {name: part for name, part in vars(self).items() if isinstance(part, np.ndarray)}
        return OnDemand(self.held, self.refused, {**known, "stratum": stratum})

    def __getattr__(self, name: str) -> Integers | Floats | Flags:
        """An array that is not there yet."""
        if name not in _MADE_OF:
            raise AttributeError(name)
        vars(self)[name] = made = _MADE_OF[name](self.held)
        return made

    def whole(self) -> RiskSet:
        """With every array made."""
        return RiskSet(**{each.name: getattr(self, each.name) for each in fields(RiskSet)})


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
        return OnDemand(self.held, self.refused).whole()

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
        """One of them, or some."""
        if isinstance(place, slice):
            return Made(self._compared[place])
        return OnDemand(self._compared[place].held, self._compared[place].refused)


@dataclass
class Alike:
    """Rows and strata that were held already: most signals of a place are judged among the same units."""

    rows: dict[tuple[int, ...], list[Shorts]] = field(default_factory=dict)
    strata: dict[tuple[int, ...], list[Numbers]] = field(default_factory=dict)

    def row(self, codes: tuple[int, ...], row: Numbers) -> Shorts:
        """These rows, or the very same ones that another signal of the place has."""
        return _one(self.rows.setdefault(codes, []), row, np.int32)

    def stratum(self, codes: tuple[int, ...], stratum: Numbers) -> Numbers:
        """These strata, or the very same ones, in as few bytes as the last of them needs."""
        small = np.int16 if stratum.max(initial=0) <= np.iinfo(np.int16).max else np.int32
        return _one(self.strata.setdefault(codes, []), stratum, small)


def _one(known: list[NDArray[_Kind]], numbers: Numbers, kind: type[_Kind]) -> NDArray[_Kind]:
    for each in known:
        if np.array_equal(each, numbers):
            return each
    known.append(numbers.astype(kind))
    return known[-1]
