"""How many states a flow makes, told from its blocks: what is wide, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from schemas import blocks
from schemas.errors import MapError

_SHOWN = 6
"""Steps of a block that a message names."""


def states_of(block: blocks.Block | blocks.Phase | blocks.Flow) -> int:  # noqa: PLR0911 -- one return per kind of block
    """States that a block needs at most, its first and its last among them.

    What is welcome anytime needs none of its own. A block in any order has one for each way in which its steps may
    stand: the product of theirs.
    """
    match block:
        case blocks.Touch():
            return 2
        case blocks.Flow(phases):
            return 1 + sum(states_of(phase) - 1 for phase in phases)
        case blocks.OneOf(children):
            return 2 + sum(states_of(child) - 2 for child in children)
        case blocks.AllOf(children):
            return prod(map(states_of, children))
        case blocks.Optional(child):
            return states_of(child)
        case blocks.Repeat(child, at_most):
            return 1 + (states_of(child) - 1) * (at_most or 1)
        case _:
            return 1 + sum(states_of(child) - 1 for child in block.children)


def too_wide(flow: blocks.Flow, limit: int) -> MapError:
    """The error for a flow with more states than can be compared: which block makes how many, and what to do."""
    block = max(_wide_blocks(flow), key=states_of, default=None)
    got = f"a flow with more than {limit:,} states"
    if block is None:
        return MapError(got, "a flow that can be compared", "split it into several maps")
    names = blocks.leaves(block)
    told = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    if isinstance(block, blocks.Repeat):
        hint = (
            f"leave out `at_most: {block.at_most}`, which counts to it in states of its own, or let it be far smaller"
        )
        return MapError(f"{got}: the repeat of {told} makes {states_of(block):,}", "a flow that can be compared", hint)
    return MapError(
        f"{got}: the all_of of {told} makes {states_of(block):,}, one for each way in which its steps may stand",
        "a flow that can be compared",
        _halved(block),
    )


def _wide_blocks(block: blocks.Block | blocks.Phase | blocks.Flow) -> Iterator[blocks.AllOf | blocks.Repeat]:
    """Blocks that have more states than their parts have together, the innermost of them first."""
    match block:
        case blocks.Touch():
            return
        case blocks.Optional(child) | blocks.Repeat(child):
            yield from _wide_blocks(child)
        case blocks.Flow(phases):
            for phase in phases:
                yield from _wide_blocks(phase)
        case _:
            for child in block.children:
                yield from _wide_blocks(child)
    if isinstance(block, blocks.AllOf) or (isinstance(block, blocks.Repeat) and block.at_most is not None):
        yield block


def _halved(block: blocks.AllOf) -> str:
    cut = (len(block.children) + 1) // 2
    parts = (block.children[:cut], block.children[cut:])
    fewer = sum(states_of(blocks.AllOf(part)) for part in parts) - 1
    return (
        f"put two all_of of {cut} and {len(block.children) - cut} steps after one another ({fewer:,} states), "
        "write down the usual order as a sequence, or list under `anytime` what may come whenever it likes"
    )
