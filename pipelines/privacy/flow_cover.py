"""The ways between phases as they leave the house: of the journeys on ways that many took.

To hide each small way, and what would give it away, would leave little to see, for what comes to a phase is what goes
on from it. So journeys that took a way of few are left out, with as many others as it takes that nobody can tell from a
known total that they are few. What is left adds up everywhere. Where too many would go, ways are told together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import duckdb

from schemas.words import Status, TravelWay

OTHER = "other"
"""A way: detours and contacts together."""
LEFT = "left"
"""An end: exited and abandoned together."""
ENOUGH_SHARE = 0.05  # so many journeys may be left out before ways are told together instead
_TINY = 10  # minima: contacts of fewer journeys in a phase are told with its detours from the beginning
_PATHS = """
SELECT journey, phases, ways, status, count(*) FROM (
    SELECT journeys.journey, journey_id, status, list(journey_phases.phase ORDER BY place) AS phases,
        list(way ORDER BY place) AS ways
    FROM journey_phases JOIN journeys USING (journey_id)
    JOIN map_versions ON map_versions.journey = journeys.journey AND map_versions.map_version = journeys.map_version
        AND map_versions.is_in_force AND NOT map_versions.straddles
    WHERE rule = 'default' AND assignment = 'this'
    GROUP BY journeys.journey, journey_id, status
) GROUP BY ALL ORDER BY ALL
"""
Node = tuple[str | None, str | None]
Leg = tuple[Node, Node, str | None]
_NOWHERE: Node = (None, None)


@dataclass(frozen=True)
class Path:
    """Journeys that went the same way: phases with how they travelled there, and how they ended."""

    nodes: tuple[tuple[str, str | None], ...]
    status: str

    @property
    def legs(self) -> Iterator[Leg]:
        """From the beginning to the first phase, from phase to phase, and from the last one to the end."""
        yield _NOWHERE, self.nodes[0], None
        for before, after in pairwise(self.nodes):
            yield before, after, None
        yield self.nodes[-1], _NOWHERE, self.status

    @property
    def totals(self) -> Iterator[tuple[str, ...]]:
        """What is known of all journeys, and so of those left out: who came to a phase, who ended there and how."""
        yield ("begun",)
        yield from (("came", phase) for phase, _ in self.nodes)
        yield "ended", self.nodes[-1][0], self.status
        if all(way == TravelWay.AS_DESIGNED for _, way in self.nodes):
            yield ("as_designed",)


Paths = Mapping[Path, int]
_Telling = Callable[[Path], Path]


def flows_of_many(connection: duckdb.DuckDBPyConnection, minimum: int) -> list[dict[str, Any]]:
    """Rows of `phase_flows` of every map, but for the journeys that are left out.

    Args:
        connection: The published snapshot, or the warehouse.
        minimum: Numbers of fewer are small.
    """
    of_maps: dict[str, Counter[Path]] = {}
    for journey, phases, ways, status, n in connection.sql(_PATHS).fetchall():
        path = Path(tuple(zip(phases, ways, strict=True)), status)
        of_maps.setdefault(journey, Counter())[path] += n
    return [row for journey, paths in of_maps.items() for row in flow_rows(journey, told(paths, minimum))]


def told(paths: Paths, minimum: int) -> Paths:
    """The paths that are told, at the finest level at which not too many are left out."""
    all_n = sum(paths.values())
    levels: list[tuple[int, int, Paths]] = []
    for telling in _levels(paths, minimum):
        together: Counter[Path] = Counter()
        for path, n in paths.items():
            together[telling(path)] += n
        kept = of_many(together, minimum)
        left_out = all_n - sum(kept.values())
        if left_out <= ENOUGH_SHARE * all_n:
            return kept
        levels.append((left_out, len(levels), kept))
    return min(levels, key=lambda level: level[:2])[2]


def of_many(paths: Paths, minimum: int) -> Paths:
    """The paths but for those on a small way, and for so many journeys more that no known total tells of few."""
    kept = dict(paths)
    while True:
        legs = _counted(kept, lambda path: path.legs)
        gone = {path: n for path, n in kept.items() if any(legs[leg] < minimum for leg in path.legs)}
        gone = gone or _beside(paths, kept, minimum)
        if not gone:
            return kept
        for path, n in gone.items():
            kept[path] -= n
            if not kept[path]:
                del kept[path]


def _beside(paths: Paths, kept: Paths, minimum: int) -> dict[Path, int]:
    """Journeys of one path that are left out, too, where some known total would tell of few that are left out.

    Of the paths that help with most of such totals the one of most journeys is taken, for it loses least by it.
    """
    missing = _counted({path: n - kept.get(path, 0) for path, n in paths.items()}, lambda path: path.totals)
    few = {total: minimum - n for total, n in missing.items() if 0 < n < minimum}
    helped = {path: [few[total] for total in path.totals if total in few] for path in kept}
    found = max(kept, key=lambda path: (len(helped[path]), kept[path], repr(path)), default=None)
    return {found: min(max(helped[found]), kept[found])} if found is not None and helped[found] else {}


def _counted(paths: Paths, parts: Callable[[Path], Iterable[Any]]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for path, n in paths.items():
        for part in parts(path):
            found[part] += n
    return found


def _levels(paths: Paths, minimum: int) -> Iterator[_Telling]:
    """From all told apart to all told together."""
    contacts = Counter(
        {phase: 0 for path in paths for phase, _ in path.nodes}
        | _counted(paths, lambda path: (phase for phase, way in path.nodes if way == TravelWay.ASKED_FOR_HELP))
    )
    tiny = frozenset(phase for phase, n in contacts.items() if 0 < n < _TINY * minimum)
    every = frozenset(contacts)
    for together, is_left_told, is_way_told in ((tiny, True, True), (tiny, False, True), (every, False, True)):
        yield _telling(together, is_left_told=is_left_told, is_way_told=is_way_told)
    yield _telling(every, is_left_told=False, is_way_told=False)


def _telling(together: frozenset[str], *, is_left_told: bool, is_way_told: bool) -> _Telling:
    """How a path is told: phases whose detours and contacts are told together, whether both ways to leave are."""

    def way_of(phase: str, way: str | None) -> str | None:
        if not is_way_told:
            return None
        return OTHER if phase in together and way != TravelWay.AS_DESIGNED else way

    def tell(path: Path) -> Path:
        nodes = tuple((phase, way_of(phase, way)) for phase, way in path.nodes)
        is_lost = path.status in {Status.EXITED, Status.ABANDONED}
        return Path(nodes, LEFT if is_lost and not is_left_told else path.status)

    return tell


def flow_rows(journey: str, paths: Paths) -> list[dict[str, Any]]:
    """The ways that the paths are made of, as rows of `phase_flows`."""
    legs = _counted(paths, lambda path: path.legs)
    return [
        {
            "journey": journey,
            "from_phase": start[0],
            "from_way": start[1],
            "to_phase": end[0],
            "to_way": end[1],
            "end_status": status,
            "journeys_n": n,
        }
        for (start, end, status), n in sorted(legs.items(), key=repr)
    ]
