"""A file's columns under the names that a table's mapping gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import duckdb

from pipelines.connectors.acquisition import add_macros
from pipelines.ingest.readers.landing import Landing, quoted
from pipelines.ingest.words import NULL, columns_of, columns_of_sql, scratch
from pipelines.settings import TableMapping
from schemas.errors import SourceError

WHOLE_ROW = "_json"
_OUR_OWN = re.compile(r"line|raw|rest|leaves|part|row_no|(c|w|i|l|keys|values)\d+", re.IGNORECASE)


@dataclass
class NamedRow:
    """The columns of one file by the names of its table's mapping.

    Attributes:
        con: A connection, to try the words' own SQL on.
        landing: The file's rows.
        table: The mapping; a plain one ("") has no other names than the file's.
        told_in: The file with the mapping.
        taken: Columns that come from elsewhere (lookups), and their SQL.
        part: SQL of the JSON element that a row of an exploded list stands for; "" where nothing is exploded.
        own: SQL of words, in their order: they become the columns `w0`, `w1`, ... of `relation`.
    """

    con: duckdb.DuckDBPyConnection
    landing: Landing
    table: TableMapping
    told_in: str = "terreng.toml"
    taken: dict[str, str] = field(default_factory=dict)
    part: str = ""
    own: list[str] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether the mapping is a plain table's, and names are exact."""
        return not self.table.name

    def text_of(self, column: str) -> str:
        """SQL expression of a column's text.

        Raises:
            SourceError: A plain table lacks the column.
        """
        if column in self.taken:
            return self.taken[column]
        if column == WHOLE_ROW:
            return self.landing.json or NULL
        if found := self._found(column):
            return found[1]
        return self.landing.text_of(column) if self.is_plain else NULL

    def has(self, column: str) -> bool:
        """Whether the file has the column, under any of its names."""
        return self._found(column) is not None

    def delivered(self, columns: Iterable[str]) -> set[str]:
        """Columns of the file, under their own names, that these columns read."""
        found = {place[0] for column in columns if (place := self._found(column))}
        return found | (set(self.landing.text) if WHOLE_ROW in set(columns) else set())

    def names_of(self, column: str) -> tuple[str, ...]:
        """Names under which a column is looked for."""
        return (column, *self.table.aliases.get(column, ()))

    def value_of(self, sql: str) -> str:
        """SQL expression of what a word's own SQL says.

        Raises:
            SourceError: It is no expression over this row.
        """
        if sql not in self.own:
            self._try(sql)
            if all(self.text_of(column) == NULL for column in columns_of_sql(sql)):
                return _value_of_nothing(sql)
            self.own.append(sql)
        return f"w{self.own.index(sql)}"

    def relation(self) -> str:
        """SQL of the rows, with what the words' own SQL says beside each."""
        if not self.own:
            return self.landing.relation
        add_macros(self.con)
        named = dict.fromkeys(column for sql in self.own for column in columns_of_sql(sql))
        exposed = "".join(f", {self.text_of(column)} AS {_identifier(column)}" for column in named)
        without = f" EXCLUDE ({', '.join(_identifier(column) for column in named)})" if named else ""
        values = ", ".join(f"{self._guarded(sql)} AS w{place}" for place, sql in enumerate(self.own))
        return f"(SELECT *{without}, {values} FROM (SELECT landed.*{exposed} FROM {self.landing.relation} AS landed))"

    def _found(self, column: str) -> tuple[str, str] | None:
        """The file's own name of a column, and the SQL of its text."""
        for name in self.names_of(column):
            if (place := self._direct(name)) or (place := self._element(name)) or (place := self._inside(name)):
                return place
        return None

    def _direct(self, name: str) -> tuple[str, str] | None:
        text = self.landing.text
        if name in text:
            return name, text[name]
        if self.is_plain:
            return None
        low = name.lower()
        return next(((own, sql) for own, sql in text.items() if own.lower() == low), None)

    def _element(self, name: str) -> tuple[str, str] | None:
        """A place in the element of the list that the table is exploded by."""
        exploded = self.table.explode
        if not self.part or not exploded or not name.startswith(f"{exploded}."):
            return None
        place = self._direct(exploded)
        return (place[0] if place else exploded), _inside_sql(self.part, name[len(exploded) + 1 :])

    def _inside(self, name: str) -> tuple[str, str] | None:
        """A place inside a column that holds JSON as text."""
        if self.is_plain:
            return None
        for cut in (match.start() for match in re.finditer(r"\.", name)):
            if place := self._direct(name[:cut]):
                text = f"CASE WHEN json_valid({place[1]}) THEN {place[1]} END"
                return place[0], _inside_sql(text, name[cut + 1 :])
        return None

    def _try(self, sql: str) -> None:
        if clash := [column for column in columns_of_sql(sql) if _OUR_OWN.fullmatch(column)]:
            raise self._wrong(sql, f"the name {clash[0]!r} is ours")
        if told := _complaint(sql):
            raise self._wrong(sql, told)

    def _wrong(self, sql: str, told: str) -> SourceError:
        got = f"table {self.table.name!r}: sql = {sql!r} cannot be read: {told}"
        hint = "every column is a text; names with dots need double quotes"
        return SourceError(got, "one expression in DuckDB's SQL", hint, self.told_in)

    def _guarded(self, sql: str) -> str:
        """The text of an expression, null on a row where it fails; DuckDB's TRY takes no queries within it."""
        tried = f"TRY({sql})"
        return f"nullif(CAST({f'({sql})' if _complaint(tried) else tried} AS VARCHAR), '')"


@cache
def _value_of_nothing(sql: str) -> str:
    """SQL of what an expression says of every row where the file has none of its columns: planning it costs more."""
    columns = [f"{NULL} AS {_identifier(column)}" for column in columns_of_sql(sql)]
    try:
        query = f"SELECT nullif(CAST(({sql}) AS VARCHAR), '') FROM (SELECT {', '.join(columns) or '1'})"
        value = _trial().execute(query).fetchall()[0][0]
    except duckdb.Error:  # as on any row where it fails
        value = None
    return NULL if value is None else quoted(str(value))


@cache
def _complaint(sql: str) -> str:
    """What DuckDB says against an expression over an empty row; "" where it says nothing."""
    columns = [f"{NULL} AS {_identifier(column)}" for column in columns_of_sql(sql)]
    try:
        _trial().sql(f"SELECT {sql} FROM (SELECT {', '.join(columns) or '1'})")
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return ""


@cache
def _trial() -> duckdb.DuckDBPyConnection:
    con = scratch()
    add_macros(con)
    return con


def columns_of_table(table: TableMapping) -> Iterator[str]:
    """Columns with ids, under all their names."""
    words = [*table.identities.values(), *(word for event in table.events for word in event.identities.values())]
    for column in dict.fromkeys(column for word in words for column in columns_of(word)):
        yield from (column, *table.aliases.get(column, ()))


def _inside_sql(json_text: str, path: str) -> str:
    """SQL of the text at a dotted path of a JSON text: at the key with the dots in it, else at nested ones."""
    keys = ['$."' + path.replace('"', "") + '"']
    if "." in path:
        keys.append("$" + "".join(f'."{key}"' for key in path.replace('"', "").split(".")))
    found = [f"json_extract_string({json_text}, {quoted(key)})" for key in keys]
    return f"nullif({found[0] if len(found) == 1 else f'coalesce({chr(44).join(found)})'}, '')"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
