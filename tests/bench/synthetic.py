"""A synthetic log of any size: 40 skewed activities, heavy-tailed traces of mean 12, and many rare variants.

Customers walk a map of 19 touchpoints; two thirds walk it as designed, the others skip, swap and add steps. The same
seed gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

Longs = NDArray[np.int64]

SEED = 20260101
CHUNK = 100_000
"""Cases made at a time: bounds the generator's memory."""
ACTIVITIES = 40
MAP = """\
journey: synthetic
title: A synthetic journey
version: 1
journey_is:
  per: {per}
  opens_with: t00
  goal: t18
  reopens_after: goal
flow:
  - phase: First
    steps:
      - {{repeat: t00}}
      - t01
      - one_of: [t02, t03]
      - {{optional: t04}}
      - t05
  - phase: Second
    steps:
      - all_of: [t06, t07, t08]
      - t09
      - {{repeat: t10}}
      - one_of: [t11, t12, t13]
      - {{optional: t14}}
  - phase: Third
    steps: [t15, t16, t17, t18]
touchpoints:
  t05: {{promise: {{next: t09, within: 12h}}}}
  t15: {{promise: {{next: t16, within: 1d, calendar: business}}}}
off_map:
  t30: {{owner: Service}}
"""
_DAY_US = 86_400_000_000
_START_US = 1_767_225_600_000_000  # 2026-01-01
DAYS = 120


@dataclass(frozen=True)
class Log:
    """Columns of a piece of the log, sorted by nothing in particular: case number, activity code, microseconds."""

    case: Longs
    activity: NDArray[np.int32]
    at_us: Longs


def write_map(folder: Path, per: str) -> None:
    """Write the map that the log is compared with."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "synthetic.yaml").write_text(MAP.format(per=per), encoding="utf-8")


def pieces(events: int) -> Iterator[Log]:
    """The log in pieces of whole cases."""
    made, first_case = 0, 0
    while made < events:
        rng = np.random.default_rng((SEED, first_case))
        piece = _piece(rng, first_case, min(CHUNK, 1 + (events - made) // 12))
        made += len(piece.case)
        first_case += CHUNK
        yield piece


def _piece(rng: np.random.Generator, first_case: int, cases: int) -> Log:
    slots = _walks(rng, cases)
    extra = _detours(rng, cases)
    case = np.concatenate((np.repeat(np.arange(cases), slots.shape[1]), extra[0]))
    activity = np.concatenate((slots.ravel(), extra[1]))
    # A walk's step has its place as a time; noisy cases shake it, detours fall anywhere.
    is_noisy = rng.random(cases) < 0.3
    place = np.arange(slots.shape[1]) + is_noisy[:, None] * rng.normal(0, 0.6, slots.shape)
    when = np.concatenate((place.ravel(), rng.random(len(extra[0])) * slots.shape[1]))
    until = np.where(rng.random(cases) < 0.35, rng.random(cases) * slots.shape[1], slots.shape[1] + 5)
    kept = (activity >= 0) & (when <= until[case])
    begins = _START_US + (rng.random(cases) * DAYS * _DAY_US).astype(np.int64)
    pace = rng.lognormal(np.log(_DAY_US / 6), 1.0, cases)
    at_us = begins[case] + ((when + 2) * pace[case]).astype(np.int64)
    order = rng.permutation(np.flatnonzero(kept))
    return Log(case[order] + first_case, activity[order].astype(np.int32), at_us[order])


def _walks(rng: np.random.Generator, cases: int) -> Longs:
    """One row per case: the designed steps in order, -1 where the case has none."""
    walks = np.full((cases, 18), -1, dtype=np.int64)
    walks[:, 0] = 0
    walks[:, 1] = np.where(rng.random(cases) < 0.2, 0, -1)
    walks[:, 2] = 1
    walks[:, 3] = np.where(rng.random(cases) < 0.8, 2, 3)
    walks[:, 4] = np.where(rng.random(cases) < 0.3, 4, -1)
    walks[:, 5] = 5
    walks[:, 6:9] = 6 + np.argsort(rng.random((cases, 3)) + np.array([0, 0.5, 1.0]), axis=1)
    walks[:, 9] = 9
    walks[:, 10] = 10
    walks[:, 11] = np.where(rng.random(cases) < 0.1, 10, -1)
    walks[:, 12] = np.searchsorted([0.6, 0.9], rng.random(cases)) + 11
    walks[:, 13] = np.where(rng.random(cases) < 0.1, 14, -1)
    walks[:, 14:18] = np.arange(15, 19)
    skipped = rng.random(walks.shape) < 0.12 * (rng.random(cases) < 0.3)[:, None]
    skipped[:, 0] = False
    return np.where(skipped, -1, walks)


def _detours(rng: np.random.Generator, cases: int) -> tuple[Longs, Longs]:
    """Extra events: a third of the cases has some, few have very many; their activities are skewed."""
    many = np.minimum((rng.pareto(1.3, cases) * (rng.random(cases) < 0.35) * 2).astype(np.int64), 400)
    case = np.repeat(np.arange(cases), many)
    weight = 1.0 / np.arange(1, ACTIVITIES + 1)
    activity = ACTIVITIES - 1 - rng.choice(ACTIVITIES, len(case), p=weight / weight.sum())
    return case, activity


def write_csv(path: Path, events: int) -> int:
    """Write the log as CSV (case, activity, timestamp); returns how many rows it has."""
    written = 0
    with path.open("wb") as out:
        for piece in pieces(events):
            frame = pl.DataFrame({"case": piece.case, "activity": piece.activity, "timestamp": piece.at_us})
            frame.select(
                pl.format("c{}", "case").alias("case"),
                pl.format("t{}", pl.col("activity").cast(pl.String).str.zfill(2)).alias("activity"),
                pl.col("timestamp").cast(pl.Datetime("us", "UTC")).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
            ).write_csv(out, include_header=written == 0)
            written += len(piece.case)
    return written


def write_wide_csv(path: Path, events: int) -> int:
    """Write the log as a shop's export: ten columns, two of them ids, two with gaps. Returns how many rows it has."""
    written = 0
    with path.open("wb") as out:
        for number, piece in enumerate(pieces(events)):
            _wide(piece, np.random.default_rng((SEED, number)), written).write_csv(out, include_header=written == 0)
            written += len(piece.case)
    return written


