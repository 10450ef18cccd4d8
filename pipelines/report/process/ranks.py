"""Which row each step stands in: steps of the flow as they follow each other, the others between those they came from.

Rows come in fours, so that there is always one for the steps of the flow, one for what lies beside the map, and one
before and after it for the numbers on the ways.
"""

from __future__ import annotations

from collections import defaultdict

from pipelines.report.process.observed import Observed, Step, Way

PITCH = 4
"""Rows from one step of the flow to the next."""
_TELLING = 0.25  # a way that so much of what leaves or comes takes, tells which step is before which


def rows(observed: Observed) -> dict[str, int]:
    """Step to its row. The rows go by all that was seen, so that they stay where more or less of it is drawn."""
    flow = [step.name for step in observed.steps if step.role == "flow"]
    between = [way for way in observed.shown if way.from_step is not None and way.to_step is not None]
    main = _telling([way for way in between if way.from_step in flow and way.to_step in flow])
    ranks = _longest(flow, main)
    placed = {name: PITCH * rank for name, rank in ranks.items()}
    for step in observed.steps:
        if step.name not in placed:
            placed[step.name] = _beside(step, between, placed)
    return placed


def _telling(ways: list[Way]) -> list[Way]:
    """The ways that much of what leaves their start, or comes to their end, takes; without rings."""
    out: dict[str | None, int] = defaultdict(int)
    into: dict[str | None, int] = defaultdict(int)
    others = [way for way in ways if way.from_step != way.to_step]
    for way in others:
        out[way.from_step] += way.n
        into[way.to_step] += way.n
    main = [way for way in others if way.n >= _TELLING * out[way.from_step] or way.n >= _TELLING * into[way.to_step]]
    return _without_rings(main)


def _without_rings(ways: list[Way]) -> list[Way]:
    """Most of the ways, such that none leads back; of those that do the least travelled are left out.

    The greedy order of Eades, Lin and Smyth: what nothing leads to comes first, what leads nowhere last, and else what
    leads on more than it is led to.
    """
    left = {str(name) for way in ways for name in (way.from_step, way.to_step)}
    first: list[str] = []
    last: list[str] = []
    while left:
        lead = dict.fromkeys(sorted(left), 0)
        out, into = dict(lead), dict(lead)
        for way in ways:
            if way.from_step in left and way.to_step in left:
                out[str(way.from_step)] += way.n
                into[str(way.to_step)] += way.n
        name = next((each for each in lead if not out[each]), None)
        is_last = name is not None and bool(into[name])
        name = name or max(lead, key=lambda each: (not into[each], out[each] - into[each]))
        (last if is_last else first).append(name)
        left.remove(name)
    place = {name: i for i, name in enumerate([*first, *reversed(last)])}
    return [way for way in ways if place[str(way.from_step)] < place[str(way.to_step)]]


def _longest(names: list[str], ways: list[Way]) -> dict[str, int]:
    """Step to the number of steps on the longest way to it; the ways have no rings."""
    before: dict[str, list[str]] = {name: [] for name in names}
    for way in ways:
        before[str(way.to_step)].append(str(way.from_step))
    ranks: dict[str, int] = {}
    waiting = list(names)
    while waiting:
        ready = [name for name in waiting if all(other in ranks for other in before[name])]
        for name in ready:
            ranks[name] = max((ranks[other] + 1 for other in before[name]), default=0)
        waiting = [name for name in waiting if name not in ranks]
    return ranks


def _beside(step: Step, ways: list[Way], placed: dict[str, int]) -> int:
    """Half a step after where most came from; before where most went to, where nobody came from the flow."""
    came = {way.from_step: way.n for way in ways if way.to_step == step.name and way.from_step in placed}
    went = {way.to_step: way.n for way in ways if way.from_step == step.name and way.to_step in placed}
    half = PITCH // 2
    if came:
        return _whole(placed[str(max(came, key=lambda name: (came[name], str(name))))]) + half
    if went:
        return max(0, _whole(placed[str(max(went, key=lambda name: (went[name], str(name))))]) - PITCH) + half
    return half


def _whole(row: int) -> int:
    return row - row % PITCH
