"""Charts that PowerPoint draws and people can edit, from the numbers of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from pipelines.report.document import Chart, Series
from pipelines.report.formats.pptx.deck import Place, Slide, describe, theme_colour
from pipelines.report.formats.pptx.look import ACCENT, AMBER, BAR, FONT, GREEN, INK, MUTED, ORANGE, RULE, VIOLET
from pipelines.report.tables import harmless
from pipelines.report.text import short

_SHARE, _WHOLE, _FINE = "[>=0.0995]0%;0.0%", "#,##0", "[>=9.95]#,##0;0.0"
_LIGHT = "light"  # the colour of what is still open
_LOOKS = {"done": BAR, "lost": ACCENT, "said_no": AMBER, "skipped": VIOLET, "active": _LIGHT, "help": GREEN}
_STACKS = (BAR, VIOLET, GREEN, ORANGE, AMBER, INK)
_LINES = (INK, ACCENT, GREEN, VIOLET, ORANGE, BAR)
_MANY = 15  # points of a line from which it has no marks of its own
_DASHES = ("SOLID", "DASH", "ROUND_DOT", "LONG_DASH", "DASH_DOT", "SQUARE_DOT")
_MARKERS = ("CIRCLE", "SQUARE", "DIAMOND", "TRIANGLE", "X", "PLUS")
_LONGEST_NAME = 60
_PLOT_LEFT, _PLOT_WIDTH = 0.36, 0.56  # of a chart's width; names stand left of it
_AS_VALUE = (
    '<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
    '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)
_WIDEST_BAR = 0.52  # inches from one bar to the next
_AXIS, _LEGEND = 0.42, 0.45  # inches below and above the bars


def put_chart(slide: Slide, place: Place, chart: Chart, told: str, bar: float = _WIDEST_BAR) -> float:
    """Puts a chart with its data on a slide.

    Args:
        slide: Where to.
        place: Its place there.
        chart: The numbers.
        told: Words for those who cannot see it.
        bar: Inches from one bar to the next, where there is room.

    Returns:
        Where it ends, inches from the top.
    """
    from pptx.util import Inches

    high = min(place.height, _highest(chart, bar))
    at = (Inches(place.left), Inches(place.top), Inches(place.width), Inches(high))
    frame = slide.slide.shapes.add_chart(_kind(chart), *at, _data(chart))
    describe(frame, told)
    drawn = frame.chart
    drawn.font.size, drawn.font.name = _points(11), FONT
    drawn.font.color.theme_color = theme_colour(INK)
    _legend(drawn, chart)
    if _is_bars(chart):
        _bars(drawn, chart)
    else:
        _lines(drawn, chart)
    _axes(drawn, chart, high)
    return place.top + high


def can_be_read(chart: Chart) -> bool:
    """Whether it tells more than the picture of it would: lines of which most points are missing do not."""
    if _is_bars(chart):
        return True
    values = [value for series in chart.series for value in series.values]
    return len(chart.series) <= len(_LINES) and (len(chart.series) < 3 or 2 * values.count(None) < len(values))


def _highest(chart: Chart, bar: float) -> float:
    """Few bars need no whole slide."""
    if not _is_bars(chart):
        return 5.0
    bars_n = len(chart.categories) * (len(chart.series) if chart.kind == "bar" else 1)
    return bars_n * bar + _AXIS + (_LEGEND if len(chart.series) > 1 else 0.1)


def number_format(chart: Chart) -> str:
    """How a chart's values are written: counts with a decimal only where they are no whole numbers."""
    if chart.unit == "share":
        return _SHARE
    values = (value for series in chart.series for value in series.values if value is not None)
    return _FINE if chart.unit == "count" and any(value % 1 for value in values) else _WHOLE


def _kind(chart: Chart) -> Any:
    from pptx.enum.chart import XL_CHART_TYPE

    kinds = {"bar": "BAR_CLUSTERED", "stacked": "BAR_STACKED", "line": "LINE_MARKERS", "dot": "LINE_MARKERS"}
    types: Any = XL_CHART_TYPE
    return types[kinds[chart.kind]]


def _is_bars(chart: Chart) -> bool:
    return chart.kind in {"bar", "stacked"}


def _data(chart: Chart) -> Any:
    from pptx.chart.data import CategoryChartData

    data: Any = CategoryChartData(number_format=number_format(chart))  # type: ignore[no-untyped-call]  # typed in parts
    data.categories = [_name(name) for name in chart.categories]
    for series in chart.series:
        data.add_series(_name(series.name), series.values)
    return data


