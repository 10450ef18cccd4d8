"""Two groups of journeys, number by number: what differs is found, what does not is not, what turns is flagged."""

from __future__ import annotations

import numpy as np
import pytest

from models.comparable import Effects, Incidences, Means, Number, Shares, Waits
from models.differences import Difference, Group, compare, judge, screened, strata_of
from models.intervals import Floats, Integers
from models.patience import DAY_US

H = 30 * DAY_US


def alone(n: int) -> Integers:
    return np.arange(n, dtype=np.int64)


def halves(n: int) -> tuple[Group, Group]:
    """The first and the second half of the journeys."""
    is_first = np.arange(n) < n // 2
    return Group("region=Oslo", is_first), Group("region=Agder", ~is_first)


def judged(numbers: list[Number], groups: tuple[Group, Group], stratum: Integers | None = None) -> list[Difference]:
    n = groups[0].is_in.size
    found = [compare(number, *groups, alone(n)) for number in numbers]
    strata = stratum if stratum is not None else np.zeros(n, np.int64)
    return judge(found, [groups] * len(found), [strata] * len(found), alone(n))


def hits(shares: Floats, seed: int = 1) -> Shares:
    """A share that each journey has a chance of its own to add to."""
    return Shares(
        "deviation", "pay", "failed", alone(shares.size), np.random.default_rng(seed).random(shares.size) < shares
    )


def test_a_share_that_differs_is_told_with_its_interval_and_both_ns() -> None:
    (found,) = judged([hits(np.where(np.arange(2000) < 1000, 0.3, 0.2))], halves(2000))
    assert (found.n, found.others_n, found.family_n) == (1000, 1000, 1)
    assert found.found is not None and found.q_value is not None
    assert found.found.low < 0.1 < found.found.high
    assert found.q_value < 0.001


def test_groups_of_few_are_refused_without_telling_how_few() -> None:
    groups = (Group("region=Oslo", alone(500) < 20), Group("region=Agder", alone(500) >= 20))
    (found,) = judged([hits(np.full(500, 0.2))], groups)
    assert found.refused == "region=Oslo: too few journeys (worth fewer than 30)"
    assert (found.found, found.q_value, found.family_n) == (None, None, 0)


def test_a_group_of_one_customer_is_refused() -> None:
    person = np.where(alone(400) < 200, 0, alone(400))
    found = compare(hits(np.full(400, 0.2)), *halves(400), person)
    assert found.refused == "region=Oslo: too few journeys (worth fewer than 30)"


def test_a_period_that_cannot_be_followed_is_refused() -> None:
    n = 400
    followed = np.where(alone(n) < 200, 90 * DAY_US, 12 * DAY_US)
    number = Incidences(
        "conversion", None, None, alone(n), np.minimum(followed, 5 * DAY_US), np.ones(n, np.int64), 1, H, followed
    )
    assert compare(number, *halves(n), alone(n)).refused == "region=Agder: followed too briefly (12.0 d < 30.0 d)"


def test_what_cannot_be_said_of_anybody_gives_its_reason() -> None:
    number = Shares("drop_off", "pay", None, alone(400), alone(400) % 2 == 0, refused="waits here outlast the horizon")
    assert compare(number, *halves(400), alone(400)).refused == "waits here outlast the horizon"


