"""The published rows behind the sections on cost: records by table, each as it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.privacy.withheld import Withheld

if TYPE_CHECKING:
    import duckdb

    from pipelines.privacy.cover import Cover

Record = Mapping[str, Any]

_ORDERS = {
    "frictions": "place NULLS LAST, lost_shrunk DESC NULLS LAST, signal, touchpoint",
    "root_causes": "touchpoint, signal, place",
    "proposals": "touchpoint, signal",
    "waits": "segment NULLS FIRST, from_touchpoint, to_touchpoint",
    "patience_curves": "from_touchpoint, to_touchpoint, from_s",
    "experience": "touchpoint NULLS FIRST, measure, segment NULLS FIRST",
    "experience_quadrants": "touchpoint NULLS FIRST, behaviour, survey",
    "customer_value": "segment NULLS FIRST",
    "segment_differences": "q_value NULLS LAST, measure, touchpoint, signal, segment",
    "identity_ranges": "measure, touchpoint, signal",
}
JOINT = "all_fixed"
"""The signal of the row that tells what all frictions cost together."""


@dataclass(frozen=True)
class Cost:
    """Rows of one map by table, in a fixed order."""

    tables: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    currency: str | None = None

    def rows(self, table: str) -> tuple[Record, ...]:
        """Rows of one table; none where it is not there."""
        return self.tables.get(table, ())


def read_cost(con: duckdb.DuckDBPyConnection, journey: str, cover: Cover, currency: str | None) -> Cost:
    """The rows of one map. In place of a small number stands what says that it is not shown."""
    tables = {table: _rows(con, table, order, journey, cover) for table, order in _ORDERS.items()}
    return Cost(tables | {"cohorts": _cohorts(con, journey, cover)}, currency)


def _cohorts(con: duckdb.DuckDBPyConnection, journey: str, cover: Cover) -> tuple[Record, ...]:
    """Weeks as the command and the exports tell them: without those of few people, and shares that tell of few."""
    from pipelines.privacy.cover import edge_rows

    rows = [row for row in edge_rows(con, "cohorts", cover.minimum) if row["journey"] == journey]
    rows.sort(key=lambda row: (row["segment"] is not None, row["segment"] or "", row["week_at"]))
    return tuple(row | cover.columns("cohorts", row) for row in rows)


def _rows(con: duckdb.DuckDBPyConnection, table: str, order: str, journey: str, cover: Cover) -> tuple[Record, ...]:
    found = con.execute(f"SELECT * FROM {table} WHERE journey = ? ORDER BY {order}", [journey])
    names = [column[0] for column in found.description or ()]
    read = (dict(zip(names, values, strict=True)) for values in found.fetchall())
    return tuple(row | cover.columns(table, row) for row in read)


def told(row: Record, *names: str) -> tuple[float, ...] | None:
    """Numbers of a row, or None where one of them is missing or not shown."""
    values = [row[name] for name in names]
    if any(value is None or isinstance(value, (Withheld, str)) for value in values):
        return None
    return tuple(float(value) for value in values)