def _name(text: str) -> str:
    """A name that the chart's workbook does not run as a formula."""
    return str(harmless(short(text, _LONGEST_NAME)))


def _legend(drawn: Any, chart: Chart) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION

    drawn.has_title = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.TOP
        drawn.legend.include_in_layout = False
        drawn.legend.font.size = _points(11)


def _bars(drawn: Any, chart: Chart) -> None:
    plot = drawn.plots[0]
    plot.gap_width = 55
    if chart.kind == "stacked":
        plot.overlap = 100
    for i, (series, numbers) in enumerate(zip(plot.series, chart.series, strict=True)):
        plain = _STACKS[i % len(_STACKS)]
        _fill(series.format.fill, _LOOKS.get(numbers.look, plain))
        series.invert_if_negative = False
        if chart.highlight in chart.categories:
            _fill(series.points[chart.categories.index(chart.highlight)].format.fill, ACCENT)
        if numbers.low and numbers.high and chart.kind == "bar":
            _intervals(series, numbers)
        if len(chart.series) == 1:
            _label(plot, series, chart, numbers)


def _fill(fill: Any, colour: str) -> None:
    fill.solid()
    if colour == _LIGHT:
        fill.fore_color.rgb = _colour(RULE)
    else:
        fill.fore_color.theme_color = theme_colour(colour)


def _label(plot: Any, series: Any, chart: Chart, numbers: Series) -> None:
    """The value at each bar's end, beyond the interval where there is one."""
    from pptx.enum.chart import XL_LABEL_POSITION

    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = number_format(chart), False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    labels.font.size = _points(11)
    labels.show_value = True
    if numbers.low and numbers.high and chart.kind == "bar":
        low, top = _ends(chart)
        _push_labels(series, numbers, top - low, number_format(chart))


