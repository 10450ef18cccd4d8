from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.compare.frictions import WHOEVER
from pipelines.explore import costs
from pipelines.explore.costs import judged, untold
from pipelines.explore.desk import Desk
from pipelines.explore.focus import Focus
from pipelines.explore.heat import grid_choices, heat_plot, step_of
from pipelines.explore.part import part
from pipelines.friction.judge import NUMBERS
from pipelines.privacy.withheld import Withheld, small
from pipelines.report.heatmap.cells import Cell, cost_grid, rate_grid
from tests.notebooks.conftest import JOURNEY

OSLO = Focus(JOURNEY, (("region", "Oslo"),))


def test_a_part_is_judged_only_when_asked_for(desk: Desk) -> None:
    seen = part(desk, OSLO)
    assert seen.view is not None
    assert seen.view.data.cost.rows("frictions") == ()


def test_what_it_costs_is_judged_among_the_journeys_of_the_part_where_it_is_among_all(desk: Desk) -> None:
    asked = judged(desk, OSLO)
    assert asked.view is not None
    whole = {(row["touchpoint"], row["signal"]): row for row in desk.view(JOURNEY).data.cost.rows("frictions")}
    rows = asked.view.data.cost.rows("frictions")
    told = [row for row in rows if type(row["exposed_n"]) is int and row["signal"] != "all_fixed"]
    assert told
    for row in told:
        among_all = whole[(row["touchpoint"], row["signal"])]
        assert row["at_touchpoint"] == among_all["at_touchpoint"]
        assert row["exposed_n"] <= among_all["exposed_n"]
        assert row["reached_n"] <= among_all["reached_n"]
    assert all(row["lost_per_month"] is None for row in rows if row["verdict"] == "refused")


def test_a_signal_of_few_has_no_number_that_would_count_them(desk: Desk) -> None:
    minimum = desk.settings.privacy.minimum_cell
    asked = judged(desk, OSLO)
    assert asked.view is not None
    rows = asked.view.data.cost.rows("frictions")
    hidden = [row for row in rows if isinstance(row["exposed_n"], Withheld)]
    assert hidden
    assert all(row[name] is None for row in hidden for name in NUMBERS)
    assert not [row for row in rows if type(row["exposed_n"]) is int and 0 < row["exposed_n"] < minimum]


def test_the_numbers_of_a_row_go_with_its_count() -> None:
    row = {**dict.fromkeys(NUMBERS, 1.0), "reached_n": 50, "exposed_n": 40, "verdict": "friction", "reason": None}
    assert costs._covered(row) == row
    covered = costs._covered({**row, "exposed_n": small(5)})
    assert covered["verdict"] == "refused"
    assert {covered[name] for name in NUMBERS} == {None}


def test_what_turned_with_the_identity_is_refused_in_a_part_too(desk: Desk) -> None:
    whole = desk.view(JOURNEY)
    (first, *others) = whole.data.cost.rows("frictions")
    reason = f"Under loose identity it costs less than half as much, {WHOEVER}. And more."
    turned = {**first, "touchpoint": "pay", "signal": "failed", "verdict": "refused", "reason": reason}
    cost = replace(whole.data.cost, tables={"frictions": (turned, *others)})
    known = costs._torn(replace(whole, data=replace(whole.data, cost=cost)))
    assert known[("pay", "failed")] == reason.removesuffix(". And more.")


def test_who_came_to_a_touchpoint_is_not_judged(desk: Desk) -> None:
    refused = judged(desk, Focus(JOURNEY, through="pay"))
    assert refused.view is None
    assert refused.trouble is not None
    assert "lost before it" in refused.trouble.got
    assert costs.costs(desk, refused) == ""


def test_a_part_says_what_is_told_of_all_journeys_only(desk: Desk) -> None:
    told = costs.costs(desk, judged(desk, OSLO))
    assert "signals were tried" in told
    assert "Judged for this part alone" in told
    assert "Told for all journeys only" in told
    whole = costs.costs(desk, judged(desk, Focus(JOURNEY)))
    assert "signals were tried" in whole
    assert "Told for all journeys only" not in whole
    assert untold(part(desk, Focus(JOURNEY))) == ""


def test_the_heatmap_has_the_cells_of_the_report(desk: Desk) -> None:
    view = desk.view(JOURNEY)
    choices = grid_choices(view)
    assert list(choices.values()) == [grid for grid in (cost_grid(view), rate_grid(view)) if grid.cells]
    for grid in choices.values():
        (heat,) = heat_plot(grid).data
        rows, columns = [name for name, _ in (*grid.rows, *grid.beside)], [name for name, _ in grid.columns]
        assert len(set(heat.y)) == len(rows)
        for row, line, texts, hovers in zip(rows, heat.z, heat.text, heat.customdata, strict=True):
            for column, z, text, hover in zip(columns, line, texts, hovers, strict=True):
                cell = grid.cells.get((row, column))
                if cell is None:
                    assert (z, text, hover) == (None, "", "")
                else:
                    assert (z, text) == (step_of(cell), cell.text)
                    assert hover.startswith(cell.words[:12])


@pytest.mark.parametrize(("kind", "step", "expected"), [("costs", 3, 3), ("keeps", 0, -1), ("nothing", 0, 0)])
def test_a_cell_is_coloured_by_what_it_tells(kind: str, step: int, expected: int) -> None:
    assert step_of(Cell(kind, step, "", "", "")) == expected
    assert step_of(Cell("refused", 0, "", "", "")) == -2
