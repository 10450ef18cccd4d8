"""Stages as arrays: which of a block's touchpoints each is, what its journey says of it, and how little is held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from models.friction.compared import RiskSets
from models.friction.journeys import FrictionInputs
from models.friction.laying_out import lay_out
from models.friction.risk_sets import risk_sets

HOUR = 3_600_000_000
MOST_BYTES = 64
"""So many for a stage at most, all that is held of it, with two signals."""


def inputs_of(
    stages: list[tuple[int, int, int]], block: list[int], marks: pl.DataFrame | None = None
) -> FrictionInputs:
    """Journey, stage and code of each stage, an hour apart; journeys with odd numbers are the same person's."""
    key, stage, code = (np.array(column) for column in zip(*stages, strict=True))
    reached = (key * 100 + stage) * HOUR
    is_last = np.append(key[1:] != key[:-1], True)
    journeys = np.unique(key)
    return FrictionInputs(
        stages=pl.DataFrame(
            {
                "journey_key": key,
                "stage": stage.astype(np.int32),
                "code": code.astype(np.int32),
                "reached_us": reached,
                "next_us": pl.Series(np.where(is_last, -1, reached + HOUR)).replace(-1, None),
                "ending": pl.Series(is_last).replace_strict({True: "exited", False: None}, return_dtype=pl.String),
                "last_us": reached,
            }
        ),
        marks=marks if marks is not None else _marks([]),
        journeys=pl.DataFrame(
            {
                "journey_key": journeys,
                "person_hash": np.where(journeys % 2, 1, journeys).astype(np.uint64),
                "status": ["exited"] * journeys.size,
                "ended_us": (journeys * 100 + 50) * HOUR,
            }
        ),
        segments=(),
        block=np.array(block),
        precedes=np.zeros((len(block), len(block)), dtype=bool),
        patience_us=np.full(len(block), HOUR),
        is_unsettled=np.zeros(len(block), dtype=bool),
        as_of_us=10**9 * HOUR,
        horizon_us=HOUR,
    )


def _marks(rows: list[tuple[int, str, int, float | None]]) -> pl.DataFrame:
    """Journey, signal, stage and measure of each."""
    frame = pl.DataFrame(rows, schema=["journey_key", "signal", "stage", "measure"], orient="row").cast(
        {"journey_key": pl.Int64, "signal": pl.String, "stage": pl.Int64, "measure": pl.Float64}
    )
    known_us = (pl.col("journey_key") * 100 + pl.col("stage")) * HOUR
    return frame.with_columns(target=pl.lit(0), known_us=known_us, is_entry=pl.lit(value=True))


def test_each_touchpoint_of_a_block_knows_how_many_of_it_came_before() -> None:
    """Codes 1 and 2 are block 0, 3 and 4 block 1, 0 is in none; the second journey leaves block 0 and comes back."""
    first = [(3, 0, 0), (3, 1, 1), (3, 2, 2), (3, 3, 4)]
    second = [(4, 0, 2), (4, 1, 3), (4, 2, 1), (4, 3, 4), (4, 4, 0)]
    stays, _ = lay_out(inputs_of(first + second, [-1, 0, 0, 1, 1]))
    assert stays.nth.tolist() == [0, 0, 1, 0, 0, 0, 1, 1, 0]


def test_what_is_the_same_for_all_stages_of_a_journey_is_told_of_each() -> None:
    stays, _ = lay_out(inputs_of([(1, 0, 0), (1, 1, 1), (2, 0, 1), (3, 0, 0)], [-1, -1]))
    row = np.array([3, 1, 0, 2])
    assert stays.person(row).tolist() == [0, 0, 0, 1]
    assert stays.base(row).tolist() == [0, 0, 0, 0]
    assert stays.before_us(row).tolist() == [0, HOUR, 0, 0]
    assert stays.gone_us(row).tolist() == [350 * HOUR, 150 * HOUR, 101 * HOUR, 250 * HOUR]


def test_once_laid_out_only_marks_with_a_measure_are_left() -> None:
    marks = _marks([(1, "late", 0, 7.0), (2, "failed", 0, None)])
    inputs = inputs_of([(1, 0, 0), (2, 0, 0)], [-1], marks)
    left = inputs.laid_out()
    assert (left.stages.height, left.journeys.height) == (0, 2)
    assert left.marks.select("journey_key", "measure").rows() == [(1, 7.0)]
    assert inputs_of([(1, 0, 0)], [-1], marks.drop("measure")).laid_out().marks.is_empty()


def arrays_of(found: RiskSets) -> Iterator[np.ndarray]:
    """Every array that is held, each once."""
    held = [part for each in found.compared for part in vars(each.held).values()]
    about = (*vars(found.stays).values(), *found.stays.by_code, *vars(found.stays.of_journey).values())
    parts = [each for each in (*held, *about, *vars(found.steps).values()) if isinstance(each, np.ndarray)]
    return iter({id(each): each for each in parts}.values())


def test_what_is_held_of_a_stage_takes_few_bytes() -> None:
    """Statistics hold all stages at once: what they take decides how many events one machine can judge."""
    stages = [(journey, stage, stage) for journey in range(2_000) for stage in range(5)]
    marks = _marks([(each, name, 1, None) for each in range(0, 2_000, 4) for name in ("failed", "late")])
    found = risk_sets(inputs_of(stages, [-1] * 5, marks))
    assert len(found.compared) == 2
    assert sum(each.nbytes for each in arrays_of(found)) <= MOST_BYTES * len(stages)
