"""Charts that the program draws itself, each beside the numbers that it is drawn from: change one and it follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.language import tr
from pipelines.report.document import Chart, Figure, Series
from pipelines.report.formats.standalone import alternative
from pipelines.report.formats.workbook.looks import (
    BAR,
    FONT,
    HIGHLIGHT,
    INK,
    MEANINGS,
    MUTED,
    RULE,
    SERIES,
    Looks,
    lay_out,
)
from pipelines.report.formats.workbook.number_formats import seconds_in_days
from pipelines.report.formats.workbook.table_sheet import write_link, write_text
from pipelines.report.text import clean, short

_DATA = 13  # the column where the numbers begin, right of the charts
_WIDE = 900  # pixels
_ROW_HIGH = 20  # pixels of a row
_KINDS = {
    "bar": {"type": "bar"},
    "stacked": {"type": "bar", "subtype": "stacked"},
    "line": {"type": "line"},
    "dot": {"type": "line"},
}
_DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "square_dot")
_MARKERS = ("circle", "square", "diamond", "triangle", "x", "plus")
_MANY = 24  # points of a line; markers and whiskers at more would hide it
_FORMATS = {"share": "0.0%", "count": "#,##0.0", "seconds": "#,##0.0", "money": "#,##0"}
_AXES = {"share": "0%", "count": "#,##0", "seconds": "#,##0", "money": "#,##0"}


class ChartSheet:
    """Writes charts below each other."""

    def __init__(self, book: Any, sheet: Any, looks: Looks, back: str) -> None:
        self._book, self._sheet, self._looks, self._row = book, sheet, looks, 2
        sheet.set_column(0, _DATA - 2, 10.4)
        sheet.set_column(_DATA - 1, _DATA - 1, 3)
        sheet.set_column(_DATA, _DATA, 42)
        sheet.set_column(_DATA + 1, _DATA + 24, 16)
        write_link(sheet, (0, 0), back, tr("Contents"), looks)
        lay_out(sheet)

    def write(self, figure: Figure, chart: Chart) -> str:
        """A chart and its numbers; returns the cell where it begins."""
        start = self._row
        write_text(self._sheet, (start, 0), figure.title, self._looks, "section")
        for column in range(1, _DATA - 1):
            self._sheet.write_blank(start, column, None, self._looks("section"))
        self._sheet.set_row(start, 24)
        self._numbers(chart, start + 1)
        high = self._draw(figure, chart, start + 1)
        self._row = start + 4 + max(len(chart.categories) + 2, high // _ROW_HIGH)
        self._sheet.print_area(0, 0, self._row, _DATA - 2)  # the numbers are for the screen
        return f"A{start + 1}"

    def _numbers(self, chart: Chart, top: int) -> None:
        number_format, looks = _number_format(chart), self._looks
        write_text(self._sheet, (top, _DATA), "", looks, "head")
        self._sheet.set_row(top, 42)
        for column, (name, values, _) in enumerate(_columns(chart), _DATA + 1):
            write_text(self._sheet, (top, column), name, looks, "head_number")
            for row, value in enumerate(values, top + 1):
                if value is None:
                    self._sheet.write_blank(row, column, None, looks("number"))
                else:
                    self._sheet.write_number(row, column, _value(chart, value), looks("number", number_format))
        for row, category in enumerate(chart.categories, top + 1):
            write_text(self._sheet, (row, _DATA), category, looks, "cell")

    def _draw(self, figure: Figure, chart: Chart, top: int) -> int:
        drawn = self._book.add_chart(_KINDS[chart.kind])
        mains = [i for i, (_, _, is_main) in enumerate(_columns(chart)) if is_main]
        for i, (series, place) in enumerate(zip(chart.series, mains, strict=True)):
            drawn.add_series(self._series(chart, series, top, _DATA + 1 + place) | _look(chart, series, i))
        high = self._shape(drawn, chart)
        title, words = alternative(figure.drawings[0].svg) if figure.drawings else (figure.title, "")
        told = {"description": clean(f"{title}. {words}")[:2_000], "x_offset": 0, "y_offset": 6, "object_position": 1}
        self._sheet.insert_chart(top, 0, drawn, told)
        return high

    def _series(self, chart: Chart, series: Series, top: int, column: int) -> dict[str, Any]:
        from xlsxwriter.utility import xl_range_formula

        name, last = self._sheet.get_name(), top + len(chart.categories)
        found = {
            "name": [name, top, column],
            "categories": [name, top + 1, _DATA, last, _DATA],
            "values": [name, top + 1, column, last, column],
        }
        if not _has_whiskers(chart, series):
            return found
        above, below = (xl_range_formula(name, top + 1, column + i, last, column + i) for i in (3, 4))
        line = {"color": INK, "width": 1}
        return found | {"y_error_bars": {"type": "custom", "plus_values": above, "minus_values": below, "line": line}}

    def _shape(self, drawn: Any, chart: Chart) -> int:
        """Size, axes and words of a chart; returns its height."""
        is_flat = chart.kind in {"bar", "stacked"}
        bars_n = len(chart.categories) * (len(chart.series) if chart.kind == "bar" else 1)
        high = min(1_400, 110 + 26 * max(bars_n, 4)) if is_flat else 380
        text = {"name": FONT, "size": 9, "color": MUTED}
        names = {"num_font": text | {"color": INK}, "line": {"color": RULE}, "major_tick_mark": "none"}
        values = {
            "num_font": text,
            "num_format": _AXES[chart.unit],
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.75}},
            "min": _lowest(chart),
        }
        if is_flat:  # drawn from below: turned round, the first category stands on top, and the scale below the last
            drawn.set_y_axis(names | {"reverse": True, "crossing": "max", "label_position": "low"})
            drawn.set_x_axis(values)
        else:
            drawn.set_x_axis(names | {"label_position": "low"})
            drawn.set_y_axis(values)
        drawn.set_title({"none": True})
        drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "top", "font": text})
        drawn.set_chartarea({"border": {"none": True}})
        drawn.set_size({"width": _WIDE, "height": high})
        drawn.show_blanks_as("span" if chart.kind == "line" else "gap")
        return high


def _columns(chart: Chart) -> list[tuple[str, Sequence[float | None], bool]]:
    """Heading, values, and whether they are a series' own, of each column of numbers.

    The ends of an interval stand first as they are, then as what a chart asks for: how far above and below.
    """
    found: list[tuple[str, Sequence[float | None], bool]] = []
    for series in chart.series:
        found.append((series.name, series.values, True))
        if _has_interval(series):
            found.append((tr("{number}, 95% from", number=series.name), series.low, False))
            found.append((tr("{number}, 95% to", number=series.name), series.high, False))
        if _has_whiskers(chart, series):
            found.append((tr("{number}, so much above", number=series.name), _apart(series.high, series.values), False))
            found.append((tr("{number}, so much below", number=series.name), _apart(series.values, series.low), False))
    return found


def _has_interval(series: Series) -> bool:
    return any(end is not None for end in (*series.low, *series.high))


def _has_whiskers(chart: Chart, series: Series) -> bool:
    return chart.kind != "stacked" and len(chart.categories) <= _MANY and _has_interval(series)


def _apart(larger: Sequence[float | None], smaller: Sequence[float | None]) -> list[float | None]:
    pairs = zip(larger, smaller, strict=True)
    return [None if a is None or b is None else max(0.0, a - b) for a, b in pairs]


def _number_format(chart: Chart) -> str:
    values = [value for series in chart.series for value in series.values if value is not None]
    is_whole = all(float(value).is_integer() for value in values)
    return "#,##0" if chart.unit == "count" and is_whole else _FORMATS[chart.unit]


def _value(chart: Chart, value: float) -> float:
    """Durations in days, as spreadsheets reckon with them."""
    return seconds_in_days(value) if chart.unit == "seconds" else value


def _lowest(chart: Chart) -> float | None:
    """Where the axis begins: at nothing, unless something is below."""
    values = (v for series in chart.series for v in (*series.values, *series.low) if v is not None)
    return 0 if min(values, default=0.0) >= 0 else None


def _look(chart: Chart, series: Series, i: int) -> dict[str, Any]:
    plain = BAR if len(chart.series) == 1 else SERIES[i % len(SERIES)]
    colour = MEANINGS.get(series.look, plain)
    if chart.kind in {"bar", "stacked"}:
        told = {"fill": {"color": colour}, "gap": 45, "overlap": 100 if chart.kind == "stacked" else -10}
        return told | ({"points": _points(chart)} if chart.highlight in chart.categories else {})
    marker = {"type": _MARKERS[i % len(_MARKERS)], "size": 7 if chart.kind == "dot" else 4, "fill": {"color": colour}}
    line = {"color": colour, "width": 2.25, "dash_type": _DASHES[i % len(_DASHES)]}
    many = {"type": "none"} if len(chart.categories) > _MANY else marker | {"border": {"color": colour}}
    return {"line": {"none": True} if chart.kind == "dot" else line, "marker": many}


def _points(chart: Chart) -> list[dict[str, Any] | None]:
    """The one bar that the chart is about has a colour of its own."""
    return [{"fill": {"color": HIGHLIGHT}} if name == chart.highlight else None for name in chart.categories]


def chart_title(figure: Figure) -> str:
    """A figure's title as a line of the contents."""
    return short(figure.title, 120)
