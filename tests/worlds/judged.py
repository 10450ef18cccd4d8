"""Frictions of a world by the fast path: what a snapshot shows, straight into risk sets and estimates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from models.friction.compared import RiskSets
from models.friction.estimate import estimate
from models.friction.journeys import FrictionInputs
from models.friction.parts import Estimates, RiskSet
from models.friction.risk_sets import risk_sets
from tests.worlds.draws import Bools, Ints
from tests.worlds.seen import Seen
from tests.worlds.world import World

RESAMPLES = 500
NUMBERS = (
    "reached_n", "exposed_n", "effective_n", "effect", "effect_low", "effect_high", "effect_pooled", "effect_shrunk",
    "lost_per_month", "lost_low", "lost_high", "lost_shrunk", "p_value", "q_value", "top3_probability",
    "confounding_needed",
)  # fmt: skip
"""Columns of `frictions` that the claims look at."""


def inputs_of(world: World, seen: Seen) -> FrictionInputs:
    """A snapshot as the risk sets take it."""
    words = seen.journeys.with_columns(pl.Series("person_hash", hashed(seen.journeys["person"].to_numpy())))
    codes_n = len(world.plan.names)
    patience = seen.patience_us.copy()
    patience[codes_n - 1] = -1
    return FrictionInputs(
        stages=seen.stages,
        marks=seen.marks.with_columns(pl.col("target").cast(pl.Int64)),
        journeys=words,
        segments=tuple(segment.name for segment in world.segments),
        block=blocks_of(world),
        precedes=precedes_of(world),
        patience_us=patience,
        is_unsettled=np.isin(np.arange(codes_n), seen.unsettled),
        as_of_us=seen.as_of_us,
        horizon_us=seen.horizon_us,
        unmapped_share=seen.unmapped_share,
    )


def hashed(person: Ints) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A number without order for each person (the finaliser of splitmix64)."""
    mixed = (person.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def blocks_of(world: World) -> Ints:
    """Number of the choice or block that each touchpoint is in; -1: none."""
    numbers = [
        number if piece.word in ("one_of", "all_of") else -1
        for number, piece in enumerate(world.plan.pieces)
        for _ in piece.names
    ]
    return np.array(numbers, dtype=np.int64)


def precedes_of(world: World) -> Bools:
    """Per two touchpoints, whether the first always comes before the second in a designed journey."""
    piece = np.array([number for number, piece in enumerate(world.plan.pieces) for _ in piece.names])
    return np.asarray(piece[:, None] < piece[None, :])


def judged(world: World, seen: Seen, resamples_n: int = RESAMPLES) -> pl.DataFrame:
    """Rows like those of `frictions`: one per plant that shows, with its number as `plant`."""
    inputs = inputs_of(world, seen)
    made = risk_sets(inputs)
    found = estimate([one.units for one in made.compared], inputs.person_hash, resamples_n=resamples_n)
    return rows_of(made, found)


def rows_of(made: RiskSets, found: Estimates) -> pl.DataFrame:
    """Estimates as rows."""
    about: dict[str, Sequence[object]] = {
        "plant": [one.target for one in made.compared],
        "signal": [one.signal for one in made.compared],
        "placing": [str(one.place.placing) for one in made.compared],
        "verdict": ["refused" if no else str(word) for word, no in zip(found.verdict, found.refused, strict=True)],
        "reason": list(found.refused),
    }
    numbers = {name: np.asarray(getattr(found, name), dtype=float) for name in NUMBERS}
    texts = dict.fromkeys(("signal", "placing", "verdict", "reason"), pl.String)
    return pl.DataFrame({**about, **numbers}, schema_overrides={"plant": pl.Int64, **texts})


def sets_of(made: RiskSets) -> list[RiskSet]:
    """The risk sets alone."""
    return [one.units for one in made.compared]
