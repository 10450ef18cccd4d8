"""What lint knows of the events, and how it says a doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.errors import Problem
from schemas.journey_map import JourneyMap


@dataclass(frozen=True)
class Seen:
    """What the events have that were published.

    Attributes:
        activities: Each source and activity; empty: not known.
        attributes: Every attribute that an event has; None: not known.
        last_touch: Name of the map to when an event last was it, by the rules of the map; None: not known.
        as_of: The snapshot; None: not known.
        id_types: Every type of id; None: not known.
    """

    activities: frozenset[tuple[str, str]] = frozenset()
    attributes: frozenset[str] | None = None
    last_touch: Mapping[str, datetime] | None = None
    as_of: datetime | None = None
    id_types: frozenset[str] | None = None


def warning(journey_map: JourneyMap, line: int, got: str, wanted: str, hint: str) -> Problem:
    """A doubt about a line of a map."""
    return Problem(journey_map.problem((), "", "").file, line, got, wanted, hint, "warning")
