"""How two groups of journeys of one map differ, number by number, with false discoveries held down over all of them.

A number is what one row per journey (or wait, or answer) says; a group is a choice of journeys, such as those of one
region, or those that began in May. Nothing is told of a group that is worth fewer than thirty independent journeys.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from models.contrasts import (
    Contrast,
    Estimate,
    contrast,
    held_still,
    incidence_of,
    mean_of,
    p_of_shares,
    quantile_of,
    served_by,
    share_of,
    stratified_effect,
)
from models.friction.family import FALSE_DISCOVERY, adjusted
from models.intervals import Floats, Integers
from models.patience import DAY_US, LEAST_N

Flags = npt.NDArray[np.bool_]
BEYOND_CHANCE = 0.10  # two-sided p below which an adjusted difference has a sign


@dataclass(frozen=True)
class Number(ABC):
    """A number that can be compared.

    Attributes:
        measure: conversion, drop_off, exit, wait_p50, promise_kept, deviation, effect or experience.
        touchpoint: Touchpoint, block or activity; None: the journey.
        signal: What deviates or has the effect, or the measure of the experience.
        journey: Row of the journey, one per row of the number.
        refused: Why nobody can say this number; None: it can be said.
    """

    measure: str
    touchpoint: str | None
    signal: str | None
    journey: Integers
    refused: str | None = field(default=None, kw_only=True)

    @abstractmethod
    def estimate(self, rows: Integers, person: Integers) -> Estimate | None:
        """The number over some rows, one person each; None where it has no value."""

    @abstractmethod
    def values(self) -> tuple[Floats, Flags]:
        """What a row adds to the plain mean, and which rows count there: for strata."""

    def contrast(self, one: Estimate, other: Estimate, rows: tuple[Integers, Integers], person: Integers) -> Contrast:
        """One group's number minus the other's."""
        del rows, person
        return contrast(one, other, p_of_shares(one, other))

    def shortage(self, rows: Integers) -> str | None:
        """Why a group cannot be judged; None: it can."""
        del rows
        return None


@dataclass(frozen=True)
class Shares(Number):
    """The share of journeys that do something."""

    is_hit: Flags

    def estimate(self, rows: Integers, person: Integers) -> Estimate | None:
        """See `Number`."""
        return share_of(self.is_hit[rows], person) if rows.size else None

    def values(self) -> tuple[Floats, Flags]:
        """See `Number`."""
        return self.is_hit.astype(float), np.ones(self.journey.size, bool)


@dataclass(frozen=True)
class Means(Number):
    """The mean of a number, such as a score."""

    value: Floats

    def estimate(self, rows: Integers, person: Integers) -> Estimate | None:
        """See `Number`."""
        return mean_of(self.value[rows], person) if rows.size else None

    def values(self) -> tuple[Floats, Flags]:
        """See `Number`."""
        return self.value, np.ones(self.journey.size, bool)

    def contrast(self, one: Estimate, other: Estimate, rows: tuple[Integers, Integers], person: Integers) -> Contrast:
        """See `Number`."""
        return contrast(one, other)


@dataclass(frozen=True)
class Incidences(Number):
    """The share that ends in one way within the horizon, those still open counted as such (Aalen-Johansen).

    Attributes:
        until_us: From reaching the place to the end, or to the freeze.
        cause: 0 open at the freeze; then the competing ends.
        wanted: The end asked for.
        horizon_us: The horizon.
        followed_us: From reaching the place to the freeze.
        is_whole: A group must be followed for the whole horizon.
    """

    until_us: Integers
    cause: Integers
    wanted: int
    horizon_us: int
    followed_us: Integers
    is_whole: bool = True

    def estimate(self, rows: Integers, person: Integers) -> Estimate | None:
        """See `Number`."""
        if rows.size == 0:
            return None
        return incidence_of(self.until_us[rows], self.cause[rows], self.wanted, self.horizon_us, person)[0]

    def values(self) -> tuple[Floats, Flags]:
        """See `Number`. Of journeys that can be followed for the whole horizon."""
        is_in = self.until_us <= self.horizon_us
        return ((self.cause == self.wanted) & is_in).astype(float), self.followed_us >= self.horizon_us

    def shortage(self, rows: Integers) -> str | None:
        """See `Number`."""
        longest_us = int(self.followed_us[rows].max()) if rows.size else 0
        if not self.is_whole or longest_us >= self.horizon_us:
            return None
        return f"followed too briefly ({longest_us / DAY_US:.1f} d < {self.horizon_us / DAY_US:.1f} d)"


@dataclass(frozen=True)
class Waits(Number):
    """How long half of those who go on wait at most, those still waiting counted as such; seconds.

    Attributes:
        wait_us: From being ready to the end, or to the snapshot.
        end: 0 still waits, 1 served, 2 left.
    """

    wait_us: Integers
    end: Integers

    def estimate(self, rows: Integers, person: Integers) -> Estimate | None:
        """See `Number`."""
        return quantile_of(0.5, self.wait_us[rows], self.end[rows], person) if rows.size else None

    def values(self) -> tuple[Floats, Flags]:
        """See `Number`. Of those who were served: seconds."""
        return self.wait_us / 1e6, self.end == 1

    def contrast(self, one: Estimate, other: Estimate, rows: tuple[Integers, Integers], person: Integers) -> Contrast:
        """See `Number`. Tested by who is served by the median of all."""
        every = np.concatenate(rows)
        middle = quantile_of(0.5, self.wait_us[every], self.end[every], person[every])
        if middle is None:
            return contrast(one, other)
        at = round(middle.value * 1e6)
        by_then = [served_by(at, self.wait_us[side], self.end[side], person[side]) for side in rows]
        return contrast(one, other, p_of_shares(*by_then))


@dataclass(frozen=True)
class Effects(Number):
    """What a signal costs: lost with it minus lost without it, within strata.

    Attributes:
        stratum: Whole number from 0.
        is_exposed: With the signal.
        is_lost: Lost there.
    """

    stratum: Integers
    is_exposed: Flags
    is_lost: Flags

    def estimate(self, rows: Integers, person: Integers) -> Estimate | None:
        """See `Number`."""
        return stratified_effect(self.is_lost[rows], self.is_exposed[rows], self.stratum[rows], person)

    def values(self) -> tuple[Floats, Flags]:
        """See `Number`: it is within strata already."""
        return np.zeros(self.journey.size), np.zeros(self.journey.size, bool)

    def contrast(self, one: Estimate, other: Estimate, rows: tuple[Integers, Integers], person: Integers) -> Contrast:
        """See `Number`."""
        return contrast(one, other)


@dataclass(frozen=True)
class Group:
    """Some journeys.

    Attributes:
        name: As people know them, such as `region=Oslo`.
        is_in: One per journey.
    """

    name: str
    is_in: Flags


@dataclass(frozen=True)
class Difference:
    """One number of two groups.

    Attributes:
        number: The number.
        group: Name of the one group.
        other: Name of the other.
        n: Rows (journeys, waits, answers) of the one group.
        others_n: Rows of the other.
        one: The one group's estimate; None: refused.
        others: The other one's.
        found: The difference; None: refused.
        q_value: Adjusted over the family; None: refused.
        family_n: Differences tested together.
        adjusted: The difference with the strata held still; None: not asked for, or no stratum has both groups.
        is_simpson: Its sign turns when they are.
        refused: Why there is no difference to tell.
    """

    number: Number
    group: str
    other: str
    n: int
    others_n: int
    one: Estimate | None = None
    others: Estimate | None = None
    found: Contrast | None = None
    q_value: float | None = None
    family_n: int = 0
    adjusted: Contrast | None = None
    is_simpson: bool = False
    refused: str | None = None


def compare(number: Number, one: Group, other: Group, person: Integers) -> Difference:
    """One number of two groups, not yet adjusted for how many are compared.

    Args:
        number: The number.
        one: The one group.
        other: The other; nobody is in both.
        person: Whole number of each journey's person, from 0.
    """
    sides = [np.flatnonzero(group.is_in[number.journey]) for group in (one, other)]
    plain = Difference(number, one.name, other.name, sides[0].size, sides[1].size)
    who = person[number.journey]
    estimates: list[Estimate] = []
    for group, rows in zip((one, other), sides, strict=True):
        found, refused = _estimate(number, rows, who)
        if found is None:
            return replace(plain, refused=number.refused or f"{group.name}: {refused}")
        estimates.append(found)
    found_here = number.contrast(estimates[0], estimates[1], (sides[0], sides[1]), who)
    return replace(plain, one=estimates[0], others=estimates[1], found=found_here)


def _estimate(number: Number, rows: Integers, who: Integers) -> tuple[Estimate | None, str | None]:
    """A group's number, or why it has none."""
    if number.refused is not None:
        return None, number.refused
    too_few = f"too few journeys (worth fewer than {LEAST_N})"  # how many they are, `minimum_cell` may hide
    if rows.size < LEAST_N:
        return None, too_few
    short = number.shortage(rows)
    if short is not None:
        return None, short
    found = number.estimate(rows, who[rows]) if _people_n(who[rows]) >= LEAST_N else None
    return (found, None) if found is not None and found.worth >= LEAST_N else (None, too_few)


