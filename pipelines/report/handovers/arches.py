"""Hand-overs as arches over a row of owners: which way each leads, on which level, and where it meets both owners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.privacy.withheld import Withheld
from pipelines.report.gap.rows import HandoverRow
from pipelines.report.handovers.roughly import Rough
from pipelines.report.view import JourneyView

MOST = 24
_THICK = (1.6, 15.0)
_APART = 5.0


@dataclass(frozen=True)
class Arch:
    """One hand-over.

    Attributes:
        row: What is told of it.
        left: Place of its left owner in the row.
        right: Place of its right one.
        level: 0 is nearest to the owners.
        is_back: Whether it leads back, below the owners.
        kind: designed, skip (ahead, not by design) or back.
        left_x: Where it meets the left owner, from that owner's middle.
        right_x: Where it meets the right one.
    """

    row: HandoverRow
    left: int
    right: int
    thick: float
    is_back: bool
    kind: str
    level: int = 0
    left_x: float = 0.0
    right_x: float = 0.0


def owners(view: JourneyView) -> tuple[str, ...]:
    """Everybody who hands over or is handed to, in the order in which the map comes to them."""
    rows = view.data.gap.handovers
    met = {name for row in rows for name in (row.from_owner, row.to_owner) if name is not None}
    first: dict[str, int] = {}
    for name in view.flow_names:
        owner = view.map.owner_of(name)
        if owner in met:
            first.setdefault(str(owner), view.numbers[name])
    return tuple(sorted(met, key=lambda name: (first.get(name, 999), name)))


def arches(view: JourneyView, row_of_owners: Sequence[str]) -> tuple[Arch, ...]:
    """The most frequent hand-overs, each on the lowest level above all that it spans.

    Of those whose number is withheld, not for being small itself but beside small ones, the line is drawn all the same.
    """
    place = {name: i for i, name in enumerate(row_of_owners)}
    rows = [row for row in view.data.gap.handovers if row.from_owner in place and row.to_owner in place]
    drawn = [row for row in rows if row.n and not is_small(row.n)]
    most = max((row.n for row in drawn), default=1)
    chosen = sorted(drawn, key=lambda row: (not is_hidden(row.n), -row.n, str(row.from_owner), str(row.to_owner)))
    flat = [_arch(row, place[str(row.from_owner)], place[str(row.to_owner)], most) for row in chosen[:MOST]]
    levelled: list[Arch] = []
    for arch in sorted(flat, key=lambda arch: (arch.right - arch.left, arch.left, -arch.row.n)):
        below = [other.level for other in levelled if other.is_back == arch.is_back and _spans(arch, other)]
        levelled.append(replace(arch, level=max(below, default=-1) + 1))
    return tuple(_moored(levelled))


def _arch(row: HandoverRow, start: int, end: int, most: int) -> Arch:
    is_back = end < start
    kind = "designed" if row.is_designed else "back" if is_back else "skip"
    thick = 2.0 if is_hidden(row.n) else _THICK[0] + (_THICK[1] - _THICK[0]) * row.n / most
    return Arch(row, min(start, end), max(start, end), thick, is_back, kind)


def is_hidden(n: int) -> bool:
    """Whether a number is withheld altogether."""
    return isinstance(n, Withheld) and not isinstance(n, Rough)


def is_small(n: int) -> bool:
    """Whether a number is withheld because it tells of few people."""
    return isinstance(n, Withheld) and n.text.startswith("<")


def _spans(one: Arch, other: Arch) -> bool:
    return one.left < other.right and other.left < one.right


def _moored(found: Sequence[Arch]) -> list[Arch]:
    """Where each meets its owners: from the left come the low ones first, to the right go the high ones first."""
    ends: dict[tuple[int, bool], list[tuple[tuple[int, int], int, bool]]] = defaultdict(list)
    for i, arch in enumerate(found):
        ends[arch.right, arch.is_back].append(((0, arch.level), i, False))
        ends[arch.left, arch.is_back].append(((1, -arch.level), i, True))
    moored = list(found)
    for at_owner in ends.values():
        at_owner.sort()
        whole = room([found[i].thick for _, i, _ in at_owner])
        x = -whole / 2
        for _, i, is_left in at_owner:
            x += found[i].thick / 2
            moored[i] = replace(moored[i], left_x=x) if is_left else replace(moored[i], right_x=x)
            x += found[i].thick / 2 + _APART
    return moored


def room(thick: Sequence[float]) -> float:
    """What arches of such widths take side by side."""
    return sum(thick) + _APART * max(0, len(thick) - 1)


def rooms(found: Sequence[Arch], owners_n: int) -> list[float]:
    """Owner to what its arches take, above or below, whichever is more."""
    widths: dict[tuple[int, bool], list[float]] = defaultdict(list)
    for arch in found:
        widths[arch.left, arch.is_back].append(arch.thick)
        widths[arch.right, arch.is_back].append(arch.thick)
    return [max(room(widths[i, False]), room(widths[i, True])) for i in range(owners_n)]
