"""Contacts that come again, and contacts that a touchpoint brings about."""

from __future__ import annotations

import numpy as np
import pytest

from models.contacts import Exposed, excess_contacts, repeats

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("group", "days", "result"),
    [
        ([0, 0, 0], [0, 2, 4], [False, True, False]),  # the third begins anew: it is four days from the first
        ([0, 0, 0], [0, 3, 4], [False, True, False]),  # three days on the dot are within them
        ([0, 1, 1], [0, 0, 1], [False, False, True]),
        ([], [], []),
    ],
)
def test_repeats_are_measured_forward_from_the_first(group: list[int], days: list[int], result: list[bool]) -> None:
    found = repeats(np.array(group, dtype=np.int64), np.array(days, dtype=np.int64) * DAY, 3 * DAY)

    assert found.tolist() == result


def contacts(rates: list[float], people: int = 2000, of_one: int = 1) -> tuple[list[bool], list[float]]:
    """Whether each touchpoint brings contacts about, and by how many, where people contact us at these rates a day."""
    random = np.random.default_rng(3)
    place = np.repeat(np.arange(len(rates), dtype=np.int32), people)
    days = random.uniform(1, 7, len(place))
    n = random.poisson(np.array(rates)[place] * days / of_one) * of_one
    counted = n.astype(np.float64)
    each_of = (days, counted, days**2, counted**2, days * counted)
    sums = (np.bincount(place, weights=each, minlength=len(rates)).astype(np.float64) for each in each_of)
    found = excess_contacts(Exposed(*sums))
    return found.is_beyond.tolist(), (found.contacts - found.expected).tolist()


def test_a_touchpoint_with_more_contacts_than_the_others_brings_them_about() -> None:
    is_beyond, excess = contacts([0.02, 0.02, 0.06, 0.02])

    assert is_beyond == [False, False, True, False]
    assert excess[2] == pytest.approx(0.04 * 4 * 2000, rel=0.2)


def test_nothing_is_said_where_all_are_alike_or_few_people_call_often() -> None:
    assert contacts([0.02] * 6)[0] == [False] * 6
    assert contacts([0.02, 0.02, 0.03], people=300, of_one=20)[0] == [False] * 3


def test_one_touchpoint_has_none_to_compare_with() -> None:
    assert contacts([0.5])[0] == [False]
