"""One source that cannot be read stops alone: the others are read, the result is published, and everybody is told."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines import warehouse
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from tests.conftest import Terreng

PAYMENTS = """
[[sources]]
name = "till"
kind = "table"
path = "exports/till/*.csv"
columns = {occurred_at = "time", activity = "event", identities = {customer_id = "customer"}}
"""
HEAD = "time,event,customer\n"


@pytest.fixture
def two(workspace: Path) -> Path:
    """The small workspace, in which the touchpoint `signup` comes from a system of its own."""
    shop = workspace / "exports" / "shop" / "events.csv"
    with shop.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    till = workspace / "exports" / "till" / "till.csv"
    till.parent.mkdir()
    till.write_text(HEAD + "".join(f"{','.join(row[:3])}\n" for row in rows if row[1] == "signup"), encoding="utf-8")
    shop.write_text("".join(f"{','.join(row)}\n" for row in rows if row[1] != "signup"), encoding="utf-8")
    settings, first = workspace / "terreng.toml", workspace / "maps" / "first.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + PAYMENTS, encoding="utf-8")
    text = first.read_text(encoding="utf-8")
    assert "activity: signup" in text
    first.write_text(text.replace("{source: shop, activity: signup", "{source: till, activity: signup"), "utf-8")
    return workspace


def _published(folder: Path, query: str) -> list[tuple[object, ...]]:
    with warehouse.reader(load_settings(folder)) as connection:
        return connection.sql(query).fetchall()


def _vanish(folder: Path) -> None:
    (folder / "exports/till/next.csv").write_text("when,event,customer\n2026-03-21,signup,C030\n", encoding="utf-8")


def _go(folder: Path) -> None:
    (folder / "exports/till/till.csv").unlink()


@pytest.mark.parametrize(("spoil", "told"), [(_vanish, "no column 'time'"), (_go, "no file matches")])
def test_the_others_are_read_and_published(
    terreng: Terreng, two: Path, spoil: Callable[[Path], None], told: str
) -> None:
    assert terreng("run", "--workspace", two).code == 0
    spoil(two)
    more = "time,event,customer,region\n2026-03-25T10:00:00Z,visit,C900,north\n"
    (two / "exports/shop/more.csv").write_text(more, encoding="utf-8")

    answer = terreng("run", "--workspace", two)

    assert answer.code == 4
    assert "till stopped" in answer.err
    assert told in answer.err
    assert "the others were read" in answer.err
    assert "till: STOPPED" in answer.out
    assert _published(two, "SELECT source, count(*) FROM events GROUP BY 1 ORDER BY 1") == [("shop", 71), ("till", 20)]
    states = "SELECT source, status, read_at IS NULL, stopped_at IS NULL, problem FROM source_states ORDER BY 1"
    [shop, till] = _published(two, states)
    assert shop == ("shop", "read", False, True, None)
    assert till[:4] == ("till", "stopped", False, False)
    assert told in str(till[4])
    report = max((two / "reports").glob("*/*.html")).read_text(encoding="utf-8")
    assert "The source till could not be read" in " ".join(report.split())


def test_it_tells_since_when_and_goes_on_once_it_is_mended(terreng: Terreng, two: Path) -> None:
    _vanish(two)
    since = "SELECT stopped_at FROM source_states WHERE source = 'till'"
    assert terreng("run", "--workspace", two).code == 4
    first = _published(two, since)
    assert terreng("run", "--workspace", two).code == 4
    assert _published(two, since) == first
    (two / "exports/till/next.csv").unlink()
    assert terreng("run", "--workspace", two).code == 0
    assert _published(two, since) == [(None,)]


def test_what_is_skipped_while_a_source_is_stopped_is_a_data_gap(terreng: Terreng, two: Path) -> None:
    skipped = "SELECT count(*) FROM deviations WHERE kind = '{}' AND touchpoint = 'signup'"
    _go(two)
    assert terreng("run", "--workspace", two).code == 4
    assert _published(two, skipped.format("missing")) == [(0,)]
    assert _published(two, skipped.format("unobservable")) == [(30,)]


def test_where_no_source_can_be_read_what_was_published_stays(terreng: Terreng, two: Path) -> None:
    assert terreng("run", "--workspace", two).code == 0
    before = (two / "published" / "terreng.duckdb").read_bytes()
    _go(two)
    (two / "exports/shop/events.csv").unlink()
    answer = terreng("run", "--workspace", two)
    assert answer.code == 4
    assert "no source could be read" in answer.err
    assert (two / "published" / "terreng.duckdb").read_bytes() == before


def test_ingest_alone_says_the_same(terreng: Terreng, two: Path) -> None:
    _go(two)
    answer = terreng("ingest", "--workspace", two)
    assert (answer.code, "till stopped" in answer.err) == (4, True)


def test_columns_that_changed_rightly_are_accepted_by_name(terreng: Terreng, two: Path) -> None:
    assert terreng("run", "--workspace", two).code == 0
    changed = HEAD + "".join(f"2026-03-2{n % 9}T10:00:00Z,{n},C{n:03d}\n" for n in range(30))
    (two / "exports/till/next.csv").write_text(changed, encoding="utf-8")
    stopped = terreng("run", "--workspace", two)
    assert (stopped.code, "the column 'event', which the settings use, holds whole numbers" in stopped.err) == (4, True)
    assert terreng("ingest", "--workspace", two, "--accept-columns", "tilll").code == 2
    assert terreng("ingest", "--workspace", two, "--accept-columns", "till").code == 0
    assert terreng("run", "--workspace", two).code == 0
    assert _published(two, "SELECT count(*) FROM events WHERE source = 'till'") == [(50,)]
