"""What it costs to say what departures cost: all that compare computes of outcomes, waits, signals and frictions.

A world with planted truth (`tests/worlds`), through the whole pipeline; each step of `compare` is measured where it is
called, with 500 resamples by person as a run draws them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from pipelines import compare as comparing
from tests.bench.measure import Costs
from tests.worlds.catalogue import planted
from tests.worlds.piped import plainly, run
from tests.worlds.walk import walk

PEOPLE = (25_000, 50_000, 100_000)
"""Each twice the one before: what a doubling costs is the ratio of neighbours."""
STEPS = (
    "find_signals",
    "publish_signals",
    "follow_rules",
    "waits_and_curves",
    "cohorts",
    "judge_signals",
    "frictions",
    "root_causes",
    "segment_differences",
)
"""Functions of `pipelines.compare` that make nothing but what frictions, outcomes and waits need."""


def say_what_it_costs(folder: Path, _memory: str) -> Costs:
    """The steps of `compare` over a world of as many people as `people.txt` in the folder says (default: 100,000)."""
    asked = folder / "people.txt"
    people_n = int(asked.read_text(encoding="utf-8")) if asked.exists() else 100_000
    world = planted(1, people_n)
    delivered = plainly(world, walk(world))
    root = folder / "effects"
    shutil.rmtree(root, ignore_errors=True)
    costs = Costs()
    with _measured(costs), run(world, delivered, root) as connection:
        for table in ("events", "journeys", "journey_stages", "journey_signals", "frictions"):
            costs.numbers[table] = connection.sql(f"SELECT count(*) FROM main.{table}").fetchall()[0][0]
    costs.numbers["people"] = people_n
    return costs


@contextmanager
def _measured(costs: Costs) -> Iterator[None]:
    """Each step's costs, while the comparison goes on as it is."""
    named = {name: getattr(comparing, name) for name in STEPS}
    named["outcomes"] = comparing.summaries.outcomes
    for name in STEPS:
        setattr(comparing, name, _timed(costs, name, named[name]))
    comparing.summaries.outcomes = _timed(costs, "outcomes", named["outcomes"])
    try:
        yield
    finally:
        comparing.summaries.outcomes = named.pop("outcomes")
        for name, step in named.items():
            setattr(comparing, name, step)


def _timed(costs: Costs, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(step)
    def measured(*values: Any, **named: Any) -> Any:
        with costs.step(name):
            return step(*values, **named)

    return measured