def _wide(piece: Log, rng: np.random.Generator, first: int) -> pl.DataFrame:
    rows_n = len(piece.case)
    made = {
        "number": np.arange(first, first + rows_n),
        "case": piece.case,
        "cookie": (piece.case * 2_654_435_761 + (rng.random(rows_n) < 0.2)) % (1 << 48),
        "activity": piece.activity,
        "timestamp": piece.at_us,
        "page": rng.integers(0, 500, rows_n),
        "campaign": rng.integers(0, 20, rows_n),
        "cents": rng.integers(0, 100_000, rows_n),
        "is_known": rng.random(rows_n) < 0.8,
        "is_led": rng.random(rows_n) < 0.3,
        "channel": np.array(["web", "app", "store"])[rng.integers(0, 3, rows_n)],
        "country": np.array(["NO", "SE", "DK", "FI", "DE"])[rng.integers(0, 5, rows_n)],
    }
    return pl.DataFrame(made).select(
        pl.format("e{}", "number").alias("event_id"),
        pl.col("timestamp").cast(pl.Datetime("us", "UTC")).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("occurred_at"),
        pl.format("c{}", "case").alias("customer_id"),
        pl.when("is_known").then(pl.format("k{}", "cookie")).alias("cookie"),
        pl.format("t{}", pl.col("activity").cast(pl.String).str.zfill(2)).alias("activity"),
        "channel",
        pl.format("/products/{}", "page").alias("page"),
        pl.when("is_led").then(pl.format("campaign-{}", "campaign")).alias("campaign"),
        (pl.col("cents") / 100).alias("revenue"),
        "country",
    )


SMALL_FILES = 121


def write_small_files(folder: Path) -> int:
    """Write as many days of a web shop's events as JSON, a file each; returns how many events they have."""
    rng, rows_n = np.random.default_rng(SEED), 80
    folder.mkdir(exist_ok=True)
    for day in range(SMALL_FILES):
        at_us = _START_US + day * _DAY_US
        lines = [
            json.dumps(
                {
                    "event_timestamp": str(at_us + row * 1_000_000),
                    "event_name": ("page_view", "scroll", "purchase")[int(rng.integers(3))],
                    "user_pseudo_id": f"{rng.integers(500)}.{day}",
                    "user_id": f"u{rng.integers(99)}" if rng.random() < 0.5 else None,
                    "event_params": [
                        {"key": "page_location", "value": {"string_value": f"https://shop.example/{row}"}},
                        {"key": "ga_session_id", "value": {"int_value": int(rng.integers(1_000_000))}},
                    ],
                    "device": {"category": "mobile", "operating_system": "iOS"},
                    "geo": {"country": "Norway"},
                }
            )
            for row in range(rows_n)
        ]
        (folder / f"events_{day:03d}.json").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return SMALL_FILES * rows_n


def fill_events(connection: duckdb.DuckDBPyConnection, csv: Path) -> None:
    """Put the log straight into an open warehouse, as ingest would leave it."""
    connection.execute(f"CREATE TEMP TABLE raw AS SELECT *, row_number() OVER () AS n FROM read_csv('{csv}')")
    connection.execute(
        'INSERT INTO identifiers SELECT row_number() OVER (ORDER BY "case"), \'case\', "case",'
        ' substr(md5("case"), 1, 20) FROM (SELECT DISTINCT "case" FROM raw)'
    )
    connection.execute("INSERT INTO sources VALUES ('log', 0)")
    connection.execute(
        "INSERT INTO events BY NAME SELECT md5(n::VARCHAR) AS event_id, 'log' AS source, timestamp AS occurred_at,"
        " activity, NULL AS channel, NULL AS initiator, NULL AS status, NULL AS session_id,"
        " map(['case'], [ids.id]) AS ids, map()::MAP(VARCHAR, VARCHAR) AS attributes, now() AS ingested_at,"
        " 'file' AS file_id, n + 1 AS line, n AS event_key, ids.id_key,"
        " (md5_number_lower(n::VARCHAR) >> 1)::BIGINT AS tie"
        ' FROM raw JOIN identifiers ids ON ids.value = raw."case"'
    )
    connection.execute("DROP TABLE raw")
