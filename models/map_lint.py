"""What is doubtful about a map that can be read: rules that overlap or never match, promises and examples that fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from models import globs
from models.automaton import compile_flow
from models.deviations import Departure, explain
from schemas import flow_shape
from schemas.errors import MapError, Problem
from schemas.journey_map import JourneyMap
from schemas.map_file import Path_, did_you_mean
from schemas.map_parts import RULE_COLUMNS, Deviating

if TYPE_CHECKING:
    import polars as pl

Rule = Mapping[str, tuple[str, ...]]
_ANY = ("*",)
_OCCURS = "an attribute that occurs"


def lint(
    journey_map: JourneyMap,
    activities: pl.DataFrame | None,
    as_of: datetime,
    attributes: frozenset[str] | None = None,
) -> tuple[Problem, ...]:
    """Everything doubtful about a map, in the order of its lines.

    Args:
        journey_map: A map that was read.
        activities: One row per source and activity (columns source, activity) that was seen; None or empty: not known.
        as_of: The instant at which it is looked at.
        attributes: Every attribute that an event has; None: not known.

    Returns:
        Errors (an example does not hold, a promise cannot be kept, the flow is too large) and warnings.
    """
    seen = [] if activities is None else list(activities.select("source", "activity").unique().iter_rows())
    found = [
        *_overlaps(journey_map),
        *_never_matching(journey_map, seen),
        *_unknown_attributes(journey_map, attributes),
        *_unreachable(journey_map),
        *_goal_at_once(journey_map),
        *_promises(journey_map),
        *_owners(journey_map),
        *_in_force(journey_map, as_of),
        *_examples(journey_map),
    ]
    return tuple(sorted(set(found), key=lambda problem: (problem.file, problem.line, problem)))


# --- rules ---------------------------------------------------------------------------------------------------------


class _Placed(NamedTuple):
    """One rule, whose it is, and where it stands."""

    name: str
    rule: Rule
    line: int


def _placed(journey_map: JourneyMap) -> list[_Placed]:
    """Every rule in the order in which they are tried."""
    return [
        _Placed(name, rule, journey_map.line_of(name, "when", i))
        for name in journey_map.rule_order
        for i, rule in enumerate(journey_map.rules_of(name))
    ]


def _warning(journey_map: JourneyMap, line: int, got: str, wanted: str, hint: str) -> Problem:
    return Problem(journey_map.problem((), "", "").file, line, got, wanted, hint, "warning")


def _overlaps(journey_map: JourneyMap) -> Iterator[Problem]:
    """Two rules of different touchpoints that one event can match, unless the narrower one is tried first.

    A narrow rule before a wide one is how exceptions are written; the other way round the narrow one never matches.
    """
    for first, second in combinations(_placed(journey_map), 2):
        if first.name == second.name or not _can_both_match(first.rule, second.rule):
            continue
        if _covers(first.rule, second.rule):
            got = f'a rule of "{second.name}" that never matches: "{first.name}" in line {first.line} takes all of it'
            yield _warning(journey_map, second.line, got, "a rule that can match", f'put "{second.name}" first')
        elif not _covers(second.rule, first.rule):
            got = f'a rule of "{second.name}" that matches events which "{first.name}" in line {first.line} takes'
            yield _warning(journey_map, second.line, got, "rules that do not overlap", "add a condition to one of them")


def _can_both_match(left: Rule, right: Rule) -> bool:
    for key, patterns in left.items():
        others = right.get(key)
        if others and not any(globs.can_both_match(one, other) for one in patterns for other in others):
            return False
    return True


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Whether every event that `narrow` matches is matched by `wide`."""
    return all(
        key in narrow and all(any(globs.covers(one, other) for one in patterns) for other in narrow[key])
        for key, patterns in wide.items()
    )


