"""One journey as a picture: a column per move, the planned line above, the actual line below."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.journeys.laid import Column, LaidJourney
from pipelines.language import mark, tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.numbers import duration, wait
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.vocabulary import kind_title, word

IN_BAND = 9
"""Columns of one band: more would make the words smaller than the report's others."""
_LEFT = 62.0
_PITCH = 132.0
_WORDS = 118.0  # widest text of a column
_SIZE = 11.0
_SMALL = 10.0
_LABEL_LINES = 3
_LABEL_PITCH = 13.0
_TOP = 14.0
_BETWEEN = 78.0  # from the planned line to the actual one: room for what differs
_DOT = 6.5
_OTHERS = {"moved": mark("At another place"), "passed_by": mark("Passed by")}


def two_lines(laid: LaidJourney, name: str) -> Drawing:
    """The picture.

    Args:
        laid: The journey.
        name: Makes the ids on the page unique.
    """
    canvas = Canvas()
    columns = laid.columns
    widest = min(IN_BAND, len(columns))
    y = _TOP
    for start in range(0, len(columns), IN_BAND):
        y = _band(canvas, laid, start, y) + 22
    size = (_LEFT + _PITCH * max(widest, 3) + 8, y - 10)
    title = tr("A journey of {map}, {status}", map=laid.title, status=word(laid.status))
    return Drawing(picture(canvas.parts(), size, name, title, described(laid)), *size, tuple(canvas.boxes))


def described(laid: LaidJourney) -> str:
    """The picture in words."""
    return "; ".join(_told(laid, column) for column in laid.columns)


def _told(laid: LaidJourney, column: Column) -> str:
    """One column in words."""
    title = laid.title_of(column.actual or column.planned or "")
    if column.actual is None:
        told = tr("planned, not done: {step}", step=title)
    elif column.planned is None:
        told = tr("done, not planned: {step}", step=title)
    else:
        told = title
    differs = [*_differs(laid, column), *_late(laid, column)]
    return f"{told} ({', '.join(differs)})" if differs else told


def _differs(laid: LaidJourney, column: Column) -> list[str]:
    """Why a column differs from the plan, in the words of the report."""
    codes = (word.replace(" ", "_") for word in laid.differs(column))
    return [tr(_OTHERS[code]) if code in _OTHERS else kind_title(code) for code in codes]


def _late(laid: LaidJourney, column: Column) -> list[str]:
    """How long was waited, and what had been promised, where a promise was broken, in its own calendar."""
    broken = [each for each in column.departures if each.kind in {"late", "overdue"}]
    calendars = {(each.ready, each.promised_s): each.calendar for each in laid.promises}
    return [
        tr("{wait}, not {promised}", wait=wait(each.wait_s, calendar), promised=wait(each.promised_s, calendar))
        for each in broken
        if each.wait_s is not None and each.promised_s is not None
        for calendar in [calendars.get((each.touchpoint or "", each.promised_s), "clock")]
    ][:1]


def _band(canvas: Canvas, laid: LaidJourney, start: int, top: float) -> float:
    """The band that begins with a column, from its top; returns where it ends."""
    columns = laid.columns[start : start + IN_BAND]
    above = [_words(laid, column.planned) for column in columns]
    below = [_words(laid, column.actual) for column in columns]
    planned = top + _LABEL_PITCH * max(1, *map(len, above)) + 6
    actual = planned + _BETWEEN
    _draw_rail(canvas, [column.planned is not None for column in laid.columns], start, planned, "plan")
    _draw_rail(canvas, [column.actual is not None for column in laid.columns], start, actual, "real")
    for i, column in enumerate(columns):
        x = _x(i)
        first = planned - 12 - _LABEL_PITCH * (len(above[i]) - 1)
        canvas.lines(x, first, above[i], _LABEL_PITCH, size=_SIZE, look="m", anchor="middle")
        canvas.lines(x, actual + 21, below[i], _LABEL_PITCH, size=_SIZE, anchor="middle")
        _draw_column(canvas, laid, column, x, (planned, actual))
    return actual + 21 + _LABEL_PITCH * (max(1, *map(len, below)) - 1)


def _x(place: int) -> float:
    return _LEFT + _PITCH * (place + 0.5)


def _words(laid: LaidJourney, name: str | None) -> tuple[str, ...]:
    return wrap(laid.title_of(name), _WORDS, _SIZE, _LABEL_LINES) if name is not None else ()


def _draw_rail(canvas: Canvas, is_there: Sequence[bool], start: int, y: float, look: str) -> None:
    """A line's part in the band: from its first stop to its last, through the edges where it comes from or goes on."""
    stops = [i for i, there in enumerate(is_there) if there]
    end = min(start + IN_BAND, len(is_there))
    named = tr("planned") if look == "plan" else tr("actual")
    for line in wrap(named, _LEFT - 8, _SIZE, 1, True):
        canvas.text(4, y + 4, line, size=_SIZE, look="m", is_bold=True)
    if not stops or stops[0] >= end or stops[-1] < start:
        return
    left = _x(stops[0] - start) if stops[0] >= start else _LEFT + 4
    right = _x(stops[-1] - start) if stops[-1] < end else _LEFT + _PITCH * (end - start)
    canvas.add("lines", el("path", d=f"M{left:.1f} {y:.1f}H{right:.1f}", class_=f"rail {look}"))


def _draw_column(canvas: Canvas, laid: LaidJourney, column: Column, x: float, lines: tuple[float, float]) -> None:
    planned, actual = lines
    look = column.move or "exit"
    if column.planned is not None:
        canvas.add("marks", el("circle", cx=x, cy=planned, r=_DOT, class_=f"stop {look}"))
    if column.actual is not None:
        canvas.add("marks", el("circle", cx=x, cy=actual, r=_DOT, class_=f"stop done {look}"))
    if column.planned is not None and column.actual is not None:
        canvas.add("back", el("path", d=f"M{x:.1f} {planned + _DOT:.1f}V{actual - _DOT:.1f}", class_="same"))
    _draw_wait(canvas, column, x, actual)
    late = _late(laid, column)
    words = wrap(", ".join(_differs(laid, column)), _WORDS, _SIZE, 2 if late else 3, True)
    canvas.lines(x, planned + 22, words, 12.5, size=_SIZE, look=f"differs {look} halo", anchor="middle", is_bold=True)
    below = wrap("".join(late), _WORDS, _SMALL, 2)
    y = planned + 22 + 12.5 * len(words)
    canvas.lines(x, y, below, 11, size=_SMALL, look=f"differs {look} halo", anchor="middle")


def _draw_wait(canvas: Canvas, column: Column, x: float, y: float) -> None:
    """How long after the event before, on the line that leads here."""
    if column.wait_s is not None:
        middle = max(x - _PITCH / 2, _LEFT + 26)  # clear of the line's name
        canvas.text(middle, y - 6, f"+{duration(column.wait_s)}", size=_SMALL, look="m halo", anchor="middle")
