"""Constraints that say a thing twice, or that cannot hold together, in the channels of the map, or along the flow."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import combinations

from models.automaton import Automaton
from schemas.errors import Problem
from schemas.journey_map import JourneyMap
from schemas.map_constraints import Constraint
from schemas.words import ConstraintKind

_CAN_BE_KEPT = "a constraint that can be kept"


def constraints(journey_map: JourneyMap, automaton: Automaton) -> Iterator[Problem]:
    """Everything doubtful about the constraints of a map, of whose flow `automaton` is."""
    yield from _in_pairs(journey_map)
    for i, rule in enumerate(journey_map.constraints):
        path = ("constraints", i)
        if rule.is_same_channel and not _have_a_channel_in_common(journey_map, rule):
            got = f'"{rule.first}" and "{rule.second}", which have no channel in common'
            yield journey_map.problem(path, got, _CAN_BE_KEPT, "see their channels", "warning")
        if not _some_run_keeps(rule, automaton):
            got = f"a constraint that every run of the flow breaks: {rule.said}"
            yield journey_map.problem(path, got, _CAN_BE_KEPT, "mend the flow or the constraint", "warning")


def _in_pairs(journey_map: JourneyMap) -> Iterator[Problem]:
    for (_, one), (i, other) in combinations(enumerate(journey_map.constraints), 2):
        path = ("constraints", i)
        if (one.kind, one.names) == (other.kind, other.names):
            got = f'"{other.constraint_id}", which is about the same as "{one.constraint_id}"'
            yield journey_map.problem(path, got, "one constraint for one thing", "keep the stricter one", "warning")
        elif _contradict(one, other) or _contradict(other, one):
            got = f'"{other.constraint_id}", which contradicts "{one.constraint_id}"'
            yield journey_map.problem(path, got, "constraints that can be kept together", "", "warning")


def _contradict(one: Constraint, other: Constraint) -> bool:
    """Whether `one`, a response, can never be kept where `other` is, once its first touchpoint is touched."""
    if one.kind is not ConstraintKind.RESPONSE:
        return False
    if other.kind is ConstraintKind.NOT_AFTER:
        return one.names == other.names
    return other.kind is ConstraintKind.RESPONSE and one.names == other.names[::-1]


def _have_a_channel_in_common(journey_map: JourneyMap, rule: Constraint) -> bool:
    """Whether the map allows both touchpoints one channel; one without channels may be in any."""
    entries = [journey_map.touchpoints.get(name) or journey_map.off_map.get(name) for name in rule.names]
    first, second = (set(entry.channels) if entry else set() for entry in entries)
    return not first or not second or bool(first & second)


def _some_run_keeps(rule: Constraint, automaton: Automaton) -> bool:
    """Whether the flow has a run that keeps the rule, or none that comes to its touchpoints."""
    if rule.kind is ConstraintKind.SAME_CHANNEL:
        return True
    edges: dict[int, list[tuple[str, int]]] = {}
    for source, letter, target in zip(
        automaton.source.tolist(), automaton.letter.tolist(), automaton.target.tolist(), strict=True
    ):
        edges.setdefault(source, []).append((automaton.letters[letter], target))
    start = (0, 0)
    queue, found = deque([start]), {start}
    while queue:
        state, memory = queue.popleft()
        if automaton.accepting[state] and not (rule.kind is ConstraintKind.RESPONSE and memory):
            return True
        for name, target in edges.get(state, ()):
            after = _after(rule, memory, name)
            if after is not None and (target, after) not in found:
                found.add((target, after))
                queue.append((target, after))
    return False


def _after(rule: Constraint, memory: int, name: str) -> int | None:
    """What a rule remembers after a touchpoint: how often, or whether its first was there; None: it is broken."""
    if rule.kind is ConstraintKind.AT_MOST:
        count = memory + (name == rule.first)
        return None if count > (rule.at_most or 0) else count
    if name == rule.first:
        return 1
    if name != rule.second or not memory:
        return memory
    return None if rule.kind is ConstraintKind.NOT_AFTER else 0
