"""What differs between the warehouse's tables and a copy of the published ones, and putting the copy right.

Nothing remembers what changed: every row of both sides is reduced to a number, these are summed up in buckets of rows
that belong together, and the rows of those buckets that differ are replaced. So a copy comes out right whatever was
done to either side, and only what changed is sorted, written and compressed again.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from schemas.table import Table

SMALL_N = 50_000
"""Tables of as many rows are written anew: that is quick, and their rows lie in order again."""
MOST_SHARE = 0.3
"""Where more of the rows would be replaced, writing all of them anew costs less and leaves no gaps."""
MOST_GAPS = 0.5
"""Deleted rows stay in the file until their table is written anew: at the latest when they are so many of the rest."""
_LEAST_BUCKETS = 1 << 16
_ROWS_OF_A_BUCKET = 16
# What rows of a bucket share: rows of one journey, or of one id, change together. Events come with rising numbers.
_TOGETHER = {
    "events": "event_key // 64",
    "persons": "id",
    "identity_links": "left_id",
    "journeys": "journey_id",
    "journey_events": "journey_id",
    "deviations": "journey_id",
    "journey_stages": "journey_id",
    "journey_signals": "journey_id",
    "journey_answers": "journey_id",
    "journey_phases": "journey_id",
    "constraint_verdicts": "journey_id",
    "rejected_rows": "file_id || line",
}


@dataclass(frozen=True)
class Pair:
    """A table on both sides.

    Attributes:
        table: What it is.
        ours: Its qualified name in the warehouse.
        copied: Its qualified name in the copy.
        order: SQL of the order in which its rows are published, or "".
    """

    table: Table
    ours: str
    copied: str
    order: str

    @property
    def columns(self) -> str:
        """Its columns, in order."""
        return ", ".join(self.table.names)


def put_right(connection: duckdb.DuckDBPyConnection, pair: Pair) -> int:
    """Make a copied table have the rows of ours, no matter which it had.

    Args:
        connection: With both sides attached.
        pair: The table.

    Returns:
        How many rows it has then.
    """
    rows_n, copied_n, end = (_number(connection, query) for query in (
        f"SELECT count(*) FROM {pair.ours}",
        f"SELECT count(*) FROM {pair.copied}",
        f"SELECT coalesce(max(rowid) + 1, 0) FROM {pair.copied}",
    ))  # fmt: skip
    is_kept = pair.table.name in _TOGETHER and rows_n > SMALL_N and end <= copied_n * (1 + MOST_GAPS)
    if not (is_kept and _replace_changed(connection, pair, rows_n)):
        write_anew(connection, pair)
    return rows_n


def write_anew(connection: duckdb.DuckDBPyConnection, pair: Pair) -> None:
    """Drop a copied table, if it is there, and copy all rows in order."""
    connection.execute(f"DROP TABLE IF EXISTS {pair.copied}")
    connection.execute(pair.table.ddl(pair.copied))
    _copy_rows(connection, pair, "")


def _replace_changed(connection: duckdb.DuckDBPyConnection, pair: Pair, rows_n: int) -> bool:
    """Replace the buckets that differ; False, and nothing done, where these are too many."""
    bucket = _bucket(pair.table.name, rows_n)
    changed = f"{bucket} IN (SELECT bucket FROM changed_buckets)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE changed_buckets AS WITH ours AS ({_sums(pair.ours, pair, bucket)}),"
        f" theirs AS ({_sums(pair.copied, pair, bucket)})"
        " SELECT coalesce(ours.bucket, theirs.bucket) AS bucket, coalesce(ours.n, 0) AS n FROM ours"
        " FULL JOIN theirs ON theirs.bucket = ours.bucket"
        " WHERE ours.n IS DISTINCT FROM theirs.n OR ours.total IS DISTINCT FROM theirs.total"
    )
    changed_n = _number(connection, "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM changed_buckets")
    if changed_n > MOST_SHARE * rows_n:
        connection.execute("DROP TABLE changed_buckets")
        return False
    if _number(connection, "SELECT count(*) FROM changed_buckets"):
        connection.execute(f"DELETE FROM {pair.copied} WHERE {changed}")
        _copy_rows(connection, pair, f" WHERE {changed}")
    connection.execute("DROP TABLE changed_buckets")
    return True


def _bucket(name: str, rows_n: int) -> str:
    buckets_n = _LEAST_BUCKETS
    while buckets_n * _ROWS_OF_A_BUCKET < rows_n:
        buckets_n *= 2
    return f"hash({_TOGETHER[name]}) % {buckets_n}"


def _sums(qualified: str, pair: Pair, bucket: str) -> str:
    """How many rows each bucket has, and the sum of their numbers: two sets of rows with equal sums are equal."""
    return (
        f"SELECT {bucket} AS bucket, count(*) AS n, sum(CAST(hash({pair.columns}) AS HUGEINT)) AS total"
        f" FROM {qualified} GROUP BY 1"
    )


def _copy_rows(connection: duckdb.DuckDBPyConnection, pair: Pair, where: str) -> None:
    connection.execute(
        f"INSERT INTO {pair.copied} ({pair.columns}) SELECT {pair.columns} FROM {pair.ours}{where}{pair.order}"
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.sql(query).fetchall()[0][0])
