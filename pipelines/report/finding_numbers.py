"""What stands beside a finding: its numbers one by one, and the same signal elsewhere on the map as a chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipelines.findings.headlines import DROP_OFF
from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.charts import frictions_chart
from pipelines.report.cost.forest import drawn, friction_name
from pipelines.report.document import Chart, Series
from pipelines.report.numbers import count, interval, share
from pipelines.report.rows import FindingRow
from pipelines.report.sentences import Card, Tile
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title

MOST_PLACES = 12  # of a chart beside a finding; those with the highest shares
Place = tuple[str, float | None, float | None, float | None]


def with_numbers(view: JourneyView, cards: Iterable[Card], tables: dict[str, str]) -> tuple[Card, ...]:
    """The cards, each with its numbers and its chart.

    Args:
        view: The map's view that the cards are of.
        cards: Findings as cards.
        tables: Short names of tables to their names.
    """
    found = {finding.finding_id: finding for finding in view.data.findings}
    pairs = ((card, found[card.finding_id]) for card in cards)
    return tuple(
        replace(
            card,
            numbers=_numbers(view, card, finding, tables),
            chart=_chart(view, finding),
            association=card.association or _parts_left(view, finding),
        )
        for card, finding in pairs
    )


def _numbers(view: JourneyView, card: Card, finding: FindingRow, tables: dict[str, str]) -> tuple[Tile, ...]:
    """Journeys, their share, customers and money a month: those that are known."""
    findings, frictions = tables.get("findings", ""), tables.get("frictions", "")
    tiles = [Tile(count(finding.journeys_n), tr("journeys"), "", findings)] if finding.journeys_n else []
    part, low, high = _rate(view, finding)
    if _is_told(part):
        of = tr("of those who reached it") if finding.signal == DROP_OFF else tr("of those where it could happen")
        tiles.append(Tile(share(part), of, interval(low, high), findings))
    if card.lost:
        tiles.append(Tile(card.lost, tr("customers lost a month go with it"), _sure(card, finding), frictions))
    if card.worth:
        tiles.append(Tile(card.worth, tr("a month is what they are worth"), card.worth_between, frictions))
    return tuple(tiles)


def _parts_left(view: JourneyView, finding: FindingRow) -> str:
    """The two ways of leaving, which the numbers of a drop-off tell together; "" for other findings."""
    outcome = view.outcomes.get(finding.touchpoint or "")
    if finding.signal != DROP_OFF or outcome is None or not _is_told(outcome.leave):
        return ""
    silent, said_no = (share(0.0 if part is None else part) for part in (outcome.hazard, outcome.exit_hazard))
    return tr("{silent} silent, {said_no} say no", silent=silent, said_no=said_no) + "."


def _rate(view: JourneyView, finding: FindingRow) -> tuple[float | None, float | None, float | None]:
    outcome = view.outcomes.get(finding.touchpoint or "")
    if finding.signal == DROP_OFF and outcome is not None:
        return (outcome.leave, *outcome.leave_interval)
    return finding.rate, finding.rate_low, finding.rate_high


def _sure(card: Card, finding: FindingRow) -> str:
    if not card.lost_between or not finding.evidence_grade:
        return card.lost_between
    return tr("{between}, grade {grade}", between=card.lost_between, grade=finding.evidence_grade)


def _chart(view: JourneyView, finding: FindingRow) -> Chart | None:
    """The same signal wherever it happens on the map; where it happens nowhere else, what other findings cost."""
    places = _left(view) if finding.signal == DROP_OFF else _same_kind(view, finding)
    if len(places) < 2:
        return _costs(view, finding)
    here = view.target_label(finding.touchpoint)
    names, values, low, high = zip(*_most(places, here), strict=True)
    return Chart("bar", names, (Series(kind_title(finding.signal), values, low, high),), highlight=here)


def _left(view: JourneyView) -> list[Place]:
    rows = ((name, view.outcomes[name]) for name in view.flow_names if name in view.outcomes)
    return [(view.label(name), row.leave, *row.leave_interval) for name, row in rows if row.leave is not None]


def _same_kind(view: JourneyView, finding: FindingRow) -> list[Place]:
    rows = (row for row in view.data.rates if row.kind == finding.signal and _is_told(row.rate))
    return [(view.place_label(row.touchpoint, row.block), row.rate, row.rate_low, row.rate_high) for row in rows]


def _is_told(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, Withheld)


def _most(places: list[Place], here: str) -> list[Place]:
    """The highest and the finding's own, in the order in which they came; of one name only the first."""
    named = {place[0]: place for place in reversed(places)}
    highest = sorted(named.values(), key=lambda place: (place[0] != here, -(place[1] or 0.0), place[0]))
    kept = {place[0] for place in highest[:MOST_PLACES]}
    return [place for place in dict.fromkeys(places) if place[0] in kept and named[place[0]] == place]


def _costs(view: JourneyView, finding: FindingRow) -> Chart | None:
    here = [r for r in drawn(view) if (r["signal"], r["touchpoint"]) == (finding.signal, finding.touchpoint)]
    chart = frictions_chart(view)
    if chart is None or not here or len(chart.categories) < 2:
        return None
    return replace(chart, highlight=friction_name(view, here[0]))
