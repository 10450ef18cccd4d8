"""Stages and marks from frames to arrays: in order, each with its journey's row, in as few bytes as they need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.friction.journeys import FOREVER_US, SEGMENT, FrictionInputs, JourneyFacts, Stays
from models.friction.numbers import firsts
from models.friction.parts import CONVERTED, LOST, Flags, Integers, Numbers, Shorts, Steps
from schemas.words import Status

_CODES = pl.Int16
"""Touchpoints of one map are counted in two bytes."""
ENDINGS = pl.Enum([str(status) for status in Status])
"""Where a journey stands that went no further, in one byte a stage."""


@dataclass(frozen=True)
class _Rows:
    """Stages in the order of journeys and of themselves: the frame, and beside it the row of each one's journey."""

    frame: pl.DataFrame
    journey: Shorts

    def numbers(self, name: str) -> Integers:
        return self.frame[name].cast(pl.Int64).to_numpy()

    def ends_as(self, *words: Status) -> Flags:
        """Which of them end so."""
        ending = self.frame["ending"].cast(ENDINGS)
        return ending.is_in([str(word) for word in words]).fill_null(value=False).to_numpy()


def lay_out(inputs: FrictionInputs) -> tuple[Stays, pl.DataFrame]:
    """The stages as arrays; and the marks, each with the row of its stage and its delay since the stage began.

    Returns:
        The stages, and one row per mark: `signal`, `target`, `row`, `delay_us`, `is_entry`; sorted by all of them.
    """
    rows = _in_order(inputs)
    stays = _stays(inputs, rows)
    return stays, _marks(inputs, rows, stays)


def _in_order(inputs: FrictionInputs) -> _Rows:
    """The stages of the journeys; they are sorted only if they did not come in order."""
    journey = _rows_of(inputs.journeys["journey_key"], inputs.stages["journey_key"])
    stages = inputs.stages
    if journey.min(initial=0) < 0:
        stages, journey = stages.filter(journey >= 0), journey[journey >= 0]
    key, stage = stages["journey_key"].to_numpy(), stages["stage"].to_numpy()
    is_rising = (key[1:] > key[:-1]) | ((key[1:] == key[:-1]) & (stage[1:] >= stage[:-1]))
    if not is_rising.all():
        order = np.lexsort((stage, key))
        stages, journey = stages[order], journey[order]
    return _Rows(stages, journey)


def _rows_of(keys: pl.Series, sought: pl.Series) -> Shorts:
    """Where each of some numbers stands among the keys; -1: nowhere."""
    known, wanted = keys.to_numpy(), sought.to_numpy()
    if known.size == 0:
        return np.full(wanted.size, -1, dtype=np.int32)
    order = np.argsort(known, kind="stable")
    return _places(known[order], wanted, order)


def _places(rising: Integers, sought: Integers, names: Integers) -> Shorts:
    """The name of each of some numbers, of numbers that rise; -1: it is none of them."""
    place = np.searchsorted(rising, sought)
    place[place == rising.size] = 0
    return np.where(rising[place] == sought, names[place], -1).astype(np.int32)


def _marks(inputs: FrictionInputs, rows: _Rows, stays: Stays) -> pl.DataFrame:
    """See `lay_out`; marks of stages that are not there are left out."""
    row = _stages_of(inputs, rows)
    signal = inputs.marks["signal"].cast(pl.String)
    marks = inputs.marks.select(
        # By number, which sorts as the name does.
        signal.cast(pl.Enum(signal.unique().sort())).alias("signal"),
        pl.col("target").cast(pl.Int32),
        pl.Series("row", row),
        "known_us",
        "is_entry",
    ).filter(pl.col("row") >= 0)
    began_us = pl.Series(stays.reached_us[marks["row"].to_numpy()]) if marks.height else pl.Series([], dtype=pl.Int64)
    delays = marks.with_columns(delay_us=pl.col("known_us") - began_us).drop("known_us")
    return delays.sort("signal", "target", "row", "delay_us", "is_entry")


def _stages_of(inputs: FrictionInputs, rows: _Rows) -> Shorts:
    """For each mark the row of its stage; -1: there is none."""
    stage, marked = rows.frame["stage"].to_numpy(), inputs.marks["stage"].cast(pl.Int64).to_numpy()
    if stage.size == 0:
        return np.full(marked.size, -1, dtype=np.int32)
    stages_n = max(int(stage.max()), int(marked.max(initial=0))) + 1
    nth = np.cumsum(np.diff(rows.journey, prepend=-1) != 0) - 1  # journeys in the order of their keys
    of_journey = np.full(inputs.journeys.height, -1, dtype=np.int64)
    of_journey[rows.journey] = nth
    journey = _rows_of(inputs.journeys["journey_key"], inputs.marks["journey_key"])
    sought = np.where(journey >= 0, of_journey[journey], -1)
    named = np.where(sought >= 0, sought * stages_n + marked, -1)
    return _places(nth * stages_n + stage, named, np.arange(stage.size))