def _people_n(person: Integers) -> int:
    return int(np.count_nonzero(np.bincount(person)))


def judge(
    differences: Iterable[Difference],
    groups: Sequence[tuple[Group, Group]],
    strata: Sequence[Integers],
    person: Integers,
) -> list[Difference]:
    """The differences with their q-values over all of them together, and what is left of each within strata.

    Args:
        differences: As `compare` gives them.
        groups: For each difference the two groups.
        strata: For each difference the whole number of each journey's stratum: what is held still.
        person: Whole number of each journey's person, from 0.
    """
    every = list(differences)
    p_values = np.array([np.nan if each.found is None else each.found.p_value for each in every])
    q_values = adjusted(p_values)
    family_n = int(np.count_nonzero(~np.isnan(p_values)))
    judged = []
    for each, sides, stratum, q_value in zip(every, groups, strata, q_values, strict=True):
        known = replace(each, family_n=family_n, q_value=None if np.isnan(q_value) else float(q_value))
        judged.append(known if known.found is None else _within(known, sides, stratum, person))
    return judged


def _within(found: Difference, sides: tuple[Group, Group], stratum: Integers, person: Integers) -> Difference:
    """A difference with what is left of it within strata."""
    number = found.number
    values, counts = number.values()
    is_one, is_other = (group.is_in[number.journey] for group in sides)
    rows = np.flatnonzero((is_one | is_other) & counts)
    if rows.size == 0:
        return found
    journey = number.journey[rows]
    still = held_still(values[rows], is_one[rows], stratum[journey], person[journey])
    return replace(found, adjusted=still, is_simpson=still is not None and _turns(found, still))


def _turns(found: Difference, still: Contrast) -> bool:
    """Whether a difference that is no chance points the other way within strata, and not by chance there either."""
    if found.found is None or found.q_value is None or found.q_value > FALSE_DISCOVERY:
        return False
    is_opposite = found.found.difference * still.difference < 0
    return is_opposite and still.p_value <= BEYOND_CHANCE


def strata_of(columns: Sequence[npt.NDArray[np.generic]], journeys_n: int) -> Integers:
    """One whole number per journey for the joint values of some columns; one stratum where there are none."""
    stratum = np.zeros(journeys_n, np.int64)
    for column in columns:
        _, code = np.unique(column, return_inverse=True)
        _, stratum = np.unique(stratum * (int(code.max(initial=0)) + 1) + code, return_inverse=True)
    return stratum.astype(np.int64)
