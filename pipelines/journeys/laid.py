"""What one journey on its map consists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

UNSEEN = ("missing", "unobservable")


@dataclass(frozen=True)
class Departure:
    """One deviation: what it is charged to (a touchpoint or a skipped block), where it shows, and how long it took."""

    kind: str
    touchpoint: str | None
    block: str | None
    owner: str | None
    position: int | None
    wait_s: float | None
    promised_s: float | None

    def may_skip(self, touchpoint: str) -> bool:
        """Whether passing this touchpoint by may be what it tells of."""
        return self.touchpoint == touchpoint or touchpoint in members(self.block)


@dataclass(frozen=True)
class Column:
    """One move of the alignment: what the plan has there and what happened; either may be absent, not both.

    Attributes:
        planned: Touchpoint of the plan; None: nothing was planned.
        actual: Touchpoint, or activity that the map does not know; None: nothing happened.
        move: sync, log or model; None: an exit.
        position: The event's place in the journey.
        wait_s: Seconds since the event before.
        departures: Deviations that show here.
    """

    planned: str | None
    actual: str | None
    move: str | None
    position: int | None = None
    event_id: str | None = None
    occurred_at: datetime | None = None
    channel: str | None = None
    source: str | None = None
    wait_s: float | None = None
    departures: tuple[Departure, ...] = ()


@dataclass(frozen=True)
class Promised:
    """One promise put to the journey: between which touchpoints, and what became of it.

    Attributes:
        wait_s: Seconds waited (of a late one in the promise's calendar); None: in a calendar that is not told.
        outcome: kept, late, overdue, waiting, or left (who waited has gone).
    """

    ready: str
    served: str
    promised_s: float
    calendar: str
    wait_s: float | None
    outcome: str


@dataclass(frozen=True)
class Judged:
    """What a constraint of the map says of the journey."""

    said: str
    verdict: str
    owner: str | None


@dataclass(frozen=True)
class LaidJourney:
    """One journey on its map; ids are pseudonyms, but for those of events."""

    journey: str
    title: str
    map_version: int
    journey_id: str
    person_id: str
    variant_id: str
    assignment: str
    status: str
    exit_kind: str | None
    entered_at: datetime
    last_at: datetime
    ended_at: datetime | None
    touchpoint: str
    phase: str | None
    owner: str | None
    segments: Mapping[str, str]
    cost: float
    columns: tuple[Column, ...]
    promises: tuple[Promised, ...]
    verdicts: tuple[Judged, ...]
    titles: Mapping[str, str]

    def title_of(self, name: str) -> str:
        """Title of a touchpoint; what the map does not know is called as it is."""
        return self.titles.get(name, name)

    @property
    def events_n(self) -> int:
        """Events of the journey."""
        return sum(column.actual is not None for column in self.columns)

    @property
    def planned(self) -> tuple[str, ...]:
        """The planned line: a run of the map, as far as the journey has come."""
        return tuple(column.planned for column in self.columns if column.planned is not None)

    def differs(self, column: Column) -> tuple[str, ...]:
        """Why a column differs from the plan, in words; nothing where it does not.

        Of a skipped block every step says so, and a step that came at another place says that.
        """
        words = [each.kind for each in column.departures]
        if column.move == "model" and column.planned is not None and not words:
            words = [each.kind for each in self.departures if each.kind in UNSEEN and each.may_skip(column.planned)][:1]
            is_moved = any(other.move == "log" and other.actual == column.planned for other in self.columns)
            words = words or (["moved"] if is_moved else ["passed by"])
        return tuple(word.replace("_", " ") for word in dict.fromkeys(words))

    @property
    def departures(self) -> tuple[Departure, ...]:
        """Every deviation, in the order of the columns."""
        return tuple(departure for column in self.columns for departure in column.departures)


def members(block: str | None) -> tuple[str, ...]:
    """Touchpoints of a block's label, "a | b, c"."""
    return tuple(name.strip() for branch in (block or "").split("|") for name in branch.split(",") if name.strip())


def charged_to(touchpoint: str | None, block: str | None, titles: Mapping[str, str]) -> str:
    """What a deviation is charged to, in titles: a touchpoint, or one of a block's branches."""
    if touchpoint is not None:
        return titles.get(touchpoint, touchpoint)
    branches = [members(branch) for branch in (block or "").split("|")]
    return " or ".join(" and ".join(titles.get(name, name) for name in branch) for branch in branches)


def with_departures(columns: Sequence[Column], departures: Iterable[Departure]) -> tuple[Column, ...]:
    """The columns with each deviation where it shows: at the step passed by, at its event, or at the open promise."""
    found: dict[int, list[Departure]] = {}
    for departure in departures:
        found.setdefault(_place(columns, departure), []).append(departure)
    return tuple(replace(column, departures=tuple(found.get(i, ()))) for i, column in enumerate(columns))


def _place(columns: Sequence[Column], departure: Departure) -> int:
    """The nearest step passed by that it may tell of, before its event or after the last one; else the event itself."""
    at = [i for i, column in enumerate(columns) if column.position is not None]
    if departure.position is None:  # an open promise: where the customer is ready
        return max((i for i in at if columns[i].actual == departure.touchpoint), default=at[-1])
    here = at[departure.position]
    if departure.kind not in UNSEEN:
        return here
    models = [i for i, column in enumerate(columns) if column.move == "model"]
    skipped = [i for i in models if departure.may_skip(columns[i].planned or "")]
    before = [i for i in skipped if i < here]
    return before[-1] if before else skipped[0] if skipped else here


def promises_of(
    columns: Sequence[Column],
    pairs: Iterable[tuple[str, str, float, str]],
    departures: Sequence[Departure],
    is_open: bool,
) -> tuple[Promised, ...]:
    """What became of each promise: from the first moment the customer is ready to the next service.

    Args:
        columns: The journey.
        pairs: (ready, served, promised seconds, calendar) of the map's promises.
        departures: The journey's; those that are late or overdue say so.
        is_open: Whether who still waits may yet be served.
    """
    broken = {(each.touchpoint, each.kind, each.position): each.wait_s for each in departures}
    events = [column for column in columns if column.position is not None]
    found: list[Promised] = []
    for ready, served, promised_s, calendar in pairs:
        for start, end in _waits(events, ready, served):
            position = end.position if end else None
            late = next((kind for kind in ("late", "overdue") if (ready, kind, position) in broken), None)
            outcome = late or ("kept" if end else "waiting" if is_open else "left")
            wait_s = broken[ready, late, position] if late else _seconds(start, end, calendar)
            found.append(Promised(ready, served, promised_s, calendar, wait_s, outcome))
    return tuple(found)


def _waits(events: Sequence[Column], ready: str, served: str) -> Iterator[tuple[Column, Column | None]]:
    """Where each wait begins, and where it ends; None: it has not."""
    since: Column | None = None
    for event in events:
        if event.actual == served and since is not None:
            yield since, event
            since = None
        elif event.actual == ready and since is None:
            since = event
    if since is not None:
        yield since, None


def _seconds(start: Column, end: Column | None, calendar: str) -> float | None:
    if end is None or calendar != "clock" or start.occurred_at is None or end.occurred_at is None:
        return None
    return (end.occurred_at - start.occurred_at).total_seconds()
