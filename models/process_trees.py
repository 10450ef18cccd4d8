"""Process trees and the blocks of a map: the same languages, said in four operators or in five words.

A tree is what process mining exchanges (sequence, choice, parallel, loop, silent leaves); blocks are what people write.
The constructors here give the shortest blocks they know for a language: nothing is optional twice, `x (x (x)?)?` is
`repeat x at_most 3`, `do (redo do)*` stays as it is because the five words have no redo. Both ways keep the language,
but for a repeat of more than `REPEATS_WRITTEN` times, which a tree has only without its limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Sequence, Touch, leaves
from schemas.flow_shape import can_be_skipped

REPEATS_WRITTEN = 20  # a tree says "at most n" by n copies of the child, each inside the one before


class Operator(StrEnum):
    """What a node of a tree does with its children; the values are the signs that pm4py writes."""

    SEQUENCE = "->"
    CHOICE = "X"
    PARALLEL = "+"
    LOOP = "*"


@dataclass(frozen=True)
class Leaf:
    """One step; the label None is a silent one."""

    label: str | None = None


@dataclass(frozen=True)
class Node:
    """An operator over its children; a loop has two: do (redo do)*."""

    operator: Operator
    children: tuple[Tree, ...]


Tree = Leaf | Node
TAU = Leaf()


# --- from trees to blocks ------------------------------------------------------------------------------------------


def block_of(tree: Tree, named: Callable[[str], Block | None] = Touch) -> Block | None:
    """The blocks of a tree; None where it allows nothing but the empty trace.

    Args:
        tree: The tree.
        named: From a leaf's label to the block that it stands for; None: to nothing.
    """
    if isinstance(tree, Leaf):
        return None if tree.label is None else named(tree.label)
    children = [block_of(child, named) for child in tree.children]
    match tree.operator:
        case Operator.SEQUENCE:
            return sequence(children)
        case Operator.CHOICE:
            return one_of(children)
        case Operator.PARALLEL:
            return all_of(children)
        case Operator.LOOP:
            return _loop(*children)


def _loop(do: Block | None, redo: Block | None) -> Block | None:
    if redo is None:
        return repeat(do)
    return sequence([do, optional(repeat(sequence([redo, do])))])


def sequence(parts: Iterable[Block | None]) -> Block | None:
    """The parts one after the other; None stands for nothing."""
    flat = [child for part in parts if part for child in (part.children if isinstance(part, Sequence) else (part,))]
    children = _repeats_folded(flat)
    return Sequence(tuple(children)) if len(children) > 1 else children[0] if children else None


def one_of(parts: Iterable[Block | None]) -> Block | None:
    """Exactly one of the parts; None among them makes it optional."""
    found: dict[Block, None] = {}
    is_optional = False
    for part in parts:
        is_optional = is_optional or part is None or isinstance(part, Optional)
        bare = part.child if isinstance(part, Optional) else part
        found.update(dict.fromkeys(bare.children if isinstance(bare, OneOf) else (bare,) if bare else ()))
    children = tuple(found)
    chosen = OneOf(children) if len(children) > 1 else children[0] if children else None
    return optional(chosen) if is_optional else chosen


def all_of(parts: Iterable[Block | None]) -> Block | None:
    """All parts in any order, interleaved."""
    children = tuple(
        child for part in parts if part for child in (part.children if isinstance(part, AllOf) else (part,))
    )
    return AllOf(children) if len(children) > 1 else children[0] if children else None


def optional(child: Block | None) -> Block | None:
    """The child or nothing; a child that may be skipped anyway stays as it is."""
    return child if child is None or can_be_skipped(child) else Optional(child)


def repeat(child: Block | None, at_most: int | None = None) -> Block | None:
    """The child once or more."""
    match child:
        case None:
            return None
        case _ if at_most == 1:
            return child
        case Optional(inner):
            return optional(repeat(inner, at_most))
        case Repeat(inner, inner_most):
            return Repeat(inner, None if None in (at_most, inner_most) else (at_most or 1) * (inner_most or 1))
        case OneOf(children) if at_most is None:  # (a+ | b)+ is (a | b)+
            once = one_of(part.child if isinstance(part, Repeat) else part for part in children)
            return Repeat(once) if isinstance(once, OneOf) else repeat(once)
    return Repeat(child, at_most)


def _repeats_folded(children: list[Block]) -> list[Block]:
    """`x (x)?` is `x` once or twice, `x (x+)?` is `x+`; x may be several steps, and come before or after."""
    at = 0
    while at < len(children):
        child = children[at]
        if isinstance(child, Optional):
            inner = child.child
            unit, most = (inner.child, inner.at_most) if isinstance(inner, Repeat) else (inner, 1)
            steps = list(unit.children) if isinstance(unit, Sequence) else [unit]
            for start, end in ((at - len(steps), at), (at + 1, at + 1 + len(steps))):
                if start >= 0 and children[start:end] == steps:
                    first, last = min(start, at), max(end, at + 1)
                    once_more = Repeat(unit, None if most is None else most + 1)
                    children = [*children[:first], once_more, *children[last:]]
                    at = first - 1
                    break
        at += 1
    return children


# --- what is welcome anytime ---------------------------------------------------------------------------------------


def anytime_lifted(block: Block, may: Callable[[str], bool] = lambda _: True) -> tuple[Block, tuple[str, ...]]:
    """A block without the branches that only repeat single touchpoints at will, and the names of these.

    `all_of` with such a branch is what a map calls anytime. Branches whose touchpoint is a step of the rest too
    stay: an event could be either.

    Args:
        block: The block.
        may: Whether a touchpoint may be welcome anytime.
    """
    if not isinstance(block, AllOf):
        return block, ()
    rest: list[Block] = []
    for child in block.children:
        others = tuple(name for other in block.children if other is not child for name in leaves(other))
        if not _welcome(child) or set(_welcome(child)) & set(others) or not all(map(may, _welcome(child))):
            rest.append(child)
    welcome = [name for child in block.children if child not in rest for name in _welcome(child)]
    kept = all_of(rest)
    return (kept, tuple(dict.fromkeys(welcome))) if kept else (block, ())


def _welcome(block: Block) -> tuple[str, ...]:
    """Names of `(a | b)*`; of anything else nothing."""
    match block:
        case Optional(Repeat(Touch(name), None)):
            return (name,)
        case Optional(Repeat(OneOf(children), None)) if all(isinstance(child, Touch) for child in children):
            return leaves(block)
    return ()


@dataclass(frozen=True)
class Part:
    """A stretch of the flow's steps, with what is welcome anywhere in it."""

    steps: tuple[Block, ...]
    anytime: tuple[str, ...] = ()


