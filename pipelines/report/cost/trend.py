"""Weekly entry cohorts as a picture: converted so far, and what older cohorts had by the same age."""

from __future__ import annotations

from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.cost.rows import Record, told
from pipelines.report.numbers import count, day, share, share_with
from pipelines.report.svg import el, picture
from pipelines.report.view import JourneyView

_LEFT, _RIGHT = 60.0, 1250.0
_TOP, _BOTTOM = 40.0, 250.0
_WIDTH, _HEIGHT = 1280.0, 312.0
_LEAST = 2  # one point is no trend


def cohorts_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where fewer than two weeks can be told."""
    rows = [row for row in view.data.cost.rows("cohorts") if row["segment"] is None]
    shown = [row for row in rows if told(row, "converted_share")]
    if len(shown) < _LEAST:
        return None
    canvas = Canvas()
    top = _top(shown)
    _draw_axis(canvas, top)
    room = (_RIGHT - _LEFT) / len(shown)
    for i, row in enumerate(shown):
        at = _LEFT + room * (i + 0.5)
        _draw_week(canvas, view, row, at, top)
        if i % max(1, len(shown) // 9) == 0:
            _name_week(canvas, view, row, at)
    words = "; ".join(
        f"week of {day(row['week_at'], view.zone)}: {share(row['converted_share'])} of {count(row['journeys_n'])}"
        for row in shown
    )
    title = f"Converted by week of entry: {view.map.title}"
    svg = picture(canvas.parts(), (_WIDTH, _HEIGHT), name, title, words)
    return Drawing(svg, _WIDTH, _HEIGHT, tuple(canvas.boxes))


def _top(rows: list[Record]) -> float:
    highest = max(max(told(row, f"{_name(row)}_high") or told(row, f"{_name(row)}_share") or (0.0,)) for row in rows)
    return next((top for top in (0.1, 0.2, 0.4, 0.6, 0.8) if highest <= top), 1.0)


def _y(value: float, top: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * value / top


def _draw_axis(canvas: Canvas, top: float) -> None:
    head = "Converted, by week of entry, with 95% interval. Filled: followed for the whole horizon. Hollow: younger,"
    rest = " what it comes to if it goes on as older weeks did; grey: so far"
    canvas.text(_LEFT, 16, head + rest, size=11, look="m")
    for i in range(5):
        y = _y(top * i / 4, top)
        canvas.add("back", el("path", d=f"M{_LEFT:.1f} {y:.1f}H{_RIGHT:.1f}", class_="rule"))
        canvas.text(_LEFT - 8, y + 4, share(top * i / 4), size=10, look="m", anchor="end")


def _draw_week(canvas: Canvas, view: JourneyView, row: Record, at: float, top: float) -> None:
    """One week: what converted; of a young one what it comes to if it goes on as others did, and what it is so far."""
    so_far = told(row, "converted_share")
    if so_far and not row["is_mature"]:
        words = f"{day(row['week_at'], view.zone)}: {share(so_far[0])} so far, n {count(row['journeys_n'])}"
        canvas.add("marks", el("circle", el("title", words), cx=at, cy=_y(so_far[0], top), r=2.5, class_="bar"))
        if not told(row, "projected_share"):
            return  # too young to say what it comes to; drawn like the others it would look like a fall
    name = _name(row)
    (value,) = told(row, f"{name}_share") or (0.0,)
    ends = told(row, f"{name}_low", f"{name}_high")
    if ends:
        canvas.add("lines", el("path", d=f"M{at:.1f} {_y(ends[0], top):.1f}V{_y(ends[1], top):.1f}", class_="whisker"))
    words = (
        f"{day(row['week_at'], view.zone)}: {share_with(value, *(ends or (None, None)))}, n {count(row['journeys_n'])}"
    )
    look = "station f4" if row["is_mature"] else "station f0"
    canvas.add("marks", el("circle", el("title", words), cx=at, cy=_y(value, top), r=4.5, class_=look))


def _name(row: Record) -> str:
    """The share that is drawn."""
    return "projected" if not row["is_mature"] and told(row, "projected_share") else "converted"


def _name_week(canvas: Canvas, view: JourneyView, row: Record, x: float) -> None:
    short_day = day(row["week_at"], view.zone).rsplit(" ", 1)[0]
    canvas.text(x, _BOTTOM + 18, short_day, size=10, look="m", anchor="middle")
    canvas.text(x, _BOTTOM + 33, f"n {count(row['journeys_n'])}", size=9.5, look="m", anchor="middle")
