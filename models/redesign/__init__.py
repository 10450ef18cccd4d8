"""Changes to a map that would make a departure part of the design: candidates, for a back-test to choose from.

Every change widens what the map allows, so no journey that fits the map stops fitting it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.places import block_label, target_title
from models.redesign.edits import any_order, inserted, loosened, rewritten, welcome, with_both, with_lists_edited
from models.redesign.lines import changed_phases, described, named
from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Touch, leaves
from schemas.flow_shape import can_be_skipped
from schemas.journey_map import JourneyMap
from schemas.words import DeviationKind


@dataclass(frozen=True)
class Redesign:
    """One way to change a map.

    Attributes:
        said: The change in words.
        flow: The flow after it.
        lines: What of the map's file changes, by its keys.
        name: What the map calls an activity that it did not know; None: it knows all of them.
    """

    said: str
    flow: Flow
    lines: Mapping[str, object]
    name: str | None = None


@dataclass(frozen=True)
class Seen:
    """What the journeys with the deviation show.

    Attributes:
        places: Touchpoints at which it becomes known, the commonest first.
        channels: Channels in which it came, the commonest first.
    """

    places: Sequence[str] = ()
    channels: Sequence[str] = ()


def redesigns(plan: JourneyMap, signal: str, target: str, seen: Seen) -> tuple[Redesign, ...]:
    """Ways to change a map so that it allows a deviation; none where a map cannot say such a thing.

    Args:
        plan: The map.
        signal: The deviation kind.
        target: What it is charged to: touchpoint, label of a block, or activity off the map.
        seen: What the journeys show.
    """
    make = _MAKERS.get(signal)
    return tuple(make(plan, target, seen)) if make else ()


def no_change(signal: str) -> str:
    """Why no change to the map can be proposed for a signal."""
    return _REASONS.get(signal, _OTHER)


def _missing(plan: JourneyMap, target: str, _: Seen) -> Iterator[Redesign]:
    def wrap(block: Block) -> Block | None:
        inner = block.child if isinstance(block, Repeat) else block
        is_it = inner == Touch(target) or (isinstance(inner, (OneOf, AllOf)) and block_label(inner) == target)
        return Optional(block) if is_it else None

    if target not in plan.goals:
        yield from _made(plan, f"Let journeys pass by {_quoted(plan, target)}", [rewritten(plan.flow, wrap)])


def _ad_hoc(plan: JourneyMap, target: str, seen: Seen) -> Iterator[Redesign]:
    name, entry = named(plan, target)
    title = _quoted(plan, target)
    more = {"touchpoints": {name: entry}} if entry else {}
    moved = " (it moves from off_map to touchpoints)" if target in plan.off_map else ""
    for place in seen.places[:3]:
        after = tuple(with_lists_edited(plan.flow, inserted(place, name)))
        yield from _made(plan, f"Offer {title} after {_quoted(plan, place)}{moved}", after, more, name)
    for phase in dict.fromkeys(plan.phase_of(place) for place in seen.places[:3]):
        flow = welcome(plan.flow, phase, name)
        yield from _made(plan, f"Welcome {title} anytime in the phase {phase}{moved}", [flow], more, name)


def _repeated(plan: JourneyMap, target: str, seen: Seen) -> Iterator[Redesign]:
    def wrap(block: Block) -> Block | None:
        inner = block.child if isinstance(block, Repeat) else block
        return Repeat(inner) if inner == Touch(target) else None

    title = _quoted(plan, target)
    yield from _made(plan, f"Let journeys go through {title} as often as they like", [rewritten(plan.flow, wrap)])
    for place in seen.places[:3]:
        if place != target:
            after = tuple(with_lists_edited(plan.flow, inserted(place, target)))
            yield from _made(plan, f"Let {title} come again after {_quoted(plan, place)}", after)


def _out_of_order(plan: JourneyMap, target: str, _: Seen) -> Iterator[Redesign]:
    for flow in with_lists_edited(plan.flow, any_order(target)):
        names = [name for name in loosened(plan.flow, flow) if name != target]
        others = " and ".join(_quoted(plan, name) for name in names)
        yield from _made(plan, f"Let {_quoted(plan, target)} and {others} come in any order", [flow])


def _branch_conflict(plan: JourneyMap, target: str, _: Seen) -> Iterator[Redesign]:
    for other in leaves(plan.flow):
        if other != target:
            flow = rewritten(plan.flow, lambda block, other=other: with_both(block, target, other))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
            said = f"Let journeys take {_quoted(plan, target)} beside {_quoted(plan, other)}"
            yield from _made(plan, said, [flow])


def _wrong_entry(plan: JourneyMap, target: str, _: Seen) -> Iterator[Redesign]:
    phases: list[Phase] = []
    is_before = True
    for phase in plan.flow.phases:
        children: list[Block] = []
        for child in phase.children:
            is_before = is_before and target not in leaves(child)
            children.append(Optional(child) if is_before and not can_be_skipped(child) else child)
        phases.append(Phase(phase.name, tuple(children), phase.anytime))
    opens = {"journey_is": {"opens_with": [*plan.openings, target]}}
    title = _quoted(plan, target)
    said = f"Let journeys begin with {title} (they are cut anew then: try it with `terreng map backtest`)"
    yield from _made(plan, said, [Flow(tuple(phases), plan.flow.anytime)], opens)


def _wrong_channel(plan: JourneyMap, target: str, seen: Seen) -> Iterator[Redesign]:
    entry = plan.entry(target)
    if seen.channels and entry is not None and target in plan.touchpoints:
        channel = seen.channels[0]
        tree = described(plan, "touchpoints", target)
        lines: dict[str, object] = {
            "touchpoints": {target: tree | {"channels": [*plan.touchpoints[target].channels, channel]}}
        }
        if plan.channels and channel not in plan.channels:
            lines = {"channels": {**plan.channels, channel: channel.capitalize()}, **lines}
        yield Redesign(f"Offer {_quoted(plan, target)} by {plan.channels.get(channel, channel)}, too", plan.flow, lines)


def _wrong_initiator(plan: JourneyMap, target: str, _: Seen) -> Iterator[Redesign]:
    if target in plan.touchpoints:
        tree = described(plan, "touchpoints", target)
        left = {key: value for key, value in tree.items() if key != "initiator"}
        said = f"Leave open who begins {_quoted(plan, target)} (the line `initiator` goes)"
        yield Redesign(said, plan.flow, {"touchpoints": {target: left}})


_MAKERS: Mapping[str, Callable[[JourneyMap, str, Seen], Iterator[Redesign]]] = {
    DeviationKind.MISSING: _missing,
    DeviationKind.AD_HOC: _ad_hoc,
    DeviationKind.REPEATED: _repeated,
    DeviationKind.OUT_OF_ORDER: _out_of_order,
    DeviationKind.BRANCH_CONFLICT: _branch_conflict,
    DeviationKind.WRONG_ENTRY: _wrong_entry,
    DeviationKind.WRONG_CHANNEL: _wrong_channel,
    DeviationKind.WRONG_INITIATOR: _wrong_initiator,
}
_REASONS: Mapping[str, str] = {
    DeviationKind.FAILED: "a map does not design failures: look at what those who met one do next",
    DeviationKind.LATE: "a map does not design broken promises: see whether the promise is shorter than customers need",
}
_OTHER = "it is no way through the map, so no line of the map would allow it: read some of these journeys"


def _made(
    plan: JourneyMap,
    said: str,
    flows: Sequence[Flow],
    more: Mapping[str, object] | None = None,
    name: str | None = None,
) -> Iterator[Redesign]:
    """The changes that change anything, with their lines."""
    for flow in flows:
        if flow != plan.flow:
            yield Redesign(said, flow, {**(more or {}), "flow": changed_phases(plan, flow)}, name)


def _quoted(plan: JourneyMap, target: str) -> str:
    return f"“{target_title(plan, target)}”"
