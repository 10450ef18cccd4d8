"""Patience curves: how many of those who still wait leave, by how long they have waited; the promise beside it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import log2

from pipelines.report.canvas import Canvas
from pipelines.report.cost.rows import Record, told
from pipelines.report.metro_map import Drawing
from pipelines.report.numbers import duration, share
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

_COLUMNS = 3
_PANEL = (410.0, 236.0)
_WIDTH = 1280.0
_PLOT = (46.0, 44.0, 340.0, 148.0)  # left, top, width, height within a panel
_LEAST = 2
MOST = 6


@dataclass(frozen=True)
class _Times:
    """The time axis of one panel: every doubling of the wait takes the same room."""

    left: float
    wide: float
    first_s: float
    last_s: float

    def x(self, seconds: float) -> float:
        """Place of a wait; what is shorter than the first mark stands at it."""
        doublings = log2(self.last_s / self.first_s) or 1.0
        return self.left + self.wide * max(0.0, min(1.0, log2(max(seconds, self.first_s) / self.first_s) / doublings))


def patience_picture(view: JourneyView, name: str) -> Drawing | None:
    """Up to six waits, those with a promise first; None where no wait has two spans that can be told."""
    curves = _curves(view)
    if not curves:
        return None
    canvas = Canvas()
    for i, (pair, rows) in enumerate(curves):
        origin = (_PANEL[0] * (i % _COLUMNS) + 10, _PANEL[1] * (i // _COLUMNS))
        _draw(canvas, view, pair, rows, origin)
    height = _PANEL[1] * (1 + (len(curves) - 1) // _COLUMNS)
    words = "; ".join(f"{_pair(view, pair)}: {_told(rows)}" for pair, rows in curves)
    svg = picture(canvas.parts(), (_WIDTH, height), name, f"When people stop waiting: {view.map.title}", words)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def _curves(view: JourneyView) -> list[tuple[tuple[str, str], list[Record]]]:
    def pair(row: Record) -> tuple[str, str]:
        return str(row["from_touchpoint"]), str(row["to_touchpoint"])

    grouped = [(key, list(rows)) for key, rows in groupby(view.data.cost.rows("patience_curves"), pair)]
    shown = [(key, [row for row in rows if told(row, "hazard", "until_s")]) for key, rows in grouped]
    promised = {(row.from_touchpoint, row.to_touchpoint) for row in view.promises}
    kept = [(key, rows) for key, rows in shown if len(rows) >= _LEAST and any(float(row["hazard"]) for row in rows)]
    place = {name: number for number, name in enumerate(view.flow_names)}
    return sorted(kept, key=lambda item: (item[0] not in promised, place.get(item[0][0], 999), item[0]))[:MOST]


def _pair(view: JourneyView, pair: tuple[str, str]) -> str:
    return f"{view.label(pair[0])} → {view.label(pair[1])}"


def _told(rows: list[Record]) -> str:
    return ", ".join(f"after {duration(row['from_s'])} {share(row['hazard'])} a day" for row in rows)


def _draw(
    canvas: Canvas, view: JourneyView, pair: tuple[str, str], rows: list[Record], origin: tuple[float, float]
) -> None:
    left, top, wide, high = _PLOT
    x0, y0 = origin[0] + left, origin[1] + top
    lines = wrap(_pair(view, pair), wide + 20, 11.5, 2, True)
    canvas.lines(origin[0] + 4, origin[1] + 16, lines, 13, size=11.5, is_bold=True)
    most = max(float(row["hazard_high"] if told(row, "hazard_high") else row["hazard"]) for row in rows)
    scale = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if most <= s), max(1.0, most))
    for part in (0.0, 0.5, 1.0):
        y = y0 + high * (1 - part)
        canvas.add("back", el("path", d=f"M{x0:.1f} {y:.1f}h{wide:.1f}", class_="rule"))
        canvas.text(x0 - 6, y + 3.5, share(scale * part), size=9.5, look="m", anchor="end")
    times = _Times(x0, wide, max(60.0, float(rows[0]["until_s"]) / 2), float(rows[-1]["until_s"]))
    for row in rows:
        _draw_span(canvas, row, times, (y0, high), scale)
    _draw_promise(canvas, view, pair, times, (y0, high))
    canvas.text(x0, y0 + high + 15, duration(times.first_s), size=9.5, look="m")
    canvas.text(x0 + wide, y0 + high + 15, f"{duration(times.last_s)} waited", size=9.5, look="m", anchor="end")


def _draw_span(canvas: Canvas, row: Record, times: _Times, ys: tuple[float, float], scale: float) -> None:
    y0, high = ys
    start, end = times.x(float(row["from_s"])), times.x(float(row["until_s"]))
    (hazard,) = told(row, "hazard") or (0.0,)
    y = y0 + high * (1 - min(1.0, hazard / scale))
    canvas.add("marks", el("rect", x=start, y=y, width=max(1.0, end - start - 1), height=y0 + high - y, class_="bar"))
    interval = told(row, "hazard_low", "hazard_high")
    if interval:
        middle = (start + end) / 2
        low, up = (y0 + high * (1 - min(1.0, hazard / scale)) for hazard in interval)
        canvas.add("marks", el("path", d=f"M{middle:.1f} {low:.1f}V{up:.1f}", class_="whisker"))


def _draw_promise(
    canvas: Canvas, view: JourneyView, pair: tuple[str, str], times: _Times, ys: tuple[float, float]
) -> None:
    promised = next((row.promised_s for row in view.promises if (row.from_touchpoint, row.to_touchpoint) == pair), None)
    if promised is None:
        return
    mark = times.x(promised)
    canvas.add("lines", el("path", d=f"M{mark:.1f} {ys[0] - 4:.1f}V{ys[0] + ys[1]:.1f}", class_="promise"))
    is_left = mark < times.left + times.wide / 2
    words = f"promised: {duration(promised)}"
    x, anchor = (mark + 4, "start") if is_left else (mark - 4, "end")
    canvas.text(x, ys[0] + 5, words, size=9.5, look="m halo", anchor=anchor)
