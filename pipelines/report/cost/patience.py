"""Patience curves: how many of those who still wait leave, and of those served how many are lost right after.

Both by how long was waited, with the promise and the wait from which people leave, or are lost, beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log2

from pipelines.language import mark, tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.cost.rows import Record, told
from pipelines.report.numbers import duration, share, wait
from pipelines.report.svg import el, picture
from pipelines.report.text import width, wrap
from pipelines.report.view import JourneyView

_COLUMNS = 3
_WIDTH = 1280.0
_PANEL, _BETWEEN = 408.0, 28.0
_LEFT = 44.0  # from a panel's edge to its plot
_TITLE, _PLOT, _GAP, _FOOT = 84.0, 92.0, 40.0, 40.0
_LEAST = 2
MOST = 6
"""As many waits as fit on a page."""
_SIZE, _SMALL = 11.5, 10.0
_TICKS = (
    60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600, 86_400, 2 * 86_400, 4 * 86_400, 7 * 86_400, 14 * 86_400, 28 * 86_400,
    56 * 86_400, 112 * 86_400,
)  # fmt: skip
_UNITS = (
    (mark("Of those who still wait, leave within a day"), 1.0),
    (mark("Of those who still wait, leave within an hour"), 24.0),
    (mark("Of those who still wait, leave within a minute"), 1440.0),
)
_MOST_A_UNIT = 0.25
_SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
Pair = tuple[str, str]


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


@dataclass(frozen=True)
class _Curve:
    """One row of a panel: its heading, and what it divides the shares of its column by."""

    column: str
    value: str
    heading: str
    parts: float


def patience_picture(view: JourneyView, name: str) -> Drawing | None:
    """Up to six waits, those with a promise first, then those where people leave; None where there is none to tell."""
    found = curves(view)
    if not found:
        return None
    canvas = Canvas()
    y = 0.0
    for start in range(0, len(found), _COLUMNS):
        bottoms = [
            _draw(canvas, view, pair, rows, ((_PANEL + _BETWEEN) * i, y))
            for i, (pair, rows) in enumerate(found[start : start + _COLUMNS])
        ]
        y = max(bottoms) + 30
    words = "; ".join(f"{_pair(view, pair)}: {_told(rows)}" for pair, rows in found)
    title = tr("When people stop waiting: {map}", map=view.map.title)
    size = (_WIDTH, y - 18)
    return Drawing(picture(canvas.parts(), size, name, title, words), *size, tuple(canvas.boxes))


def curves(view: JourneyView) -> list[tuple[Pair, list[Record]]]:
    """The waits that are drawn, each with the spans of its curve."""

    def pair(row: Record) -> Pair:
        return str(row["from_touchpoint"]), str(row["to_touchpoint"])

    grouped = [(key, list(rows)) for key, rows in groupby(view.data.cost.rows("patience_curves"), pair)]
    shown = [(key, [row for row in rows if told(row, "hazard", "until_s")]) for key, rows in grouped]
    marks = {pair(row): row for row in view.data.cost.rows("waits") if row["segment"] is None}
    promised = {key for key, row in marks.items() if row["promised_s"] is not None}
    telling = promised | {key for key, row in marks.items() if told(row, "leaves_from_s")}
    kept = [(key, rows) for key, rows in shown if len(rows) >= _LEAST and key in telling]
    place = {name: number for number, name in enumerate(view.flow_names)}
    return sorted(kept, key=lambda item: (item[0] not in promised, place.get(item[0][0], 999), item[0]))[:MOST]


def _pair(view: JourneyView, pair: Pair) -> str:
    return f"{view.label(pair[0])} → {view.label(pair[1])}"


def _told(rows: Sequence[Record]) -> str:
    return ", ".join(
        tr("after {wait} {share} a day", wait=duration(row["from_s"]), share=share(row["hazard"])) for row in rows
    )


def _draw(canvas: Canvas, view: JourneyView, pair: Pair, rows: list[Record], at: tuple[float, float]) -> float:
    """One panel; returns where it ends."""
    x0, y0 = at[0] + _LEFT, at[1] + _TITLE
    wide = _PANEL - _LEFT
    lines = wrap(_pair(view, pair), _PANEL, _SIZE, 2, True)
    canvas.lines(at[0], at[1] + 14, lines, 14, size=_SIZE, is_bold=True)
    times = _Times(x0, wide, max(60.0, float(rows[0]["until_s"]) / 2), float(rows[-1]["until_s"]))
    onset = _draw_marks_told(canvas, view, pair, (at[0], at[1] + 16 + 14 * len(lines)))
    heading, parts = _unit(rows)
    drawn = [_Curve("hazard", "hazard", tr(heading), parts)]
    if any(told(row, "lost_after_share") for row in rows):
        lost = tr("Of those who are served then, are lost right after")
        drawn.append(_Curve("lost_after", "lost_after_share", lost, 1.0))
    for i, curve in enumerate(drawn):
        _draw_curve(canvas, rows, times, y0 + (_PLOT + _GAP) * i, curve)
    bottom = y0 + _PLOT * len(drawn) + _GAP * (len(drawn) - 1)
    _draw_times(canvas, times, bottom)
    for seconds, look in onset:
        if times.first_s < seconds <= times.last_s:
            tops = (y0 + (_PLOT + _GAP) * i for i in range(len(drawn)))  # not through the headings between
            path = "".join(f"M{times.x(seconds):.1f} {top:.1f}v{_PLOT:.1f}" for top in tops)
            canvas.add("marks", el("path", d=path, class_=look))
    return bottom + _FOOT


def _draw_marks_told(canvas: Canvas, view: JourneyView, pair: Pair, at: tuple[float, float]) -> list[tuple[float, str]]:
    """What the upright lines stand for, in words with their signs; returns the lines themselves."""
    rows = view.data.cost.rows("waits")
    wanted = (row for row in rows if (row["from_touchpoint"], row["to_touchpoint"], row["segment"]) == (*pair, None))
    row = next(wanted, None)
    if row is None:
        return []
    calendar = str(row["calendar"])
    said = (
        ("promised_s", "promise", mark("promised {wait}")),
        ("leaves_from_s", "onset", mark("leave sooner from {wait}")),
        ("lost_from_s", "onset", mark("lost more from {wait}")),
    )
    found = [(value[0], look, words) for name, look, words in said if (value := told(row, name))]
    x, y = at
    for seconds, look, words in found:
        text = tr(words, wait=wait(seconds, calendar))
        room = 8 + width(text, _SMALL)
        if x > at[0] and x + room > at[0] + _PANEL:
            x, y = at[0], y + 14
        canvas.add("marks", el("path", d=f"M{x + 2:.1f} {y - 8:.1f}v11", class_=look))
        canvas.text(x + 8, y, text, size=_SMALL)
        x += room + 14
    return [(seconds, look) for seconds, look, _ in found]


def _unit(rows: Sequence[Record]) -> tuple[str, float]:
    """The unit of time in which no more than a quarter leaves, and how many of it a day has.

    A rate of the first hour, told as if it went on for a day, would be a share that nobody has seen.
    """
    most = max(float(row["hazard"]) for row in rows)
    return next((each for each in _UNITS if most <= _MOST_A_UNIT * each[1]), _UNITS[-1])


def _draw_curve(canvas: Canvas, rows: Sequence[Record], times: _Times, y0: float, curve: _Curve) -> None:
    """One row: the share as a step in each span of the wait, and its interval as a band that ends at the top."""
    drawn = [
        (row, float(row[curve.value]) / curve.parts, told(row, f"{curve.column}_low", f"{curve.column}_high"))
        for row in rows
        if told(row, curve.value)
    ]
    most = max((value for _, value, _ in drawn), default=0.0) * 1.25
    top = next((scale for scale in _SCALES if most <= scale), 1.0)

    def y(value: float) -> float:
        return y0 + _PLOT * (1 - min(1.0, value / top))

    for line in wrap(curve.heading, times.wide + _LEFT, _SMALL, 1):
        canvas.text(times.left, y0 - 9, line, size=_SMALL, look="m halo")
    for part in (0.0, 0.5, 1.0):
        canvas.add("back", el("path", d=f"M{times.left:.1f} {y(top * part):.1f}h{times.wide:.1f}", class_="rule"))
        canvas.text(times.left - 8, y(top * part) + 3.5, share(top * part), size=_SMALL, look="m", anchor="end")
    for row, value, ends in drawn:
        start, end = times.x(float(row["from_s"])), times.x(float(row["until_s"]))
        wide = max(1.5, end - start)
        if ends:
            low, high = y(ends[0] / curve.parts), y(ends[1] / curve.parts)
            band = el("rect", x=start, y=high, width=wide, height=max(0.8, low - high), class_="sureband")
            canvas.add("lines", band)
        words = el("title", f"{duration(row['from_s'])}–{duration(row['until_s'])}: {share(value)}")
        step = el("path", words, d=f"M{start:.1f} {y(value):.1f}h{wide:.1f}", class_="weekstep")
        canvas.add("marks", step)


def _draw_times(canvas: Canvas, times: _Times, y: float) -> None:
    """Round waits below the plots, as many as there is room for; the first and the last end the axis."""
    ends = (duration(times.first_s), tr("{wait} waited", wait=duration(times.last_s)))
    canvas.text(times.left, y + 17, ends[0], size=_SMALL, look="m")
    canvas.text(times.left + times.wide, y + 17, ends[1], size=_SMALL, look="m", anchor="end")
    free = times.left + width(ends[0], _SMALL) + 14
    last = times.left + times.wide - width(ends[1], _SMALL) - 14
    for seconds in _TICKS:
        text, x = duration(seconds), times.x(seconds)
        half = width(text, _SMALL) / 2
        if times.first_s < seconds < times.last_s:
            canvas.add("back", el("path", d=f"M{x:.1f} {y:.1f}v4", class_="tick"))
            if x - half >= free and x + half <= last:
                canvas.text(x, y + 17, text, size=_SMALL, look="m", anchor="middle")
                free = x + half + 14
