"""Shares then and now as a picture: a ring for then, a dot for now, each with its interval."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.changes.compared import Change, told_value, told_verdict
from pipelines.report.changes.kept import COUNTS, measure_title
from pipelines.report.document import Chart, Series
from pipelines.report.numbers import share
from pipelines.report.svg import el, picture

_NAMES = 232.0
_PLOT = (250.0, 850.0)
_WORDS = 884.0
_WIDTH = 1280.0
_ROW = 46.0
_TOP = 40.0
_LOOKS = {"better": "good", "worse": "hot"}


def changes_picture(changes: tuple[Change, ...], name: str) -> Drawing | None:
    """The picture of the shares; None where none can be compared. Counts stand in the table."""
    rows = [change for change in changes if change.measure not in COUNTS]
    if not rows:
        return None
    canvas = Canvas()
    height = _TOP + _ROW * len(rows) + 6
    scale = _scale(rows)
    _draw_heads(canvas, scale, height)
    for i, row in enumerate(rows):
        _draw_row(canvas, row, _TOP + _ROW * (i + 0.5), scale)
    told = "; ".join(_told(row) for row in rows)
    svg = picture(canvas.parts(), (_WIDTH, height), name, tr("Headline numbers then and now"), told)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def changes_chart(changes: tuple[Change, ...]) -> Chart | None:
    """The same as data of a chart."""
    rows = [change for change in changes if change.measure not in COUNTS]
    if not rows:
        return None
    sides = ((tr("Then"), [row.then for row in rows]), (tr("Now"), [row.now for row in rows]))
    series = tuple(
        Series(name, tuple(x.value for x in of), tuple(x.low for x in of), tuple(x.high for x in of))
        for name, of in sides
    )
    return Chart("dot", tuple(measure_title(row.measure) for row in rows), series)


def _told(row: Change) -> str:
    return tr(
        "{measure}: {now}, before {then}",
        measure=measure_title(row.measure),
        now=told_value(row.now),
        then=told_value(row.then),
    )


def _scale(rows: list[Change]) -> float:
    """Upper end of the plot: the next of a few round shares above all that it shows."""
    highest = max(number.high or number.value for row in rows for number in (row.then, row.now))
    return next((top for top in (0.2, 0.4, 0.6, 0.8) if highest <= top), 1.0)


def _x(value: float, scale: float) -> float:
    return _PLOT[0] + (_PLOT[1] - _PLOT[0]) * min(1.0, value / scale)


def _draw_heads(canvas: Canvas, scale: float, height: float) -> None:
    for i in range(5):
        x = _x(scale * i / 4, scale)
        canvas.add("back", el("path", d=f"M{x:.1f} {_TOP - 6:.1f}V{height - 8:.1f}", class_="rule"))
        canvas.text(x, _TOP - 14, share(scale * i / 4), size=10, look="m", anchor="middle")
    canvas.add("marks", el("circle", cx=_WORDS + 5, cy=_TOP - 18, r=4.5, class_="then"))
    wide = canvas.text(_WORDS + 16, _TOP - 14, tr("then"), size=11, look="m")
    canvas.add("marks", el("circle", cx=_WORDS + 36 + wide, cy=_TOP - 18, r=5, class_="now"))
    canvas.text(_WORDS + 47 + wide, _TOP - 14, tr("now, with 95% interval"), size=11, look="m")


def _draw_row(canvas: Canvas, row: Change, y: float, scale: float) -> None:
    canvas.text(_NAMES, y + 4, measure_title(row.measure), size=12, anchor="end", is_bold=True)
    look = _LOOKS.get(row.verdict, "now")
    for number, dy, radius, mark in ((row.then, 7.0, 4.5, "then"), (row.now, -5.0, 6.0, look)):
        x = _x(number.value, scale)
        if number.low is not None and number.high is not None:
            d = f"M{_x(number.low, scale):.1f} {y + dy:.1f}H{_x(number.high, scale):.1f}"
            canvas.add("lines", el("path", d=d, class_="span" if mark != "then" else "tick"))
        canvas.add("marks", el("circle", cx=x, cy=y + dy, r=radius, class_=f"point {mark}"))
    canvas.text(_WORDS, y - 2, told_value(row.now), size=12, is_bold=True, look=_LOOKS.get(row.verdict, "t"))
    verdict = told_verdict(row)
    before = tr("before {then}", then=told_value(row.then))
    canvas.text(_WORDS, y + 13, f"{before} · {verdict}" if verdict else before, size=10.5, look="m")
