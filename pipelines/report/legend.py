"""The metro map's legend: every sign with its word, so that colour never stands alone."""

from __future__ import annotations

from markupsafe import Markup

from pipelines.report.canvas import Drawing
from pipelines.report.metro_map import FRICTION_STEPS, diamond
from pipelines.report.numbers import share
from pipelines.report.svg import el

_ARROW = "M2 9H24"


def legend(drawings: tuple[Drawing, ...]) -> Markup:
    """The signs that these pictures of one map have, as a list."""
    drawn = "".join(drawing.svg for drawing in drawings)
    shown = ((sign, text) for mark, sign, text in _signs() if mark in drawn)
    items = Markup("").join(Markup("<li>{}{}</li>").format(sign, text) for sign, text in shown)
    return Markup('<ul class="legend" aria-label="Legend">{}</ul>').format(items)


def _signs() -> tuple[tuple[str, Markup, str], ...]:
    """What a picture's markup holds if it has the sign; the sign; and its word."""
    station = el("circle", cx=10, cy=9, r=6.5, class_="station f0")
    passed = el("circle", cx=10, cy=9, r=6.5, class_="station f0", stroke_dasharray="4 3")
    taken, idle = (
        _sign(el("path", d=_ARROW, class_=f"way{look}", stroke_width=w)) for look, w in (("", 6), (" idle", 1.5))
    )
    steps = ", ".join(share(step) for step in FRICTION_STEPS)
    return (
        ("station", _sign(station, wide=20), "touchpoint, larger with more journeys"),
        ("station truth", _sign(el("path", d=diamond(10, 9, 8), class_="station f0"), wide=20), "moment of truth"),
        ('stroke-dasharray="4 3"', _sign(passed, wide=20), "may be passed by"),
        ("goal", _goal(), "goal: a second outline"),
        ('class="way"', taken, "as designed, wider with more journeys"),
        ("way idle", idle, "designed, nobody took it"),
        ("detour skip", _sign(*_arrow("skip", 24, -6)), "skips ahead (arcs above)"),
        ("detour back", _sign(*_arrow("back", 2, 6)), "back (below)"),
        ("detour repeat", _loop("repeat"), "again at once, beyond the design"),
        ("detour designed", _loop("designed"), "again or back, as designed"),
        ("stop off", _dotted("off"), "off the map: times it came at the station above, or at those named"),
        ("stop any", _dotted("any"), "welcome anytime, likewise"),
        ("station", _friction(), f"share that leaves here: {steps} or more; grey: not told"),
    )


def _sign(*parts: Markup, wide: int = 26) -> Markup:
    return el(
        "svg",
        *parts,
        width=wide,
        height=18,
        viewBox=f"0 0 {wide} 18",
        aria_hidden="true",
        style="min-width:0;display:inline",
    )


def _goal() -> Markup:
    rings = el("circle", cx=10, cy=9, r=8, class_="goal"), el("circle", cx=10, cy=9, r=4.5, class_="station f0")
    return _sign(*rings, wide=20)


def _loop(look: str) -> Markup:
    line = el("path", d="M10 6a4.6 4.6 0 1 0 4 2.6", class_=f"detour {look}", stroke_width=1.6)
    return _sign(line, el("path", d="M8 3l5 2.6l-5 3z", class_=f"tip {look}"), wide=20)


def _dotted(look: str) -> Markup:
    stop = el("circle", cx=13, cy=9, r=4, class_=f"stop {look}")
    return _sign(el("path", d=_ARROW, class_=f"dotted {look}"), stop)


def _arrow(look: str, x: int, back: int) -> tuple[Markup, Markup]:
    line = el("path", d=_ARROW, class_=f"detour {look}", stroke_width=2.4)
    return line, el("path", d=f"M{x} 9l{back} -4v8z", class_=f"tip {look}")


def _friction() -> Markup:
    steps = ("f0", "f1", "f2", "f3", "f4", "fx")
    boxes = (
        el("rect", x=1 + 15 * i, y=3, width=14, height=12, rx=2, class_=f"station {step}")
        for i, step in enumerate(steps)
    )
    return _sign(*boxes, wide=92)
