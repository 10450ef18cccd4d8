"""The designed journey as a metro map with the observed one on it: one picture per strip."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pipelines.language import tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.metro.beside import band, draw_band
from pipelines.report.metro.curves import segments
from pipelines.report.metro.detour_marks import draw_detours
from pipelines.report.metro.detours import detours
from pipelines.report.metro.geometry import Geometry
from pipelines.report.metro.lanes import Shown, draw_lanes, draw_owners
from pipelines.report.metro.layout import Station
from pipelines.report.metro.modes import FRICTION, Mode
from pipelines.report.metro.moods import draw_moods
from pipelines.report.metro.names import fitted
from pipelines.report.metro.stations import draw_lines, draw_panels, draw_stations
from pipelines.report.numbers import count, share
from pipelines.report.svg import picture
from pipelines.report.view import JourneyView


def metro_map(
    view: JourneyView, name: str, mode: Mode = FRICTION, *, only: Collection[str] = (), stem: str = ""
) -> tuple[Drawing, ...]:
    """The map's strips from first to last.

    Args:
        view: The map and what was seen of it.
        name: Makes the ids on the page unique.
        mode: What the map is looked at for (`modes.modes_of` gives those that it has anything for).
        only: Touchpoints that are not dimmed; empty: none is.
        stem: Begins the anchors of the map's tables, to which the lanes' names then link; "": nothing is a link.
    """
    chosen = detours(view) if mode.has_detours else mode.arcs(view)
    sizes = {each: mode.size(view, each) for each in view.flow_names}
    drawn = []
    for strip in view.plan.strips:
        beside = band(view, strip) if mode.has_detours else ()
        drawn.append(fitted(Geometry(view, strip, chosen, beside, sizes)))
    most = max([1, *view.entered.values(), *(piece.n for g in drawn for piece in segments(g))])
    shown = Shown(stem, frozenset(only))
    return tuple(
        _strip(g, mode, most, shown, f"{name}-{i}", _title(view, mode, i, len(drawn))) for i, g in enumerate(drawn, 1)
    )


def _title(view: JourneyView, mode: Mode, part: int, parts_n: int) -> str:
    told = tr("Metro map of {title}: {mode}", title=view.map.title, mode=tr(mode.title))
    return tr("{title}, part {part} of {parts}", title=told, part=part, parts=parts_n) if parts_n > 1 else told


def _strip(g: Geometry, mode: Mode, most: int, shown: Shown, name: str, title: str) -> Drawing:  # noqa: PLR0917 -- all of one strip
    canvas = Canvas()
    draw_panels(canvas, g)
    draw_lines(canvas, g, mode, most)
    draw_stations(canvas, g, mode, shown)
    draw_detours(canvas, g)
    draw_band(canvas, g)
    y = g.panel_bottom + 10
    if mode.has_moods:
        y = draw_moods(canvas, g, y, shown)
    y = draw_lanes(canvas, g, mode.lanes, y, shown)
    height = draw_owners(canvas, g, y, shown)
    svg = picture(canvas.parts(), (g.width, height), name, title, describe(g.view, mode, g.stations))
    return Drawing(svg, g.width, height, tuple(canvas.boxes))


def describe(view: JourneyView, mode: Mode, stations: Iterable[Station]) -> str:
    """The stations in words, for those who cannot see the picture."""
    told = [_in_words(view, mode, station.name) for station in stations]
    first, last = tr("Stations in designed order."), tr("The tables below hold every number.")
    return f"{first} {'; '.join(told)}. {last}"


def _in_words(view: JourneyView, mode: Mode, name: str) -> str:
    if mode is not FRICTION:
        return f"{view.label(name)}: {mode.amount(view, name)}"
    told = tr("{station}: {n} journeys", station=view.label(name), n=count(view.reached_n(name)))
    leave = view.leave(name)
    return told if leave is None else tr("{told}, {share} leave here", told=told, share=share(leave))
