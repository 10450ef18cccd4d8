"""What journeys may do now and might not before, and the other way round."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from itertools import combinations

import numpy as np

from models.automaton import Automaton, compile_flow
from models.map_diff.change import Change, Pair
from schemas import flow_shape
from schemas.blocks import Block, Flow, OneOf, Optional, Phase, Repeat, Touch, leaves
from schemas.errors import MapError

_OFTEN = 10**6  # without limit

Pairs = Set[tuple[str, str]]


def flow_changes(pair: Pair) -> Iterator[Change]:
    """What is allowed or no longer allowed in words, and a journey for each way that shows it."""
    before = renamed(pair.older.flow, pair.now)
    try:
        old, new = compile_flow(before), compile_flow(pair.newer.flow)
    except MapError as error:
        said = f"what the flows allow cannot be compared: {error.got}"
        yield Change("flow", "changed", "flow", said)
        return
    if is_same(old, new):
        return
    yield from _rules(pair, before)
    common = set(old.letters) & set(new.letters)
    for kind, one, other in (("allowed", new, old), ("forbidden", old, new)):
        trace = only_in(one, other, common) or only_in(one, other, set(one.letters))
        if trace is not None and kind == "allowed":
            yield Change("flow", "allowed", "flow", "now a journey as designed, and not before", example=trace)
        elif trace is not None:
            yield Change("flow", "forbidden", "flow", "no longer a journey as designed", example=trace)


def renamed(flow: Flow, now: Callable[[str], str]) -> Flow:
    """A flow with its touchpoints under other names."""

    def block(part: Block) -> Block:
        match part:
            case Touch(name):
                return Touch(now(name))
            case Optional(child) | Repeat(child):
                return replace(part, child=block(child))
            case _:
                return replace(part, children=tuple(map(block, part.children)))

    phases = (
        Phase(phase.name, tuple(map(block, phase.children)), tuple(map(now, phase.anytime))) for phase in flow.phases
    )
    return Flow(tuple(phases), tuple(map(now, flow.anytime)))


def is_same(one: Automaton, other: Automaton) -> bool:
    """Whether two automata allow the same journeys: they are minimal, and numbered alike."""
    return one.letters == other.letters and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("source", "letter", "target", "accepting")
    )


def only_in(one: Automaton, other: Automaton, letters: Set[str]) -> tuple[str, ...] | None:
    """The shortest journey of these touchpoints that one automaton allows and the other does not; None: there is none.

    Of several the first by name, so that the same maps give the same example.
    """
    steps, others = _steps(one), _steps(other)
    start: tuple[int, int | None] = (0, 0)
    came: dict[tuple[int, int | None], tuple[tuple[int, int | None], str] | None] = {start: None}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        state, beside = here
        if one.accepting[state] and (beside is None or not other.accepting[beside]):
            return _path(came, here)
        for name, target in steps.get(state, {}).items():
            there = (target, None if beside is None else others.get(beside, {}).get(name))
            if name in letters and there not in came:
                came[there] = (here, name)
                queue.append(there)
    return None


def _steps(automaton: Automaton) -> dict[int, dict[str, int]]:
    steps: dict[int, dict[str, int]] = {}
    for source, letter, target in zip(
        automaton.source.tolist(), automaton.letter.tolist(), automaton.target.tolist(), strict=True
    ):
        steps.setdefault(source, {})[automaton.letters[letter]] = target
    return steps


def _path(
    came: dict[tuple[int, int | None], tuple[tuple[int, int | None], str] | None], end: tuple[int, int | None]
) -> tuple[str, ...]:
    names: list[str] = []
    step = came[end]
    while step is not None:
        here, name = step
        names.append(name)
        step = came[here]
    return tuple(reversed(names))


# --- in words ------------------------------------------------------------------------------------------------------


def _rules(pair: Pair, before: Flow) -> Iterator[Change]:
    """What changed for steps that both flows have: must or may, how often, in which order, one or the other."""
    after = pair.newer.flow
    steps = [name for name in dict.fromkeys(leaves(after)) if name in leaves(before)]
    yield from _needed(pair, before, steps)
    yield from _often(pair, before, steps)
    was, is_ = flow_shape.before(before), flow_shape.before(after)
    for one, other in combinations(steps, 2):
        change = _together(pair, one, other, _way(was, one, other), _way(is_, one, other))
        if change is not None:
            yield change


def _needed(pair: Pair, before: Flow, steps: list[str]) -> Iterator[Change]:
    was, is_ = flow_shape.mandatory(before), flow_shape.mandatory(pair.newer.flow)
    for name in steps:
        if (name in was) != (name in is_):
            kind, said = ("allowed", "may be left out") if name in was else ("forbidden", "may no longer be left out")
            words = ("must be there", "may be left out")
            told = words if name in was else words[::-1]
            yield Change(
                "flow", "allowed" if kind == "allowed" else "forbidden", name, f"{pair.label(name)} {said}", *told
            )


def _often(pair: Pair, before: Flow, steps: list[str]) -> Iterator[Change]:
    for name in steps:
        was, is_ = _most(before, name), _most(pair.newer.flow, name)
        if was != is_:
            said = f"{pair.label(name)} may come {_times(is_)} (before: {_times(was)})"
            yield Change("flow", "allowed" if is_ > was else "forbidden", name, said, _times(was), _times(is_))


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, "any number of times" if n >= _OFTEN else f"up to {n} times")


def _most(block: Block | Phase | Flow, name: str) -> int:
    """How often a touchpoint may come in one run; `_OFTEN` where there is no limit."""
    if isinstance(block, Phase | Flow) and name in block.anytime:
        return _OFTEN
    match block:
        case Touch(other):
            return int(name == other)
        case Optional(child):
            return _most(child, name)
        case Repeat(child, at_most):
            return min(_OFTEN, _most(child, name) * (at_most or _OFTEN))
        case OneOf(children):
            return max(_most(child, name) for child in children)
        case _:
            parts = block.phases if isinstance(block, Flow) else block.children
            return min(_OFTEN, sum(_most(part, name) for part in parts))


def _way(follows: Pairs, one: str, other: str) -> tuple[bool, bool]:
    """Whether a flow has the other after the one, and the one after the other."""
    return (one, other) in follows, (other, one) in follows


def _together(pair: Pair, one: str, other: str, was: tuple[bool, bool], is_: tuple[bool, bool]) -> Change | None:
    """What became of the order of two steps, where it is no matter of a step that moved."""
    either, never = (True, True), (False, False)
    names, first = f"{pair.label(one)} and {pair.label(other)}", pair.label(one if is_[0] else other)
    if was == is_ or not {never, either} & {was, is_}:
        return None
    if is_ == never:
        return Change("flow", "forbidden", one, f"{names} no longer come in one journey", _said(was), _said(is_))
    if was == never:
        return Change("flow", "allowed", one, f"{names} may come in one journey", _said(was), _said(is_))
    if is_ == either:
        return Change("flow", "allowed", one, f"{names} may come in any order", _said(was), _said(is_))
    return Change("flow", "forbidden", one, f"of {names} {first} comes first now", _said(was), _said(is_))


def _said(way: tuple[bool, bool]) -> str:
    return {
        (True, True): "in any order",
        (True, False): "in this order",
        (False, True): "in the other order",
    }.get(way, "never together")
