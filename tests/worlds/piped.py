"""The full path: a world's events into a warehouse, and everything that a run makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from pipelines import warehouse
from pipelines.compare import compare
from pipelines.identity import resolve_persons
from pipelines.reconstruct import reconstruct
from pipelines.settings import Settings
from pipelines.settings.identity import Identity
from schemas.journey_map import load_maps
from tests.worlds.columns import events_of
from tests.worlds.walk import Walked
from tests.worlds.world import World

TYPES = {"customer": "person", "cookie": "device"}


@dataclass(frozen=True)
class Delivered:
    """What a source delivers: events with the id that each carries, and which ids were seen together.

    Attributes:
        events: As `columns.events_of`, with `id_type` and `id`.
        links: One row per pair of ids seen together: `left_type`, `left`, `right_type`, `right`.
    """

    events: pl.DataFrame
    links: pl.DataFrame


def plainly(world: World, walked: Walked) -> Delivered:
    """Every event carries its customer's number, and no two ids are ever seen together."""
    events = events_of(world, walked).with_columns(
        pl.lit("customer").alias("id_type"), ("c" + pl.col("person").cast(pl.String)).alias("id")
    )
    return Delivered(
        events, pl.DataFrame(schema=dict.fromkeys(("left_type", "left", "right_type", "right"), pl.String))
    )


@contextmanager
def run(world: World, delivered: Delivered, root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of a world after a run, at its snapshot."""
    (root / "maps").mkdir(parents=True, exist_ok=True)
    (root / "maps" / "planted.yaml").write_text(world.yaml, encoding="utf-8")
    settings = Settings(
        root=root, name="world", warehouse=root / "warehouse.duckdb", identity=Identity.model_validate({"types": TYPES})
    )
    as_of = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=world.as_of_us)
    with warehouse.writer(settings) as connection:
        connection.execute("INSERT INTO sources SELECT 'log', 0 WHERE NOT EXISTS (FROM sources)")
        _insert(connection, world, delivered)
        resolve_persons(connection, settings)
        maps = load_maps(root / "maps")
        reconstruct(connection, settings, maps, as_of)
        compare(connection, settings, maps, as_of)
        connection.execute("USE main")
        yield connection


def _insert(connection: duckdb.DuckDBPyConnection, world: World, delivered: Delivered) -> None:
    links = delivered.links
    ids = (
        pl.concat(
            [
                delivered.events.select("id_type", pl.col("id").alias("value")),
                links.select(pl.col("left_type").alias("id_type"), pl.col("left").alias("value")),
                links.select(pl.col("right_type").alias("id_type"), pl.col("right").alias("value")),
            ]
        )
        .unique()
        .sort("id_type", "value")
        .with_row_index("id_key")
        .with_columns(pl.col("id_key").cast(pl.Int64), (pl.col("id_type") + pl.col("value")).alias("id"))
    )
    connection.register("new_ids", ids.to_arrow())
    connection.execute("INSERT INTO identifiers BY NAME SELECT id_key, id_type, value, id FROM new_ids")
    connection.register("new_events", _numbered(world, delivered.events, ids).to_arrow())
    connection.execute(
        "INSERT INTO events BY NAME SELECT * EXCLUDE (keys, own, at_us, id_type, id), make_timestamptz(at_us) AS"
        " occurred_at, make_timestamptz(at_us) AS ingested_at, map(keys, own) AS attributes, map([id_type], [id]) AS"
        " ids, 'f' AS file_id, 'log' AS source, NULL::VARCHAR AS session_id FROM new_events"
    )
    connection.register("new_links", _keyed(links, ids).to_arrow())
    connection.execute(
        "INSERT INTO link_evidence SELECT 'f', 'log', least(l, r), greatest(l, r), 1, TIMESTAMPTZ '2026-01-05' FROM"
        " new_links"
    )
    for name in ("new_ids", "new_events", "new_links"):
        connection.unregister(name)


def _numbered(world: World, events: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Events with their numbers, and segments as attributes."""
    named = [segment.name for segment in world.segments]
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    named_ids = ids.select("id_key", "id_type", pl.col("value").alias("id"))
    keys = pl.lit(named, dtype=pl.List(pl.String))
    own = pl.concat_list(named) if named else pl.lit([], dtype=pl.List(pl.String))
    return (
        events.join(named_ids, on=("id_type", "id"), how="left", maintain_order="left")
        .sort("at_us", "journey", maintain_order=True)
        .with_columns(
            event_key=number, tie=number, line=number + 2, event_id="e" + number.cast(pl.String), keys=keys, own=own
        )
        .select("event_id", "at_us", "activity", "channel", "initiator", "status", "line", "event_key", "id_key", "tie",
                "keys", "own", "id_type", "id")
    )  # fmt: skip


def _keyed(links: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Pairs of ids as pairs of their numbers."""
    lefts = ids.select(pl.col("id_key").alias("l"), pl.col("id_type").alias("left_type"), pl.col("value").alias("left"))
    rights = ids.select(
        pl.col("id_key").alias("r"), pl.col("id_type").alias("right_type"), pl.col("value").alias("right")
    )
    joined = links.join(lefts, on=("left_type", "left")).join(rights, on=("right_type", "right"))
    return joined.select("l", "r")


def table(connection: duckdb.DuckDBPyConnection, name: str, where: str = "true") -> pl.DataFrame:
    """A table of the warehouse."""
    rows: pl.DataFrame = connection.sql(f"SELECT * FROM main.{name} WHERE {where}").pl()
    return rows


def plants_of(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `frictions` with the number of the plant that each tells of; -1: of none."""
    numbers = {plant.key: number for number, plant in enumerate(world.plants)}
    keys = zip(rows["signal"].to_list(), rows["touchpoint"].to_list(), strict=True)
    return rows.with_columns(pl.Series("plant", [numbers.get(key, -1) for key in keys], dtype=pl.Int64)).with_columns(
        pl.col(pl.Float64).fill_null(np.nan)
    )
