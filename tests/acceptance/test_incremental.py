"""Day after day, with late rows, changed rows and an erasure, comes to the same tables as all of it at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import duckdb
import polars as pl
import pytest

from pipelines import warehouse
from pipelines.incremental import since
from pipelines.privacy.asked import read_asked
from pipelines.privacy.erase import erase
from pipelines.run import run
from pipelines.settings import Settings, load_settings
from pipelines.terminal import quiet
from pipelines.warehouse import changes
from schemas.tables import TABLES
from schemas.words import Rule
from tests.acceptance.test_delivery import COLUMNS_OF_THE_DELIVERY, HEADS, OF_THE_DELIVERY, START, World, make, written

T = TypeVar("T")
Rows = dict[str, list[tuple[str, ...]]]
# What tells of the runs that there were, not of the journeys: how persons and findings changed from one to the next.
OF_THE_RUNS = {"person_changes", "erasures"}
COLUMNS_OF_THE_RUNS = {"state", "first_seen_run"}
DAYS_TO = 30 * 1_440
"""Minutes within which everybody's events begin."""


@pytest.fixture(autouse=True)
def _changes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """One salt for all workspaces, no table so small that it would be published whole, no day too large to be one."""
    monkeypatch.setenv("TERRENG_SALT", "0123456789abcdef0123456789abcdef")
    monkeypatch.setattr(changes, "SMALL_N", 0)
    monkeypatch.setattr(since, "MOST_CHANGED", 1)
    monkeypatch.setattr(since, "MOST_GAPS", 100)


def without_report(title: str, work: Callable[[], T], *, is_outside: bool = False) -> T:
    """Call a step of a run; the report is nothing that is asked here."""
    del is_outside
    quiet(title)
    return Path() if title == "Write the report" else work()  # type: ignore[return-value] # the path is only told


def delivered(folder: Path, day: str, rows: Rows) -> Settings:
    """A workspace with one more file for each source and table that has rows."""
    for name, found in rows.items():
        (folder / "in" / f"{name}_{day}.csv").write_bytes(written(HEADS[name], found))
    return load_settings(folder)


def by_day(rows: Rows, days_n: int, rng: random.Random) -> list[Rows]:
    """The rows in the order of their time; one in eight comes a day or two late, some come twice."""
    days: list[Rows] = [{name: [] for name in HEADS} for _ in range(days_n)]
    for name, found in rows.items():
        for row in found:
            due = min(days_n - 1, _minute(name, row, rng) * days_n // DAYS_TO)
            late = rng.choice([0, 0, 0, 0, 0, 0, 1, 2])
            days[min(days_n - 1, due + late)][name].append(row)
            if rng.random() < 0.1:
                days[-1][name].append(row)
    return days


def _minute(name: str, row: tuple[str, ...], rng: random.Random) -> int:
    place = {"shop/a": 1, "web/a": 0, "crm/ticket": 1}.get(name)
    if place is None:
        return rng.randrange(DAYS_TO)
    return int((datetime.fromisoformat(row[place]) - START) / timedelta(minutes=1))


def unlike_the_warehouse(settings: Settings) -> list[str]:
    """Tables whose published rows are not those that the warehouse has."""
    found = []
    with warehouse.writer(settings) as connection:
        connection.execute(f"ATTACH '{settings.published_db}' AS told (READ_ONLY)")
        for name in TABLES:
            ours, told = f"(FROM main.{name})", f"(FROM told.main.{name})"
            either = f"({ours} EXCEPT ALL {told}) UNION ALL ({told} EXCEPT ALL {ours})"
            if connection.sql(f"SELECT 1 FROM ({either}) LIMIT 1").fetchall():
                found.append(name)
    return found


def is_short(settings: Settings) -> bool:
    """Whether the last run made the rows of those journeys alone that had changed."""
    with warehouse.writer(settings) as connection:
        ((changed_n,),) = connection.sql("SELECT changed_n FROM work_become_customer_v1.kept_world").fetchall()
    return changed_n is not None


def tables(settings: Settings) -> dict[str, pl.DataFrame]:
    """Every published table in an order of its rows, without what tells of deliveries and runs."""
    found = {}
    with duckdb.connect(str(settings.published_db), read_only=True) as published:
        published.execute("SET timezone = 'UTC'")
        for name in sorted(set(TABLES) - OF_THE_DELIVERY - OF_THE_RUNS):
            left_out = COLUMNS_OF_THE_DELIVERY | (COLUMNS_OF_THE_RUNS if name == "findings" else set())
            columns = ", ".join(f"CAST({c} AS VARCHAR) AS {c}" for c in TABLES[name].names if c not in left_out)
            # A finding that is found no more is told of by those who had a run that found it.
            here = "WHERE state <> 'fixed'" if name == "findings" else ""
            found[name] = published.sql(f"SELECT {columns} FROM {name} {here} ORDER BY ALL").pl()
    return found


@pytest.mark.parametrize(
    ("seed", "days_n"),
    [(1, 3), *(pytest.param(seed, 7, marks=pytest.mark.slow) for seed in (2, 3))],
)
def test_day_after_day_gives_the_tables_that_all_days_at_once_give(tmp_path: Path, seed: int, days_n: int) -> None:
    world = World(random.Random(seed)).fill(60)  # noqa: S311 -- rows for a test, no secret
    days = by_day(world.rows, days_n, random.Random(seed))  # noqa: S311 -- the same
    until = START + timedelta(minutes=DAYS_TO)
    daily, once = make(tmp_path / "daily"), make(tmp_path / "once")
    for day, rows in enumerate(days[:-1]):
        settings = delivered(daily, str(day), rows)
        run(settings, START + (day + 1) * (until - START) / days_n, without_report)
        assert unlike_the_warehouse(settings) == []
        assert is_short(settings) == (day > 0)
    both = {name: [row for rows in days[:-1] for row in rows[name]] for name in HEADS}
    whole = delivered(once, "all", both)
    run(whole, START + (days_n - 1) * (until - START) / days_n, without_report)
    before = tables(whole)
    assert [name for name, frame in tables(settings).items() if not frame.equals(before[name])] == []

    for each in (settings, whole):
        asked = read_asked(each, ["customer_id=C017"], "")
        erase(each, asked, Rule.STRICT, "asked for it", is_wanted=lambda _plan: True, call=without_report)
        assert not is_short(each), "what rows rested on is forgotten with those who were erased"
        assert unlike_the_warehouse(each) == []
        run(delivered(each.root, "last", days[-1]), until, without_report)
        assert is_short(each)
        assert unlike_the_warehouse(each) == []

    found, expected = tables(settings), tables(whole)
    assert [name for name, frame in found.items() if not frame.equals(expected[name])] == []
    assert found["journeys"].height > 100
    assert found["events"].height > before["events"].height + 10
