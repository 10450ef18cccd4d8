"""The flow between phases as a picture: every journey as a part of the bands, from the first phase to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.language import tr
from pipelines.privacy.flow_cover import LEFT
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.numbers import count, journeys, share
from pipelines.report.svg import el, picture
from pipelines.report.text import short, width, wrap
from pipelines.report.travel.graph import GONE, Band, Bar, Graph, graph_of
from pipelines.report.travel.words import end_word, left_out, way_word
from pipelines.report.view import JourneyView
from schemas.words import Status, TravelWay

_LEFT, _RIGHT = 16.0, 158.0
_PITCH = (150.0, 320.0)  # between two phases: the least and the most
_WIDTH = 1280.0
_TALL = 280.0  # all journeys together
_WIDE = 13.0  # a bar
_GAP = 36.0  # between two bars of a phase: two lines of words
_LINE = 13.0
_SIZE = 11.0
_END_AT = {"gone": 0.36, "on_the_way": 0.76}  # where the ends of a phase stand, as a part of the way to the next one
_LOOKS = {
    TravelWay.AS_DESIGNED: "designed",
    TravelWay.DETOUR: "detoured",
    TravelWay.ASKED_FOR_HELP: "helped",
    "other": "detoured",
    None: "designed",
}
_KINDS = {"gone": "gone", "on_the_way": "waiting", "goal": "won", "past": "past"}


@dataclass(frozen=True)
class _Place:
    """Where a bar stands, and how tall it is."""

    x: float
    y: float
    high: float


@dataclass(frozen=True)
class _Layout:
    """The graph with the place of every bar."""

    graph: Graph
    pitch: float
    scale: float
    places: dict[Bar, _Place]
    head: float
    width: float
    height: float


def phase_flow(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where no journey's way may be told."""
    graph = shown_graph(view)
    if graph is None:
        return None
    found, canvas = _layout(graph), Canvas()
    for band in sorted(graph.bands, key=lambda each: (_is_end(each.end), -each.journeys_n)):
        _draw_band(canvas, found, band)
    for bar, place in found.places.items():
        _draw_bar(canvas, found, bar, place)
    for column in range(len(graph.phases)):
        _draw_head(canvas, found, column)
    _draw_goal(canvas, view, found)
    if graph.begun_n < graph.all_n:
        canvas.text(_LEFT, found.height - 5, left_out(view.data.travel), size=10.5, look="m")
    title = tr("How journeys travel through the phases: {map}", map=view.map.title)
    svg = picture(canvas.parts(), (found.width, found.height), name, title, _told(graph))
    return Drawing(svg, found.width, found.height, tuple(canvas.boxes))


def shown_graph(view: JourneyView) -> Graph | None:
    """The ways between the map's phases; None where there is none, or where they are those of another map."""
    phases = tuple(phase.name for phase in view.map.flow.phases)
    legs = view.data.travel.legs
    if not legs or not {leg.from_phase for leg in legs} | {leg.to_phase for leg in legs} <= {None, *phases}:
        return None
    return graph_of(legs, phases, max(view.data.travel.begun_n, view.data.travel.told_n))


def _layout(graph: Graph) -> _Layout:
    columns_n = len(graph.phases)
    pitch = min(max((_WIDTH - _LEFT - _RIGHT) / columns_n, _PITCH[0]), _PITCH[1])
    scale = _TALL / graph.begun_n
    places: dict[Bar, _Place] = {}
    head = 10 + max(_size_of_head(graph, column, pitch) for column in range(columns_n))
    for column in range(columns_n + 1):
        y = head + _GAP - 6
        for bar in graph.bars(column):
            high = max(1.5, graph.sizes[bar] * scale)
            places[bar] = _Place(_LEFT + pitch * column, y, high)
            y += high + _GAP
    low = max((place.y + place.high for place in places.values()), default=head) + 26
    for bar, n in graph.sizes.items():
        if bar.kind in GONE:
            places[bar] = _Place(_LEFT + pitch * (bar.column + _END_AT[bar.kind]), low, max(1.5, n * scale))
    deepest = max((places[bar].high for bar in places if bar.kind in GONE), default=0.0)
    wide = _LEFT + pitch * columns_n + _RIGHT
    return _Layout(graph, pitch, scale, places, head, wide, low + deepest + 6.2 * _LINE)


def _is_end(bar: Bar) -> bool:
    return bar.kind in GONE


def _look(bar: Bar) -> str:
    return _KINDS.get(bar.kind) or _LOOKS[bar.way]


