"""Rules that overlap, can never match, or match nothing that was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from models import globs
from models.map_lint.seen import Seen, warning
from schemas.errors import Problem
from schemas.journey_map import JourneyMap
from schemas.map_file import did_you_mean
from schemas.map_parts import RULE_COLUMNS

Rule = Mapping[str, tuple[str, ...]]
_ANY = ("*",)
_OCCURS = "an attribute that occurs"


def rules(journey_map: JourneyMap, seen: Seen) -> Iterator[Problem]:
    """Everything doubtful about the rules of a map."""
    yield from _overlaps(journey_map)
    yield from _never_matching(journey_map, seen.activities)
    yield from _unknown_attributes(journey_map, seen.attributes)
    yield from _unknown_ids(journey_map, seen.id_types)


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


def _overlaps(journey_map: JourneyMap) -> Iterator[Problem]:
    """Two rules of different touchpoints that one event can match, unless the narrower one is tried first.

    A narrow rule before a wide one is how exceptions are written; the other way round the narrow one never matches.
    """
    for first, second in combinations(_placed(journey_map), 2):
        if first.name == second.name or not _can_both_match(first.rule, second.rule):
            continue
        if _covers(first.rule, second.rule):
            got = f'a rule of "{second.name}" that never matches: "{first.name}" in line {first.line} takes all of it'
            yield warning(journey_map, second.line, got, "a rule that can match", f'put "{second.name}" first')
        elif not _covers(second.rule, first.rule):
            got = f'a rule of "{second.name}" that matches events which "{first.name}" in line {first.line} takes'
            yield warning(journey_map, second.line, got, "rules that do not overlap", "add a condition to one of them")


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
        if can_match(placed.rule, pairs):
            continue
        sources, activities = placed.rule.get("source", _ANY), placed.rule.get("activity", _ANY)
        got = f'a rule of "{placed.name}" that no event has matched ({_said(placed.rule)})'
        hint = _nearest(sources, activities, pairs)
        yield warning(journey_map, placed.line, got, "a source and an activity that occur", hint)


def can_match(rule: Rule, seen: Iterable[tuple[str, str]]) -> bool:
    """Whether any source and activity that was seen fits a rule."""
    sources, activities = rule.get("source", _ANY), rule.get("activity", _ANY)
    return any(_any(sources, source) and _any(activities, activity) for source, activity in seen)


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
            yield warning(journey_map, line, got, _OCCURS, did_you_mean(segment.attribute, sorted(known), "attributes"))
    for placed in _placed(journey_map):
        for key in placed.rule:
            if key not in known and key not in RULE_COLUMNS:
                got = f'a rule of "{placed.name}" by the attribute "{key}", which no event has'
                hint = did_you_mean(key, (*RULE_COLUMNS, *sorted(known)), "attributes")
                yield warning(journey_map, placed.line, got, _OCCURS, hint)


def _unknown_ids(journey_map: JourneyMap, known: frozenset[str] | None) -> Iterator[Problem]:
    """Journeys of what no id names: there are none."""
    per = journey_map.journey_is.per
    if known is None or per in {"person", *known}:
        return
    line = journey_map.problem(("journey_is", "per"), "", "").line
    hint = did_you_mean(per, ("person", *sorted(known)), "known")
    yield warning(
        journey_map, line, f'per: "{per}", a type of id that nobody has', "person, or a type that occurs", hint
    )
