"""What each version of a map judges, and how that adds up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]
World = Callable[..., Query]

FIRST = """
journey: shop
title: Shop
version: 1
journey_is: {per: person, patience: {default: 10d}, horizon: 20d, goal: use}
flow:
  - phase: Find
    steps: [visit, order]
  - phase: Buy
    steps: [pay, use]
exits: {declined: {when: {activity: declined}}}
"""
SECOND = FIRST.replace("version: 1", "version: 2\nvalid_from: 2026-02-04").replace(
    "[visit, order]", "[visit]"
)  # day 30
OTHER = "journey: other\ntitle: Other\nflow: [{phase: One, steps: [call, answer]}]\n"
EVENTS = """
early 0 visit
early 1 order
early 2 pay
early 4 use
slow 2 visit
slow 8 order
slow 15 pay
slow 23 use
gone 5 visit
gone 5.5 chat
no 6 visit
no 7 declined
over 25 visit
over 28 order
over 31 pay
over 32 use
lost 26 visit
lost 34 order
twice 35 visit
twice 36 pay
twice 37 use
twice 38 visit
twice 39 use
late 44 visit
late 45 pay
late 58 use
new 91 visit
new 92 visit
"""
COUNTS = "journeys_n, converted_n, exited_n, abandoned_n, in_flight_n, conforming_n, mature_n, converted_share"


@pytest.fixture
def query(world: World) -> Query:
    return world([FIRST, SECOND, OTHER], EVENTS, as_of="99")


def test_journeys_that_straddle_a_change_are_counted_apart(query: Query) -> None:
    rows = query(
        f"SELECT map_version, straddles, is_in_force, {COUNTS} FROM map_versions WHERE journey = 'shop' ORDER BY 1, 2"
    )

    assert rows == [
        (1, False, False, 4, 2, 1, 1, 0, 3, 4, 1 / 4),  # slow took 21 days, one more than the horizon
        (1, True, False, 2, 1, 0, 1, 0, 2, 2, 1 / 2),
        (2, False, True, 4, 3, 0, 0, 1, 2, 3, 1.0),  # new is not mature; she who came twice left out pay once
    ]


def test_a_version_says_since_when_and_until_when_it_judges(query: Query) -> None:
    rows = query(
        "SELECT journey, map_version, straddles, strftime(valid_from, '%Y-%m-%d'), strftime(valid_until, '%Y-%m-%d'),"
        " horizon_d, length(content_hash) > 10 FROM map_versions ORDER BY 1, 2, 3"
    )

    assert rows == [
        ("other", 1, False, None, None, None, True),
        ("shop", 1, False, None, "2026-02-04", 20.0, True),
        ("shop", 1, True, None, "2026-02-04", 20.0, True),
        ("shop", 2, False, "2026-02-04", None, 20.0, True),
    ]


def test_a_version_without_a_journey_has_a_row_and_no_share(query: Query) -> None:
    rows = query(f"SELECT {COUNTS}, converted_low, converted_high FROM map_versions WHERE journey = 'other'")

    assert rows == [(0, 0, 0, 0, 0, 0, 0, None, None, None)]


def test_versions_and_those_that_straddle_add_up_to_the_journeys(query: Query) -> None:
    of_versions = query(
        "SELECT map_version, straddles, journeys_n, converted_n, exited_n, abandoned_n, in_flight_n"
        " FROM map_versions WHERE journeys_n > 0 ORDER BY 1, 2"
    )
    of_journeys = query(
        "SELECT map_version, straddles_versions, count(*), count_if(status = 'converted'), count_if(status = 'exited'),"
        " count_if(status = 'abandoned'), count_if(status = 'in_flight')"
        " FROM journeys WHERE rule = 'default' GROUP BY ALL ORDER BY 1, 2"
    )

    assert of_versions == of_journeys


def test_the_interval_counts_people_and_not_their_journeys(world: World) -> None:
    alone = "".join(f"a{i} {i} visit\na{i} {i + 1} use\nb{i} {i} visit\n" for i in range(10))
    twice = "".join(f"a{i} {i} visit\na{i} {i + 1} use\na{i} {i + 2} visit\n" for i in range(10))
    ends = "SELECT converted_share, converted_low, converted_high FROM map_versions"

    ((share, low, high),) = world(FIRST, alone)(ends)
    ((share_of_pairs, low_of_pairs, high_of_pairs),) = world(FIRST, twice)(ends)

    assert share == share_of_pairs == 0.5
    assert (low, high) == (pytest.approx(0.2993, abs=1e-4), pytest.approx(0.7007, abs=1e-4))  # Wilson, 10 of 20
    assert (low_of_pairs, high_of_pairs) == (
        pytest.approx(0.2366, abs=1e-4),
        pytest.approx(0.7634, abs=1e-4),
    )  # 5 of 10
