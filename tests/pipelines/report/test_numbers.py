from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.privacy.withheld import Withheld, beside, small
from pipelines.report.numbers import (
    count,
    day,
    duration,
    fine_share_with,
    interval,
    journeys_in_words,
    moment,
    share,
    share_with,
)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (None, "–"),
        (0.0, "0%"),
        (0.0004, "<0.1%"),
        (0.034, "3.4%"),
        (0.05, "5%"),
        (0.0996, "10%"),
        (0.256, "26%"),
        (0.9996, ">99.9%"),
        (0.982, "98.2%"),
        (1.0, "100%"),
    ],
)
def test_a_share_reads_as_per_cent_and_never_as_none_or_all_where_it_is_neither(x: float | None, text: str) -> None:
    assert share(x) == text


@pytest.mark.parametrize(
    ("low", "high", "text"), [(None, 0.2, ""), (0.22, 0.284, "22–28%"), (0.011, 0.054, "1.1–5.4%"), (0.0, 0.02, "0–2%")]
)
def test_an_interval_reads_as_per_cent(low: float | None, high: float | None, text: str) -> None:
    assert interval(low, high) == text


def test_a_share_comes_with_its_interval() -> None:
    assert share_with(0.25, 0.22, 0.28) == "25% (22–28%)"
    assert share_with(0.25, None, None) == "25%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (45, "45 s"),
        (600, "10 min"),
        (5400, "90 min"),
        (7200, "2 h"),
        (9000, "2.5 h"),
        (172_800, "2 days"),
        (864_000, "10 days"),
        (1_209_600, "2 weeks"),
    ],
)
def test_a_duration_reads_in_the_largest_unit_of_which_there_are_two(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (0.0, "No journeys"),
        (0.11, "One in ten journeys"),
        (0.61, "Six in ten journeys"),
        (0.74, "Three in four journeys"),
        (0.97, "Almost all journeys"),
        (1.0, "All journeys"),
    ],
)
def test_a_headline_names_the_nearest_share_in_words(x: float, words: str) -> None:
    assert journeys_in_words(x)[0] == words


def test_counts_have_commas() -> None:
    assert count(1_234_567) == "1,234,567"


def test_a_time_is_told_in_a_zone_that_is_named() -> None:
    oslo, late = ZoneInfo("Europe/Oslo"), datetime(2026, 4, 30, 22, 30, tzinfo=UTC)
    assert moment(late, oslo) == "2026-05-01 00:30 Europe/Oslo"
    assert day(late, oslo) == "1 May 2026"


@pytest.mark.parametrize(
    ("x", "low", "high", "text"),
    [(None, None, None, "–"), (0.3866, None, None, "38.7%"), (0.399, 0.391, 0.407, "39.9% (39.1–40.7%)")],
)
def test_shares_that_have_to_be_told_apart_have_a_tenth(
    x: float | None, low: float | None, high: float | None, text: str
) -> None:
    assert fine_share_with(x, low, high) == text


@pytest.mark.parametrize("told", [share, share_with, fine_share_with])
@pytest.mark.parametrize(("x", "text"), [(small(5), "< 5"), (beside(5), "hidden")])
def test_of_a_share_that_is_withheld_nothing_is_told_but_that(told: Callable[..., str], x: Withheld, text: str) -> None:
    ends = () if told is share else (x, x)
    assert told(x, *ends) == text


def test_an_interval_with_a_withheld_end_is_not_told() -> None:
    assert (interval(0.1, small(5)), interval(small(5), 0.1)) == ("", "")
    assert share_with(0.5, small(5), 0.6) == "50%"
