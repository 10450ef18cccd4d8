"""The journeys that are split into groups: whose they are, when they began, and the values of their segments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models.differences import strata_of
from models.intervals import Integers
from pipelines.engine import Engine
from pipelines.study import FOREVER_US, Study

Texts = npt.NDArray[np.str_]
CALENDAR_SPANS = 4
"""Equal spans of time that are held still beside the segments, as for the effects."""
_STATUS = {"converted": 1, "exited": 2, "abandoned": 3, "in_flight": 4}
NO_VALUE = ""


@dataclass(frozen=True)
class People:
    """Journeys of one map by their key; arrays have one entry per journey.

    Attributes:
        key: Rising.
        person: Whole number of the person, from 0.
        entered_us: When it began.
        status: 1 converted, 2 exited, 3 abandoned, 4 in flight.
        end_us: When it ended; for ever where it is in flight.
        stands_at: Code of the touchpoint where it stands.
        segments: Name to value; "": it has none.
    """

    key: Integers
    person: Integers
    entered_us: Integers
    status: Integers
    end_us: Integers
    stands_at: Integers
    segments: Mapping[str, Texts]

    @property
    def n(self) -> int:
        """How many journeys there are."""
        return self.key.size

    def rows(self, journey_key: pl.Series) -> Integers:
        """The rows of some journeys, all of which are known."""
        return np.searchsorted(self.key, journey_key.to_numpy()).astype(np.int64)

    def held_still(self, but: Collection[str] = (), is_calendar: bool = True) -> Integers:
        """Each journey's stratum: the segments but some, and the calendar.

        Args:
            but: The segments that are compared.
            is_calendar: Whether to hold the calendar still too: not where periods are compared.
        """
        columns: list[npt.NDArray[np.generic]] = [value for name, value in self.segments.items() if name not in but]
        if is_calendar and self.n:
            first, last = int(self.entered_us.min()), int(self.entered_us.max())
            columns.append((self.entered_us - first) * CALENDAR_SPANS // (last - first + 1))
        return strata_of(columns, self.n)


def read_people(engine: Engine, study: Study) -> People:
    """The journeys of the working tables that the engine uses."""
    rows = engine.frame(
        "SELECT journey_key, entity_id, entered_us, status, ended_us, stands_at FROM journey_states ORDER BY 1"
    )
    values = engine.frame("SELECT journey_key, name, value FROM all_segment_values WHERE value IS NOT NULL")
    segments = {}
    for name in study.plan.segments:
        given = rows.select("journey_key").join(
            values.filter(pl.col("name") == name), on="journey_key", how="left", maintain_order="left"
        )
        segments[name] = given["value"].fill_null(NO_VALUE).to_numpy().astype(np.str_)
    return People(
        key=rows["journey_key"].to_numpy(),
        person=rows["entity_id"].rank("dense").cast(pl.Int64).to_numpy() - 1,
        entered_us=rows["entered_us"].to_numpy(),
        status=rows["status"].replace_strict(_STATUS, return_dtype=pl.Int64).to_numpy(),
        end_us=rows["ended_us"].fill_null(FOREVER_US).cast(pl.Int64).to_numpy(),
        stands_at=rows["stands_at"].cast(pl.Int64).to_numpy(),
        segments=segments,
    )
