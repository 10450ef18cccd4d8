"""The language of a map as a minimal deterministic automaton.

A flow is derived letter by letter (partial derivatives of regular expressions with shuffle: Antimirov, "Partial
derivatives of regular expressions and finite automaton constructions", 1996), made deterministic by subsets, and
minimised by partition refinement (Moore, 1956). States are numbered breadth first over sorted letters, so the same map
gives the same bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.width import too_wide
from schemas import blocks
from schemas.errors import MapError

MAX_STATES = 20_000
"""Beyond this an alignment would take minutes: about 14 touchpoints in one `all_of`. Nobody designs that on purpose."""

Letters = NDArray[np.int32]
Term = tuple[Any, ...]  # (kind, *children); nested
_EMPTY: Term = ("empty",)


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton; state 0 is the start, every state lies on a way from the start to an end.

    Attributes:
        letters: Names of the touchpoints, sorted; a letter's number is its place here.
        source: Edge starts, one per edge.
        letter: Edge letters.
        target: Edge ends. Edges are sorted by (source, letter).
        accepting: Per state, whether a journey may end there.
    """

    letters: tuple[str, ...]
    source: Letters
    letter: Letters
    target: Letters
    accepting: NDArray[np.bool_]

    @property
    def states_n(self) -> int:
        """How many states there are."""
        return len(self.accepting)

    def walk(self, trace: Iterable[str]) -> int | None:
        """State after the trace, or None where the map does not allow it."""
        edges = self._edges()
        state: int | None = 0
        for name in trace:
            if state is None or name not in self.letters:
                return None
            state = edges.get((state, self.letters.index(name)))
        return state

    def accepts(self, trace: Sequence[str]) -> bool:
        """Whether the trace is a whole designed journey."""
        state = self.walk(trace)
        return state is not None and bool(self.accepting[state])

    def accepts_prefix(self, trace: Sequence[str]) -> bool:
        """Whether the trace begins a designed journey."""
        return self.walk(trace) is not None

    def _edges(self) -> dict[tuple[int, int], int]:
        keys = zip(self.source.tolist(), self.letter.tolist(), strict=True)
        return dict(zip(keys, self.target.tolist(), strict=True))


def compile_flow(flow: blocks.Flow) -> Automaton:
    """The automaton of a map's flow.

    Args:
        flow: Phases in order, with what is welcome anywhere.

    Raises:
        MapError: The flow has more than `MAX_STATES` states; says which block makes them, and how to mend it.
    """
    term = _flow_term(flow)
    try:
        return from_derivatives(frozenset({term}), _steps, lambda state: any(map(_nullable, state)))
    except MapError as error:
        raise too_wide(flow, MAX_STATES) from error


def from_derivatives(
    start: Hashable, steps: Callable[..., dict[str, Hashable]], accepts: Callable[..., bool]
) -> Automaton:
    """Explore a deterministic transition function into a minimal automaton.

    Args:
        start: First state, any hashable value.
        steps: From a state to its successors by letter.
        accepts: Whether a journey may end in a state.

    Raises:
        MapError: More than `MAX_STATES` states are reachable.
    """
    edges = _explore(start, steps)
    ends = {state for state in edges if accepts(state)}
    return _number(*_merge_equal(start, _without_dead_ends(edges, ends), ends))


def is_same_language(one: Automaton, other: Automaton) -> bool:
    """Whether two minimal automata allow the same traces: their states are numbered alike."""
    columns = ("source", "letter", "target", "accepting")
    same = all(getattr(one, name).tolist() == getattr(other, name).tolist() for name in columns)
    return same and one.letters == other.letters


# --- terms: residual flows as nested tuples ------------------------------------------------------------------------


def _flow_term(flow: blocks.Flow) -> Term:
    phases = [_shuffle((_sequence(map(_term, phase.children)), _star(phase.anytime))) for phase in flow.phases]
    return _shuffle((_sequence(phases), _star(flow.anytime)))


def _term(block: blocks.Block) -> Term:
    match block:
        case blocks.Touch(name):
            return ("touch", name)
        case blocks.Sequence(children):
            return _sequence(map(_term, children))
        case blocks.OneOf(children):
            return ("one_of", *map(_term, children))
        case blocks.AllOf(children):
            return _shuffle(map(_term, children))
        case blocks.Optional(child):
            return ("one_of", _term(child), _EMPTY)
        case blocks.Repeat(child, at_most):
            return ("repeat", _term(child), at_most)


def _star(names: Iterable[str]) -> Term:
    return ("star", *sorted(set(names))) if names else _EMPTY


def _sequence(terms: Iterable[Term]) -> Term:
    kept = [part for term in terms if term != _EMPTY for part in (term[1:] if term[0] == "sequence" else (term,))]
    return ("sequence", *kept) if len(kept) > 1 else kept[0] if kept else _EMPTY


def _shuffle(terms: Iterable[Term]) -> Term:
    kept = sorted((term for term in terms if term != _EMPTY), key=repr)
    return ("shuffle", *kept) if len(kept) > 1 else kept[0] if kept else _EMPTY


