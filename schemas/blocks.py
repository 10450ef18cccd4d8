"""The flow of a map as a tree of blocks: the one shape that the automaton, the net and the pictures are made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Touch:
    """A leaf: one touchpoint of the flow, by name."""

    name: str


@dataclass(frozen=True)
class Sequence:
    """Children one after the other."""

    children: tuple[Block, ...]


@dataclass(frozen=True)
class OneOf:
    """Exactly one child."""

    children: tuple[Block, ...]


@dataclass(frozen=True)
class AllOf:
    """Every child, in any order; children that are sequences may interleave."""

    children: tuple[Block, ...]


@dataclass(frozen=True)
class Optional:
    """The child or nothing."""

    child: Block


@dataclass(frozen=True)
class Repeat:
    """The child once or more, at most `at_most` times (None: without limit)."""

    child: Block
    at_most: int | None = None


@dataclass(frozen=True)
class Phase:
    """A named sequence, and the touchpoints that are welcome anywhere inside it."""

    name: str
    children: tuple[Block, ...]
    anytime: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """The whole designed flow: phases in order, and what is welcome anywhere in the journey."""

    phases: tuple[Phase, ...]
    anytime: tuple[str, ...] = ()


Block = Touch | Sequence | OneOf | AllOf | Optional | Repeat


def leaves(block: Block | Phase | Flow) -> tuple[str, ...]:
    """Names of the touchpoints below a block in designed order, without the anytime ones; a name may recur."""
    match block:
        case Touch(name):
            return (name,)
        case Optional(child) | Repeat(child):
            return leaves(child)
        case Flow(phases):
            return tuple(name for phase in phases for name in leaves(phase))
        case _:
            return tuple(name for child in block.children for name in leaves(child))
