"""Numbers that can be compared between groups of journeys: shares, means, incidences, waits and effects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.contrasts import (
    Contrast,
    Estimate,
    contrast,
    incidence_of,
    mean_of,
    median_us,
    p_of_shares,
    quantile_of,
    served_by,
    share_of,
    stratified_effect,
)
from models.intervals import Floats, Integers, Numbers
from models.patience import DAY_US

Flags = npt.NDArray[np.bool_]


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
    journey: Numbers
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
        """See `Number`. Longer than the median of all, of those of whom that is known."""
        middle_us = median_us(self.wait_us, self.end) or 0
        is_longer = self.wait_us > middle_us
        return is_longer.astype(float), (self.end == 1) | is_longer

    def contrast(self, one: Estimate, other: Estimate, rows: tuple[Integers, Integers], person: Integers) -> Contrast:
        """See `Number`. Tested by who is served by the median of all."""
        every = np.concatenate(rows)
        at_us = median_us(self.wait_us[every], self.end[every])
        if at_us is None:
            return contrast(one, other)
        by_then = [served_by(at_us, self.wait_us[side], self.end[side], person[side]) for side in rows]
        return contrast(one, other, p_of_shares(*by_then))


@dataclass(frozen=True)
class Effects(Number):
    """What a signal costs: lost with it minus lost without it, within strata.

    Attributes:
        stratum: Whole number from 0, in few bytes: those of all signals are held at once.
        is_exposed: With the signal.
        is_lost: Lost there.
    """

    stratum: Numbers
    is_exposed: Flags
    is_lost: Flags

    def estimate(self, rows: Integers, person: Integers) -> Estimate | None:
        """See `Number`."""
        return stratified_effect(self.is_lost[rows], self.is_exposed[rows], self.stratum[rows].astype(np.int64), person)

    def values(self) -> tuple[Floats, Flags]:
        """See `Number`: it is within strata already."""
        return np.zeros(self.journey.size), np.zeros(self.journey.size, bool)

    def contrast(self, one: Estimate, other: Estimate, rows: tuple[Integers, Integers], person: Integers) -> Contrast:
        """See `Number`."""
        return contrast(one, other)
