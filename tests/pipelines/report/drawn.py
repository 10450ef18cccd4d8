"""What a drawing's markup holds: its lines as points, and the plates that cover them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

from pipelines.report.canvas import Box, Drawing

_TOKEN = re.compile(r"([MLHVCcqa])|(-?\d+(?:\.\d+)?)")
_SVG = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line of a class: points along it, and half of its width."""

    look: str
    points: tuple[Point, ...]
    half: float


def lines(drawing: Drawing, *looks: str) -> Iterator[Line]:
    """The paths whose first class is one of these."""
    for element in ElementTree.fromstring(str(drawing.svg)).iter(f"{_SVG}path"):  # noqa: S314  # our own text
        look = element.get("class", "")
        if look.split(" ")[0] in looks:
            points = tuple(_dense(_corners(element.get("d", ""))))
            yield Line(look, points, float(element.get("stroke-width", "1")) / 2)


def plates(drawing: Drawing) -> list[Box]:
    """Plates in the panel's colour, which hide the lines below them: those that are no panel themselves."""
    root = ElementTree.fromstring(str(drawing.svg))  # noqa: S314  # our own text
    rects = [r for r in root.iter(f"{_SVG}rect") if r.get("class") == "panel" and float(r.get("height", "0")) < 20]
    sides = [tuple(float(r.get(name, "0")) for name in ("x", "y", "width", "height")) for r in rects]
    return [Box(x, y, x + wide, y + high, "") for x, y, wide, high in sides]


def runs_through(drawing: Drawing, *looks: str) -> list[str]:
    """Texts that a line of these looks runs through, where no plate hides it."""
    hidden, found = plates(drawing), []
    numbers = _on_stations(drawing)
    names = [
        box
        for box in drawing.boxes
        if not any(box.text == n and box.top < y < box.bottom for n, y in numbers)
        and not any(_is_inside(box, plate) for plate in hidden)
    ]
    for line in lines(drawing, *looks):
        run_into = (box for box in names if any(_is_on(point, box, line.half) for point in line.points))
        found += [f"{line.look} / {box.text}" for box in run_into]
    return found


def _on_stations(drawing: Drawing) -> set[tuple[str, float]]:
    """The stations' numbers with their baselines: they stand on the station, not on the line below it."""
    texts = ElementTree.fromstring(str(drawing.svg)).iter(f"{_SVG}text")  # noqa: S314  # our own text
    return {(t.text or "", float(t.get("y", "0"))) for t in texts if t.get("class", "").startswith("n ")}


def _is_inside(box: Box, plate: Box) -> bool:
    return plate.left <= box.left and box.right <= plate.right and plate.top <= box.top and box.bottom <= plate.bottom


def _is_on(point: Point, box: Box, half: float) -> bool:
    x, y = point
    return box.left - half < x < box.right + half and box.top - half < y < box.bottom + half


def _dense(corners: list[Point]) -> Iterator[Point]:
    for (x0, y0), (x1, y1) in pairwise(corners):
        steps = max(1, round((abs(x1 - x0) + abs(y1 - y0)) / 2))
        yield from ((x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(steps + 1))


def _corners(d: str) -> list[Point]:
    """A path of the commands that our pictures use, curves as a few straight pieces; arcs are left out."""
    tokens = [command or float(number) for command, number in _TOKEN.findall(d)]
    points: list[Point] = []
    x = y = 0.0
    command, at = "", 0
    while at < len(tokens):
        if isinstance(tokens[at], str):
            command, at = str(tokens[at]), at + 1
        taken = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "c": 6, "q": 4, "a": 7}[command]
        values = [float(value) for value in tokens[at : at + taken]]
        at += taken
        match command:
            case "H":
                values = [values[0], y]
            case "V":
                values = [x, values[0]]
            case "c" | "q":
                values = [value + (x, y)[i % 2] for i, value in enumerate(values)]
            case "a":
                continue
        handles = [(x, y), *zip(values[::2], values[1::2], strict=True)]
        points += [_bezier(handles, i / 16) for i in range(17)] if len(handles) > 2 else handles[1:]
        x, y = points[-1]
    return points


def _bezier(handles: list[Point], t: float) -> Point:
    while len(handles) > 1:
        handles = [((1 - t) * a + t * c, (1 - t) * b + t * d) for (a, b), (c, d) in pairwise(handles)]
    return handles[0]
