"""Types of DuckDB's columns in Spark's words; what Spark does not know leaves home as something that it does."""

from __future__ import annotations

import re

SAME = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}
WIDER = {
    "UTINYINT": "INTEGER",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "BIGINT",
    "HUGEINT": "BIGINT",
    '"NULL"': "INTEGER",
}
"""What Parquet, or Spark's reading of it, has no word for, and the type as which it leaves home."""
_MAP = re.compile(r"MAP\((\w+), (.+)\)")


def portable(kind: str) -> str:
    """The DuckDB type as which a column is written for Spark."""
    if kind.endswith("[]"):
        return f"{portable(kind[:-2])}[]"
    if kind in SAME or kind.startswith(("DECIMAL", "MAP")):
        return kind
    return WIDER.get(kind, "VARCHAR")


def in_spark(kind: str) -> str:
    """A portable DuckDB type as Spark calls it."""
    if kind.endswith("[]"):
        return f"array<{in_spark(kind[:-2])}>"
    if found := _MAP.fullmatch(kind):
        return f"map<{in_spark(found[1])}, {in_spark(found[2])}>"
    return SAME.get(kind, kind.lower())
