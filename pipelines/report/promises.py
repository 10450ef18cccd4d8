"""Waits against promises as a picture: which share is kept, and how the median and the slowest tenth compare."""

from __future__ import annotations

from math import log2

from pipelines.language import tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.numbers import count, share_with, wait
from pipelines.report.rows import WaitRow
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

_NAMES = 300.0
_KEPT = (318.0, 500.0)
_PLOT = (690.0, 1000.0)
_WORDS = 1016.0
_WIDTH = 1280.0
_ROW = 38.0
_TOP = 44.0
_DOUBLINGS = 4  # the axis runs from a sixteenth of the promise to sixteen times it


def promises(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where the map makes no promise that was put to the test."""
    rows = sorted(view.promises, key=lambda r: (view.numbers.get(r.from_touchpoint, 999), r.to_touchpoint))
    if not any(row.n for row in rows):
        return None
    canvas = Canvas()
    height = _TOP + _ROW * len(rows) + 8
    _draw_heads(canvas, height)
    for i, row in enumerate(rows):
        y = _TOP + _ROW * i + 15
        lines = wrap(_pair(view, row), _NAMES - 12, 11.5, 2, True)
        canvas.lines(_NAMES, y + 5 - 6.5 * (len(lines) - 1), lines, 13, size=11.5, anchor="end", is_bold=True)
        _draw_kept(canvas, row, y)
        _draw_times(canvas, row, y)
    told = "; ".join(
        tr(
            "{wait}: {share} kept, {times}",
            wait=_pair(view, row),
            share=share_with(row.kept_share, row.kept_low, row.kept_high),
            times=_times(row),
        )
        for row in rows
    )
    title = tr("Waits against promises of {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, told)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def _pair(view: JourneyView, row: WaitRow) -> str:
    return f"{view.label(row.from_touchpoint)} → {view.label(row.to_touchpoint)}"


def _times(row: WaitRow) -> str:
    return tr(
        "promised {promised}, median {median}, slowest tenth from {slowest}",
        promised=wait(row.promised_s, row.calendar),
        median=wait(row.p50_s, row.calendar),
        slowest=wait(row.p90_s, row.calendar),
    )


def _draw_heads(canvas: Canvas, height: float) -> None:
    canvas.text(_KEPT[0], 16, tr("Promises kept, with 95% interval"), size=11, look="m")
    heading = tr("Median (dot) to slowest tenth, as multiples of the promise")
    canvas.text(_PLOT[0], 16, heading, size=11, look="m")
    for power in range(-_DOUBLINGS, _DOUBLINGS + 1, 2):
        x = _x(2.0**power)
        look = "promise" if power == 0 else "rule"
        canvas.add("back", el("path", d=f"M{x:.1f} {_TOP - 4:.1f}V{height - 6:.1f}", class_=look))
        label = tr("promise") if power == 0 else f"×{2**power}" if power > 0 else f"1/{2**-power}"
        canvas.text(x, _TOP - 9, label, size=10, look="m", anchor="middle")


def _x(ratio: float) -> float:
    """Place of a multiple of the promise; what is beyond the axis stands at its end."""
    power = max(-float(_DOUBLINGS), min(float(_DOUBLINGS), log2(ratio))) if ratio > 0 else -float(_DOUBLINGS)
    return _PLOT[0] + (_PLOT[1] - _PLOT[0]) * (power + _DOUBLINGS) / (2 * _DOUBLINGS)


def _draw_kept(canvas: Canvas, row: WaitRow, y: float) -> None:
    left, room = _KEPT[0], _KEPT[1] - _KEPT[0]
    if row.kept_share is None:
        canvas.text(left, y + 4, tr("not told: none can be judged yet"), size=10.5, look="m")
        return
    canvas.add("back", el("rect", x=left, y=y - 4, width=room, height=8, rx=3, class_="trough"))
    canvas.add(
        "marks", el("rect", x=left, y=y - 4, width=max(1.0, room * row.kept_share), height=8, rx=3, class_="bar")
    )
    if row.kept_low is not None and row.kept_high is not None:
        ends = f"M{left + room * row.kept_low:.1f} {y:.1f}H{left + room * row.kept_high:.1f}"
        canvas.add("marks", el("path", d=ends, class_="whisker"))
    words = share_with(row.kept_share, row.kept_low, row.kept_high)
    canvas.text(_KEPT[1] + 8, y - 2, words, size=10.5)
    overdue = tr("n {n}, overdue now {overdue}", n=count(row.n), overdue=count(row.overdue_n))
    canvas.text(_KEPT[1] + 8, y + 11, overdue, size=9.5, look="m")


def _draw_times(canvas: Canvas, row: WaitRow, y: float) -> None:
    if row.p50_s is None or not row.promised_s:
        canvas.text(_PLOT[0] + 6, y + 4, tr("nobody has gone on yet"), size=10.5, look="m halo")
    else:
        start, end = _x(row.p50_s / row.promised_s), _x((row.p90_s or row.p50_s) / row.promised_s)
        canvas.add("lines", el("path", d=f"M{start:.1f} {y:.1f}H{end:.1f}", class_="span"))
        canvas.add("lines", el("path", d=f"M{end:.1f} {y - 5:.1f}v10", class_="span"))
        canvas.add("marks", el("circle", cx=start, cy=y, r=5, class_="station f0"))
    lines = wrap(_times(row), _WIDTH - _WORDS - 4, 10.5, 2)
    canvas.lines(_WORDS, y + 4 - 6 * (len(lines) - 1), lines, 12.5, size=10.5)
