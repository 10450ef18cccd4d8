"""Which system wrote a file: the connector one of whose tables has its columns, and perhaps its name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from pipelines.connectors import connector_names, load_connector
from pipelines.proposal.look import Look
from pipelines.settings import TableMapping

_PACKED = {".gz", ".zst", ".zip"}
_SURE = 4.0  # points from which on a file is a connector's
_NAMED, _IN_FOLDER, _COLUMNS, _EACH, _MOST = 2.0, 3.0, 2.0, 0.25, 8
_WIDE = 20  # columns from which on their number alone tells a file without a header


@dataclass(frozen=True)
class Find:
    """A connector's table that a file may be, and how much speaks for it."""

    connector: str
    table: str
    points: float


def systems_of(looks: list[Look]) -> tuple[dict[Path, Find], dict[Path, Find]]:
    """The connector of every file that is surely one's, and of others the one that they could be of.

    Files of one folder are looked at together: what fits several connectors is of the one that most files are of.
    """
    finds = {seen.path: _finds(seen) for seen in looks if seen.kind == "table"}
    totals: dict[tuple[Path, str], float] = defaultdict(float)
    for path, found in finds.items():
        for find in found:
            if find.points >= _SURE:
                totals[path.parent, find.connector] += find.points
    sure: dict[Path, Find] = {}
    unsure: dict[Path, Find] = {}
    for path, found in finds.items():
        if found:
            best = max(found, key=lambda find: (find.points, totals[path.parent, find.connector]))
            (sure if best.points >= _SURE else unsure)[path] = best
    return sure, unsure


def _finds(seen: Look) -> list[Find]:
    """The best table of each connector, in the order of the connectors' names."""
    found = []
    # What is the same as another is only told apart by its name.
    for name in sorted(connector_names(), key=lambda name: (load_connector(name).same_as is not None, name)):
        tables = [Find(name, table.name, _points(seen, name, table)) for table in load_connector(name).tables]
        best = max(tables, key=lambda find: find.points)
        if best.points:
            found.append(best)
    return found


def _points(seen: Look, connector: str, table: TableMapping) -> float:
    points = _columns_points(seen, table)
    if not points:
        return 0.0
    stem = _stem(seen.path)
    if any(fnmatchcase(stem, glob.lower()) and len(glob.strip("*")) > 2 for glob in table.files):
        points += _NAMED
    named = {part.lower() for part in seen.path.parent.parts[-2:]} | {stem}
    if any(connector in part for part in named):
        points += _IN_FOLDER
    return points


def _columns_points(seen: Look, table: TableMapping) -> float:
    if table.columns:
        known = {name.lower() for name in seen.names}
        names = [
            {column.lower(), *(other.lower() for other in table.aliases.get(column, ()))} for column in table.columns
        ]
        if all(known & also for also in names):
            return _COLUMNS + _EACH * min(len(table.columns), _MOST)
    if table.read.names is not None and len(table.read.names) == len(seen.names) >= _WIDE:
        return _SURE
    return _SURE if table.read.names_from and (seen.path.parent / table.read.names_from).is_file() else 0.0


def _stem(path: Path) -> str:
    name = PurePath(path.name.lower())
    return PurePath(name.stem).stem if name.suffix in _PACKED else name.stem
