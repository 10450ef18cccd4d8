"""Which owner hands a journey to which by design, and who has to take it on from where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from models.automaton import Automaton

Edges = Mapping[int, Mapping[int, int]]
"""State to letter to the state after it."""


@dataclass(frozen=True)
class Duties:
    """A map's automaton, and who owns which of its letters.

    Attributes:
        automaton: The map's language.
        owners: Per letter its owner; None: nobody's, or no step of the flow, so that it hands nothing over.
    """

    automaton: Automaton
    owners: Sequence[str | None]

    @cached_property
    def _edges(self) -> Edges:
        edges: dict[int, dict[int, int]] = {state: {} for state in range(self.automaton.states_n)}
        columns = (self.automaton.source, self.automaton.letter, self.automaton.target)
        for source, letter, target in zip(*(column.tolist() for column in columns), strict=True):
            edges[source][letter] = target
        return edges

    def designed(self) -> tuple[tuple[str, str], ...]:
        """Pairs of owners such that a step of the one may come next after a step of the other, sorted."""
        entered = {
            (owner, target)
            for out in self._edges.values()
            for letter, target in out.items()
            if (owner := self.owners[letter]) is not None
        }
        found = {(owner, after) for owner, state in entered for after in self._after(state, needed_only=False)}
        return tuple(sorted(pair for pair in found if pair[0] != pair[1]))

    def due(self, state: int) -> tuple[str, ...]:
        """Owners of the steps that take a journey on from a state, sorted.

        A step after which nothing is possible that was not possible without it takes no journey on: an optional one,
        one more repetition, what is welcome anytime.
        """
        return tuple(sorted(set(self._after(state, needed_only=True))))

    def due_after(self, letter: int) -> tuple[str, ...]:
        """Owners of the steps that take a journey on from a touchpoint, wherever by design it stands."""
        states = {out[letter] for out in self._edges.values() if letter in out}
        return tuple(sorted({owner for state in states for owner in self._after(state, needed_only=True)}))

    def _after(self, state: int, *, needed_only: bool) -> Iterator[str]:
        """Owners of the next steps; a step that is nobody's passes the question on to those after it."""
        seen, waiting = {state}, [state]
        while waiting:
            here = waiting.pop()
            for letter, target in self._edges[here].items():
                if needed_only and self._is_included(target, here):
                    continue
                owner = self.owners[letter]
                if owner is not None:
                    yield owner
                elif target not in seen:
                    seen.add(target)
                    waiting.append(target)

    def _is_included(self, inner: int, outer: int) -> bool:
        """Whether every way on from the one state is a way on from the other: the product never gets stuck."""
        seen, waiting = {(inner, outer)}, [(inner, outer)]
        while waiting:
            one, other = waiting.pop()
            if one == other:
                continue
            if self.automaton.accepting[one] and not self.automaton.accepting[other]:
                return False
            for letter, target in self._edges[one].items():
                beside = self._edges[other].get(letter)
                if beside is None:
                    return False
                if (target, beside) not in seen:
                    seen.add((target, beside))
                    waiting.append((target, beside))
        return True
