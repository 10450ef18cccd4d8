"""Where each touchpoint stands among the flow's words, as one cell of a table, and back.

`one_of 1.2 > repeat 3 at most 2`: in the second branch of the first block, which is repeated. Blocks are numbered
through the whole flow, so that neighbours of one kind stay apart. Without a number a word is a block of its own row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from schemas import blocks
from schemas.blocks import AllOf, Block, OneOf, Optional, Repeat, Touch

_STEP = re.compile(
    r"(?P<word>sequence|one_of|all_of|optional|repeat)(?: (?P<block>\w+))?(?:\.(?P<branch>\w+))?"
    r"(?: at most (?P<most>\d{1,4}))?"
)


@dataclass(frozen=True)
class Step:
    """One word around a touchpoint: which block of the table it is, in which branch, how often at most."""

    word: str
    block: str
    branch: str = ""
    at_most: int | None = None


Path_ = tuple[Step, ...]


def paths(children: Sequence[Block], numbers: count[int]) -> Iterator[tuple[str, str]]:
    """Touchpoints below blocks in designed order, each with its cell.

    Args:
        children: Blocks one after the other.
        numbers: Where numbers of blocks come from, the same for all phases.
    """
    for child in children:
        yield from _below(child, "", numbers)


def _below(block: Block, around: str, numbers: count[int]) -> Iterator[tuple[str, str]]:
    if isinstance(block, Touch):
        yield block.name, around
        return
    number = next(numbers)
    before = f"{around} > " if around else ""
    match block:
        case Optional(child):
            yield from _below(child, f"{before}optional {number}", numbers)
        case Repeat(child, at_most):
            most = f" at most {at_most}" if at_most else ""
            yield from _below(child, f"{before}repeat {number}{most}", numbers)
        case blocks.Sequence(children):
            for child in children:
                yield from _below(child, f"{before}sequence {number}", numbers)
        case OneOf(children) | AllOf(children):
            word = "one_of" if isinstance(block, OneOf) else "all_of"
            for branch, child in enumerate(children, 1):
                yield from _below(child, f"{before}{word} {number}.{branch}", numbers)


def read_path(cell: str, own: str) -> Path_ | None:
    """The words of a cell; None: it says something else. `own` tells blocks without a number apart from each other."""
    steps: list[Step] = []
    for text in cell.split(">"):
        found = _STEP.fullmatch(
            " ".join(text.casefold().replace("one of", "one_of").replace("all of", "all_of").split())
        )
        if found is None:
            return None
        is_choice = found["word"] in ("one_of", "all_of")
        block = found["block"] or ("" if is_choice else own)
        most = int(found["most"]) if found["most"] else None
        steps.append(Step(found["word"], block, (found["branch"] or own) if is_choice else "", most))
    return tuple(steps)


def items(rows: Sequence[tuple[str, Path_]]) -> list[object]:
    """The steps of a phase, as a map file has them, from its touchpoints and their paths in designed order."""
    found: list[object] = []
    for head, group in groupby(rows, key=lambda row: (row[1][0].word, row[1][0].block) if row[1] else None):
        inside = list(group)
        if head is None:
            found.extend(name for name, _ in inside)
        else:
            found.append(_one(head[0], inside))
    return found


def _one(word: str, rows: list[tuple[str, Path_]]) -> object:
    rest = [(name, path[1:]) for name, path in rows]
    if word in ("one_of", "all_of"):
        by_branch: dict[str, list[tuple[str, Path_]]] = {}
        for (_, path), row in zip(rows, rest, strict=True):
            by_branch.setdefault(path[0].branch, []).append(row)
        branches = [_body(items(branch)) for branch in by_branch.values()]
        return {word: branches} if len(branches) > 1 else branches[0]
    inside = items(rest)
    if word == "sequence":
        return {word: inside} if len(inside) > 1 else inside[0]
    most = rows[0][1][0].at_most
    return {word: _body(inside), **({"at_most": most} if word == "repeat" and most else {})}


def _body(inside: list[object]) -> object:
    return inside[0] if len(inside) == 1 else inside
