"""What people type for a group, and which journeys that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipelines.differences.groups import named_value, sides_of
from pipelines.differences.people import People
from pipelines.study import micros
from schemas.errors import UsageError

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)


def people(days_n: int = 400) -> People:
    """A journey a day at noon from the first of January 2026 on; Oslo on even days, by app on every third."""
    day = np.arange(days_n, dtype=np.int64)
    return People(
        key=day,
        person=day,
        entered_us=np.array([micros(FIRST + timedelta(days=int(each))) for each in day]),
        status=day * 0 + 1,
        end_us=day,
        stands_at=day * 0,
        segments={
            "region": np.where(day % 2 == 0, "Oslo", "Agder"),
            "device": np.where(day % 3 == 0, "app", "web"),
        },
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-05", "2026-05-01", "2026-05-31"),
        ("2026-05..2026-07", "2026-05-01", "2026-06-30"),
        ("2026-05-12", "2026-05-12", "2026-05-12"),
        ("2026-05-12..2026-05-14", "2026-05-12", "2026-05-13"),
        ("2026-W20", "2026-05-11", "2026-05-17"),
        ("2026-Q2", "2026-04-01", "2026-06-30"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        (" 2026-12 .. ", "2026-12-01", "2027-02-04"),
    ],
)
def test_a_period_ends_before_the_day_that_it_names_last(text: str, first: str, last: str) -> None:
    group = sides_of(text, "2020", people(), "Europe/Oslo").one
    days = [(FIRST + timedelta(days=int(day))).date().isoformat() for day in np.flatnonzero(group.is_in)]
    assert (days[0], days[-1], len(days)) == (first, last, len(set(days)))


def test_days_begin_in_the_zone_of_the_workspace() -> None:
    journeys = people()
    late = micros(datetime(2026, 4, 30, 22, 30, tzinfo=UTC))  # half past midnight of 1 May in Oslo
    moved = People(**{**vars(journeys), "entered_us": np.full(400, late)})
    assert sides_of("2026-05", "2026-04", moved, "Europe/Oslo").one.is_in.all()
    assert sides_of("2026-05", "2026-04", moved, "UTC").other.is_in.all()


def test_who_has_both_values_is_in_neither_group() -> None:
    sides = sides_of("region=Oslo", "device=app", people(60), "UTC")
    assert not np.any(sides.one.is_in & sides.other.is_in)
    assert (sides.one.is_in.sum(), sides.other.is_in.sum(), sides.both_n) == (20, 10, 10)
    assert sides.held_still == "calendar time"


def test_the_compared_segment_is_not_held_still() -> None:
    stratum = sides_of("region=Oslo", "region=Agder", people(12), "UTC").stratum
    assert len(set(stratum.tolist())) == 2 * 4  # devices times spans of the calendar


@pytest.mark.parametrize("text", ["2026-02-30", "2026-W60", "2026-5", "soon", "..", "2026-Q5"])
def test_what_is_no_period_is_answered_with_what_is(text: str) -> None:
    with pytest.raises(UsageError) as answer:
        sides_of(text, "2026-01", people(), "UTC")
    assert answer.value.got == f"--between {text!r}"
    assert "2026-05..2026-06" in answer.value.wanted


def test_the_name_of_a_segment_may_hold_the_sign() -> None:
    segments = {"a": np.array(["x", "b=y"]), "a=b": np.array(["y", "n = m"])}

    assert named_value("a = x", segments) == ("a", "x")
    assert named_value("a=b=y", segments) == ("a=b", "y")
    assert named_value(" a=b=n = m ", segments) == ("a=b", "n = m")
