"""Time in the ledger as a picture: what converted journeys took as designed, and what came on top of it, and where."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.privacy.folding import OTHER
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.gap.rows import LedgerRow
from pipelines.report.numbers import count, duration, journeys, share
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title

_NAMES = 330.0
_BARS = (348.0, 800.0)
_WORDS = 816.0
_WIDTH = 1280.0
_ROW = 30.0
_TOP = 12.0
_MOST = 8
"""Lines drawn; what is beyond is one line more, and the table has them all."""


def time_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where nobody converted, or the whole may not be told."""
    rows = tuple(row for row in view.data.gap.ledger if row.measure == "time" and row.segment is None)
    planned, actual = (next((row for row in rows if row.line == word), None) for word in ("planned", "actual"))
    if planned is None or actual is None or not actual.amount or not actual.journeys_n:
        return None
    if isinstance(actual.amount, Withheld) or isinstance(planned.amount, Withheld):
        return None
    each_us = actual.journeys_n
    lines = [(tr("As designed, within what was promised"), planned.amount, ""), *_lines(view, rows)]
    canvas = Canvas()
    height = _TOP + _ROW * (len(lines) + 1) + 8
    start = 0
    for i, (words, amount, how) in enumerate(lines):
        _draw(canvas, _TOP + _ROW * i, words, (start, amount, actual.amount), "bar" if i == 0 else "hot")
        told = tr(
            "{time} a journey, {share} of the time",
            time=duration(amount / each_us / 1e6),
            share=share(amount / actual.amount),
        )
        told = f"{told}; {how}" if how else told
        canvas.text(_WORDS, _TOP + _ROW * i + 18, told, size=11)
        start += amount
    y = _TOP + _ROW * len(lines)
    whole = tr("Actual, of {n} who converted", n=count(actual.journeys_n))
    _draw(canvas, y, whole, (0, actual.amount, actual.amount), "bar")
    each = tr("{time} a journey", time=duration(actual.amount / each_us / 1e6))
    canvas.text(_WORDS, y + 18, each, size=11.5, is_bold=True)
    told = "; ".join(
        f"{words}: {tr('{time} a journey', time=duration(amount / each_us / 1e6))}" for words, amount, _ in lines
    )
    title = tr("Where the time goes: {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, told)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def _lines(view: JourneyView, rows: tuple[LedgerRow, ...]) -> list[tuple[str, int, str]]:
    """What came on top of the design: the longest first, the rest as one."""
    reasons = [row for row in rows if row.line == "deviation" and not isinstance(row.amount, Withheld)]
    reasons.sort(key=lambda row: (-row.amount, row.place))
    told = [(_named(view, row), row.amount, journeys(row.journeys_n)) for row in reasons[:_MOST]]
    rest = sum(row.amount for row in reasons[_MOST:])
    return [*told, *([(tr("{n} more", n=len(reasons) - _MOST), rest, "")] if rest else [])]


def _named(view: JourneyView, row: LedgerRow) -> str:
    if row.kind is None or row.kind == OTHER:
        return tr("Several, told together")
    return f"{kind_title(row.kind)}: {view.place_label(row.touchpoint, row.block)}"


def _draw(canvas: Canvas, y: float, words: str, at: tuple[int, int, int], look: str) -> None:
    """One bar: from where the one above ended, as wide as its part of the whole."""
    start, amount, whole = at
    room = _BARS[1] - _BARS[0]
    lines = wrap(words, _NAMES - 12, 11.5, 2, True)
    canvas.lines(_NAMES, y + 18 - 6.5 * (len(lines) - 1), lines, 12.5, size=11, anchor="end", is_bold=True)
    x, wide = _BARS[0] + room * start / whole, max(1.5, room * amount / whole)
    bar = el("rect", x=x, y=y + 6, width=wide, height=17, rx=min(3.0, wide / 2), class_=look)
    canvas.add("marks", bar)
