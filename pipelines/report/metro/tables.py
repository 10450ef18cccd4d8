"""The table behind the map's difference of two sides."""

from __future__ import annotations

from pipelines.language import tr
from pipelines.report import columns
from pipelines.report.metro.cells import Cell
from pipelines.report.metro.sides import Side, difference, points
from pipelines.report.numbers import MISSING
from pipelines.report.tables import DataTable, Record, Shown
from pipelines.report.view import JourneyView

_SIDES = ("first", "second")


def sides_table(view: JourneyView, sides: tuple[Side, Side] | None, stem: str) -> DataTable:
    """For each touchpoint the share that leaves on either side, and by how much they differ."""
    names = ("touchpoint", *(f"{side}_{part}" for side in _SIDES for part in ("side", "leave", "low", "high", "n")))
    records = () if sides is None else tuple(_record(view, sides, name) for name in view.flow_names)
    first, second = ("", "") if sides is None else (side.label for side in sides)
    return DataTable(
        f"{stem}_sides",
        tr("Two sides laid beside each other"),
        records,
        (
            Shown(tr("Touchpoint"), lambda r: view.label(str(r["touchpoint"]))),
            columns.interval(tr("Leave here (95%): {side}", side=first), "first_leave", "first_low", "first_high"),
            columns.number(tr("Followed"), "first_n"),
            columns.interval(tr("Leave here (95%): {side}", side=second), "second_leave", "second_low", "second_high"),
            columns.number(tr("Followed"), "second_n"),
            Shown(tr("Difference in points (95%)"), _told, is_number=True),
        ),
        (*names, "difference", "difference_low", "difference_high"),
        tr("Newcombe’s interval. A difference is telling where it leaves out zero. Many are looked at, so that one in"
           " twenty is telling by chance alone."),
        tr("There are no two sides to lay beside each other."),
        most=len(records) or 1,
    )  # fmt: skip


def _record(view: JourneyView, sides: tuple[Side, Side], name: str) -> Record:
    found = difference(sides, name)
    made: dict[str, str | float | None] = {"touchpoint": name}
    for word, side in zip(_SIDES, sides, strict=True):
        cell: Cell = side.leave(name)
        made |= {f"{word}_side": side.label, f"{word}_leave": cell.value, f"{word}_low": cell.low}
        made |= {f"{word}_high": cell.high, f"{word}_n": cell.n}
    ends = (None, None, None) if found is None else (found.value, found.low, found.high)
    return made | dict(zip(("difference", "difference_low", "difference_high"), ends, strict=True))


def _told(r: Record) -> str:
    ends = [r[name] for name in ("difference", "difference_low", "difference_high")]
    if any(end is None for end in ends):
        return MISSING
    value, low, high = (points(float(end)) for end in ends if isinstance(end, float))
    return tr("{value} ({low} to {high})", value=value, low=low, high=high)
