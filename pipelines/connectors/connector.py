"""The connector file: a system's tables, its id types, and what their rows say happened."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pipelines.settings.tables import TableMapping, id_type_of
from pipelines.settings.words import Strict, Word, Words
from schemas.map_parts import RULE_COLUMNS

IdKind = Literal["person", "email", "phone", "device", "record", "case"]


class Connector(Strict):
    """One system.

    Attributes:
        title: The system's name for people.
        needs: Which exports to take, for people.
        ids: Id type to what it is: a person, an address, a device, a record ...
        tables: The system's tables; a file is matched to the first that its name fits.
        same_as: Another connector whose needs, ids and tables are also this system's.
    """

    title: Word
    needs: Words = ()
    ids: dict[Word, IdKind] = Field(default_factory=dict)
    tables: tuple[TableMapping, ...] = ()
    same_as: Word | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Connector:
        if bool(self.tables) == (self.same_as is not None):
            raise ValueError('a connector needs [[tables]]; or same_as = "another connector" instead of them')
        names = [table.name for table in self.tables]
        if "" in names:
            raise ValueError('a table has no name; write name = "..."')
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two tables are called {twice[0]!r}; every table needs its own name")
        for table in self.tables:
            self._check(table)
        return self

    def _check(self, table: TableMapping) -> None:
        if not (table.files or table.columns or table.read.names or table.read.names_from):
            raise ValueError(f"table {table.name!r} has neither files nor columns; something to tell its files by")
        if table.attributes is None and table.role == "events":
            raise ValueError(f"table {table.name!r} has no [tables.attributes]; name what may be kept, or write {{}}")
        if unknown := [kind for kind in map(id_type_of, table.id_types) if kind not in self.ids]:
            raise ValueError(f"table {table.name!r} has an id type {unknown[0]!r} that [ids] does not tell")
        kept = [*(table.attributes or {}), *(name for event in table.events for name in event.attributes)]
        if unseen := sorted(set(kept) & set(RULE_COLUMNS)):
            raise ValueError(
                f"table {table.name!r} has an attribute {unseen[0]!r}; another name: a map's rule would look at the"
                " event's own column"
            )
        names = [other.name for other in self.tables]
        for lookup in table.lookups:
            if lookup.table not in names or lookup.table == table.name:
                raise ValueError(f"table {table.name!r} looks up {lookup.table!r}, which is no other table")
