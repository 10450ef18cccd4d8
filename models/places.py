"""What the comparison needs of a map beside its language: designed places, and the blocks that touchpoints lie in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas import blocks
from schemas.flow_shape import before
from schemas.journey_map import JourneyMap

Ints = NDArray[np.int32]


class Layout(NamedTuple):
    """The tree of a flow as arrays over its letters (numba takes it as it is).

    Attributes:
        place: Designed place per letter; touchpoints that are only welcome anytime come last.
        designed_n: Places below are those of the flow's order.
        precedes: Per two letters, whether every designed run that has both has the first before the second.
        nearest: The innermost one_of or all_of around a letter, by number; -1 where there is none.
        inside: Per block and letter, whether the letter lies in the block.
        branch: Per block and letter, which branch of a one_of the letter lies in; -1 outside and for all_of.
    """

    place: Ints
    designed_n: int
    precedes: NDArray[np.bool_]
    nearest: Ints
    inside: NDArray[np.bool_]
    branch: Ints


@dataclass(frozen=True)
class BlockNames:
    """The blocks of a flow, by number (outer ones first): what a skipped one is called, its touchpoints, its kind."""

    labels: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    is_choice: tuple[bool, ...] = ()


def layout(flow: blocks.Flow, letters: tuple[str, ...]) -> tuple[Layout, BlockNames]:
    """Places and blocks of a flow.

    A touchpoint that stands at several places counts with the first.

    Args:
        flow: The map's flow.
        letters: The automaton's letters.
    """
    steps = tuple(dict.fromkeys(blocks.leaves(flow)))
    order = tuple(dict.fromkeys((*steps, *sorted(letters))))
    place = np.array([order.index(name) for name in letters], dtype=np.int32)
    found: list[blocks.OneOf | blocks.AllOf] = []
    nearest: dict[str, int] = {}
    for phase in flow.phases:
        for child in phase.children:
            _collect(child, -1, found, nearest)
    inside = np.zeros((len(found), len(letters)), dtype=np.bool_)
    branch = np.full((len(found), len(letters)), -1, dtype=np.int32)
    number = {name: i for i, name in enumerate(letters)}
    for row, block in enumerate(found):
        for i, child in enumerate(block.children):
            columns = [number[name] for name in blocks.leaves(child)]
            inside[row, columns] = True
            branch[row, columns] = i if isinstance(block, blocks.OneOf) else -1
    near = np.array([nearest.get(name, -1) for name in letters], dtype=np.int32)
    names = BlockNames(
        tuple(map(block_label, found)),
        tuple(blocks.leaves(block) for block in found),
        tuple(isinstance(block, blocks.OneOf) for block in found),
    )
    return Layout(place, len(steps), _precedes(flow, letters), near, inside, branch), names


def _precedes(flow: blocks.Flow, letters: tuple[str, ...]) -> NDArray[np.bool_]:
    number = {name: i for i, name in enumerate(letters)}
    pairs = before(flow)
    found = np.zeros((len(letters), len(letters)), dtype=np.bool_)
    for first, second in pairs:
        if (second, first) not in pairs:
            found[number[first], number[second]] = True
    return found


def _collect(block: blocks.Block, around: int, found: list[blocks.OneOf | blocks.AllOf], near: dict[str, int]) -> None:
    match block:
        case blocks.Touch(name):
            near.setdefault(name, around)
        case blocks.Optional(child) | blocks.Repeat(child):
            _collect(child, around, found, near)
        case blocks.Sequence(children):
            for child in children:
                _collect(child, around, found, near)
        case blocks.OneOf(children) | blocks.AllOf(children):
            found.append(block)
            here = len(found) - 1
            for child in children:
                _collect(child, here, found, near)


def block_label(block: blocks.OneOf | blocks.AllOf) -> str:
    """Branches as the map writes them, "a | b"; touchpoints of one branch with commas."""
    return " | ".join(", ".join(dict.fromkeys(blocks.leaves(child))) for child in block.children)


def target_title(plan: JourneyMap, target: str) -> str:
    """What a departure is charged to, for people: the map's titles, a block's as "A or B"; activities as they are."""
    known = set(plan.names)
    if target in known:
        return plan.title_of(target)
    branches = [branch.split(", ") for branch in target.split(" | ")]
    if known.isdisjoint(name for branch in branches for name in branch):
        return target  # an activity may have a comma or a bar in its name
    return " or ".join(
        " and ".join(plan.title_of(name) if name in known else name for name in branch) for branch in branches
    )
