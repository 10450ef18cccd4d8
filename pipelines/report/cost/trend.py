"""Weekly entry cohorts as a picture: what came of weeks that are over, and what younger ones come to if they go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from pipelines.language import mark, tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.cost.rows import Record, told
from pipelines.report.numbers import count, day, journeys, share, share_with, short_day
from pipelines.report.svg import el, picture
from pipelines.report.text import width, wrap
from pipelines.report.view import JourneyView

_LEFT, _RIGHT = 64.0, 1256.0
_TOP, _HIGH = 74.0, 220.0
_BOTTOM = _TOP + _HIGH
_WIDTH, _HEIGHT = 1280.0, _BOTTOM + 50
_LEAST = 2  # one point is no trend
_SIZE, _SMALL = 11.0, 10.0
_NAMED = 9
_SIGNS = (
    ("matureweek", mark("followed for the whole horizon, with its 95% interval")),
    ("youngweek", mark("younger: what it comes to if it goes on as older weeks did")),
    ("sofar", mark("so far")),
)


@dataclass(frozen=True)
class _Axes:
    """Where weeks and shares are drawn."""

    top: float
    pitch: float

    def x(self, i: int) -> float:
        """Middle of a week."""
        return _LEFT + self.pitch * (i + 0.5)

    def y(self, value: float) -> float:
        """Height of a share."""
        return _BOTTOM - _HIGH * min(1.0, value / self.top)


def cohorts_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where fewer than two weeks can be told."""
    rows = [row for row in view.data.cost.rows("cohorts") if row["segment"] is None]
    shown = [row for row in rows if told(row, "converted_share")]
    if len(shown) < _LEAST:
        return None
    canvas = Canvas()
    axes = _Axes(_top(shown), (_RIGHT - _LEFT) / len(shown))
    _draw_legend(canvas, shown)
    _draw_axis(canvas, axes)
    _draw_ground(canvas, shown, axes)
    _draw_lines(canvas, shown, axes)
    for i, row in enumerate(shown):
        _draw_week(canvas, view, row, (axes, i))
        if i % max(1, -(-len(shown) // _NAMED)) == 0:
            _name_week(canvas, view, row, axes.x(i))
    words = "; ".join(_words(view, row) for row in shown)
    title = tr("Converted by week of entry: {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, _HEIGHT), name, title, words)
    return Drawing(svg, _WIDTH, _HEIGHT, tuple(canvas.boxes))


def _words(view: JourneyView, row: Record) -> str:
    """A week in a sentence: what is told of it, of how many, and whether that is final."""
    at, n = day(row["week_at"], view.zone), journeys(row["journeys_n"])
    (so_far,) = told(row, "converted_share") or (0.0,)
    if row["is_mature"]:
        sure = share_with(so_far, *_ends(row, "converted"))
        return tr("week of {day}: {share} of {journeys}", day=at, share=sure, journeys=n)
    if told(row, "projected_share"):
        comes_to = share_with(float(row["projected_share"]), *_ends(row, "projected"))
        return tr(
            "week of {day}: {share} of {journeys} so far; comes to {projected}",
            day=at, share=share(so_far), journeys=n, projected=comes_to,
        )  # fmt: skip
    return tr("week of {day}: {share} of {journeys} so far", day=at, share=share(so_far), journeys=n)


def _ends(row: Record, name: str) -> tuple[float, float] | tuple[None, None]:
    ends = told(row, f"{name}_low", f"{name}_high")
    return (ends[0], ends[1]) if ends else (None, None)


def _name(row: Record) -> str:
    """The share that is drawn of a week; "" where it is too young to say what it comes to."""
    if row["is_mature"]:
        return "converted"
    return "projected" if told(row, "projected_share") else ""


def _top(rows: Sequence[Record]) -> float:
    """Upper end of the axis: a round share above all that is drawn."""
    values = [told(row, f"{_name(row) or 'converted'}_share", *_ends_of(row)) or (0.0,) for row in rows]
    highest = max(max(value) for value in values)
    return next((top for top in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if highest <= top), 1.0)


def _ends_of(row: Record) -> tuple[str, ...]:
    name = _name(row)
    return (f"{name}_high",) if name and told(row, f"{name}_high") else ()


def _draw_legend(canvas: Canvas, rows: Sequence[Record]) -> None:
    there = {"matureweek"} if any(row["is_mature"] for row in rows) else set()
    there |= {"youngweek"} if any(_name(row) == "projected" for row in rows) else set()
    there |= {"sofar"} if any(not row["is_mature"] for row in rows) else set()
    canvas.text(4, 15, tr("Converted, by week of entry"), size=_SIZE + 1, is_bold=True)
    x = 8.0
    for look, words in _SIGNS:
        if look not in there:
            continue
        sign = (
            el("rect", x=x - 3, y=29, width=8, height=12, class_=look)
            if look == "sofar"
            else el("circle", cx=x + 1, cy=35, r=5, class_=look)
        )
        canvas.add("marks", sign)
        x += 14 + canvas.text(x + 14, 39, tr(words), size=_SIZE, look="m") + 24


def _draw_axis(canvas: Canvas, axes: _Axes) -> None:
    for i in range(5):
        y = axes.y(axes.top * i / 4)
        canvas.add("back", el("path", d=f"M{_LEFT:.1f} {y:.1f}H{_RIGHT:.1f}", class_="rule"))
        canvas.text(_LEFT - 10, y + 4, share(axes.top * i / 4), size=_SMALL, look="m", anchor="end")


def _draw_ground(canvas: Canvas, rows: Sequence[Record], axes: _Axes) -> None:
    """The ground of the weeks that are not over yet, which says so."""
    young = [i for i, row in enumerate(rows) if not row["is_mature"]]
    if not young or young != list(range(young[0], len(rows))):
        return
    left = axes.x(young[0]) - axes.pitch / 2
    canvas.add("back", el("rect", x=left, y=_TOP - 20, width=_RIGHT - left, height=_HIGH + 20, rx=8, class_="young"))
    words = wrap(tr("not over yet"), _RIGHT - left - 12, _SMALL, 1)
    canvas.lines((left + _RIGHT) / 2, _TOP - 6, words, 12, size=_SMALL, look="m", anchor="middle")


def _draw_lines(canvas: Canvas, rows: Sequence[Record], axes: _Axes) -> None:
    """The band of the intervals, and the line through the weeks: solid where they are over, dashed where projected."""
    drawn = [(i, row) for i, row in enumerate(rows) if _name(row)]
    sure = [(i, told(row, f"{_name(row)}_low", f"{_name(row)}_high")) for i, row in drawn]
    ends = [(axes.x(i), axes.y(end[0]), axes.y(end[1])) for i, end in sure if end]
    if len(ends) > 1:
        upper = "L".join(f"{x:.1f} {high:.1f}" for x, _, high in ends)
        lower = "L".join(f"{x:.1f} {low:.1f}" for x, low, _ in reversed(ends))
        canvas.add("lines", el("path", d=f"M{upper}L{lower}z", class_="sureband"))
    points = [(axes.x(i), axes.y(float(row[f"{_name(row)}_share"])), bool(row["is_mature"])) for i, row in drawn]
    for (x0, y0, _), (x1, y1, is_mature) in pairwise(points):
        look = "weekline" if is_mature else "weekline youngline"
        canvas.add("lines", el("path", d=f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", class_=look))


def _draw_week(canvas: Canvas, view: JourneyView, row: Record, at: tuple[_Axes, int]) -> None:
    """One week: what converted; of a young one a bar so far, and what it comes to if it goes on as others did."""
    axes, i = at
    x = axes.x(i)
    words = el("title", _words(view, row))
    (so_far,) = told(row, "converted_share") or (0.0,)
    if not row["is_mature"]:
        y = axes.y(so_far)
        bar = el("rect", words, x=x - 4, y=y, width=8, height=max(1.0, _BOTTOM - y), rx=1.5, class_="sofar")
        canvas.add("marks", bar)
    name = _name(row)
    if not name:
        return  # too young to say what it comes to; drawn like the others it would look like a fall
    canvas.add("marks", *_mark(row, (axes, x), words))


def _mark(row: Record, at: tuple[_Axes, float], words: Markup) -> list[Markup]:
    """The interval and the dot of a week."""
    axes, x = at
    name = _name(row)
    ends = told(row, f"{name}_low", f"{name}_high")
    y = axes.y(float(row[f"{name}_share"]))
    look = "matureweek" if row["is_mature"] else "youngweek"
    whisker = [el("path", d=f"M{x:.1f} {axes.y(ends[0]):.1f}V{axes.y(ends[1]):.1f}", class_="whisker")] if ends else []
    return [*whisker, el("circle", words, cx=x, cy=y, r=5, class_=look)]


def _name_week(canvas: Canvas, view: JourneyView, row: Record, x: float) -> None:
    told_day = short_day(row["week_at"], view.zone)
    half = max(width(told_day, _SMALL), width(f"n {count(row['journeys_n'])}", _SMALL)) / 2
    x = min(max(x, half + 2), _WIDTH - half - 2)
    canvas.text(x, _BOTTOM + 20, told_day, size=_SMALL, look="m", anchor="middle")
    canvas.text(x, _BOTTOM + 34, tr("n {n}", n=count(row["journeys_n"])), size=_SMALL, look="m", anchor="middle")
