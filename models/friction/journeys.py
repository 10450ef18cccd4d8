"""Journeys as the risk sets need them: their stages as arrays, with what became of each, and the marks of signals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.friction.numbers import firsts
from models.friction.parts import CONVERTED, LOST, Flags, Floats, Integers, Steps
from schemas.words import Status

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
            `next_code`, `ending` (status; null: it went on), `last_us`.
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

    @cached_property
    def person_hash(self) -> NDArray[np.uint64]:
        """The hash of every person, in ascending order: `person` is the place in it."""
        return np.unique(self.journeys["person_hash"].to_numpy().astype(np.uint64))

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
class Stays:
    """One entry per stage of a journey, in the order of journeys and stages.

    Attributes:
        journey: row of the journey in `FrictionInputs.journeys`.
        person: place of its person among the hashes.
        base: its segment values, see `FrictionInputs.base_names`.
        code: touchpoint.
        began_us: when the journey began.
        reached_us: when it was reached.
        next_us: when it went on; FOREVER_US: never. What comes late, though designed to come before, is no going on:
            a credit check that comes after the payment does not say that the customer is still there.
        gone_us: until when it was there: when it went on, the exit, or for ever if it fell silent.
        last_us: last mapped event before it went on.
        is_lost: abandoned or exited before it went on.
        is_open: still in flight, and has not gone on.
        is_converted: it converted at this stage.
        fate: of the journey, see `RiskSet.fate`.
        nth: how many touchpoints of the same block were reached before it.
        by_code: rows of each code, ascending.
    """

    journey: Integers
    person: Integers
    base: Integers
    code: Integers
    began_us: Integers
    reached_us: Integers
    next_us: Integers
    gone_us: Integers
    last_us: Integers
    is_lost: Flags
    is_open: Flags
    is_converted: Flags
    fate: Integers
    nth: Integers
    by_code: tuple[Integers, ...]

    def rows_of(self, codes: tuple[int, ...]) -> Integers:
        """Rows of some touchpoints, ascending."""
        if len(codes) == 1:
            return self.by_code[codes[0]]
        return np.sort(np.concatenate([self.by_code[code] for code in codes]))

    @cached_property
    def hazard(self) -> Floats:
        """Share of each code's stages in which the journey was lost; 0 where nobody came."""
        return np.array([self.is_lost[rows].mean() if rows.size else 0.0 for rows in self.by_code])

    @property
    def went_on_s(self) -> Floats:
        """Seconds from reaching the touchpoint to the next one; NaN: never."""
        spent = (self.next_us - self.reached_us) / 1e6
        return np.where(self.next_us < FOREVER_US, spent, np.nan)


def lay_out(inputs: FrictionInputs) -> tuple[Stays, pl.DataFrame]:
    """The stages as arrays; and the marks, each with the row of its stage and its delay since the stage began.

    Returns:
        The stages, and one row per mark: `signal`, `target`, `row`, `delay_us`, `is_entry`; sorted by all of them.
    """
    about = _about_journeys(inputs)
    ordered = inputs.stages.join(about, on="journey_key", how="inner").sort("journey_key", "stage")
    rows = ordered.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    stays = _stays(inputs, rows)
    marks = (
        inputs.marks.join(rows.select("journey_key", "stage", "row", "reached_us"), on=("journey_key", "stage"))
        .select(
            pl.col("signal").cast(pl.String),
            pl.col("target").cast(pl.Int64),
            "row",
            (pl.col("known_us") - pl.col("reached_us")).alias("delay_us"),
            "is_entry",
        )
        .sort("signal", "target", "row", "delay_us", "is_entry")
    )
    return stays, marks


def steps_of(inputs: FrictionInputs, stays: Stays) -> tuple[Steps, Integers]:
    """The stages whose end is known, for what lies ahead of each; and the place of every stage among them (-1: not)."""
    is_known = ~stays.is_open & (stays.reached_us < inputs.as_of_us - inputs.patience_us[stays.code])
    rows = np.flatnonzero(is_known)
    later = np.minimum(rows + 1, stays.code.size - 1)
    next_code = np.select(
        [stays.is_lost[rows], stays.is_converted[rows]], [LOST, CONVERTED], default=stays.code[later]
    ).astype(np.int64)
    is_start = np.diff(stays.journey, prepend=-1)[rows] != 0
    place = np.where(is_known, np.cumsum(is_known) - 1, -1)
    return Steps(stays.person[rows], stays.base[rows], stays.code[rows], next_code, is_start), place


