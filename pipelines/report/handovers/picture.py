"""Hand-overs as a picture: owners in a row, arches forward above them and back below, with the wait and the lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.language import mark, tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.gap.rows import HandoverRow
from pipelines.report.handovers.arches import Arch, arches, is_hidden, owners, rooms
from pipelines.report.numbers import count, duration
from pipelines.report.svg import el, picture
from pipelines.report.text import short, width, wrap
from pipelines.report.view import JourneyView

_WIDTH = 1280.0
_EDGE = 20.0
_BOX = 46.0
_LEAST_BOX, _LEAST_PITCH = 84.0, 118.0
_LEVEL = 42.0
_FIRST = 40.0  # from the owners to the lowest level
_ROUND = 13.0
_SIZE, _SMALL = 11.0, 10.0
_DASHES = "6 5"
_KINDS = {
    "designed": mark("handed over as designed, wider with more"),
    "skip": mark("handed on past somebody"),
    "back": mark("handed back"),
}


@dataclass(frozen=True)
class _Row:
    """The owners in their row: names, the middle of each and the width of its box, and the box's upper edge."""

    names: tuple[str, ...]
    x: tuple[float, ...]
    wide: tuple[float, ...]
    top: float


def handovers_picture(view: JourneyView, name: str) -> Drawing | None:
    """The picture; None where nothing passes from one owner to another."""
    names = owners(view)
    found = arches(view, names)
    if not found:
        return None
    canvas = Canvas()
    head = _draw_legend(canvas, {arch.kind for arch in found}, has_hidden=any(is_hidden(arch.row.n) for arch in found))
    up_n, down_n = (
        max((arch.level + 1 for arch in found if arch.is_back == is_back), default=0) for is_back in (False, True)
    )
    top = head + (_FIRST + _LEVEL * (up_n - 1) + 24 if up_n else 10)
    row = _row(names, found, top)
    for arch in sorted(found, key=lambda arch: (-arch.level, -arch.row.n)):
        _draw_arch(canvas, row, arch)
    for i in range(len(names)):
        _draw_owner(canvas, row, i)
    bottom = top + _BOX + (_FIRST + _LEVEL * (down_n - 1) + 26 if down_n else 8)
    wide = max(_WIDTH, row.x[-1] + row.wide[-1] / 2 + _EDGE)
    words = "; ".join(_told(arch.row) for arch in sorted(found, key=lambda arch: -arch.row.n))
    title = tr("Hand-overs between owners: {map}", map=view.map.title)
    svg = picture(canvas.parts(), (wide, bottom + 6), name, title, words)
    return Drawing(svg, wide, bottom + 6, tuple(canvas.boxes))


def _row(names: tuple[str, ...], found: Sequence[Arch], top: float) -> _Row:
    needed = rooms(found, len(names))
    lines = [wrap(name, 110, _SIZE, 2, True) for name in names]
    wide = tuple(
        max(_LEAST_BOX, need + 20, *(width(line, _SIZE, True) + 22 for line in told))
        for need, told in zip(needed, lines, strict=True)
    )
    free = (_WIDTH - 2 * _EDGE - sum(wide)) / max(1, len(names) - 1)
    gap = max(_LEAST_PITCH - min(wide), min(free, 150.0))
    left = max(_EDGE, (_WIDTH - sum(wide) - gap * (len(names) - 1)) / 2)
    x = []
    for each in wide:
        x.append(left + each / 2)
        left += each + gap
    return _Row(names, tuple(x), wide, top)