def _draw_band(canvas: Canvas, found: _Layout, band: Band) -> None:
    """A band as wide as its journeys are many, coloured by what it comes to."""
    start, end = found.places[band.start], found.places[band.end]
    high = band.journeys_n * found.scale
    x0, x1 = start.x + _WIDE, end.x
    y0, y1 = _port(found, band, "out", start), _port(found, band, "in", end)
    middle = (x0 + x1) / 2
    path = (
        f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}V{y1 + high:.1f}"
        f"C{middle:.1f} {y1 + high:.1f} {middle:.1f} {y0 + high:.1f} {x0:.1f} {y0 + high:.1f}z"
    )
    words = tr("{n}: {start} → {end}", n=journeys(band.journeys_n), start=_named(found.graph, band.start),
               end=_named(found.graph, band.target))  # fmt: skip
    canvas.add("back", el("path", el("title", words), d=path, class_=f"band {_look(band.target)}"))


def _port(found: _Layout, band: Band, side: str, place: _Place) -> float:
    """The upper edge of a band at one of its bars: bands lie there in an order in which they cross little."""
    bar = band.start if side == "out" else band.end
    own = (each for each in found.graph.bands if (each.start if side == "out" else each.end) == bar)
    y = place.y
    for each in sorted(own, key=lambda other: _order(found, other, side)):
        if each is band:
            break
        y += each.journeys_n * found.scale
    return y


def _order(found: _Layout, band: Band, side: str) -> tuple[float, float, float]:
    """Outgoing: to the next phases from the top, then still on the way, then left. Incoming: from the top."""
    other = band.end if side == "out" else band.start
    place, target = found.places[other], found.places[band.target]
    rank = {"on_the_way": 1.0, "gone": 2.0}.get(other.kind, 0.0)
    return rank, place.y, target.y


def _named(graph: Graph, bar: Bar) -> str:
    """A bar in words."""
    match bar.kind:
        case "goal":
            return end_word(Status.CONVERTED)
        case "gone":
            return end_word(LEFT)
        case "on_the_way":
            return end_word(Status.IN_FLIGHT)
        case _:
            phase = short(graph.phases[bar.column], 40)
            return phase if bar.kind == "past" else tr("{phase}, {way}", phase=phase, way=way_word(bar.way).lower())


def _draw_bar(canvas: Canvas, found: _Layout, bar: Bar, place: _Place) -> None:
    n = found.graph.sizes[bar]
    if bar.kind == "past":
        label = wrap(tr("{n} pass it by", n=count(n)), found.pitch - 14, _SIZE, 1)
        canvas.lines(place.x, place.y - 5, label, _LINE, size=_SIZE, look="m halo-page")
        canvas.add("marks", el("rect", x=place.x, y=place.y, width=_WIDE, height=place.high, class_="band past"))
        return
    if bar.kind == "gone":
        _draw_gone(canvas, found, bar, place)
        return
    canvas.add("marks", _rect(place, place.high, f"node {_look(bar)}"))
    if bar.kind == "on_the_way":
        _write_end(canvas, found, bar, place, ((count(n), "t"), (end_word(Status.IN_FLIGHT).lower(), "m")))
    elif bar.kind == "way":
        _draw_way(canvas, found, bar, place)


def _rect(place: _Place, high: float, look: str, below: float = 0.0) -> Markup:
    rx = min(2.5, high / 2)
    return el("rect", x=place.x, y=place.y + below, width=_WIDE, height=high, rx=rx, class_=look)


def _draw_way(canvas: Canvas, found: _Layout, bar: Bar, place: _Place) -> None:
    """A bar of a phase with its name, its journeys, and their share of the phase; a stub for those who begin here."""
    n, came_n = found.graph.sizes[bar], found.graph.came_n(bar.column)
    name, told = way_word(bar.way), f"{count(n)} · {share(n / came_n)}" if n < came_n else count(n)
    room = found.pitch - 12
    one_line = width(name, _SIZE, True) + 5 + width(told, _SIZE) <= room
    y = place.y - 6
    if one_line:
        wide = canvas.text(place.x, y, name, size=_SIZE, look="t halo-page", is_bold=True)
        canvas.text(place.x + wide + 5, y, told, size=_SIZE, look="t halo-page")
    else:
        first = wrap(name, room, _SIZE, 1, True)
        canvas.lines(place.x, y - _LINE, first, _LINE, size=_SIZE, look="t halo-page", is_bold=True)
        canvas.text(place.x, y, told, size=_SIZE, look="t halo-page")
    begun_n = found.graph.begun.get(bar, 0)
    if begun_n and bar.column:
        high = begun_n * found.scale
        stub = f"M{place.x - 16:.1f} {place.y + place.high - high:.1f}h16v{high:.1f}h-16z"
        canvas.add("back", el("path", d=stub, class_=f"band {_look(bar)}"))


