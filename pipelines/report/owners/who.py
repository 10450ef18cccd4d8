"""Who owns what of a map, and the name of each owner's page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pipelines.report.rows import FindingRow
from pipelines.report.view import JourneyView

_NORDIC = str.maketrans({"ø": "o", "æ": "ae", "ð": "d", "þ": "th", "ß": "ss"})  # they fall into no letter and a mark


def owners_of(views: Iterable[JourneyView]) -> tuple[str, ...]:
    """Everybody who owns a touchpoint of the flow or off the map, or a finding about a whole map, by name."""
    found = {owner for view in views for name in view.map.names if (owner := view.map.owner_of(name))}
    return tuple(sorted(found, key=lambda owner: (owner.casefold(), owner)))


def theirs(view: JourneyView, owner: str) -> frozenset[str]:
    """The touchpoints of a map that are theirs."""
    return frozenset(name for name in view.map.names if view.map.owner_of(name) == owner)


def charged(place: str | None) -> frozenset[str]:
    """The touchpoints that something is charged to: one, or those of a block."""
    return frozenset(part.strip() for part in re.split(r"[|,]", place or "") if part.strip())


def is_finding_of(finding: FindingRow, owner: str, names: frozenset[str]) -> bool:
    """Whether a finding is theirs: it names them, or is charged to one of their touchpoints."""
    return finding.owner == owner or bool(charged(finding.touchpoint) & names)


def page_names(owners: Iterable[str]) -> dict[str, str]:
    """Owner to the stem of the page's file, which any file system and address can bear; no two are alike."""
    names: dict[str, str] = {}
    for owner in owners:
        plain = unicodedata.normalize("NFKD", owner.lower().translate(_NORDIC))
        stem = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")[:40] or "owner"
        taken = set(names.values())
        numbered = (stem, *(f"{stem}-{i}" for i in range(2, len(taken) + 3)))
        names[owner] = next(name for name in numbered if name not in taken)
    return names