@cache
def _nullable(term: Term) -> bool:
    match term:
        case ("empty",) | ("star", *_):
            return True
        case ("touch", _):
            return False
        case ("one_of", *children):
            return any(_nullable(child) for child in children)
        case ("repeat", child, _):
            return _nullable(child)
        case (_, *children):
            return all(_nullable(child) for child in children)
    return False


@cache
def _derivatives(term: Term) -> frozenset[tuple[str, Term]]:  # noqa: PLR0911 -- one return per kind of block
    """Every (letter, what remains after it)."""
    match term:
        case ("touch", name):
            return frozenset({(str(name), _EMPTY)})
        case ("star", *names):
            return frozenset((str(name), term) for name in names)
        case ("one_of", *children):
            return frozenset(found for child in children for found in _derivatives(child))
        case ("repeat", child, at_most):
            return _repeat_derivatives(child, at_most)
        case ("sequence", head, *rest):
            tail = _sequence(rest)
            here = {(name, _sequence((left, tail))) for name, left in _derivatives(head)}
            return frozenset(here | _derivatives(tail)) if _nullable(head) else frozenset(here)
        case ("shuffle", *children):
            return frozenset(
                (name, _shuffle((*children[:i], left, *children[i + 1 :])))
                for i, child in enumerate(children)
                for name, left in _derivatives(child)
            )
    return frozenset()


def _repeat_derivatives(child: Term, at_most: int | None) -> frozenset[tuple[str, Term]]:
    again: Term = ("one_of", ("repeat", child, None if at_most is None else at_most - 1), _EMPTY)
    more = _EMPTY if at_most == 1 else again
    return frozenset((name, _sequence((left, more))) for name, left in _derivatives(child))


def _steps(state: frozenset[Term]) -> dict[str, Hashable]:
    grouped: dict[str, set[Term]] = {}
    for term in state:
        for name, left in _derivatives(term):
            grouped.setdefault(name, set()).add(left)
    return {name: frozenset(terms) for name, terms in grouped.items()}


# --- from a transition function to a minimal automaton -------------------------------------------------------------

Edges = dict[Hashable, dict[str, Hashable]]


def _explore(start: Hashable, steps: Callable[..., dict[str, Hashable]]) -> Edges:
    edges: Edges = {}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state in edges:
            continue
        if len(edges) >= MAX_STATES:
            raise MapError(
                got=f"more than {MAX_STATES:,} states",
                wanted="a model that can be compared",
                hint="many branches side by side are the usual cause: let some of them follow one another",
            )
        edges[state] = steps(state)
        queue.extend(edges[state][name] for name in sorted(edges[state]))
    return edges


def _without_dead_ends(edges: Edges, ends: set[Hashable]) -> Edges:
    before: dict[Hashable, list[Hashable]] = {}
    for state, out in edges.items():
        for target in out.values():
            before.setdefault(target, []).append(state)
    alive, queue = set(ends), deque(ends)
    while queue:
        for state in before.get(queue.popleft(), ()):
            if state not in alive:
                alive.add(state)
                queue.append(state)
    return {s: {name: t for name, t in out.items() if t in alive} for s, out in edges.items() if s in alive}


def _merge_equal(start: Hashable, edges: Edges, ends: set[Hashable]) -> tuple[Edges, set[Hashable], Hashable]:
    """Moore's refinement: states stay together as long as no word tells them apart."""
    group: dict[Hashable, Hashable] = {state: int(state in ends) for state in edges}
    groups_n = len(set(group.values()))
    while True:
        signature = {s: (group[s], *((name, group[out[name]]) for name in sorted(out))) for s, out in edges.items()}
        numbers: dict[Hashable, int] = {}
        group = {state: numbers.setdefault(signature[state], len(numbers)) for state in edges}
        if len(numbers) == groups_n:
            break
        groups_n = len(numbers)
    merged: Edges = {group[s]: {name: group[t] for name, t in out.items()} for s, out in edges.items()}
    return merged, {group[s] for s in ends if s in group}, group.get(start, 0)


def _number(edges: Edges, ends: set[Hashable], start: Hashable) -> Automaton:
    order: dict[Hashable, int] = {start: 0}
    queue = deque([start])
    while queue:
        out = edges.get(queue.popleft(), {})
        for name in sorted(out):
            if out[name] not in order:
                order[out[name]] = len(order)
                queue.append(out[name])
    letters = tuple(sorted({name for out in edges.values() for name in out}))
    number = {name: i for i, name in enumerate(letters)}
    rows = sorted((order[s], number[name], order[t]) for s, out in edges.items() for name, t in out.items())
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    accepting = np.zeros(len(order), dtype=np.bool_)
    accepting[[order[s] for s in ends]] = True
    source, letter, target = (np.ascontiguousarray(column) for column in table.T)
    return Automaton(letters, source, letter, target, accepting)
