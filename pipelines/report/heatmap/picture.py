"""A heatmap as a picture: touchpoints in the order of the map, signals by weight; what is refused is hatched."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pipelines.language import mark, tr
from pipelines.report.canvas import Canvas, Drawing
from pipelines.report.heatmap.cells import COSTS, KEEPS, NOTHING, REFUSED, Cell, Grid, told_cells
from pipelines.report.svg import el, picture
from pipelines.report.text import short, width, wrap
from pipelines.report.view import JourneyView

_NAMES = 268.0
_WIDTH = 1274.0
_LEAST = 760.0  # a page makes nothing smaller than that, and would enlarge it
_COLUMN = (72.0, 118.0)  # narrowest and widest
_ROW, _SLIM = 36.0, 26.0
_MOST_ROWS = 20  # beyond them rows are slim, and cells have no intervals
_GAP, _ROUND = 3.0, 7.0
_SIZE, _SMALL, _HEAD = 11.5, 9.5, 10.5
_HATCH = 12.0
_LEGEND = (
    (COSTS, mark("costs customers, the more the stronger")),
    (KEEPS, mark("keeps customers")),
    (NOTHING, mark("told, but no different from nothing")),
    (REFUSED, mark("met, but no number can be told; the table says why")),
)
_OFTEN = (
    (COSTS, mark("the more, the stronger")),
    (REFUSED, mark("so few that no number is told")),
)


def heatmap(view: JourneyView, name: str, grid: Grid) -> Drawing | None:
    """The picture; None where no signal was met.

    Args:
        view: The map.
        name: Makes the ids on the page unique.
        grid: What is told.
    """
    if not grid.cells:
        return None
    canvas = Canvas()
    wide = min(_COLUMN[1], (_WIDTH - _NAMES) / len(grid.columns))
    is_slim = len(grid.rows) + len(grid.beside) > _MOST_ROWS
    y = _draw_legend(canvas, grid)
    y = _draw_heads(canvas, grid, wide, y)
    for rows, heading in ((grid.rows, ""), (grid.beside, tr("Beside the map"))):
        y = _draw_rows(canvas, grid, (rows, heading if rows else ""), wide, (y, is_slim))
    words = "; ".join(cell.words for cell in told_cells(grid) if cell.kind != REFUSED)
    size = (max(_LEAST, _NAMES + wide * len(grid.columns) + 6), y + 4)
    svg = picture(canvas.parts(), size, name, f"{grid.title}: {view.map.title}", words)
    return Drawing(svg, *size, tuple(canvas.boxes))


def _draw_legend(canvas: Canvas, grid: Grid) -> float:
    kinds = {cell.kind for cell in grid.cells.values()}
    legend = _LEGEND if grid.is_cost else _OFTEN
    x = 4.0
    for kind, words in legend:
        if kind not in kinds:
            continue
        steps = (1, 2, 3, 4) if kind == COSTS else (0,)
        for step in steps:
            canvas.add("marks", *_ground(Cell(kind, step, "", "", ""), (x, 4), (17, 15), 3.5))
            x += 19
        x += 5 + canvas.text(x + 5, 15.5, tr(words), size=_HEAD, look="m") + 22
    return 32.0


def _draw_heads(canvas: Canvas, grid: Grid, wide: float, y: float) -> float:
    lines = [wrap(title, wide - 8, _HEAD, 3, True) for _, title in grid.columns]
    high = max(map(len, lines))
    canvas.text(_NAMES - 14, y + 10 + 12.5 * (high - 1), grid.title, size=_HEAD, look="m", anchor="end")
    for i, told in enumerate(lines):
        x = _NAMES + wide * (i + 0.5)
        canvas.lines(x, y + 10 + 12.5 * (high - len(told)), told, 12.5, size=_HEAD, anchor="middle", is_bold=True)
    return y + 12.5 * high + 9


def _draw_rows(
    canvas: Canvas, grid: Grid, rows: tuple[Sequence[tuple[str, str]], str], wide: float, at: tuple[float, bool]
) -> float:
    (y, is_slim), (names, heading) = at, rows
    high = _SLIM if is_slim else _ROW
    if heading:
        y += 8
        canvas.add("back", el("path", d=f"M4 {y:.1f}H{_NAMES + wide * len(grid.columns):.1f}", class_="rule"))
        canvas.text(4, y + 16, heading, size=_HEAD, look="m")
        y += 24
    dots = ""
    for name, title in names:
        _draw_name(canvas, title, y, high)
        for i, (signal, _) in enumerate(grid.columns):
            x = _NAMES + wide * i
            cell = grid.cells.get((name, signal))
            if cell is None:
                dots += f"M{x + wide / 2:.0f} {y + high / 2:.0f}h0"
            else:
                _draw_cell(canvas, cell, (x + _GAP / 2, y + _GAP / 2), (wide - _GAP, high - _GAP))
        y += high
    if dots:
        canvas.add("back", el("path", d=dots, class_="dots"))
    return y


def _draw_name(canvas: Canvas, title: str, y: float, high: float) -> None:
    most = 1 if high < _ROW else 2
    lines = wrap(title, _NAMES - 26, _SIZE - 0.5, most, True)
    first = y + high / 2 + 4 - 6.5 * (len(lines) - 1)
    canvas.lines(_NAMES - 14, first, lines, 13, size=_SIZE - 0.5, anchor="end", is_bold=True)


def _draw_cell(canvas: Canvas, cell: Cell, at: tuple[float, float], size: tuple[float, float]) -> None:
    x, y = at
    canvas.add("marks", *_ground(cell, at, size, _ROUND))
    look = {COSTS: f"f{cell.step}", KEEPS: "off"}.get(cell.kind, "m")
    is_bold = cell.kind in {COSTS, KEEPS}
    is_sure = bool(cell.sure) and size[1] > _SLIM and width(cell.sure, _SMALL) <= size[0] - 6
    row = y + size[1] / 2
    if cell.text:
        base = row - 1 if is_sure else row + 4
        canvas.text(x + size[0] / 2, base, cell.text, size=_SIZE, look=look, anchor="middle", is_bold=is_bold)
    if is_sure:
        canvas.text(x + size[0] / 2, row + 11, cell.sure, size=_SMALL, look=look, anchor="middle")


def _ground(cell: Cell, at: tuple[float, float], size: tuple[float, float], rx: float) -> list[Markup]:
    """A cell's ground: filled by cost, outlined where it keeps customers, hatched where it is refused."""
    (x, y), (wide, high) = at, size
    words = [el("title", short(cell.words, 140))] if cell.words else []
    look = {COSTS: f"f{cell.step}", KEEPS: "keeps", REFUSED: "unknown"}.get(cell.kind, "even")
    ground = [el("rect", *words, x=x, y=y, width=wide, height=high, rx=rx, class_=f"cell {look}")]
    if cell.kind == REFUSED:
        ground.append(el("path", d=_hatch(x, y, wide, high), class_="hatch"))
    return ground


def _hatch(x: float, y: float, wide: float, high: float) -> str:
    """Slanted strokes inside a rectangle, from its lower left to its upper right."""
    path, inset = "", 3.5
    left, right, top, bottom = x + inset, x + wide - inset, y + inset, y + high - inset
    offset = _HATCH / 2
    while offset < (right - left) + (bottom - top):
        x0, y0 = (left + offset, top) if left + offset <= right else (right, top + offset - (right - left))
        x1, y1 = (left, top + offset) if top + offset <= bottom else (left + offset - (bottom - top), bottom)
        path += f"M{x0:.0f} {y0:.0f}L{x1:.0f} {y1:.0f}"
        offset += _HATCH
    return path
