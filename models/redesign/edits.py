"""Edits of a flow's blocks, each of which widens what the flow allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Touch, leaves
from schemas.blocks import Sequence as InOrder

Blocks = tuple[Block, ...]
Edit = Callable[[Blocks], Iterator[Blocks]]
"""Every way to edit one list of steps."""


def rewritten(flow: Flow, change: Callable[[Block], Block | None]) -> Flow:
    """The flow with every outermost block changed that `change` gives another one for."""

    def inside(block: Block) -> Block:
        changed = change(block)
        if changed is not None:
            return changed
        match block:
            case Touch():
                return block
            case Optional(child):
                return Optional(inside(child))
            case Repeat(child, at_most):
                return Repeat(inside(child), at_most)
            case _:
                return type(block)(tuple(map(inside, block.children)))

    phases = (Phase(each.name, tuple(map(inside, each.children)), each.anytime) for each in flow.phases)
    return Flow(tuple(phases), flow.anytime)


def with_lists_edited(flow: Flow, edit: Edit) -> Iterator[Flow]:
    """The flow with one of its lists of steps edited, in every way."""
    for at, phase in enumerate(flow.phases):
        for children in _edited(phase.children, edit):
            edited = Phase(phase.name, children, phase.anytime)
            yield Flow((*flow.phases[:at], edited, *flow.phases[at + 1 :]), flow.anytime)


def _edited(children: Blocks, edit: Edit) -> Iterator[Blocks]:
    yield from edit(children)
    for at, child in enumerate(children):
        for made in _edited_inside(child, edit):
            yield (*children[:at], made, *children[at + 1 :])


def _edited_inside(block: Block, edit: Edit) -> Iterator[Block]:
    match block:
        case Touch():
            return
        case Optional(child):
            yield from map(Optional, _edited_inside(child, edit))
        case Repeat(child, at_most):
            yield from (Repeat(made, at_most) for made in _edited_inside(child, edit))
        case InOrder(children):
            yield from map(InOrder, _edited(children, edit))
        case OneOf(children) | AllOf(children):
            for at, child in enumerate(children):
                for made in _edited_inside(child, edit):
                    yield type(block)((*children[:at], made, *children[at + 1 :]))


def inserted(place: str, name: str) -> Edit:
    """Puts an optional touchpoint behind the step that has a place."""

    def edit(children: Blocks) -> Iterator[Blocks]:
        for at, child in enumerate(children):
            if place in leaves(child):
                yield (*children[: at + 1], Optional(Touch(name)), *children[at + 1 :])

    return edit


def any_order(name: str) -> Edit:
    """Puts the step that has a name, and one or two beside it, in any order."""

    def edit(children: Blocks) -> Iterator[Blocks]:
        for at, child in enumerate(children):
            if name not in leaves(child):
                continue
            for first, last in ((at, at + 2), (at - 1, at + 1), (at, at + 3), (at - 2, at + 1), (at - 1, at + 2)):
                if first >= 0 and last <= len(children):
                    yield (*children[:first], AllOf(_flat(children[first:last])), *children[last:])

    return edit


def _flat(children: Blocks) -> Blocks:
    """Blocks in any order, those that are so among themselves taken apart."""
    return tuple(each for child in children for each in (child.children if isinstance(child, AllOf) else (child,)))


def loosened(before: Flow, after: Flow) -> tuple[str, ...]:
    """Touchpoints of the block in any order that only the second flow has."""
    old = {block for phase in before.phases for block in _all_blocks(phase.children)}
    new = (block for phase in after.phases for block in _all_blocks(phase.children) if block not in old)
    return next((leaves(block) for block in new if isinstance(block, AllOf)), ())


def _all_blocks(children: Blocks) -> Iterator[Block]:
    """Every block below, inner ones first."""
    for child in children:
        match child:
            case Touch():
                pass
            case Optional(inner) | Repeat(inner):
                yield from _all_blocks((inner,))
            case _:
                yield from _all_blocks(child.children)
        yield child


def with_both(block: Block, name: str, other: str) -> Block | None:
    """A choice between two touchpoints with a further branch that takes both."""
    if not isinstance(block, OneOf):
        return None
    mine = [child for child in block.children if name in leaves(child) and other not in leaves(child)]
    theirs = [child for child in block.children if other in leaves(child) and name not in leaves(child)]
    return OneOf((*block.children, AllOf((mine[0], theirs[0])))) if mine and theirs else None


def welcome(flow: Flow, phase: str | None, name: str) -> Flow:
    """The flow with one more touchpoint that is welcome anytime in a phase."""
    phases = (
        Phase(each.name, each.children, (*each.anytime, name)) if each.name == phase else each for each in flow.phases
    )
    return Flow(tuple(phases), flow.anytime)
