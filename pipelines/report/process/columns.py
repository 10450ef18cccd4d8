"""A tall scene folded into columns that are read like a newspaper's, so that it fits a page: cut between its rows.

A cut lies just below a row of numbers, where every way that goes on stands upright at a point of its own; so ways are
parted at their points, and none is cut in a bend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.report.process.scene import SMALL, Box, Line, Point, Scene
from pipelines.report.text import width

MOST = 4
BETWEEN = 44.0
_LEAST_HIGH = 300.0  # a lower column is no page
_REACH = 0.16  # of the height: how far a cut may lie from where it would be even


@dataclass(frozen=True)
class Piece:
    """The part of a way that one column shows.

    Attributes:
        loose: Where it goes on in another column.
        has_label: Whether its number stands here.
        has_tip: Whether it ends here.
    """

    line: Line
    points: tuple[Point, ...]
    loose: tuple[Point, ...]
    has_label: bool
    has_tip: bool


@dataclass(frozen=True)
class Column:
    """One column: what stands in it, in the scene's own pixels, and the room that it takes there."""

    boxes: tuple[Box, ...]
    pieces: tuple[Piece, ...]
    left: float
    right: float
    top: float
    bottom: float


def folded(scene: Scene, widest: float) -> tuple[Column, ...]:
    """The scene in as many columns as are no wider together than asked, none of them too low; at least one."""
    best = _columns(scene, ())
    for columns_n in range(2, MOST + 1):
        cuts = _cuts(scene, columns_n)
        if cuts is None or scene.height / columns_n < _LEAST_HIGH:
            break
        found = _columns(scene, cuts)
        if whole(found) > widest:
            break
        best = found
    return best


def whole(columns: Sequence[Column]) -> float:
    """The width of columns beside each other."""
    return sum(column.right - column.left for column in columns) + BETWEEN * (len(columns) - 1)


def _cuts(scene: Scene, columns_n: int) -> tuple[float, ...] | None:
    """Where to cut for so many columns: near to even, where the fewest ways go on; None where there is no place."""
    chosen: list[float] = []
    for i in range(1, columns_n):
        even = scene.height * i / columns_n
        near = [cut for cut in scene.cuts if abs(cut - even) <= _REACH * scene.height / columns_n * 2]
        near = [cut for cut in near if not chosen or cut > chosen[-1]]
        if not near:
            return None
        chosen.append(min(near, key=lambda cut: (_crossing(scene, cut), abs(cut - even))))
    return tuple(chosen)


def _crossing(scene: Scene, cut: float) -> int:
    return sum(min(y for _, y in line.points) < cut < max(y for _, y in line.points) for line in scene.lines)


def _columns(scene: Scene, cuts: tuple[float, ...]) -> tuple[Column, ...]:
    return tuple(_column(scene, top, bottom) for top, bottom in pairwise((0.0, *cuts, scene.height + 1)))


def _column(scene: Scene, top: float, bottom: float) -> Column:
    boxes = tuple(box for box in scene.boxes if top <= box.y < bottom)
    found = [piece for line in scene.lines if (piece := _piece(line, top, bottom)) is not None]
    lefts = [box.x - box.width / 2 - box.left_room for box in boxes]
    rights = [box.x + box.width / 2 + box.right_room for box in boxes]
    for piece in found:
        lefts += [x - piece.line.thick / 2 - 2 for x, _ in piece.points]
        rights += [x + piece.line.thick / 2 + 2 for x, _ in piece.points]
        if piece.has_label:
            half = width(piece.line.label, SMALL, True) / 2 + 4
            lefts.append(piece.line.at[0] - half)
            rights.append(piece.line.at[0] + half)
    ends = [box.y + box.height for box in boxes] + [y for piece in found for _, y in piece.points]
    return Column(boxes, tuple(found), min(lefts, default=0.0), max(rights, default=0.0), top, max(ends, default=top))


def _piece(line: Line, top: float, bottom: float) -> Piece | None:
    """What of a way lies between two cuts."""
    low, high = line.points[0][1], line.points[-1][1]
    has_label = top <= line.at[1] < bottom
    if line.is_level:
        return Piece(line, line.points, (), True, True) if has_label else None
    points = tuple(point for point in line.points if top <= point[1] <= bottom)
    if len(points) < 2 or low >= bottom or high <= top:
        return None
    loose = ((points[0],) if low < top else ()) + ((points[-1],) if high > bottom else ())
    tip = low if line.is_up else high
    return Piece(line, points, loose, has_label, top <= tip <= bottom)