def _draw_gone(canvas: Canvas, found: _Layout, bar: Bar, place: _Place) -> None:
    """Those who left a phase: fell silent above, said no below."""
    ends, n = found.graph.ends[bar.column], found.graph.sizes[bar]
    y = 0.0
    for status, look in ((LEFT, "gone"), (Status.ABANDONED, "gone"), (Status.EXITED, "said-no")):
        if ends.get(status):
            high = max(1.0, ends[status] * found.scale)
            canvas.add("marks", _rect(place, high, f"node {look}", y))
            y += high
    said_no = ends.get(Status.EXITED, 0)
    lines = [(count(n), "hot"), (tr("left, {share}", share=share(n / found.graph.came_n(bar.column))), "hot")]
    if said_no and said_no < n:
        lines.append((tr("{n} said no", n=count(said_no)), "m"))
    _write_end(canvas, found, bar, place, lines)


def _write_end(canvas: Canvas, found: _Layout, bar: Bar, place: _Place, lines: Sequence[tuple[str, str]]) -> None:
    """Words below the end of a phase, in the middle under it."""
    room = found.pitch * (0.48 if bar.kind == "gone" else 0.38)
    y = place.y + place.high + _LINE
    for i, (text, look) in enumerate(lines):
        for part in wrap(text, room, 10.5, 2, i == 0):
            canvas.text(
                place.x + _WIDE / 2, y, part, size=10.5, look=f"{look} halo-page", anchor="middle", is_bold=i == 0
            )
            y += 12.5


def _heads(graph: Graph, column: int, pitch: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines above a phase: its name; how many came to it, and how many of them began there."""
    n, begun_n, room = graph.came_n(column), graph.begun_at(column), pitch - 12
    told = f"{journeys(n)} · {share(n / graph.all_n)}" if n < graph.all_n else journeys(n)
    lines = wrap(told, room, _SIZE, 2)
    if column and begun_n:
        lines += wrap(tr("{n} begin here", n=count(begun_n)), room, _SIZE, 1)
    return wrap(graph.phases[column], room, 13, 2, True), lines


def _size_of_head(graph: Graph, column: int, pitch: float) -> float:
    names, lines = _heads(graph, column, pitch)
    return 15.0 * len(names) + _LINE * len(lines)


def _draw_head(canvas: Canvas, found: _Layout, column: int) -> None:
    """The phase, how many came to it, and how many of them began there."""
    x = _LEFT + found.pitch * column
    names, lines = _heads(found.graph, column, found.pitch)
    canvas.lines(x, 14, names, 15, size=13, is_bold=True)
    canvas.lines(x, 14 + 15 * len(names), lines, _LINE, size=_SIZE, look="m")
    canvas.add("back", el("path", d=f"M{x:.1f} {found.head:.1f}H{x + found.pitch - 10:.1f}", class_="rule"))


def _draw_goal(canvas: Canvas, view: JourneyView, found: _Layout) -> None:
    """What is said beside the goal's bar."""
    place = found.places.get(Bar(len(found.graph.phases), "goal"))
    if place is None:
        return
    n = found.graph.sizes[Bar(len(found.graph.phases), "goal")]
    x, room = place.x + _WIDE + 9, _RIGHT - _WIDE - 12
    lines = wrap(view.goal_title, room, 12, 3, True)
    y = place.y + place.high / 2 - (len(lines) + 1) * 7 + 10
    canvas.lines(x, y, lines, 15, size=12, is_bold=True)
    y += 15 * len(lines)
    canvas.text(x, y, journeys(n), size=11.5)
    canvas.text(x, y + 14, tr("{share} of all begun", share=share(n / found.graph.all_n)), size=11, look="m")


def _told(graph: Graph) -> str:
    """The picture in words."""
    parts = []
    for column, phase in enumerate(graph.phases):
        ways = ", ".join(
            f"{way_word(bar.way).lower()} {count(graph.sizes[bar])}" for bar in graph.bars(column) if bar.kind == "way"
        )
        parts.append(
            tr(
                "{phase}: {n} ({ways}), left {gone}, on the way {waiting}",
                phase=short(phase, 60),
                n=journeys(graph.came_n(column)),
                ways=ways,
                gone=count(graph.left_n(column)),
                waiting=count(graph.on_the_way_n(column)),
            )
        )
    converted = graph.sizes.get(Bar(len(graph.phases), "goal"), 0)
    return tr("{phases}; converted {n}", phases="; ".join(parts), n=count(converted))