def _about_journeys(inputs: FrictionInputs) -> pl.DataFrame:
    """One row per journey: its row, person, segment values by number, and when it converted or said no."""
    columns = [SEGMENT.format(name) for name in inputs.held_still]
    people = np.searchsorted(inputs.person_hash, inputs.journeys["person_hash"].to_numpy().astype(np.uint64))
    texts = inputs.journeys.select("journey_key", pl.col(columns).cast(pl.String))
    bases = (
        texts.join(inputs.base_names, on=columns, how="left", nulls_equal=True, maintain_order="left")["base"]
        if columns
        else pl.Series(np.zeros(texts.height, dtype=np.int64))
    )
    ended = pl.col("ended_us").fill_null(FOREVER_US).cast(pl.Int64)
    return inputs.journeys.select(
        "journey_key",
        pl.int_range(pl.len(), dtype=pl.Int64).alias("journey"),
        pl.Series("person", people.astype(np.int64)),
        bases.cast(pl.Int64).alias("base"),
        pl.when(pl.col("status") == Status.CONVERTED).then(ended).otherwise(FOREVER_US).alias("converted_us"),
        pl.when(pl.col("status") == Status.EXITED).then(ended).otherwise(FOREVER_US).alias("exited_us"),
    )


def _stays(inputs: FrictionInputs, rows: pl.DataFrame) -> Stays:
    def column(name: str) -> Integers:
        return rows[name].cast(pl.Int64).to_numpy()

    journey, code, reached, ending = column("journey"), column("code"), column("reached_us"), rows["ending"]
    end = _ends(journey, column("stage"), code, inputs.precedes)
    next_us = rows["next_us"].fill_null(FOREVER_US).cast(pl.Int64).to_numpy()[end]
    is_lost = _is_in(ending, Status.ABANDONED, Status.EXITED)[end]
    is_followed = reached <= inputs.as_of_us - inputs.horizon_us
    is_timely = column("converted_us") - reached <= inputs.horizon_us
    return Stays(
        journey=journey,
        person=column("person"),
        base=column("base"),
        code=code,
        began_us=_first_of(journey, reached),
        reached_us=reached,
        next_us=next_us,
        gone_us=np.where(is_lost, column("exited_us"), next_us),
        last_us=column("last_us")[end],
        is_lost=is_lost,
        is_open=_is_in(ending, Status.IN_FLIGHT)[end],
        is_converted=_is_in(ending, Status.CONVERTED),
        fate=np.where(is_followed, is_timely, -1).astype(np.int64),
        nth=_nth_of_block(journey, inputs.block[code]),
        by_code=tuple(np.flatnonzero(code == each) for each in range(inputs.patience_us.size)),
    )


def _first_of(journey: Integers, reached_us: Integers) -> Integers:
    """When each stage's journey reached its first one."""
    is_first = np.diff(journey, prepend=-1) != 0
    return reached_us[np.maximum.accumulate(np.where(is_first, np.arange(journey.size), 0))]


def _is_in(ending: pl.Series, *words: Status) -> Flags:
    flags: Flags = ending.cast(pl.String).is_in([str(word) for word in words]).fill_null(value=False).to_numpy()
    return flags


def _ends(journey: Integers, stage: Integers, code: Integers, precedes: Flags) -> Integers:
    """The stage with which each stay ends: the same, or the last of those that follow at touchpoints come late.

    A touchpoint comes late if it is designed before the furthest that the journey had come to.
    """
    place = np.arange(code.size)
    front, is_late = code.copy(), np.zeros(code.size, dtype=bool)
    followers = np.flatnonzero((stage > 0) & (np.diff(journey, prepend=-1) == 0))
    followers = followers[np.argsort(stage[followers], kind="stable")]
    for row in np.split(followers, firsts(stage[followers])[1:]):
        is_late[row] = precedes[code[row], front[row - 1]]
        front[row] = np.where(is_late[row], front[row - 1], code[row])
    is_end = np.append(~is_late[1:], True) if code.size else np.zeros(0, dtype=bool)
    following = np.where(is_end, place, code.size)
    return np.minimum.accumulate(following[::-1])[::-1]


def _nth_of_block(journey: Integers, block: Integers) -> Integers:
    """How many touchpoints of the same block the journey had reached before; 0 outside blocks."""
    order = np.lexsort((np.arange(journey.size), block, journey))
    is_new = (np.diff(journey[order], prepend=-1) != 0) | (np.diff(block[order], prepend=-2) != 0)
    place = np.arange(journey.size)
    first = np.maximum.accumulate(np.where(is_new, place, 0))
    nth = np.zeros(journey.size, dtype=np.int64)
    nth[order] = place - first
    return np.where(block >= 0, nth, 0)