def _never_matching(journey_map: JourneyMap, seen: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Rules whose source and activity no event has had."""
    pairs = sorted(set(seen))
    if not pairs:
        return
    for placed in _placed(journey_map):
        sources, activities = placed.rule.get("source", _ANY), placed.rule.get("activity", _ANY)
        if any(_any(sources, source) and _any(activities, activity) for source, activity in pairs):
            continue
        got = f'a rule of "{placed.name}" that no event has matched ({_said(placed.rule)})'
        hint = _nearest(sources, activities, pairs)
        yield _warning(journey_map, placed.line, got, "a source and an activity that occur", hint)


def _any(patterns: Iterable[str], text: str) -> bool:
    return any(globs.matches(pattern, text) for pattern in patterns)


def _said(rule: Rule) -> str:
    return ", ".join(f"{key}: {' or '.join(rule[key])}" for key in ("source", "activity") if key in rule)


def _nearest(sources: tuple[str, ...], activities: tuple[str, ...], pairs: list[tuple[str, str]]) -> str:
    known = dict.fromkeys(source for source, _ in pairs)
    if not any(_any(sources, source) for source in known):
        return did_you_mean(sources[0], known, "sources")
    return did_you_mean(activities[0], (activity for source, activity in pairs if _any(sources, source)), "activities")


def _unknown_attributes(journey_map: JourneyMap, known: frozenset[str] | None) -> Iterator[Problem]:
    """Segments and rules that look at an attribute that no event has."""
    if known is None:
        return
    for name, segment in journey_map.segments.items():
        if segment.attribute not in known:
            got = f'the segment "{name}" by the attribute "{segment.attribute}", which no event has'
            line = journey_map.problem(("segments", name), "", "").line
            yield _warning(
                journey_map, line, got, _OCCURS, did_you_mean(segment.attribute, sorted(known), "attributes")
            )
    for placed in _placed(journey_map):
        for key in placed.rule:
            if key not in known and key not in RULE_COLUMNS:
                got = f'a rule of "{placed.name}" by the attribute "{key}", which no event has'
                hint = did_you_mean(key, (*RULE_COLUMNS, *sorted(known)), "attributes")
                yield _warning(journey_map, placed.line, got, _OCCURS, hint)


# --- the flow ------------------------------------------------------------------------------------------------------


def _unreachable(journey_map: JourneyMap) -> Iterator[Problem]:
    """Entries of touchpoints that no journey can touch."""
    bare = [name for name in journey_map.names if journey_map.entry(name) is None]
    for name in journey_map.touchpoints:
        if name not in journey_map.roles:
            hint = did_you_mean(name, bare, "without an entry") if bare else "put it into the flow, or under off_map"
            got = f'"{name}", which stands neither in the flow nor under anytime'
            yield journey_map.problem(("touchpoints", name), got, "a touchpoint that can be reached", hint, "warning")


def _goal_at_once(journey_map: JourneyMap) -> Iterator[Problem]:
    """A goal that opens the journey: it ends as it begins, whatever the flow wants after it."""
    if journey_map.journey_is.reopens_after == "never":
        return
    follows = flow_shape.before(journey_map.flow)
    needed = [name for name in journey_map.names if name in journey_map.mandatory]
    for i, goal in enumerate(journey_map.journey_is.goal):
        unseen = [name for name in needed if name != goal and (goal, name) in follows]
        if goal in journey_map.openings and unseen:
            got = f'the goal "{goal}", which also opens the journey: it is reached at once, the rest is never judged'
            hint = f"{', '.join(unseen[:5])} would come after it"
            path = ("journey_is", "goal", i)
            yield journey_map.problem(path, got, "a goal that comes later", hint, "warning")


def _promises(journey_map: JourneyMap) -> Iterator[Problem]:
    """Promises of a step that the flow does not have after the one that promises it."""
    follows = flow_shape.before(journey_map.flow)
    for name, entry in journey_map.touchpoints.items():
        if entry.promise is None or {_role(journey_map, name), _role(journey_map, entry.promise.next)} != {"flow"}:
            continue
        if (name, entry.promise.next) not in follows:
            got = f'"{entry.promise.next}", which the flow never has after "{name}"'
            path = ("touchpoints", name, "promise", "next")
            yield journey_map.problem(path, got, "a step that comes later")


def _role(journey_map: JourneyMap, name: str) -> str:
    return journey_map.roles.get(name, "unknown")


def _owners(journey_map: JourneyMap) -> Iterator[Problem]:
    """A finding needs somebody to go to."""
    orphans = [name for name, role in journey_map.roles.items() if role != "exit" and not journey_map.owner_of(name)]
    if orphans:
        named = ", ".join(orphans[:5]) + (" ..." if len(orphans) > 5 else "")
        got = f"{len(orphans)} touchpoints without an owner ({named})"
        yield _warning(journey_map, 1, got, "an owner for each", "an owner of the whole map covers those without one")


def _in_force(journey_map: JourneyMap, as_of: datetime) -> Iterator[Problem]:
    if journey_map.valid_from is not None and journey_map.valid_from > as_of.date():
        got = f"valid_from {journey_map.valid_from}, after {as_of.date()}"
        yield journey_map.problem(("valid_from",), got, "a map that is in force", level="warning")


# --- the map's own tests -------------------------------------------------------------------------------------------


def _examples(journey_map: JourneyMap) -> Iterator[Problem]:
    """Examples that do not hold; a flow that is too large to follow is the only problem then."""
    try:
        compile_flow(journey_map.flow)
    except MapError as error:
        yield journey_map.problem(("flow",), error.got, error.wanted, error.hint)
        return
    for i, trace in enumerate(journey_map.examples.conforming):
        found = explain(journey_map.flow, trace)
        if found:
            got = f"a conforming example that deviates: {_listed(map(_reason, found))}"
            yield journey_map.problem(("examples", "conforming", i), got, "no deviation")
    for i, example in enumerate(journey_map.examples.deviating):
        yield from _deviating(journey_map, example, ("examples", "deviating", i))


def _deviating(journey_map: JourneyMap, example: Deviating, path: Path_) -> Iterator[Problem]:
    found = sorted(_reason(departure) for departure in explain(journey_map.flow, example.trace, example.finished))
    wanted = sorted((kind.value, _block(target)) for reason in example.because for kind, target in reason.items())
    if found != wanted:
        got = f"a deviating example with {_listed(found)}"
        yield journey_map.problem(path, got, _listed(wanted), "mend the flow or the example")


def _reason(departure: Departure) -> tuple[str, str]:
    return departure.kind.value, _block(departure.touchpoint or departure.block or "")


def _block(target: str) -> str:
    """A block's branches in one order, so that "b | a" is "a | b"."""
    return " | ".join(sorted(part.strip() for part in target.split("|")))


def _listed(reasons: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{kind}: {target}" for kind, target in reasons) or "no deviation"
