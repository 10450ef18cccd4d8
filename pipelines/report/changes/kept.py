"""What runs leave for later ones: the headline numbers of each map, in the file beside the report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path

from pipelines.language import mark, tr

FILE = "findings.json"
MEASURES = {
    "journeys": mark("Journeys"),
    "converted": mark("Reach the goal"),
    "abandoned": mark("Fall silent"),
    "exited": mark("Say no"),
    "designed": mark("Go as designed so far"),
    "promises_kept": mark("Promises kept"),
    "lost": mark("Customers lost a month to all frictions together"),
}
BETTER = {"converted": 1, "designed": 1, "promises_kept": 1, "abandoned": -1, "exited": -1, "lost": -1}
"""Measure to whether more of it is good (1) or bad (-1); of others, more is neither."""
COUNTS = frozenset(("journeys", "lost"))
"""Measures that are counts; all others are shares of 0 to 1."""


@dataclass(frozen=True)
class HeadlineNumber:
    """One number with its 95 % interval, where it has one, and how many journeys it rests on."""

    measure: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


def measure_title(measure: str) -> str:
    """A measure for people."""
    return tr(MEASURES[measure]) if measure in MEASURES else measure


def as_json(numbers: tuple[HeadlineNumber, ...]) -> list[dict[str, object]]:
    """The numbers as a run leaves them for later ones."""
    return [asdict(number) for number in numbers]


def from_json(rows: object) -> tuple[HeadlineNumber, ...]:
    """The numbers that a run left; what is not one of ours, or was written by another version, is passed by."""
    return tuple(_number(row) for row in rows if _is_number(row)) if isinstance(rows, list) else ()


def _number(row: Mapping[str, object]) -> HeadlineNumber:
    return HeadlineNumber(**{field.name: row.get(field.name) for field in fields(HeadlineNumber)})  # type: ignore[arg-type]  # checked by _is_number


def _is_number(row: object) -> bool:
    if not isinstance(row, dict) or row.get("measure") not in MEASURES:
        return False
    optional = (row.get(name) for name in ("low", "high", "n"))
    return _is_real(row.get("value")) and all(value is None or _is_real(value) for value in optional)


def _is_real(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@dataclass(frozen=True)
class Earlier:
    """What a run left beside its report.

    Attributes:
        as_of: The moment at which it judged.
        numbers: Journey to its headline numbers.
    """

    run_id: str
    as_of: datetime
    numbers: Mapping[str, tuple[HeadlineNumber, ...]] = field(default_factory=dict)


def read_earlier(reports: Path, as_of: datetime | None) -> Earlier | None:
    """The latest report of a snapshot before this one; None where there is none.

    A run that is repeated for the same snapshot is compared with what came before that snapshot, as findings are.
    """
    if as_of is None:
        return None
    snapshot = as_of.replace(microsecond=0)  # the files tell whole seconds
    found = (_read(path) for path in reports.glob(f"*/{FILE}"))
    before = [each for each in found if each is not None and each.as_of.replace(microsecond=0) < snapshot]
    return max(before, key=lambda each: (each.as_of, each.run_id), default=None)


def _read(path: Path) -> Earlier | None:
    """What a report left; None where the file is not one of ours."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        as_of = datetime.fromisoformat(told["as_of"])
        maps = {str(each["journey"]): from_json(each.get("numbers")) for each in told["maps"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Earlier(path.parent.name, as_of, maps) if as_of.tzinfo is not None else None
