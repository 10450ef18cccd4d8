"""What finding out who is who gives, wherever it was done."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from schemas.words import Rule

RULES = (Rule.STRICT, Rule.DEFAULT, Rule.LOOSE)


@dataclass(frozen=True)
class Sizes:
    """How many persons a rule makes, and how many ids the largest of them has."""

    persons_n: int
    largest_n: int


class Persons(Protocol):
    """Who is who under each rule."""

    @property
    def refused_n(self) -> int:
        """Pairs that would have joined two people."""
        ...

    def sizes(self, rule: Rule) -> Sizes:
        """How many persons there are, and how large."""
        ...

    def parts(self, rule: Rule) -> AbstractContextManager[str]:
        """Show the persons of a rule, one row per id, as a table of the name given: see `staging/identity_parts`."""
        ...
