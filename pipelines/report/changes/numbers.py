"""The headline numbers of a map: what a run is compared with by the runs that come after it."""

from __future__ import annotations

from collections.abc import Iterator

from models.intervals import wilson
from pipelines.privacy.withheld import Withheld, part_of
from pipelines.report.changes.kept import HeadlineNumber
from pipelines.report.cost.rows import JOINT, told
from pipelines.report.view import JourneyView


def headline_numbers(view: JourneyView) -> tuple[HeadlineNumber, ...]:
    """The numbers that may be shown, in their order."""
    return tuple(each for each in _numbers(view) if not isinstance(each.n, Withheld))


def _numbers(view: JourneyView) -> Iterator[HeadlineNumber]:
    data = view.data
    if data.journeys_n and not isinstance(data.journeys_n, Withheld):
        yield HeadlineNumber("journeys", data.journeys_n)
    yield from _ends(view)
    designed = part_of(data.designed_n, data.aligned_n)
    if designed is not None:
        yield HeadlineNumber("designed", designed, *_between(designed, data.people_n, data.aligned_n), data.aligned_n)
    yield from _promises(view)
    joint = next((row for row in data.cost.rows("frictions") if row["signal"] == JOINT), None)
    lost = None if joint is None else told(joint, "lost_shrunk", "lost_low", "lost_high")
    if lost is not None:
        yield HeadlineNumber("lost", lost[0], lost[1], lost[2])


def _ends(view: JourneyView) -> Iterator[HeadlineNumber]:
    """What becomes of those who reached the entry."""
    row = view.entry_outcome
    if row is None or row.refused is not None:
        return
    ends = (
        ("converted", row.converted_share, row.converted_low, row.converted_high),
        ("abandoned", row.abandoned_share, row.abandoned_low, row.abandoned_high),
        ("exited", row.exited_share, row.exited_low, row.exited_high),
    )
    for measure, value, low, high in ends:
        if value is not None:
            yield HeadlineNumber(measure, value, low, high, row.reached_n)


def _promises(view: JourneyView) -> Iterator[HeadlineNumber]:
    """The share of all waits with a promise in which it was kept."""
    rows = [row for row in view.promises if row.kept_share is not None and not isinstance(row.n, Withheld)]
    n = sum(row.n for row in rows)
    if n:
        kept = sum((row.kept_share or 0.0) * row.n for row in rows) / n
        yield HeadlineNumber("promises_kept", kept, *_between(kept, view.data.people_n, n), n)


def _between(share: float, people_n: int, n: int) -> tuple[float, float]:
    """An interval for a share of journeys; one person's may all be alike, so they count as one."""
    worth = min(people_n or n, n)
    low, high = wilson(share * worth, worth)
    return float(low), float(high)
