"""What the map has and the events do not: ghost touchpoints, promises without data, constraints that nothing wakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from models.map_lint.rules import can_match
from models.map_lint.seen import Seen, warning
from schemas.errors import Problem
from schemas.journey_map import JourneyMap
from schemas.words import Observability

GHOST_DAYS = 90
"""A designed touchpoint without an event for so long is one that nobody reaches, or that nobody records."""


def touches(journey_map: JourneyMap, seen: Seen) -> Iterator[Problem]:
    """Touchpoints, promises and constraints that no event has touched; nothing where the touches are not known."""
    if seen.last_touch is None or seen.as_of is None:
        return
    told = {name for name in journey_map.names if seen.activities and not _can_be_touched(journey_map, name, seen)}
    yield from _ghosts(journey_map, {**dict.fromkeys(told, seen.as_of), **seen.last_touch}, seen.as_of)
    yield from _promises(journey_map, seen.last_touch)
    yield from _constraints(journey_map, seen.last_touch)


def _can_be_touched(journey_map: JourneyMap, name: str, seen: Seen) -> bool:
    """Whether some event fits one of its rules by source and activity; where none does, the rules are told of."""
    return any(can_match(rule, seen.activities) for rule in journey_map.rules_of(name))


def _ghosts(journey_map: JourneyMap, last: Mapping[str, datetime], as_of: datetime) -> Iterator[Problem]:
    """Designed touchpoints without an event in the last ninety days, where the sources can see them."""
    since = as_of - timedelta(days=GHOST_DAYS)
    for name, role in journey_map.roles.items():
        if role not in ("flow", "anytime") or _is_blind(journey_map, name, as_of):
            continue
        if name not in last:
            got = f'"{name}", which no event is'
        elif last[name] < since:
            got = f'"{name}", which no event has been since {last[name]:%Y-%m-%d}'
        else:
            continue
        hint = "mend its rule under when, say that it is blind under observability, or take it off the map"
        wanted = f"an event within {GHOST_DAYS} days before {as_of:%Y-%m-%d}"
        yield warning(journey_map, journey_map.line_of(name), got, wanted, hint)


def _is_blind(journey_map: JourneyMap, name: str, as_of: datetime) -> bool:
    entry = journey_map.touchpoints.get(name)
    spans = entry.observability if entry else ()
    return any(
        span.is_ is Observability.BLIND
        and (span.from_ is None or span.from_ <= as_of)
        and (span.until is None or span.until > as_of)
        for span in spans
    )


def _promises(journey_map: JourneyMap, last: Mapping[str, datetime]) -> Iterator[Problem]:
    for section, entries in (("touchpoints", journey_map.touchpoints), ("off_map", journey_map.off_map)):
        for name, entry in entries.items():
            ends = (name, entry.promise.next) if entry.promise else ()
            unseen = [end for end in ends if end not in last]
            if unseen:
                got = f'a promise of "{name}" without data: no event is {" or ".join(unseen)}'
                hint = "mend the rules of its two ends, else nobody can tell whether it is kept"
                path = (section, name, "promise")
                yield journey_map.problem(path, got, "a promise that can be measured", hint, "warning")


def _constraints(journey_map: JourneyMap, last: Mapping[str, datetime]) -> Iterator[Problem]:
    for i, rule in enumerate(journey_map.constraints):
        if rule.first not in last:
            got = f'a constraint that is never put to a journey: no event is "{rule.first}"'
            hint = f'mend the rules of "{rule.first}"'
            yield journey_map.problem(("constraints", i), got, "a constraint that can be judged", hint, "warning")
