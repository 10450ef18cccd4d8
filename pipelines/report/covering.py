"""The report's rows without small numbers, and without those that would give them away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, TypeVar

from models.suppression import Sum, hide
from pipelines.budgets import Line
from pipelines.privacy.cover import Cover
from pipelines.privacy.folding import EDGES
from pipelines.privacy.withheld import Withheld, beside, small
from pipelines.report.gap.rows import Gap
from pipelines.report.handovers.roughly import roughly
from pipelines.report.rows import IdentityRow, JourneyData, SideRow

Row = TypeVar("Row", bound=Any)  # one of the dataclasses of `rows`


def covered(data: JourneyData, cover: Cover, journey: str) -> JourneyData:
    """The rows of one map as they may be shown. What is hidden comes last: its place would tell how large it is."""
    if cover.minimum <= 1:
        return data

    def rows(table: str, found: Iterable[Row]) -> tuple[Row, ...]:
        return _last(_row(each, cover.columns(table, {"journey": journey, **asdict(each)})) for each in found)

    return replace(
        data,
        all_n=_alone(data.journeys_n, cover.minimum),
        statuses={name: cover.shown((journey, "status", name), n) for name, n in data.statuses.items()},
        versions={name: cover.shown((journey, "map_version", name), n) for name, n in data.versions.items()},
        people_n=_alone(data.people_n, cover.minimum),
        aligned_n=_alone(data.aligned_n, cover.minimum),
        designed_n=_alone(data.designed_n, cover.minimum),
        touchpoints=tuple(
            _row(each, cover.columns("touchpoints", {"journey": journey, **asdict(each)})) for each in data.touchpoints
        ),
        outcomes=rows("touchpoint_outcomes", data.outcomes),
        waits=rows("waits", data.waits),
        flows=rows("flows", data.flows),
        rates=rows("deviation_rates", data.rates),
        unmapped=rows("unmapped_activities", data.unmapped),
        sides=_sides(data.sides, cover.minimum),
        findings=tuple(each for each in data.findings if not cover.hides_finding({"journey": journey, **asdict(each)})),
        identity=tuple(_identity(each, cover.minimum) for each in data.identity),
        budgets=tuple(_budget(each, cover.minimum) for each in data.budgets),
        gap=_gap(data, cover, journey),
    )


def _gap(data: JourneyData, cover: Cover, journey: str) -> Gap:
    """Planned against actual as it may be shown; the touchpoints' states keep the order of the map."""
    gap = data.gap

    def row(table: str, each: Row) -> Row:
        return _row(each, cover.columns(table, {"journey": journey, **asdict(each)}))

    def rows(table: str, found: Iterable[Row]) -> tuple[Row, ...]:
        return _last(row(table, each) for each in found)

    def edge(table: str, found: tuple[Row, ...]) -> tuple[Row, ...]:
        left = EDGES[table]([{"journey": journey, **asdict(each)} for each in found], cover.minimum)
        return tuple(type(found[0])(**{name: row[name] for name in row if name != "journey"}) for row in left)

    return Gap(
        ledger=rows("ledger", edge("ledger", gap.ledger)),
        states=tuple(row("touchpoint_states", each) for each in edge("touchpoint_states", gap.states)),
        constraints=tuple(row("constraints", each) for each in gap.constraints),
        handovers=roughly(data, rows("handovers", gap.handovers), cover, journey),
        backlog=rows("tracking_backlog", gap.backlog),
        coverage=tuple(row("coverage", each) for each in gap.coverage),
        errands=tuple(replace(each, journeys_n=_alone(each.journeys_n, cover.minimum)) for each in gap.errands),
        versions=tuple(row("map_versions", each) for each in gap.versions),
    )


def _row(row: Row, columns: dict[str, Withheld]) -> Row:
    """Counts become what stands in for them, everything else is not told."""
    there = {name: told for name, told in columns.items() if hasattr(row, name)}
    known = {name: told if isinstance(getattr(row, name), int) else None for name, told in there.items()}
    made: Row = replace(row, **known) if known else row
    return made


def _last(found: Iterable[Row]) -> tuple[Row, ...]:
    rows = list(found)
    hidden = [row for row in rows if any(isinstance(value, Withheld) for value in vars(row).values())]
    shown = [row for row in rows if not any(row is other for other in hidden)]
    return (*shown, *sorted(hidden, key=_words))


def _words(row: Row) -> str:
    return repr([value for value in vars(row).values() if isinstance(value, str | None)])


def _alone(n: int, minimum: int) -> int:
    return small(minimum) if 0 < n < minimum else n


def _sides(found: tuple[SideRow, ...], minimum: int) -> tuple[SideRow, ...]:
    """How often something came at each station makes how often it came in all."""
    counts = {(row.at_touchpoint, row.touchpoint): row.n for row in found}
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in counts:
        groups.setdefault(name[1], []).append(name)
    few = {(row.at_touchpoint, row.touchpoint) for row in found if 0 < row.journeys_n < minimum}
    hidden = hide(counts, (Sum(tuple(names)) for names in groups.values()), minimum, few)

    def told(row: SideRow) -> Withheld:
        return small(minimum) if (row.at_touchpoint, row.touchpoint) in hidden.small else beside(minimum)

    return _last(
        replace(row, n=told(row), journeys_n=told(row)) if (row.at_touchpoint, row.touchpoint) in hidden else row
        for row in found
    )


def _identity(row: IdentityRow, minimum: int) -> IdentityRow:
    return replace(
        row,
        journeys_n=_alone(row.journeys_n, minimum),
        mature_n=_alone(row.mature_n, minimum),
        converted_n=_alone(row.converted_n, minimum),
    )


def _budget(line: Line, minimum: int) -> Line:
    """A share that stands for few people is not told; whether it is kept stays a matter for `terreng check`."""
    if line.share is None or not 0 < round(line.share * line.n) < minimum:
        return line
    return replace(line, share=None, low=None, high=None)
