"""What flows between phases and cumulative incidence keep to themselves, and what would give it away."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy.cover import edge_rows, read_cover
from pipelines.privacy.curve_cover import few_passed_over
from pipelines.privacy.flow_cover import LEFT, OTHER, Path, flow_rows, of_many, told
from schemas.tables import TABLES

MINIMUM = 5
AT = datetime(2026, 1, 5, tzinfo=UTC)
WAYS = ("as_designed", "detour", "asked_for_help")
STATUSES = ("converted", "exited", "abandoned", "in_flight")


def path(text: str, status: str = "converted") -> Path:
    """`a as_designed, b detour` and how it ended."""
    nodes = tuple((phase, way) for phase, way in (part.split() for part in text.split(", ")))
    return Path(nodes, status)


@st.composite
def paths(draw: st.DrawFn) -> dict[Path, int]:
    one = st.builds(
        lambda phases, ways, status: Path(tuple(zip(sorted(phases), ways, strict=False)), status),
        st.sets(st.sampled_from("abcd"), min_size=1, max_size=4),
        st.lists(st.sampled_from(WAYS), min_size=4, max_size=4),
        st.sampled_from(STATUSES),
    )
    return draw(st.dictionaries(one, st.integers(1, 40), max_size=25))


@given(paths())
def test_whatever_is_told_stands_for_many_adds_up_and_no_known_total_tells_of_few(found: dict[Path, int]) -> None:
    kept = of_many(found, MINIMUM)
    rows = flow_rows("buy", kept)
    assert all(row["journeys_n"] >= MINIMUM for row in rows)
    comes, goes = Counter[Any](), Counter[Any]()
    for row in rows:
        comes[row["to_phase"], row["to_way"]] += row["journeys_n"]
        goes[row["from_phase"], row["from_way"]] += row["journeys_n"]
    assert comes == goes  # beginnings are as many as ends, too
    missing, there = Counter[Any](), Counter[Any]()
    for one, n in found.items():
        for total in one.totals:
            missing[total] += n - kept.get(one, 0)
            there[total] += kept.get(one, 0)
    few = [total for total, n in missing.items() if 0 < n < MINIMUM and there[total]]
    assert not few, "but for what is missing as a whole, of which nothing is told"
    assert all(0 < kept[one] <= found[one] for one in kept)


@given(paths())
def test_where_too_many_would_be_left_out_ways_are_told_together_and_no_more_are_left_out_then(
    found: dict[Path, int],
) -> None:
    assert sum(told(found, MINIMUM).values()) >= sum(of_many(found, MINIMUM).values()) - 0.05 * sum(found.values())


def test_a_way_of_few_goes_with_others_that_ended_like_it() -> None:
    found = {
        path("a as_designed, b as_designed"): 100,
        path("a as_designed, b detour"): 30,
        path("a as_designed, b detour", "exited"): 3,
        path("a as_designed", "exited"): 7,
    }
    kept = of_many(found, MINIMUM)
    # Three said no in b. They alone would be who came to a, and to b, and is not told; so others go with them,
    # and of those as many that it is not told of few converted, either.
    del found[path("a as_designed, b detour", "exited")]
    assert kept == found | {path("a as_designed, b as_designed"): 95}


def test_contacts_of_few_are_told_with_detours_and_then_ends_and_ways_together() -> None:
    many = {path("a as_designed"): 900, path("a detour"): 60, path("a asked_for_help"): 20}
    assert told(many, MINIMUM) == {path("a as_designed"): 900, Path((("a", OTHER),), "converted"): 80}
    ends = {path("a as_designed"): 60, path("a as_designed", "exited"): 4, path("a as_designed", "abandoned"): 4}
    assert told(ends, MINIMUM) == {path("a as_designed"): 60, path("a as_designed", LEFT): 8}
    few = {path("a as_designed"): 3, path("a detour"): 4, path("a asked_for_help"): 3}
    assert told(few, MINIMUM) == {Path((("a", None),), "converted"): 10}
    assert told({path("a as_designed"): 3}, MINIMUM) == {}


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    for table in TABLES.values():
        con.execute(table.ddl())
    return con


def put(con: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    row = {"journey": "buy", **values}
    con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])


def test_flows_are_told_of_the_journeys_that_the_summaries_are_about(tables: duckdb.DuckDBPyConnection) -> None:
    counts = dict.fromkeys(
        ("journeys_n", "converted_n", "exited_n", "abandoned_n", "in_flight_n", "conforming_n", "mature_n"), 0
    )
    for version, straddles in ((2, False), (1, False), (1, True)):
        put(tables, "map_versions", map_version=version, straddles=straddles, is_in_force=version == 2,
            content_hash="", **counts)  # fmt: skip
    for number in range(30):
        version, rule = (1, "default") if number < 8 else (2, "strict") if number < 15 else (2, "default")
        put(tables, "journeys", journey_id=f"j{number}", map_version=version, rule=rule, status="converted",
            person_id="p", entered_at=AT, last_at=AT, segments={}, reactivations_n=0, events_n=1,
            straddles_versions=False, assignment="other" if number > 27 else "this")  # fmt: skip
        put(tables, "journey_phases", journey_id=f"j{number}", phase="a", place=0, way="as_designed", reached_at=AT)
        put(tables, "journey_phases", journey_id=f"j{number}", phase="b", place=1, way="detour", reached_at=AT)
    rows = edge_rows(tables, "phase_flows", MINIMUM)
    assert [row["journeys_n"] for row in rows] == [13, 13, 13]
    assert [(row["from_phase"], row["to_phase"]) for row in rows] == [("a", "b"), ("b", None), (None, "a")]


def point(
    after_d: float, converted: int, exited: int = 0, abandoned: int = 0, segment: str | None = None
) -> dict[str, Any]:
    """One time of a curve of a hundred journeys."""
    shares = {"converted": converted, "exited": exited, "abandoned": abandoned}
    shares["active"] = 100 - sum(shares.values())
    named = {f"{word}_share": n / 100 for word, n in shares.items()}
    where = {"journey": "buy", "touchpoint": "a", "segment": segment, "horizon_d": 30.0, "reached_n": 100}
    return where | {"after_d": after_d} | named


def kept(rows: list[dict[str, Any]], word: str = "converted") -> list[float]:
    return sorted({row["after_d"] for row in few_passed_over(rows, MINIMUM) if row[f"{word}_share"] is not None})


def test_between_two_times_of_a_curve_nobody_ended_or_not_few() -> None:
    curve = [point(at, n) for at, n in ((0, 0), (1, 3), (2, 6), (3, 6), (4, 12), (5, 30), (30, 34))]
    # At 5 four are still to come; at 4 twelve are there, and 22 come after them.
    assert kept(curve) == [0, 2, 3, 4, 30]
    rows = [row for row in curve if row["after_d"] in kept(curve)]
    steps = [round(100 * (after["converted_share"] - now["converted_share"])) for now, after in pairwise(rows)]
    assert steps == [6, 0, 6, 22]
    assert few_passed_over(curve, 1) == curve


def test_where_one_end_is_not_told_those_still_active_are_not_either() -> None:
    curve = [point(0, 0), point(1, 10, exited=3), point(2, 20, exited=9, abandoned=5), point(30, 20, 9, 5)]
    assert kept(curve) == [0, 1, 2, 30]
    assert kept(curve, "exited") == kept(curve, "active") == [0, 2, 30]
    assert kept(curve, "abandoned") == [0, 1, 2, 30]


def test_the_values_of_a_segment_are_told_at_the_same_times() -> None:
    north = [point(at, n, segment="region=north") for at, n in ((0, 0), (1, 10), (30, 30))]
    south = [point(at, n, segment="region=south") for at, n in ((0, 0), (1, 2), (30, 30))]
    assert kept(north) == [0, 1, 30]
    assert kept([*north, *south]) == [0, 30]


def test_a_time_at_which_nothing_is_told_is_left_out() -> None:
    curve = [point(0, 0), point(1, 1, 1, 1), point(30, 20, 9, 5)]
    assert [row["after_d"] for row in few_passed_over(curve, MINIMUM)] == [0, 30]


def test_what_outcomes_hide_at_the_horizon_no_curve_shows(tables: duckdb.DuckDBPyConnection) -> None:
    """Three said no; with those who fell silent they are what the others leave."""
    put(tables, "touchpoint_outcomes", touchpoint="a", horizon_d=30.0, reached_n=100, followed_n=100, in_flight_n=0,
        converted_share=0.5, exited_share=0.03, abandoned_share=0.27, active_share=0.2)  # fmt: skip
    for row in (point(0, 0), point(10, 20, 0, 10), point(30, 50, 3, 27)):
        put(tables, "incidence_curves", **{name: value for name, value in row.items() if name != "journey"})
    cover = read_cover(tables, MINIMUM)
    for row in edge_rows(tables, "incidence_curves", MINIMUM):
        shown = row | cover.columns("incidence_curves", row)
        told = {name for name, value in shown.items() if name.endswith("_share") and isinstance(value, float)}
        assert not told & {"exited_share", "active_share"}, row
        assert 4 - len(told) >= 2
