"""Walk many worlds and collect what the models say of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tests.worlds import claims
from tests.worlds.catalogue import WORLDS
from tests.worlds.claims import Figure
from tests.worlds.full import full_rows
from tests.worlds.measured import friction_rows, meet, moved_rows, outcome_rows, wait_rows

WATCHED = ("clean", "in_flight", "repeat_customers")
"""Worlds in which outcomes and waits are measured, too."""


@dataclass
class Collected:
    """Rows of many worlds by what they are about."""

    rows: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, found: dict[str, pl.DataFrame]) -> None:
        """Add one world's rows."""
        for name, frame in found.items():
            if frame.height:
                self.rows.setdefault(name, []).append(frame)

    def frame(self, name: str) -> pl.DataFrame | None:
        """All rows of one kind; None: there are none."""
        return pl.concat(self.rows[name], how="vertical_relaxed") if name in self.rows else None


def measure(name: str, seed: int, people_n: int, truth_n: int) -> dict[str, pl.DataFrame]:
    """All rows of one world."""
    met = meet(WORLDS[name](seed, people_n), truth_n, with_outcomes=name in WATCHED)
    found: dict[str, pl.DataFrame] = {}
    if name in WATCHED:
        found |= {"outcomes": outcome_rows(met), "waits": wait_rows(met)}
    if name == "in_flight":
        found["moved"] = moved_rows(met)
    if met.world.plants:
        found["frictions"] = friction_rows(met)
    return found


def measure_whole(name: str, seed: int, people_n: int, truth_n: int, delivery: str) -> dict[str, pl.DataFrame]:
    """Rows of one world by the full path: its events through the pipeline, delivered in one way."""
    met = meet(WORLDS[name](seed, people_n), truth_n)
    with tempfile.TemporaryDirectory() as folder:
        rows, outcomes = full_rows(met, delivery, Path(folder))
    first = outcomes.filter(pl.col("touchpoint") == met.world.plan.names[0]).sort("horizon_d").tail(1)
    converted = pl.DataFrame({
        "world": [name], "seed": [seed], "delivery": [delivery], "true": [met.truth.converted_share],
        "told": first["converted_share"].to_list() or [None],
    }, schema_overrides={"told": pl.Float64})  # fmt: skip
    return {"whole": rows, "converted": converted}


def collect_whole(
    names: Sequence[str], seeds: Iterable[int], people_n: int, truth_n: int, deliveries: Sequence[str]
) -> Collected:
    """The same by the full path, for some names and ways of delivery."""
    collected = Collected()
    for seed in seeds:
        for name in names:
            for delivery in deliveries:
                collected.add(measure_whole(name, seed, people_n, truth_n, delivery))
    return collected


def collect(
    names: Sequence[str], seeds: Iterable[int], people: Sequence[int], truth_n: int, workers: int = 1
) -> Collected:
    """Measure worlds: every name, seed and number of people."""
    tasks = [(name, seed, people_n, truth_n) for seed in seeds for name in names for people_n in people]
    collected = Collected()
    if workers == 1:
        for task in tasks:
            collected.add(measure(*task))
        return collected
    with ProcessPoolExecutor(workers) as pool:
        for found in pool.map(measure, *zip(*tasks, strict=True)):
            collected.add(found)
    return collected


def figures_of(collected: Collected, people: Sequence[int]) -> list[Figure]:
    """The issue's table, as far as it was measured."""
    figures: list[Figure] = []
    outcomes, frictions = collected.frame("outcomes"), collected.frame("frictions")
    if outcomes is not None:
        figures += claims.outcome_figures(outcomes)
    if frictions is not None:
        for people_n in people:
            figures += claims.found_figures(frictions, people_n)
        figures += claims.harmless_figures(frictions) + claims.gain_figures(frictions)
        figures += claims.top_figures(frictions) + claims.hidden_figures(frictions)
    whole, converted = collected.frame("whole"), collected.frame("converted")
    if whole is not None and converted is not None:
        figures += claims.whole_figures(whole, converted)
    for name, maker in (("waits", claims.wait_figures), ("moved", claims.moved_figures)):
        rows = collected.frame(name)
        if rows is not None:
            figures += maker(rows)
    return [figure for figure in figures if figure.n]
