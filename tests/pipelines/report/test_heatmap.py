"""The heatmap: what stands in its cells, what is refused or hidden, and that its words never collide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

from pipelines.privacy.withheld import small
from pipelines.report.cost.rows import Cost
from pipelines.report.heatmap import cost_grid, heatmap, rate_grid
from pipelines.report.rows import RateRow
from pipelines.report.view import JourneyView

View = Callable[..., JourneyView]


def effect(touchpoint: str, signal: str, verdict: str, lost: object, reason: str | None = None) -> dict[str, Any]:
    ends = (
        {"lost_low": lost - 2, "lost_high": lost + 2}
        if isinstance(lost, float)
        else {"lost_low": None, "lost_high": None}
    )
    return {
        "touchpoint": touchpoint,
        "signal": signal,
        "verdict": verdict,
        "lost_shrunk": lost,
        "reason": reason,
    } | ends


def with_effects(view: JourneyView, *rows: dict[str, Any]) -> JourneyView:
    return replace(view, data=replace(view.data, cost=Cost({"frictions": rows})))


def rate(kind: str, touchpoint: str | None, value: float | None, n: int, block: str | None = None) -> RateRow:
    return RateRow(kind, touchpoint, block, "Sales", "Order", n, n, 100, value, value, value, None)


def test_what_costs_is_filled_the_more_the_stronger_and_what_keeps_or_is_refused_is_told_apart(view: View) -> None:
    walked = view(5)
    one, two, three = walked.flow_names[:3]
    grid = cost_grid(
        with_effects(
            walked,
            effect(one, "failed", "friction", 50.0),
            effect(two, "failed", "friction", 2.0),
            effect(one, "late", "helpful", -3.0),
            effect(two, "late", "variation", 0.1),
            effect(three, "late", "refused", None, "too few journeys (worth fewer than 30)"),
        )
    )

    assert [name for name, _ in grid.columns] == ["failed", "late"]
    assert {key: (cell.kind, cell.step, cell.text) for key, cell in grid.cells.items()} == {
        (one, "failed"): ("costs", 4, "50"),
        (two, "failed"): ("costs", 1, "2"),
        (one, "late"): ("keeps", 0, "−3"),
        (two, "late"): ("nothing", 0, "0.1"),
        (three, "late"): ("refused", 0, ""),
    }
    drawing = heatmap(walked, "h", grid)
    assert drawing is not None
    assert drawing.svg.count('class="hatch"') == 2, "one in the legend, one where it is refused"
    assert "too few journeys" in drawing.svg


def test_a_number_of_few_people_is_in_no_cell_and_a_gap_in_the_data_is_no_friction(view: View) -> None:
    walked = view(5)
    one, two = walked.flow_names[:2]
    rates = (
        rate("missing", one, 0.25, 25),
        rate("repeated", one, None, small(10)),
        rate("unobservable", two, 0.5, 50),
        rate("missing", None, 0.1, 10, block=f"{two} | {one}"),
    )
    grid = rate_grid(replace(walked, data=replace(walked.data, rates=rates)))

    assert {key: cell.text for key, cell in grid.cells.items()} == {
        (one, "missing"): "25%",
        (one, "repeated"): "",
        (f"{two} | {one}", "missing"): "10%",
    }
    assert [name for name, _ in grid.rows] == [one, f"{two} | {one}"], "a block stands by the first of its touchpoints"
    assert "< 10" in grid.cells[one, "repeated"].words


def test_nothing_stands_on_another_on_small_and_on_large_maps(view: View) -> None:
    signals = ("failed", "late", "repeat_contact_14d", "ping_pong", "negative_sentiment", "missing", "out_of_order")
    for touchpoints_n in (5, 12, 25):
        walked = view(touchpoints_n)
        effects = (
            effect(name, signal, ("friction", "helpful", "variation")[(i + j) % 3], 12_345.0 - i * 900)
            for i, name in enumerate((*walked.flow_names, *(f"Kredittvurderingsgodkjenning {k}" for k in range(9))))
            for j, signal in enumerate(signals)
        )
        for grid in (cost_grid(with_effects(walked, *effects)), rate_grid(walked)):
            drawing = heatmap(walked, "h", grid)
            assert drawing is not None
            assert [(a.text, b.text) for a, b in combinations(drawing.boxes, 2) if a.overlaps(b)] == []
            assert [box.text for box in drawing.boxes if box.left < 0 or box.right > drawing.width] == []
            assert drawing.width <= 1290


def test_without_a_signal_there_is_no_heatmap(view: View) -> None:
    walked = view(5)
    assert heatmap(walked, "h", cost_grid(with_effects(walked))) is None