def _facts(inputs: FrictionInputs, rows: _Rows) -> tuple[JourneyFacts, Integers]:
    """What is the same for all stages of a journey, and beside it when each converted; FOREVER_US: never."""
    columns = [SEGMENT.format(name) for name in inputs.held_still]
    base = np.zeros(inputs.journeys.height, dtype=np.int32)
    if columns:
        texts = inputs.journeys.select(pl.col(columns).cast(pl.String))
        named = texts.join(inputs.base_names, on=columns, how="left", nulls_equal=True, maintain_order="left")
        base = named["base"].cast(pl.Int32).to_numpy()
    ended = pl.col("ended_us").fill_null(FOREVER_US).cast(pl.Int64)
    ends = inputs.journeys.select(
        converted=pl.when(pl.col("status") == Status.CONVERTED).then(ended).otherwise(FOREVER_US),
        exited=pl.when(pl.col("status") == Status.EXITED).then(ended).otherwise(FOREVER_US),
    )
    first = firsts(rows.journey)
    began_us = np.full(inputs.journeys.height, FOREVER_US, dtype=np.int64)
    began_us[rows.journey[first]] = rows.frame["reached_us"].gather(first).to_numpy()
    return JourneyFacts(inputs.person, base, began_us, ends["exited"].to_numpy()), ends["converted"].to_numpy()


def _stays(inputs: FrictionInputs, rows: _Rows) -> Stays:
    (facts, converted_us), journey = _facts(inputs, rows), rows.journey
    code, reached = rows.frame["code"].cast(_CODES).to_numpy(), rows.numbers("reached_us")
    end = _ends(journey, rows.frame["stage"].to_numpy(), code, inputs.precedes)
    next_us = rows.frame["next_us"].fill_null(FOREVER_US).cast(pl.Int64).to_numpy()[end]
    is_lost = rows.ends_as(Status.ABANDONED, Status.EXITED)[end]
    is_followed = reached <= inputs.as_of_us - inputs.horizon_us
    is_timely = converted_us[journey] - reached <= inputs.horizon_us
    return Stays(
        of_journey=facts,
        journey=journey,
        code=code,
        reached_us=reached,
        next_us=next_us,
        last_us=rows.numbers("last_us")[end],
        is_lost=is_lost,
        is_open=rows.ends_as(Status.IN_FLIGHT)[end],
        is_converted=rows.ends_as(Status.CONVERTED),
        fate=np.where(is_followed, is_timely, -1).astype(np.int8),
        nth=_nth_of_block(journey, code, inputs.block),
        by_code=tuple(np.flatnonzero(code == each).astype(np.int32) for each in range(inputs.patience_us.size)),
    )


def steps_of(inputs: FrictionInputs, stays: Stays) -> tuple[Steps, Shorts]:
    """The stages whose end is known, for what lies ahead of each; and the place of every stage among them (-1: not)."""
    is_known = ~stays.is_open & (stays.reached_us < inputs.as_of_us - inputs.patience_us[stays.code])
    next_code = np.append(stays.code[1:], stays.code[-1:])
    next_code[stays.is_converted] = CONVERTED
    next_code[stays.is_lost] = LOST
    is_start = np.diff(stays.journey, prepend=-1) != 0
    base = stays.of_journey.base.astype(np.int16)[stays.journey]
    place = np.where(is_known, np.cumsum(is_known, dtype=np.int32) - 1, np.int32(-1))
    return Steps(base[is_known], stays.code[is_known], next_code[is_known], is_start[is_known]), place


def _ends(journey: Shorts, stage: Numbers, code: Numbers, precedes: Flags) -> Shorts:
    """The stage with which each stay ends: the same, or the last of those that follow at touchpoints come late.

    A touchpoint comes late if it is designed before the furthest that the journey had come to.
    """
    front, is_late = code.copy(), np.zeros(code.size, dtype=bool)
    followers = np.flatnonzero((stage > 0) & (np.diff(journey, prepend=-1) == 0))
    followers = followers[np.argsort(stage[followers], kind="stable")]
    for row in np.split(followers, firsts(stage[followers])[1:]):
        is_late[row] = precedes[code[row], front[row - 1]]
        front[row] = np.where(is_late[row], front[row - 1], code[row])
    is_end = np.append(~is_late[1:], True) if code.size else np.zeros(0, dtype=bool)
    following = np.where(is_end, np.arange(code.size, dtype=np.int32), np.int32(code.size))
    return np.minimum.accumulate(following[::-1])[::-1]


def _nth_of_block(journey: Shorts, code: Numbers, block: Integers) -> Numbers:
    """How many touchpoints of the same block the journey had reached before; 0 outside blocks."""
    nth = np.zeros(journey.size, dtype=np.int16)
    rows = np.flatnonzero(block[code] >= 0)
    within = journey[rows] * np.int64(block.max(initial=0) + 1) + block[code[rows]]
    order = np.argsort(within, kind="stable")
    first = firsts(within[order])
    before = np.arange(rows.size) - np.repeat(first, np.diff(np.append(first, rows.size)))
    nth[rows[order]] = before
    return nth
