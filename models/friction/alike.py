"""What risk sets of the same units have in common: it is held once, as all are kept until everything is judged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.friction.journeys import FOREVER_US, Stays
from models.friction.parts import Flags, Floats, Integers


@dataclass(frozen=True)
class Alike:
    """One entry per unit, as `RiskSet` and `Compared` have them; all that does not ask who is exposed."""

    row: Integers
    journey: Integers
    person: Integers
    base: Integers
    step: Integers
    is_lost: Flags
    fate: Integers
    code: Integers
    went_on_s: Floats
    strata: list[Integers] = field(default_factory=list)

    @classmethod
    def of(cls, row: Integers, entered_us: Integers, stays: Stays, place_in_steps: Integers) -> Alike:
        """What is known of units.

        Args:
            row: Their stages in `stays`.
            entered_us: When they enter the comparison.
            stays: All stages.
            place_in_steps: Per stage its row in `Steps`.
        """
        went_on_s = np.where(stays.next_us[row] < FOREVER_US, (stays.next_us[row] - entered_us) / 1e6, np.nan)
        return cls(
            row=row,
            journey=stays.journey[row],
            person=stays.person[row],
            base=stays.base[row],
            step=place_in_steps[row],
            is_lost=stays.is_lost[row],
            fate=stays.fate[row],
            code=stays.code[row],
            went_on_s=went_on_s,
        )

    def one(self, stratum: Integers) -> Integers:
        """These strata, or the very same ones that another risk set has already."""
        for each in self.strata:
            if np.array_equal(each, stratum):
                return each
        self.strata.append(stratum)
        return stratum
