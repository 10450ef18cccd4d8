"""How two groups of journeys of one map differ, number by number, with false discoveries held down over all of them.

A number is what one row per journey (or wait, or answer) says; a group is a choice of journeys, such as those of one
region, or those that began in May. Nothing is told of a group that is worth fewer than thirty independent journeys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt

from models.comparable import Flags, Number
from models.contrasts import Contrast, Estimate, held_still, two_sided
from models.friction.family import FALSE_DISCOVERY, adjusted
from models.intervals import Floats, Integers
from models.patience import LEAST_N

BEYOND_CHANCE = 0.10  # two-sided p below which an adjusted difference has a sign


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
    others: Floats | None = None,
) -> list[Difference]:
    """The differences with their q-values over all of them together, and what is left of each within strata.

    Args:
        differences: As `compare` gives them.
        groups: For each difference the two groups.
        strata: For each difference the whole number of each journey's stratum: what is held still.
        person: Whole number of each journey's person, from 0.
        others: p-values of what was compared too, and is not worth telling (see `screened`).
    """
    every = list(differences)
    found = np.array([np.nan if each.found is None else each.found.p_value for each in every])
    p_values = np.append(found, [] if others is None else others)
    q_values = adjusted(p_values)
    family_n = int(np.count_nonzero(~np.isnan(p_values)))
    judged = []
    for each, sides, stratum, q_value in zip(every, groups, strata, q_values[: len(every)], strict=True):
        known = replace(each, family_n=family_n, q_value=None if np.isnan(q_value) else float(q_value))
        judged.append(known if known.found is None else _within(known, sides, stratum, person))
    return judged


def screened(number: Number, code: Integers, values_n: int) -> Floats:
    """p-values of each value of a segment against its others, at a glance: to be trusted where they are large.

    Args:
        number: The number.
        code: Value of each journey, from 0; -1: none, which is no value.
        values_n: How many values there are.

    Returns:
        One per value; NaN where either side has fewer than thirty rows.
    """
    values, counts = number.values()
    of_row = code[number.journey]
    is_in = counts & (of_row >= 0)
    value, of_row = values[is_in], of_row[is_in]
    n = np.bincount(of_row, minlength=values_n).astype(float)
    total = np.bincount(of_row, value, values_n)
    squares = np.bincount(of_row, np.square(value), values_n)
    others_n, rest = n.sum() - n, total.sum() - total
    p_values = np.full(values_n, np.nan)
    for place in np.flatnonzero((n >= LEAST_N) & (others_n >= LEAST_N)):
        variance = (squares.sum() / n.sum() - (total.sum() / n.sum()) ** 2) * (1 / n[place] + 1 / others_n[place])
        difference = total[place] / n[place] - rest[place] / others_n[place]
        p_values[place] = two_sided(difference / sqrt(variance)) if variance > 0 else 1.0
    return p_values


def _within(found: Difference, sides: tuple[Group, Group], stratum: Integers, person: Integers) -> Difference:
    """A difference with what is left of it within strata."""
    number = found.number
    values, counts = number.values()
    is_one, is_other = (group.is_in[number.journey] for group in sides)
    rows = np.flatnonzero((is_one | is_other) & counts)
    if rows.size == 0:
        return found
    of_row = stratum[number.journey]
    has_both = np.bincount(of_row[rows], is_one[rows]) * np.bincount(of_row[rows], is_other[rows]) > 0
    rows = rows[has_both[of_row[rows]]]
    who = person[number.journey[rows]]
    still = held_still(values[rows], is_one[rows], of_row[rows], who)
    plain = held_still(values[rows], is_one[rows], of_row[rows] * 0, who)
    is_simpson = still is not None and plain is not None and _turns(found, plain, still)
    return replace(found, adjusted=still, is_simpson=is_simpson)


def _turns(found: Difference, plain: Contrast, still: Contrast) -> bool:
    """Whether a difference that is no chance points the other way within strata, and not by chance there either.

    Of the same journeys: those in no stratum with both groups, or not followed, must not make it turn.
    """
    if found.found is None or found.q_value is None or found.q_value > FALSE_DISCOVERY:
        return False
    is_opposite = plain.difference * still.difference < 0
    return is_opposite and still.p_value <= BEYOND_CHANCE


def strata_of(columns: Sequence[npt.NDArray[np.generic]], journeys_n: int) -> Integers:
    """One whole number per journey for the joint values of some columns; one stratum where there are none."""
    stratum = np.zeros(journeys_n, np.int64)
    for column in columns:
        _, code = np.unique(column, return_inverse=True)
        _, stratum = np.unique(stratum * (int(code.max(initial=0)) + 1) + code, return_inverse=True)
    return stratum.astype(np.int64)
