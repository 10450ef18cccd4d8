"""Ids of one kind in several systems: who is `user_id` here may be `Customer_Number__c` there.

Systems know nothing of each other's ids; that the same texts stand in both is all there is to go by.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from pipelines.connectors import load_connector
from pipelines.proposal import writing
from pipelines.proposal.look import Look
from pipelines.proposal.profiles import Column, columns_of
from pipelines.proposal.roles import Guess, id_type
from pipelines.proposal.systems import Find
from pipelines.proposal.vocabulary import MAIN_FIRST
from pipelines.settings import Mapped, TableMapping
from pipelines.settings.tables import id_type_of

_SHARED, _SHARED_NUMBERS = 0.2, 0.5  # of the ids of the smaller side, from which on two kinds of ids are one
_FEWEST = 10  # ids that have to be in both
_SHORTEST = 4  # characters of an id that is more than a counter
_OF_PEOPLE = {"person", "record"}
Place = tuple[str, str, str]  # source, table ("" for an id type of the whole source), id type or column


@dataclass
class SharedIds:
    """What a source's ids are called by others.

    Attributes:
        renamed: Its id types, to the names that other sources have for them.
        added: Table to id type to a column of it that the connector does not know.
    """

    renamed: dict[str, str] = field(default_factory=dict)
    added: dict[str, dict[str, str]] = field(default_factory=dict)

    def body(self) -> str:
        """Lines of the source's part of terreng.toml."""
        lines = []
        if self.renamed:
            pairs = ", ".join(f"{kind} = {writing.text(name)}" for kind, name in sorted(self.renamed.items()))
            lines.append(f"ids = {{{pairs}}}")
        for table, columns in sorted(self.added.items()):
            pairs = ", ".join(f"{kind} = {writing.text(column)}" for kind, column in columns.items())
            lines += [f"[sources.tables.{table}]", f"identities = {{{pairs}}}"]
        return "".join(f"{line}\n" for line in lines)


def shared_ids(looks: list[Look], sure: dict[Path, Find], guesses: list[tuple[Look, Guess]]) -> dict[str, SharedIds]:
    """By connector, what its ids are called elsewhere; ids of plain tables are renamed in their guesses.

    Args:
        looks: All files.
        sure: Those of systems.
        guesses: Those that are plain tables.
    """
    values: dict[Place, set[str]] = defaultdict(set)
    for seen in looks:
        if seen.path in sure:
            _add_of_system(seen, sure[seen.path], values)
    for number, (seen, found) in enumerate(guesses):
        for kind, column in found.identities.items() if found.is_source else ():
            values[f"\x00{number}", "", kind] |= _values(seen, column)
    result: dict[str, SharedIds] = defaultdict(SharedIds)
    for places in _alike(values):
        if len({source for source, _, _ in places}) > 1:
            _name(places, guesses, result)
    return result


def _add_of_system(seen: Look, find: Find, values: dict[Place, set[str]]) -> None:
    """Ids that the connector knows, and columns beside them that are called like ids of people."""
    connector = load_connector(find.connector)
    table = next(table for table in connector.tables if table.name == find.table)
    known: set[str] = set()
    for identity, word in _words(table):
        names = {name.lower() for name in (word.column, *table.aliases.get(word.column, ()))}
        for column in (name for name in seen.names if name.lower() in names):
            known.add(column)
            if connector.ids.get(id_type_of(identity)) in _OF_PEOPLE:
                values[find.connector, "", id_type_of(identity)] |= _values(seen, column)
    for profile in columns_of(seen):
        if profile.name not in known and _is_of_people(profile):
            values[find.connector, table.name, profile.name] |= _values(seen, profile.name)


def _words(table: TableMapping) -> list[tuple[str, Mapped]]:
    pairs = [*table.identities.items(), *(pair for event in table.events for pair in event.identities.items())]
    return [(kind, word) for kind, word in pairs if isinstance(word, Mapped) and not word.values]


def _is_of_people(column: Column) -> bool:
    return not column.is_email and id_type(column) in MAIN_FIRST


def _values(seen: Look, column: str) -> set[str]:
    place = seen.names.index(column)
    return {value for row in seen.rows if (value := row[place]) and len(value) >= _SHORTEST}


def _alike(values: dict[Place, set[str]]) -> list[list[Place]]:
    """Places with the same ids, together."""
    group = {place: {place} for place in values}
    for left, right in combinations(values, 2):
        if left[0] != right[0] and group[left] is not group[right] and _are_one(values[left], values[right]):
            whole = group[left] | group[right]
            for place in whole:
                group[place] = whole
    distinct = {id(whole): whole for whole in group.values() if len(whole) > 1}
    return [sorted(whole) for whole in distinct.values()]


def _are_one(left: set[str], right: set[str]) -> bool:
    both, fewer = left & right, min(len(left), len(right))
    needed = _SHARED_NUMBERS if all(value.isdecimal() for value in both) else _SHARED
    return len(both) >= _FEWEST and len(both) >= needed * fewer


def _name(places: list[Place], guesses: list[tuple[Look, Guess]], result: dict[str, SharedIds]) -> None:
    """Give the ids of these places one name: the surest of those that they have."""
    called = {id_type(Column(name, 2, 2, 2)) if table else name for _, table, name in places}
    main = next((kind for kind in MAIN_FIRST if kind in called), min(called))
    for source, table, name in places:
        if source.startswith("\x00"):
            found = guesses[int(source[1:])][1]
            if name != main and main not in found.identities:
                found.identities = {main if kind == name else kind: column for kind, column in found.identities.items()}
        elif table:
            result[source].added.setdefault(table, {})[main] = name
        elif name != main:
            result[source].renamed[name] = main
