"""The lanes below a picture of the design: where, who, what for, what is promised, how it should feel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.report.canvas import Canvas
from pipelines.report.metro.geometry import LEFT, Geometry
from pipelines.report.metro.layout import Station
from pipelines.report.svg import el
from pipelines.report.text import wrap
from schemas.durations import duration
from schemas.journey_map import JourneyMap
from schemas.map_parts import Touchpoint
from schemas.words import Calendar, Initiator

_SIZE = 10.5
_PITCH = 13.0
_MOOD_HEIGHT = 62.0
_MOODS = {2: "delighted", 0: "neutral", -2: "angry"}
_Told = Callable[[JourneyMap, str], str]


@dataclass(frozen=True)
class _Lane:
    name: str
    told: _Told
    most_lines: int


def _entry(journey_map: JourneyMap, name: str) -> Touchpoint:
    return journey_map.touchpoints.get(name) or Touchpoint()


def _where(journey_map: JourneyMap, name: str) -> str:
    return ", ".join(journey_map.channels.get(channel, channel) for channel in _entry(journey_map, name).channels)


def _who(journey_map: JourneyMap, name: str) -> str:
    words = {Initiator.CUSTOMER: "the customer", Initiator.COMPANY: "the company", None: ""}
    return words[_entry(journey_map, name).initiator]


def _owner(journey_map: JourneyMap, name: str) -> str:
    return journey_map.owner_of(name) or ""


def _need(journey_map: JourneyMap, name: str) -> str:
    return _entry(journey_map, name).need


def _promised(journey_map: JourneyMap, name: str) -> str:
    promise = _entry(journey_map, name).promise
    if promise is None:
        return ""
    hours = " of business hours" if promise.calendar is Calendar.BUSINESS else ""
    return f"{journey_map.title_of(promise.next)} within {duration(promise.within_s)}{hours}"


LANES = (
    _Lane("Where", _where, 3),
    _Lane("Begun by", _who, 2),
    _Lane("Owner", _owner, 3),
    _Lane("Need", _need, 6),
    _Lane("Promise", _promised, 5),
)


def draw_lanes(canvas: Canvas, g: Geometry, top: float) -> float:
    """Draws the lanes that say anything in the map; returns the lower end."""
    y = top
    for lane in LANES:
        if any(lane.told(g.view.map, name) for name in g.view.numbers):
            y = _draw_lane(canvas, g, lane, y)
    if any(_entry(g.view.map, name).emotion is not None for name in g.view.numbers):
        y = _draw_moods(canvas, g, y)
    return y


def _columns(g: Geometry) -> dict[float, list[Station]]:
    """Column to its stations from the top, but for those that were shown before."""
    found: dict[float, list[Station]] = {}
    for station in sorted(g.stations, key=lambda s: (s.at.column, s.at.row)):
        if not station.is_again:
            found.setdefault(station.at.column, []).append(station)
    return found


def _draw_lane(canvas: Canvas, g: Geometry, lane: _Lane, y: float) -> float:
    canvas.text(LEFT - 14, y + 14, lane.name, size=11.5, anchor="end", is_bold=True)
    lowest = y + 18
    for column, stations in _columns(g).items():
        at = y + 14
        texts = [(station, lane.told(g.view.map, station.name)) for station in stations]
        is_one = len({text for _, text in texts}) == 1
        for station, text in texts[:1] if is_one else texts:
            which = "" if is_one or not text else f"{station.number} "
            lines = wrap(f"{which}{text}", g.column - 16, _SIZE, lane.most_lines)
            canvas.lines(g.x(column) - g.column / 2 + 8, at, lines, _PITCH, size=_SIZE)
            at += _PITCH * len(lines)
        lowest = max(lowest, at - 4)
    return _rule(canvas, g, lowest)


def _rule(canvas: Canvas, g: Geometry, y: float) -> float:
    canvas.add("back", el("path", d=f"M4 {y:.1f}H{g.width - 14:.1f}", class_="rule"))
    return y + 4


def _draw_moods(canvas: Canvas, g: Geometry, y: float) -> float:
    """The designed feeling as a line from station to station; where stations share a column, through each of them."""
    canvas.text(LEFT - 14, y + _MOOD_HEIGHT / 2 + 4, "Feeling", size=11.5, anchor="end", is_bold=True)
    for mood, word in _MOODS.items():
        level = _level(y, mood)
        canvas.add("back", el("path", d=f"M{LEFT:.1f} {level:.1f}H{g.width - 14:.1f}", class_="zero"))
        if mood:
            canvas.text(LEFT - 14, level + 3.5, word, size=9.5, look="m", anchor="end")
    points = []
    for column, stations in _columns(g).items():
        felt = [(s, score) for s in stations if (score := _entry(g.view.map, s.name).emotion) is not None]
        for at, (station, felt_mood) in enumerate(felt):
            x = g.x(column) + (at - (len(felt) - 1) / 2) * min(26.0, g.column / (len(felt) + 1))
            points.append((x, _level(y, felt_mood), station, len(felt) > 1))
    if points:
        line = "M" + "L".join(f"{x:.1f} {level:.1f}" for x, level, _, _ in points)
        canvas.add("lines", el("path", d=line, class_="mood"))
    for x, level, station, is_crowded in points:
        told = f"{g.view.label(station.name)}: {_entry(g.view.map, station.name).emotion}"
        canvas.add("marks", el("circle", el("title", told), cx=x, cy=level, r=4, class_="dot"))
        if is_crowded:
            canvas.text(x, level - 7, str(station.number), size=9.5, look="m", anchor="middle")
    return _rule(canvas, g, y + _MOOD_HEIGHT + 4)


def _level(y: float, mood: int) -> float:
    return y + 9 + (_MOOD_HEIGHT - 14) * (2 - mood) / 4
