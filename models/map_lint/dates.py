"""Days of a map against today: not in force yet, or due for a review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.durations import duration
from schemas.errors import Problem
from schemas.journey_map import JourneyMap


def dates(journey_map: JourneyMap, now: datetime) -> Iterator[Problem]:
    """Days that are doubtful today."""
    if journey_map.valid_from is not None and journey_map.valid_from > now.date():
        got = f"valid_from {journey_map.valid_from}, after {now.date()}"
        yield journey_map.problem(("valid_from",), got, "a map that is in force", level="warning")
    if journey_map.reviewed_on is not None and journey_map.reviewed_on > now.date():
        got = f"reviewed_on {journey_map.reviewed_on}, after {now.date()}"
        yield journey_map.problem(("reviewed_on",), got, "the day of a review that was held", level="warning")
    yield from _review(journey_map, now)


def _review(journey_map: JourneyMap, now: datetime) -> Iterator[Problem]:
    if journey_map.review_every_s is None:
        return
    rhythm = f"every {duration(journey_map.review_every_s)}"
    due = journey_map.review_due_at
    if due is None:
        hint = "write reviewed_on, the day of the last one"
        got = f"a review {rhythm}, and no day from which to count"
        yield journey_map.problem(("review_every",), got, "reviewed_on or valid_from", hint, "warning")
    elif due < now:
        key = "review_every" if journey_map.reviewed_on is None else "reviewed_on"
        got = f"a review that was due on {due.date()} ({rhythm})"
        hint = "look at the map with its owner, then write the day as reviewed_on"
        yield journey_map.problem((key,), got, "a map that was reviewed in time", hint, "warning")