def parts_of(block: Block) -> tuple[Part, ...]:
    """The steps of a block one after the other, cut so that each stretch has one answer to what is welcome anytime."""
    parts: list[Part] = []
    for step in block.children if isinstance(block, Sequence) else (block,):
        rest, anytime = anytime_lifted(step)
        if anytime:
            parts.append(Part(rest.children if isinstance(rest, Sequence) else (rest,), anytime))
        elif parts and not parts[-1].anytime:
            parts[-1] = Part((*parts[-1].steps, step))
        else:
            parts.append(Part((step,)))
    return tuple(parts)


def flow_of(block: Block, name: str = "Journey") -> Flow:
    """A flow of as few phases as say the same, named after their place where there are several.

    Args:
        block: What `block_of` gave.
        name: Name of the phase, with its number behind it where there are several.
    """
    whole, anytime = anytime_lifted(block)
    parts = parts_of(whole)
    names = [f"{name} {i}" for i in range(1, len(parts) + 1)] if len(parts) > 1 else [name]
    phases = (Phase(phase, part.steps, part.anytime) for phase, part in zip(names, parts, strict=True))
    return Flow(tuple(phases), anytime)


# --- from blocks to trees ------------------------------------------------------------------------------------------


def tree_of(part: Block | Phase | Flow) -> Tree:  # noqa: PLR0911 -- one return per kind of block
    """The tree of a block, a phase or a whole flow; a touchpoint may stand on several leaves."""
    match part:
        case Flow(phases, anytime):
            return _beside(_sequence_tree(tree_of(phase) for phase in phases), anytime)
        case Phase(_, children, anytime):
            return _beside(_steps_tree(children), anytime)
        case Touch(name):
            return Leaf(name)
        case Sequence(children):
            return _steps_tree(children)
        case OneOf(children):
            return Node(Operator.CHOICE, tuple(map(tree_of, children)))
        case AllOf(children):
            return Node(Operator.PARALLEL, tuple(map(tree_of, children)))
        case Optional(child):
            return _optional_tree(tree_of(child))
        case Repeat(child, at_most):
            return _repeat_tree(tree_of(child), at_most)


