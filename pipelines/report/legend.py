"""The metro map's legend: every sign with its word, so that colour never stands alone."""

from __future__ import annotations

from markupsafe import Markup

from pipelines.report.metro_map import FRICTION_STEPS
from pipelines.report.numbers import share
from pipelines.report.svg import el

_ARROW = "M2 9H24"


def legend() -> Markup:
    """The legend as a list; the same on every map."""
    signs = (
        (
            _sign(el("circle", cx=10, cy=9, r=6.5, class_="station f0"), wide=20),
            "touchpoint, larger with more journeys",
        ),
        (_sign(el("path", d="M10 1l8 8l-8 8l-8 -8z", class_="station f0"), wide=20), "moment of truth"),
        (
            _sign(el("circle", cx=10, cy=9, r=6.5, class_="station f0", stroke_dasharray="4 3"), wide=20),
            "may be passed by",
        ),
        (_goal(), "goal"),
        (_sign(el("path", d=_ARROW, class_="way", stroke_width=6)), "as designed, wider with more journeys"),
        (_sign(el("path", d=_ARROW, class_="way idle", stroke_width=1.5)), "designed, nobody took it"),
        (_sign(*_arrow("skip", 24, -6)), "skips ahead (arcs above)"),
        (_sign(*_arrow("back", 2, 6)), "back or again (below)"),
        (
            _sign(el("path", d=_ARROW, class_="dotted off"), el("circle", cx=13, cy=9, r=4, class_="stop off")),
            "off the map, times it came at the station above",
        ),
        (
            _friction(),
            "share that leaves here: " + ", ".join(share(step) for step in FRICTION_STEPS) + " or more; grey: not told",
        ),
    )
    items = Markup("").join(Markup("<li>{}{}</li>").format(sign, text) for sign, text in signs)
    return Markup('<ul class="legend" aria-label="Legend">{}</ul>').format(items)


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
