"""Questions whose answers nobody gives: an attribute that no event has, rules that no event fits."""

from __future__ import annotations

from collections.abc import Iterator

from models.map_lint.rules import can_match
from models.map_lint.seen import Seen
from schemas.errors import Problem
from schemas.journey_map import JourneyMap
from schemas.map_file import did_you_mean
from schemas.map_parts import RULE_COLUMNS, Rules


def experience(journey_map: JourneyMap, seen: Seen) -> Iterator[Problem]:
    """Everything doubtful about the questions of a map."""
    for i, question in enumerate(journey_map.experience):
        if seen.attributes is not None and question.attribute not in seen.attributes:
            path = ("experience", i, "score" if question.score else "measure")
            got = f'answers in the attribute "{question.attribute}", which no event has'
            hint = did_you_mean(question.attribute, sorted(seen.attributes), "attributes")
            yield journey_map.problem(path, got, "an attribute that occurs", hint, "warning")
        yield from _rules(journey_map, ("experience", i, "when"), question.when, seen)
        yield from _rules(journey_map, ("experience", i, "asked"), question.asked, seen)


def _rules(journey_map: JourneyMap, path: tuple[str | int, ...], rules: Rules, seen: Seen) -> Iterator[Problem]:
    for i, rule in enumerate(rules):
        if seen.activities and not can_match(rule, seen.activities):
            got = f"a rule under {path[-1]} that no event has matched"
            yield journey_map.problem((*path, i), got, "a source and an activity that occur", "", "warning")
        known = None if seen.attributes is None else (*RULE_COLUMNS, *sorted(seen.attributes))
        for key in rule:
            if known is not None and key not in known:
                got = f'a rule under {path[-1]} by the attribute "{key}", which no event has'
                hint = did_you_mean(key, known, "attributes")
                yield journey_map.problem((*path, i, key), got, "an attribute that occurs", hint, "warning")