def _beside(tree: Tree, anytime: tuple[str, ...]) -> Tree:
    if not anytime:
        return tree
    welcome = Node(Operator.CHOICE, tuple(map(Leaf, anytime))) if len(anytime) > 1 else Leaf(anytime[0])
    return Node(Operator.PARALLEL, (tree, Node(Operator.LOOP, (TAU, welcome))))


def _sequence_tree(trees: Iterable[Tree]) -> Tree:
    flat: list[Tree] = []
    for tree in trees:
        is_sequence = isinstance(tree, Node) and tree.operator is Operator.SEQUENCE
        flat.extend(tree.children if isinstance(tree, Node) and is_sequence else (tree,))
    return Node(Operator.SEQUENCE, tuple(flat)) if len(flat) > 1 else flat[0] if flat else TAU


def _steps_tree(children: tuple[Block, ...]) -> Tree:
    """One after the other; `do (redo do)*` becomes a loop, so that a picture has `do` once."""
    trees: list[Tree] = []
    start = 0
    for at, child in enumerate(children):
        done = _redone(children[start:at], child)
        if done:
            do, redo = done
            trees = trees[: len(trees) - len(do)]
            trees.append(Node(Operator.LOOP, (_sequence_tree(map(tree_of, do)), _steps_tree(redo))))
            start = at + 1
        else:
            trees.append(tree_of(child))
    return _sequence_tree(trees)


def _redone(before: tuple[Block, ...], child: Block) -> tuple[tuple[Block, ...], tuple[Block, ...]] | None:
    """(do, redo) where the steps before end with do and the child is (redo do)*."""
    match child:
        case Optional(Repeat(Sequence(again), None)):
            common = 0
            while common < min(len(before), len(again) - 1) and before[-1 - common] == again[-1 - common]:
                common += 1
            if common:
                return before[-common:], again[:-common]
    return None


def _optional_tree(tree: Tree) -> Tree:
    children = tree.children if isinstance(tree, Node) and tree.operator is Operator.CHOICE else (tree,)
    return Node(Operator.CHOICE, (*children, TAU))


def _repeat_tree(tree: Tree, at_most: int | None) -> Tree:
    if at_most is None or at_most > REPEATS_WRITTEN:
        return Node(Operator.LOOP, (tree, TAU))
    nested = tree
    for _ in range(at_most - 1):
        nested = _sequence_tree((tree, _optional_tree(nested)))
    return nested


def limits_lost(part: Block | Phase | Flow) -> Iterator[Repeat]:
    """Repeats whose limit a tree cannot have."""
    match part:
        case Flow(phases):
            for phase in phases:
                yield from limits_lost(phase)
        case Touch():
            return
        case Optional(child) | Repeat(child):
            if isinstance(part, Repeat) and (part.at_most or 0) > REPEATS_WRITTEN:
                yield part
            yield from limits_lost(child)
        case _:
            for child in part.children:
                yield from limits_lost(child)
