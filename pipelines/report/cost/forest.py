"""Frictions as a picture: customers lost a month with their interval, costliest first, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.language import tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.cost.rows import JOINT, Record, told
from pipelines.report.cost.words import few, money, number
from pipelines.report.numbers import count, share
from pipelines.report.svg import el, picture
from pipelines.report.text import short, wrap
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title

_NAMES = 300.0
_PLOT = (330.0, 800.0)
_WORDS = 830.0
_WIDTH = 1280.0
_ROW = 44.0
_TOP = 46.0
MOST = 10
"""As many rows as a meeting can take in."""


def frictions_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where no effect can be told."""
    rows = drawn(view)
    if not rows:
        return None
    top, bottom = _scale(rows)
    canvas = Canvas()
    height = _TOP + _ROW * len(rows) + 12
    _draw_axis(canvas, top, bottom, height)
    for i, row in enumerate(rows):
        _draw_row(canvas, view, row, _TOP + _ROW * i + 18, (top, bottom))
    title = tr("What it costs: customers a month, {map}", map=view.map.title)
    words = "; ".join(f"{friction_name(view, row)}: {_customers(row)}" for row in rows)
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, words)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def drawn(view: JourneyView) -> list[Record]:
    """What is drawn: effects that are told from nothing, then the joint row."""
    known = [row for row in view.data.cost.rows("frictions") if told(row, "lost_shrunk", "lost_low", "lost_high")]
    single = [row for row in known if row["signal"] != JOINT and row["verdict"] in {"friction", "helpful"}]
    costly = sorted(single, key=lambda row: (-float(row["lost_shrunk"]), row["signal"], row["touchpoint"]))[:MOST]
    return [*costly, *(row for row in known if row["signal"] == JOINT)] if costly else []


def friction_name(view: JourneyView, row: Record) -> str:
    """What it is in words: "Failed: 8 Pay the first invoice"."""
    if row["signal"] == JOINT:
        return tr("All frictions fixed at once")
    return f"{kind_title(str(row['signal']))}: {place(view, row['touchpoint'])}"


def place(view: JourneyView, touchpoint: object) -> str:
    """Label of a touchpoint, block or activity."""
    return view.target_label(str(touchpoint))


def _scale(rows: Sequence[Record]) -> tuple[float, float]:
    """Lower and upper end of the axis."""
    ends = [told(row, "lost_low", "lost_high") or (0.0, 0.0) for row in rows]
    high = max(0.0, *(end[1] for end in ends))
    low = min(0.0, *(end[0] for end in ends))
    room = (high - low) or 1.0
    return low - (0.02 * room if low < 0 else 0.0), high + 0.02 * room


def _x(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return _PLOT[0] + (_PLOT[1] - _PLOT[0]) * (value - low) / (high - low)


def _draw_axis(canvas: Canvas, low: float, high: float, height: float) -> None:
    canvas.text(
        _PLOT[0],
        14,
        tr("Customers lost a month (dot: shrunk; bar: 95% interval of the raw estimate)"),
        size=11,
        look="m",
    )
    step = _step(high - low)
    tick = step * int(low / step)
    while tick <= high:
        if tick >= low:
            x = _x(tick, (low, high))
            look = "promise" if abs(tick) < step / 1e6 else "rule"
            canvas.add("back", el("path", d=f"M{x:.1f} {_TOP - 8:.1f}V{height - 8:.1f}", class_=look))
            canvas.text(x, _TOP - 13, few(tick), size=10, look="m", anchor="middle")
        tick += step


def _step(room: float) -> float:
    """A round distance of marks, of which four to eight fit."""
    step = 10.0 ** len(str(int(room))) / 10
    while room / step < 4:
        step /= 2 if str(step)[0] != "5" else 2.5
    return step


def _draw_row(canvas: Canvas, view: JourneyView, row: Record, y: float, scale: tuple[float, float]) -> None:
    is_joint = row["signal"] == JOINT
    lines = wrap(friction_name(view, row), _NAMES - 12, 11.5, 2, True)
    canvas.lines(_NAMES, y + 4 - 6.5 * (len(lines) - 1), lines, 13, size=11.5, anchor="end", is_bold=True)
    shrunk, low, high = told(row, "lost_shrunk", "lost_low", "lost_high") or (0.0, 0.0, 0.0)
    canvas.add("lines", el("path", d=f"M{_x(low, scale):.1f} {y:.1f}H{_x(high, scale):.1f}", class_="span"))
    look = "f1" if is_joint else "f4" if row["verdict"] == "friction" else "good"
    canvas.add("marks", el("circle", cx=_x(shrunk, scale), cy=y, r=6, class_=f"station {look}"))
    canvas.text(_WORDS, y - 2, " · ".join(_first_line(view, row)), size=11)
    canvas.text(_WORDS, y + 12, " · ".join(_second_line(row)), size=10, look="m")


def _customers(row: Record) -> str:
    return tr("{n} customers a month", n=number(row, "lost_shrunk", "lost_low", "lost_high"))


def _first_line(view: JourneyView, row: Record) -> list[str]:
    told_money = money(row["value"], view.data.cost.currency)
    parts = [_customers(row)] + ([told_money] if row["value"] is not None else [])
    return [*parts, short(str(row["owner"]), 24)] if row["owner"] else parts


def _second_line(row: Record) -> list[str]:
    if row["signal"] == JOINT:
        return [tr("an upper bound: rows overlap and do not add up to it")]
    parts = [
        tr("{n} of {all} journeys", n=count(row["exposed_n"]), all=count(row["reached_n"])),
        tr("grade {grade}", grade=row["evidence_grade"]),
    ]
    top = told(row, "top3_probability")
    parts += [tr("in the top three in {share} of resamples", share=share(top[0]))] if top else []
    return parts
