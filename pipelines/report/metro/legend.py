"""The metro map's legend: every sign with its word, so that colour never stands alone."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from pipelines.language import tr
from pipelines.report.canvas import Drawing
from pipelines.report.metro.modes import FRICTION, FRICTION_STEPS, VOLUME_STEPS, Mode
from pipelines.report.metro.stations import diamond
from pipelines.report.numbers import share
from pipelines.report.svg import el

_ARROW = "M2 9H26"
_Sign = tuple[str, Markup, str]


def legend(drawings: tuple[Drawing, ...], mode: Mode = FRICTION) -> Markup:
    """The signs that these pictures of one map have, as a list."""
    drawn = "".join(drawing.svg for drawing in drawings)
    signs = (*_stations(), *_lines(), *_colours(mode))
    shown = ((sign, text) for found, sign, text in signs if found in drawn)
    items = Markup("").join(Markup("<li>{}{}</li>").format(sign, text) for sign, text in shown)
    return Markup('<ul class="legend" aria-label="{}">{}</ul>').format(tr("Legend"), items)


def _stations() -> Iterator[_Sign]:
    """What a picture's markup holds if it has the sign; the sign; and its word."""
    station = el("circle", cx=10, cy=9, r=6.5, class_="station f0")
    passed = el("circle", cx=10, cy=9, r=6.5, class_="station f0", stroke_dasharray="4 3")
    rings = el("circle", cx=10, cy=9, r=8, class_="goal"), el("circle", cx=10, cy=9, r=4.5, class_="station f0")
    group = el("rect", x=1, y=2, width=24, height=14, rx=7, class_="group onpage")
    yield "station", _sign(station, wide=20), tr("touchpoint, larger with more journeys")
    yield "station truth", _sign(el("path", d=diamond(10, 9, 8), class_="station f0"), wide=20), tr("moment of truth")
    yield 'stroke-dasharray="4 3"', _sign(passed, wide=20), tr("may be passed by")
    yield "goal", _sign(*rings, wide=20), tr("goal: a second outline")
    yield 'class="group"', _sign(group), tr("all of these, in any order")


def _lines() -> Iterator[_Sign]:
    looks = (("", 7), (" volume", 7), (" thin", 4), (" hidden", 7), (" idle", 1.5))
    taken, volume, thin, hidden, idle = (
        _sign(el("path", d=_ARROW, class_=f"way{look}", stroke_width=wide)) for look, wide in looks
    )
    yield 'class="way"', taken, tr("as designed, wider with more journeys")
    yield 'class="way volume"', volume, tr("as designed, wider with more journeys")
    yield 'class="way thin"', thin, tr("as designed")
    yield "way hidden", hidden, tr("as designed, their number is not shown: as wide as it can be")
    yield "way idle", idle, tr("designed, nobody took it")
    yield "detour skip", _sign(*_arrow("skip", 26, -7)), tr("skips ahead (above)")
    yield "detour back", _sign(*_arrow("back", 2, 7)), tr("back (below)")
    yield "detour repeat", _loop("repeat"), tr("again at once, beyond the design")
    yield "detour designed", _loop("designed"), tr("again or back, as designed")
    yield "detour kept", _sign(*_arrow("kept", 26, -7)), tr("promise: fewer than one in ten late")
    yield "detour late", _sign(*_arrow("late", 26, -7)), tr("promise: one in ten or more late")
    yield "halt off", _dotted("off"), tr("off the map: times it came at the station above, or at those named")
    yield "halt any", _dotted("any"), tr("welcome anytime, likewise")
    ring = el("circle", cx=10, cy=9, r=5.5, class_="felt designed")
    yield "felt designed", _sign(ring, wide=20), tr("the feeling designed for")
    yield (
        "felt measured",
        _sign(el("circle", cx=10, cy=9, r=5.5, class_="felt measured"), wide=20),
        tr("the one measured"),
    )


def _colours(mode: Mode) -> Iterator[_Sign]:
    """The scale of the stations' colours."""
    frictions = ", ".join(share(step) for step in FRICTION_STEPS)
    volumes = ", ".join(share(step) for step in VOLUME_STEPS)
    match mode.key:
        case "friction":
            yield (
                "station",
                _boxes("f", "fx"),
                tr("share that leaves here: {steps} or more; grey: not told", steps=frictions),
            )
        case "wait":
            yield (
                "station",
                _boxes("f", "plain"),
                tr("share later than promised: {steps} or more; grey: no promise", steps=frictions),
            )
        case "volume":
            yield "station", _boxes("v"), tr("share of all journeys: {steps} or more", steps=volumes)
        case "in_flight":
            steps = ", ".join(share(step) for step in (0.02, 0.05, 0.15, 0.3))
            yield "station", _boxes("v"), tr("share of all in flight: {steps} or more", steps=steps)
        case "emotion":
            yield "station", _boxes("e", "plain"), tr("felt worse than designed, to better; grey: nobody was asked")
        case "difference":
            yield (
                "station",
                _boxes("d", "fx"),
                tr("fewer leave, no telling difference, more leave: 1, 5 points; grey: not told"),
            )


def _sign(*parts: Markup, wide: int = 28) -> Markup:
    return el(
        "svg",
        *parts,
        width=wide,
        height=18,
        viewBox=f"0 0 {wide} 18",
        aria_hidden="true",
        style="min-width:0;display:inline",
    )


def _loop(look: str) -> Markup:
    line = el("path", d="M10 6a4.6 4.6 0 1 0 4 2.6", class_=f"detour {look}", stroke_width=1.8)
    return _sign(line, el("path", d="M8 3l5 2.6l-5 3z", class_=f"tip {look}"), wide=20)


def _dotted(look: str) -> Markup:
    stop = el("circle", cx=14, cy=9, r=4, class_=f"halt {look}")
    return _sign(el("path", d=_ARROW, class_=f"dotted {look}", stroke_width=2.4), stop)


def _arrow(look: str, x: int, back: int) -> tuple[Markup, Markup]:
    line = el("path", d=_ARROW, class_=f"detour {look}", stroke_width=2.6)
    return line, el("path", d=f"M{x} 9l{back} -4.5v9z", class_=f"tip {look}")


def _boxes(letter: str, last: str = "") -> Markup:
    steps = [*(f"{letter}{i}" for i in range(5)), *([last] if last else [])]
    boxes = (
        el("rect", x=1 + 15 * i, y=3, width=14, height=12, rx=3, class_=f"station {step}")
        for i, step in enumerate(steps)
    )
    return _sign(*boxes, wide=2 + 15 * len(steps))
