"""What is doubtful about a map that can be read: rules that overlap or never match, promises and examples that fail."""

from __future__ import annotations

from datetime import datetime

from models.automaton import compile_flow
from models.map_lint.constraints import constraints
from models.map_lint.dates import dates
from models.map_lint.examples import examples
from models.map_lint.experience import experience
from models.map_lint.flow import flow
from models.map_lint.rules import rules
from models.map_lint.seen import Seen
from models.map_lint.touches import touches
from schemas.errors import MapError, Problem
from schemas.journey_map import JourneyMap

__all__ = ["Seen", "lint"]


def lint(journey_map: JourneyMap, seen: Seen | None, now: datetime) -> tuple[Problem, ...]:
    """Everything doubtful about a map, in the order of its lines.

    Args:
        journey_map: A map that was read.
        seen: What the published events have; None: nothing is known of them.
        now: The instant at which it is looked at.

    Returns:
        Errors (an example does not hold, a promise cannot be kept, the flow is too large) and warnings.
    """
    known = seen or Seen()
    found = [
        *rules(journey_map, known),
        *flow(journey_map),
        *dates(journey_map, now),
        *touches(journey_map, known),
        *experience(journey_map, known),
        *_of_the_automaton(journey_map),
    ]
    return tuple(sorted(set(found), key=lambda problem: (problem.file, problem.line, problem)))


def _of_the_automaton(journey_map: JourneyMap) -> tuple[Problem, ...]:
    """What is seen by following the flow; one that is too large to follow is the only problem then."""
    try:
        automaton = compile_flow(journey_map.flow)
    except MapError as error:
        return (journey_map.problem(("flow",), error.got, error.wanted, error.hint),)
    return (*examples(journey_map), *constraints(journey_map, automaton))
