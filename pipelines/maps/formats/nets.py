"""Nets of other tools as process trees: read as blocks, checked against the net, refused in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from models.automaton import compile_flow, is_same_language
from models.net import Net, automaton_of
from models.net_faults import fault_of
from models.net_trees import NotBlocks, tree_of_net
from models.process_trees import Tree, block_of, flow_of
from schemas.errors import MapError

_FAULTS = {
    "stops": ("a flow that stops at", "joins that get all that they wait for"),
    "twice": ("a flow that reaches twice at once", "a join of the parallel branches before"),
    "goes on": ("a flow that has ended and still runs", "a join of the parallel branches before the end"),
    "never": ("what is never reached:", "a way to each"),
    "endless": ("a flow without a way to the end from", "a way out"),
}
_WIDE = "fewer parallel branches, or fewer steps in them"


def tree_of(
    net: Net,
    order: Mapping[str, int],
    named: Callable[[str], str],
    reduced: Net | None = None,
) -> Tree:
    """The process tree of a net; its language is that of the net, or there is none.

    Args:
        net: The net, whose transitions are elements of the file.
        order: Label to its place among alternatives and parallel branches.
        named: From a transition to what people call it; "" for what is not drawn.
        reduced: A smaller net of the same language, to check against; default: the net.

    Raises:
        MapError: The net is not sound, or no nesting of blocks, or too wide; the error names elements and has no file.
    """
    try:
        tree = tree_of_net(net, order)
    except NotBlocks as error:
        raise _refusal(net, [step.name for step in error.steps], named) from None
    block = block_of(tree)
    if block is None:
        return tree
    try:
        same = is_same_language(compile_flow(flow_of(block)), automaton_of(reduced or net))
    except MapError as error:
        raise MapError(error.got, error.wanted or _WIDE, error.hint) from None
    if not same:
        raise MapError("a flow that we do not understand", "blocks inside each other")
    return tree


def _refusal(net: Net, steps: Iterable[str], named: Callable[[str], str]) -> MapError:
    fault = fault_of(net)
    if fault is None:
        got = f"parallel branches that are not blocks, at {_few(map(named, steps)) or 'their splits and joins'}"
        return MapError(got, "each parallel split with one join of its own, and no way across", _HINT)
    words, wanted = _FAULTS[fault.kind]
    return MapError(f"{words} {_few(map(named, fault.transitions)) or 'the end'}", wanted, _HINT)


_HINT = "mend the model in the tool that drew it"


def _few(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(name for name in names if name))
    return ", ".join(found[:3]) + (f" and {len(found) - 3} others" if len(found) > 3 else "")
