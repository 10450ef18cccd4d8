"""Patience curves: how many of those who still wait leave, and of those served how many are lost right after.

Both by how long was waited, with the promise and the wait from which people leave, or are lost, beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import log2

from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.cost.rows import Record, told
from pipelines.report.numbers import duration, share, wait
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

_COLUMNS = 3
_PANEL = (410.0, 292.0)
_WIDTH = 1280.0
_PLOT = (46.0, 52.0, 340.0)  # left, top, width within a panel
_HIGH = 96.0
_GAP = 34.0
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
    """Up to six waits, those with a promise first, then those where people leave; None where there is none to tell."""
    shown = curves(view)
    if not shown:
        return None
    canvas = Canvas()
    for i, (pair, rows) in enumerate(shown):
        origin = (_PANEL[0] * (i % _COLUMNS) + 10, _PANEL[1] * (i // _COLUMNS))
        _draw(canvas, view, pair, rows, origin)
    height = _PANEL[1] * (1 + (len(shown) - 1) // _COLUMNS)
    words = "; ".join(f"{_pair(view, pair)}: {_told(rows)}" for pair, rows in shown)
    svg = picture(canvas.parts(), (_WIDTH, height), name, f"When people stop waiting: {view.map.title}", words)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def curves(view: JourneyView) -> list[tuple[tuple[str, str], list[Record]]]:
    """Pair of touchpoints with the spans of its curve, those with a promise first."""

    def pair(row: Record) -> tuple[str, str]:
        return str(row["from_touchpoint"]), str(row["to_touchpoint"])

    grouped = [(key, list(rows)) for key, rows in groupby(view.data.cost.rows("patience_curves"), pair)]
    shown = [(key, [row for row in rows if told(row, "hazard", "until_s")]) for key, rows in grouped]
    marks = {pair(row): row for row in view.data.cost.rows("waits") if row["segment"] is None}
    promised = {key for key, row in marks.items() if row["promised_s"] is not None}
    telling = promised | {key for key, row in marks.items() if told(row, "leaves_from_s")}
    kept = [(key, rows) for key, rows in shown if len(rows) >= _LEAST and key in telling]
    place = {name: number for number, name in enumerate(view.flow_names)}
    return sorted(kept, key=lambda item: (item[0] not in promised, place.get(item[0][0], 999), item[0]))[:MOST]


def _pair(view: JourneyView, pair: tuple[str, str]) -> str:
    return f"{view.label(pair[0])} → {view.label(pair[1])}"


def _told(rows: list[Record]) -> str:
    return ", ".join(f"after {duration(row['from_s'])} {share(row['hazard'])} a day" for row in rows)


def _draw(
    canvas: Canvas, view: JourneyView, pair: tuple[str, str], rows: list[Record], origin: tuple[float, float]
) -> None:
    left, top, wide = _PLOT
    x0, y0 = origin[0] + left, origin[1] + top
    lines = wrap(_pair(view, pair), wide + 20, 11.5, 2, True)
    canvas.lines(origin[0] + 4, origin[1] + 16, lines, 13, size=11.5, is_bold=True)
    times = _Times(x0, wide, max(60.0, float(rows[0]["until_s"]) / 2), float(rows[-1]["until_s"]))
    unit, parts = _unit(rows)
    _draw_bars(canvas, rows, times, y0, ("hazard", f"of those still waiting, leave {unit}", parts))
    is_served = any(told(row, "lost_after_share") for row in rows)
    if is_served:
        below = y0 + _HIGH + _GAP
        _draw_bars(canvas, rows, times, below, ("lost_after", "of those served then, are lost right after", 1.0))
    bottom = y0 + _HIGH + (_GAP + _HIGH if is_served else 0.0)
    _draw_marks(canvas, view, pair, times, (y0, bottom))
    canvas.text(x0, bottom + 15, duration(times.first_s), size=9.5, look="m")
    canvas.text(x0 + wide, bottom + 15, f"{duration(times.last_s)} waited", size=9.5, look="m", anchor="end")


def _unit(rows: list[Record]) -> tuple[str, float]:
    """The unit of time in which the rate of leaving stays below one, and how many of it a day has."""
    most = max(float(row["hazard"]) for row in rows)
    units = (("a day", 1.0), ("an hour", 24.0), ("a minute", 1440.0))
    return next((each for each in units if most <= each[1]), units[-1])


def _draw_bars(canvas: Canvas, rows: list[Record], times: _Times, y0: float, what: tuple[str, str, float]) -> None:
    """One row of bars: the column to draw, its heading, and what to divide it by."""
    name, heading, parts = what
    value = "hazard" if name == "hazard" else f"{name}_share"
    drawn = [(row, told(row, value, f"{name}_low", f"{name}_high")) for row in rows if told(row, value)]
    most = max((float(row[value]) / parts for row, _ in drawn), default=0.0) * 1.3
    scale = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if most <= s), 1.0)
    canvas.text(times.left, y0 - 7, heading, size=9.5, look="m")
    for part in (0.0, 1.0):
        y = y0 + _HIGH * (1 - part)
        canvas.add("back", el("path", d=f"M{times.left:.1f} {y:.1f}h{times.wide:.1f}", class_="rule"))
        canvas.text(times.left - 6, y + 3.5, share(scale * part), size=9.5, look="m", anchor="end")
    for row, ends in drawn:
        start, end = times.x(float(row["from_s"])), times.x(float(row["until_s"]))
        high = _HIGH * min(1.0, float(row[value]) / parts / scale)
        bar = el("rect", x=start, y=y0 + _HIGH - high, width=max(1.0, end - start - 1), height=high, class_="bar")
        canvas.add("marks", bar)
        if ends:
            low, up = (y0 + _HIGH * (1 - min(1.0, each / parts / scale)) for each in ends[1:])
            canvas.add("marks", el("path", d=f"M{(start + end) / 2:.1f} {low:.1f}V{up:.1f}", class_="whisker"))


def _draw_marks(
    canvas: Canvas, view: JourneyView, pair: tuple[str, str], times: _Times, ys: tuple[float, float]
) -> None:
    """The promise (dashed), and the wait from which people leave, or are lost, sooner (red)."""
    rows = view.data.cost.rows("waits")
    wanted = (row for row in rows if (row["from_touchpoint"], row["to_touchpoint"], row["segment"]) == (*pair, None))
    row = next(wanted, None)
    if row is None:
        return
    from_s = told(row, "leaves_from_s") or told(row, "lost_from_s")
    if from_s and times.first_s < from_s[0] <= times.last_s:
        mark = times.x(from_s[0])
        canvas.add("lines", el("path", d=f"M{mark:.1f} {ys[0]:.1f}V{ys[1]:.1f}", class_="onset"))
    promised = told(row, "promised_s")
    words = [f"promised {wait(promised[0], str(row['calendar']))}"] if promised else []
    words += (
        [f"leave sooner from {wait(row['leaves_from_s'], str(row['calendar']))}"] if told(row, "leaves_from_s") else []
    )
    words += [f"lost more from {wait(row['lost_from_s'], str(row['calendar']))}"] if told(row, "lost_from_s") else []
    if promised:
        mark = times.x(promised[0])
        canvas.add("lines", el("path", d=f"M{mark:.1f} {ys[0]:.1f}V{ys[1]:.1f}", class_="promise"))
    canvas.text(times.left, ys[1] + 29, "; ".join(words), size=9.5)
