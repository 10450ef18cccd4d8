"""Journeys as the risk sets need them: what is known of them, and their stages as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.friction.parts import Flags, Floats, Integers, Numbers, Shorts

FOREVER_US = np.iinfo(np.int64).max // 4
SEGMENT = "segment {}"
"""How the column of a segment is called: a segment may have the name of one of ours."""
MOST_CELLS = 256
"""So many sets of segment values are held still at most; more would leave few to compare within each."""
LEAST_IN_CELL = 30
"""And so many journeys must be in one on average."""


@dataclass(frozen=True)
class FrictionInputs:
    """Journeys under one rule, and what the risk sets need to know of their map.

    Attributes:
        stages: one row per journey and stage: `journey_key`, `stage`, `code`, `reached_us`, `next_us` (null: none),
            `ending` (status; null: it went on), `last_us`.
        marks: one row per mark: `journey_key`, `signal`, `target`, `known_us`, `stage`, `is_entry`, and if they are
            known `measure`s: for `late` the seconds waited beyond the promise.
        journeys: one row per journey: `journey_key`, `person_hash` (unsigned, the same for the same person in every
            run), `status`, `ended_us` (null: in flight), and a column `segment NAME` for each segment (null: none).
        segments: names of the segments.
        block: innermost one_of or all_of per code of the flow; -1: none.
        precedes: per two codes, whether the first comes before the second in every designed journey that has both.
        patience_us: per code of the flow.
        is_unsettled: per code: waits there outlast the horizon.
        as_of_us: the snapshot.
        horizon_us: within it a journey has to convert to count as such.
        unmapped_share: of the events in journeys, those that the map does not know.
    """

    stages: pl.DataFrame
    marks: pl.DataFrame
    journeys: pl.DataFrame
    segments: tuple[str, ...]
    block: Integers
    precedes: Flags
    patience_us: Integers
    is_unsettled: Flags
    as_of_us: int
    horizon_us: int
    unmapped_share: float = 0.0

    def laid_out(self) -> FrictionInputs:
        """What is left to know once stages and marks are laid out: their rows, which are many, are let go.

        The marks that have a measure stay, for it is not laid out.
        """
        marks = self.marks
        kept = marks.filter(pl.col("measure").is_not_null()) if "measure" in marks.columns else marks.clear()
        return replace(self, stages=self.stages.clear(), marks=kept)

    @cached_property
    def person_hash(self) -> NDArray[np.uint64]:
        """The hash of every person; `person` is the place in it, in the order in which journeys come.

        So what is looked up by person, journey by journey, lies side by side.
        """
        return self._people[0]

    @property
    def person(self) -> Shorts:
        """The person of each journey."""
        return self._people[1]

    @cached_property
    def _people(self) -> tuple[NDArray[np.uint64], Shorts]:
        hashes = self.journeys["person_hash"].to_numpy().astype(np.uint64)
        names, first, number = np.unique(hashes, return_index=True, return_inverse=True)
        order = np.argsort(first)
        place = np.empty(names.size, dtype=np.int32)
        place[order] = np.arange(names.size, dtype=np.int32)
        return names[order], place[number]

    @cached_property
    def held_still(self) -> tuple[str, ...]:
        """Segments within whose values journeys are compared: all, unless those have too many; then the finest go."""
        kept = list(self.segments)
        values_n = {name: self.journeys[SEGMENT.format(name)].n_unique() for name in kept}
        most = min(MOST_CELLS, max(1, self.journeys.height // LEAST_IN_CELL))
        while kept and self.journeys.select(map(SEGMENT.format, kept)).n_unique() > most:
            kept.remove(max(kept, key=lambda name: (values_n[name], name)))
        return tuple(kept)

    @cached_property
    def base_names(self) -> pl.DataFrame:
        """One row per set of segment values that occurs, numbered by `base`."""
        columns = [SEGMENT.format(name) for name in self.held_still]
        if not columns:
            return pl.DataFrame({"base": [0]}, schema={"base": pl.Int64})
        values = self.journeys.select(pl.col(columns).cast(pl.String)).unique()
        return values.sort(columns, nulls_last=True).with_row_index("base").with_columns(pl.col("base").cast(pl.Int64))


@dataclass(frozen=True)
class JourneyFacts:
    """One entry per journey, by its row in `FrictionInputs.journeys`.

    Attributes:
        person: place of its person among the hashes.
        base: its segment values, see `FrictionInputs.base_names`.
        began_us: when it reached its first stage; FOREVER_US: it has none.
        exited_us: when it said no; FOREVER_US: never.
    """

    person: Shorts
    base: Shorts
    began_us: Integers
    exited_us: Integers


@dataclass(frozen=True)
class Stays:
    """One entry per stage of a journey, in the order of journeys and stages, in as few bytes as that takes.

    Attributes:
        of_journey: what is the same for all stages of a journey.
        journey: row of the journey in `FrictionInputs.journeys`.
        code: touchpoint.
        reached_us: when it was reached.
        next_us: when it went on; FOREVER_US: never. What comes late, though designed to come before, is no going on:
            a credit check that comes after the payment does not say that the customer is still there.
        last_us: last mapped event before it went on.
        is_lost: abandoned or exited before it went on.
        is_open: still in flight, and has not gone on.
        is_converted: it converted at this stage.
        fate: of the journey, see `RiskSet.fate`.
        nth: how many touchpoints of the same block were reached before it.
        by_code: rows of each code, ascending.
    """

    of_journey: JourneyFacts
    journey: Shorts
    code: Numbers
    reached_us: Integers
    next_us: Integers
    last_us: Integers
    is_lost: Flags
    is_open: Flags
    is_converted: Flags
    fate: Numbers
    nth: Numbers
    by_code: tuple[Shorts, ...]

    def rows_of(self, codes: tuple[int, ...]) -> Shorts:
        """Rows of some touchpoints, ascending."""
        if len(codes) == 1:
            return self.by_code[codes[0]]
        return np.sort(np.concatenate([self.by_code[code] for code in codes]))

    def person(self, row: Numbers) -> Shorts:
        """Of some stages, the place of their person among the hashes."""
        return self.of_journey.person[self.journey[row]]

    def base(self, row: Numbers) -> Shorts:
        """Of some stages, the segment values, see `FrictionInputs.base_names`."""
        return self.of_journey.base[self.journey[row]]

    def before_us(self, row: Numbers) -> Integers:
        """Of some stages, how long the journey had been under way."""
        return self.reached_us[row] - self.of_journey.began_us[self.journey[row]]

    def gone_us(self, row: Numbers) -> Integers:
        """Of some stages, until when it was there: when it went on, the exit, or for ever if it fell silent."""
        return np.where(self.is_lost[row], self.of_journey.exited_us[self.journey[row]], self.next_us[row])

    @cached_property
    def hazard(self) -> Floats:
        """Share of each code's stages in which the journey was lost; 0 where nobody came."""
        return np.array([self.is_lost[rows].mean() if rows.size else 0.0 for rows in self.by_code])
