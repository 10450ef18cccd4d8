"""What a table is made of: columns with their DuckDB types and meanings, and one row per what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: name, DuckDB type, meaning (with unit), may it be null, and are no two of its values alike."""

    name: str
    type: str
    meaning: str
    nullable: bool = False
    is_unlike: bool = False


@dataclass(frozen=True)
class Table:
    """One table: name, "one row per ...", and its columns in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def ddl(self, name: str = "") -> str:
        """`CREATE TABLE IF NOT EXISTS` for DuckDB. No keys or indexes: they cost three times the load.

        What is not alike is not compressed: looking for what it has in common costs four times the writing.
        """
        body = ", ".join(
            f"{c.name} {c.type}{'' if c.nullable else ' NOT NULL'}"
            f"{' USING COMPRESSION uncompressed' if c.is_unlike else ''}"
            for c in self.columns
        )
        return f"CREATE TABLE IF NOT EXISTS {name or self.name} ({body})"


TEXT, INT, REAL, TIME, FLAG = "VARCHAR", "BIGINT", "DOUBLE", "TIMESTAMPTZ", "BOOLEAN"
MAP = "MAP(VARCHAR, VARCHAR)"
LIST = "VARCHAR[]"


def needed(name: str, kind: str, meaning: str) -> Column:
    """A column that always has a value."""
    return Column(name, kind, meaning)


def unlike(name: str, kind: str, meaning: str) -> Column:
    """A column that always has a value, another one on nearly every row."""
    return Column(name, kind, meaning, is_unlike=True)


def nullable(name: str, kind: str, meaning: str) -> Column:
    """A column that may be null."""
    return Column(name, kind, meaning, nullable=True)
