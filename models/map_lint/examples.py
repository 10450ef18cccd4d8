"""The map's own tests: traces that conform, and traces that deviate for the reasons they give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.deviations import Departure, explain
from schemas.errors import Problem
from schemas.journey_map import JourneyMap
from schemas.map_file import Path_
from schemas.map_parts import Deviating


def examples(journey_map: JourneyMap) -> Iterator[Problem]:
    """Examples that do not hold; the flow can be followed."""
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
