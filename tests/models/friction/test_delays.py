"""Time that signals take: the point is that of the row, and the interval covers the truth."""

from __future__ import annotations

import numpy as np
import pytest

from models.friction.delays import delay_together
from models.friction.judging import delay_per_month
from models.friction.parts import RiskSet


def risk_set(seed: int, extra_s: float = 3600.0, code: int = 0, people_n: int = 400) -> RiskSet:
    """People of two strata, each with two journeys alike in their pace; the signal takes `extra_s` on average."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people_n), 2)
    stratum = person % 2
    is_exposed = rng.random(person.size) < np.where(stratum == 1, 0.6, 0.2)
    pace_s = rng.exponential(7200.0, people_n)[person] * (1 + stratum)
    went_on_s = np.rint(pace_s + rng.exponential(1800.0, person.size) + extra_s * is_exposed)
    is_lost = rng.random(person.size) < 0.2
    nothing = np.zeros(person.size, dtype=np.int64)
    return RiskSet(
        person=person,
        stratum=stratum,
        base=nothing,
        step=np.arange(person.size),
        is_exposed=is_exposed,
        is_lost=is_lost,
        fate=np.where(is_lost, 0, 1),
        code=nothing + code,
        went_on_s=np.where(is_lost, np.nan, went_on_s),
        months=2.0,
    )


def hashes(seed: int, n: int = 400) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.random.default_rng(seed).integers(2**63, size=n, dtype=np.uint64)


def test_one_signal_takes_what_its_row_says_and_its_interval_lies_around_that() -> None:
    units = risk_set(1)
    found = delay_together([units], hashes(1))
    assert found.per_month_s == delay_per_month(units)
    assert found.low_s < found.per_month_s < found.high_s


def test_the_interval_covers_the_truth_as_often_as_it_says_though_people_come_twice() -> None:
    hits = 0
    for seed in range(60):
        units = risk_set(seed)
        truth = 3600.0 * np.count_nonzero(units.is_exposed & ~units.is_lost) / units.months
        found = delay_together([units], hashes(seed), 200)
        hits += int(found.low_s <= truth <= found.high_s)
    assert 52 <= hits <= 60


def test_of_signals_at_one_touchpoint_the_longest_counts_and_touchpoints_add_up() -> None:
    short, long, elsewhere = risk_set(1, 600.0), risk_set(2, 7200.0), risk_set(3, 3600.0, code=5)
    found = delay_together([short, long, elsewhere], hashes(1))
    assert found.per_month_s == pytest.approx(delay_per_month(long) + delay_per_month(elsewhere))


def test_of_a_broken_promise_the_delay_is_what_was_waited_beyond_it() -> None:
    units = risk_set(1)
    waited_s = np.where(units.is_exposed, 1800.0, 0.0)
    found = delay_together([units, risk_set(2, code=5)], hashes(1), beyond_s=[waited_s, None])
    exposed_n = np.count_nonzero(units.is_exposed)
    assert found.per_month_s == pytest.approx(900.0 * exposed_n + delay_per_month(risk_set(2)))
    alone = delay_together([units], hashes(1), beyond_s=[waited_s])
    assert 0.8 * alone.per_month_s < alone.low_s < alone.per_month_s < alone.high_s < 1.2 * alone.per_month_s


def test_where_nobody_goes_on_there_is_no_delay() -> None:
    units = risk_set(1)
    lost = RiskSet(**{**vars(units), "went_on_s": np.full(units.person.size, np.nan)})
    assert np.isnan(delay_together([lost], hashes(1)).per_month_s)
