"""The ledger worked out again, journey by journey and in plain Python, from journeys, their events and deviations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl

from models.automaton import Automaton, compile_flow
from models.calendar import DAY_US, elapsed_s
from schemas.journey_map import JourneyMap

Query = Callable[[str], list[tuple[Any, ...]]]
Line = tuple[Any, ...]
Due = Callable[[int, int], int]
"""When something was due that came at a moment, later than promised by so much (microseconds)."""

TELLS = [
    *("missing", "late", "wrong_entry", "out_of_order", "branch_conflict", "repeated", "ad_hoc", "wrong_channel"),
    *("wrong_initiator", "failed", "wrong_exit", "overdue"),
]
OWN = {"ad_hoc", "repeated", "out_of_order", "branch_conflict"}


class Event(NamedTuple):
    """One event of a journey."""

    position: int
    at_us: int
    touchpoint: str | None


class Deviation(NamedTuple):
    """One departure of a journey."""

    kind: str
    touchpoint: str | None
    block: str | None
    position: int | None
    at_us: int
    over_us: int | None


class Journey(NamedTuple):
    """One journey with all that is published of it."""

    status: str
    stands_at: str
    segments: dict[str, str]
    ended_us: int | None
    events: list[Event]
    deviations: list[Deviation]


class Told(NamedTuple):
    """What is published of one map, and its journeys one by one."""

    journeys: list[Journey]
    flow: list[str]
    places: dict[str, int]
    segments: list[str]
    due: Callable[[Deviation], int]
    passes: frozenset[tuple[str, str]]


def disagreements(query: Query, plan: JourneyMap, business_due: Due | None = None) -> list[str]:
    """Where funnel, flow, table, deviations and ledger disagree; nothing where they agree to the last journey."""
    journey = plan.journey
    told = _told(query, journey, business_due)._replace(passes=passed(compile_flow(plan.flow)))
    checks = (_completion, _time, _sums, _segments, _states, _flows, _deviations)
    return [f"{check.__name__[1:]}: {problem}" for check in checks for problem in check(query, journey, told)]


def _told(query: Query, journey: str, business_due: Due | None) -> Told:
    mine = (
        f"(SELECT * FROM journeys WHERE rule = 'default' AND journey = '{journey}' AND assignment = 'this'"
        f" AND map_version IN (SELECT map_version FROM map_versions WHERE journey = '{journey}' AND is_in_force))"
    )
    events: dict[str, list[Event]] = defaultdict(list)
    for name, *event in query(
        "SELECT journey_id, position, epoch_us(occurred_at), touchpoint FROM journey_events ORDER BY ALL"
    ):
        events[name].append(Event(*event))
    departed: dict[str, list[Deviation]] = defaultdict(list)
    for name, *deviation in query(
        "SELECT journey_id, kind, touchpoint, block, position, epoch_us(occurred_at),"
        " (round(wait_s * 1e6) - round(promised_s * 1e6))::BIGINT FROM deviations"
    ):
        departed[name].append(Deviation(*deviation))
    journeys = [
        Journey(status, stands_at, segments, ended_us, events[name], departed[name])
        for name, status, stands_at, segments, ended_us in query(
            f"SELECT journey_id, status, touchpoint, segments, epoch_us(ended_at) FROM {mine}"
        )
    ]
    places: dict[str, int] = dict(query(f"SELECT touchpoint, place FROM touchpoints WHERE journey = '{journey}'"))
    flow = query(f"SELECT touchpoint FROM touchpoints WHERE journey = '{journey}' AND role = 'flow' ORDER BY place")
    labels = query(
        f"SELECT DISTINCT segment FROM ledger WHERE journey = '{journey}' AND segment IS NOT NULL ORDER BY 1"
    )
    names = sorted({label.split("=", 1)[0] for (label,) in labels})
    return Told(journeys, [name for (name,) in flow], places, names, _due(query, journey, business_due), frozenset())


def _due(query: Query, journey: str, business_due: Due | None) -> Callable[[Deviation], int]:
    holders = query(f"SELECT from_touchpoint FROM waits WHERE journey = '{journey}' AND calendar = 'business'")

    def due(late: Deviation) -> int:
        over_us = late.over_us or 0
        if (late.touchpoint,) in holders:
            assert business_due is not None
            return business_due(late.at_us, over_us)
        return late.at_us - over_us

    return due


def _labels(told: Told, journey: Journey) -> Iterator[str | None]:
    yield None
    for name in told.segments:
        yield f"{name}={journey.segments.get(name, '(no value)')}"


def _ledger(query: Query, journey: str, measure: str) -> dict[Line, int]:
    names = "segment, line, kind, touchpoint, block, at_touchpoint"
    rows = query(f"SELECT {names}, amount FROM ledger WHERE journey = '{journey}' AND measure = '{measure}'")
    assert len({row[:-1] for row in rows}) == len(rows)
    return {row[:-1]: row[-1] for row in rows if row[-1]}


def _differences(found: dict[Line, int], wanted: dict[Line, int]) -> Iterator[str]:
    for line in sorted({*found, *wanted}, key=repr):
        if found.get(line, 0) != wanted.get(line, 0):
            yield f"{line} is {found.get(line, 0)}, and should be {wanted.get(line, 0)}"


def _completion(query: Query, journey: str, told: Told) -> Iterator[str]:
    wanted: Counter[Line] = Counter()
    for each in told.journeys:
        for label in _labels(told, each):
            wanted[label, "planned", None, None, None, None] += 1
            if each.status == "converted":
                wanted[label, "actual", None, None, None, None] += 1
            else:
                wanted[label, each.status, *_charge(told, each), each.stands_at] -= 1
    yield from _differences(_ledger(query, journey, "completion"), wanted)


def _charge(told: Told, journey: Journey) -> tuple[str | None, str | None, str | None]:
    last = max(event.position for event in journey.events if event.touchpoint in told.flow)
    later = [
        (10**9 if each.position is None else each.position, TELLS.index(each.kind), _place(told, each), each)
        for each in journey.deviations
        if each.kind != "unobservable" and (each.position is None or each.position >= last)
    ]
    return max(later, key=lambda key: (*key[:3], key[3].block or ""))[3][:3] if later else (None, None, None)


def _place(told: Told, deviation: Deviation) -> int:
    return told.places.get(deviation.touchpoint or "", 10**9)


def _time(query: Query, journey: str, told: Told) -> Iterator[str]:
    wanted: Counter[Line] = Counter()
    for each in told.journeys:
        if each.status == "converted":
            for label in _labels(told, each):
                for line, amount in _spent(told, each):
                    wanted[label, *line, None] += amount
    yield from _differences(_ledger(query, journey, "time"), wanted)


def _spent(told: Told, journey: Journey) -> Iterator[tuple[Line, int]]:
    assert journey.ended_us is not None
    events = [event for event in journey.events if event.at_us <= journey.ended_us]
    late = [(told.due(each), each) for each in journey.deviations if each.kind == "late"]
    yield ("actual", None, None, None), journey.ended_us - events[0].at_us
    for before, event in pairwise(events):
        own = [each for each in journey.deviations if each.position == event.position and each.kind in OWN]
        if own:
            yield ("deviation", *own[0][:3]), event.at_us - before.at_us
            continue
        runs = [(due, each) for due, each in late if due < event.at_us and (each.position or 0) >= event.position]
        due_us, promise = min(runs, key=lambda run: run[0], default=(event.at_us, None))
        since = max(before.at_us, due_us)
        yield ("planned", None, None, None), since - before.at_us
        if promise is not None:
            yield ("deviation", *promise[:3]), event.at_us - since


def _sums(query: Query, journey: str, told: Told) -> Iterator[str]:
    """Planned plus the reasons is actual, for each segment and measure."""
    del told
    for row in query(
        "SELECT segment, measure, sum(CASE WHEN line = 'actual' THEN -amount ELSE amount END) AS gap FROM ledger"
        f" WHERE journey = '{journey}' GROUP BY ALL HAVING gap <> 0 ORDER BY ALL"
    ):
        yield str(row)


def _segments(query: Query, journey: str, told: Told) -> Iterator[str]:
    """The values of a segment make the whole, line by line."""
    names = "measure, line, kind, touchpoint, block, at_touchpoint"
    for name in told.segments:
        yield from map(
            str,
            query(
                f"SELECT {names}, sum(CASE WHEN segment IS NULL THEN -amount ELSE amount END) AS gap FROM ledger"
                f" WHERE journey = '{journey}' AND (segment IS NULL OR starts_with(segment, '{name}='))"
                " GROUP BY ALL HAVING gap <> 0 ORDER BY ALL"
            ),
        )
        states = "journeys_n done_n skipped_n left_n on_the_way_n by_design_n unseen_n left_here_n standing_here_n"
        gaps = [f"sum(CASE WHEN segment IS NULL THEN -{state} ELSE {state} END) AS {state}" for state in states.split()]
        for row in query(
            f"SELECT touchpoint, {', '.join(gaps)} FROM touchpoint_states WHERE journey = '{journey}'"
            f" AND (segment IS NULL OR starts_with(segment, '{name}=')) GROUP BY touchpoint ORDER BY ALL"
        ):
            if any(row[1:]):
                yield str(row)


def _states(query: Query, journey: str, told: Told) -> Iterator[str]:
    """Each journey is one thing at each touchpoint, as its events and its status say."""
    wanted: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for each in told.journeys:
        touched = {event.touchpoint for event in each.events}
        for label in _labels(told, each):
            for name in told.flow:
                cell = wanted[name, label]
                cell["journeys"] += 1
                cell["done"] += name in touched
                is_here = each.stands_at == name
                cell["left here"] += is_here and each.status in {"abandoned", "exited"}
                cell["standing"] += is_here and each.status == "in_flight"
                if _is_ahead(told, each, name, touched):
                    cell["on the way" if each.status == "in_flight" else "left"] += 1
    rows = query(
        "SELECT touchpoint, segment, journeys_n, done_n, left_here_n, standing_here_n, left_n, on_the_way_n, skipped_n,"
        f" by_design_n, unseen_n FROM touchpoint_states WHERE journey = '{journey}'"
    )
    if {row[:2] for row in rows} != set(wanted):
        yield "rows are missing"
    for name, label, all_n, done_n, left_here_n, standing_n, left_n, way_n, skipped_n, by_design_n, unseen_n in rows:
        cell = wanted[name, label]
        told_here = (cell["journeys"], cell["done"], cell["left here"], cell["standing"])
        if (all_n, done_n, left_here_n, standing_n) != told_here:
            yield f"{name} {label}: {(all_n, done_n, left_here_n, standing_n)} and not {told_here}"
        if done_n + skipped_n + left_n + way_n != all_n or by_design_n + unseen_n > skipped_n:
            yield f"{name} {label} does not add up"
        if (left_n, way_n) != (cell["left"], cell["on the way"]):
            yield f"{name} {label}: {(left_n, way_n)} and not {(cell['left'], cell['on the way'])} ahead"


def _is_ahead(told: Told, journey: Journey, name: str, touched: set[str | None]) -> bool:
    """Whether the journey may still come to a touchpoint, or might have: nothing that it did comes only after it."""
    if journey.status == "converted" or name in touched:
        return False
    skips = [each for each in journey.deviations if each.kind in {"missing", "unobservable"}]
    is_missed = any(name in (each.touchpoint or each.block or "").replace(",", " |").split(" | ") for each in skips)
    return not is_missed and not any((earlier, name) in told.passes for earlier in touched)


def passed(automaton: Automaton) -> frozenset[tuple[str, str]]:
    """Pairs (a, b) such that the automaton has no way from an a to a later b."""
    edges = list(zip(automaton.source.tolist(), automaton.letter.tolist(), automaton.target.tolist(), strict=True))
    found = set()
    for number, first in enumerate(automaton.letters):
        reached, queue = set[int](), [target for _, letter, target in edges if letter == number]
        while queue:
            state = queue.pop()
            if state not in reached:
                reached.add(state)
                queue += [target for source, _, target in edges if source == state]
        later = {letter for source, letter, _ in edges if source in reached}
        found |= {(first, name) for other, name in enumerate(automaton.letters) if other not in later}
    return frozenset(found)


def by_calendar(days: pl.DataFrame) -> Due:
    """What is due in business hours, by trying."""

    def due(at_us: int, over_us: int) -> int:
        wanted_s = float(elapsed_s(days, [at_us])[0]) - over_us / 1e6
        low, high = at_us - 60 * DAY_US, at_us
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if float(elapsed_s(days, [middle])[0]) <= wanted_s + 1e-7 else (low, middle)
        return low

    return due


def _flows(query: Query, journey: str, told: Told) -> Iterator[str]:
    """The picture of the flow ends where the ledger says; the funnel counts whom the outcomes count."""
    del told
    ends = "SELECT from_touchpoint, end_status, n FROM flows WHERE end_status <> 'converted'"
    lines = (
        "SELECT at_touchpoint, line, -sum(amount) FROM ledger WHERE measure = 'completion' AND segment IS NULL"
        " AND line NOT IN ('planned', 'actual')"
    )
    flow = set(query(f"{ends} AND journey = '{journey}'"))
    yield from map(str, flow ^ set(query(f"{lines} AND journey = '{journey}' GROUP BY ALL")))
    yield from map(
        str,
        query(
            "SELECT states.touchpoint, states.segment, done_n, reached_n FROM touchpoint_states states"
            " JOIN (SELECT DISTINCT journey, touchpoint, segment, reached_n, in_flight_n FROM touchpoint_outcomes)"
            " funnel ON funnel.journey = states.journey AND funnel.touchpoint = states.touchpoint"
            " AND funnel.segment IS NOT DISTINCT FROM states.segment"
            f" WHERE states.journey = '{journey}' AND (done_n <> reached_n OR standing_here_n <> in_flight_n)"
        ),
    )


def _deviations(query: Query, journey: str, told: Told) -> Iterator[str]:
    """Whoever is charged has the deviation; whoever misses a touchpoint has skipped it against the design."""
    missing: Counter[str] = Counter()
    for each in told.journeys:
        touched = {event.touchpoint for event in each.events}
        names = {deviation.touchpoint for deviation in each.deviations if deviation.kind == "missing"}
        missing.update(name for name in names if name in told.flow and name not in touched)
    for name, against_n in query(
        "SELECT touchpoint, skipped_n - by_design_n - unseen_n FROM touchpoint_states"
        f" WHERE journey = '{journey}' AND segment IS NULL"
    ):
        if missing[name] > against_n:
            yield f"{missing[name]} miss {name}, and {against_n} skipped it against the design"
    yield from map(
        str,
        query(
            "SELECT lines.kind, lines.touchpoint, lines.block, charged_n, rates.journeys_n FROM"
            " (SELECT journey, kind, touchpoint, block, sum(journeys_n) AS charged_n FROM ledger WHERE segment IS NULL"
            " AND measure = 'completion' AND kind IS NOT NULL GROUP BY ALL) lines LEFT JOIN"
            " (SELECT journey, kind, touchpoint, block, sum(journeys_n) AS journeys_n FROM deviation_rates"
            " GROUP BY ALL) rates ON rates.journey = lines.journey AND rates.kind = lines.kind"
            " AND rates.touchpoint IS NOT DISTINCT FROM lines.touchpoint"
            " AND rates.block IS NOT DISTINCT FROM lines.block"
            f" WHERE lines.journey = '{journey}' AND charged_n > coalesce(rates.journeys_n, 0)"
        ),
    )
