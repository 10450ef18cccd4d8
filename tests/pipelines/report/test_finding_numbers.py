from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.privacy.withheld import Withheld
from pipelines.report.finding_numbers import MOST_PLACES, with_numbers
from pipelines.report.numbers import count, share
from pipelines.report.rows import FindingRow, RateRow
from pipelines.report.sentences import Card, cards
from pipelines.report.view import JourneyView

View = Callable[..., JourneyView]
FAILS = FindingRow(1, "f1", "t2", "failed", "Fails", "Sales", "new", "r1", 120, 0.22, 0.21, 0.23)
COSTS = replace(FAILS, effect=0.1, lost_shrunk=58.0, lost_low=50.0, lost_high=66.0, evidence_grade="B")
TABLES = {"findings": "map_findings", "frictions": "map_frictions"}


def rate(touchpoint: str, value: float, kind: str = "failed") -> RateRow:
    return RateRow(kind, touchpoint, None, "Sales", "p", 9, 9, 99, value, value - 0.01, value + 0.01, None)


@pytest.fixture
def sample(view: View) -> Callable[..., tuple[JourneyView, Card]]:
    """A view with one finding and some rates, and the finding's card with its numbers."""

    def make(finding: FindingRow, *rates: RateRow) -> tuple[JourneyView, Card]:
        made = view(15)
        data = replace(made.data, findings=(finding,), rates=rates)
        changed = replace(made, data=data)
        (card,) = with_numbers(changed, cards(changed), TABLES)
        return changed, card

    return make


def test_a_finding_has_its_journeys_and_their_share_with_the_table_they_stand_in(
    sample: Callable[..., tuple[JourneyView, Card]],
) -> None:
    _, card = sample(FAILS)
    assert [(tile.value, tile.detail, tile.table) for tile in card.numbers] == [
        (count(120), "", "map_findings"), (share(0.22), "21–23%", "map_findings"),
    ]  # fmt: skip


def test_what_it_costs_stands_with_its_interval_and_evidence(
    sample: Callable[..., tuple[JourneyView, Card]],
) -> None:
    _, card = sample(COSTS)
    lost = card.numbers[-1]
    assert (lost.value, lost.detail, lost.table) == ("58", "50 to 66, grade B", "map_frictions")


def test_a_drop_off_adds_its_two_ways_of_leaving_and_does_not_repeat_its_numbers(
    sample: Callable[..., tuple[JourneyView, Card]],
) -> None:
    view, card = sample(replace(FAILS, signal="drop_off", touchpoint="t02"))
    outcome = view.outcomes["t02"]
    assert card.association == f"{share(outcome.hazard)} silent, {share(outcome.exit_hazard or 0.0)} say no."
    assert card.numbers[1].value == share(outcome.leave)


def test_the_chart_has_the_same_signal_at_every_place_and_marks_its_own(
    sample: Callable[..., tuple[JourneyView, Card]],
) -> None:
    view, card = sample(FAILS, rate("t2", 0.22), rate("t4", 0.1), rate("t4", 0.5, "late"))
    assert card.chart is not None
    assert card.chart.categories == (view.label("t2"), view.label("t4"))
    assert card.chart.series[0].values == (0.22, 0.1)
    assert card.chart.highlight == view.label("t2")


def test_of_many_places_the_highest_are_kept_and_its_own(sample: Callable[..., tuple[JourneyView, Card]]) -> None:
    rates = [rate(f"t{i}", 0.3 + i / 100) for i in range(15) if i != 2]
    view, card = sample(FAILS, rate("t2", 0.02), *rates)
    assert card.chart is not None
    assert len(card.chart.categories) == MOST_PLACES
    assert view.label("t2") in card.chart.categories
    assert min(value or 0 for value in card.chart.series[0].values[1:]) > 0.3


def test_a_share_that_is_withheld_is_on_no_chart(sample: Callable[..., tuple[JourneyView, Card]]) -> None:
    hidden = replace(rate("t4", 0.1), rate=Withheld(0.1, "hidden"))  # type: ignore[arg-type]  # as covers put it in
    _, card = sample(FAILS, rate("t2", 0.22), hidden)
    assert card.chart is None


def test_a_signal_of_one_place_has_no_chart_where_no_costs_are_told(
    sample: Callable[..., tuple[JourneyView, Card]],
) -> None:
    _, card = sample(FAILS, rate("t2", 0.22))
    assert card.chart is None
