"""What a snapshot shows of a walked world: stages, marks and journeys, without the pipeline (the fast path).

It follows the same definitions in a few lines of numpy, so that hundreds of worlds can be judged; a test holds it
against the pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.patience import horizon_us, learn_patience, unsettled_codes
from tests.worlds.draws import Bools, Ints
from tests.worlds.walk import Walked
from tests.worlds.world import DAY_S, START_US, World

FOREVER_US = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Seen:
    """A world at its snapshot.

    Attributes:
        stages: One row per journey and touchpoint of the flow that it reached, as `stages`.
        marks: One row per sign of trouble, as `signal_marks`; `target` is the plant's number.
        journeys: One row per journey: key, person, status, ended_us, last_us, code, and `segment NAME`.
        patience_us: Per code of the flow.
        learned_us: The same; -1 where nothing was learned.
        horizon_us: The horizon.
        as_of_us: The snapshot.
        unmapped_share: Of the events, those that are not on the map.
    """

    stages: pl.DataFrame
    marks: pl.DataFrame
    journeys: pl.DataFrame
    patience_us: Ints
    learned_us: Ints
    horizon_us: int
    as_of_us: int
    unmapped_share: float

    @property
    def unsettled(self) -> list[int]:
        """Codes whose waits outlast the horizon."""
        return unsettled_codes(self.learned_us, self.horizon_us)


@dataclass(frozen=True)
class _Touches:
    """Events that the map knows, up to the snapshot, by journey and time; one entry each."""

    journey: Ints
    at_us: Ints
    code: Ints
    stands_at: Ints
    next_us: Ints

    def where(self, chosen: Bools) -> _Touches:
        return _Touches(*(column[chosen] for column in vars(self).values()))


def look(world: World, walked: Walked) -> Seen:
    """What the snapshot of a world shows."""
    is_seen = walked.at_us <= world.as_of_us
    touches = _touches(world, walked, is_seen)
    first_us = int(walked.people.entered_us.min())
    horizon = horizon_us(first_us, world.as_of_us, int(world.horizon_d * DAY_S) * 1_000_000)
    learned = _learned(world, touches, horizon)
    patience = np.where(learned < 0, horizon, learned)
    journeys = _journeys(world, walked, touches, patience)
    stages = _stages(world, touches, journeys)
    return Seen(
        stages, _marks(world, walked, stages), journeys, patience, learned, horizon, world.as_of_us,
        float((walked.code[is_seen] < 0).mean()),
    )  # fmt: skip


def _touches(world: World, walked: Walked, is_seen: Bools) -> _Touches:
    chosen = is_seen & (walked.code >= 0)
    journey, at_us, code = walked.journey[chosen], walked.at_us[chosen], walked.code[chosen]
    flow = np.where(code < len(world.plan.names), np.arange(code.size), -1)
    stands_at = code[np.maximum.accumulate(flow)]  # every journey begins on the flow
    is_last = np.append(journey[1:] != journey[:-1], True)
    next_us = np.where(is_last, FOREVER_US, np.append(at_us[1:], 0))
    return _Touches(journey, at_us, code, stands_at, next_us)


def _learned(world: World, touches: _Touches, horizon: int) -> Ints:
    goal, declined = world.plan.code(world.plan.names[-1]), world.plan.code("declined")
    awaiting = touches.where((touches.stands_at != goal) & (touches.code != declined))
    after = np.where(awaiting.next_us == FOREVER_US, np.nan, awaiting.next_us)
    return learn_patience(
        awaiting.stands_at, awaiting.at_us, after,
        codes_n=len(world.plan.names), as_of_us=world.as_of_us, horizon_us=horizon,
    )  # fmt: skip


def _journeys(world: World, walked: Walked, touches: _Touches, patience: Ints) -> pl.DataFrame:
    last = touches.where(touches.next_us == FOREVER_US)
    goal, declined = world.plan.code(world.plan.names[-1]), world.plan.code("declined")
    is_silent = world.as_of_us - last.at_us > patience[last.stands_at]
    status = np.select(
        [last.stands_at == goal, last.code == declined, is_silent],
        ["converted", "exited", "abandoned"],
        default="in_flight",
    )
    columns = {
        "journey_key": last.journey,
        "person": walked.people.person[last.journey],
        "status": status,
        "ended_us": np.where(status == "in_flight", FOREVER_US, last.at_us),
        "last_us": last.at_us,
        "code": last.stands_at,
    }
    for segment, value in zip(world.segments, walked.people.values, strict=True):
        columns[f"segment {segment.name}"] = np.array(segment.values)[value[last.journey]]
    ended = pl.col("ended_us")
    return pl.DataFrame(columns).with_columns(pl.when(ended < FOREVER_US).then(ended).alias("ended_us"))


def _stages(world: World, touches: _Touches, journeys: pl.DataFrame) -> pl.DataFrame:
    on_flow = touches.where(touches.code < len(world.plan.names))
    key = on_flow.journey * len(world.plan.names) + on_flow.code
    _, first = np.unique(key, return_index=True)
    reached = pl.DataFrame({"journey_key": on_flow.journey, "code": on_flow.code, "reached_us": on_flow.at_us})[
        np.sort(first)
    ]
    following = {
        "stage": pl.int_range(pl.len(), dtype=pl.Int64).over("journey_key"),
        "next_code": pl.col("code").shift(-1).over("journey_key"),
        "next_us": pl.col("reached_us").shift(-1).over("journey_key"),
    }
    rows = reached.with_columns(**following).join(journeys.select("journey_key", "status"), on="journey_key")
    ending = pl.when(pl.col("next_us").is_null()).then("status").alias("ending")
    return _with_last(touches, rows.with_columns(ending).drop("status"))


def _with_last(touches: _Touches, rows: pl.DataFrame) -> pl.DataFrame:
    """Stages with their last mapped event."""
    key, at_us = touches.journey, touches.at_us  # a journey's touches are beside each other and in order of time
    until = rows["next_us"].fill_null(FOREVER_US).to_numpy()
    first = np.searchsorted(key, rows["journey_key"].to_numpy(), side="left")
    after = np.searchsorted(key, rows["journey_key"].to_numpy(), side="right")
    span = int(at_us.max()) + 1 - START_US
    place = np.searchsorted(
        key * span + (at_us - START_US),
        rows["journey_key"].to_numpy() * span + np.minimum(until - START_US, span - 1),
        side="left",
    )
    is_final = until == FOREVER_US
    last = at_us[np.maximum(np.where(is_final, after, place) - 1, first)]
    return rows.with_columns(pl.Series("last_us", last))


def _marks(world: World, walked: Walked, stages: pl.DataFrame) -> pl.DataFrame:
    journey, plant, known_us, is_entry = walked.marks
    signals = np.array([each.signal for each in world.plants] or [""])
    told = pl.DataFrame(
        {
            "journey_key": journey,
            "signal": signals[plant],
            "target": plant,
            "known_us": known_us,
            "is_entry": is_entry == 1,
        },
        schema_overrides={"signal": pl.String},
    ).filter(pl.col("known_us") <= world.as_of_us)
    reached = stages.select("journey_key", "stage", pl.col("reached_us").alias("known_us")).sort("known_us")
    return told.sort("known_us").join_asof(
        reached, on="known_us", by="journey_key", strategy="backward", check_sortedness=False
    ).drop_nulls("stage").sort("journey_key", "known_us", "target")  # fmt: skip