def test_people_in_flight_are_no_difference() -> None:
    """Both convert alike; the second half began lately, and half of it is still on its way."""
    draw = np.random.default_rng(2)
    n = 6000
    to_goal = draw.exponential(20 * DAY_US, n).astype(np.int64)
    leaves = draw.random(n) < 0.4
    followed = np.where(alone(n) < n // 2, 200 * DAY_US, draw.integers(0, 35 * DAY_US, n))
    until = np.minimum(to_goal, followed)
    cause = np.where(to_goal <= followed, np.where(leaves, 2, 1), 0)
    (found,) = judged([Incidences("conversion", None, None, alone(n), until, cause, 1, H, followed)], halves(n))
    assert found.one is not None and found.found is not None
    assert found.one.value == pytest.approx(0.6 * (1 - np.exp(-1.5)), abs=0.03)
    assert found.found.low < 0 < found.found.high
    plain = Shares("conversion", None, None, alone(n), (cause == 1) & (until <= H))  # the mutant: in flight as lost
    (naive,) = judged([plain], halves(n))
    assert naive.found is not None and naive.found.low > 0.1


def test_medians_and_means_differ_too() -> None:
    draw = np.random.default_rng(3)
    is_slow = alone(1200) < 600
    wait = (draw.exponential(np.where(is_slow, 3.0, 2.0), 1200) * DAY_US).astype(np.int64)
    score = draw.normal(np.where(is_slow, 20.0, 40.0), 50.0, 1200)
    numbers: list[Number] = [
        Waits("wait_p50", "pay", None, alone(1200), wait, np.ones(1200, np.int64)),
        Means("experience", "pay", "nps", alone(1200), score),
    ]
    waits, scores = judged(numbers, halves(1200))
    assert waits.found is not None and scores.found is not None
    assert waits.found.low < np.log(2) * 86_400 < waits.found.high
    assert scores.found.low < -20 < scores.found.high
    assert waits.q_value is not None and waits.q_value < 0.01


def test_waits_that_hardly_overlap_differ() -> None:
    """At the median of all, nobody of the one group is served: that is evidence, not the lack of it."""
    wait = np.where(alone(600) < 200, 15, 1) * DAY_US + alone(600)
    groups = (Group("Troms", alone(600) < 200), Group("Oslo", alone(600) >= 200))
    (found,) = judged([Waits("wait_p50", "visit", "done", alone(600), wait, np.ones(600, np.int64))], groups)
    assert found.q_value is not None and found.q_value < 1e-6


def test_an_effect_that_one_group_alone_has_differs() -> None:
    draw = np.random.default_rng(4)
    exposed = draw.random(4000) < 0.3
    lost = draw.random(4000) < 0.1 + 0.25 * (exposed & (alone(4000) < 2000))
    number = Effects("effect", "pay", "failed", alone(4000), draw.integers(0, 3, 4000), exposed, lost)
    (found,) = judged([number], halves(4000))
    assert found.found is not None
    assert found.found.low < 0.25 < found.found.high
    assert found.found.low > 0.1


def test_a_difference_that_turns_within_the_other_segments_is_flagged() -> None:
    """Oslo is better everywhere, but has nearly all the hard cases."""
    draw = np.random.default_rng(5)
    n = 4000
    is_oslo = alone(n) < n // 2
    is_hard = draw.random(n) < np.where(is_oslo, 0.9, 0.1)
    number = hits(0.6 - 0.4 * is_hard + 0.1 * is_oslo)
    (found,) = judged([number], halves(n), strata_of([is_hard], n))
    assert found.found is not None and found.adjusted is not None
    assert found.found.high < 0 < found.adjusted.low
    assert found.is_simpson


def test_a_difference_that_holds_within_the_other_segments_is_not_flagged() -> None:
    draw = np.random.default_rng(6)
    is_hard = draw.random(4000) < 0.5
    (found,) = judged(
        [hits(0.5 - 0.2 * is_hard + 0.1 * (alone(4000) < 2000))], halves(4000), strata_of([is_hard], 4000)
    )
    assert found.found is not None and found.found.low > 0
    assert not found.is_simpson


def test_strata_are_the_joint_values() -> None:
    region, device = np.array(["a", "a", "b", "b", "a"]), np.array([1, 2, 1, 1, 1])
    found = strata_of([region, device], 5)
    assert found[0] == found[4]
    assert found[2] == found[3]
    assert len(set(found.tolist())) == 3


def test_where_nothing_differs_hardly_anything_is_flagged() -> None:
    """Forty numbers of people who come again, with a segment drawn by person: at most 7 % of worlds flag any."""
    flagged = turned = naive = 0
    for seed in range(100):
        draw = np.random.default_rng(100 + seed)
        person = np.repeat(alone(400), draw.integers(1, 4, 400))
        n = person.size
        is_one = (draw.random(400) < 0.4)[person]
        groups = (Group("a", is_one), Group("b", ~is_one))
        stratum = draw.integers(0, 5, n)
        rates = draw.uniform(0.01, 0.5, 40)
        taste = draw.beta(0.6, 0.6, (400, 40))
        numbers = [
            Shares("deviation", str(k), "failed", alone(n), draw.random(n) < (taste[person, k] < rates[k]) * 0.9)
            for k in range(40)
        ]
        found = judge([compare(each, *groups, person) for each in numbers], [groups] * 40, [stratum] * 40, person)
        flagged += any(each.q_value is not None and each.q_value <= 0.05 for each in found)
        turned += any(each.is_simpson for each in found)
        alike = judge([compare(each, *groups, alone(n)) for each in numbers], [groups] * 40, [stratum] * 40, alone(n))
        naive += any(each.q_value is not None and each.q_value <= 0.05 for each in alike)
    assert flagged / 100 <= 0.07
    assert turned <= 1
    assert naive / 100 > 0.2  # the mutant: journeys instead of people


def test_what_is_alike_at_a_glance_is_not_looked_at_but_counts() -> None:
    draw = np.random.default_rng(7)
    region = draw.integers(-1, 3, 3000)
    number = hits(np.where(region == 2, 0.4, 0.2), seed=8)
    p_values = screened(number, region, 4)
    assert p_values[2] < 1e-6
    assert np.isnan(p_values[3])  # nobody has it
    groups = (Group("b", region == 2), Group("not b", (region >= 0) & (region != 2)))
    (found,) = judge(
        [compare(number, *groups, alone(3000))], [groups], [region * 0], alone(3000), np.array([0.5, 0.9, 0.3])
    )
    assert found.family_n == 4
    assert found.q_value is not None and found.found is not None
    assert found.q_value == pytest.approx(4 * found.found.p_value)
