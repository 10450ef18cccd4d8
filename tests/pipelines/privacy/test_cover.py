"""What reports, exports and listings keep to themselves: small numbers, and all that would give them away."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from models.suppression import Hidden
from pipelines import warehouse
from pipelines.privacy.cover import Cover, read_cover
from pipelines.privacy.measures import Key
from pipelines.privacy.withheld import Withheld, beside, part_of, small
from pipelines.settings import Settings, load_settings
from schemas.tables import TABLES
from tests.conftest import Terreng
from tests.pipelines.privacy.conftest import deliver

COUNTS = ("journeys_n", "n", "occurrences_n", "events_n", "reached_n", "followed_n", "in_flight_n", "converted_n")


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        con.execute(table.ddl())
    return con


def put(con: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    given = {"journey": "buy"} | values
    names = ", ".join(given)
    con.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(given))})", list(given.values()))


def flow(con: duckdb.DuckDBPyConnection, start: str | None, end: str | None, n: int, status: str | None = None) -> None:
    put(con, "flows", from_touchpoint=start, to_touchpoint=end, end_status=status, n=n, journeys_n=n)


def test_the_ways_to_and_from_a_touchpoint_hide_each_other(tables: duckdb.DuckDBPyConnection) -> None:
    """Three people skip from a to c; all who came to c, less those from b, would be the three."""
    for start, end, n in ((None, "a", 100), ("a", "b", 97), ("a", "c", 3), ("b", "c", 90), ("b", None, 7)):
        flow(tables, start, end, n, None if end else "exited")
    flow(tables, "c", None, 93, "converted")
    for touchpoint, n in (("a", 100), ("b", 97), ("c", 93)):
        put(tables, "touchpoints", touchpoint=touchpoint, title="", place=1, role="flow", is_optional=False,
            events_n=n, journeys_n=n, is_ghost=False)  # fmt: skip
    cover = read_cover(tables, 5)
    assert cover.hidden.small == {("buy", "flow", "a", "c", None)}
    row = {"journey": "buy", "from_touchpoint": "a", "to_touchpoint": "c", "end_status": None, "n": 3, "journeys_n": 3}
    told = cover.columns("flows", row)
    assert {name: value.text for name, value in told.items()} == dict.fromkeys(("n", "journeys_n", "p50_s"), "< 5")
    assert len(cover.hidden.beside) >= 3, "a second way out of a, one into c, and what closes the ring"


def test_a_share_goes_where_it_stands_for_few_people(tables: duckdb.DuckDBPyConnection) -> None:
    put(tables, "touchpoint_outcomes", touchpoint="a", horizon_d=30.0, reached_n=200, followed_n=200, in_flight_n=0,
        hazard=0.01, exit_hazard=0.2, converted_share=0.5, exited_share=0.2, abandoned_share=0.29, active_share=0.01,
        effective_n=200.0)  # fmt: skip
    cover = read_cover(tables, 5)
    names = tables.sql("SELECT * FROM touchpoint_outcomes").columns
    row = dict(zip(names, tables.sql("SELECT * FROM touchpoint_outcomes").fetchall()[0], strict=True))
    told = cover.columns("touchpoint_outcomes", row)
    assert told["hazard"].text == told["exit_hazard"].text == "< 5"
    assert told["active_share"].text == "< 5"
    assert "exited_share" in told, "the four shares make one, so a second one goes"
    assert "reached_n" not in told


def test_a_small_difference_of_two_large_numbers_is_hidden_too(tables: duckdb.DuckDBPyConnection) -> None:
    for touchpoint, reached_n, followed_n in (("a", 136, 135), ("b", 200, 200), ("c", 200, 150)):
        put(tables, "touchpoint_outcomes", touchpoint=touchpoint, horizon_d=30.0, reached_n=reached_n,
            followed_n=followed_n, in_flight_n=0, hazard=0.4)  # fmt: skip
    cover, found = read_cover(tables, 5), tables.sql("SELECT * FROM touchpoint_outcomes ORDER BY touchpoint")
    rows = [dict(zip(found.columns, values, strict=True)) for values in found.fetchall()]
    told = [cover.columns("touchpoint_outcomes", row) for row in rows]
    assert {name: value.text for name, value in told[0].items()}["followed_n"] == beside(5).text
    assert ["followed_n" in each for each in told] == [True, False, False]


def test_a_finding_of_few_journeys_is_left_out() -> None:
    finding = {"journey": "buy", "touchpoint": "a", "signal": "missing", "journeys_n": 7}
    assert not Cover(5).hides_finding(finding)
    assert Cover(10).hides_finding(finding)
    left: Hidden[Key] = Hidden(beside=frozenset({("buy", "left_here", "a", None)}))
    assert Cover(5, left).hides_finding(finding | {"signal": "drop_off"}), "the headline has the number"


def test_a_number_that_is_not_shown_is_never_told_as_itself() -> None:
    assert (small(5).text, beside(5).text) == ("< 5", "hidden")
    assert part_of(small(5), 10) is None
    assert part_of(3, 12) == 0.25
    assert json.dumps([int(small(5))]) == "[4]"
    assert isinstance(small(7), Withheld)


@pytest.fixture
def uneven(shop: Settings) -> Settings:
    """A shop where some do what hardly anybody does."""
    rows = []
    for customer in range(200):
        steps = ["visit", "signup", "order"] if customer % 3 else ["visit", "signup"]
        steps = ["visit", "order"] if customer in {5, 6} else steps
        steps = ["order", "visit"] if customer == 9 else steps
        steps += ["complain"] if customer in {11, 12, 13} else []
        steps += ["praise"] if customer % 4 == 3 else []
        rows += [
            f"2026-0{1 + customer % 4}-{1 + customer % 20:02d}T1{i}:00:00Z,{step},D{customer:04d},,north"
            for i, step in enumerate(steps)
        ]
    deliver(shop.root, "events.csv", rows)
    return shop


def small_numbers(folder: Path) -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found += [(path.name, name, row[name]) for name in COUNTS if row.get(name) in {"1", "2", "3", "4"}]
    return found


def test_the_report_shows_no_small_number_and_still_all_large_ones(uneven: Settings, terreng: Terreng) -> None:
    answer = terreng("run", "-w", uneven.root)
    assert answer.code == 0, answer.err
    (tables,) = uneven.reports_dir.glob("*/tables")
    assert small_numbers(tables) == []
    text = (tables.parent / "report.html").read_text(encoding="utf-8")
    assert "&lt; 5" in text
    assert ">200<" in text
    assert not re.search(r"too few journeys \([^)]*\b[1-4]\b", text), "nor does a reason tell one"
    (uneven.root / "terreng.toml").write_text(
        (uneven.root / "terreng.toml").read_text(encoding="utf-8") + "\n[privacy]\nminimum_cell = 1\n", encoding="utf-8"
    )
    assert terreng("report", "-w", uneven.root).code == 0
    assert small_numbers(tables) != [], "else the test looks in the wrong place"


def test_exports_and_listings_show_no_small_number(uneven: Settings, terreng: Terreng) -> None:
    terreng("run", "-w", uneven.root)
    terreng("export", "-f", "csv", "-w", uneven.root)
    (exports,) = uneven.reports_dir.glob("*/exports")
    assert [
        found
        for found in small_numbers(exports)
        if found[0] not in {"journeys.csv", "findings.csv", "example_journeys.csv"}
    ] == []
    listed = json.loads(terreng("findings", "--json", "-w", uneven.root).out)
    assert all(row["journeys_n"] >= 5 or row["journeys_n"] == 0 for row in listed)
    path = uneven.root / "terreng.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[privacy]\nminimum_cell = 100\n", encoding="utf-8")
    assert load_settings(uneven.root).privacy.minimum_cell == 100
    fewer = json.loads(terreng("findings", "--json", "-w", uneven.root).out)
    assert len(fewer) < len(listed)


def test_the_published_tables_stay_whole(uneven: Settings, terreng: Terreng) -> None:
    terreng("run", "-w", uneven.root)
    with warehouse.reader(uneven) as con:
        assert con.sql("SELECT count(*) FROM flows WHERE n BETWEEN 1 AND 4").fetchall() != [(0,)]
