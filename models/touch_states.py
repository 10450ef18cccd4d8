"""What a journey is at each touchpoint of the flow: done, skipped, or still before it; and whether a skip is by design.

Works on whole arrays, one row per variant and one column per touchpoint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch, leaves
from schemas.flow_shape import before, can_be_skipped

Flags = NDArray[np.bool_]


class Excuse(NamedTuple):
    """Why a touchpoint may be passed by: one of `touched` was touched, or none of `untouched` was.

    One of the two is empty, and then says nothing.
    """

    touched: tuple[int, ...] = ()
    untouched: tuple[int, ...] = ()


@dataclass(frozen=True)
class Design:
    """A flow as far as skipping goes.

    Attributes:
        passes: Per two touchpoints, whether whoever touched the first can no longer come to the second by design: it
            lies behind, or on the other branch of a choice.
        excuses: Per touchpoint, for each place in the flow where it stands, what excuses passing it by there.
    """

    passes: Flags
    excuses: tuple[tuple[tuple[Excuse, ...], ...], ...]


def design_of(flow: Flow, names: tuple[str, ...]) -> Design:
    """What a flow says of skipping.

    Args:
        flow: The map's flow.
        names: Its touchpoints, in the order of the columns.
    """
    number = {name: i for i, name in enumerate(names)}
    passes = ~np.eye(len(names), dtype=np.bool_)
    for first, second in before(_with_anytime(flow)):
        if first in number and second in number:
            passes[number[first], number[second]] = False
    places: dict[str, list[tuple[Excuse, ...]]] = defaultdict(list)
    for phase in flow.phases:
        for child in phase.children:
            for name, excuses in _places(child, (), number):
                places[name].append(excuses)
    return Design(passes, tuple(tuple(places[name]) for name in names))


def passed_by(design: Design, touched: Flags, is_converted: Flags, missing: Flags) -> Flags:
    """Touchpoints that were skipped: not touched, and the journey is past them.

    Args:
        design: The flow.
        touched: Per variant and touchpoint, whether it was touched, in its place or not.
        is_converted: Per variant, whether its journeys reached the goal: nothing lies ahead of them.
        missing: Per variant and touchpoint, whether the comparison has charged it, or a block around it, as missing.
    """
    behind = (touched.astype(np.float32) @ design.passes.astype(np.float32)) > 0
    found: Flags = ~touched & (behind | is_converted[:, None] | missing)
    return found


def by_design(design: Design, touched: Flags) -> Flags:
    """Per variant and touchpoint, whether the flow lets these journeys pass it by, at each place where it stands."""
    found = np.zeros_like(touched)
    for column, places in enumerate(design.excuses):
        excused = [np.any([_holds(excuse, touched) for excuse in excuses], axis=0) for excuses in places if excuses]
        if places and len(excused) == len(places):
            found[:, column] = np.all(excused, axis=0)
    return found


def _holds(excuse: Excuse, touched: Flags) -> Flags:
    if excuse.touched:
        return np.asarray(touched[:, excuse.touched].any(axis=1), dtype=np.bool_)
    return np.asarray(~touched[:, excuse.untouched].any(axis=1), dtype=np.bool_)


def _places(
    block: Block, around: tuple[Excuse, ...], number: dict[str, int]
) -> Iterator[tuple[str, tuple[Excuse, ...]]]:
    """Every leaf below a block with what excuses passing it by."""
    match block:
        case Touch(name):
            yield name, around
        case Optional(child):
            yield from _places(child, (*around, Excuse(untouched=_columns(child, number))), number)
        case Repeat(child):
            yield from _places(child, around, number)
        case OneOf(children):
            for i, child in enumerate(children):
                others = children[:i] + children[i + 1 :]
                yield from _places(child, (*around, *_of_choice(child, others, number)), number)
        case Sequence(children) | AllOf(children):
            for child in children:
                yield from _places(child, around, number)


def _of_choice(child: Block, others: tuple[Block, ...], number: dict[str, int]) -> Iterator[Excuse]:
    """A branch may be passed by when another was taken, or when another may be passed by and nothing was taken."""
    mine = _columns(child, number)
    elsewhere = tuple(column for other in others for column in _columns(other, number) if column not in mine)
    if elsewhere:
        yield Excuse(touched=elsewhere)
    if any(map(can_be_skipped, others)):
        yield Excuse(untouched=mine)


def _columns(block: Block, number: dict[str, int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number[name] for name in leaves(block)))


def _with_anytime(flow: Flow) -> Block:
    """The flow with what is welcome anytime as repeated choices beside its steps."""
    phases = tuple(_beside(Sequence(phase.children), phase) for phase in flow.phases)
    return _beside(Sequence(phases), flow)


def _beside(steps: Block, around: Phase | Flow) -> Block:
    if not around.anytime:
        return steps
    return AllOf((steps, Optional(Repeat(OneOf(tuple(map(Touch, around.anytime)))))))
