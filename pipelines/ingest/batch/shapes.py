"""What the files of a batch are made of: the columns of each as they are when it is read alone, and those of all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.ingest.batch.reading import LINES, Member
from pipelines.ingest.landings import FEW_ROWS
from pipelines.ingest.readers.json_lines import (
    COLUMNS_MAX,
    IS_OBJECT,
    NO_OBJECT,
    Leaf,
    Pairs,
    keys_sql,
    places_of,
    settle,
    structure_sql,
)
from pipelines.ingest.readers.landing import Broken, Landing, shape_of
from pipelines.ingest.words import NULL

if TYPE_CHECKING:
    import duckdb

_STEP = re.compile(r'\."[^"]*"')
Places = list[Leaf | Pairs]


@dataclass
class Shape:
    """Where texts lie in a file's records: in the first of them, and in all.

    Attributes:
        first: Places in the first records.
        all: Places in all of them.
        first_keys: Path of a list of pairs to its keys in the first records.
        all_keys: The same of all records.
    """

    first: Places = field(default_factory=list)
    all: Places = field(default_factory=list)
    first_keys: dict[str, list[str]] = field(default_factory=dict)
    all_keys: dict[str, list[str]] = field(default_factory=dict)

    def landing(self, of: Landing, is_first: bool) -> Landing:
        """The file's columns; their SQL is none, for nobody reads them from it."""
        found = Landing(of.delivery, "", {}, notes=of.notes)
        keys = self.first_keys if is_first else self.all_keys
        settle(found, "", self.first if is_first else self.all, lambda pairs: keys.get(pairs.path, []))
        return found

    def origins(self) -> dict[str, str]:
        """Column to the place that it comes from, of all columns that hold anything."""
        return _origins((place for place in self.all if not _is_void(place)), self.all_keys)


def set_broken_aside(con: duckdb.DuckDBPyConnection, members: Sequence[Member]) -> None:
    """Take what is no JSON object out of the lines."""
    broken = con.execute(f"DELETE FROM {LINES} WHERE NOT {IS_OBJECT} RETURNING of_file, line, raw").fetchall()
    for number, line, raw in sorted(broken, key=lambda row: row[:2]):
        members[number].landing.broken.append(Broken(int(line), NO_OBJECT, shape_of(str(raw or ""))))


def shapes_of(con: duckdb.DuckDBPyConnection, is_sample: bool = False) -> dict[int, Shape]:
    """The shapes of the files whose lines have landed; of a sample only the first records are looked at."""
    few, order = f"at_row < {FEW_ROWS}", " ORDER BY at_row"
    first = structure_sql(order, f" FILTER ({few})")
    of_all = "NULL" if is_sample else f"CASE WHEN max(at_row) >= {FEW_ROWS} THEN {structure_sql(order)} END"
    query = f"SELECT of_file, {first}, {of_all} FROM {LINES} GROUP BY of_file ORDER BY of_file"
    shapes = {}
    for number, start, whole in con.sql(query).fetchall():
        shapes[int(number)] = Shape(places_of(start), places_of(start if whole is None else whole))
    lists = {place.path: place for shape in shapes.values() for place in shape.all if isinstance(place, Pairs)}
    for path, place in lists.items():
        told = f"SELECT of_file, {keys_sql(place)} AS key, at_row FROM {LINES}"
        keys = f"SELECT of_file, key, bool_or({few}) FROM ({told}) WHERE key IS NOT NULL GROUP BY ALL ORDER BY ALL"
        for number, key, is_early in con.sql(keys).fetchall():
            shape = shapes[int(number)]
            shape.all_keys.setdefault(path, []).append(str(key))
            if is_early:
                shape.first_keys.setdefault(path, []).append(str(key))
    return shapes


class Union:
    """The columns of all files of a batch, as far as they mean the same in each."""

    def __init__(self) -> None:
        """Without any column yet."""
        self._kinds: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, Leaf | Pairs] = {}
        self._voids: dict[str, Leaf] = {}
        self._keys: dict[str, dict[str, None]] = {}

    def takes(self, shape: Shape) -> bool:
        """Add a file's columns; false, and nothing is added, where one of them is something else than in the others."""
        kinds: dict[str, tuple[str, ...]] = {}
        for place in (*shape.first, *shape.all):
            for path, kind in _kinds_of(place):
                if kinds.setdefault(path, kind) != kind or self._kinds.get(path, kind) != kind:
                    return False
        names = [place.name for place in shape.all]
        if len(names) > COLUMNS_MAX or any(len(keys) >= COLUMNS_MAX for keys in shape.all_keys.values()):
            return False
        self._kinds |= kinds
        for place in shape.all:
            if isinstance(place, Leaf) and place.is_void:
                self._voids.setdefault(place.path, place)
            else:
                self._places.setdefault(place.path, place)
        for path, keys in shape.all_keys.items():
            self._keys.setdefault(path, {}).update(dict.fromkeys(keys))
        return True

    def landing(self, of: Landing) -> Landing:
        """The columns of all files, with their SQL."""
        found = Landing(of.delivery, "", {})
        settle(found, LINES, self._places.values(), lambda pairs: sorted(self._keys.get(pairs.path, {})))
        for void in self._voids.values():
            found.text.setdefault(void.name, NULL)
        return found

    def origins(self) -> dict[str, str]:
        """Column to the place that it comes from."""
        return _origins(self._places.values(), {path: list(keys) for path, keys in self._keys.items()})


def _is_void(place: Leaf | Pairs) -> bool:
    return isinstance(place, Leaf) and place.is_void


def _kinds_of(place: Leaf | Pairs) -> Iterable[tuple[str, tuple[str, ...]]]:
    """A place and all that it lies in, with what they are; where no record has anything, it may be anything."""
    if _is_void(place):
        return
    path = "$"
    *within, _ = _STEP.findall(place.path)
    for step in within:
        path += step
        yield path, ("object",)
    yield place.path, ("pairs", *place.fields) if isinstance(place, Pairs) else ("text",)


def _origins(places: Iterable[Leaf | Pairs], keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    known = list(places)
    found = {place.name: place.path for place in known if isinstance(place, Leaf)}
    for place in known:
        if isinstance(place, Pairs):
            for key in keys.get(place.path, ()):
                found.setdefault(f"{place.name}.{key}", f"{place.path} {key}")
    return found
