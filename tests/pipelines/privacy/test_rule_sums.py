"""What constraints and hand-overs keep to themselves, and what would give it away."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipelines.privacy.cover import Cover, read_cover
from schemas.tables import TABLES


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        con.execute(table.ddl())
    return con


def put(con: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    given = {"journey": "buy"} | values
    con.execute(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})", [*given.values()])


def told(con: duckdb.DuckDBPyConnection, cover: Cover, table: str) -> list[dict[str, str]]:
    found = con.sql(f"SELECT * FROM {table}")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return [{name: value.text for name, value in cover.columns(table, row).items()} for row in rows]


def touch(con: duckdb.DuckDBPyConnection, name: str, owner: str, n: int) -> None:
    put(con, "touchpoints", touchpoint=name, title="", place=1, role="flow", owner=owner, is_optional=False,
        is_ghost=False, events_n=n, journeys_n=n)  # fmt: skip


def rule(con: duckdb.DuckDBPyConnection, **counts: Any) -> None:
    none = dict.fromkeys(("satisfied_final", "satisfied_now", "violated_now", "violated_final", "unjudged"), 0)
    words = none | {name: n for name, n in counts.items() if name in none}
    put(con, "constraints", constraint_id="answer", kind="response", said="", activated_by="a", touchpoint="b",
        journeys_n=sum(words.values()), ended_n=counts["ended_n"], violated_share=counts["violated_share"],
        **{f"{word}_n": n for word, n in words.items()})  # fmt: skip


def test_a_way_of_few_is_not_given_away_by_the_hand_over_that_it_is_part_of(tables: duckdb.DuckDBPyConnection) -> None:
    """Three went from b to c; the hand-over of a and b to c, less those from a, would be the three."""
    for name, owner in (("a", "Web"), ("b", "Web"), ("c", "Sales")):
        touch(tables, name, owner, 100)
    for start, n in (("a", 97), ("b", 3)):
        put(tables, "flows", from_touchpoint=start, to_touchpoint="c", n=n, journeys_n=n)
    put(tables, "handovers", from_owner="Web", to_owner="Sales", n=100, journeys_n=100, is_designed=True, p50_s=9.0,
        lost_n=40, waiting_n=2)  # fmt: skip
    cover = read_cover(tables, 5)

    assert told(tables, cover, "flows")[1] == {"n": "< 5", "journeys_n": "< 5", "p50_s": "< 5"}
    (handover,) = told(tables, cover, "handovers")
    assert "n" in handover or told(tables, cover, "flows")[0], "one of the two goes, too"
    assert handover["waiting_n"] == "< 5"
    assert "lost_n" not in handover


def test_the_verdicts_of_a_constraint_hide_each_other(tables: duckdb.DuckDBPyConnection) -> None:
    rule(tables, satisfied_final=50, violated_final=30, unjudged=2, ended_n=80, violated_share=0.375)
    (hidden,) = told(tables, read_cover(tables, 5), "constraints")

    assert hidden["unjudged_n"] == "< 5"
    assert len(hidden.keys() & {"journeys_n", "satisfied_final_n", "violated_final_n"}) >= 1


def test_few_who_broke_it_and_go_on_are_not_told_by_a_difference(tables: duckdb.DuckDBPyConnection) -> None:
    """Thirty broke it, and of those that ended twenty-eight: two go on."""
    rule(tables, satisfied_final=50, satisfied_now=40, violated_final=30, ended_n=78, violated_share=28 / 78)
    (hidden,) = told(tables, read_cover(tables, 5), "constraints")

    assert {"ended_n", "violated_share"} <= hidden.keys()
    assert "journeys_n" not in hidden


def test_large_numbers_are_all_told(tables: duckdb.DuckDBPyConnection) -> None:
    rule(tables, satisfied_final=50, satisfied_now=40, violated_final=30, ended_n=80, violated_share=0.375)
    put(tables, "handovers", from_owner="Web", n=0, journeys_n=0, is_designed=False, lost_n=9, waiting_n=0)
    cover = read_cover(tables, 5)

    assert told(tables, cover, "constraints") == told(tables, cover, "handovers") == [{}]
