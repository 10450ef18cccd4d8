"""A map looked at from one owner's touchpoints: the same map, and only the rows that are theirs."""

from __future__ import annotations

from dataclasses import replace

from pipelines.report.cost.rows import Cost, Record
from pipelines.report.gap.rows import Gap
from pipelines.report.owners.who import charged, is_finding_of, theirs
from pipelines.report.rows import JourneyData, RateRow
from pipelines.report.view import JourneyView


def focused_on(view: JourneyView, owner: str) -> JourneyView:
    """The view with rows of the owner's touchpoints only, all segments together, within the whole report's horizon."""
    names = theirs(view, owner)
    data = view.data
    return replace(
        view,
        data=replace(
            data,
            touchpoints=tuple(row for row in data.touchpoints if row.touchpoint in names),
            outcomes=tuple(row for row in view.outcomes.values() if row.touchpoint in names),
            waits=tuple(row for row in data.waits if row.from_touchpoint in names and row.segment is None),
            flows=tuple(row for row in data.flows if {row.from_touchpoint, row.to_touchpoint} & names),
            sides=tuple(row for row in data.sides if {row.at_touchpoint, row.touchpoint} & names),
            rates=tuple(row for row in data.rates if _is_rate_of(row, owner, names)),
            findings=tuple(row for row in data.findings if is_finding_of(row, owner, names)),
            gap=_gap(data, owner, names),
            cost=_cost(data.cost, names),
        ),
    )


def _is_rate_of(row: RateRow, owner: str, names: frozenset[str]) -> bool:
    return row.owner == owner or bool(charged(row.touchpoint or row.block) & names)


def _gap(data: JourneyData, owner: str, names: frozenset[str]) -> Gap:
    gap = data.gap
    return replace(
        gap,
        states=tuple(row for row in gap.states if row.touchpoint in names),
        handovers=tuple(row for row in gap.handovers if owner in {row.from_owner, row.to_owner}),
        backlog=tuple(row for row in gap.backlog if charged(row.touchpoint or row.block) & names),
        constraints=tuple(row for row in gap.constraints if row.owner == owner or row.touchpoint in names),
        ledger=(),
        errands=(),
        versions=(),
        coverage=(),
        cards=(),
    )


def _cost(cost: Cost, names: frozenset[str]) -> Cost:
    """Rows that name a touchpoint, of theirs; the others tell of the whole map and are left out."""

    def is_theirs(row: Record) -> bool:
        place = row.get("touchpoint") or row.get("from_touchpoint")
        return bool(charged(str(place) if place else None) & names)

    return replace(cost, tables={name: tuple(filter(is_theirs, rows)) for name, rows in cost.tables.items()})
