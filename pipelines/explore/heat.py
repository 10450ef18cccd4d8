"""The heatmap of touchpoint by signal as a chart that answers when one points at its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.explore.charts import apart
from pipelines.language import tr
from pipelines.report.heatmap.cells import COSTS, KEEPS, NOTHING, Cell, Grid, cost_grid, rate_grid
from pipelines.report.text import short, wrap

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Plot

    from pipelines.report.view import JourneyView

_REFUSED, _KEEPS, _NOTHING, _MOST = -2, -1, 0, 4
_COLOURS = ("#8a93a133", "#5fc0a8", "#b4bcc8", "#fbe3c4", "#f6bd80", "#ee8f55", "#e8705f")
"""By step from `_REFUSED` to `_MOST`; nearly black numbers can be read on each of them, in light and dark."""
_LONGEST, _HEAD = 40, 58.0


def grid_choices(view: JourneyView) -> dict[str, Grid]:
    """Titles of the heatmaps of a map, those that have cells."""
    grids = (cost_grid(view), rate_grid(view))
    return {f"{tr('Touchpoint by signal')}: {grid.title}": grid for grid in grids if grid.cells}


def heat_plot(grid: Grid) -> Plot:
    """A grid as a heatmap of plotly's, with the words of the report's own cells.

    Args:
        grid: What is told.
    """
    from plotly import graph_objects

    rows = (*grid.rows, *grid.beside)
    cells = [[grid.cells.get((row, column)) for column, _ in grid.columns] for row, _ in rows]
    trace = graph_objects.Heatmap(
        x=apart(["<br>".join(wrap(title, _HEAD, 11.0, 4)) for _, title in grid.columns]),
        y=apart([short(title, _LONGEST) for _, title in rows]),
        z=[[None if cell is None else step_of(cell) for cell in line] for line in cells],
        text=[["" if cell is None else cell.text for cell in line] for line in cells],
        customdata=[
            ["" if cell is None else "<br>".join(wrap(cell.words, 420.0, 13.0, 12)) for cell in line] for line in cells
        ],
        texttemplate="%{text}",
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        zmin=_REFUSED - 0.5,
        zmax=_MOST + 0.5,
        colorscale=_scale(),
        showscale=False,
        xgap=3,
        ygap=3,
    )
    figure = graph_objects.Figure(trace)
    figure.update_layout(
        xaxis={
            "side": "top",
            "showgrid": False,
            "automargin": True,
            "tickangle": 0,
            "tickfont": {"size": 11},
            "fixedrange": True,
        },
        yaxis={"autorange": "reversed", "showgrid": False, "automargin": True, "fixedrange": True},
        height=124 + 34 * len(rows),
        margin={"l": 10, "r": 20, "t": 84, "b": 20},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": {"family": "Inter, sans-serif"}, "align": "left"},
        font={"family": "Inter, sans-serif", "size": 13},
    )
    return figure


def step_of(cell: Cell) -> int:
    """Where a cell stands on the scale of colours."""
    return cell.step if cell.kind == COSTS else {KEEPS: _KEEPS, NOTHING: _NOTHING}.get(cell.kind, _REFUSED)


def _scale() -> list[tuple[float, str]]:
    """One colour for each step, without any between."""
    n = len(_COLOURS)
    ends: list[tuple[float, Any]] = []
    for place, colour in enumerate(_COLOURS):
        ends += [(place / n, colour), ((place + 1) / n, colour)]
    return ends
