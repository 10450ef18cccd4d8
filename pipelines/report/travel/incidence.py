"""Cumulative incidence as a picture: converted from below, left from above, between them who may still do either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipelines.language import tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.numbers import count, days, journeys, share, share_with
from pipelines.report.svg import el, picture
from pipelines.report.text import short, wrap
from pipelines.report.travel.curves import Curve, number, shown_curves
from pipelines.report.view import JourneyView

Points: TypeAlias = tuple[tuple[float, float], ...]

_WIDTH = 1280.0
_PLOT = (52.0, 30.0, 930.0, 290.0)  # left, top, width, height
_WORDS_X = 1018.0
_PANELS = (4, 5)  # in a row; five where there are just five
_PANEL = (310.0, 190.0)
_SMALL_PLOT = (38.0, 46.0, 104.0)  # left, top, height within a panel
_MOST_VALUES = 8
_LEAST_APART = 33.0
_FINE = 0.3  # pixels that nobody sees
REST = "rest"
"""What may not be told apart."""
_LOOKS = {"converted": "won", "active": "open", "exited": "said-no", "abandoned": "gone", REST: "rest"}


@dataclass(frozen=True)
class _Plot:
    """A place for a curve: days to the right, shares of 0 to 1 upwards."""

    left: float
    top: float
    wide: float
    high: float
    horizon_d: float

    def x(self, after_d: float) -> float:
        return self.left + self.wide * after_d / self.horizon_d

    def y(self, part: float) -> float:
        return self.top + self.high * (1 - min(1.0, max(0.0, part)))


def incidence(view: JourneyView, name: str) -> Drawing | None:
    """The picture of all journeys; None where nothing may be told."""
    curve = next((each for each in shown_curves(view) if each.segment is None), None)
    if curve is None:
        return None
    canvas = Canvas()
    plot = _Plot(*_PLOT, curve.horizon_d)
    _draw_axes(canvas, plot)
    _draw_areas(canvas, plot, curve)
    _draw_edges(canvas, plot, curve)
    _draw_words(canvas, plot, curve)
    height = plot.top + plot.high + 50
    since = tr("days since: {entry}", entry=short(view.title(str(curve.last["touchpoint"])), 60))
    canvas.text(plot.left, plot.top + plot.high + 34, since, size=11, look="m")
    canvas.text(plot.left, 14, tr("of {journeys}", journeys=journeys(curve.reached_n)), size=11, look="m")
    title = tr("How journeys end over time: {map}", map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, height), name, title, _in_words(curve))
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def incidence_by_segment(view: JourneyView, name: str) -> tuple[tuple[str, Drawing], ...]:
    """For each segment its name and a row of small pictures, one of each value, beside the curve of all journeys."""
    curves = shown_curves(view)
    whole = next((curve for curve in curves if curve.segment is None), None)
    names = dict.fromkeys(curve.name for curve in curves if curve.segment is not None)
    if whole is None:
        return ()
    parts = ((each, [curve for curve in curves if curve.segment and curve.name == each]) for each in names)
    return tuple(
        (each, _small(view, whole, group, (f"{name}-{number_}", each)))
        for number_, (each, group) in enumerate(parts)
        if len(group) > 1
    )


def _small(view: JourneyView, whole: Curve, group: Sequence[Curve], named: tuple[str, str]) -> Drawing:
    """The values of one segment, those of most journeys first."""
    chosen = sorted(group, key=lambda curve: (-curve.reached_n, curve.value))[:_MOST_VALUES]
    in_row = _PANELS[1] if len(chosen) == _PANELS[1] else _PANELS[0]
    panel = min(_PANEL[0], (_WIDTH - 4) / in_row)
    canvas = Canvas()
    canvas.text(4, 16, short(named[1], 60), size=13, is_bold=True)
    for i, curve in enumerate(chosen):
        left, top = 4 + panel * (i % in_row), 24 + _PANEL[1] * (i // in_row)
        room = panel - _SMALL_PLOT[0] - 24
        plot = _Plot(left + _SMALL_PLOT[0], top + _SMALL_PLOT[1], room, _SMALL_PLOT[2], curve.horizon_d)
        _draw_axes(canvas, plot, is_small=True)
        _draw_areas(canvas, plot, curve)
        _draw_edges(canvas, plot, curve)
        canvas.add("marks", el("path", d=f"M{_traced(plot, whole.points('converted'))}", class_="edge all"))
        heading = wrap(f"{curve.value} · {journeys(curve.reached_n)}", panel - 14, 11.5, 1, True)
        canvas.lines(left, top + 14, heading, 13, size=11.5, is_bold=True)
        canvas.lines(left, top + 30, wrap(_said(curve), panel - 14, 10.5, 1), 12, size=10.5, look="m")
    height = 24 + _PANEL[1] * (1 + (len(chosen) - 1) // in_row)
    told = "; ".join(f"{curve.value}: {_in_words(curve)}" for curve in chosen)
    title = tr("How journeys end over time, by {segment}: {map}", segment=short(named[1], 60), map=view.map.title)
    svg = picture(canvas.parts(), (_WIDTH, height), named[0], title, told)
    return Drawing(svg, _WIDTH, height, tuple(canvas.boxes))


def _said(curve: Curve) -> str:
    """Converted by the horizon, with its interval."""
    told = share_with(*(number(curve.last, f"converted_{end}") for end in ("share", "low", "high")))
    return tr("{share} converted within {days}", share=told, days=days(round(curve.horizon_d)))


def _draw_axes(canvas: Canvas, plot: _Plot, *, is_small: bool = False) -> None:
    size = 9.5 if is_small else 10.5
    for part in (0.0, 0.5, 1.0) if is_small else (0.0, 0.25, 0.5, 0.75, 1.0):
        y = plot.y(part)
        canvas.add("lines", el("path", d=f"M{plot.left:.1f} {y:.1f}h{plot.wide:.1f}", class_="grid"))
        canvas.text(plot.left - 6, y + 3.5, share(part), size=size, look="m", anchor="end")
    for day in _days(plot.horizon_d, 3 if is_small else 9):
        x = plot.x(day)
        canvas.add("lines", el("path", d=f"M{x:.1f} {plot.y(0):.1f}v4", class_="tick"))
        canvas.text(x, plot.y(0) + 15, count(day), size=size, look="m", anchor="middle")


def _days(horizon_d: float, most: int) -> list[int]:
    """Whole days to be marked: a round step, so many at the most."""
    steps = (1, 2, 5, 7, 10, 14, 30, 60, 90, 180, 365)
    step = next((step for step in steps if horizon_d / step <= most), 365)
    return list(range(0, int(horizon_d) + 1, step))


def _draw_areas(canvas: Canvas, plot: _Plot, curve: Curve) -> None:
    """One area on the other; ends that may not be told apart are left white."""
    edges = _stacked(curve)
    for word in edges:
        low, high = edges[word]
        around = f"M{_traced(plot, high)}L{_traced(plot, low[::-1])}z"
        canvas.add("back", el("path", d=around, class_=f"area {_LOOKS[word]}"))


def _traced(plot: _Plot, points: Points) -> str:
    """A line through points, in pixels, without those that it would pass anyway: small pictures have too many."""
    places = [(plot.x(after_d), plot.y(part)) for after_d, part in points]
    kept = places[:1]
    first = 0
    for i in range(2, len(places)):
        if any(_off(places[first], places[i], place) > _FINE for place in places[first + 1 : i]):
            first = i - 1
            kept.append(places[first])
    kept += places[-1:] if len(places) > 1 else []
    return "L".join(f"{x:.1f} {y:.1f}".replace(".0 ", " ").removesuffix(".0") for x, y in kept)


def _off(start: tuple[float, float], end: tuple[float, float], place: tuple[float, float]) -> float:
    """How far a place lies above or below the straight line between two others."""
    wide = end[0] - start[0]
    along = (place[0] - start[0]) / wide if wide else 0.0
    return abs(start[1] + (end[1] - start[1]) * along - place[1])


def _stacked(curve: Curve) -> dict[str, tuple[Points, Points]]:
    """Lower and upper edge of each end: converted from the bottom, abandoned and exited from the top, then the rest."""
    converted = curve.points("converted")
    ends = ((0.0, 0.0), (curve.horizon_d, 0.0))
    edges: dict[str, tuple[Points, Points]] = {"converted": (ends, converted)}
    top: Points = ((0.0, 1.0), (curve.horizon_d, 1.0))
    for word in ("abandoned", "exited"):
        if word not in curve.told:
            return edges | {REST: (converted, top)}
        below = _less(top, curve.points(word))
        edges[word] = (below, top)
        top = below
    return edges | {"active" if "active" in curve.told else REST: (converted, top)}


def _less(top: Points, part: Points) -> Points:
    """One line less another one, each straight between the times at which it is told."""
    times = sorted({at for at, _ in top} | {at for at, _ in part})
    return tuple((at, _between(top, at) - _between(part, at)) for at in times)


def _between(points: Points, after_d: float) -> float:
    return float(np.interp(after_d, [at for at, _ in points], [part for _, part in points]))


def _draw_edges(canvas: Canvas, plot: _Plot, curve: Curve) -> None:
    """The edges of converted and of abandoned with their intervals, which are those of one share alone."""
    for word in ("converted", "abandoned"):
        if word not in curve.told:
            continue
        low, high, line = (_edge(curve, word, end) for end in ("low", "high", "share"))
        within = f"M{_traced(plot, low)}L{_traced(plot, high[::-1])}z"
        canvas.add("marks", el("path", d=within, class_="within"))
        canvas.add("marks", el("path", d=f"M{_traced(plot, line)}", class_="edge"))


def _edge(curve: Curve, word: str, end: str) -> Points:
    """A share as its edge is drawn: those who fell silent hang from the top."""
    points = curve.points(word, end)
    return tuple((at, 1 - part) for at, part in points) if word == "abandoned" else points


def _draw_words(canvas: Canvas, plot: _Plot, curve: Curve) -> None:
    """What each area is, beside its middle at the horizon, moved apart where two would meet."""
    tops = _stacked(curve)
    order = sorted(tops, key=lambda word: -tops[word][1][-1][1])
    middles = {word: (tops[word][0][-1][1] + tops[word][1][-1][1]) / 2 for word in order}
    wanted = [(plot.y(at), word) for word, at in middles.items()]
    for (y, word), at in zip(_apart(wanted, plot), wanted, strict=True):
        edge = plot.left + plot.wide
        canvas.add("lines", el("path", d=f"M{edge + 4:.1f} {at[0]:.1f}L{_WORDS_X - 18:.1f} {y:.1f}", class_="tick"))
        canvas.add(
            "marks", el("rect", x=_WORDS_X - 14, y=y - 6, width=11, height=11, rx=2.5, class_=f"area {_LOOKS[word]}")
        )
        wide = canvas.text(_WORDS_X + 4, y + 1, end_title(word), size=12, is_bold=True)
        if word == REST:
            canvas.text(_WORDS_X + 4, y + 15, tr("too few to be told apart"), size=10.5, look="m")
            continue
        told = share_with(*(number(curve.last, f"{word}_{end}") for end in ("share", "low", "high")))
        canvas.text(_WORDS_X + 10 + wide, y + 1, told, size=12)
        half_d = None if word == "active" else curve.half_by_d(word)
        if half_d is not None:
            said = tr("half of them on the first day") if half_d < 1 else tr("half of them by day {n}", n=count(half_d))
            canvas.text(_WORDS_X + 4, y + 15, said, size=10.5, look="m")


def _apart(wanted: list[tuple[float, str]], plot: _Plot) -> list[tuple[float, str]]:
    """Places of the words, from the top down, far enough apart and within the plot."""
    found: list[tuple[float, str]] = []
    for y, word in wanted:
        found.append((max(y, found[-1][0] + _LEAST_APART) if found else max(y, plot.top + 8), word))
    lowest = plot.top + plot.high - 8
    for i in range(len(found) - 1, -1, -1):
        limit = lowest if i == len(found) - 1 else found[i + 1][0] - _LEAST_APART
        found[i] = (min(found[i][0], limit), found[i][1])
    return found


def end_title(word: str) -> str:
    """An end in words."""
    return {
        "converted": tr("Converted"),
        "active": tr("Still on the way"),
        "exited": tr("Said no"),
        "abandoned": tr("Fell silent"),
        REST: tr("The others"),
    }[word]


def _in_words(curve: Curve) -> str:
    """The curve in words."""
    parts = (f"{end_title(word)} {share(number(curve.last, f'{word}_share'))}" for word in curve.told)
    return tr("within {days}: {ends}", days=days(round(curve.horizon_d)), ends=", ".join(parts))
