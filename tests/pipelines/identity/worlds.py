"""Small worlds of ids, links and events in a warehouse. A pseudonym is the id itself, so that results can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Id = tuple[str, str]
Link = tuple[Id, Id]
Row = tuple[int, Mapping[str, str]]


def fill(connection: duckdb.DuckDBPyConnection, ids: Sequence[Id], links: Iterable[Link]) -> None:
    """Put ids and links into a warehouse, in place of those that it has. Ids get their numbers in the order given."""
    keys = {one: key for key, one in enumerate(ids)}
    pairs = [sorted((keys[left], keys[right])) for left, right in links]
    identifiers = pl.DataFrame(
        [(keys[one], one[0], one[1], one[1]) for one in ids],
        schema={"id_key": pl.Int64, "id_type": pl.String, "value": pl.String, "id": pl.String},
        orient="row",
    )
    evidence = pl.DataFrame(pairs, schema={"left_key": pl.Int64, "right_key": pl.Int64}, orient="row")
    connection.execute("DELETE FROM identifiers")
    connection.execute("DELETE FROM link_evidence")
    connection.register("given_ids", identifiers.to_arrow())
    connection.register("given_pairs", evidence.to_arrow())
    connection.execute("INSERT INTO identifiers SELECT * FROM given_ids")
    connection.execute(
        "INSERT INTO link_evidence SELECT 'f', 'web', left_key, right_key, 1, $at FROM given_pairs", {"at": NOON}
    )


def happen(connection: duckdb.DuckDBPyConnection, events: Sequence[Row]) -> None:
    """Put events into a warehouse, with their ids and the links among them: minute, and id type to id."""
    rows = [list(ids.items()) for _, ids in events]
    every = list(dict.fromkeys(one for row in rows for one in row))
    fill(connection, every, [(one, other) for row in rows for i, one in enumerate(row) for other in row[i + 1 :]])
    connection.execute("DELETE FROM events")
    for key, ((minute, ids), row) in enumerate(zip(events, rows, strict=True)):
        connection.execute(
            "INSERT INTO events (event_id, source, occurred_at, activity, ids, attributes, ingested_at, file_id,"
            " line, event_key, id_key, tie) VALUES ($id, 'web', $at, 'view', $ids, MAP {}, $at, 'f', 2, $key,"
            " $id_key, 0)",
            {
                "id": f"e{key}",
                "at": NOON + timedelta(minutes=minute),
                "ids": dict(ids),
                "key": key,
                "id_key": every.index(row[0]),
            },
        )
