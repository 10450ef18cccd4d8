"""The numbers of the report's figures as charts that answer when one points at them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipelines.explore.shown import material
from pipelines.report.document import Chart, Figure, Modes, Series
from pipelines.report.text import short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Plot

    from pipelines.explore.desk import Desk
    from pipelines.explore.part import Part

SECTIONS = ("travel", "drop_off", "waits", "frictions", "experience", "planned")
COLOURS = ("#5b7db1", "#d0643c", "#2f8f7a", "#8a6bc9", "#b3467a", "#97792b")
"""Told apart in light and dark, and with every kind of colour blindness beside each other in this order."""
_FORMATS = {"share": ".0%", "count": ",.3~s", "seconds": ",.3~s", "money": ",.3~s"}
_HOVERS = {"share": ".1%", "count": ",.4~r", "seconds": ",.4~r", "money": ",.4~r"}
_LONGEST = 44


def chart_choices(desk: Desk, part: Part) -> dict[str, Chart]:
    """Titles of the figures of a part that have a chart, in the report's order."""
    found: dict[str, Chart] = {}
    if part.view is None:
        return found
    made = material(desk, part.view)
    for name in SECTIONS:
        section = import_module(f"pipelines.report.sections.{name}").section(made)
        for block in section.blocks:
            figures = block.figures if isinstance(block, Modes) else (block,) if isinstance(block, Figure) else ()
            found |= {figure.title: figure.chart for figure in figures if figure.chart is not None}
    return found


def plot(chart: Chart) -> Plot:
    """A chart of plotly's; its colours of text and lines are the page's (`look.css`)."""
    from plotly import graph_objects

    figure = graph_objects.Figure()
    is_lying = chart.kind in {"bar", "stacked"} and len(chart.categories) > 4
    for series, colour in zip(chart.series, COLOURS * (1 + len(chart.series) // len(COLOURS)), strict=False):
        figure.add_trace(_trace(chart, series, colour, is_lying))
    values: dict[str, Any] = {"tickformat": _FORMATS[chart.unit], "rangemode": "tozero", "zeroline": False}
    names: dict[str, Any] = {"automargin": True}
    rows_n = len(chart.categories) * (len(chart.series) if chart.kind == "bar" else 1)
    figure.update_layout(
        barmode="stack" if chart.kind == "stacked" else "group",
        xaxis=values if is_lying else names,
        yaxis={**names, "autorange": "reversed"} if is_lying else values,
        height=max(360, 110 + 30 * rows_n) if is_lying else 440,
        margin={"l": 10, "r": 20, "t": 46, "b": 30},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": {"family": "Inter, sans-serif"}},
        font={"family": "Inter, sans-serif", "size": 13},
    )
    return figure


def _trace(chart: Chart, series: Series, colour: str, is_lying: bool) -> Any:
    from plotly import graph_objects

    names = [short(name, _LONGEST) for name in chart.categories]
    along, across = ("y", "x") if is_lying else ("x", "y")
    told: dict[str, Any] = {
        "name": series.name,
        along: apart(names),
        across: series.values,
        "hovertemplate": _hover(chart, series, across),
        "customdata": _intervals(series),
        f"error_{across}": _whiskers(series),
    }
    if chart.kind in {"bar", "stacked"}:
        return graph_objects.Bar(marker={"color": colour, "line": {"width": 0}}, **told)
    mode = "markers" if chart.kind == "dot" else "lines+markers"
    return graph_objects.Scatter(mode=mode, marker_color=colour, line_color=colour, **told)


def apart(names: list[str]) -> list[str]:
    """Categories that were cut to the same text are kept apart by signs that nobody sees."""
    return [f"{name}{chr(0x200B) * names[:place].count(name)}" for place, name in enumerate(names)]


def _hover(chart: Chart, series: Series, across: str) -> str:
    form = _HOVERS[chart.unit]
    along = "x" if across == "y" else "y"
    interval = f" (%{{customdata[0]:{form}}} – %{{customdata[1]:{form}}})" if series.low else ""
    return f"%{{{along}}}: <b>%{{{across}:{form}}}</b>{interval}"


def _intervals(series: Series) -> list[tuple[float | None, float | None]] | None:
    return list(zip(series.low, series.high, strict=True)) if series.low else None


def _whiskers(series: Series) -> dict[str, Any] | None:
    if not series.low:
        return None
    up = [_beyond(high, value) for high, value in zip(series.high, series.values, strict=True)]
    down = [_beyond(value, low) for low, value in zip(series.low, series.values, strict=True)]
    return {"type": "data", "array": up, "arrayminus": down, "symmetric": False, "thickness": 1.4, "width": 4}


def _beyond(upper: float | None, lower: float | None) -> float:
    return 0.0 if upper is None or lower is None else max(0.0, upper - lower)
