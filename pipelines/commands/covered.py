"""Published rows as commands list them: in place of a small number stands what says that it is not shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.commands.workspace import open_workspace
from pipelines.privacy.withheld import Withheld

Row = dict[str, Any]


def covered_rows(workspace: Path, queries: Mapping[str, str]) -> dict[str, list[Row]]:
    """Rows of published tables.

    Args:
        workspace: The folder.
        queries: Table to the query that reads it, with every column that its numbers are known by.

    Returns:
        Table to its rows, in the order of the query.
    """
    from pipelines.privacy.cover import read_cover
    from pipelines.warehouse import reader

    settings = open_workspace(workspace)
    rows: dict[str, list[Row]] = {}
    with reader(settings) as connection:
        cover = read_cover(connection, settings.privacy.minimum_cell)
        for table, query in queries.items():
            found = connection.sql(query)
            read = [dict(zip(found.columns, values, strict=True)) for values in found.fetchall()]
            rows[table] = [row | cover.columns(table, row) for row in read]
    return rows


def plain(row: Row) -> Row:
    """A row for machines: hidden numbers are null, and named."""
    hidden = [name for name, value in row.items() if isinstance(value, Withheld)]
    return row | dict.fromkeys(hidden) | {"hidden": hidden}


def cell(name: str, value: object) -> object:
    """A cell for people: shares as per cent, seconds as a length, truth as yes or no."""
    match value:
        case Withheld():
            return value.text
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.1%}" if name.endswith("_share") else length(value)
        case _:
            return value


def length(seconds: float) -> str:
    """A duration in the unit that a person would take."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
