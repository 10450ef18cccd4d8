"""What customers are asked: which answers count, of which touchpoint, and what a low one is."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from schemas.map_parts import DurationS, Part, Rules, Text, wrong
from schemas.words import ExperienceMeasure

LATEST = "latest"
"""In place of a touchpoint: the one of the flow that the customer was last at."""
_SCALES = {
    ExperienceMeasure.NPS: (0.0, 10.0),
    ExperienceMeasure.CSAT: (1.0, 5.0),
    ExperienceMeasure.CES: (1.0, 7.0),
    ExperienceMeasure.SENTIMENT: (-1.0, 1.0),
}
# Share of the scale up to which an answer is low, and from which it is good. The two best boxes of five or seven are
# satisfied customers; "easy" is the best three of seven (CES 2.0), of five the best two.
_LOW = {ExperienceMeasure.CSAT: 1 / 4, ExperienceMeasure.CES: 1 / 3}
_HIGH = {ExperienceMeasure.CSAT: 3 / 4, ExperienceMeasure.CES: 2 / 3}
_DETRACTOR = 6.0  # by definition of the net promoter score
_NEUTRAL = 0.05  # word lists call a text neutral that is no further than this from 0, on -1 to 1
WITHIN_S = 30 * 86_400
"""Surveys go out days after the last touch, reminders weeks: an answer of the next quarter is of something else."""


def _scale(value: object) -> object:
    ends = value if isinstance(value, (list, tuple)) else ()
    try:
        numbers = tuple(float(end) for end in ends if isinstance(end, (str, int, float)))
    except ValueError:
        numbers = ()
    if len(ends) != 2 or len(numbers) != 2 or not all(map(math.isfinite, numbers)) or numbers[0] == numbers[1]:
        raise wrong("the worst and the best answer such as [1, 5]")
    return numbers


Scale = Annotated[tuple[float, float], BeforeValidator(_scale)]


class Question(Part):
    """One question of a survey, or what else tells how customers feel.

    Attributes:
        measure: What is asked.
        touchpoint: What it is about: a touchpoint, `latest`, or None, the journey as a whole.
        score: Attribute of the answer that has it; None: the measure's name.
        scale: The worst and the best answer; None: what is usual for the measure.
        low: An answer as bad as this, or worse, is low; None: what is usual.
        high: An answer as good as this, or better, counts as good (csat, ces); None: what is usual.
        when: Which events are answers; empty: all that have the attribute.
        asked: Which events ask for an answer; empty: nobody records it.
        within_s: How long after the end of a journey an answer is still of it, seconds.
    """

    measure: ExperienceMeasure
    touchpoint: Text | None = None
    score: Text | None = None
    scale: Scale | None = None
    low: float | None = None
    high: float | None = None
    when: Rules = ()
    asked: Rules = ()
    within_s: DurationS = Field(default=WITHIN_S, alias="within")

    @model_validator(mode="after")
    def _asks_what_its_measure_does(self) -> Question:
        if self.measure is ExperienceMeasure.NPS and self.scale is not None:
            raise wrong("nps without a scale", "it is asked from 0 to 10")
        if self.measure not in _HIGH and self.high is not None:
            raise wrong("high with csat or ces alone")
        return self

    @property
    def attribute(self) -> str:
        """Attribute of the answer that has the score."""
        return self.score or self.measure.value

    @property
    def ends(self) -> tuple[float, float]:
        """The worst and the best answer."""
        return self.scale or _SCALES[self.measure]

    @property
    def low_at(self) -> float:
        """The best of the low answers."""
        if self.low is not None:
            return self.low
        match self.measure:
            case ExperienceMeasure.NPS:
                return _DETRACTOR
            case ExperienceMeasure.SENTIMENT:
                return self._at((1 - _NEUTRAL) / 2)
            case _:
                return self._at(_LOW[self.measure])

    @property
    def high_at(self) -> float | None:
        """The worst of the good answers; None where there are none by definition."""
        share = _HIGH.get(self.measure)
        return self._at(share) if self.high is None and share else self.high

    def _at(self, share: float) -> float:
        worst, best = self.ends
        return round(worst + (best - worst) * share, 9)
