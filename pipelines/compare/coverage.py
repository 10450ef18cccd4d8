"""What of the customers' events and time the maps know, and which designed touchpoints nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.calendar import DAY_US
from models.rules import code_expression
from pipelines.engine import Engine
from pipelines.study import FOREVER_US, Study, micros
from schemas.words import Observability

GHOST_DAYS = 90
"""A quarter without a single event: longer than campaigns and holidays last."""


def fill_coverage(engine: Engine, study: Study, others: Sequence[Study]) -> None:
    """Fill `touchpoints`, ghosts marked, and `coverage` for one version of a map.

    Args:
        engine: The warehouse; it uses the study's schema, in which `hourly_events` is.
        study: The version in force.
        others: The versions in force of the workspace's other maps.
    """
    ghosts: dict[str, str | int] = {
        "ghost_from_us": study.as_of_us - GHOST_DAYS * DAY_US,
        "is_blind": study.is_one_of(_blind_now(study), "map_names.code"),
    }
    engine.append("marts/touchpoints", {**study.values, **ghosts})
    known = " or ".join(f"({code_expression(other.plan)}) is not null" for other in others)
    engine.create("staging/known_elsewhere", {"is_known_elsewhere": known or "false"})
    engine.hold("staging/dark_steps")
    engine.append("marts/coverage", study.values)
    engine.drop("dark_steps", "known_elsewhere")


def _blind_now(study: Study) -> Iterator[str]:
    """Touchpoints of which the map says that nothing can be seen at the snapshot."""
    for name in study.plan.names[: study.exits_from]:
        touchpoint = study.plan.touchpoints.get(name)
        for span in touchpoint.observability if touchpoint else ():
            starts = micros(span.from_) if span.from_ else -FOREVER_US
            ends = micros(span.until) if span.until else FOREVER_US
            if span.is_ == Observability.BLIND and starts <= study.as_of_us < ends:
                yield name
                break
