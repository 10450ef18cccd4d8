"""A map as a sound workflow net, and any safe net as an automaton.

The net of a flow is sound by construction: blocks are nested, each has one entry and one exit place (van der Aalst,
"The application of Petri nets to workflow management", 1998).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from models.automaton import MAX_STATES, Automaton, from_derivatives
from schemas import blocks
from schemas.errors import MapError

Marking = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Net:
    """A labelled Petri net with one initial and one final marking.

    Attributes:
        places: Names of the places.
        transitions: Name and label; the label None is a silent transition.
        arcs: (from, to), each a place or a transition.
        initial: Tokens per place at the start.
        final: Tokens per place at the end.
    """

    places: tuple[str, ...]
    transitions: tuple[tuple[str, str | None], ...]
    arcs: tuple[tuple[str, str], ...]
    initial: Marking
    final: Marking


@dataclass
class _Builder:
    places: list[str] = field(default_factory=list)
    transitions: list[tuple[str, str | None]] = field(default_factory=list)
    arcs: list[tuple[str, str]] = field(default_factory=list)

    def place(self) -> str:
        self.places.append(f"p{len(self.places)}")
        return self.places[-1]

    def transition(self, label: str | None, inputs: Iterable[str], outputs: Iterable[str]) -> None:
        name = f"t{len(self.transitions)}"
        self.transitions.append((name, label))
        self.arcs += [(place, name) for place in inputs] + [(name, place) for place in outputs]

    def chain(self, parts: Iterable[blocks.Block], start: str, end: str) -> None:
        here = start
        for part in parts:
            there = self.place()
            self.block(part, here, there)
            here = there
        self.transition(None, [here], [end])

    def block(self, block: blocks.Block, start: str, end: str) -> None:
        match block:
            case blocks.Touch(name):
                self.transition(name, [start], [end])
            case blocks.Sequence(children):
                self.chain(children, start, end)
            case blocks.OneOf(children):
                for child in children:
                    self.block(child, start, end)
            case blocks.AllOf(children):
                self.all_of(children, start, end)
            case blocks.Optional(child):
                self.block(child, start, end)
                self.transition(None, [start], [end])
            case blocks.Repeat(child, at_most):
                self.repeat(child, at_most, start, end)

    def all_of(self, children: Iterable[blocks.Block], start: str, end: str) -> None:
        pairs = [(child, self.place(), self.place()) for child in children]
        self.transition(None, [start], [first for _, first, _ in pairs])
        for child, first, last in pairs:
            self.block(child, first, last)
        self.transition(None, [last for _, _, last in pairs], [end])

    def repeat(self, child: blocks.Block, at_most: int | None, start: str, end: str) -> None:
        if at_most is None:  # a loop with places of its own, so that the way back does not leak into what surrounds it
            first, last = self.place(), self.place()
            self.transition(None, [start], [first])
            self.block(child, first, last)
            self.transition(None, [last], [first])
            self.transition(None, [last], [end])
            return
        here = start
        for _ in range(at_most):
            there = self.place()
            self.block(child, here, there)
            self.transition(None, [there], [end])
            here = there

    def welcoming(self, names: Iterable[str], start: str, end: str) -> tuple[str, str]:
        """Places between which the rest runs, beside one that carries a self-loop per welcome touchpoint."""
        if not names:
            return start, end
        first, last, welcome = self.place(), self.place(), self.place()
        for name in sorted(set(names)):
            self.transition(name, [welcome], [welcome])
        self.transition(None, [start], [first, welcome])
        self.transition(None, [last, welcome], [end])
        return first, last


def net_of(flow: blocks.Flow) -> Net:
    """The flow as a sound net whose language is that of `automaton.compile_flow`."""
    build = _Builder()
    start, end = build.place(), build.place()
    here, last = build.welcoming(flow.anytime, start, end)
    for phase in flow.phases:
        there = build.place()
        build.chain(phase.children, *build.welcoming(phase.anytime, here, there))
        here = there
    build.transition(None, [here], [last])
    return Net(
        tuple(build.places),
        tuple(build.transitions),
        tuple(build.arcs),
        frozenset({(start, 1)}),
        frozenset({(end, 1)}),
    )


def automaton_of(net: Net) -> Automaton:
    """The minimal automaton of a bounded net's language.

    Raises:
        MapError: More than `MAX_STATES` markings are reachable (it may be unbounded), or the end is not.
    """
    try:
        automaton = _SafeMarkings(net).automaton()
    except _NotSafe:
        markings = _Markings(net)
        start = markings.closure({net.initial})
        automaton = from_derivatives(start, markings.steps, lambda state: net.final in state)
    if not automaton.accepting.any():
        raise MapError(got="a net whose final marking cannot be reached", wanted="a sound net")
    return automaton


class _NotSafe(Exception):  # noqa: N818 -- a branch rather than an error
    """Some place can hold two tokens."""


class _SafeMarkings:
    """The token game of a net whose places hold one token at most: a marking is a number with one bit a place."""

    def __init__(self, net: Net) -> None:
        self._bits = {place: 1 << at for at, place in enumerate(net.places)}
        pre, post = ({name: 0 for name, _ in net.transitions} for _ in range(2))
        for tail, head in net.arcs:
            side, name, place = (post, tail, head) if tail in post else (pre, head, tail)
            if side[name] & self._bits[place]:
                raise _NotSafe
            side[name] |= self._bits[place]
        self._silent = [(pre[name], post[name]) for name, label in net.transitions if label is None]
        self._named = [(label, pre[name], post[name]) for name, label in net.transitions if label is not None]
        self._start, self._end = self._number(net.initial), self._number(net.final)
        self._closures: dict[int, frozenset[int]] = {}

    def _number(self, marking: Marking) -> int:
        if any(n != 1 for _, n in marking):
            raise _NotSafe
        return sum(self._bits[place] for place, _ in marking)

    def automaton(self) -> Automaton:
        """The minimal automaton of the net's language."""
        return from_derivatives(self._closure(self._start), self._steps, lambda state: self._end in state)

    def _closure(self, marking: int) -> frozenset[int]:
        """What silent transitions lead to."""
        if marking not in self._closures:
            seen, queue = {marking}, [marking]
            for here in queue:
                for pre, post in self._silent:
                    if here & pre == pre:
                        after = self._fired(here, pre, post)
                        if after not in seen:
                            seen.add(after)
                            queue.append(after)
                if len(seen) > MAX_STATES:
                    raise MapError(got="an unbounded net", wanted="a net with finitely many markings")
            self._closures[marking] = frozenset(seen)
        return self._closures[marking]

    def _fired(self, marking: int, pre: int, post: int) -> int:
        left = marking & ~pre
        if left & post:
            raise _NotSafe
        return left | post

    def _steps(self, state: frozenset[int]) -> dict[str, Hashable]:
        grouped: dict[str, set[int]] = {}
        for label, pre, post in self._named:
            after = {self._fired(marking, pre, post) for marking in state if marking & pre == pre}
            if after:
                grouped.setdefault(label, set()).update(after)
        return {label: frozenset().union(*map(self._closure, after)) for label, after in grouped.items()}


