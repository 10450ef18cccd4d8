"""Table in, table out: events as a few lines of text, a map as YAML, and the tables that a run makes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import warehouse
from pipelines.compare import compare
from pipelines.identity import resolve_persons
from pipelines.reconstruct import reconstruct
from pipelines.settings import Settings
from schemas.journey_map import load_maps

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]


def day(text: str) -> datetime:
    """`3` is noon of day 3; `3.5` twelve hours later."""
    return START + timedelta(days=float(text), hours=12)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Runs everything after ingest on events given as lines "person day activity [key=value ...]"."""

    def run(maps: str | list[str], events: str, as_of: str = "100", **settings: object) -> Query:
        root = tmp_path / "workspace"
        (root / "maps").mkdir(parents=True, exist_ok=True)
        for number, text in enumerate([maps] if isinstance(maps, str) else maps):
            (root / "maps" / f"map{number}.yaml").write_text(text, encoding="utf-8")
        plan = Settings(root=root, name="spec", warehouse=root / "warehouse.duckdb", **settings)  # type: ignore[arg-type]  # each test names fields that exist
        with warehouse.writer(plan) as connection:
            connection.execute("INSERT INTO sources SELECT 'log', 0 WHERE NOT EXISTS (FROM sources)")
            _insert(connection, [line.split() for line in events.strip().splitlines()])
            resolve_persons(connection, plan)
            loaded = load_maps(root / "maps")
            reconstruct(connection, plan, loaded, day(as_of))
            compare(connection, plan, loaded, day(as_of))

        def query(sql: str) -> list[tuple[object, ...]]:
            with warehouse.writer(plan) as connection:
                return connection.sql(sql).fetchall()

        return query

    return run


def _insert(connection: duckdb.DuckDBPyConnection, lines: list[list[str]]) -> None:
    people = sorted({line[0] for line in lines})
    ids = pl.DataFrame({"id_key": range(len(people)), "id_type": "person", "value": people, "id": people})
    rows = []
    for number, (person, when, activity, *more) in enumerate(lines):
        facts = dict(pair.split("=", 1) for pair in more)
        columns = {name: facts.pop(name, None) for name in ("channel", "initiator", "status", "session_id")}
        rows.append(
            {
                "event_id": f"e{number}",
                "source": "log",
                "occurred_at": day(when),
                "activity": activity,
                **columns,
                "keys": list(facts),
                "values": list(facts.values()),
                "person": person,
                "line": number + 2,
                "event_key": number,
                "id_key": people.index(person),
                "tie": number,
            }
        )
    texts = dict.fromkeys(("channel", "initiator", "status", "session_id"), pl.String)
    events = pl.DataFrame(rows, schema_overrides={**texts, "keys": pl.List(pl.String), "values": pl.List(pl.String)})
    connection.register("new_ids", ids.to_arrow())
    connection.register("new_events", events.to_arrow())
    connection.execute("DELETE FROM identifiers")
    connection.execute("DELETE FROM events")
    connection.execute("INSERT INTO identifiers BY NAME SELECT * FROM new_ids")
    connection.execute(
        "INSERT INTO events BY NAME SELECT * EXCLUDE (keys, values, person), map(keys, values) AS attributes,"
        " map(['person'], [person]) AS ids, occurred_at AS ingested_at, 'f' AS file_id FROM new_events"
    )
