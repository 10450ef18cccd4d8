"""A map as a picture of the design alone: the report's metro map without what was observed, for walls and slides.

Below the stations stand lanes, as on a journey map on a wall: where, who begins, who owns it, what the customer needs,
what is promised, and the feeling that is designed for. The file needs nothing but itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from markupsafe import Markup

from pipelines.maps.formats.losses import lost
from pipelines.maps.formats.sketch import Written
from pipelines.maps.formats.svg_lanes import draw_lanes
from pipelines.maps.formats.svg_repeats import Again, again_of, blocks, draw_repeats
from pipelines.report.canvas import Box, Canvas
from pipelines.report.metro.curves import Segment, segments
from pipelines.report.metro.detours import Detour
from pipelines.report.metro.geometry import COUNT_SIZE, DIAMOND, LEFT, OUTLINE, PAGE, TITLE_PITCH, TITLE_SIZE, Geometry
from pipelines.report.metro.layout import Group, Station
from pipelines.report.metro.stations import draw_panels, sign
from pipelines.report.metro.strips import Strip
from pipelines.report.rows import JourneyData
from pipelines.report.svg import el, group
from pipelines.report.text import wrap
from pipelines.report.view import JourneyView
from schemas.blocks import AllOf
from schemas.journey_map import JourneyMap

_HELD = frozenset({"persona", "channels", "customer_goal", "phase_goals", "off_map", "exits", "anytime", "owner",
                   *(f"touchpoint.{key}" for key in ("title", "channels", "initiator", "owner", "need", "emotion",
                                                     "moment_of_truth", "promise"))})  # fmt: skip
_RADIUS = 13.0
_MARGIN = 18.0
_BETWEEN = 26.0  # from one strip to the next
# Colours stand as they are, not as variables: drawing programs and slides do not know those.
_STYLE = Markup("""<style>
svg { background: #fff; font-family: "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
text { fill: #1b2230; } .m { fill: #5f6b7e; } .panel { fill: #f3f5f8; } .rule { stroke: #dfe4ea; fill: none; }
.halo { paint-order: stroke; stroke: #f3f5f8; stroke-width: 3.5px; stroke-linejoin: round; }
.way { stroke: #a9b4c3; fill: none; stroke-linecap: round; } .arrow { fill: #a9b4c3; }
.station { stroke: #1b2230; stroke-width: 2; fill: #fff; } .goal { fill: none; stroke: #1b2230; stroke-width: 1.2; }
text.f0 { stroke: none; } .loop { fill: none; stroke: #5f6b7e; stroke-width: 1.5; stroke-linecap: round; }
.tip { fill: #5f6b7e; } .bar { stroke: #1b2230; stroke-width: 3; stroke-linecap: round; }
.any { fill: none; stroke: #5f6b7e; stroke-dasharray: 3 3; }
.mood { fill: none; stroke: #0a7562; stroke-width: 2; stroke-linejoin: round; } .dot { fill: #0a7562; }
.zero { stroke: #dfe4ea; stroke-dasharray: 2 3; fill: none; }
@media (prefers-color-scheme: dark) {
  svg { background: #11151d; } text { fill: #e7ebf2; } .m { fill: #9aa6b8; } .panel { fill: #1a202b; }
  .rule, .zero { stroke: #2d3645; } .halo { stroke: #1a202b; } .way { stroke: #5c6a7f; } .arrow { fill: #5c6a7f; }
  .station { stroke: #c6cedb; fill: #232b38; } .goal { stroke: #c6cedb; } .loop, .any { stroke: #9aa6b8; }
  .tip { fill: #9aa6b8; } .bar { stroke: #c6cedb; } .mood { stroke: #4fcbb2; } .dot { fill: #4fcbb2; }
}
@media print { svg { background: #fff; } }
</style>""")


@dataclass(frozen=True)
class Design(Geometry):
    """Where everything of one strip of a map stands that nobody has travelled yet."""

    again: dict[tuple[int, int], Again] = field(default_factory=dict)

    def radius(self, station: Station) -> float:
        """All stations are of one size."""
        return _RADIUS

    def rim(self, station: Station) -> float:
        """From a station's middle to its outermost outline, straight up or down."""
        tip = _RADIUS * (DIAMOND if self.is_moment(station) else 1)
        return tip + (OUTLINE if self.is_goal(station) else 0)

    @property
    def skip_levels(self) -> int:
        """Nobody skips a step of the design."""
        return 0

    @property
    def groups(self) -> tuple[Group, ...]:
        """Free order is told by upright bars."""
        return ()

    @property
    def loops(self) -> dict[float, Detour]:
        """Repeats are told below the stations' names."""
        return {}

    @cached_property
    def titles(self) -> dict[int, tuple[str, ...]]:
        """Station key to the lines of its title."""
        return {s.key: wrap(self.view.title(s.name), self.column - 9, TITLE_SIZE, 4, True) for s in self.stations}

    def label_height(self, station: Station) -> float:
        """Height of a station's title, and of its second mention."""
        again = COUNT_SIZE + 4 if station.is_again else 0
        return len(self.titles[station.key]) * TITLE_PITCH + again + 6


def write(journey_map: JourneyMap) -> Written:
    """The map as an SVG file."""
    drawn = drawing(journey_map)
    return Written(f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn[0]}\n', lost(journey_map, _HELD))


def drawing(journey_map: JourneyMap) -> tuple[Markup, tuple[Box, ...]]:
    """The picture, and the boxes of its texts."""
    view = JourneyView(journey_map, _NOTHING_SEEN)
    repeats = tuple(again_of(view))
    canvas = Canvas()
    y = _draw_head(canvas, journey_map)
    pieces = canvas.parts()
    boxes = list(canvas.boxes)
    widest = 760.0
    for strip in view.plan.strips:
        strip_canvas, design, height = _strip(view, strip, repeats)
        pieces.append(group(strip_canvas.parts(), transform=f"translate(0 {y:.1f})"))
        boxes += [Box(b.left, b.top + y, b.right, b.bottom + y, b.text) for b in strip_canvas.boxes]
        widest = max(widest, design.width)
        y += height + _BETWEEN
    foot = Canvas()
    y = _draw_foot(foot, journey_map, y, widest)
    title = f"Journey map: {journey_map.title}"
    words = (el("title", title, id="map-title"), el("desc", _in_words(view), id="map-desc"))
    svg = el(
        "svg",
        *words,
        _STYLE,
        *pieces,
        *foot.parts(),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {widest:.0f} {y:.0f}",
        width=f"{widest:.0f}",
        height=f"{y:.0f}",
        role="img",
        aria_labelledby="map-title map-desc",
    )
    return svg, (*boxes, *foot.boxes)


_NOTHING_SEEN = JourneyData(
    statuses={},
    people_n=0,
    first_at=None,
    last_at=None,
    versions={},
    aligned_n=0,
    designed_n=0,
    events_n=0,
    unmapped_n=0,
    touchpoints=(),
    outcomes=(),
    waits=(),
    flows=(),
    sides=(),
    rates=(),
    findings=(),
    unmapped=(),
    identity=(),
)


def _in_words(view: JourneyView) -> str:
    """The design for those who cannot see the picture."""
    phases = [
        f"{panel.phase}: "
        + ", ".join(view.label(s.name) for s in view.plan.stations if panel.first <= s.at.column <= panel.last)
        for panel in view.plan.panels
    ]
    return f"Stations in designed order. {'; '.join(phases)}."


def _strip(view: JourneyView, strip: Strip, repeats: tuple[Again, ...]) -> tuple[Canvas, Design, float]:
    again = {(each.way.start.key, each.way.end.key): each for each in repeats}
    g = Design(view, strip, tuple(each.way for each in repeats), _welcome(view, strip), again=again)
    canvas = Canvas()
    draw_panels(canvas, g)
    _draw_tracks(canvas, g)
    _draw_stations(canvas, g)
    draw_repeats(canvas, g, g.again)
    _draw_welcome(canvas, g)
    return canvas, g, draw_lanes(canvas, g, g.panel_bottom + 8)


def _draw_head(canvas: Canvas, journey_map: JourneyMap) -> float:
    """Title, and for whom; returns the lower end."""
    y = _MARGIN + 16
    canvas.text(_MARGIN, y, wrap(journey_map.title, PAGE - 2 * _MARGIN, 21, 1, True)[0], size=21, is_bold=True)
    told = [f"Persona: {journey_map.persona}" if journey_map.persona else "", journey_map.customer_goal]
    for line in wrap(" · ".join(text for text in told if text), PAGE - 2 * _MARGIN, 12.5, 2):
        y += 19
        canvas.text(_MARGIN, y, line, size=12.5, look="m")
    return y + 18


def _draw_foot(canvas: Canvas, journey_map: JourneyMap, y: float, widest: float) -> float:
    """What stands beside the flow, and what the signs mean."""
    titled = journey_map.title_of
    told = (
        ("Welcome anytime", [titled(name) for name in journey_map.flow.anytime]),
        ("Ways to say no", [titled(name) for name in journey_map.exits]),
        ("Off the map", [titled(name) for name in journey_map.off_map]),
    )
    for head, names in told:
        if names:
            canvas.text(LEFT - 14, y, head, size=11.5, anchor="end", is_bold=True)
            lines = wrap(", ".join(names), widest - LEFT - _MARGIN, 11.5, 4)
            canvas.lines(LEFT, y, lines, 15, size=11.5)
            y += 15 * len(lines) + 6
    signs = (
        "Diamond: moment of truth. Dashed: may be passed by. Second outline: goal. Loop: may come again. "
        "Parallel ways: one of them; between upright bars: all of them, in any order."
    )
    canvas.text(LEFT, y + 4, signs, size=10.5, look="m")
    return y + 20


def _draw_tracks(canvas: Canvas, g: Design) -> None:
    for piece in segments(g):
        if piece.start[0] != piece.end[0]:  # that order is free is told by the bars around the block
            canvas.add("lines", el("path", d=piece.path, class_="way", stroke_width=4))
    _draw_ends(canvas, g)
    for block, members in blocks(g.view):
        if isinstance(block, AllOf):
            _draw_bars(canvas, g, members)


def _draw_bars(canvas: Canvas, g: Design, members: tuple[Station, ...]) -> None:
    """An upright bar before and one behind a block whose order is free."""
    rows = [station.at.row for station in members]
    top, bottom = g.y(min(rows)) - _RADIUS, g.y(max(rows)) + _RADIUS
    columns = [station.at.column for station in members]
    for place in (min(columns) - 0.5, max(columns) + 0.5):
        inside = 7 if place < min(columns) else -7
        if g.strip.first - 0.5 <= place <= g.strip.last + 0.5:
            canvas.add("marks", el("path", d=f"M{g.x(place) + inside:.1f} {top:.1f}V{bottom:.1f}", class_="bar"))
    led_on = {track.start for track in g.view.plan.tracks if not track.is_free_order}
    for station in members:
        if station.key not in led_on and station in g.stations:  # nothing follows: its line ends at the bar
            x, y = g.at(station.at)
            end = g.x(min(max(columns), g.strip.last) + 0.5) - 7
            canvas.add("lines", el("path", d=f"M{x:.1f} {y:.1f}H{end:.1f}", class_="way", stroke_width=3))


def _draw_ends(canvas: Canvas, g: Design) -> None:
    """Where the line comes from and where it goes on."""
    begin = g.x(g.strip.first - 0.5)
    canvas.text(
        LEFT - 14, g.axis + 4, "begins" if g.strip.first == 0 else "continued", size=10.5, look="m", anchor="end"
    )
    for station in g.stations if g.strip.first == 0 else ():
        if station.name in g.view.plan.entries and not station.is_again:
            piece = Segment((begin - 8, g.axis), g.at(station.at), (8.0, 0.0))
            canvas.add("lines", el("path", d=piece.path, class_="way", stroke_width=4))
    if g.strip.first > 0:
        canvas.add("lines", el("path", d=f"M{begin - 8:.1f} {g.axis:.1f}H{begin:.1f}", class_="way", stroke_width=3))
    if g.strip.last < g.view.plan.strips[-1].last:
        x = g.x(g.strip.last + 0.5)
        canvas.add("lines", el("path", d=f"M{x - 3:.1f} {g.axis - 6:.1f}l8 6l-8 6z", class_="arrow"))


def _draw_stations(canvas: Canvas, g: Design) -> None:
    for station in g.stations:
        x, y, rim = *g.at(station.at), g.rim(station)
        canvas.add("marks", el("g", el("title", g.view.label(station.name)), *sign(g, station, "f0")))
        canvas.text(x, y + 3.7, str(station.number), size=10.5, look="f0", anchor="middle", is_bold=True)
        lines = list(g.titles[station.key])
        again = [f"as {station.number} before"] if station.is_again else []
        height = TITLE_PITCH * (len(lines) + len(again))
        top = y - rim - 5 - height if g.is_above(station) else y + rim + 3
        canvas.lines(x, top + 10, lines, TITLE_PITCH, size=TITLE_SIZE, anchor="middle", is_bold=True, look="t halo")
        canvas.lines(x, top + 10 + TITLE_PITCH * len(lines), again, 1, size=COUNT_SIZE, look="m halo", anchor="middle")


def _welcome(view: JourneyView, strip: Strip) -> tuple[str, ...]:
    """What is welcome anytime in the phases of a strip, for as many rows as the fullest phase has."""
    here = [p for p in view.plan.panels if p.first <= strip.last and p.last >= strip.first]
    return max((panel.anytime for panel in here), key=len, default=())


def _draw_welcome(canvas: Canvas, g: Design) -> None:
    """A dotted box along its phase for each touchpoint that is welcome anywhere in it."""
    for panel, first, last in g.panels:
        left, right = g.x(first - 0.5) + 12, g.x(last + 0.5) - 12
        for row, name in enumerate(panel.anytime):
            y = g.band_top + 28 * row + 2
            canvas.add("lines", el("rect", x=left, y=y, width=right - left, height=22, rx=11, class_="any"))
            told = wrap(f"anytime: {g.view.title(name)}", right - left - 16, 10.5, 1)
            canvas.lines((left + right) / 2, y + 14.8, told, 12, size=10.5, look="m", anchor="middle")
