"""Where to start: by shrunk cost, never by what is only claimed, refused, or counted twice."""

from __future__ import annotations

import polars as pl

from models.friction.ranking import MOST, where_to_start

SCHEMA = {
    **dict.fromkeys(("journey", "touchpoint", "signal", "verdict", "evidence_grade"), pl.String),
    **dict.fromkeys(("lost_shrunk", "value"), pl.Float64),
}
Row = tuple[str, str | None, str, str, str, float | None, float | None]


def frictions(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def row(
    touchpoint: str | None,
    signal: str,
    lost: float | None,
    value: float | None = None,
    verdict: str = "friction",
    grade: str = "A",
    journey: str = "buy",
) -> Row:
    return journey, touchpoint, signal, verdict, grade, lost, value


def started(rows: pl.DataFrame, *currencies: str | None) -> list[tuple[object, ...]]:
    return where_to_start(rows, currencies or (None,)).select("touchpoint", "signal", "place").rows()


def test_the_costliest_comes_first_and_equal_ones_by_name() -> None:
    rows = frictions(row("pay", "failed", 4.0), row("visit", "missing", 9.0), row("order", "late", 4.0))
    assert started(rows) == [("visit", "missing", 1), ("order", "late", 2), ("pay", "failed", 3)]


def test_what_is_no_friction_or_only_claimed_or_all_together_has_no_place() -> None:
    rows = frictions(
        row("a", "failed", 9.0, verdict="variation"),
        row("b", "failed", -9.0, verdict="helpful"),
        row("c", "overdue", None, verdict="refused"),
        row("d", "rage_click", 9.0, grade="C"),
        row(None, "all_fixed", 30.0),
        row("e", "failed", 1.0, grade="B"),
    )
    assert started(rows) == [("e", "failed", 1)]


def test_money_decides_only_where_all_maps_count_in_one_currency() -> None:
    rows = frictions(row("a", "failed", 2.0, 900.0), row("b", "late", 5.0, 100.0, journey="stay"))
    assert started(rows, "NOK", "NOK") == [("a", "failed", 1), ("b", "late", 2)]
    assert started(rows, "NOK", "EUR") == [("b", "late", 1), ("a", "failed", 2)]
    assert started(rows, "NOK", None) == [("b", "late", 1), ("a", "failed", 2)]


def test_windows_of_one_signal_take_one_place() -> None:
    rows = frictions(*(row("pay", f"repeat_contact_{days}d", lost) for days, lost in ((3, 2.0), (7, 5.0), (14, 4.0))))
    assert started(rows) == [("pay", "repeat_contact_7d", 1)]


def test_no_meeting_gets_more_than_ten() -> None:
    rows = frictions(*(row(f"t{i:02}", "failed", 50.0 - i) for i in range(15)))
    assert started(rows) == [(f"t{i:02}", "failed", i + 1) for i in range(MOST)]


def test_what_costs_next_to_nothing_beside_the_first_is_no_place_to_start() -> None:
    rows = frictions(row("a", "failed", 100.0), row("b", "failed", 1.0), row("c", "failed", 0.9))
    assert started(rows) == [("a", "failed", 1), ("b", "failed", 2)]


def test_nothing_to_start_with_is_an_empty_list() -> None:
    assert started(frictions()) == []
