"""One difference between two maps, said for people who do not read YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.journey_map import JourneyMap

Kind = Literal["added", "removed", "renamed", "moved", "changed", "allowed", "forbidden"]
Part = Literal[
    "map",
    "phases",
    "touchpoints",
    "flow",
    "promises",
    "exits",
    "constraints",
    "channels",
    "goals",
    "experience",
    "examples",
    "rules",
]


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        part: What it is about, in the order in which a reader wants it.
        kind: What became of it; `allowed` and `forbidden` are of the flow.
        name: The touchpoint, phase or key by its name in the newer map, else in the older one.
        said: A sentence.
        before: What the older map says; "" nothing.
        after: What the newer one says; "" nothing.
        example: A journey that only one of the two maps allows, touchpoint by touchpoint.
    """

    part: Part
    kind: Kind
    name: str
    said: str
    before: str = ""
    after: str = ""
    example: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two maps, and which names of the older one are others in the newer one.

    Attributes:
        older: The map before.
        newer: The map after.
        renamed: Touchpoint or exit of the older map to its name in the newer one, where that changed.
        phases: Phase of the older map to its name in the newer one, where that changed.
    """

    older: JourneyMap
    newer: JourneyMap
    renamed: dict[str, str]
    phases: dict[str, str]

    def now(self, name: str) -> str:
        """A name of the older map as the newer one has it."""
        return self.renamed.get(name, name)

    def phase_now(self, phase: str | None) -> str | None:
        """A phase of the older map as the newer one has it."""
        return None if phase is None else self.phases.get(phase, phase)

    def label(self, name: str) -> str:
        """A name for people: its title in the newer map, else in the older one, and the name itself."""
        for plan in (self.newer, self.older):
            entry = plan.entry(name)
            if entry is not None and entry.title:
                return f"{entry.title} ({name})"
        return name


def changed(part: Part, name: str, what: str, before: str, after: str) -> Change:
    """A value that is another one, that came, or that went."""
    if not before:
        return Change(part, "added", name, f"{what}: {after} (before: none)", before, after)
    if not after:
        return Change(part, "removed", name, f"{what}: none any more (before: {before})", before, after)
    return Change(part, "changed", name, f"{what}: {after} (before: {before})", before, after)
