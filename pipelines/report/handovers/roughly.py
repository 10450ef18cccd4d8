"""Hand-overs whose exact number would give a small one away, told roughly: rounded so far that nothing is learned."""

from __future__ import annotations

from dataclasses import asdict, replace

from pipelines.language import told_number
from pipelines.privacy.cover import Cover
from pipelines.privacy.withheld import Withheld
from pipelines.report.gap.rows import HandoverRow
from pipelines.report.rows import FlowRow, JourneyData

_UNITS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_LEAST_SHARE = 0.25  # a unit of more than this part of the number says too little about it


class Rough(Withheld):
    """A number that is told rounded; in calculations it stands for its rounded value."""


def roughly(data: JourneyData, covered: tuple[HandoverRow, ...], cover: Cover, journey: str) -> tuple[HandoverRow, ...]:
    """The covered hand-overs, with a rounded number where one is hidden only beside small ones.

    A hand-over is the sum of the ways from one owner's touchpoints to another's. Whoever knows the ways that are shown
    learns from it the sum of those that are not. Rounded such that this sum could be anything that it could be without
    it, it tells of the hand-over and of nothing else.

    Args:
        data: The rows of the map, not covered.
        covered: Its hand-overs, covered.
        cover: What is hidden.
        journey: Name of the map.
    """
    raw = {(row.from_owner, row.to_owner): row for row in data.gap.handovers}
    owner = {row.touchpoint: row.owner for row in data.touchpoints}
    hidden: dict[tuple[str | None, str | None], list[FlowRow]] = {}
    for flow in data.flows:
        if flow.to_touchpoint is not None and cover.columns("flows", {"journey": journey, **asdict(flow)}):
            pair = owner.get(flow.from_touchpoint or ""), owner.get(flow.to_touchpoint)
            hidden.setdefault(pair, []).append(flow)

    def told(row: HandoverRow) -> HandoverRow:
        whole = raw[row.from_owner, row.to_owner]
        if not isinstance(row.n, Withheld) or whole.journeys_n < cover.minimum:
            return row
        ways = hidden.get((row.from_owner, row.to_owner), [])
        unit = _unit(whole.n, sum(way.n for way in ways), len(ways), cover.minimum)
        if unit is None:
            return row
        n, journeys_n = (_rough(each, unit) for each in (whole.n, whole.journeys_n))
        return replace(row, n=n, journeys_n=journeys_n, p50_s=whole.p50_s, p90_s=whole.p90_s)

    return tuple(map(told, covered))


def _unit(n: int, hidden: int, ways_n: int, minimum: int) -> int | None:
    """The finest unit that leaves the hidden ways everything that they could be; None where there is none."""
    for unit in (unit for unit in _UNITS if minimum <= unit <= _LEAST_SHARE * n):
        least = near(n, unit) - unit // 2 - (n - hidden)
        if least <= ways_n and least + unit - 1 >= ways_n * (minimum - 1):
            return unit
    return None


def near(n: int, unit: int) -> int:
    """The nearest multiple of a unit."""
    return (n + unit // 2) // unit * unit


def _rough(n: int, unit: int) -> Rough:
    rounded = near(n, unit)
    return Rough(rounded, f"≈ {told_number(f'{rounded:,}')}")
