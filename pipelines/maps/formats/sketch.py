"""What readers of other tools' formats give, and what writers of them make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.map_file import Path_


@dataclass(frozen=True)
class Sketch:
    """A map as another format told it: not checked yet.

    Attributes:
        tree: The keys of a map file with plain values, as `schemas.map_writing.map_tree` makes them; what the format
            does not know (journey, title) may be absent.
        notes: What the format said that a map cannot hold, and what was guessed; a sentence each, without a full stop.
        remarks: Path of keys and places in the tree to what is worth a comment above it in the file.
    """

    tree: dict[str, object]
    notes: tuple[str, ...] = ()
    remarks: Mapping[Path_, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A map in another format.

    Attributes:
        text: The whole file.
        lost: What the map says and the format cannot hold; a sentence each, without a full stop.
    """

    text: str
    lost: tuple[str, ...] = ()