class _Markings:
    """The token game of a net, with sets of markings as states so that silent transitions vanish."""

    def __init__(self, net: Net) -> None:
        inputs = {name: Counter[str]() for name, _ in net.transitions}
        outputs = {name: Counter[str]() for name, _ in net.transitions}
        for tail, head in net.arcs:
            if tail in outputs:
                outputs[tail][head] += 1
            else:
                inputs[head][tail] += 1
        self._moves = [(label, inputs[name], outputs[name]) for name, label in net.transitions]

    def fire(self, marking: Marking) -> list[tuple[str | None, Marking]]:
        tokens = Counter(dict(marking))
        fired = []
        for label, needs, gives in self._moves:
            if all(tokens[place] >= n for place, n in needs.items()):
                after = tokens.copy()
                after.subtract(needs)
                after.update(gives)
                fired.append((label, frozenset((place, n) for place, n in after.items() if n)))
        return fired

    def closure(self, markings: set[Marking]) -> frozenset[Marking]:
        seen, queue = set(markings), deque(markings)
        while queue:
            for label, after in self.fire(queue.popleft()):
                if label is None and after not in seen:
                    seen.add(after)
                    queue.append(after)
                    if len(seen) > MAX_STATES:
                        raise MapError(got="an unbounded net", wanted="a net with finitely many markings")
        return frozenset(seen)

    def steps(self, state: frozenset[Marking]) -> dict[str, Hashable]:
        grouped: dict[str, set[Marking]] = {}
        for marking in state:
            for label, after in self.fire(marking):
                if label is not None:
                    grouped.setdefault(label, set()).add(after)
        return {label: self.closure(markings) for label, markings in grouped.items()}