def _draw_legend(canvas: Canvas, kinds: set[str], *, has_hidden: bool) -> float:
    x = 4.0
    for kind in (kind for kind in _KINDS if kind in kinds):
        canvas.add("marks", el("path", d=f"M{x + 2:.1f} 11h20", class_=f"detour {kind}", stroke_width=4))
        x += 30 + canvas.text(x + 30, 15, tr(_KINDS[kind]), size=_SIZE, look="m") + 22
    words = tr("On each: how often, and the median wait; red: journeys lost between the two.")
    if has_hidden:
        words += " " + tr("Dashed: how often is not told, as it would give the number of a few away.")
    lines = wrap(words, _WIDTH - 8, _SIZE)
    canvas.lines(4, 33, lines, 14, size=_SIZE, look="m")
    return 36.0 + 14 * len(lines)


def _draw_owner(canvas: Canvas, row: _Row, i: int) -> None:
    x, wide = row.x[i], row.wide[i]
    canvas.add("marks", el("rect", x=x - wide / 2, y=row.top, width=wide, height=_BOX, rx=10, class_="stepflow"))
    lines = wrap(row.names[i], wide - 14, _SIZE, 2, True)
    first = row.top + _BOX / 2 + 4 - 6.5 * (len(lines) - 1)
    canvas.lines(x, first, lines, 13, size=_SIZE, anchor="middle", is_bold=True)


def _draw_arch(canvas: Canvas, row: _Row, arch: Arch) -> None:
    side = 1 if arch.is_back else -1
    base = row.top + (_BOX if arch.is_back else 0)
    y = base + side * (_FIRST + _LEVEL * arch.level)
    left, right = row.x[arch.left] + arch.left_x, row.x[arch.right] + arch.right_x
    bend = min(_ROUND, (right - left) / 2)
    up = y - side * bend
    path = (
        f"M{left:.1f} {base:.1f}V{up:.1f}Q{left:.1f} {y:.1f} {left + bend:.1f} {y:.1f}H{right - bend:.1f}"
        f"Q{right:.1f} {y:.1f} {right:.1f} {up:.1f}V{base:.1f}"
    )
    words = el("title", _told(arch.row))
    dashes = _DASHES if is_hidden(arch.row.n) else None
    look = f"detour {arch.kind}"
    canvas.add("lines", el("path", words, d=path, class_=look, stroke_width=arch.thick, stroke_dasharray=dashes))
    end = left if arch.is_back else right
    half = max(4.0, arch.thick / 2 + 1.5)
    tip = f"M{end:.1f} {base:.1f}l{-half:.1f} {side * 8}h{2 * half:.1f}z"
    canvas.add("marks", el("path", d=tip, class_=f"tip {arch.kind}"))
    _draw_label(canvas, arch, ((left + right) / 2, y))


def _draw_label(canvas: Canvas, arch: Arch, at: tuple[float, float]) -> None:
    """How often and how long on the arch, and below its line what was lost."""
    x, y = at
    wait = "" if arch.row.p50_s is None else f" · {duration(arch.row.p50_s)}"
    look = f"{arch.kind} halo"
    told = f"{count(arch.row.n)}{wait}"
    wide = width(told, _SMALL, True) + 8  # a halo leaves the line between two words
    canvas.add("marks", el("rect", x=x - wide / 2, y=y - 7, width=wide, height=14, rx=7, class_="ground"))
    canvas.text(x, y + 3.5, told, size=_SMALL, look=look, anchor="middle", is_bold=True)
    if arch.row.lost_n and not isinstance(arch.row.lost_n, Withheld):
        lost = tr("{n} lost", n=count(arch.row.lost_n))
        canvas.text(x, y + 16.5, lost, size=_SMALL, look="hot halo", anchor="middle", is_bold=True)


def _told(row: HandoverRow) -> str:
    told = tr(
        "{start} to {end}: {n} times",
        start=short(str(row.from_owner), 60),
        end=short(str(row.to_owner), 60),
        n=count(row.n),
    )
    wait = tr("median wait {p50}, slowest tenth from {p90}", p50=duration(row.p50_s), p90=duration(row.p90_s))
    lost = tr("{lost} lost between, {waiting} waiting now", lost=count(row.lost_n), waiting=count(row.waiting_n))
    return f"{told}; {wait}; {lost}"
