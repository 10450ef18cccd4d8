"""What a flow allows, read off its tree: where it begins and ends, what it cannot pass by, what may precede what."""

from __future__ import annotations

from schemas.blocks import AllOf, Block, Flow, OneOf, Optional, Phase, Repeat, Touch, leaves

Pairs = frozenset[tuple[str, str]]


def _parts(block: Block | Phase | Flow) -> tuple[Block | Phase, ...]:
    match block:
        case Flow(phases):
            return phases
        case Touch():
            return ()
        case Optional(child) | Repeat(child):
            return (child,)
        case _:
            return block.children


def can_be_skipped(block: Block | Phase | Flow) -> bool:
    """Whether the block may be passed by as a whole."""
    match block:
        case Touch():
            return False
        case Optional():
            return True
        case OneOf(children):
            return any(map(can_be_skipped, children))
        case _:
            return all(map(can_be_skipped, _parts(block)))


def mandatory(block: Block | Phase | Flow) -> frozenset[str]:
    """Touchpoints that every complete run through the block has."""
    match block:
        case Touch(name):
            return frozenset({name})
        case Optional():
            return frozenset()
        case OneOf(children):
            return frozenset.intersection(*map(mandatory, children))
        case _:
            return frozenset().union(*map(mandatory, _parts(block)))


def firsts(block: Block | Phase | Flow) -> tuple[str, ...]:
    """Touchpoints with which a run through the block may begin, in designed order."""
    return _ends(block, backwards=False)


def lasts(block: Block | Phase | Flow) -> tuple[str, ...]:
    """Touchpoints with which a run through the block may end, in designed order."""
    return _ends(block, backwards=True)


def _ends(block: Block | Phase | Flow, *, backwards: bool) -> tuple[str, ...]:
    match block:
        case Touch(name):
            return (name,)
        case OneOf(children) | AllOf(children):
            found = [_ends(child, backwards=backwards) for child in children]
        case _:
            found = []
            parts = _parts(block)
            for part in reversed(parts) if backwards else parts:
                found.append(_ends(part, backwards=backwards))
                if not can_be_skipped(part):
                    break
            if backwards:
                found.reverse()
    return tuple(dict.fromkeys(name for names in found for name in names))


def before(block: Block | Phase | Flow) -> Pairs:
    """Pairs (a, b) such that the flow has a run with an `a` somewhere before a `b`."""
    match block:
        case Touch():
            return frozenset()
        case OneOf(children):
            return frozenset().union(*map(before, children))
        case Repeat(child, at_most):
            again = at_most != 1
            return before(child) | (_across(leaves(child), leaves(child)) if again else frozenset())
        case _:
            parts = _parts(block)
            found = set().union(*map(before, parts))
            for i, part in enumerate(parts):
                later = parts[:i] + parts[i + 1 :] if isinstance(block, AllOf) else parts[i + 1 :]
                for other in later:
                    found |= _across(leaves(part), leaves(other))
            return frozenset(found)


def _across(left: tuple[str, ...], right: tuple[str, ...]) -> Pairs:
    return frozenset((a, b) for a in left for b in right)