def _intervals(series: Any, numbers: Series) -> None:
    """Whiskers from the interval's lower to its upper end."""
    from lxml import etree

    plus = [_apart(high, value) for high, value in zip(numbers.high, numbers.values, strict=True)]
    minus = [_apart(value, low) for low, value in zip(numbers.low, numbers.values, strict=True)]
    xml = (
        '<c:errBars xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="1"/>'
        f"<c:plus>{_literal(plus)}</c:plus><c:minus>{_literal(minus)}</c:minus>"
        '<c:spPr><a:ln w="19050"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    series._element.find("{*}cat").addprevious(etree.fromstring(xml))  # python-pptx has no error bars


def _apart(end: float | None, start: float | None) -> float:
    return 0.0 if end is None or start is None else max(0.0, end - start)


def _literal(values: Sequence[float]) -> str:
    points = "".join(f'<c:pt idx="{i}"><c:v>{value!r}</c:v></c:pt>' for i, value in enumerate(values))
    return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numLit>'


def _push_labels(series: Any, numbers: Series, room: float, written: str) -> None:
    """Moves every label right by what its interval reaches beyond the bar."""
    from lxml import etree

    reaches = [
        _apart(high, value) / room * _PLOT_WIDTH for value, high in zip(numbers.values, numbers.high, strict=True)
    ]
    labels = "".join(
        f'<c:dLbl><c:idx val="{i}"/><c:layout><c:manualLayout><c:x val="{reach + 0.006:.5f}"/>'
        f'<c:y val="0"/></c:manualLayout></c:layout>{_AS_VALUE}</c:dLbl>'
        for i, reach in enumerate(reaches)
    )
    xml = (
        f'<c:dLbls xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart">{labels}'
        f'<c:numFmt formatCode="{written}" sourceLinked="0"/>'
        f"{_AS_VALUE}</c:dLbls>"
    )
    series._element.find("{*}errBars").addprevious(etree.fromstring(xml))  # labels are moved in XML only


def _lines(drawn: Any, chart: Chart) -> None:
    """Lines and marks; a gap in a line is bridged, for its points are hidden and not nothing."""
    drawn._chartSpace.find(".//{*}dispBlanksAs").set("val", "span")  # python-pptx has no name for it
    for i, (series, numbers) in enumerate(zip(drawn.plots[0].series, chart.series, strict=True)):
        colour = theme_colour({**_LOOKS, "active": BAR, "done": INK}.get(numbers.look, _LINES[i % len(_LINES)]))
        series.smooth = False
        if chart.kind == "dot":
            series.format.line.fill.background()
        else:
            _draw_line(series, colour, i)
        _mark(series, colour, i, chart)
        if numbers.low and numbers.high and len(chart.categories) < _MANY:
            _intervals(series, numbers)


def _draw_line(series: Any, colour: Any, i: int) -> None:
    from pptx.enum.dml import MSO_LINE

    series.format.line.color.theme_color = colour
    series.format.line.width = _points(2.25)
    series.format.line.dash_style = getattr(MSO_LINE, _DASHES[i % len(_DASHES)])


def _mark(series: Any, colour: Any, i: int, chart: Chart) -> None:
    """A mark for each point; of dots the first series' is an open ring, so that another can lie in it."""
    from pptx.enum.chart import XL_MARKER_STYLE

    if len(chart.categories) >= _MANY and chart.kind == "line":
        series.marker.style = XL_MARKER_STYLE.NONE
        return
    is_ring = chart.kind == "dot" and i == 0 and len(chart.series) > 1
    series.marker.style = XL_MARKER_STYLE.CIRCLE if is_ring else getattr(XL_MARKER_STYLE, _MARKERS[i % len(_MARKERS)])
    series.marker.size = 13 if is_ring else 7
    series.marker.format.line.color.theme_color = colour
    if is_ring:
        series.marker.format.fill.background()
    else:
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.theme_color = colour


def _axes(drawn: Any, chart: Chart, high: float) -> None:
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK

    names, values = drawn.category_axis, drawn.value_axis
    names.tick_labels.font.size = _points(11)
    names.format.line.color.rgb = values.major_gridlines.format.line.color.rgb = _colour(RULE)
    names.major_tick_mark = values.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    values.minimum_scale, values.maximum_scale = _ends(chart)
    values.major_unit = _step(chart)
    values.has_major_gridlines = True
    values.format.line.fill.background()
    values.tick_labels.font.size = _points(10)
    values.tick_labels.font.color.theme_color = theme_colour(MUTED)
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = _axis_format(chart), False
    if _is_bars(chart):
        names.reverse_order = True
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
        _lay_out(drawn, high)


def _axis_format(chart: Chart) -> str:
    step = _step(chart)
    if chart.unit == "share":
        return "0%" if step >= 0.01 else "0.0%"
    return _WHOLE if step >= 1 else "0.0"


def _lay_out(drawn: Any, inches: float) -> None:
    """Gives the names of bars the room that they need."""
    from lxml import etree

    top = (_LEGEND if drawn.has_legend else 0.1) / inches
    high = 1 - top - _AXIS / inches
    xml = (
        '<c:layout xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:manualLayout>'
        '<c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="{_PLOT_LEFT}"/><c:y val="{top:.4f}"/><c:w val="{_PLOT_WIDTH}"/><c:h val="{high:.4f}"/>'
        "</c:manualLayout></c:layout>"
    )
    area = drawn._chartSpace.find(".//{*}plotArea")  # python-pptx lays out no plot area
    old = area.find("{*}layout")
    if old is not None:
        area.remove(old)
    area.insert(0, etree.fromstring(xml))


def _ends(chart: Chart) -> tuple[float, float]:
    """Both ends of the axis: round numbers, between which all that is drawn lies, and nothing."""
    low, high = _extent(chart)
    step = _step(chart)
    return floor(round(low / step, 6)) * step, max(1, ceil(round(high / step, 6))) * step


def _extent(chart: Chart) -> tuple[float, float]:
    if chart.kind == "stacked":
        columns = zip(*(series.values for series in chart.series), strict=True)
        ends: list[float | None] = [sum(value or 0.0 for value in column) for column in columns]
    else:
        ends = [end for series in chart.series for end in (*series.values, *series.low, *series.high)]
    told = [0.0, *(end for end in ends if end is not None)]
    return min(told), max(told)


def _step(chart: Chart) -> float:
    """A round distance, of which three to six make up what is drawn."""
    low, high = _extent(chart)
    room = (high - low) or 1.0
    size = 10.0 ** floor(log10(room))
    return float(next(size * part for part in (0.2, 0.25, 0.5, 1.0, 2.0) if room / (size * part) <= 6))


def _points(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _colour(six: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor(*bytes.fromhex(six))  # type: ignore[no-untyped-call]  # typed in parts
