"""The designed journey of a world: pieces of the flow, their slots, and the map as YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

Promise = tuple[str, str, float]
"""The touchpoint that holds it, the one that is promised, and seconds."""


@dataclass(frozen=True)
class Piece:
    """A piece of the flow: `touch`, `one_of`, `all_of` or `optional`, its touchpoints, and the shares of its branches.

    The share of an `optional` is how many take it.
    """

    word: str
    names: tuple[str, ...]
    shares: tuple[float, ...] = ()

    @property
    def yaml(self) -> str:
        """As the map says it."""
        listed = f"[{', '.join(self.names)}]"
        return {"touch": self.names[0], "optional": f"{{optional: {self.names[0]}}}"}.get(
            self.word, f"{{{self.word}: {listed}}}"
        )

    @property
    def label(self) -> str:
        """What a deviation of the whole piece is charged to."""
        return " | ".join(self.names)


@dataclass(frozen=True)
class Slot:
    """One place of a walk: its piece, and how many places of the same `all_of` come before it."""

    piece: Piece
    nth: int = 0


@dataclass(frozen=True)
class Plan:
    """A designed journey. The first and the last piece are plain touchpoints: where it begins, and its goal."""

    pieces: tuple[Piece, ...]
    off_map: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    segments: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Places of a walk in order; an `all_of` has one for each of its touchpoints."""
        return tuple(
            Slot(piece, nth)
            for piece in self.pieces
            for nth in range(len(piece.names) if piece.word == "all_of" else 1)
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Touchpoints of the flow; their places are the codes."""
        return tuple(name for piece in self.pieces for name in piece.names)

    def code(self, name: str) -> int:
        """Code of a touchpoint; activities off the map follow those of the flow, and the exit comes last."""
        return (*self.names, *self.off_map, "declined").index(name)

    def slot_of(self, name: str) -> int:
        """The first slot whose piece has a touchpoint."""
        return next(place for place, slot in enumerate(self.slots) if name in slot.piece.names)

    @property
    def yaml(self) -> str:
        """The map. `facts` are further lines of `journey_is`."""
        half = (len(self.pieces) + 1) // 2
        flow = "".join(
            f"  - phase: {name}\n    steps: [{', '.join(piece.yaml for piece in pieces)}]\n"
            for name, pieces in (("First", self.pieces[:half]), ("Second", self.pieces[half:]))
        )
        facts = {"per": "person", "opens_with": self.names[0], "goal": self.names[-1], **self.facts}
        lines = [
            "journey: planted\ntitle: A planted journey\nowner: Us",
            f"journey_is: {{{', '.join(f'{key}: {value}' for key, value in facts.items())}}}",
            f"flow:\n{flow}touchpoints:\n{''.join(self._entry(name) for name in self.names)}exits: {{declined: {{}}}}",
        ]
        if self.segments:
            lines.append(f"segments: {{{', '.join(f'{name}: {name}' for name in self.segments)}}}")
        if self.off_map:
            lines.append(f"off_map: {{{', '.join(f'{name}: {{}}' for name in self.off_map)}}}")
        return "\n".join(lines) + "\n"

    def _entry(self, name: str) -> str:
        promised = "".join(
            f", promise: {{next: {served}, within: {int(within_s)}s}}"
            for ready, served, within_s in self.promises
            if ready == name
        )
        return f"  {name}: {{channels: [web], initiator: customer{promised}}}\n"


def plain_plan(touchpoints_n: int) -> Plan:
    """Touchpoints one after the other."""
    return Plan(tuple(Piece("touch", (f"t{place:02d}",)) for place in range(touchpoints_n)))


def random_plan(rng: np.random.Generator, touchpoints_n: int, pairs_n: int = 0) -> Plan:
    """A map of so many touchpoints or a few more: plain ones, choices, blocks in any order and optional ones.

    Args:
        rng: Source of chance.
        touchpoints_n: How many there are to be, from 2.
        pairs_n: Pairs of plain touchpoints among them that stand beside each other.
    """
    groups = [[Piece("touch", (f"p{pair:02d}a",)), Piece("touch", (f"p{pair:02d}b",))] for pair in range(pairs_n)]
    left = touchpoints_n - 2 - 2 * pairs_n
    while left > 0:
        groups.append([_random_piece(rng, left, len(groups))])
        left -= len(groups[-1][0].names)
    order = rng.permutation(len(groups))
    middle = [piece for group in order for piece in groups[group]]
    return Plan((Piece("touch", ("begin",)), *middle, Piece("touch", ("finish",))))


def _random_piece(rng: np.random.Generator, left: int, place: int) -> Piece:
    word = str(rng.choice(["touch", "touch", "one_of", "all_of", "optional"]))
    if left < 3 or word == "touch":
        return Piece("touch", (f"s{place:02d}",))
    if word == "optional":
        return Piece("optional", (f"o{place:02d}",), (float(rng.uniform(0.2, 0.6)),))
    size = int(rng.integers(2, min(3, left) + 1))
    names = tuple(f"{word[0]}{place:02d}{letter}" for letter in "xyz"[:size])
    return Piece(word, names, tuple(rng.dirichlet([4.0] * size)) if word == "one_of" else ())


def pair_slots(plan: Plan) -> Sequence[int]:
    """Slots of the first of each pair of plain touchpoints."""
    return [plan.slot_of(name) for name in plan.names if name.startswith("p") and name.endswith("a")]


def block_slots(plan: Plan, word: str) -> Sequence[int]:
    """First slots of the pieces of a kind."""
    return [place for place, slot in enumerate(plan.slots) if slot.piece.word == word and slot.nth == 0]
