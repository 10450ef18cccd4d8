"""Drop-off per touchpoint as a picture: how many reached it, who stands there now, and which share leaves."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.metro.modes import friction_class
from pipelines.report.numbers import count, share, share_with
from pipelines.report.rows import OutcomeRow
from pipelines.report.stored import retold
from pipelines.report.svg import el, picture
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView

_NAMES = 232.0
_BARS = (250.0, 570.0)
_PLOT = (720.0, 1090.0)
_WORDS = 1104.0
_WIDTH = 1280.0
_ROW = 33.0
_TOP = 44.0


def drop_off(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where no touchpoint has an outcome."""
    rows = [(touchpoint, view.outcomes[touchpoint]) for touchpoint in view.flow_names if touchpoint in view.outcomes]
    if not any(row.reached_n for _, row in rows):
        return None
    canvas = Canvas()
    scale = _scale([row for _, row in rows])
    height = _TOP + _ROW * len(rows) + 10
    _draw_heads(canvas, scale, height)
    most = max(row.reached_n for _, row in rows)
    for i, (touchpoint, row) in enumerate(rows):
        y = _TOP + _ROW * i
        lines = wrap(view.label(touchpoint), _NAMES - 12, 11.5, 2, True)
        canvas.lines(_NAMES, y + 20 - 6.5 * (len(lines) - 1), lines, 13, size=11.5, anchor="end", is_bold=True)
        _draw_bar(canvas, row, y + 9, most)
        _draw_leave(canvas, row, y + 16, scale)
    told = "; ".join(
        tr("{place}: {n} reached it, {share} leave here", place=view.label(t), n=count(r.reached_n), share=_told(r))
        for t, r in rows
    )
    title = tr("Drop-off per touchpoint of {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, told)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def _told(row: OutcomeRow) -> str:
    return share_with(row.leave, *row.leave_interval)


def _scale(rows: list[OutcomeRow]) -> float:
    """Upper end of the plot: the next of a few round shares above all that it shows."""
    highest = max(
        (end for row in rows for end in (row.leave, row.leave_interval[1], *_otherwise(row)) if end), default=0.0
    )
    return next((top for top in (0.1, 0.2, 0.4, 0.6) if highest <= top), 1.0)


def _otherwise(row: OutcomeRow) -> tuple[float, ...]:
    """Shares that would leave with half and with twice the patience."""
    silent = (row.hazard_half_patience, row.hazard_double_patience)
    return tuple(share + (row.exit_hazard or 0.0) for share in silent if share is not None)


def _draw_heads(canvas: Canvas, scale: float, height: float) -> None:
    canvas.text(_BARS[0], 16, tr("Journeys that reached it; of these, standing here now (dashed)"), size=11, look="m")
    canvas.text(_PLOT[0], 16, tr("Leave here, of those who can be followed, with 95% interval"), size=11, look="m")
    for i in range(5):
        x = _PLOT[0] + (_PLOT[1] - _PLOT[0]) * i / 4
        canvas.add("back", el("path", d=f"M{x:.1f} {_TOP - 4:.1f}V{height - 8:.1f}", class_="rule"))
        canvas.text(x, _TOP - 9, share(scale * i / 4), size=10, look="m", anchor="middle")


def _draw_bar(canvas: Canvas, row: OutcomeRow, y: float, most: int) -> None:
    room = _BARS[1] - _BARS[0]
    wide, here = room * row.reached_n / most, room * min(row.in_flight_n, row.reached_n) / most
    canvas.add("marks", el("rect", x=_BARS[0], y=y, width=max(1.0, wide), height=14, rx=2, class_="bar"))
    if here:
        x = _BARS[0] + wide - here
        canvas.add("marks", el("rect", x=x, y=y, width=here, height=14, class_="here"))
    label = count(row.reached_n)
    if row.in_flight_n:
        label = tr("{n}, {here} here now", n=label, here=count(row.in_flight_n))
    canvas.text(_BARS[0] + wide + 7, y + 11, label, size=10.5, look="t halo")


def _draw_leave(canvas: Canvas, row: OutcomeRow, y: float, scale: float) -> None:
    """A dot with its interval for leaving, a small diamond for the part that says no, ticks for other patiences."""
    if row.leave is None:
        reason = retold(row.refused) if row.refused else tr("too few to be shown")
        lines = wrap(tr("not told: {reason}", reason=reason), 500, 10.5, 1)
        canvas.lines(_PLOT[0] + 6, y + 4, lines, 12, size=10.5, look="m halo")
        return

    def x(value: float) -> float:
        return _PLOT[0] + (_PLOT[1] - _PLOT[0]) * min(1.0, value / scale)

    for other in _otherwise(row):
        canvas.add("lines", el("path", d=f"M{x(other):.1f} {y - 7:.1f}v14", class_="tick"))
    low, high = row.leave_interval
    if low is not None and high is not None:
        canvas.add("lines", el("path", d=f"M{x(low):.1f} {y:.1f}H{x(high):.1f}", class_="span"))
    canvas.add("marks", el("circle", cx=x(row.leave), cy=y, r=5.5, class_=f"station {friction_class(row.leave)}"))
    if not row.exit_hazard:
        canvas.text(_WORDS, y + 4, _told(row), size=10.5)
        return
    e = x(row.exit_hazard)
    canvas.add("marks", el("path", d=f"M{e:.1f} {y - 4.5:.1f}l4.5 4.5l-4.5 4.5l-4.5 -4.5z", class_="exit"))
    parts = tr("{silent} silent, {said_no} say no", silent=share(row.hazard), said_no=share(row.exit_hazard))
    canvas.text(_WORDS, y - 2, _told(row), size=10.5)
    canvas.text(_WORDS, y + 11, parts, size=9.5, look="m")
