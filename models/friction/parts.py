"""What goes into the estimates and what comes out: risk sets, the stages of journeys, and one array per number."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from schemas.words import FrictionVerdict

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.signedinteger]
"""Whole numbers in as few bytes as they need: stages are many, and are held until everything is judged."""
Shorts = NDArray[np.int32]

CONVERTED = -1
LOST = -2


@dataclass(frozen=True)
class RiskSet:
    """Those who came to a place and could be lost there, some with a signal; arrays have one entry per unit.

    A unit is a journey in one stage or, for signals known within a stay, in one span of one.

    Attributes:
        person: index into the persons that all risk sets share.
        stratum: from 0: segments, calendar, touchpoint and span, all that is held still in the comparison.
        base: from 0: the segments alone, numbered alike in all risk sets (for what becomes of them later).
        step: row of its stage in `Steps`; every unit of one stage has the same.
        is_exposed: the signal was known when the unit entered.
        is_lost: abandoned or exited in this stage.
        fate: 1 converted within the horizon, 0 did not, -1 entered too late to be followed for so long (whether it
            converted already or not: counting only the quick ones would flatter).
        code: touchpoint of the stage.
        went_on_s: seconds from entry to the next touchpoint of the flow or the goal; NaN: did not go on, or not told.
        months: length of the window in months of 30.44 days, from the first entry to the freeze.
        refused: why this risk set cannot be judged, as a sentence; None: it can.
        is_entry: exposure was known when the stage began, not only within it.
    """

    person: Integers
    stratum: Integers
    base: Integers
    step: Integers
    is_exposed: Flags
    is_lost: Flags
    fate: Integers
    code: Integers
    went_on_s: Floats
    months: float
    refused: str | None = None
    is_entry: bool = False

    def within(self, stratum: Integers) -> RiskSet:
        """The same units, compared within other strata."""
        return replace(self, stratum=stratum)


@dataclass(frozen=True)
class Steps:
    """Every stage of every journey that can be followed: one entry each.

    Attributes:
        base: the segments, as in `RiskSet.base`.
        code: touchpoint of the stage.
        next_code: touchpoint reached next, `CONVERTED` (-1) or `LOST` (-2).
        is_start: the journey's first stage.
    """

    base: Numbers
    code: Numbers
    next_code: Numbers
    is_start: Flags


@dataclass(frozen=True)
class Estimates:
    """One entry per risk set in the order given, named as the columns of `frictions`; NaN where refused.

    Attributes not named there:
        others_effective_n: independent journeys that the unexposed are worth.
        confounding_needed_low: E-value of the end of the interval that is nearer to no effect.
        refused: why no number is given; None: one is.
        beside: places of the risk sets whose signals were held still, since they go with it and stand on their own.
        explained_by: place of the one of these of which it is only a shadow; -1: it is none.
        lost_resamples: lost a month, by risk set and resample.
        lost_draws: the same around `lost_shrunk`, as the ranking sees it.
    """

    reached_n: Integers
    exposed_n: Integers
    effective_n: Floats
    others_effective_n: Floats
    effect: Floats
    effect_low: Floats
    effect_high: Floats
    effect_pooled: Floats
    effect_shrunk: Floats
    lost_per_month: Floats
    lost_low: Floats
    lost_high: Floats
    lost_shrunk: Floats
    value: Floats
    value_low: Floats
    value_high: Floats
    p_value: Floats
    q_value: Floats
    family_n: int
    top3_probability: Floats
    verdict: tuple[FrictionVerdict, ...]
    refused: tuple[str | None, ...]
    beside: tuple[tuple[int, ...], ...]
    explained_by: Integers
    is_sign_flip: Flags
    confounding_needed: Floats
    confounding_needed_low: Floats
    delay_per_month_s: Floats
    lost_resamples: Floats
    lost_draws: Floats
