"""How much of the process is drawn: the most frequent steps, and the most travelled ways between them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import ceil

from pipelines.report.process.observed import Observed, Step, Way

LEAST_STEPS = 2


@dataclass(frozen=True)
class Level:
    """What is drawn.

    Attributes:
        steps: Most frequent first.
        ways: From one step to another, most travelled first.
        again: Step to the way from it to itself.
        begins: Step to how often it was the first.
        ends: Step to how many journeys end or stand there, by status.
        left_out_n: Ways between these steps that may be told, but are not drawn.
    """

    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    again: dict[str, Way]
    begins: dict[str, Way]
    ends: dict[str, dict[str, Way]]
    left_out_n: int


def level(observed: Observed, activities_share: float, paths_share: float) -> Level:
    """The most frequent steps and ways; every step keeps its most travelled way in and out.

    Args:
        observed: Everything that was seen.
        activities_share: Share of the steps that is drawn, 0 to 1.
        paths_share: Share of the ways between them.
    """
    kept = observed.steps[: max(LEAST_STEPS, ceil(activities_share * len(observed.steps)))]
    names = {step.name for step in kept}
    ways = [
        way for way in observed.shown if {way.from_step, way.to_step} <= {*names, None} and way.from_step != way.to_step
    ]
    between = [way for way in ways if way.from_step is not None and way.to_step is not None]
    chosen = _most_travelled(between, paths_share)
    loops = [way for way in observed.shown if way.from_step in names and way.from_step == way.to_step]
    least = min((way.n for way in chosen), default=1)
    ends: dict[str, dict[str, Way]] = defaultdict(dict)
    for way in ways:
        if way.to_step is None and way.from_step is not None:
            ends[way.from_step][str(way.end_status)] = way
    joined = {name for way in chosen for name in (way.from_step, way.to_step)}
    return Level(
        tuple(step for step in kept if step.name in joined),
        chosen,
        {str(way.from_step): way for way in loops if way.n >= least},
        {way.to_step: way for way in ways if way.from_step is None and way.to_step is not None and way.n >= least},
        dict(ends),
        len(between) - len(chosen),
    )


def _most_travelled(ways: list[Way], paths_share: float) -> tuple[Way, ...]:
    first_n = ceil(paths_share * len(ways))
    chosen = {way.key for way in ways[:first_n]}
    reached: set[str | None] = set()
    left: set[str | None] = set()
    for way in ways:  # most travelled first
        if way.to_step not in reached or way.from_step not in left:
            chosen.add(way.key)
        reached.add(way.to_step)
        left.add(way.from_step)
    return tuple(way for way in ways if way.key in chosen)
