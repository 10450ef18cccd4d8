"""Charts hold the numbers of the pictures: one value for each category, nothing where nothing is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.report import charts
from pipelines.report.document import Chart
from pipelines.report.view import JourneyView
from tests.pipelines.report.test_cost import view_with

__all__ = ["view_with"]

MAKERS = (
    charts.drop_off_chart,
    charts.promises_chart,
    charts.frictions_chart,
    charts.cohorts_chart,
    charts.patience_chart,
    charts.states_chart,
    charts.quadrants_chart,
)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_every_series_has_a_value_for_every_category(
    make: Callable[[JourneyView], Chart | None], view_with: Callable[[int], JourneyView]
) -> None:
    chart = make(view_with(12))
    assert chart is not None
    for series in chart.series:
        assert len(series.values) == len(chart.categories)
        assert {len(series.low), len(series.high)} <= {0, len(chart.categories)}


def test_the_drop_off_of_the_chart_is_that_of_the_table(view_with: Callable[[int], JourneyView]) -> None:
    view = view_with(12)
    chart = charts.drop_off_chart(view)
    assert chart is not None
    leave = [view.outcomes[name].leave for name in view.flow_names if name in view.outcomes]
    drawn = [None if a is None else a + (b or 0.0) for a, b in zip(*(s.values for s in chart.series), strict=True)]
    assert drawn == pytest.approx(leave)


def test_the_frictions_of_the_chart_come_costliest_first_and_all_together_last(
    view_with: Callable[[int], JourneyView],
) -> None:
    chart = charts.frictions_chart(view_with(12))
    assert chart is not None
    *single, joint = [value or 0.0 for value in chart.series[0].values]
    assert single == sorted(single, reverse=True)
    assert joint < sum(single)
    assert chart.categories[-1] == "All frictions fixed at once"
