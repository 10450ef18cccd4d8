"""What is wrong with the behaviour of a net: where it stops, doubles, goes on beyond its end, or never goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.net import Net
from models.net_trees import SINK, SOURCE, Step, steps_of


@dataclass(frozen=True)
class Fault:
    """What is wrong with a net's behaviour.

    Attributes:
        kind: "stops" (it waits for what never comes), "twice" (two tokens in one place), "goes on" (it ends while
            something still runs), "endless" (no way leads to the end), "never" (transitions that cannot fire).
        transitions: Those that wait, are reached twice, still run, or never fire.
    """

    kind: str
    transitions: tuple[str, ...]


_Tokens = frozenset[str]


def fault_of(net: Net, most: int = 20_000) -> Fault | None:
    """Why a net whose places hold one token at most is not sound; None where it is sound.

    Args:
        net: The net.
        most: Markings that are looked at; a net with more is taken as sound.
    """
    steps = [step for step in steps_of(net) if step.name not in (SOURCE, SINK)]
    start, end = (frozenset(place for place, _ in marking) for marking in (net.initial, net.final))
    before: dict[_Tokens, list[_Tokens]] = {start: []}
    queue, fired = [start], set[str]()
    for marking in queue:
        enabled = [step for step in steps if step.pre <= marking]
        fault = _fault_at(marking, end, enabled, steps)
        if fault or len(before) > most:
            return fault
        for step in enabled:
            fired.add(step.name)
            after = marking - step.pre | step.post
            if after not in before:
                queue.append(after)
            before.setdefault(after, []).append(marking)
    never = tuple(step.name for step in steps if step.name not in fired)
    return _endless(before, end, queue, steps) or (Fault("never", never) if never else None)


def _fault_at(marking: _Tokens, end: _Tokens, enabled: list[Step], steps: list[Step]) -> Fault | None:
    if marking != end and end <= marking:
        return Fault("goes on", _emptying(steps, marking - end))
    if not enabled and marking != end:
        return Fault("stops", _emptying(steps, marking))
    for step in enabled:
        twice = step.post & (marking - step.pre)
        if twice:
            return Fault("twice", _emptying(steps, twice))
    return None


def _endless(
    before: Mapping[_Tokens, list[_Tokens]], end: _Tokens, markings: list[_Tokens], steps: list[Step]
) -> Fault | None:
    """The first marking from which no way leads to the end."""
    ending, queue = {end}, [end]
    for marking in queue:
        new = set(before.get(marking, ())) - ending
        ending |= new
        queue.extend(new)
    lost = next((marking for marking in markings if marking not in ending), None)
    return Fault("endless", _emptying(steps, lost)) if lost is not None else None


def _emptying(steps: Iterable[Step], places: _Tokens) -> tuple[str, ...]:
    return tuple(step.name for step in steps if step.pre & places)
