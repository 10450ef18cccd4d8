"""What no journey can do or nobody answers for: entries out of reach, goals at once, promises of what never comes."""

from __future__ import annotations

from collections.abc import Iterator

from models.map_lint.seen import warning
from schemas import flow_shape
from schemas.errors import Problem
from schemas.journey_map import JourneyMap
from schemas.map_file import did_you_mean


def flow(journey_map: JourneyMap) -> Iterator[Problem]:
    """Everything doubtful about how the flow and what is said of its touchpoints fit together."""
    yield from _unreachable(journey_map)
    yield from _goal_at_once(journey_map)
    yield from _promises(journey_map)
    yield from _owners(journey_map)


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
        yield warning(journey_map, 1, got, "an owner for each", "an owner of the whole map covers those without one")
