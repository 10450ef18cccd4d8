"""Whether two tables say the same: names, types, rows as often as they come, floats to 1e-9, and their order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from schemas.tables import TABLES

TOLERANCE = 1e-9
OF_THE_RUN: Mapping[str, frozenset[str]] = {
    "events": frozenset({"ingested_at"}),
    "rejected_rows": frozenset({"first_seen_at"}),
    "files": frozenset({"loaded_at"}),
    "source_states": frozenset({"read_at", "stopped_at"}),
    "source_columns": frozenset({"first_seen_at", "last_seen_at"}),
    "findings": frozenset({"first_seen_run"}),
    "runs": frozenset({"run_id", "started_at", "ended_at"}),
}
"""When and by which run a row came: true of a run, not of its content."""
FLOATS = ("DOUBLE", "FLOAT")
Row = tuple[object, ...]


def published_differences(left: Path, right: Path) -> dict[str, str]:
    """What two published databases say differently, by table; a table that is alike is not in it.

    Of the runs, which are one more each time, only the newest is looked at.

    Args:
        left: One published database.
        right: The other one.
    """
    with duckdb.connect() as connection:
        for name, path in (("l", left), ("r", right)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
            connection.execute(f"CREATE SCHEMA {name}_last")
            newest = f"SELECT * FROM {name}.main.runs ORDER BY started_at DESC LIMIT 1"
            connection.execute(f"CREATE TABLE {name}_last.runs AS {newest}")
        found = table_differences(connection, "l.main", "r.main", TABLES.keys() - {"runs"})
        return found | table_differences(connection, "l_last", "r_last", ("runs",))


def table_differences(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, names: Collection[str]
) -> dict[str, str]:
    """What the tables of two schemas say differently, by table, their order included.

    Args:
        connection: Sees both schemas.
        left: One schema.
        right: The other one.
        names: Of the tables.
    """
    found = {}
    for name in names:
        left_out = OF_THE_RUN.get(name, frozenset())
        told = difference(connection, f"{left}.{name}", f"{right}.{name}", left_out)
        told = told or order_difference(connection, f"{left}.{name}", f"{right}.{name}", left_out)
        if told:
            found[name] = told
    return found


def difference(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, left_out: Collection[str] = frozenset()
) -> str:
    """How two tables differ, whatever the order of their rows; empty where they do not. It shows no value of a row.

    Args:
        connection: Sees both tables.
        left: Name of the one.
        right: Name of the other.
        left_out: Columns that are not looked at.
    """
    columns, others = _columns(connection, left), _columns(connection, right)
    if list(columns.items()) != list(others.items()):
        return f"columns {_only(columns, others)} against {_only(others, columns)}"
    names = [name for name in columns if name not in left_out]
    text = ", ".join(f'"{name}"' for name in names)
    missing = connection.sql(f"SELECT {text} FROM {left} EXCEPT ALL SELECT {text} FROM {right}").fetchall()
    added = connection.sql(f"SELECT {text} FROM {right} EXCEPT ALL SELECT {text} FROM {left}").fetchall()
    return _unmatched(missing, added, names, [columns[name] in FLOATS for name in names])


def order_difference(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, left_out: Collection[str] = frozenset()
) -> str:
    """Whether the rows of two tables that are alike come in another order: readers show them as they come.

    Args:
        connection: Sees both tables.
        left: Name of the one.
        right: Name of the other.
        left_out: Columns that are not looked at; floats are not either.
    """
    columns = _columns(connection, left)
    names = [name for name, kind in columns.items() if name not in left_out and kind not in FLOATS]
    text = ", ".join(f'"{name}"' for name in names)
    # Row by row as they lie: a hash of each, so that large tables are compared within DuckDB.
    numbered = f"SELECT row_number() OVER () AS place, hash({text}) AS digest FROM"
    (row,) = connection.sql(
        f"SELECT count(*) FROM ({numbered} {left}) l JOIN ({numbered} {right}) r USING (place)"
        " WHERE l.digest <> r.digest"
    ).fetchall()
    return f"{row[0]} rows in another place" if row[0] else ""


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in connection.sql(f"DESCRIBE SELECT * FROM {name}").fetchall()}


def _only(columns: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    """What the others do not have, name and type; all of them where only the order differs."""
    return [" ".join(pair) for pair in columns.items() if pair not in others.items()] or list(columns)


def _unmatched(missing: list[Row], added: list[Row], names: Sequence[str], is_float: Sequence[bool]) -> str:
    """What is left when rows that differ only by the last bits of floats are taken for the same."""
    if len(missing) != len(added):
        return f"{len(missing)} rows only in the first, {len(added)} only in the second"
    wrong: Counter[str] = Counter()
    for row, other in zip(_sorted(missing, is_float), _sorted(added, is_float), strict=True):
        wrong.update(name for name, mine, its in zip(names, row, other, strict=True) if not _is_alike(mine, its))
    if not wrong:
        return ""
    told = ", ".join(f"{name} {n}x" for name, n in wrong.most_common())
    return f"{len(missing)} rows differ; paired by what else they say: {told}"


def _sorted(rows: list[Row], is_float: Sequence[bool]) -> list[Row]:
    """By all that is exact first, then by the floats, rounded so far that the last bits do not decide."""

    def key(row: Row) -> list[str]:
        exact = [repr(value) for value, one_is in zip(row, is_float, strict=True) if not one_is]
        return exact + [_rough(value) for value, one_is in zip(row, is_float, strict=True) if one_is]

    return sorted(rows, key=key)


def _rough(value: object) -> str:
    return f"{value:.6e}" if isinstance(value, float) else repr(value)


def _is_alike(mine: object, its: object) -> bool:
    if isinstance(mine, float) and isinstance(its, float):
        return (math.isnan(mine) and math.isnan(its)) or math.isclose(mine, its, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return mine == its
