"""What stands in the cells of a heatmap: by touchpoint and signal, what it costs, or how often it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.language import tr
from pipelines.privacy.withheld import Withheld
from pipelines.report.cost.forest import friction_name, place
from pipelines.report.cost.rows import JOINT, Record, told
from pipelines.report.cost.words import between, few
from pipelines.report.numbers import count, interval, share, share_with
from pipelines.report.rows import RateRow
from pipelines.report.stored import retold
from pipelines.report.view import JourneyView
from pipelines.report.vocabulary import kind_title

MOST_SIGNALS, MOST_BESIDE = 12, 8
_STEPS = (0.12, 0.3, 0.6)  # of the largest value of the grid, from which a cell is darker

COSTS, KEEPS, NOTHING, REFUSED = "costs", "keeps", "nothing", "refused"


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        kind: costs (filled, darker with more), keeps, nothing (told, but no different from nothing), or refused.
        step: 1 to 4 for what costs, 0 for all others.
        text: Its number.
        sure: Its interval.
        words: All of it for a pointer, and for those who cannot see it.
    """

    kind: str
    step: int
    text: str
    sure: str
    words: str


@dataclass(frozen=True)
class Grid:
    """Rows and columns with their titles, in order, and the cells that there are."""

    title: str
    rows: tuple[tuple[str, str], ...]
    beside: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], Cell]
    is_cost: bool


def cost_grid(view: JourneyView) -> Grid:
    """Customers lost a month, of every signal that was tried."""
    found = [row for row in view.data.cost.rows("frictions") if row["signal"] != JOINT]
    values = [told(row, "lost_shrunk") for row in found if row["verdict"] == "friction"]
    most = max((value[0] for value in values if value), default=0.0)
    cells = {(str(row["touchpoint"]), str(row["signal"])): _cost_cell(view, row, most) for row in found}
    weights = {
        key: (told(row, "lost_shrunk") or (0.0,))[0] if row["verdict"] == "friction" else 0.0
        for key, row in zip(cells, found, strict=True)
    }
    return _grid(view, tr("Customers lost a month"), cells, weights, is_cost=True)


def _cost_cell(view: JourneyView, row: Record, most: float) -> Cell:
    name = friction_name(view, row)
    value = told(row, "lost_shrunk")
    if row["verdict"] == "refused" or value is None:
        reason = retold(str(row["reason"])) if row["reason"] else tr("hidden")
        return Cell(REFUSED, 0, "", "", f"{name}: {reason}")
    sure = between(row, "lost_low", "lost_high")
    words = tr("{name}: {value} customers a month ({sure})", name=name, value=few(value[0]), sure=sure)
    kind = {"friction": COSTS, "helpful": KEEPS}.get(str(row["verdict"]), NOTHING)
    step = _step(value[0], most) if kind == COSTS else 0
    return Cell(kind, step, few(value[0]), sure, words)


def rate_grid(view: JourneyView) -> Grid:
    """Share of the journeys that could, of every deviation."""
    rows = [row for row in view.data.rates if row.kind != "unobservable"]  # a gap in the data, not friction
    most = max((row.rate for row in rows if row.rate is not None), default=0.0)
    cells = {(row.touchpoint or str(row.block), row.kind): _rate_cell(view, row, most) for row in rows}
    weights = {
        key: float(0 if isinstance(row.journeys_n, Withheld) else row.journeys_n)
        for key, row in zip(cells, rows, strict=True)
    }
    return _grid(view, tr("Share of the journeys that could"), cells, weights, is_cost=False)


def _rate_cell(view: JourneyView, row: RateRow, most: float) -> Cell:
    name = f"{kind_title(row.kind)}: {view.place_label(row.touchpoint, row.block)}"
    if row.rate is None:
        return Cell(REFUSED, 0, "", "", f"{name}: {count(row.journeys_n)}")
    sure = share_with(row.rate, row.rate_low, row.rate_high)
    words = tr("{name}: {rate}, {n} journeys", name=name, rate=sure, n=count(row.journeys_n))
    return Cell(COSTS, _step(row.rate, most), share(row.rate), interval(row.rate_low, row.rate_high), words)


def _step(value: float, most: float) -> int:
    return 1 + sum(value >= step * most for step in _STEPS) if most > 0 else 1


def _grid(
    view: JourneyView,
    title: str,
    cells: Mapping[tuple[str, str], Cell],
    weights: Mapping[tuple[str, str], float],
    *,
    is_cost: bool,
) -> Grid:
    """The rows in the order of the map, then what is beside it; the columns by how much they weigh."""
    by_column, by_row = _sums(weights, 1), _sums(weights, 0)
    columns = sorted(by_column, key=lambda name: (-by_column[name], -sum(key[1] == name for key in cells), name))
    shown = columns[:MOST_SIGNALS]
    names = {name for name, signal in cells if signal in shown}
    flow = sorted((name for name in names if _first(name) in view.numbers), key=lambda name: _order(view, name))
    beside = sorted(names - set(flow), key=lambda name: (-by_row[name], name))[:MOST_BESIDE]
    kept = {key: cell for key, cell in cells.items() if key[1] in shown and key[0] in {*flow, *beside}}
    return Grid(
        title,
        tuple((name, place(view, name)) for name in flow),
        tuple((name, place(view, name)) for name in beside),
        tuple((name, kind_title(name)) for name in shown),
        kept,
        is_cost,
    )


def _sums(weights: Mapping[tuple[str, str], float], part: int) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for key, weight in weights.items():
        sums[key[part]] += weight
    return sums


def _order(view: JourneyView, name: str) -> tuple[int, bool, str]:
    return view.numbers[_first(name)], name not in view.numbers, name


def _first(name: str) -> str:
    """The touchpoint, or of a block, "a | b, c", the first of its touchpoints."""
    return name.split("|", maxsplit=1)[0].split(",", maxsplit=1)[0].strip()


def told_cells(grid: Grid) -> Iterable[Cell]:
    """The cells from above to below, from left to right."""
    for row, _ in (*grid.rows, *grid.beside):
        for column, _ in grid.columns:
            if (row, column) in grid.cells:
                yield grid.cells[row, column]
